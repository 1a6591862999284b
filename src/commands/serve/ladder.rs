//! The live ladder of `serve`: one line per entry, with runs of input and graphics folded.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use badrdp_client_probe::report::ladder;
use badrdp_client_probe::report::style::{self, paint};
use badrdp_proto::transcript::{Direction, Entry, Event};
use badrdp_proto::vocab::MessageKind;

/// Kinds of which a session sends many: only the first of a run is shown.
const FOLDED: [MessageKind; 5] = [
    MessageKind::FastPathInput,
    MessageKind::FastPathOutput,
    MessageKind::InputEvents,
    MessageKind::VirtualChannelData,
    MessageKind::SuppressOutput,
];

/// What was printed last of each connection.
#[derive(Debug, Default)]
pub(crate) struct Ladder {
    runs: Mutex<HashMap<String, Run>>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    what: (Direction, MessageKind),
    /// Entries behind the first.
    more: u64,
}

impl Ladder {
    /// What to print for `entry` of the connection called `label`; empty for one that is folded away.
    pub(crate) fn entry(&self, label: &str, peer: SocketAddr, entry: &Entry) -> String {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let what = foldable(&entry.event);
        if let (Some(run), Some(what)) = (runs.get_mut(label), what)
            && run.what == what
        {
            run.more += 1;
            return String::new();
        }
        let mut text = String::new();
        let prefix = paint(style::DIM, label);
        if let Some(Run { what: (_, kind), more }) = runs.remove(label).filter(|run| run.more > 0) {
            let _ = writeln!(text, "{prefix}   {}", paint(style::DIM, format!("… and {more} more {kind}")));
        }
        if matches!(entry.event, Event::Connected { .. }) {
            let _ = writeln!(text, "{prefix} from {peer}");
        } else {
            let _ = writeln!(text, "{prefix} {}", ladder::line(entry));
        }
        if let Some(what) = what {
            runs.insert(label.to_owned(), Run { what, more: 0 });
        }
        text
    }
}

fn foldable(event: &Event) -> Option<(Direction, MessageKind)> {
    match event {
        Event::Message { direction, kind, altered, .. } if altered.is_empty() && FOLDED.contains(kind) => {
            Some((*direction, *kind))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use badrdp_proto::vocab::Stage;
    use std::time::Duration;

    fn message(kind: MessageKind) -> Entry {
        let event = Event::Message {
            direction: Direction::Received,
            kind,
            message: None,
            bytes: vec![0; 4],
            altered: Vec::new(),
        };
        Entry { at: Duration::ZERO, stage: Stage::Active, event }
    }

    #[test]
    fn runs_are_folded_per_connection_and_counted() {
        let ladder = Ladder::default();
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        let lines = |number: &str, kind| ladder.entry(number, peer, &message(kind)).lines().count();
        assert_eq!(lines("#1", MessageKind::FastPathInput), 1);
        assert_eq!(lines("#1", MessageKind::FastPathInput), 0);
        assert_eq!(lines("#2", MessageKind::FastPathInput), 1, "another connection has its own run");
        assert_eq!(lines("#1", MessageKind::FastPathInput), 0);
        let text = ladder.entry("#1", peer, &message(MessageKind::ShutdownRequest));
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains("… and 2 more FastPathInput"), "{text}");
        assert_eq!(lines("#1", MessageKind::ShutdownRequest), 1, "other messages are never folded");
    }
}
