//! The host's proof of its key.

use sha2::{Digest as _, Sha256};

use super::*;

/// What an honest host of version 5 and later seals.
pub(super) fn server_hash(nonce: &[u8], key: &[u8]) -> Vec<u8> {
    let magic = b"CredSSP Server-To-Client Binding Hash\0";
    Sha256::new().chain_update(magic).chain_update(nonce).chain_update(key).finalize().to_vec()
}

#[test]
fn both_sides_follow_the_lower_version() {
    // An old host, and a new one that is met by an old client.
    for (host_version, own) in [(2, 6), (4, 6), (6, 4), (7, 3)] {
        let options = with(|options| options.credssp = CredSsp { version: own, vulnerable: true, ..options.credssp });
        let mut walk = Walk::new(&options, true);
        let (mut host, answer, plain) = walk.until_proof(host_version);
        assert_eq!((answer.version, answer.client_nonce, &plain), (own, None, &walk.key));
        let mut next = walk.key.clone();
        *next.first_mut().unwrap() += 1;
        assert_eq!(walk.take(host.proof(&next, host_version)), Err(None));
    }
    // A newer version than anybody knows is met by the newest known.
    let mut walk = Walk::new(&options(), true);
    let (_, answer, plain) = walk.until_proof(9);
    assert_eq!((answer.client_nonce.map(|nonce| nonce.len()), plain.len()), (Some(32), 32));
}

#[test]
fn a_wrong_proof_says_how_it_is_wrong() {
    type Plain<'a> = &'a dyn Fn(&[u8], &[u8]) -> Vec<u8>;
    let (_, other) = certificate();
    let judge = |version: u32, plain: Plain<'_>| {
        let mut walk = Walk::new(&vulnerable(), true);
        let (mut host, answer, _) = walk.until_proof(version);
        let nonce = answer.client_nonce.unwrap_or_default();
        let failure = walk.fails(host.proof(&plain(&nonce, &walk.key.clone()), version));
        assert_eq!(walk.sent.len(), 2, "no credentials behind a wrong proof");
        failure
    };
    assert_eq!(judge(6, &|nonce, _| server_hash(nonce, &other)), AuthFailure::PublicKeyMismatch);
    assert_eq!(judge(6, &|_, _| Vec::new()), AuthFailure::PublicKeyMismatch);
    assert_eq!(judge(6, &|_, key| server_hash(&[0; 32], key)), AuthFailure::NonceIgnored);
    assert_eq!(judge(6, &|_, key| server_hash(&[], key)), AuthFailure::NonceIgnored);
    // The form of the other versions.
    assert_eq!(judge(6, &|_, key| key.to_vec()), AuthFailure::PublicKeyMismatch);
    assert_eq!(judge(4, &|_, key| server_hash(&[0; 32], key)), AuthFailure::PublicKeyMismatch);
    assert_eq!(judge(4, &|_, key| key.to_vec()), AuthFailure::NotIncremented);
    assert_eq!(judge(4, &|_, _| other.clone()), AuthFailure::PublicKeyMismatch);
}

#[test]
fn a_proof_that_is_absent_or_badly_sealed_is_told_apart() {
    let at_proof = |change: &dyn Fn(TsRequest) -> TsRequest| {
        let mut walk = Walk::new(&options(), true);
        let (mut host, answer, _) = walk.until_proof(6);
        let proof = host.proof(&server_hash(answer.client_nonce.as_deref().unwrap(), &walk.key), 6);
        walk.fails(change(proof))
    };
    let sealed = |change: fn(&mut Vec<u8>)| {
        at_proof(&|mut proof| {
            change(proof.pub_key_auth.as_mut().unwrap());
            proof
        })
    };
    let unsealable = AuthFailure::Unsealable("pubKeyAuth");
    assert_eq!(sealed(|bytes| *bytes.last_mut().unwrap() ^= 1), unsealable);
    assert_eq!(sealed(|bytes| *bytes.get_mut(5).unwrap() ^= 1), unsealable);
    assert_eq!(sealed(|bytes| bytes.truncate(16)), unsealable);
    assert_eq!(sealed(|bytes| bytes.truncate(3)), unsealable);
    assert_eq!(at_proof(&|proof| TsRequest { pub_key_auth: None, ..proof }), AuthFailure::Missing("pubKeyAuth"));
    let denied = NtStatus::STATUS_LOGON_FAILURE;
    assert_eq!(at_proof(&|proof| TsRequest { error_code: Some(denied), ..proof }), AuthFailure::Refused(denied));
    assert_eq!(at_proof(&|proof| TsRequest { version: 5, ..proof }), AuthFailure::VersionChanged { from: 6, to: 5 });
}
