//! Both machines through NLA in virtual time. The auth ports follow a script: what is inside the tokens does not matter.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod common;

use core::time::Duration;
use std::collections::VecDeque;

use badrdp_proto::connect::{
    AuthCall, AuthFailure, AuthReply, Blame, Client, ClientConfig, CloseKind, Ending, Failure, Input, Machine,
    NegotiationPolicy, Output, Server, ServerConfig, TlsFacts, TlsFailure, TlsFailureKind,
};
use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::x224::{NegotiationRequest, Protocols};
use badrdp_proto::pdu::{Message, Side};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::{Direction, Event, Transcript};
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NtStatus};
use badrdp_proto::vocab::{MessageKind, Stage};
use common::ladder;

/// One side's port: its answers in order.
type Script = VecDeque<AuthReply>;

/// Messages that can be told apart by their version alone.
fn say(version: u32) -> Box<TsRequest> {
    Box::new(TsRequest { version, ..TsRequest::default() })
}

fn send(version: u32) -> AuthReply {
    AuthReply::Send(say(version))
}

fn refusal(status: NtStatus) -> Box<TsRequest> {
    Box::new(TsRequest { version: 6, error_code: Some(status), ..TsRequest::default() })
}

/// The client's four words: NEGOTIATE, AUTHENTICATE with proof, credentials.
fn client_script() -> Script {
    [send(1), send(3), AuthReply::Done { last: Some(say(5)) }].into()
}

/// The server's: ready, challenge, proof, done.
fn server_script() -> Script {
    [AuthReply::Wait, send(2), send(4), AuthReply::Done { last: None }].into()
}

/// Both sides, until neither has anything to say.
struct Run {
    client: Session<Client>,
    server: Session<Server>,
    asked: (Vec<AuthCall>, Vec<AuthCall>),
    ended: (Option<Ending>, Option<Ending>),
}

fn run(client: ClientConfig, server: ServerConfig, mut ports: (Script, Script)) -> Run {
    let budget = Duration::from_secs(1);
    let mut run = Run {
        client: Session::new(Client::new(client), budget),
        server: Session::new(Server::new(server), budget),
        asked: (Vec::new(), Vec::new()),
        ended: (None, None),
    };
    for step in 0..200 {
        let now = Duration::from_millis(step);
        let mut wire = Vec::new();
        let client = turn(&mut run.client, now, &mut ports.0, &mut run.asked.0, &mut run.ended.0, &mut wire);
        run.server.receive(&wire);
        let mut wire = Vec::new();
        let server = turn(&mut run.server, now, &mut ports.1, &mut run.asked.1, &mut run.ended.1, &mut wire);
        run.client.receive(&wire);
        if !client && !server {
            return run;
        }
    }
    panic!("the pair still talks");
}

/// Drives one side until it waits; whether it did anything.
fn turn<M: Machine>(
    session: &mut Session<M>,
    now: Duration,
    script: &mut Script,
    asked: &mut Vec<AuthCall>,
    ended: &mut Option<Ending>,
    wire: &mut Vec<u8>,
) -> bool {
    let mut moved = false;
    while let Some(output) = session.poll(now) {
        moved = true;
        match output {
            Output::Send(message) => {
                let bytes = message.encode();
                session.sent(now, message.kind(), Some(&message), &bytes, Vec::new());
                wire.extend(bytes);
            }
            Output::StartTls => session.tls_ready(now, TlsFacts::default()),
            Output::Authenticate(call) => {
                asked.push(call);
                session.auth(script.pop_front().expect("the script has an answer"));
            }
            Output::End(ending) => *ended = Some(ending),
            Output::Activated
            | Output::Draw
            | Output::Skipped { .. }
            | Output::License(_)
            | Output::CookieChecked(_) => {}
        }
    }
    moved
}

fn offering(protocols: Protocols) -> ClientConfig {
    ClientConfig { protocols: protocols.union(Protocols::SSL), ..ClientConfig::default() }
}

fn accepting(protocols: Protocols) -> ServerConfig {
    ServerConfig { protocols, ..ServerConfig::default() }
}

fn failure<M: Machine>(session: &Session<M>) -> Failure {
    session.machine().failure().expect("it must have failed").clone()
}

