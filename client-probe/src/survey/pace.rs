//! The survey's manners, all in one place: one connection at a time, counted, capped, and paced.
//!
//! Some servers stop answering for good after a row of refused requests that follow each other closely; spread over
//! time the same requests do no harm. So a refused question is followed by a pause, and silence ends the survey.

use std::time::Duration;

use badrdp_capture::Wire;
use badrdp_proto::vocab::Stage;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, sleep, timeout};

use super::SurveyOptions;
use crate::connect::connect;
use crate::probe::{Options, Target};

/// A host whose answers all come, each just in time, is given this many budgets in all.
const BUDGETS: u32 = 30;
/// How long a peer may take to close behind us before the next connection is opened.
const FAREWELL: Duration = Duration::from_millis(250);

/// Pauses behind refused questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// Behind the first; each further one doubles it.
    pub first: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { first: Duration::from_millis(100), longest: Duration::from_secs(1) }
    }
}

/// Why the survey asked no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The reason.
    pub reason: StopReason,
    /// The question that it stopped at.
    pub at: String,
    /// How many connections the survey had made by then, this one included.
    pub connections: u32,
    /// How many of them had been refused.
    pub refused: u32,
}

/// The reason for a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopReason {
    /// No answer, or half of one, within the budget.
    Silent,
    /// The cap on connections was reached.
    Limit,
    /// Every answer came, but so late that it would go on for too long.
    Slow,
    /// TCP could not be connected.
    NotConnected,
    /// What answers is not RDP.
    NotRdp,
    /// The host answers a question otherwise than the first time.
    Changed,
}

/// What the survey cost the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Connections that the survey made itself.
    pub connections: u32,
    /// The cap.
    pub limit: u32,
    /// Connections whose question was refused.
    pub refused: u32,
    /// Time spent in pauses.
    pub paused: Duration,
    /// Time in all.
    pub took: Duration,
}

/// Opens the survey's connections.
#[derive(Debug)]
pub(crate) struct Pace<'a> {
    target: Target,
    options: &'a Options,
    pauses: Pauses,
    pause: Duration,
    owed: bool,
    start: Instant,
    cost: Cost,
    stop: Option<Stop>,
}

impl<'a> Pace<'a> {
    pub(crate) fn new(target: &Target, options: &'a Options, survey: &SurveyOptions) -> Self {
        let cost = Cost { limit: survey.max_connections, ..Cost::default() };
        let (pauses, start) = (survey.pauses, Instant::now());
        Self { target: target.clone(), options, pauses, pause: pauses.first, owed: false, start, cost, stop: None }
    }

    pub(crate) const fn options(&self) -> &'a Options {
        self.options
    }

    pub(crate) const fn stopped(&self) -> bool {
        self.stop.is_some()
    }

    /// How many connections are left.
    pub(crate) const fn left(&self) -> u32 {
        self.cost.limit.saturating_sub(self.cost.connections)
    }

    /// When everything on a connection that is opened now must be over: a peer that drips gets no more.
    pub(crate) fn deadline(&self) -> Instant {
        let longest = self.options.silence(Stage::ConnectionInitiation).max(self.options.silence(Stage::Tls));
        Instant::now() + longest
    }

    /// The next connection; none once the survey has stopped.
    pub(crate) async fn open(&mut self, question: &str) -> Option<Wire> {
        if self.stopped() {
            return None;
        }
        if self.left() == 0 {
            self.stop(StopReason::Limit, question);
            return None;
        }
        if self.start.elapsed() > self.options.budget * BUDGETS {
            self.stop(StopReason::Slow, question);
            return None;
        }
        if std::mem::take(&mut self.owed) {
            sleep(self.pause).await;
            self.cost.paused += self.pause;
            self.pause = (self.pause * 2).min(self.pauses.longest);
        }
        self.cost.connections += 1;
        tracing::debug!("survey, connection {}: {question}", self.cost.connections);
        match connect(&self.target, self.options).await {
            Ok(stream) => {
                // A name may stand for several hosts: the survey stays with one.
                if let Ok(peer) = stream.peer_addr() {
                    self.target.host = peer.ip().to_string();
                }
                Some(Wire::connected(stream, self.options.capture.as_ref()))
            }
            Err((failure, _)) => {
                tracing::debug!("survey: {failure:?}");
                self.stop(StopReason::NotConnected, question);
                None
            }
        }
    }

    /// The question was refused: the next one waits.
    pub(crate) fn refused(&mut self) {
        self.cost.refused += 1;
        self.owed = true;
    }

    /// Asks no more.
    pub(crate) fn stop(&mut self, reason: StopReason, at: &str) {
        let Cost { connections, refused, .. } = self.cost;
        self.stop.get_or_insert_with(|| Stop { reason, at: at.to_owned(), connections, refused });
    }

    /// Ends a connection and waits a moment for the peer to do so too: two at a time are one too many.
    pub(crate) async fn close(&self, mut stream: Wire, last_words: &[u8]) {
        let drain = async {
            stream.write_all(last_words).await?;
            stream.shutdown().await?;
            let mut buffer = vec![0; 16 * 1024];
            // A peer that talks on is cut off by the timer.
            while stream.read(&mut buffer).await? > 0 {}
            std::io::Result::Ok(())
        };
        match timeout(FAREWELL.min(self.options.budget), drain).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::trace!("closing: {error}"),
            Err(_) => tracing::debug!("the peer did not close in {FAREWELL:?}"),
        }
    }

    pub(crate) fn finish(self) -> (Cost, Option<Stop>) {
        (Cost { took: self.start.elapsed(), ..self.cost }, self.stop)
    }
}
