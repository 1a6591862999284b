//! Facts are short, telling and without secrets.

use badrdp_proto::pdu::mcs::{AttachUserConfirm, ChannelJoinConfirm};
use badrdp_proto::pdu::x224::{ConnectionConfirm, NegotiationAnswer, Protocols};
use badrdp_proto::pdu::{Message, decode, specimen};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{McsResult, NegotiationFailureCode};

use crate::support::{all_specimens, vectors};

fn of(kind: MessageKind) -> String {
    specimen::specimen(kind).unwrap().fact()
}

#[test]
fn facts_of_the_connection_s_own_messages() {
    assert_eq!(
        of(MessageKind::X224ConnectionRequest),
        "offers SSL|HYBRID|HYBRID_EX, flags correlation-info, cookie \"eltons\", correlation id 6261647264702073706563696d656e2e"
    );
    assert_eq!(
        of(MessageKind::X224ConnectionConfirm),
        "selects SSL, flags extended-client-data|graphics-pipeline|reserved|restricted-admin|redirected-authentication"
    );
    assert_eq!(
        of(MessageKind::McsConnectInitial),
        "RDP 10.12 client \"ELTONS-DEV2\" 1024x768, channels rdpsnd, cliprdr, drdynvc"
    );
    assert_eq!(
        of(MessageKind::McsConnectResponse),
        "joins may be skipped, I/O 1003, channels 1004-1006, message channel 1007"
    );
    assert_eq!(of(MessageKind::McsAttachUserConfirm), "user channel 1008");
    assert_eq!(of(MessageKind::McsChannelJoinRequest), "channel 1003");
    assert_eq!(of(MessageKind::McsChannelJoinConfirm), "channel 1003");
    assert_eq!(of(MessageKind::McsDisconnectProviderUltimatum), "reason RN_USER_REQUESTED (0x3)");
}

#[test]
fn facts_of_refusals() {
    let confirm = |negotiation| {
        Message::X224ConnectionConfirm(ConnectionConfirm { negotiation, ..ConnectionConfirm::default() }).fact()
    };
    let failure = |failure_code| confirm(Some(NegotiationAnswer::Failure { flags: 0, failure_code }));
    let hybrid = NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER;
    assert_eq!(failure(hybrid), "refuses: HYBRID_REQUIRED_BY_SERVER (0x5)");
    assert_eq!(failure(NegotiationFailureCode(0x63)), "refuses: 0x63 (no known name)");
    assert_eq!(confirm(None), "no negotiation data: standard RDP security");
    let selected_protocol = Protocols(0x8000_0002);
    let answer = NegotiationAnswer::Response { flags: 0x21, selected_protocol };
    assert_eq!(confirm(Some(answer)), "selects HYBRID|0x80000000, flags extended-client-data|0x20");

    let attach = AttachUserConfirm { result: McsResult(5), initiator: None };
    assert_eq!(Message::McsAttachUserConfirm(attach).fact(), "refuses: RT_NO_SUCH_USER (0x5)");
    let join = ChannelJoinConfirm { result: McsResult(0), initiator: 1007, requested: 1004, channel_id: Some(1003) };
    assert_eq!(Message::McsChannelJoinConfirm(join).fact(), "channel 1003, but 1004 was requested");
}

#[test]
fn facts_are_one_line() {
    let vectors = vectors().into_iter().map(|vector| decode(&vector.bytes, &vector.context).unwrap());
    for message in vectors.chain(all_specimens().into_iter().map(|(_, message, _)| message)) {
        let fact = message.fact();
        assert!(!fact.is_empty() && !fact.contains('\n') && fact.len() < 200, "{}: {fact:?}", message.kind());
    }
}
