//! What the connections of a scenario leave behind: transcripts, and which faults have fired.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use badrdp_proto::pdu::auto_reconnect::ServerCookie;
use badrdp_proto::transcript::{Event, Transcript};
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::Fault;

use crate::acts;
use crate::fault::Firing;
use crate::visits::Visits;

/// Transcripts kept by a server, or by all that were started together; past this the oldest are dropped, so that they
/// can run for days.
pub const MAX_TRANSCRIPTS: usize = 1000;
/// Wire bytes kept in all transcripts but the newest; past this, too, the oldest are dropped.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Reconnect cookies that one scenario remembers; past this the oldest open nothing any more.
const MAX_COOKIES: usize = 64;

/// A scenario did not play as its file says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// No client connected.
    #[error("no client connected")]
    NoConnection,
    /// A fault never fired: the message it waits for was never due.
    #[error("the fault at line {line} of {file} never fired: {anchor} was never due")]
    NeverFired {
        /// The scenario's file.
        file: String,
        /// The line of its `[[fault]]`.
        line: usize,
        /// Its anchor.
        anchor: String,
    },
    /// No client came often enough to meet this part of the scenario.
    #[error("the [[connection]] at line {line} of {file} was never reached: no client came {from} times")]
    NeverCame {
        /// The scenario's file.
        file: String,
        /// The line of its `[[connection]]`.
        line: usize,
        /// The number of its first connection.
        from: u32,
    },
    /// A fault's message was due, and the fault changed nothing.
    #[error("the fault at line {line} of {file} never fired: {anchor} was due, but {why}")]
    ChangedNothing {
        /// The scenario's file.
        file: String,
        /// The line of its `[[fault]]`.
        line: usize,
        /// Its anchor.
        anchor: String,
        /// Why nothing was changed.
        why: String,
    },
}

/// One scenario's part of the [`Shelf`].
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) scenario: Scenario,
    shelf: Arc<Shelf>,
    /// Its place on the shelf.
    owner: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By each part of the scenario.
    parts: Vec<Part>,
    visits: Visits,
    /// Auto-reconnect cookies that were given and not used up.
    cookies: VecDeque<ServerCookie>,
}

/// One part of a scenario: the first connection, or a `[[connection]]`.
#[derive(Debug)]
struct Part {
    /// Connections on which it was played.
    played: u64,
    firing: Vec<Firing>,
}

