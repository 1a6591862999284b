//! Both machines against each other, bytes and all, in virtual time.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod common;

use badrdp_proto::connect::{Blame, ClientConfig, Ending, NegotiationPolicy, ServerConfig, Step};
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::codes::{
    ErrorInfo, LicenseErrorCode, LicenseStateTransition, McsReason, McsResult, NegotiationFailureCode,
};
use badrdp_proto::vocab::{MessageKind, Stage};
use common::{Pair, ladder};

fn pair(server: ServerConfig) -> Pair {
    let mut pair = Pair::new(ClientConfig::default(), server);
    pair.drive();
    pair
}

fn failure(pair: &Pair) -> (Stage, Blame) {
    use badrdp_proto::connect::Machine as _;
    let failure = pair.client.machine().failure().expect("the client must have failed");
    (failure.stage, failure.cause.clone())
}

#[test]
fn honest_sides_reach_an_active_session_and_draw() {
    let mut pair = pair(ServerConfig::default());
    assert!(pair.client.machine().is_active());
    assert!(pair.server.machine().is_active());
    assert_eq!(pair.drawn, 1);
    assert_eq!(pair.server.machine().facts().client_name, "badrdp");
    pair.client_leaves();
    let (client, server) = pair.finish();
    assert_eq!(client.failure, None);
    assert_eq!(server.failure, None);
    assert_eq!(server.stage, Stage::Active);
    // What one side sent is what the other received, byte for byte.
    let bytes = |transcript: &badrdp_proto::transcript::Transcript, wanted| {
        transcript
            .entries
            .iter()
            .filter_map(|entry| match &entry.event {
                badrdp_proto::transcript::Event::Message { direction, bytes, .. } if *direction == wanted => {
                    Some(bytes.clone())
                }
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    use badrdp_proto::transcript::Direction::{Received, Sent};
    assert_eq!(bytes(&client, Sent), bytes(&server, Received));
    assert_eq!(bytes(&server, Sent), bytes(&client, Received));
}

#[test]
fn a_request_that_has_no_length_is_never_sent() {
    use badrdp_proto::connect::{Client, Machine as _, Output};
    use badrdp_proto::pdu::x224::{ConnectionRequest, NegotiationRequest, Token};
    let outputs = |length: usize| {
        let config = ClientConfig { routing_token: Some(vec![b'x'; length]), ..ClientConfig::default() };
        let mut client = Client::new(config);
        let sent: Vec<bool> =
            std::iter::from_fn(|| client.poll()).map(|output| matches!(output, Output::Send(_))).collect();
        (sent, client.failure().is_some_and(|failure| matches!(failure.cause, Blame::Local(_))))
    };
    assert_eq!(outputs(ConnectionRequest::LONGEST_TOKEN), (vec![true], false));
    assert_eq!(outputs(ConnectionRequest::LONGEST_TOKEN + 1), (vec![false], true));
    // What is counted is what is written.
    for token in [Token::Routing(vec![b'x'; 238]), Token::Cookie(b"alice".to_vec())] {
        let negotiation = Some(NegotiationRequest { flags: 0, requested_protocols: Protocols::SSL });
        let request = ConnectionRequest { token: Some(token), negotiation, ..ConnectionRequest::default() };
        let (length, fits) = (request.length(), request.fits());
        let bytes = badrdp_proto::pdu::Message::X224ConnectionRequest(request).encode();
        assert_eq!((bytes.len(), bytes.get(4).copied().map(usize::from), fits), (length + 5, Some(length), true));
    }
}

#[test]
fn every_stage_is_visited_in_order() {
    let (client, _) = pair(ServerConfig::default()).finish();
    let mut stages: Vec<_> = client.entries.iter().map(|entry| entry.stage).collect();
    assert!(stages.is_sorted(), "{stages:?}");
    stages.dedup();
    assert_eq!(
        stages,
        [
            Stage::ConnectionInitiation,
            Stage::Tls,
            Stage::BasicSettingsExchange,
            Stage::ChannelConnection,
            Stage::SecureSettingsExchange,
            Stage::Licensing,
            Stage::CapabilitiesExchange,
            Stage::ConnectionFinalization,
            Stage::Active,
        ]
    );
}

#[test]
fn channel_joins_are_skipped_only_by_consent() {
    let count = |server_skips, client_skips| {
        let client = ClientConfig { skip_channel_join: client_skips, ..ClientConfig::default() };
        let mut pair = Pair::new(client, ServerConfig { skip_channel_join: server_skips, ..ServerConfig::default() });
        pair.drive();
        assert!(pair.client.machine().is_active());
        let (client, _) = pair.finish();
        ladder(&client).iter().filter(|(_, kind)| *kind == MessageKind::McsChannelJoinRequest).count()
    };
    // User, I/O, message channel and one static channel.
    assert_eq!(count(false, false), 4);
    assert_eq!(count(true, false), 4);
    assert_eq!(count(false, true), 4);
    assert_eq!(count(true, true), 0);
}

#[test]
fn a_negotiation_failure_reaches_the_client() {
    for (code, _) in [1u32, 2, 3, 4, 5, 6, 0x63].into_iter().map(|code| (NegotiationFailureCode(code), ())) {
        let negotiation = NegotiationPolicy { failure: Some(code), ..NegotiationPolicy::default() };
        let pair = pair(ServerConfig { negotiation, ..ServerConfig::default() });
        let (stage, cause) = failure(&pair);
        assert_eq!((stage, cause), (Stage::ConnectionInitiation, Blame::Refused(MessageKind::X224ConnectionConfirm)));
    }
}

#[test]
fn the_server_chooses_the_code_by_what_it_accepts() {
    use badrdp_proto::pdu::Message;
    use badrdp_proto::pdu::x224::NegotiationAnswer;
    let answer = |accepts, offers| {
        let client = ClientConfig { protocols: offers, ..ClientConfig::default() };
        let mut pair = Pair::new(client, ServerConfig { protocols: accepts, ..ServerConfig::default() });
        pair.drive();
        let (client, _) = pair.finish();
        client.messages().find_map(|(_, _, message)| match message {
            Some(Message::X224ConnectionConfirm(confirm)) => confirm.negotiation,
            _ => None,
        })
    };
    let refused = |code| Some(NegotiationAnswer::Failure { flags: 0, failure_code: code });
    let selected = |protocol| Some(NegotiationAnswer::Response { flags: 1, selected_protocol: protocol });
    let hybrids = Protocols::HYBRID.union(Protocols::HYBRID_EX);
    assert_eq!(answer(Protocols::SSL, Protocols::HYBRID), refused(NegotiationFailureCode::SSL_REQUIRED_BY_SERVER));
    assert_eq!(answer(Protocols::HYBRID, Protocols::SSL), refused(NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER));
    assert_eq!(answer(Protocols::RDP, Protocols::SSL), refused(NegotiationFailureCode::SSL_NOT_ALLOWED_BY_SERVER));
    assert_eq!(answer(Protocols::RDP, Protocols::RDP), selected(Protocols::RDP));
    assert_eq!(answer(hybrids, hybrids.union(Protocols::SSL)), selected(Protocols::HYBRID_EX));
    assert_eq!(answer(Protocols::SSL, hybrids.union(Protocols::SSL)), selected(Protocols::SSL));
}

#[test]
fn a_protocol_never_offered_is_a_violation() {
    let negotiation = NegotiationPolicy { select: Some(Protocols::RDSTLS), ..NegotiationPolicy::default() };
    let pair = pair(ServerConfig { negotiation, ..ServerConfig::default() });
    let (stage, cause) = failure(&pair);
    assert_eq!(stage, Stage::ConnectionInitiation);
    assert!(matches!(cause, Blame::Violated(_)), "{cause:?}");
}

#[test]
fn mcs_refusals_are_told_apart() {
    let refusal = McsResult(14);
    let config = ServerConfig { connect_result: refusal, ..ServerConfig::default() };
    assert_eq!(failure(&pair(config)), (Stage::BasicSettingsExchange, Blame::Refused(MessageKind::McsConnectResponse)));
    let config = ServerConfig { attach_result: refusal, ..ServerConfig::default() };
    assert_eq!(failure(&pair(config)), (Stage::ChannelConnection, Blame::Refused(MessageKind::McsAttachUserConfirm)));
    for number in 1..=4 {
        let config = ServerConfig { join_refusal: Some((number, refusal)), ..ServerConfig::default() };
        let pair = pair(config);
        assert_eq!(failure(&pair), (Stage::ChannelConnection, Blame::Refused(MessageKind::McsChannelJoinConfirm)));
        let (client, _) = pair.finish();
        let joins = ladder(&client).iter().filter(|(_, kind)| *kind == MessageKind::McsChannelJoinRequest).count();
        assert_eq!(joins, usize::from(number), "the client stops at the join that was refused");
    }
}

#[test]
fn only_valid_client_with_no_transition_passes_licensing() {
    for (error, transition) in [(7, 1), (7, 3), (6, 2), (6, 1), (8, 1), (2, 4), (0x1234, 0x99)] {
        let license = (LicenseErrorCode(error), LicenseStateTransition(transition));
        let pair = pair(ServerConfig { license, ..ServerConfig::default() });
        assert_eq!(failure(&pair), (Stage::Licensing, Blame::Refused(MessageKind::LicenseErrorAlert)));
    }
}

#[test]
fn error_info_is_kept_and_the_close_ends_the_session() {
    let code = ErrorInfo::ERRINFO_SERVER_DENIED_CONNECTION;
    let steps = vec![Step::Logon, Step::ErrorInfo(code), Step::End(Ending::Fin)];
    let pair = pair(ServerConfig { steps, ..ServerConfig::default() });
    assert_eq!(pair.client.machine().facts().error_info, Some(code));
    let (stage, cause) = failure(&pair);
    assert_eq!(stage, Stage::Active);
    assert!(matches!(cause, Blame::Closed(_)), "{cause:?}");

    let steps = vec![Step::ErrorInfo(code), Step::Disconnect(McsReason(3)), Step::End(Ending::Fin)];
    let config = ServerConfig { steps, ..ServerConfig::default() };
    let mut with_ultimatum = Pair::new(ClientConfig::default(), config);
    with_ultimatum.drive();
    assert_eq!(failure(&with_ultimatum), (Stage::Active, Blame::Refused(MessageKind::McsDisconnectProviderUltimatum)));
}

#[test]
fn error_info_in_place_of_licensing_is_seen_before_the_share_exists() {
    let code = ErrorInfo(0x101);
    let pair = pair(ServerConfig { license_error_info: Some(code), ..ServerConfig::default() });
    assert_eq!(pair.client.machine().facts().error_info, Some(code));
    assert_eq!(failure(&pair).0, Stage::Licensing);
}

#[test]
fn a_session_survives_deactivation() {
    let steps = vec![Step::Draw, Step::Deactivate, Step::Draw];
    let pair = pair(ServerConfig { steps, ..ServerConfig::default() });
    assert!(pair.client.machine().is_active());
    assert_eq!(pair.drawn, 2);
}

#[test]
fn silence_is_blamed_on_the_stage_that_waits() {
    let mut pair = Pair::new(ClientConfig::default(), ServerConfig::default());
    while pair.client.poll(pair.now).is_some() {}
    pair.client.timed_out(pair.now);
    assert_eq!(failure(&pair), (Stage::ConnectionInitiation, Blame::Stalled));
}

/// A client that begins CredSSP is at its logon, not in the settings exchange.
#[test]
fn a_server_that_asked_for_a_logon_waits_in_nla() {
    use badrdp_proto::connect::{AuthCall, Machine as _, Output};
    let config = ServerConfig { protocols: Protocols::HYBRID, ..ServerConfig::default() };
    let mut pair = Pair::new(ClientConfig::default(), config);
    let mut authenticates = Vec::new();
    while let Some(Output::Send(message)) = pair.client.poll(pair.now) {
        pair.server.receive(&message.encode());
    }
    while let Some(output) = pair.server.poll(pair.now) {
        match output {
            Output::StartTls => pair.server.tls_ready(pair.now, badrdp_proto::connect::TlsFacts::default()),
            Output::Authenticate(protocol) => authenticates.push(protocol),
            _ => {}
        }
    }
    assert_eq!(authenticates, [AuthCall::Begin]);
    // A client that skips its logon.
    pair.server.receive(&[0x03, 0x00, 0x00, 0x0c, 0x02, 0xf0, 0x80]);
    while pair.server.poll(pair.now).is_some() {}
    let failure = pair.server.machine().failure().expect("nobody authenticates here");
    assert_eq!(failure.stage, Stage::Nla);
    assert!(matches!(failure.cause, Blame::NotAFrame(_)), "{failure:?}");
}
