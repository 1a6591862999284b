//! Several connections in one transcript: every finding, and which connection speaks.

use badrdp_proto::connect::{CloseKind, TlsFacts};
use badrdp_proto::pdu::client_info::{ClientInfo, ExtendedInfo};
use badrdp_proto::pdu::redirection::ServerRedirection;
use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side};
use badrdp_proto::transcript::{Again, CertificateProblem, Entry, Event, StayedAway, Transcript, Why};
use badrdp_proto::vocab::{MessageKind, Stage};

use crate::diagnosis::fixture::{Story, certificate, channel, error_info, share};
use crate::diagnosis::{Diagnosis, Verdict, diagnose};

/// The connection, and the next one behind it.
fn then(mut first: Transcript, why: Why, next: Transcript) -> Transcript {
    let event = Event::Again(Box::new(Again { why, target: ("host.test".to_owned(), 3389), transcript: next }));
    first.entries.push(Entry { at: core::time::Duration::from_secs(1), stage: first.stage, event });
    first
}

fn redirection() -> Message {
    let redirection =
        ServerRedirection { target_net_address: Some("192.0.2.7".to_owned()), ..ServerRedirection::default() };
    channel(ChannelPdu::ServerRedirection(Box::new(redirection)))
}

fn redirected() -> Transcript {
    let story = Story::secured().licensed().at(Stage::CapabilitiesExchange);
    story.got(redirection()).refused(MessageKind::ServerRedirection)
}

/// Redirected with a routing token of so many bytes, behind which comes CR LF.
fn with_token(length: usize) -> Transcript {
    let load_balance_info = Some([&vec![b'x'; length][..], b"\r\n"].concat());
    let redirection = ServerRedirection { load_balance_info, ..ServerRedirection::default() };
    let pdu = channel(ChannelPdu::ServerRedirection(Box::new(redirection)));
    let story = Story::secured().licensed().at(Stage::CapabilitiesExchange).got(pdu);
    story.refused(MessageKind::ServerRedirection)
}

fn stayed(why: StayedAway) -> Transcript {
    let mut transcript = redirected();
    let at = core::time::Duration::from_secs(1);
    transcript.entries.push(Entry { at, stage: transcript.stage, event: Event::StayedAway(why) });
    transcript
}

fn lost() -> Transcript {
    Story::active().drawn().closed(CloseKind::Fin)
}

fn healthy() -> Transcript {
    Story::active().drawn().done()
}

fn told_that_it_failed(story: Story) -> Transcript {
    story.got(share(ShareDataPdu::AutoReconnectStatus(0))).drawn().done()
}

/// A client that brings a cookie.
fn with_cookie() -> Story {
    let extra_info = Some(ExtendedInfo { auto_reconnect_cookie: Some(vec![b'*'; 28]), ..ExtendedInfo::default() });
    let info = ClientInfo { extra_info, ..ClientInfo::default() };
    let pdu = ChannelPdu::ClientInfo(Box::new(info));
    let message = Message::Data(Data { from: Side::Client, initiator: 1004, channel_id: 1003, pdu });
    Story::secured().at(Stage::SecureSettingsExchange).sent(message).licensed().activate()
}

/// A session with this leaf certificate.
fn shown(leaf: u8) -> Story {
    let facts = TlsFacts { chain: vec![vec![leaf]], ..TlsFacts::default() };
    let story = Story::selected(Protocols::SSL).at(Stage::Tls);
    let story = story.event(Event::Certificate(certificate(Vec::new()))).event(Event::TlsReady(facts));
    story.licensed().activate().drawn()
}

/// A transcript of which the finding must be the first, and a near miss that must not have it at all.
pub(super) fn example(id: &str) -> (Transcript, Transcript) {
    match id {
        "redirection-token-too-long" => (with_token(239), with_token(238)),
        "redirection-loop" => (stayed(StayedAway::TooOften(3)), stayed(StayedAway::AnotherHost("evil".to_owned()))),
        "reconnect-refused" => (
            then(lost(), Why::Lost, told_that_it_failed(with_cookie())),
            // Nobody brought a cookie.
            told_that_it_failed(Story::active()),
        ),
        "certificate-changed" => {
            let back = |leaf| then(shown(1).closed(CloseKind::Fin), Why::Lost, shown(leaf).done());
            (back(2), back(1))
        }
        other => panic!("no example for {other}"),
    }
}

