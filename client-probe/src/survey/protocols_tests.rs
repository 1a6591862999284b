#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use badrdp_proto::transcript::ConnectFailure;
use badrdp_proto::vocab::codes::{McsReason, McsResult};

use super::*;
use crate::diagnosis::fixture::{ALL as ALL_THREE, Story, connect_response, ultimatum};

/// What a server answers: by the protocols asked for.
type Server = fn(u32) -> Answer;

const XRDP: u16 = 0x1234;
const FREERDP: u16 = 0;

fn disconnect(asked: u32) -> Answer {
    let reply = Reply::McsDisconnect(McsReason::RN_USER_REQUESTED);
    Answer::other(Question::of(Protocols(asked)), reply)
}

/// xrdp that negotiates; it takes no request above 0xb.
fn negotiate(asked: u32) -> Answer {
    match asked {
        0xc.. => disconnect(asked),
        _ => selects(asked, asked & 1, 1, XRDP),
    }
}

/// xrdp with `security_layer=rdp`.
fn rdp_only(asked: u32) -> Answer {
    if asked > 0xb { disconnect(asked) } else { selects(asked, 0, 1, XRDP) }
}

/// xrdp with `security_layer=tls`.
fn tls_only(asked: u32) -> Answer {
    match asked {
        0xc.. => disconnect(asked),
        _ if asked & 1 == 1 => selects(asked, 1, 1, XRDP),
        _ => refuses(asked, 1, XRDP),
    }
}

/// FreeRDP's shadow server with NLA.
fn nla_only(asked: u32) -> Answer {
    if asked & 2 == 2 { selects(asked, 2, 3, FREERDP) } else { refuses(asked, 5, FREERDP) }
}

/// FreeRDP's shadow server without NLA.
fn shadow(asked: u32) -> Answer {
    match asked {
        0 => selects(0, 0, 3, FREERDP),
        _ if asked & 1 == 1 => selects(asked, 1, 3, FREERDP),
        _ => refuses(asked, 2, FREERDP),
    }
}

/// A server that takes everything, the strongest first.
fn generous(asked: u32) -> Answer {
    let strongest = [16, 8, 2, 4, 1].into_iter().find(|bit| asked & bit != 0).unwrap_or(0);
    selects(asked, strongest, 0x1f, XRDP)
}

/// A server that closes on whatever is not TLS.
fn curt(asked: u32) -> Answer {
    if asked & 1 == 1 {
        selects(asked, 1, 0, XRDP)
    } else {
        Answer::other(Question::of(Protocols(asked)), Reply::Closed)
    }
}

/// A server from before negotiation: it does standard RDP security.
fn ancient(asked: u32) -> Answer {
    Answer { source: Some(XRDP), ..Answer::other(Question::of(Protocols(asked)), Reply::NoNegotiationData) }
}

/// Goes through with it as the survey does.
fn interview(server: Server) -> ProtocolSurvey {
    let mut answers = Vec::new();
    while let Some(question) = next(&answers) {
        answers.push(server(question.protocols.unwrap().0));
        assert!(answers.len() < 12, "{answers:#?}");
    }
    answers.push(server(0x10));
    conclude(answers)
}

fn accepted(found: &ProtocolSurvey) -> Vec<Protocols> {
    found.protocols.iter().filter(|one| one.accepted == Some(true)).map(|one| one.protocol).collect()
}

fn asked(found: &ProtocolSurvey) -> Vec<u32> {
    found.answers.iter().map(|answer| answer.asked.protocols.unwrap().0).collect()
}

#[test]
fn real_servers_are_settled_with_few_questions() {
    use Protocols as P;
    let table: [(Server, &[P], Nla, &[u32]); 8] = [
        (negotiate, &[P::RDP, P::SSL], Nla::NotOffered, &[0xb, 0xa, 4, 0x10]),
        (rdp_only, &[P::RDP], Nla::NotOffered, &[0xb, 4, 0x10]),
        (tls_only, &[P::SSL], Nla::NotOffered, &[0xb, 0xa, 4, 0x10]),
        (nla_only, &[P::HYBRID], Nla::Enforced, &[0xb, 9, 4, 0x10]),
        (shadow, &[P::RDP, P::SSL], Nla::NotOffered, &[0xb, 0xa, 4, 0, 0x10]),
        (generous, &ALL, Nla::Offered, &[0xb, 3, 1, 4, 0, 0x10]),
        (ancient, &[P::RDP], Nla::NotOffered, &[0xb, 4, 0x10]),
        (curt, &[P::SSL], Nla::NotOffered, &[0xb, 0xa, 2, 8, 4, 0, 0x10]),
    ];
    for (server, protocols, nla, questions) in table {
        let found = interview(server);
        assert_eq!((accepted(&found).as_slice(), found.nla), (protocols, nla), "{found:#?}");
        assert_eq!(asked(&found), questions, "{found:#?}");
        assert!(found.protocols.iter().all(|one| one.accepted.is_some()), "{found:#?}");
    }
}

#[test]
fn nothing_is_accepted_that_did_not_come_back_selected() {
    // xrdp selects 0 whatever it is asked for: NLA, RDSTLS and the rest are not there.
    let found = interview(negotiate);
    let hybrid = found.protocols.iter().find(|one| one.protocol == Protocols::HYBRID).unwrap();
    assert_eq!((hybrid.accepted, hybrid.because.as_str()), (Some(false), "asked for HYBRID|HYBRID_EX: selected RDP"));
}

