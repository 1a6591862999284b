//! How far a run is: a bar on the terminal, nothing elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// A run of fewer scenarios has no bar.
const FEWEST: usize = 8;
/// How often the clock beside the bar moves while nothing else does.
const TICK: Duration = Duration::from_millis(250);

/// The bar, on stderr; it disappears when this is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        let wanted = total >= FEWEST && std::io::stderr().is_terminal();
        Self { bar: wanted.then(|| bar(total)) }
    }

    /// One more is done; of all so far this many were not as expected.
    pub(crate) fn step(&mut self, unexpected: usize) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            if unexpected > 0 {
                bar.set_message(format!("{unexpected} not as expected"));
            }
        }
    }

    /// Prints a result above the bar.
    pub(crate) fn print(&self, text: &str) -> anyhow::Result<()> {
        match &self.bar {
            Some(bar) => bar.suspend(|| output::print(text)),
            None => output::print(text),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {elapsed}  {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    bar
}