impl Book {
    pub(crate) fn new(scenario: Scenario, shelf: Arc<Shelf>) -> Self {
        let part = |part| Part { played: 0, firing: vec![Firing::NotDue; acts::part(&scenario, part).1.len()] };
        let parts = (0..=scenario.later.len()).map(part).collect();
        let state = State { parts, ..State::default() };
        let owner = shelf.room();
        Self { scenario, shelf, owner, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is half-done under this lock, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client is shown this part of the scenario.
    pub(crate) fn open(&self, part: usize, client: IpAddr) {
        let mut state = self.state();
        state.visits.add(client, Instant::now());
        if let Some(part) = state.parts.get_mut(part) {
            part.played += 1;
        }
    }

    /// How often this client came, of late.
    pub(crate) fn visits(&self, client: IpAddr) -> u32 {
        self.state().visits.of(client, Instant::now())
    }

    /// When this client was last here, of late.
    pub(crate) fn last_visit(&self, client: IpAddr) -> Option<Instant> {
        self.state().visits.last(client, Instant::now())
    }

    /// A connection of this client has ended.
    pub(crate) fn left(&self, client: IpAddr) {
        self.state().visits.left(client, Instant::now());
    }

    /// A client was given this cookie.
    pub(crate) fn give(&self, cookie: ServerCookie) {
        let cookies = &mut self.state().cookies;
        cookies.push_back(cookie);
        if cookies.len() > MAX_COOKIES {
            cookies.pop_front();
        }
    }

    /// A cookie opens a session once (MS-RDPBCGR 1.3.1.5).
    pub(crate) fn use_up(&self, cookie: &ServerCookie) {
        self.state().cookies.retain(|known| known != cookie);
    }

    /// Cookies that open a session.
    pub(crate) fn cookies(&self) -> Vec<ServerCookie> {
        self.state().cookies.iter().copied().collect()
    }

    /// What became of each fault of a part on a connection so far.
    pub(crate) fn learn(&self, part: usize, firing: &[Firing]) {
        let mut state = self.state();
        let Some(part) = state.parts.get_mut(part) else { return };
        for (known, news) in part.firing.iter_mut().zip(firing) {
            known.learn(news.clone());
        }
    }

    /// Keeps the transcript of a connection that ended.
    pub(crate) fn keep(&self, number: u64, transcript: Transcript) {
        self.shelf.keep(self.owner, number, transcript);
    }

    /// Transcripts by the connection's number, in order of their start.
    pub(crate) fn transcripts(&self) -> Vec<(u64, Transcript)> {
        self.shelf.of(self.owner)
    }

    /// Whether every fault fired at least once, and every part was reached.
    pub(crate) fn verify(&self) -> Result<(), VerifyError> {
        let state = self.state();
        if state.parts.iter().all(|part| part.played == 0) {
            return Err(VerifyError::NoConnection);
        }
        let mut later = self.scenario.later.iter().zip(state.parts.iter().skip(1));
        if let Some((later, _)) = later.find(|(_, part)| part.played == 0) {
            let file = file_name(&self.scenario.source);
            return Err(VerifyError::NeverCame { file, line: later.line, from: later.from });
        }
        for (place, part) in state.parts.iter().enumerate() {
            self.verify_faults(acts::part(&self.scenario, place).1, &part.firing)?;
        }
        Ok(())
    }

    fn verify_faults(&self, faults: &[Fault], firing: &[Firing]) -> Result<(), VerifyError> {
        for (fault, firing) in faults.iter().zip(firing) {
            let file = file_name(&self.scenario.source);
            let line = fault.line;
            let anchor = match (fault.at.kind, fault.at.occurrence) {
                (None, _) => "any message".to_owned(),
                (Some(kind), None | Some(1)) => kind.to_string(),
                (Some(kind), Some(occurrence)) => format!("{kind} number {occurrence}"),
            };
            match firing {
                Firing::Fired => {}
                Firing::NotDue => return Err(VerifyError::NeverFired { file, line, anchor }),
                Firing::Inert(why) => {
                    return Err(VerifyError::ChangedNothing { file, line, anchor, why: why.clone() });
                }
            }
        }
        Ok(())
    }
}

/// The room that all servers started together have for transcripts: many servers need no more than one.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    owners: u64,
    /// Transcripts in order of their end.
    transcripts: BTreeMap<u64, Volume>,
    /// How many were ever kept.
    count: u64,
    /// Wire bytes in those that still are.
    bytes: usize,
}

#[derive(Debug)]
struct Volume {
    owner: u64,
    number: u64,
    transcript: Transcript,
}

impl Shelf {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn room(&self) -> u64 {
        let mut kept = self.kept();
        kept.owners += 1;
        kept.owners
    }

    fn keep(&self, owner: u64, number: u64, transcript: Transcript) {
        let mut kept = self.kept();
        kept.bytes += wire_bytes(&transcript);
        kept.count += 1;
        let place = kept.count;
        kept.transcripts.insert(place, Volume { owner, number, transcript });
        while kept.transcripts.len() > MAX_TRANSCRIPTS || (kept.bytes > MAX_BYTES && kept.transcripts.len() > 1) {
            let oldest = kept.transcripts.pop_first();
            kept.bytes -= oldest.map_or(0, |(_, volume)| wire_bytes(&volume.transcript));
        }
    }

    fn of(&self, owner: u64) -> Vec<(u64, Transcript)> {
        self.those(|volume| volume.owner == owner)
    }

    /// Everybody's.
    pub(crate) fn all(&self) -> Vec<(u64, Transcript)> {
        self.those(|_| true)
    }

    fn those(&self, wanted: impl Fn(&Volume) -> bool) -> Vec<(u64, Transcript)> {
        let kept = self.kept();
        let own = kept.transcripts.values().filter(|volume| wanted(volume));
        let mut transcripts: Vec<_> = own.map(|volume| (volume.number, volume.transcript.clone())).collect();
        transcripts.sort_by_key(|(number, _)| *number);
        transcripts
    }
}

fn wire_bytes(transcript: &Transcript) -> usize {
    let of = |event: &Event| match event {
        Event::Message { bytes, .. } | Event::Undecodable { bytes, .. } => bytes.len(),
        _ => 0,
    };
    transcript.entries.iter().map(|entry| of(&entry.event)).sum()
}

fn file_name(path: &Path) -> String {
    path.display().to_string()
}
