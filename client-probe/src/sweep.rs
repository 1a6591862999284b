//! Many hosts: so many at a time, and one connection at a time to each.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use badrdp_proto::vocab::Stage;
use tokio::net::lookup_host;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, timeout};

use crate::examine::{Examination, examine};
use crate::probe::{Options, Target};
use crate::survey::SurveyOptions;
/// How to go over many hosts.
#[derive(Clone, Debug)]
pub struct SweepOptions {
    /// How each is probed. Roots that are not read yet are read once, for all.
    pub probe: Options,
    /// What else each is asked.
    pub survey: Option<SurveyOptions>,
    /// Hosts under way at the same time.
    pub jobs: usize,
}

/// A sweep under way: hosts go in one by one, and come out as they are done.
///
/// A host is known by its address, so that two names or two ports of it take turns; of a name with several addresses
/// by the first. Memory grows with the hosts that are under way or wait for their turn, not with those that are done.
#[derive(Debug)]
pub struct Sweep<I, T> {
    targets: I,
    options: Arc<SweepOptions>,
    started: Instant,
    tasks: JoinSet<Step>,
    /// Whose turn each task is, in case that it fails.
    running: HashMap<Id, Turn<T>>,
    /// Hosts that are being examined, each with those that wait for it.
    busy: HashMap<Host, VecDeque<Turn<T>>>,
    /// Whose host has become free.
    ready: VecDeque<Turn<T>>,
}

/// What became of one host.
#[derive(Debug)]
pub enum Swept {
    /// It was examined.
    Examined(Box<Examination>),
    /// The probe itself failed; the other hosts are unharmed.
    Failed {
        /// The host.
        target: Target,
        /// What it said.
        why: String,
    },
}

/// A host as it is told from others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Host {
    Address(IpAddr),
    /// It does not resolve.
    Name(String),
}

#[derive(Debug)]
struct Turn<T> {
    target: Target,
    known: T,
    /// None before its name is resolved.
    host: Option<Host>,
}

/// What a task comes to.
enum Step {
    Resolved(Host),
    Examined(Box<Examination>),
}

impl<I: Iterator<Item = (Target, T)>, T> Sweep<I, T> {
    /// A sweep over `targets`, each with what its caller knows of it; none is touched before [`Sweep::next`] is called.
    pub fn new(targets: I, mut options: SweepOptions) -> Self {
        options.probe.roots = options.probe.roots.read();
        Self {
            targets,
            options: Arc::new(options),
            started: Instant::now(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            busy: HashMap::new(),
            ready: VecDeque::new(),
        }
    }

    /// The next host that is done; none once all are.
    pub async fn next(&mut self) -> Option<(Swept, T)> {
        loop {
            while self.tasks.len() < self.options.jobs.max(1)
                && let Some(turn) = self.another()
            {
                self.start(turn);
            }
            let ended = self.tasks.join_next_with_id().await?;
            let id = ended.as_ref().map_or_else(|error| error.id(), |(id, _)| *id);
            let mut turn = self.running.remove(&id)?;
            let swept = match ended {
                Ok((_, Step::Resolved(host))) => {
                    turn.host = Some(host);
                    self.ready.push_front(turn);
                    continue;
                }
                Ok((_, Step::Examined(examination))) => Swept::Examined(examination),
                Err(error) => Swept::Failed { target: turn.target, why: error.to_string() },
            };
            if let Some(waiting) = turn.host.and_then(|host| self.busy.remove(&host)) {
                self.ready.extend(waiting);
            }
            return Some((swept, turn.known));
        }
    }

    /// The next turn that need not wait for its host.
    fn another(&mut self) -> Option<Turn<T>> {
        loop {
            let turn = self.ready.pop_front().or_else(|| {
                let (target, known) = self.targets.next()?;
                let host = target.host.parse::<IpAddr>().ok().map(|address| Host::Address(address.to_canonical()));
                Some(Turn { target, known, host })
            })?;
            match turn.host.as_ref().and_then(|host| self.busy.get_mut(host)) {
                Some(waiting) => waiting.push_back(turn),
                None => return Some(turn),
            }
        }
    }

    fn start(&mut self, turn: Turn<T>) {
        let (target, options) = (turn.target.clone(), Arc::clone(&self.options));
        let task = match &turn.host {
            None => self.tasks.spawn(async move { Step::Resolved(resolve(&target, &options.probe).await) }),
            Some(host) => {
                self.busy.insert(host.clone(), VecDeque::new());
                let mut probe = options.probe.clone();
                if probe.ticking {
                    // The clock that the host's is compared with has gone on since the sweep began.
                    probe.now += self.started.elapsed();
                }
                self.tasks.spawn(async move {
                    Step::Examined(Box::new(examine(&target, &probe, options.survey.as_ref()).await))
                })
            }
        };
        self.running.insert(task.id(), turn);
    }
}

async fn resolve(target: &Target, options: &Options) -> Host {
    let lookup = lookup_host((target.host.as_str(), target.port));
    let first = match timeout(options.silence(Stage::Tcp), lookup).await {
        Ok(Ok(mut addresses)) => addresses.find(|address| options.takes(address.ip())),
        // What it is that fails, the probe says.
        Ok(Err(_)) | Err(_) => None,
    };
    match first {
        Some(address) => Host::Address(address.ip().to_canonical()),
        None => Host::Name(target.host.trim_end_matches('.').to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use std::time::Duration;

    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    use super::*;
    use crate::Roots;

    /// Accepts and says nothing.
    async fn silent() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move { stream.read_to_end(&mut Vec::new()).await });
            }
        });
        port
    }

    fn sweep(hosts: &[(&str, u16)], jobs: usize) -> Sweep<std::vec::IntoIter<(Target, usize)>, usize> {
        let budget = Duration::from_millis(300);
        let probe = Options { budget, roots: Roots::Only(Vec::new()), ..Options::default() };
        let target = |(at, (host, port)): (usize, &(&str, u16))| (Target { host: (*host).to_owned(), port: *port }, at);
        let targets: Vec<_> = hosts.iter().enumerate().map(target).collect();
        Sweep::new(targets.into_iter(), SweepOptions { probe, survey: None, jobs })
    }

    #[tokio::test]
    async fn whoever_waits_for_its_turn_holds_nobody_up() {
        let port = silent().await;
        let unused = TcpListener::bind("127.0.0.2:0").await.unwrap().local_addr().unwrap().port();
        // Three names of one silent host, then another host, and two jobs.
        let mut sweep =
            sweep(&[("127.0.0.1", port), ("localhost", port), ("::ffff:127.0.0.1", port), ("127.0.0.2", unused)], 2);
        let mut order = Vec::new();
        while let Some((swept, at)) = sweep.next().await {
            assert!(matches!(swept, Swept::Examined(_)), "{swept:?}");
            order.push(at);
        }
        assert_eq!(order.first(), Some(&3), "{order:?}");
        assert_eq!(order.len(), 4);
    }
}
