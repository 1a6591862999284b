//! What never leaves the probe, or not before it may.

use badrdp_proto::pdu::credssp::ntlm::Negotiate;

use super::proof::server_hash;
use super::*;

/// Whether the bytes hold the password or the user's name, as UTF-8 or UTF-16.
fn tells(sent: &[Vec<u8>], secret: &str) -> bool {
    let bytes = sent.concat();
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [secret.as_bytes().to_vec(), wide].iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}

#[test]
fn the_challenge_is_the_last_word_where_nothing_may_be_sent() {
    let cases: [(Options, bool, u32, AuthFailure); 4] = [
        (with(|options| options.credentials = None), true, 6, AuthFailure::NoCredentials),
        (options(), false, 6, AuthFailure::Withheld),
        (options(), true, 4, AuthFailure::VersionTooOld(4)),
        (
            with(|options| options.credentials = credentials("", USER, "$NTLM$:0123456789abcdef0123456789abcdef")),
            true,
            6,
            local("NTLM cannot be done with this user name or password"),
        ),
    ];
    for (options, trusted, version, expected) in cases {
        let mut walk = Walk::new(&options, trusted);
        let negotiate = walk.begin();
        assert_eq!(walk.fails(Host::new().challenge(&negotiate, version)), expected);
        // One NEGOTIATE, which has a fixed length and knows nobody.
        assert_eq!(walk.sent.len(), 1, "{expected}");
        assert!(matches!(
            negotiate.ntlm().unwrap().read().unwrap(),
            NtlmMessage::Negotiate(Negotiate { domain: None, workstation: None, .. })
        ));
        assert!(!tells(&walk.sent, USER) && !tells(&walk.sent, DOMAIN), "{expected}");
        assert_eq!(walk.auth.identity.take().unwrap().credssp_version, version, "the challenge was read");
    }
}

#[test]
fn the_password_leaves_sealed_and_only_behind_the_proof() {
    let mut walk = Walk::new(&options(), true);
    let (mut host, answer, _) = walk.until_proof(6);
    assert!(tells(&walk.sent, USER), "the search finds what is there");
    assert!(!tells(&walk.sent, PASSWORD) && answer.auth_info.is_none());
    let proof = host.proof(&server_hash(answer.client_nonce.as_deref().unwrap(), &walk.key), 6);
    assert_eq!(walk.take(proof), Err(None));
    let last = decoded(walk.sent.last().unwrap(), Side::Client);
    assert!(last.auth_info.is_some() && last.nego_tokens.is_none() && last.pub_key_auth.is_none());
    assert!(!tells(&walk.sent, PASSWORD));
}
