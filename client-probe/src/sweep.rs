//! Many hosts: so many at a time, and one connection at a time to each.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinSet;

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
/// Memory grows with the hosts that are under way, not with those that are done.
#[derive(Debug)]
pub struct Sweep<I, T> {
    targets: I,
    options: Arc<SweepOptions>,
    tasks: JoinSet<Examination>,
    /// Which target a task has, in case that it fails.
    started: HashMap<tokio::task::Id, (Target, T)>,
    hosts: Hosts,
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

impl<I: Iterator<Item = (Target, T)>, T> Sweep<I, T> {
    /// A sweep over `targets`, each with what its caller knows of it; none is touched before [`Sweep::next`] is called.
    pub fn new(targets: I, mut options: SweepOptions) -> Self {
        options.probe.roots = options.probe.roots.read();
        let (options, tasks) = (Arc::new(options), JoinSet::new());
        Self { targets, options, tasks, started: HashMap::new(), hosts: Hosts::default() }
    }

    /// The next host that is done; none once all are.
    pub async fn next(&mut self) -> Option<(Swept, T)> {
        while self.tasks.len() < self.options.jobs.max(1)
            && let Some((target, known)) = self.targets.next()
        {
            let (options, host) = (Arc::clone(&self.options), self.hosts.gate(&target));
            let task = self.tasks.spawn(one(target.clone(), options, host));
            self.started.insert(task.id(), (target, known));
        }
        let ended = self.tasks.join_next_with_id().await?;
        let id = ended.as_ref().map_or_else(|error| error.id(), |(id, _)| *id);
        let (target, known) = self.started.remove(&id)?;
        let swept = match ended {
            Ok((_, examination)) => Swept::Examined(Box::new(examination)),
            Err(error) => Swept::Failed { target, why: error.to_string() },
        };
        Some((swept, known))
    }
}

async fn one(target: Target, options: Arc<SweepOptions>, host: Arc<Mutex<()>>) -> Examination {
    let _turn: OwnedMutexGuard<()> = host.lock_owned().await;
    examine(&target, &options.probe, options.survey.as_ref()).await
}

/// The hosts under way: two ports of one host take turns.
///
/// Names that stand for the same address are not known to be one host before they are resolved.
#[derive(Debug, Default)]
struct Hosts {
    gates: HashMap<String, Arc<Mutex<()>>>,
    order: VecDeque<String>,
}

impl Hosts {
    /// Gates that nobody holds are forgotten beyond so many.
    const KEPT: usize = 4096;

    fn gate(&mut self, target: &Target) -> Arc<Mutex<()>> {
        let name =
            target.host.parse::<IpAddr>().map_or_else(|_| target.host.to_lowercase(), |address| address.to_string());
        if let Some(gate) = self.gates.get(&name) {
            return Arc::clone(gate);
        }
        self.forget();
        let gate = Arc::new(Mutex::new(()));
        self.order.push_back(name.clone());
        self.gates.insert(name, Arc::clone(&gate));
        gate
    }

    fn forget(&mut self) {
        let many = self.order.len();
        if many < Self::KEPT {
            return;
        }
        for _ in 0..many {
            let Some(name) = self.order.pop_front() else { return };
            match self.gates.get(&name) {
                Some(gate) if Arc::strong_count(gate) > 1 => self.order.push_back(name),
                _ => drop(self.gates.remove(&name)),
            }
        }
    }
}