#[test]
fn nla_is_enforced_only_where_everything_else_is_refused() {
    let open = [selects(0xb, 2, 3, FREERDP), selects(1, 1, 3, FREERDP)];
    assert_eq!(conclude(open.to_vec()).nla, Nla::Offered);
    let unknown = [selects(0xb, 2, 3, FREERDP)];
    assert_eq!(conclude(unknown.to_vec()).nla, Nla::Unknown);
    let enforced = [selects(0xb, 2, 3, FREERDP), refuses(1, 5, FREERDP)];
    assert_eq!(conclude(enforced.to_vec()).nla, Nla::Enforced);
}

#[test]
fn a_missing_certificate_says_nothing_of_what_else_was_on_offer() {
    let found = conclude(vec![refuses(0xb, 3, XRDP)]);
    assert!(found.protocols.iter().all(|one| one.accepted.is_none()), "{found:#?}");
}

#[test]
fn silence_and_other_services_settle_nothing() {
    for reply in [Reply::Silent, Reply::Foreign("HTTP")] {
        let found = conclude(vec![Answer::other(Question::of(Protocols(0xb)), reply)]);
        assert!(found.protocols.iter().all(|one| one.accepted.is_none()), "{found:#?}");
        assert_eq!(found.nla, Nla::Unknown);
    }
}

#[test]
fn a_zero_that_leads_to_nothing_is_no_standard_rdp_security() {
    let mut answer = selects(0, 0, 1, XRDP);
    answer.settings = Some(Settings::Refused(McsResult::RT_USER_REJECTED));
    let found = conclude(vec![answer]);
    assert_eq!(found.protocols.first().unwrap().accepted, Some(false));
}

#[test]
fn a_confirm_that_leads_to_nothing_is_no_standard_rdp_security() {
    // xrdp with `security_layer=tls` confirms to clients without negotiation, and closes at MCS.
    let mut answer = ancient(0);
    answer.settings = Some(Settings::Nothing("closed without an answer".to_owned()));
    let found = conclude(vec![answer]);
    let rdp = found.protocols.first().unwrap();
    assert_eq!(rdp.accepted, Some(false));
    assert!(rdp.because.ends_with("in answer to MCS Connect: closed without an answer"), "{}", rdp.because);
}

#[test]
fn only_an_offered_protocol_with_tls_carries_a_survey_of_tls() {
    assert!(carries_tls(&selects(0xb, 1, 1, XRDP)) && carries_tls(&selects(0xb, 8, 1, XRDP)));
    assert!(!carries_tls(&selects(0xb, 0, 1, XRDP)) && !carries_tls(&selects(2, 1, 1, XRDP)));
    assert!(!carries_tls(&refuses(0xb, 5, XRDP)) && !carries_tls(&disconnect(0x10)));
}

/// The replies that a walk leaves behind.
fn left_by(walk: &Transcript) -> Vec<Reply> {
    let answers = known(walk);
    assert!(answers.iter().all(|answer| answer.from_walk));
    answers.into_iter().map(|answer| answer.reply).collect()
}

#[test]
fn what_the_walk_saw_is_known() {
    let nla = Story::nla(Protocols::HYBRID).challenged().event(Event::NlaRequirement(NlaRequirement::Required)).done();
    let refused = Reply::Refused(NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER);
    assert_eq!(left_by(&nla), [Reply::Selected { protocol: Protocols::HYBRID, flags: 1 }, refused]);
    assert_eq!(conclude(known(&nla)).nla, Nla::Enforced);
    assert_eq!(
        next(&known(&nla)),
        Some(Question::of(Protocols::HYBRID_EX)),
        "the walk's own question is not asked again"
    );
    let rdp = Story::selected(Protocols::RDP).got(connect_response(McsResult::RT_SUCCESSFUL, 0, 2)).done();
    let standard = conclude(known(&rdp)).standard.unwrap();
    assert_eq!((standard.methods.as_slice(), standard.complete), (&[2][..], false));
}

#[test]
fn a_walk_that_got_no_confirm_is_known_for_what_it_got() {
    assert_eq!(left_by(&Story::asked(ALL_THREE).stalled()), [Reply::Silent]);
    assert_eq!(left_by(&Story::asked(ALL_THREE).closed(CloseKind::Fin)), [Reply::Closed]);
    assert_eq!(left_by(&Story::asked(ALL_THREE).closed(CloseKind::Reset)), [Reply::Reset]);
    assert_eq!(left_by(&Story::asked(ALL_THREE).foreign(b"SSH-2.0-x")), [Reply::Foreign("SSH")]);
    assert_eq!(left_by(&Story::asked(ALL_THREE).answered(None).done()), [Reply::NoNegotiationData]);
    let ended = Story::asked(ALL_THREE).got(ultimatum()).closed(CloseKind::Fin);
    assert!(matches!(left_by(&ended).as_slice(), [Reply::McsDisconnect(_)]));
    assert_eq!(left_by(&Story::unreachable(ConnectFailure::Refused)), []);
    // What goes wrong later is no answer to the question.
    let selected = [Reply::Selected { protocol: Protocols::SSL, flags: 1 }];
    assert_eq!(left_by(&Story::selected(Protocols::SSL).closed(CloseKind::Reset)), selected);
}