fn ids(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings.iter().map(|finding| finding.id).collect()
}

#[test]
fn the_last_connection_says_how_it_all_ended() {
    assert_eq!(ids(&diagnose(&lost())), ["session-ended"]);
    let diagnosis = diagnose(&then(lost(), Why::Lost, healthy()));
    assert_eq!((ids(&diagnosis), diagnosis.verdict, diagnosis.stage), (Vec::new(), Verdict::Healthy, Stage::Active));
    assert!(diagnosis.complete);

    // Twice on the way, and refused at the end.
    let denied = Story::active().got(error_info(7)).closed(CloseKind::Fin);
    let diagnosis = diagnose(&then(redirected(), Why::Redirected, then(redirected(), Why::Redirected, denied)));
    assert_eq!((ids(&diagnosis), diagnosis.verdict), (vec!["server-denied-connection"], Verdict::Broken));
    let short = Story::secured().at(Stage::BasicSettingsExchange).closed(CloseKind::Fin);
    let diagnosis = diagnose(&then(redirected(), Why::Redirected, short));
    assert_eq!((diagnosis.stage, diagnosis.complete), (Stage::BasicSettingsExchange, false));
}

#[test]
fn what_is_wrong_with_the_first_host_is_said_once() {
    let expired = || Story::secured_as(Protocols::SSL, vec![CertificateProblem::Expired]).licensed().activate().drawn();
    let diagnosis = diagnose(&then(expired().closed(CloseKind::Fin), Why::Lost, healthy()));
    assert_eq!(ids(&diagnosis), ["certificate-expired", "certificate-changed"]);
    let diagnosis = diagnose(&then(expired().closed(CloseKind::Fin), Why::Lost, expired().done()));
    assert_eq!(ids(&diagnosis), ["certificate-expired"]);
}

#[test]
fn another_certificate_behind_a_redirection_is_another_host() {
    let next = then(redirected(), Why::Redirected, shown(2).done());
    assert_eq!(ids(&diagnose(&next)), Vec::<&str>::new());
}

#[test]
fn the_report_says_why_a_redirection_was_not_followed_and_names_target_and_token() {
    let diagnosis = diagnose(&stayed(StayedAway::AnotherHost("evil.example".to_owned())));
    let [finding] = diagnosis.findings.as_slice() else { panic!("{diagnosis:?}") };
    assert_eq!((finding.id, finding.title.as_str()), ("redirected", "the host redirects the client to \"192.0.2.7\""));
    let why = "does not follow: \"evil.example\" is another host, which nobody allowed";
    assert!(finding.evidence.iter().any(|line| line == why), "{:?}", finding.evidence);

    let title = |redirection| {
        let pdu = channel(ChannelPdu::ServerRedirection(Box::new(redirection)));
        let story = Story::secured().licensed().at(Stage::CapabilitiesExchange).got(pdu);
        let diagnosis = diagnose(&story.refused(MessageKind::ServerRedirection));
        diagnosis.findings.first().map(|finding| finding.title.clone()).unwrap_or_default()
    };
    let token = Some(b"msts=1\x1b\r\n".to_vec());
    let with = ServerRedirection { load_balance_info: token, ..ServerRedirection::default() };
    let said = title(with.clone());
    assert_eq!(said, "the host redirects the client with the routing token \"msts=1\\x1b\"");
    let both = ServerRedirection { target_fqdn: Some("b.example".to_owned()), ..with };
    assert!(title(both).contains("to \"b.example\", with the routing token \"msts=1"));
    assert_eq!(title(ServerRedirection::default()), "the host redirects the client and names no target");
}
