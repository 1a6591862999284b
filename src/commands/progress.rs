//! How far a run is: a bar on the terminal, nothing elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// A run of fewer has no bar.
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

    /// One more is done; of all so far this many were so.
    pub(crate) fn step(&mut self, count: usize, so: &str) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            if count > 0 {
                bar.set_message(format!("{count} {so}"));
            }
        }
    }

    /// Does what prints, with the bar out of the way.
    pub(crate) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// The bar goes.
    pub(crate) fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Prints a result above the bar.
    pub(crate) fn print(&self, text: &str) -> anyhow::Result<()> {
        self.suspend(|| output::print(text))
    }

    /// Prints a report for people above the bar.
    pub(crate) fn report(&self, text: &str) -> anyhow::Result<()> {
        self.suspend(|| output::report(text))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
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
