#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::credssp::ntlm::Version;
use badrdp_proto::vocab::codes::{McsReason, McsResult};

use super::super::ask::Question;
use super::super::protocols::{refuses, selects};
use super::*;
use crate::diagnosis::fixture::connect_response;

fn identity(major: u8, minor: u8, build: u16) -> HostIdentity {
    HostIdentity { version: Some(Version { major, minor, build, ..Version::default() }), ..HostIdentity::default() }
}

#[test]
fn quirks_tell_the_families_apart() {
    let disconnect = Answer::other(Question::of(Protocols::RDSAAD), Reply::McsDisconnect(McsReason::RN_USER_REQUESTED));
    let xrdp = [selects(0xb, 1, 1, 0x1234), selects(0xa, 0, 1, 0x1234), disconnect];
    assert_eq!(guess(&xrdp, None, None).family, Some((Family::Xrdp, Sure::Likely)));
    let shadow = [selects(0xb, 1, 3, 0), refuses(0xa, 2, 0)];
    let found = guess(&shadow, None, None);
    assert_eq!(found.family, Some((Family::FreeRdp, Sure::Likely)));
    assert!(found.member.unwrap().contains("shadow"));
    let weston = guess(&[selects(0xb, 1, 1, 0), refuses(0xa, 2, 0)], None, None);
    assert!(weston.member.unwrap().contains("weston"));
}

#[test]
fn the_version_that_freerdp_always_says_makes_no_windows() {
    let seven = identity(6, 1, 7601);
    let nla = [selects(0xb, 2, 3, 0), refuses(8, 5, 0)];
    let found = guess(&nla, None, Some(&seven));
    assert_eq!(found.family, Some((Family::FreeRdp, Sure::Likely)));
    // With the source reference of Windows it is open which of the two it is.
    let found = guess(&[selects(0xb, 2, 3, 0x1234)], None, Some(&seven));
    assert_eq!(found.family, None, "{found:#?}");
    assert!(
        !guess(&[selects(0xb, 2, 3, 0x1234)], None, Some(&seven))
            .signs
            .iter()
            .any(|sign| sign.families == [Family::Windows])
    );
}

#[test]
fn what_can_be_imitated_is_likely_at_most() {
    // All that a server can say in Windows' place, as the fake server does: there is no surer word.
    let answers = [selects(0xb, 8, 0x1f, 0x1234), selects(3, 2, 0x1f, 0x1234), refuses(1, 5, 0x1234)];
    let found = guess(&answers, None, Some(&identity(10, 0, 20348)));
    assert_eq!(found.family, Some((Family::Windows, Sure::Likely)), "{found:#?}");
}

/// A Connect Response with these domain parameters and ids.
fn settings(max_channel_ids: u32, node_id: u16, called_connect_id: u32) -> ConnectResponse {
    let Message::McsConnectResponse(mut response) = connect_response(McsResult::RT_SUCCESSFUL, 0, 0) else {
        unreachable!("the fixture makes one");
    };
    response.domain_parameters.max_channel_ids = max_channel_ids;
    (response.node_id, response.called_connect_id) = (node_id, called_connect_id);
    *response
}

#[test]
fn connect_responses_tell_too() {
    let tls = [selects(0xb, 1, 1, 0x1234)];
    assert_eq!(guess(&tls, Some(&settings(22, 0x7a0b, 0)), None).family, Some((Family::Xrdp, Sure::Likely)));
    assert_eq!(guess(&tls, Some(&settings(34, 0x79f3, 0)), None).family, None, "Windows and its imitators");
    let dropped = Answer::other(Question::of(Protocols::RDSTLS), Reply::Closed);
    let iron = [selects(0xb, 1, 1, 0), dropped.clone()];
    assert_eq!(guess(&iron, Some(&settings(34, 1002, 1)), None).family, Some((Family::IronRdp, Sure::Likely)));
    // A close alone says nothing of a server with another source reference.
    assert_eq!(guess(&[selects(0xb, 1, 1, 0x1234), dropped], None, None).family, None);
}

#[test]
fn without_signs_there_is_no_guess() {
    assert_eq!(guess(&[], None, None), Fingerprint::default());
    let number_alone = guess(&[selects(0xb, 2, 1, 0x1234)], None, Some(&identity(10, 0, 20348)));
    assert_eq!(number_alone.family, Some((Family::Windows, Sure::Hint)), "a number alone is a hint");
    assert_eq!(guess(&[selects(0xb, 1, 0, 0x4321)], None, None).family, None);
    // Two families fit.
    assert_eq!(guess(&[selects(0xb, 1, 0, 0x1234)], None, None).family, None);
}
