//! `serve --chaos`: every connection meets the next random scenario.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use badrdp::Scenario;
use badrdp::chaos::settle;
use badrdp::replay::Options as ReplayOptions;
use badrdp_client_probe::report::style::{self, paint};
use badrdp_fake_server::{Options, Succession};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::greeting::{reachable, xfreerdp};
use super::live::{Live, number};
use super::{Setting, tally};
use crate::commands::run::chaos::keep;
use crate::output;

/// Scenarios that are ready before anybody connects.
const AHEAD: usize = 4;
/// The longest silence in a rehearsal.
const BUDGET: Duration = Duration::from_secs(1);

pub(super) async fn serve(setting: &Setting, out: Option<&Path>) -> anyhow::Result<()> {
    let live = Arc::new(Live::default());
    let options = Options { observer: Some(live.observer(number)), ..setting.options() };
    let (ready, scenarios) = mpsc::channel(AHEAD);
    let seed = setting.seed;
    let files = out.map(Path::to_owned);
    let announce = move |number: u64, peer: SocketAddr, scenario: &Scenario| {
        let text = announced(number, peer, scenario, seed, files.as_deref());
        if let Err(error) = output::report(&text) {
            tracing::debug!(%error, "cannot print");
        }
    };
    let server = Succession::start_with(scenarios, Arc::new(announce), options).await?;
    setting.write_ca(&server.ca_certificate_pem())?;
    let rehearsing = tokio::spawn(rehearse(seed, ready));
    let stopped = setting.until_stopped(server.addr(), &greeting(server.addr(), seed, out), server.settled()).await;
    rehearsing.abort();
    stopped?;
    let transcripts: Vec<_> = server.transcripts().into_iter().map(|(_, transcript)| transcript).collect();
    output::report(&tally(server.accepted(), &transcripts, live.leaks()))
}

/// Plays each scenario of the sequence against the probe, and hands on what fires, in order.
async fn rehearse(seed: u64, ready: mpsc::Sender<Scenario>) {
    let options = ReplayOptions { seed, budget: BUDGET, ..ReplayOptions::default() };
    let mut numbers = 0_u64..;
    let mut under_way: VecDeque<JoinHandle<Option<Scenario>>> = VecDeque::new();
    loop {
        while under_way.len() < AHEAD
            && let Some(number) = numbers.next()
        {
            let options = options.clone();
            under_way.push_back(tokio::spawn(async move {
                let drawn = badrdp::scenarios::chaos::scenario(seed, number);
                match settle(&drawn, &options).await {
                    Ok(settled) => settled.map(|(scenario, _)| scenario),
                    Err(error) => {
                        tracing::warn!(%error, "{} cannot be rehearsed", drawn.id);
                        None
                    }
                }
            }));
        }
        let Some(task) = under_way.pop_front() else { return };
        // One that changes nothing, or that the probe does not survive, is passed over.
        if let Ok(Some(scenario)) = task.await
            && ready.send(scenario).await.is_err()
        {
            return;
        }
    }
}

/// Which scenario a connection meets, and how to see it again.
fn announced(number: u64, peer: SocketAddr, scenario: &Scenario, seed: u64, out: Option<&Path>) -> String {
    let place = scenario.id.rsplit_once('-').map_or("", |(_, place)| place);
    let mut text = format!(
        "{} {} of seed {seed}, for {peer}: {}\n",
        paint(style::HEAD, format!("#{number}")),
        paint(style::HEAD, format!("chaos number {place}")),
        scenario.summary
    );
    let Some(directory) = out else { return text };
    match kept(directory, scenario) {
        Ok(path) => {
            let _ = writeln!(text, "#{number} its file: {}", path.display());
        }
        Err(error) => {
            let _ = writeln!(text, "#{number} {}: {error:#}", paint(style::BAD, "no file"));
        }
    }
    text
}

fn kept(directory: &Path, scenario: &Scenario) -> anyhow::Result<PathBuf> {
    keep(directory, scenario, &badrdp::scenarios::write::to_toml(scenario)?)
}

fn greeting(addr: SocketAddr, seed: u64, out: Option<&Path>) -> String {
    let at = reachable(addr);
    let mut text = format!("{} listens on {addr}\n\n", paint(style::HEAD, format!("chaos, seed {seed},")));
    let _ = writeln!(text, "  what is wrong  something else for every connection: one to three random faults");
    match out {
        Some(directory) => {
            let _ = writeln!(text, "  its file       in {}, one for each connection", directory.display());
        }
        None => {
            let _ = writeln!(text, "  its file       with --out DIR, one for each connection");
        }
    }
    let _ = writeln!(text, "  connect with   xfreerdp {} /u:alice '/p:Passw0rd!' /cert:ignore", xfreerdp(at));
    let _ = writeln!(text, "                 badrdp probe {at}");
    let _ = writeln!(text, "  stop with      Ctrl-C\n");
    text
}