fn in_nla(transcript: &Transcript) -> Vec<(&'static str, MessageKind)> {
    ladder(transcript).into_iter().filter(|(_, kind)| kind.stage() == Stage::Nla).collect()
}

#[test]
fn hybrid_goes_from_credentials_to_the_session() {
    let run = run(offering(Protocols::HYBRID), accepting(Protocols::HYBRID), (client_script(), server_script()));
    assert!(run.client.machine().is_active() && run.server.machine().is_active());
    assert!(run.client.machine().facts().logged_on && run.server.machine().facts().logged_on);
    assert_eq!(run.asked.0, [AuthCall::Begin, AuthCall::Take(say(2)), AuthCall::Take(say(4))]);
    assert_eq!(run.asked.1, [AuthCall::Begin, AuthCall::Take(say(1)), AuthCall::Take(say(3)), AuthCall::Take(say(5))]);
    let (client, server) = (run.client.finish(), run.server.finish());
    let talk = ["->", "<-", "->", "<-", "->"].map(|arrow| (arrow, MessageKind::TsRequest));
    assert_eq!(in_nla(&client), talk);
    // What one side sent is what the other received.
    let bytes = |transcript: &Transcript, wanted| -> Vec<Vec<u8>> {
        let events = transcript.entries.iter().filter_map(|entry| match &entry.event {
            Event::Message { direction, bytes, .. } if *direction == wanted => Some(bytes.clone()),
            _ => None,
        });
        events.collect()
    };
    assert_eq!(bytes(&client, Direction::Sent), bytes(&server, Direction::Received));
    assert_eq!(bytes(&server, Direction::Sent), bytes(&client, Direction::Received));
    let stages: Vec<_> = client.entries.iter().map(|entry| entry.stage).collect();
    assert!(stages.is_sorted() && stages.contains(&Stage::Nla), "{stages:?}");
}

#[test]
fn hybrid_ex_waits_for_the_early_result() {
    let run = run(offering(Protocols::HYBRID_EX), accepting(Protocols::HYBRID_EX), (client_script(), server_script()));
    assert!(run.client.machine().is_active() && run.server.machine().is_active());
    let client = run.client.finish();
    assert_eq!(in_nla(&client).last(), Some(&("<-", MessageKind::EarlyUserAuthResult)));
    let place = |kind| ladder(&client).iter().position(|(_, other)| *other == kind);
    assert!(place(MessageKind::EarlyUserAuthResult) < place(MessageKind::McsConnectInitial));
}

#[test]
fn an_early_result_other_than_success_is_a_refusal() {
    for result in [EarlyUserAuthorizationResult::AUTHZ_ACCESS_DENIED, EarlyUserAuthorizationResult(0x30)] {
        let server = ServerConfig { early_user_auth: result, ..accepting(Protocols::HYBRID_EX) };
        let run = run(offering(Protocols::HYBRID_EX), server, (client_script(), server_script()));
        let Failure { stage, cause, after } = failure(&run.client);
        assert_eq!((stage, cause), (Stage::Nla, Blame::Refused(MessageKind::EarlyUserAuthResult)));
        assert_eq!(after, Some(MessageKind::TsRequest));
        assert!(!run.client.machine().facts().logged_on);
        assert!(matches!(failure(&run.server), Failure { stage: Stage::Nla, cause: Blame::Local(_), .. }));
        // The result reaches the client before the connection ends.
        assert_eq!(run.ended, (Some(Ending::Fin), Some(Ending::Fin)));
    }
}

#[test]
fn a_refusal_is_said_before_the_connection_ends() {
    let status = NtStatus::STATUS_ACCOUNT_DISABLED;
    let refused = || AuthFailure::Refused(status);
    let ending = Ending::TlsAlert(80);
    let fail = |last| AuthReply::Failed { last, failure: refused(), ending };
    let server: Script = [AuthReply::Wait, send(2), fail(Some(refusal(status)))].into();
    let client: Script =
        [send(1), send(3), AuthReply::Failed { last: None, failure: refused(), ending: Ending::Fin }].into();
    let run = run(offering(Protocols::HYBRID), accepting(Protocols::HYBRID), (client, server));
    assert_eq!(run.asked.0.last(), Some(&AuthCall::Take(refusal(status))));
    let expected = Failure { stage: Stage::Nla, cause: Blame::Auth(refused()), after: Some(MessageKind::TsRequest) };
    assert_eq!((failure(&run.client), failure(&run.server)), (expected.clone(), expected));
    assert_eq!(run.ended, (Some(Ending::Fin), Some(ending)));
}

