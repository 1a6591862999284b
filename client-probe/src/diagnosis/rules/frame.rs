//! A message that cannot be read: cut short, or wrong.

use badrdp_proto::connect::{Blame, CloseKind};
use badrdp_proto::transcript::{Direction, Event};
use badrdp_proto::vocab::Stage;
use badrdp_proto::wire::FrameError;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::Evidence;
use crate::diagnosis::advice::stream;
use crate::diagnosis::nla::Said;

/// The bytes of a message end before the message does.
///
/// Either the connection closes inside a frame, or the frame is whole and what it carries is cut.
pub(super) const CUT_SHORT: Rule = Rule {
    id: "frame-cut-short",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: cut_short,
    advice: &stream::CUT_SHORT,
};

/// A message whose bytes are all there and make no sense, or a header that cannot be true.
pub(super) const MALFORMED: Rule = Rule {
    id: "frame-malformed",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: malformed,
    advice: &stream::MALFORMED,
};

/// What opens every frame of CredSSP.
const TS_REQUEST: &str = "a TSRequest in DER, which begins with a SEQUENCE (0x30) and its definite length";
/// The tag of a SEQUENCE.
const SEQUENCE: u8 = 0x30;
const NO_CREDSSP: &str = "what answers behind TLS does not do CredSSP, though CredSSP was selected: a proxy between, or a host that goes on as with TLS alone";

/// What the frame should have been, for titles.
fn message_of(view: &View<'_>, stage: Stage) -> &'static str {
    match stage {
        Stage::Nla if view.said() == Said::Credentials => "its answer to the credentials",
        Stage::Nla => "a CredSSP message",
        _ => "a message",
    }
}

/// In NLA: what the host was to answer.
fn question(view: &View<'_>, stage: Stage) -> Option<String> {
    let sent = view.last_ts_request(Direction::Sent).filter(|_| stage == Stage::Nla)?;
    Some(view.quote(sent))
}

fn cut_short(view: &View<'_>) -> Option<Seen> {
    match view.blame()? {
        (stage, Blame::Closed(CloseKind::FinMidFrame { have })) => {
            let (entry, _) = view.close()?;
            let title =
                format!("the host closes in the middle of {}, after {have} of its bytes", message_of(view, stage));
            Some(Seen::new(stage, title).evidence_if(question(view, stage)).evidence(view.quote(entry)))
        }
        (stage, Blame::Malformed(error)) if error.reason.is_cut_short() => {
            let entry = view.undecodable()?;
            let title = format!("{} ends too early, at {}", message_of(view, stage), error.path);
            Some(Seen::new(stage, title).evidence_if(question(view, stage)).evidence(view.quote(entry)))
        }
        _ => None,
    }
}

fn malformed(view: &View<'_>) -> Option<Seen> {
    let (stage, blame) = view.blame()?;
    match blame {
        Blame::Malformed(error) if !error.reason.is_cut_short() => {
            let entry = view.undecodable()?;
            let Event::Undecodable { length, .. } = &entry.event else {
                return None;
            };
            let title = format!("{} of {length} bytes cannot be decoded: {error}", message_of(view, stage));
            Some(Seen::new(stage, title).evidence_if(question(view, stage)).evidence(view.quote(entry)))
        }
        Blame::NotAFrame(error) => {
            let entry = view.not_a_frame()?;
            let title = format!("the stream holds no frame: {error}");
            let seen = Seen::new(stage, title).evidence_if(question(view, stage)).evidence(view.quote(entry));
            if stage != Stage::Nla {
                return Some(seen.evidence_if(view.last_received().map(|kind| format!("after {kind}"))));
            }
            let seen = seen.expected(TS_REQUEST);
            let foreign = matches!(error, FrameError::NotAFrame { head, .. } if head.first() != Some(&SEQUENCE));
            Some(if foreign { seen.cause(Evidence::Inferred, NO_CREDSSP) } else { seen })
        }
        _ => None,
    }
}
