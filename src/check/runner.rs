//! One case: a server, a client, and what became of both.

use std::collections::HashMap;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use badrdp_capture::Capture;
use badrdp_fake_server::{Certificates, FakeServer, Options as ServerOptions, VerifyError};
use badrdp_proto::transcript::Transcript;
use badrdp_scenarios::Scenario;
use tokio::sync::{OnceCell, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::command::{Login, Template, Values};
use super::expectations::Expectations;
use super::process::{Process, Start, inherited, variable};
use super::profile::Profile;
use super::verdict::{Evidence, Verdict, judge};
use super::watch::{self as events, State};
use super::{CheckError, Class, End, Outcome, artefacts, strays};

/// How long the server's side of the story may take to end behind the client's.
const SETTLE: Duration = Duration::from_secs(10);

/// How much longer a session is looked at in which a fault is still to come.
const STILL_TO_COME: Duration = Duration::from_secs(2);

/// A case that was played and judged.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What was played.
    pub scenario: Scenario,
    /// What is to be said of the client.
    pub verdict: Verdict,
    /// How the client ended.
    pub outcome: Outcome,
    /// The client's command line; the password stands in it as `{password}`.
    pub command: Vec<String>,
    /// The server's transcripts, one for each connection.
    pub connections: Vec<Transcript>,
    /// When the client was started.
    pub started: SystemTime,
    /// What earlier tries came to, which were not as recorded.
    pub earlier: Vec<Verdict>,
}

/// What all cases of a run share.
pub(super) struct Setting {
    pub(super) profile: Profile,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<Template>,
    pub(super) stdin: Option<Template>,
    pub(super) env: Vec<(String, Template)>,
    pub(super) display: Option<String>,
    /// The run's own directory.
    pub(super) root: PathBuf,
    pub(super) deadline: Duration,
    pub(super) linger: Duration,
    pub(super) seed: u64,
    pub(super) now: SystemTime,
    pub(super) retries: u8,
    pub(super) expectations: Expectations,
    /// Below which directory each case's connections are captured.
    pub(super) captures: Option<PathBuf>,
    /// Minted once for all cases.
    pub(super) certificates: Certificates,
    /// Turns true when the run is to stop.
    pub(super) stop: watch::Receiver<bool>,
    /// Runs against servers without their faults, by what these servers are.
    pub(super) honest: Mutex<HashMap<String, Arc<OnceCell<Vec<Transcript>>>>>,
}

/// A client's run against a server.
struct Played {
    outcome: Outcome,
    command: Vec<String>,
    connections: Vec<Transcript>,
    verified: Result<(), VerifyError>,
    started: SystemTime,
}

impl Setting {
    /// Plays a case and judges it, again where it may be played again; `number` tells it from the others of the run.
    pub(super) async fn case(&self, number: usize, scenario: Scenario) -> Result<Checked, CheckError> {
        let mut last = self.once(&format!("{number}"), scenario).await?;
        while last.earlier.len() < usize::from(self.retries) && self.may_be_a_race(&last) && !*self.stop.borrow() {
            let name = format!("{number}-again-{}", last.earlier.len() + 1);
            let next = self.once(&name, last.scenario.clone()).await?;
            // A try from which nothing is learned takes nothing back.
            if next.verdict.class.is_neutral() {
                break;
            }
            let Checked { mut earlier, verdict, .. } = last;
            earlier.push(verdict);
            last = Checked { earlier, ..next };
        }
        Ok(last)
    }

    /// Whether another try may count in place of this one. A client that crashes, or gives a password away, does so if
    /// it does it once.
    fn may_be_a_race(&self, checked: &Checked) -> bool {
        let class = checked.verdict.class;
        !matches!(class, Class::Crashed | Class::LeakedCredentials)
            && !self.expectations.allows(&checked.scenario.id, class)
    }

    async fn once(&self, name: &str, scenario: Scenario) -> Result<Checked, CheckError> {
        let capture = self.captures.as_deref().map(|root| capture(root, &scenario)).transpose()?;
        let played = self.play(name, &scenario, capture).await?;
        let unreached = matches!(played.verified, Err(VerifyError::NeverFired { .. }));
        let honest =
            if unreached && !played.outcome.is_final() { Some(self.honest(name, &scenario).await?) } else { None };
        let verdict = judge(&Evidence {
            scenario: &scenario,
            connections: &played.connections,
            verified: &played.verified,
            outcome: &played.outcome,
            profile: &self.profile,
            honest: honest.as_deref(),
        });
        let Played { outcome, command, connections, started, .. } = played;
        Ok(Checked { scenario, verdict, outcome, command, connections, started, earlier: Vec::new() })
    }