/// MS-CSSP 2.2.1: the answer to the client's credentials may be an error code, where MCS or the early result was due.
#[test]
fn credentials_that_are_refused_late_are_a_refusal() {
    let status = NtStatus::STATUS_LOGON_TYPE_NOT_GRANTED;
    for protocol in [Protocols::HYBRID, Protocols::HYBRID_EX] {
        let last = AuthReply::Failed {
            last: Some(refusal(status)),
            failure: AuthFailure::Refused(status),
            ending: Ending::Fin,
        };
        let server: Script = [AuthReply::Wait, send(2), send(4), last].into();
        let run = run(offering(protocol), accepting(protocol), (client_script(), server));
        let Failure { stage, cause, after } = failure(&run.client);
        assert_eq!((stage, cause), (Stage::Nla, Blame::Auth(AuthFailure::Refused(status))), "{protocol}");
        assert_eq!(after, Some(MessageKind::TsRequest));
        assert!(!run.client.machine().facts().logged_on);
        let client = run.client.finish();
        assert_eq!(in_nla(&client).last(), Some(&("<-", MessageKind::TsRequest)), "it is in the transcript");
        assert_eq!(client.stage, Stage::Nla);
    }
}

/// A client that has said all, in front of a server that has not.
fn all_said(protocol: Protocols) -> Client {
    let mut client = Client::new(offering(protocol));
    let confirm = badrdp_proto::pdu::x224::ConnectionConfirm {
        negotiation: Some(badrdp_proto::pdu::x224::NegotiationAnswer::Response {
            flags: 0,
            selected_protocol: protocol,
        }),
        ..Default::default()
    };
    client.handle(Input::Message(Message::X224ConnectionConfirm(confirm)));
    client.handle(Input::TlsReady(TlsFacts::default()));
    client.handle(Input::Auth(send(1)));
    client.handle(Input::Message(Message::TsRequest(say(2))));
    client.handle(Input::Auth(AuthReply::Done { last: None }));
    while client.poll().is_some() {}
    client
}

#[test]
fn a_request_that_refuses_nothing_is_out_of_place() {
    for (protocol, expected) in
        [(Protocols::HYBRID_EX, MessageKind::EarlyUserAuthResult), (Protocols::HYBRID, MessageKind::McsConnectResponse)]
    {
        for request in [say(6), refusal(NtStatus(0))] {
            let mut client = all_said(protocol);
            client.handle(Input::Message(Message::TsRequest(request)));
            let failure = client.failure().expect("it must have failed");
            let got = MessageKind::TsRequest;
            let unexpected = matches!(&failure.cause, Blame::Unexpected { expected: kinds, got: it } if *kinds == [expected] && *it == got);
            assert!(unexpected, "{failure:?}");
        }
    }
}

#[test]
fn without_credssp_no_request_is_read() {
    let mut client = Session::new(Client::new(offering(Protocols::SSL)), Duration::from_secs(1));
    let confirm = "0300 0013 0ed0 0000 1234 00 0200 0800 01000000".replace(' ', "");
    client.receive(&hex(&confirm));
    while client.poll(Duration::ZERO).is_some() {}
    client.tls_ready(Duration::ZERO, TlsFacts::default());
    while client.poll(Duration::ZERO).is_some() {}
    client.receive(&Message::TsRequest(refusal(NtStatus::STATUS_LOGON_FAILURE)).encode());
    while client.poll(Duration::ZERO).is_some() {}
    let failure = failure(&client);
    assert!(matches!(failure.cause, Blame::NotAFrame(_)), "{failure:?}");
    assert_eq!(failure.stage, Stage::BasicSettingsExchange);
}

