//! Both machines in a licence exchange, with ports that answer from a list.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod common;

use badrdp_proto::connect::{
    Blame, ClientConfig, Failure, LicenseExchange, LicenseFailure, LicenseReply, Machine as _, ServerConfig,
};
use badrdp_proto::pdu::licensing::LicensePdu;
use badrdp_proto::pdu::specimen::specimen;
use badrdp_proto::pdu::{ChannelPdu, Data, Message};
use badrdp_proto::vocab::codes::{LicenseErrorCode, LicenseStateTransition};
use badrdp_proto::vocab::{MessageKind, Stage};
use common::{Pair, ladder};

fn pdu(kind: MessageKind) -> Box<LicensePdu> {
    match specimen(kind) {
        Some(Message::Data(Data { pdu: ChannelPdu::License(pdu), .. })) => Box::new(pdu),
        other => panic!("no licensing message: {other:?}"),
    }
}

fn send(kind: MessageKind) -> LicenseReply {
    LicenseReply::Send(pdu(kind))
}

fn last(kind: MessageKind) -> LicenseReply {
    LicenseReply::Done { last: Some(pdu(kind)) }
}

/// A pair that takes part in an exchange; what each port answers is up to the test.
fn pair(exchange: LicenseExchange) -> Pair {
    let client = ClientConfig { accept_license: true, ..ClientConfig::default() };
    Pair::new(client, ServerConfig { license_exchange: Some(exchange), ..ServerConfig::default() })
}

/// The messages of licensing, and what follows them, as the client saw them.
fn seen(pair: Pair) -> Vec<(&'static str, MessageKind)> {
    let (client, _) = pair.finish();
    let messages = ladder(&client).into_iter().skip_while(|(_, kind)| *kind != MessageKind::ClientInfo).skip(1);
    messages.take_while(|(_, kind)| kind.stage() <= Stage::Licensing || *kind == MessageKind::DemandActive).collect()
}

#[test]
fn a_new_licence_ends_the_exchange_and_the_session_opens() {
    let mut pair = pair(LicenseExchange::default());
    pair.server_license =
        [send(MessageKind::LicenseRequest), send(MessageKind::PlatformChallenge), last(MessageKind::NewLicense)].into();
    pair.client_license = [
        send(MessageKind::NewLicenseRequest),
        send(MessageKind::PlatformChallengeResponse),
        LicenseReply::Done { last: None },
    ]
    .into();
    pair.drive();
    assert!(pair.client.machine().is_active() && pair.server.machine().is_active());
    let expected = [
        ("<-", MessageKind::LicenseRequest),
        ("->", MessageKind::NewLicenseRequest),
        ("<-", MessageKind::PlatformChallenge),
        ("->", MessageKind::PlatformChallengeResponse),
        ("<-", MessageKind::NewLicense),
        ("<-", MessageKind::DemandActive),
    ];
    assert_eq!(seen(pair), expected);
}

#[test]
fn a_licence_that_the_client_has_may_be_enough_or_be_replaced() {
    let mut enough = pair(LicenseExchange::default());
    enough.server_license = [send(MessageKind::LicenseRequest), last(MessageKind::LicenseErrorAlert)].into();
    enough.client_license = [send(MessageKind::LicenseInfo)].into();
    enough.drive();
    assert!(enough.client.machine().is_active());

    let mut replaced = pair(LicenseExchange::default());
    replaced.server_license =
        [send(MessageKind::LicenseRequest), send(MessageKind::PlatformChallenge), last(MessageKind::UpgradeLicense)]
            .into();
    replaced.client_license = [
        send(MessageKind::LicenseInfo),
        send(MessageKind::PlatformChallengeResponse),
        LicenseReply::Done { last: None },
    ]
    .into();
    replaced.drive();
    assert!(replaced.client.machine().is_active());
    assert!(seen(replaced).contains(&("<-", MessageKind::UpgradeLicense)));
}

#[test]
fn the_alert_stands_in_place_of_any_message_of_the_server() {
    let abort = (LicenseErrorCode::ERR_NO_LICENSE_SERVER, LicenseStateTransition::ST_TOTAL_ABORT);
    let valid = (LicenseErrorCode::STATUS_VALID_CLIENT, LicenseStateTransition::ST_NO_TRANSITION);
    let kinds = [MessageKind::LicenseRequest, MessageKind::PlatformChallenge, MessageKind::NewLicense];
    for (at, kind) in kinds.into_iter().enumerate() {
        for license in [abort, valid] {
            let exchange = LicenseExchange { alert_at: Some(kind), ..LicenseExchange::default() };
            let config = ServerConfig { license_exchange: Some(exchange), license, ..ServerConfig::default() };
            let client = ClientConfig { accept_license: true, ..ClientConfig::default() };
            let mut pair = Pair::new(client, config);
            let challenge = send(MessageKind::PlatformChallenge);
            pair.server_license = [send(MessageKind::LicenseRequest), challenge, last(MessageKind::NewLicense)].into();
            let response = send(MessageKind::PlatformChallengeResponse);
            pair.client_license = [send(MessageKind::NewLicenseRequest), response].into();
            pair.drive();
            assert_eq!(pair.client.machine().is_active(), license == valid, "{kind}");
            let failure = pair.client.machine().failure().map(|failure| failure.cause.clone());
            assert_eq!(failure, (license == abort).then_some(Blame::Refused(MessageKind::LicenseErrorAlert)), "{kind}");
            let seen = seen(pair);
            assert!(!seen.contains(&("<-", kind)), "{kind}: {seen:?}");
            assert_eq!(seen.iter().filter(|(arrow, _)| *arrow == "<-").count(), at + 1 + usize::from(license == valid));
        }
    }
}

