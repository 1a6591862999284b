//! A message that cannot be read: cut short, or wrong.

use badrdp_proto::connect::{Blame, CloseKind};
use badrdp_proto::transcript::Event;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::stream;

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

fn cut_short(view: &View<'_>) -> Option<Seen> {
    match view.blame()? {
        (stage, Blame::Closed(CloseKind::FinMidFrame { have })) => {
            let (entry, _) = view.close()?;
            let title = format!("the host closes in the middle of a message, after {have} of its bytes");
            Some(Seen::new(stage, title).evidence(view.quote(entry)))
        }
        (stage, Blame::Malformed(error)) if error.reason.is_cut_short() => {
            let entry = view.undecodable()?;
            let title = format!("a message ends too early, at {}", error.path);
            Some(Seen::new(stage, title).evidence(view.quote(entry)))
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
            let title = format!("a message of {length} bytes cannot be decoded: {error}");
            Some(Seen::new(stage, title).evidence(view.quote(entry)))
        }
        Blame::NotAFrame(error) => {
            let entry = view.not_a_frame()?;
            let mut seen = Seen::new(stage, format!("the stream holds no frame: {error}")).evidence(view.quote(entry));
            if let Some(kind) = view.last_received() {
                seen = seen.evidence(format!("after {kind}"));
            }
            Some(seen)
        }
        _ => None,
    }
}
