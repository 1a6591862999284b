//! A client against many scenarios, in parallel, told in order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use badrdp_capture::CaptureError;
use badrdp_fake_server::{Certificates, Options as ServerOptions, StartError};
use badrdp_scenarios::Scenario;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::command::Template;
use super::display::{Display, DisplayError};
use super::expectations::Expectations;
use super::process::{SpawnError, locate};
use super::profile::Profile;
use super::runner::{Checked, Setting};
use super::verdict::Verdict;
use super::{Class, End, Facts, Outcome, TemplateError, strays};
use crate::replay::has_ipv6;

/// How to run a client.
#[derive(Clone, Debug)]
pub struct Options {
    /// The client.
    pub profile: Profile,
    /// Cases under way at the same time.
    pub jobs: usize,
    /// How long a client may take in one case.
    pub deadline: Duration,
    /// How long a session is looked at before the client is ended.
    pub linger: Duration,
    /// Seeds what the servers choose at random.
    pub seed: u64,
    /// The clock that certificates are minted against; real clients judge by the real one.
    pub now: SystemTime,
    /// How often a case that is not as recorded is played again.
    pub retries: u8,
    /// What is recorded, as far as `retries` goes.
    pub expectations: Expectations,
    /// Below which directory the connections of each case are captured, with the keys of TLS; none: they are not.
    pub captures: Option<PathBuf>,
}

impl Options {
    /// For this client, with the usual times.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let deadline = profile.deadline.unwrap_or(Duration::from_secs(15));
        // Clients wait more than they work.
        Self {
            profile,
            jobs: cores * 8,
            deadline,
            linger: Duration::from_secs(1),
            seed: 0,
            now: SystemTime::now(),
            retries: 0,
            expectations: Expectations::default(),
            captures: None,
        }
    }
}

/// A run that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The client cannot be started.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// It needs a display, and there is none.
    #[error(transparent)]
    Display(#[from] DisplayError),
    /// Its command line has a placeholder that there is not.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// It has no command line.
    #[error("{name} is not started by this program: {why}")]
    ByHand {
        /// The profile.
        name: String,
        /// What to do instead.
        why: String,
    },
    /// A server cannot be started.
    #[error("cannot serve a scenario")]
    Server(#[from] StartError),
    /// A mistake of this program ended a case.
    #[error("a case came to no end; please report this")]
    Lost(#[source] tokio::task::JoinError),
    /// What its connections carried cannot be written.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// A directory or file of the client cannot be made.
    #[error("cannot write {}", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl CheckError {
    /// Whether it is the client that cannot be started.
    #[must_use]
    pub const fn is_about_the_start(&self) -> bool {
        matches!(self, Self::Spawn(_) | Self::Display(_) | Self::ByHand { .. })
    }
}

/// Runs the client of `options` against each of `scenarios`; `take` gets what became of each, in order. Once `stop` is
/// true no more are started, and those under way are ended: of a case that shows nothing by then, `take` gets nothing.
///
/// # Errors
/// The client, a server or a directory cannot be made; or `take` fails.
pub async fn check<E: From<CheckError>>(
    scenarios: Vec<Scenario>,
    options: Options,
    stop: watch::Receiver<bool>,
    take: impl FnMut(Checked) -> Result<(), E>,
) -> Result<(), E> {
    let root = Room::new().map_err(|source| CheckError::Directory { path: std::env::temp_dir(), source })?;
    let jobs = options.jobs.max(1);
    let display = if options.profile.display { Some(Display::start().await.map_err(CheckError::from)?) } else { None };
    let name = display.as_ref().map(|display| display.name.clone());
    let played = match Setting::new(options, name, root.0.path().to_owned(), stop.clone()) {
        Ok(setting) => play(scenarios, Arc::new(setting), jobs, &stop, take).await,
        Err(error) => Err(error.into()),
    };
    // Clients that are left, where it ended early, need it no more.
    if let Some(display) = display {
        display.end().await;
    }
    played
}

/// Plays them, `jobs` at a time.
async fn play<E: From<CheckError>>(
    scenarios: Vec<Scenario>,
    setting: Arc<Setting>,
    jobs: usize,
    stop: &watch::Receiver<bool>,
    mut take: impl FnMut(Checked) -> Result<(), E>,
) -> Result<(), E> {
    let permits = Arc::new(Semaphore::new(jobs));
    let mut waiting = scenarios.into_iter().enumerate();
    let mut under_way = JoinSet::new();
    let mut done: BTreeMap<usize, Checked> = BTreeMap::new();
    let mut next = 0;
    let ipv6 = has_ipv6();
    loop {
        while let Some(checked) = done.remove(&next) {
            next += 1;
            take(checked)?;
        }
        // Results that wait for an earlier one are bounded. Those that do not wait are gone by now: else a slow case with
        // all the others done behind it would leave no room, and nothing under way.
        while under_way.len() + done.len() < jobs * 8
            && !*stop.borrow()
            && let Some((place, scenario)) = waiting.next()
        {
            if scenario.probe.ipv6 && !ipv6 {
                done.insert(place, left_out(scenario));
                continue;
            }
            let (setting, permits, stop) = (Arc::clone(&setting), Arc::clone(&permits), stop.clone());
            under_way.spawn(async move {
                let _permit = permits.acquire_owned().await;
                if *stop.borrow() {
                    return Ok(None);
                }
                setting.case(place, scenario).await.map(|checked| Some((place, checked)))
            });
        }
        match under_way.join_next().await {
            // Those that are not played take places, too: there may be more.
            None if done.contains_key(&next) => {}
            None => break,
            Some(Ok(Ok(Some((_, checked))))) if *stop.borrow() && is_cut_short(&checked) => {}
            Some(Ok(Ok(Some((place, checked))))) => {
                done.insert(place, checked);
            }
            Some(Ok(Ok(None))) => {}
            Some(Ok(Err(error))) => return Err(error.into()),
            Some(Err(error)) => return Err(CheckError::Lost(error).into()),
        }
    }
    // Where the run was stopped there are gaps.
    for checked in done.into_values() {
        take(checked)?;
    }
    Ok(())
}

/// The directory of a run. Dropping it removes it, behind all that clients have left running in it.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> std::io::Result<Self> {
        tempfile::Builder::new().prefix("badrdp-check-").tempdir().map(Self)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        strays::end(self.0.path());
        if let Err(error) = std::fs::remove_dir_all(self.0.path()) {
            tracing::warn!(%error, "the clients' directory {} cannot be removed", self.0.path().display());
        }
    }
}

