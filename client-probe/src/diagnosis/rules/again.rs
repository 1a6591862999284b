//! What only a second connection shows.

use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::{ChannelPdu, Data, Message};
use badrdp_proto::transcript::{Direction, Event, StayedAway, Transcript, Why};
use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::session;
use crate::report::again;

/// Redirection without an end.
pub(super) const LOOP: Rule = Rule {
    id: "redirection-loop",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: redirected_for_ever,
    advice: &session::REDIRECTION_LOOP,
};

/// Auto-Reconnect Status: the session goes on behind a logon.
pub(super) const COOKIE_REFUSED: Rule = Rule {
    id: "reconnect-refused",
    class: Class::Condition,
    verdict: Verdict::Degraded,
    check: cookie_refused,
    advice: &session::COOKIE_REFUSED,
};

/// The host that the probe came back to shows another certificate.
pub(super) const CERTIFICATE_CHANGED: Rule = Rule {
    id: "certificate-changed",
    class: Class::Condition,
    verdict: Verdict::Degraded,
    check: certificate_changed,
    advice: &session::CERTIFICATE_CHANGED,
};

fn redirected_for_ever(view: &View<'_>) -> Option<Seen> {
    let (entry, times) = view.last(|event| match event {
        Event::StayedAway(StayedAway::TooOften(times)) => Some(*times),
        _ => None,
    })?;
    let redirection = view.redirection().map(|(entry, _)| view.quote(entry));
    let title = format!("the host redirects without an end: {times} redirections led to the next one");
    Some(Seen::new(entry.stage, title).evidence_if(redirection).evidence(view.quote(entry)))
}

fn cookie_refused(view: &View<'_>) -> Option<Seen> {
    // Hosts may say so to clients that brought none.
    let (brought, ()) = view.last(brings_cookie)?;
    let (entry, ()) = view.share_data(|data| matches!(data, ShareDataPdu::AutoReconnectStatus(_)).then_some(()))?;
    let title = "the host refuses the reconnect cookie: the user has to log on again";
    Some(Seen::new(Stage::Active, title).evidence(view.quote(brought)).evidence(view.quote(entry)))
}

fn brings_cookie(event: &Event) -> Option<()> {
    let Event::Message { direction: Direction::Sent, message, .. } = event else { return None };
    let Message::Data(Data { pdu: ChannelPdu::ClientInfo(info), .. }) = message.as_deref()? else { return None };
    let cookie = info.extra_info.as_ref()?.auto_reconnect_cookie.as_ref()?;
    (!cookie.is_empty()).then_some(())
}

fn certificate_changed(view: &View<'_>) -> Option<Seen> {
    let next = again::of(view.transcript()).filter(|again| again.why == Why::Lost)?;
    let (shown, next) = (leaf(view.transcript()), View::new(&next.transcript));
    // A saved transcript has what was judged of a certificate, and not the certificate.
    let judged = |view: View<'_>| view.certificate().map(|(_, facts)| facts.clone());
    let (one, other) = (judged(*view)?, judged(next)?);
    if shown == leaf(next.transcript()) && one == other {
        return None;
    }
    let title = "the host shows another certificate than on the connection before";
    let evidence = |view: View<'_>| view.certificate().map(|(entry, _)| view.quote(entry));
    let seen = Seen::new(Stage::Tls, title).evidence_if(evidence(*view));
    // Two certificates of one kind read alike.
    Some(match evidence(next) {
        Some(line) if seen.evidence.contains(&line) => seen.evidence(format!("{line} (with another key)")),
        line => seen.evidence_if(line),
    })
}

/// The host's own certificate, in DER.
fn leaf(transcript: &Transcript) -> Option<&[u8]> {
    transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::TlsReady(facts) => facts.chain.first().map(Vec::as_slice),
        _ => None,
    })
}