fn hex(digits: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(digits.get(at..at + 2).expect("pairs"), 16).expect("hex digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}

#[test]
fn a_client_that_only_logs_on_stops_there() {
    for protocol in [Protocols::HYBRID, Protocols::HYBRID_EX] {
        let client = ClientConfig { stop_after_logon: true, ..offering(protocol) };
        let run = run(client, accepting(protocol), (client_script(), server_script()));
        assert_eq!(run.client.machine().failure(), None);
        assert!(run.client.machine().facts().logged_on);
        assert_eq!(run.ended.0, Some(Ending::Fin));
        let client = run.client.finish();
        assert_eq!(client.stage, Stage::Nla);
        assert!(!ladder(&client).iter().any(|(_, kind)| *kind == MessageKind::McsConnectInitial));
    }
}

#[test]
fn modes_that_the_host_does_not_offer_end_before_the_first_word() {
    for (flag, answers, expected) in [
        (
            NegotiationRequest::RESTRICTED_ADMIN,
            NegotiationRequest::ANSWERS_RESTRICTED_ADMIN,
            AuthFailure::NoRestrictedAdmin,
        ),
        (NegotiationRequest::REMOTE_GUARD, NegotiationRequest::ANSWERS_REMOTE_GUARD, AuthFailure::NoRemoteGuard),
    ] {
        let client = || ClientConfig { request_flags: flag, ..offering(Protocols::HYBRID) };
        let refused = run(client(), accepting(Protocols::HYBRID), (Script::new(), [AuthReply::Wait].into()));
        let Failure { stage, cause, .. } = failure(&refused.client);
        assert_eq!((stage, cause), (Stage::Nla, Blame::Auth(expected)));
        assert_eq!(refused.asked.0, [], "the port is not even asked");

        let negotiation = NegotiationPolicy { flags: answers, ..NegotiationPolicy::default() };
        let server = ServerConfig { negotiation, ..accepting(Protocols::HYBRID) };
        let honoured = run(client(), server, (client_script(), server_script()));
        assert!(honoured.client.machine().is_active());
        assert_eq!(honoured.server.machine().facts().request_flags, flag);
    }
}

/// What the transport does in the middle of NLA is a failure of NLA, with the last message that was seen.
#[test]
fn closes_alerts_and_silence_belong_to_nla() {
    let alert = TlsFailure { kind: TlsFailureKind::AlertReceived(80), after: None };
    let mishaps = [
        (Input::Closed(CloseKind::Fin), Blame::Closed(CloseKind::Fin)),
        (Input::Closed(CloseKind::Reset), Blame::Closed(CloseKind::Reset)),
        (Input::TlsFailed(alert.clone()), Blame::Tls(alert)),
        (Input::TimedOut, Blame::Stalled),
    ];
    for (mishap, cause) in mishaps {
        // While it waits for the challenge, and while it waits for the early result.
        let mut waiting = Client::new(offering(Protocols::HYBRID_EX));
        let confirm = badrdp_proto::pdu::x224::ConnectionConfirm {
            negotiation: Some(badrdp_proto::pdu::x224::NegotiationAnswer::Response {
                flags: 0,
                selected_protocol: Protocols::HYBRID_EX,
            }),
            ..Default::default()
        };
        waiting.handle(Input::Message(Message::X224ConnectionConfirm(confirm)));
        waiting.handle(Input::TlsReady(TlsFacts::default()));
        waiting.handle(Input::Auth(send(1)));
        waiting.handle(mishap.clone());
        let expected = |after| Failure { stage: Stage::Nla, cause: cause.clone(), after: Some(after) };
        assert_eq!(waiting.failure(), Some(&expected(MessageKind::X224ConnectionConfirm)));

        let mut said = all_said(Protocols::HYBRID_EX);
        said.handle(mishap);
        assert_eq!(said.failure(), Some(&expected(MessageKind::TsRequest)));
    }
}

#[test]
fn an_undecodable_request_is_a_failure_of_nla() {
    let mut run = run(
        offering(Protocols::HYBRID),
        accepting(Protocols::HYBRID),
        ([send(1)].into(), [AuthReply::Wait, AuthReply::Wait].into()),
    );
    run.client.receive(&hex("3003020106"));
    while run.client.poll(Duration::ZERO).is_some() {}
    let Failure { stage, cause, after } = failure(&run.client);
    assert_eq!((stage, after), (Stage::Nla, Some(MessageKind::X224ConnectionConfirm)));
    assert!(matches!(&cause, Blame::Malformed(error) if error.path == "TSRequest.version"), "{cause:?}");
    assert_eq!(run.client.machine().side(), Side::Client);
}
