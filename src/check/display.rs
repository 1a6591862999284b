//! An X display for clients that need one: Xvfb, for the time of a run.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use super::process::{Group, SpawnError, locate};

/// How long it may take to say its number.
const START: Duration = Duration::from_secs(20);
/// How long it may take to tidy up.
const GRACE: Duration = Duration::from_secs(5);

/// A running Xvfb; dropping it ends it.
#[derive(Debug)]
pub(super) struct Display {
    /// `:N`.
    pub(super) name: String,
    group: Group,
    server: tokio::process::Child,
}

/// There is no display.
#[derive(Debug, thiserror::Error)]
pub enum DisplayError {
    /// Xvfb cannot be started.
    #[error("the client needs an X display")]
    Spawn(#[from] SpawnError),
    /// It names no display.
    #[error("the client needs an X display, and Xvfb does not say which one it has")]
    Silent,
}

impl Display {
    /// Starts Xvfb on a free display and returns when it accepts clients.
    pub(super) async fn start() -> Result<Self, DisplayError> {
        let program = locate("Xvfb", Some("xvfb"))?;
        let mut command = Command::new(&program);
        command
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset"])
            .args(["-maxclients", "512"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let failed = |source| SpawnError::Failed { program: program.display().to_string(), source };
        let mut server = command.spawn().map_err(failed)?;
        let group = Group::of(&server);
        let stdout = server.stdout.take().ok_or(DisplayError::Silent)?;
        let mut line = String::new();
        let read = timeout(START, BufReader::new(stdout).read_line(&mut line)).await;
        match (read, line.trim().parse::<u32>()) {
            (Ok(Ok(_)), Ok(number)) => Ok(Self { name: format!(":{number}"), group, server }),
            _ => Err(DisplayError::Silent),
        }
    }

    /// Ends it as it likes to be ended: killed, it leaves its socket behind.
    pub(super) async fn end(mut self) {
        self.group.terminate();
        if timeout(GRACE, self.server.wait()).await.is_err() {
            tracing::warn!("Xvfb does not end when it is asked to: its socket stays behind");
        }
    }
}
