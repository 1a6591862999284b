//! Specimens of what CredSSP carries from a server.

use crate::pdu::credssp::ntlm::{Challenge, TargetInfo, Version, flags};
use crate::pdu::credssp::spnego::{MechToken, Mechanism, NegState, SpnegoToken};
use crate::pdu::credssp::{NegoToken, TsRequest};
use crate::vocab::codes::NtStatus;

/// The first has most fields: a challenge inside SPNEGO. Then the end of SPNEGO, the proof of the key, and an
/// error code.
pub(super) fn requests() -> [TsRequest; 4] {
    let spnego = |token| Some(vec![NegoToken::Spnego(Box::new(token))]);
    let base = TsRequest { version: TsRequest::VERSION, ..TsRequest::default() };
    let challenge = SpnegoToken::Resp {
        neg_state: Some(NegState::ACCEPT_INCOMPLETE),
        supported_mech: Some(Mechanism(Mechanism::NTLM.to_vec())),
        response_token: Some(MechToken::Ntlm(challenge().to_token())),
        mech_list_mic: None,
    };
    let completed = SpnegoToken::Resp {
        neg_state: Some(NegState::ACCEPT_COMPLETED),
        supported_mech: None,
        response_token: None,
        mech_list_mic: Some(vec![0x5a; 16]),
    };
    [
        TsRequest { nego_tokens: spnego(challenge), ..base.clone() },
        TsRequest { nego_tokens: spnego(completed), ..base.clone() },
        TsRequest { pub_key_auth: Some((0..48).collect()), ..base.clone() },
        TsRequest { error_code: Some(NtStatus::STATUS_LOGON_FAILURE), ..base },
    ]
}

fn challenge() -> Challenge {
    Challenge {
        target_name: "EXAMPLE".to_owned(),
        flags: flags::UNICODE
            | flags::REQUEST_TARGET
            | flags::SIGN
            | flags::SEAL
            | flags::NTLM
            | flags::ALWAYS_SIGN
            | flags::TARGET_TYPE_DOMAIN
            | flags::EXTENDED_SESSIONSECURITY
            | flags::TARGET_INFO
            | flags::VERSION
            | flags::KEY_128
            | flags::KEY_EXCH
            | flags::KEY_56,
        server_challenge: [1, 2, 3, 4, 5, 6, 7, 8],
        target_info: TargetInfo {
            netbios_computer: Some("BADRDP".to_owned()),
            netbios_domain: Some("EXAMPLE".to_owned()),
            dns_computer: Some("badrdp.example.com".to_owned()),
            dns_domain: Some("example.com".to_owned()),
            dns_tree: Some("example.com".to_owned()),
            flags: None,
            // 2026-01-01 00:00:00 UTC.
            timestamp: Some(134_116_992_000_000_000),
            other: Vec::new(),
        },
        version: Some(Version { major: 10, minor: 0, build: 20348, revision: 15 }),
    }
}