#[test]
fn a_client_that_declines_is_disconnected_or_let_in() {
    for may_be_declined in [false, true] {
        let exchange = LicenseExchange { may_be_declined, ..LicenseExchange::default() };
        let config = ServerConfig { license_exchange: Some(exchange), ..ServerConfig::default() };
        let mut pair = Pair::new(ClientConfig::default(), config);
        pair.server_license = [send(MessageKind::LicenseRequest)].into();
        pair.drive();
        assert_eq!(pair.client.machine().is_active(), may_be_declined);
        let server = pair.server.machine().failure().map(|failure| failure.cause.clone());
        assert_eq!(server, (!may_be_declined).then_some(Blame::Refused(MessageKind::LicenseErrorAlert)));
        assert!(seen(pair).contains(&("->", MessageKind::LicenseErrorAlert)));
    }
}

#[test]
fn a_port_that_gives_up_has_its_last_word_and_its_failure_is_kept() {
    let refused = |failure: LicenseFailure| LicenseReply::Failed {
        last: Some(Box::new(LicensePdu::error_alert(
            LicenseErrorCode::ERR_INVALID_MAC,
            LicenseStateTransition::ST_TOTAL_ABORT,
        ))),
        failure,
    };
    let failure = LicenseFailure::Mac(MessageKind::PlatformChallenge);
    let mut client_fails = pair(LicenseExchange::default());
    client_fails.server_license = [send(MessageKind::LicenseRequest), send(MessageKind::PlatformChallenge)].into();
    client_fails.client_license = [send(MessageKind::NewLicenseRequest), refused(failure.clone())].into();
    client_fails.drive();
    let kept =
        Failure { stage: Stage::Licensing, cause: Blame::License(failure), after: Some(MessageKind::LicenseRequest) };
    let after = Some(MessageKind::PlatformChallenge);
    assert_eq!(client_fails.client.machine().failure(), Some(&Failure { after, ..kept }));
    assert_eq!(seen(client_fails).last(), Some(&("->", MessageKind::LicenseErrorAlert)));

    let mut server_fails = pair(LicenseExchange::default());
    server_fails.server_license = [send(MessageKind::LicenseRequest), refused(LicenseFailure::Premaster)].into();
    server_fails.client_license = [send(MessageKind::NewLicenseRequest)].into();
    server_fails.drive();
    let kept = server_fails.server.machine().failure().map(|failure| failure.cause.clone());
    assert_eq!(kept, Some(Blame::License(LicenseFailure::Premaster)));
    let told = server_fails.client.machine().failure().map(|failure| failure.cause.clone());
    assert_eq!(told, Some(Blame::Refused(MessageKind::LicenseErrorAlert)));
}

#[test]
fn messages_out_of_order_end_both_sides() {
    // The client hears what is not due; its port is never asked.
    for (heard, before) in [
        (MessageKind::PlatformChallenge, 0),
        (MessageKind::NewLicense, 0),
        (MessageKind::NewLicense, 1),
        (MessageKind::LicenseRequest, 1),
        (MessageKind::LicenseMessage, 1),
        (MessageKind::PlatformChallenge, 2),
    ] {
        let sent = [send(MessageKind::LicenseRequest), send(MessageKind::PlatformChallenge)];
        let mut pair = pair(LicenseExchange::default());
        pair.server_license = sent.into_iter().take(before).chain([send(heard)]).collect();
        pair.client_license =
            [send(MessageKind::NewLicenseRequest), send(MessageKind::PlatformChallengeResponse)].into();
        pair.drive();
        let Some(Failure { stage: Stage::Licensing, cause: Blame::Unexpected { got, .. }, .. }) =
            pair.client.machine().failure()
        else {
            panic!("{heard} behind {before}: {:?}", pair.client.machine().failure())
        };
        assert_eq!(*got, heard);
    }
    // The server likewise: the client's first word must ask for a licence or present one.
    for (heard, before) in [
        (MessageKind::PlatformChallengeResponse, 0),
        (MessageKind::NewLicenseRequest, 1),
        (MessageKind::LicenseMessage, 0),
    ] {
        let mut pair = pair(LicenseExchange::default());
        pair.server_license = [send(MessageKind::LicenseRequest), send(MessageKind::PlatformChallenge)].into();
        pair.client_license =
            [send(MessageKind::NewLicenseRequest)].into_iter().take(before).chain([send(heard)]).collect();
        pair.drive();
        let cause = pair.server.machine().failure().map(|failure| failure.cause.clone());
        let Some(Blame::Unexpected { got, .. }) = cause else { panic!("{heard} behind {before}: {cause:?}") };
        assert_eq!(got, heard);
    }
}
