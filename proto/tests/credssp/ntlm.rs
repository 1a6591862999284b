//! NTLM messages: the examples of MS-NLMP 4.2, real ones, and broken ones.

use badrdp_proto::pdu::credssp::ntlm::{
    Challenge, Negotiate, NtlmMessage, NtlmToken, TargetInfo, Version, av_id, filetime, flags, unix_seconds,
};

use super::support::hex;
use super::{authenticate, token};

fn challenge(token: &NtlmToken) -> Challenge {
    match token.read() {
        Ok(NtlmMessage::Challenge(message)) => message,
        other => panic!("{other:?}"),
    }
}

/// MS-NLMP 4.2.4.3, read and written.
#[test]
fn the_challenge_for_ntlm_v2() {
    let token = token("tsrequest-challenge-v2");
    let message = challenge(&token);
    let expected = Challenge {
        target_name: "Server".to_owned(),
        flags: 0xe28a_8233,
        server_challenge: [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
        target_info: TargetInfo {
            netbios_domain: Some("Domain".to_owned()),
            netbios_computer: Some("Server".to_owned()),
            ..TargetInfo::default()
        },
        version: Some(Version { major: 6, minor: 0, build: 6000, revision: 15 }),
    };
    assert_eq!(message, expected);
    assert_eq!(message.to_token().0, token.0);
}

/// MS-NLMP 4.2.2.3: no target info.
#[test]
fn the_challenge_for_ntlm_v1() {
    let token = token("tsrequest-challenge-v1");
    let message = challenge(&token);
    assert_eq!((message.flags, &message.target_info), (0xe202_8233, &TargetInfo::default()));
    assert_eq!(message.target_name, "Server");
    // The specification's example has no offset where the target info is empty; Windows writes one.
    let mut expected = token.0;
    expected[44] = 68;
    assert_eq!(message.to_token().0, expected);
}

#[test]
fn the_answer_of_ntlm_v2() {
    let token = token("tsrequest-authenticate-v2");
    let message = authenticate(&token);
    assert_eq!((message.domain.as_str(), message.user.as_str()), ("Domain", "User"));
    assert_eq!((message.workstation.as_str(), message.flags), ("COMPUTER", 0xe288_8235));
    assert_eq!(message.version, Some(Version { major: 5, minor: 1, build: 2600, revision: 15 }));
    assert_eq!((message.lm_response.len(), message.nt_response.len(), message.session_key.len()), (24, 84, 16));
    assert_eq!(token.0[message.session_key.clone()], hex("c5dad2544fc9799094ce1ce90bc9d03e"));
    assert_eq!(message.mic, None, "no room for one");
    let v2 = message.v2.unwrap();
    assert_eq!(token.0[v2.nt_proof_str], hex("68cd0ab851e51c96aabc927bebef6a1c"));
    assert_eq!((v2.client_challenge.end, v2.client_challenge.len()), (message.nt_response.end, 68));
    assert!(token.0[v2.client_challenge].starts_with(&hex("0101 0000 00000000")));
    assert_eq!(v2.timestamp, 0);
    assert_eq!(v2.target_info.netbios_domain.as_deref(), Some("Domain"));
    assert_eq!(v2.target_info.netbios_computer.as_deref(), Some("Server"));
}

#[test]
fn the_answer_of_ntlm_v1() {
    let token = token("tsrequest-authenticate-v1");
    let message = authenticate(&token);
    assert_eq!((message.user.as_str(), message.nt_response.len(), message.v2), ("User", 24, None));
    assert_eq!(token.0[message.nt_response], hex("67c43011f30298a2ad35ece64f16331c44bdbed927841f94"));
    assert_eq!(message.mic, None);
}

/// What xfreerdp 2.11 sends, with a MIC.
#[test]
fn the_messages_of_xfreerdp() {
    let Ok(NtlmMessage::Negotiate(negotiate)) = token("tsrequest-freerdp-negotiate").read() else { panic!() };
    assert_eq!(negotiate.version.unwrap().build, 7601);
    assert_eq!((negotiate.domain.as_deref(), negotiate.workstation.as_deref()), (None, None));
    assert_ne!(negotiate.flags & flags::EXTENDED_SESSIONSECURITY, 0);

    let token = token("tsrequest-freerdp-authenticate");
    let message = authenticate(&token);
    assert_eq!((message.domain.as_str(), message.user.as_str()), ("EXAMPLE", "alice"));
    assert_eq!(message.mic, Some(72..88));
    assert_eq!(token.0[72..88], hex("911b29375bdf9513f814a92085f3bb00")[..]);
    let v2 = message.v2.unwrap();
    assert_eq!(v2.target_info.flags, Some(TargetInfo::HAS_MIC));
    assert_eq!(unix_seconds(v2.timestamp), 1_767_225_600, "the clock of the challenge");
    assert_eq!(v2.target_info.dns_computer.as_deref(), Some("badrdp.example.com"));
    let other: Vec<_> = v2.target_info.other.iter().map(|(id, value)| (*id, value.len())).collect();
    assert_eq!(other, [(av_id::CHANNEL_BINDINGS, 16), (av_id::TARGET_NAME, 34)]);
}

/// A MIC is there only if the response says so and there is room for it.
#[test]
fn a_mic_is_found_behind_the_version_or_in_its_place() {
    let mut token = token("tsrequest-freerdp-authenticate");
    let message = authenticate(&token);
    let flag = token.0.windows(8).position(|pair| pair == [6, 0, 4, 0, 2, 0, 0, 0]).expect("MsvAvFlags") + 4;
    token.0[flag] = 0;
    assert_eq!(authenticate(&token).mic, None, "not announced");
    token.0[flag] = 2;
    // Without a version, but with its zeros: still behind it.
    token.0[63] &= !0x02;
    assert_eq!(authenticate(&token).mic, Some(72..88));
    assert_eq!(authenticate(&token).version, None);
    // Eight bytes shorter: the version was left out.
    let mut short = token.clone();
    short.0.drain(64..72);
    for at in [12, 20, 28, 36, 44, 52] {
        let offset = u32::from_le_bytes(short.0[at + 4..at + 8].try_into().unwrap()) - 8;
        short.0[at + 4..at + 8].copy_from_slice(&offset.to_le_bytes());
    }
    let shorter = authenticate(&short);
    assert_eq!((shorter.mic, shorter.user), (Some(64..80), message.user));
}

#[test]
fn pairs_are_written_as_windows_does() {
    let name = |name: &str| Some(name.to_owned());
    let info = TargetInfo {
        netbios_computer: name("a"),
        netbios_domain: name("b"),
        dns_computer: name("c"),
        dns_domain: name("d"),
        dns_tree: name("e"),
        flags: Some(2),
        timestamp: Some(7),
        other: vec![(0x77, vec![1])],
    };
    let bytes = info.to_bytes();
    let mut ids = Vec::new();
    let mut rest = bytes.as_slice();
    while let [id, 0, length, 0, more @ ..] = rest {
        ids.push(*id);
        rest = &more[usize::from(*length)..];
    }
    assert_eq!(ids, [2, 1, 4, 3, 5, 6, 7, 0x77, 0]);
    assert_eq!(TargetInfo::read(&bytes), Ok(info));
}

#[test]
fn a_pair_that_comes_twice_is_kept() {
    let pairs = hex("0200 0200 6100  0200 0200 6200  0600 0400 01000000  0600 0400 02000000  0000 0000");
    let info = TargetInfo::read(&pairs).unwrap();
    assert_eq!((info.netbios_domain.as_deref(), info.flags), (Some("a"), Some(1)));
    assert_eq!(info.other, [(2, vec![0x62, 0]), (6, vec![2, 0, 0, 0])]);
}

#[test]
fn negotiate_messages_of_any_length_are_read() {
    let negotiate = Negotiate {
        flags: flags::UNICODE | flags::OEM_DOMAIN_SUPPLIED | flags::OEM_WORKSTATION_SUPPLIED | flags::VERSION,
        domain: Some("EXAMPLE".to_owned()),
        workstation: Some("BOX".to_owned()),
        version: Some(Version { major: 10, minor: 0, build: 19041, revision: 15 }),
    };
    assert_eq!(negotiate.to_token().read(), Ok(NtlmMessage::Negotiate(negotiate)));
    // Old clients send the flags and nothing more.
    let bare = NtlmToken(hex("4e544c4d53535000 01000000 07820000"));
    let expected = Negotiate { flags: 0x8207, domain: None, workstation: None, version: None };
    assert_eq!(bare.read(), Ok(NtlmMessage::Negotiate(expected)));
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let honest = token("tsrequest-challenge-v2").0;
    let refused = |at: usize, bytes: &[u8]| {
        let mut token = NtlmToken(honest.clone());
        token.0[at..at + bytes.len()].copy_from_slice(bytes);
        token.read().unwrap_err().to_string()
    };
    assert_eq!(refused(0, b"n"), "Signature at byte 0: expected NTLMSSP\\0, got 0x6e");
    assert_eq!(refused(8, &[4]), "MessageType at byte 8: expected 1, 2 or 3, got 0x4");
    assert_eq!(
        refused(16, &[0xff, 0xff, 0xff, 0xff]),
        "CHALLENGE_MESSAGE.TargetNameFields at byte 12: says 4294967307 bytes, 104 are there"
    );
    assert_eq!(refused(44, &[0x45]), "CHALLENGE_MESSAGE.TargetInfoFields at byte 40: says 105 bytes, 104 are there");
    assert_eq!(
        refused(16, &[8]),
        "CHALLENGE_MESSAGE.TargetNameFields at byte 12: expected an offset behind the header, got 0x8"
    );
    assert_eq!(
        refused(12, &[11]),
        "CHALLENGE_MESSAGE.TargetName at byte 56: expected an even number of bytes, got 0xb"
    );
    assert_eq!(refused(70, &[0xff]), "CHALLENGE_MESSAGE.TargetInfo.AvLen at byte 70: says 255 bytes, 32 are there");
    assert_eq!(
        refused(70, &[11]),
        "CHALLENGE_MESSAGE.TargetInfo.MsvAvNbDomainName at byte 72: expected an even number of bytes, got 0xb"
    );
    assert_eq!(refused(68, &[7]), "CHALLENGE_MESSAGE.TargetInfo.MsvAvTimestamp at byte 72: expected 8 bytes, got 0xc");
    assert_eq!(refused(100, &[9]), "CHALLENGE_MESSAGE.TargetInfo.AvId at byte 104: end of input");
    let cut = |keep| NtlmToken(honest[..keep].to_vec()).read().unwrap_err().to_string();
    assert_eq!(cut(7), "Signature at byte 0: end of input");
    assert_eq!(cut(15), "CHALLENGE_MESSAGE.TargetNameFields at byte 12: end of input");
    assert_eq!(cut(67), "CHALLENGE_MESSAGE.TargetNameFields at byte 12: says 68 bytes, 67 are there");
}

#[test]
fn every_message_cut_and_flipped_is_survived() {
    let names = [
        "tsrequest-challenge-v1",
        "tsrequest-challenge-v2",
        "tsrequest-authenticate-v1",
        "tsrequest-authenticate-v2",
        "tsrequest-freerdp-negotiate",
        "tsrequest-freerdp-authenticate",
    ];
    let survives = |token: &NtlmToken| match token.read() {
        Ok(NtlmMessage::Authenticate(message)) => {
            let v2 = message.v2.map(|v2| [v2.nt_proof_str, v2.client_challenge]);
            let ranges = [message.lm_response, message.nt_response, message.session_key].into_iter();
            for range in ranges.chain(message.mic).chain(v2.into_iter().flatten()) {
                assert!(range.start <= range.end && range.end <= token.0.len(), "{range:?}");
            }
        }
        Ok(_) => {}
        Err(error) => {
            assert!(error.offset <= token.0.len(), "{error}");
            assert!(!error.path.is_empty());
        }
    };
    for name in names {
        let honest = token(name);
        for keep in 0..honest.0.len() {
            survives(&NtlmToken(honest.0[..keep].to_vec()));
        }
        for at in 0..honest.0.len() {
            for mask in [0x01, 0x02, 0x80, 0xff] {
                let mut flipped = honest.clone();
                flipped.0[at] ^= mask;
                survives(&flipped);
            }
        }
    }
}

#[test]
fn times_are_counted_from_1601() {
    assert_eq!(filetime(0), 116_444_736_000_000_000);
    assert_eq!(unix_seconds(116_444_736_000_000_000), 0);
    assert_eq!(unix_seconds(0), -11_644_473_600);
    for seconds in [-11_644_473_600, -1, 0, 1, 1_767_225_600, 253_402_300_799] {
        assert_eq!(unix_seconds(filetime(seconds)), seconds);
    }
    assert_eq!(filetime(i64::MIN), 0);
    assert_eq!(filetime(i64::MAX), u64::MAX);
    assert_eq!(unix_seconds(u64::MAX), 1_833_029_933_770);
    assert_eq!(unix_seconds(9_999_999), -11_644_473_600, "rounded down");
}