    /// The client's run against the same server without its faults; made once for servers that are alike.
    async fn honest(&self, name: &str, scenario: &Scenario) -> Result<Vec<Transcript>, CheckError> {
        let honest = scenario.without_faults();
        let Scenario { server, later, probe, .. } = &honest;
        let later: Vec<_> = later.iter().map(|later| (later.from, &later.server)).collect();
        let key = format!("{server:?} {later:?} {:?} {}", Login::of(&honest), probe.ipv6);
        let cell = {
            let mut known = self.honest.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(key).or_default())
        };
        let made = cell.get_or_try_init(|| async {
            let mut played = self.play(&format!("{name}-honest"), &honest, None).await?;
            // Much rests on this one: what says nothing is not taken for an answer at once.
            if played.connections.is_empty()
                || matches!(played.outcome.end, End::Deadline { .. } | End::Signalled { .. })
            {
                played = self.play(&format!("{name}-honest-again"), &honest, None).await?;
            }
            Ok::<_, CheckError>(played.connections)
        });
        Ok(made.await?.clone())
    }

    async fn play(&self, name: &str, scenario: &Scenario, capture: Option<Arc<Capture>>) -> Result<Played, CheckError> {
        let home = Home::make(self.root.join(name))?;
        let (observer, events) = events::watched();
        let ip = if scenario.probe.ipv6 { IpAddr::V6(Ipv6Addr::LOCALHOST) } else { Ipv4Addr::LOCALHOST.into() };
        let options = ServerOptions {
            listen: SocketAddr::new(ip, 0),
            seed: self.seed,
            now: self.now,
            ticking: true,
            // The client has the last word, or its deadline.
            budget: self.deadline + SETTLE,
            observer: Some(observer),
            capture: capture.clone(),
            certificates: Some(self.certificates.clone()),
            ..ServerOptions::default()
        };
        let server = FakeServer::start_with(scenario.clone(), options).await?;
        let values = self.values(scenario, server.addr(), &home.0, &server.ca_certificate_pem())?;
        let fill = |template: &Template| template.fill(&values);
        let start = Start {
            program: self.program.clone(),
            arguments: self.arguments.iter().map(fill).collect(),
            environment: self.environment(&values, &home.0),
            directory: home.0.clone(),
            stdin: self.stdin.as_ref().map(fill),
        };
        let masked = values.masked();
        let shown = self.arguments.iter().map(|template| template.fill(&masked));
        let command = std::iter::once(self.program.display().to_string()).chain(shown).collect();
        let started = SystemTime::now();
        let begun = Instant::now();
        let mut process = Process::start(&start)?;
        let end = self.follow(&mut process, &server, scenario, events, begun).await;
        let took = begun.elapsed();
        let (stdout, stderr) = process.clear().await;
        // What the client did last is in the transcript once its connections have ended on this side, too.
        if timeout(SETTLE, server.everybody_left()).await.is_err() {
            tracing::warn!("{}: a connection did not end", scenario.id);
        }
        capture.map_or(Ok(()), |capture| capture.finish())?;
        let password = Login::of(scenario).password;
        let hide = |text: String| {
            if password.len() < 4 { text } else { text.replace(&password, "{password}") }
        };
        let outcome = Outcome { end, took, stdout: hide(stdout), stderr: hide(stderr) };
        Ok(Played { outcome, command, connections: server.transcripts(), verified: server.verify(), started })
    }

    fn values(&self, scenario: &Scenario, addr: SocketAddr, home: &Path, ca: &str) -> Result<Values, CheckError> {
        let login = Login::of(scenario);
        let host = match (addr, &self.profile.host) {
            (_, Some(host)) if addr.is_ipv4() || is_ipv6_name(host) => host.clone(),
            (SocketAddr::V6(addr), _) => format!("[{}]", addr.ip()),
            (SocketAddr::V4(addr), _) => addr.ip().to_string(),
        };
        let mut values = Values::default();
        values.set("host", host);
        values.set("port", addr.port().to_string());
        values.set("family", if addr.is_ipv4() { "4" } else { "6" });
        values.set("dir", home.display().to_string());
        values.set("display", self.display.as_deref().unwrap_or_default());
        values.set("scenario", &scenario.id);
        let ca_file = home.join("ca.pem");
        write(&ca_file, ca)?;
        values.set("ca", ca_file.display().to_string());
        let environment = self.env.iter().map(|(_, value)| value);
        if self.arguments.iter().chain(&self.stdin).chain(environment).any(|template| template.has("password_file")) {
            let file = home.join("password");
            write(&file, &format!("{}\n", login.password))?;
            values.set("password_file", file.display().to_string());
        }
        values.set("user", login.user);
        values.set("password", login.password);
        values.set("domain", login.domain);
        Ok(values)
    }

    /// A clean environment: what is needed to run at all, and what the profile says.
    fn environment(&self, values: &Values, home: &Path) -> Vec<(OsString, OsString)> {
        let mut environment = inherited();
        environment.extend([variable("HOME", home), variable("TMPDIR", home), variable("LANG", "C.UTF-8")]);
        environment.extend(self.display.iter().map(|display| variable("DISPLAY", display)));
        environment.extend(self.env.iter().map(|(name, value)| variable(name, value.fill(values))));
        environment.push(variable(strays::MARK, home));
        environment
    }

    /// Waits for the client's end, or makes one.
    async fn follow(
        &self,
        process: &mut Process,
        server: &FakeServer,
        scenario: &Scenario,
        mut events: watch::Receiver<State>,
        begun: Instant,
    ) -> End {
        let deadline = begun + self.deadline;
        let linger = self.linger + events::waits(scenario);
        let mut stop = self.stop.clone();
        loop {
            let state = events.borrow_and_update().clone();
            let now = Instant::now();
            // A fault that is still to come is waited for, but not until the deadline.
            let unfired = || server.verify().is_err();
            let settled = state.session().map(|since| since + linger);
            let settled = settled.map(|at| if at <= now && unfired() { at + STILL_TO_COME } else { at });
            let over = state.over().filter(|_| self.profile.stays).map(|since| since + linger);
            let behind = state.over().zip(self.profile.after_close).map(|(since, time)| since + time);
            let due = settled.or(over).or(behind).map_or(deadline, |at| at.min(deadline));
            if due <= now {
                process.end().await;
                return match (state.session(), over) {
                    (Some(_), _) => End::InSession,
                    (None, Some(over)) if over <= now => End::Stayed,
                    (None, _) => End::Deadline { connected: state.over().is_none() },
                };
            }
            tokio::select! {
                end = process.wait() => return end,
                () = stopped(&mut stop) => {
                    process.end().await;
                    return End::Cancelled;
                }
                changed = events.changed() => if changed.is_err() {
                    // The server is gone, which it is not as long as its handle is here.
                    tracing::debug!("no more events");
                    return process.wait().await;
                },
                () = sleep_until(due) => {}
            }
        }
    }
}