/// Whether a case says nothing of the client, as far as it came before the run was stopped. Why a fault never fired is
/// found out on a second run, which may be cut short, too.
fn is_cut_short(checked: &Checked) -> bool {
    checked.outcome.end == End::Cancelled || checked.verdict.class.is_neutral()
}

/// A scenario that this machine cannot play.
fn left_out(scenario: Scenario) -> Checked {
    let verdict = Verdict {
        class: Class::NotApplicable,
        detail: "because it goes over IPv6, which is off on this machine".to_owned(),
        stage: Facts::of(&[]).stage,
        connections: 0,
        said: Vec::new(),
        right: Vec::new(),
        disclosures: Vec::new(),
        time_to_detect: None,
    };
    let (outcome, started) = (Outcome::unseen(), SystemTime::now());
    Checked { scenario, verdict, outcome, command: Vec::new(), connections: Vec::new(), started, earlier: Vec::new() }
}

impl Setting {
    fn new(
        options: Options,
        display: Option<String>,
        root: PathBuf,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, CheckError> {
        let Options { profile, jobs: _, deadline, linger, seed, now, retries, expectations, captures } = options;
        let Some((program, arguments)) = profile.command.split_first() else {
            let why = profile.by_hand.clone().unwrap_or_else(|| "it has no command line".to_owned());
            return Err(CheckError::ByHand { name: profile.name, why });
        };
        let parse = |word: &String| Template::parse(word);
        Ok(Self {
            program: locate(program, profile.package.as_deref())?,
            arguments: arguments.iter().map(parse).collect::<Result<_, _>>()?,
            stdin: profile.stdin.as_ref().map(parse).transpose()?,
            env: profile
                .env
                .iter()
                .map(|(name, value)| Ok((name.clone(), Template::parse(value)?)))
                .collect::<Result<_, TemplateError>>()?,
            certificates: Certificates::new(&ServerOptions { seed, now, ..ServerOptions::default() }),
            profile,
            display,
            root,
            deadline,
            linger,
            seed,
            now,
            retries,
            expectations,
            captures,
            stop,
            honest: std::sync::Mutex::default(),
        })
    }
}