/// Whether the system knows the name as one of IPv6's loopback address.
fn is_ipv6_name(host: &str) -> bool {
    (host, 0).to_socket_addrs().is_ok_and(|mut addresses| addresses.any(|address| address.ip() == Ipv6Addr::LOCALHOST))
}

/// Waits until the run is to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // Nobody can stop it any more.
        std::future::pending::<()>().await;
    }
}

impl Outcome {
    /// Whether another run would say nothing more.
    fn is_final(&self) -> bool {
        matches!(self.end, End::Cancelled | End::Signalled { .. })
    }
}

/// A client's directory, which is also its home; dropping it removes it.
struct Home(PathBuf);

impl Home {
    fn make(path: PathBuf) -> Result<Self, CheckError> {
        std::fs::create_dir(&path).map_err(|source| CheckError::Directory { path: path.clone(), source })?;
        Ok(Self(path))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What cannot be removed now is removed with the run's directory.
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "{} is not empty yet", self.0.display());
        }
    }
}

/// Captures the connections of a case into its directory of artefacts.
fn capture(root: &Path, scenario: &Scenario) -> Result<Arc<Capture>, CheckError> {
    let directory = artefacts::directory(root, scenario);
    std::fs::create_dir_all(&directory).map_err(|source| CheckError::Directory { path: directory.clone(), source })?;
    Ok(Arc::new(Capture::new(SystemTime::now()).packets_to(&directory.join(artefacts::CAPTURE))?))
}

/// Writes a file that only this user can read.
fn write(path: &Path, text: &str) -> Result<(), CheckError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|source| CheckError::Directory { path: path.to_owned(), source })
}
