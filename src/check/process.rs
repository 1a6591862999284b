//! A client's process, in a group of its own, which is gone when this is.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{End, strays};

/// What is kept of each output: its end.
const KEPT: usize = 64 * 1024;
/// How long a client may take to end once it is asked to.
const GRACE: Duration = Duration::from_millis(700);
/// How long outputs may stay open behind the end of the group.
const DRAIN: Duration = Duration::from_secs(3);

/// A program that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// It is not there.
    #[error("{}", missing(program, package.as_deref()))]
    Missing {
        /// Its name.
        program: String,
        /// The package that has it.
        package: Option<String>,
    },
    /// The system does not start it.
    #[error("cannot start `{program}`")]
    Failed {
        /// Its name.
        program: String,
        /// Why.
        source: io::Error,
    },
}

fn missing(program: &str, package: Option<&str>) -> String {
    match package {
        _ if program.contains('/') => format!("there is no program `{program}`"),
        Some(package) => format!("`{program}` is not installed: apt-get install {package}"),
        None => format!("`{program}` is not installed, or not on the PATH"),
    }
}

/// What to start.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) directory: PathBuf,
    pub(super) stdin: Option<String>,
}

/// A client that runs.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    group: Group,
    /// Where it was started, which is its home.
    home: PathBuf,
    outputs: [Tail; 2],
    /// What it says once it is asked to end is no more about the server.
    heard: Arc<AtomicBool>,
}

/// The end of what a client writes to one of its outputs.
#[derive(Debug)]
struct Tail {
    reading: JoinHandle<()>,
    kept: Arc<Mutex<Vec<u8>>>,
}

/// Where a program is: as it stands where it has a slash, else on `PATH`.
///
/// # Errors
/// It is nowhere.
pub(super) fn locate(program: &str, package: Option<&str>) -> Result<PathBuf, SpawnError> {
    if program.contains('/') {
        let path = PathBuf::from(program);
        if path.exists() {
            // The client runs in a directory of its own.
            return Ok(std::path::absolute(&path).unwrap_or(path));
        }
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).map(|directory| directory.join(program)).find(|path| path.is_file());
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(SpawnError::Missing { program: program.to_owned(), package: package.map(str::to_owned) })
}

impl Process {
    /// Starts it.
    ///
    /// # Errors
    /// The system does not start it.
    pub(super) fn start(start: &Start) -> Result<Self, SpawnError> {
        let failed = |source| SpawnError::Failed { program: start.program.display().to_string(), source };
        let mut command = Command::new(&start.program);
        command
            .args(&start.arguments)
            .env_clear()
            .envs(start.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&start.directory)
            .stdin(if start.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(failed)?;
        let group = Group::of(&child);
        if let (Some(mut stdin), Some(text)) = (child.stdin.take(), start.stdin.clone()) {
            tokio::spawn(async move {
                // A client that does not read it is no error.
                let _ = stdin.write_all(text.as_bytes()).await;
            });
        }
        let heard = Arc::new(AtomicBool::new(true));
        let outputs = [Tail::of(child.stdout.take(), &heard), Tail::of(child.stderr.take(), &heard)];
        Ok(Self { child, group, home: start.directory.clone(), outputs, heard })
    }

    /// Waits for its end. Can be given up and waited for again.
    pub(super) async fn wait(&mut self) -> End {
        match self.child.wait().await {
            Ok(status) => end(status),
            Err(error) => {
                tracing::warn!(%error, "cannot wait for the client");
                End::Unseen
            }
        }
    }

    /// Asks it to end, then ends it.
    pub(super) async fn end(&mut self) {
        self.heard.store(false, Ordering::Relaxed);
        self.group.terminate();
        if timeout(GRACE, self.child.wait()).await.is_err() {
            self.group.kill();
            let _ = timeout(GRACE, self.child.wait()).await;
        }
    }

    /// Ends what is left of its group, and what has left that, and gives the ends of stdout and stderr.
    pub(super) async fn clear(mut self) -> (String, String) {
        self.group.kill();
        let home = self.home.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || strays::end(&home)).await {
            tracing::debug!(%error, "nobody looked for what the client has left");
        }
        let _ = timeout(GRACE, self.child.wait()).await;
        let [stdout, stderr] = self.outputs;
        (stdout.text().await, stderr.text().await)
    }
}

fn end(status: ExitStatus) -> End {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return End::Signalled { signal, core: status.core_dumped() };
        }
    }
    status.code().map_or(End::Unseen, End::Exited)
}

impl Tail {
    fn of(output: Option<impl AsyncRead + Unpin + Send + 'static>, heard: &Arc<AtomicBool>) -> Self {
        let (heard, kept) = (Arc::clone(heard), Arc::new(Mutex::new(Vec::new())));
        let reading = tokio::spawn({
            let kept = Arc::clone(&kept);
            async move {
                let Some(mut output) = output else { return };
                let mut chunk = vec![0; 8 * 1024];
                while let Ok(count @ 1..) = output.read(&mut chunk).await {
                    if heard.load(Ordering::Relaxed) {
                        keep(
                            &mut kept.lock().unwrap_or_else(PoisonError::into_inner),
                            chunk.get(..count).unwrap_or_default(),
                        );
                    }
                }
            }
        });
        Self { reading, kept }
    }

    /// What there is, once all is read, or somebody outside the client's group holds the output open.
    async fn text(mut self) -> String {
        if timeout(DRAIN, &mut self.reading).await.is_err() {
            self.reading.abort();
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let from = kept.len().saturating_sub(KEPT);
        shown(kept.get(from..).unwrap_or_default())
    }
}

fn keep(kept: &mut Vec<u8>, fresh: &[u8]) {
    kept.extend_from_slice(fresh);
    if kept.len() > 2 * KEPT {
        kept.drain(..kept.len() - KEPT);
    }
}

/// Text of a program, safe for a terminal: control characters are left out.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

/// The process group of a client; dropping it ends what is left.
#[derive(Debug)]
pub(super) struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    pub(super) fn of(child: &Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        Self { leader }
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &Child) -> Self {
        Self {}
    }

    pub(super) fn terminate(&self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::TERM);
    }

    pub(super) fn kill(&self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::KILL);
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        if let Some(leader) = self.leader
            && let Err(error) = rustix::process::kill_process_group(leader, signal)
        {
            // None of it is left: that is how it should be.
            tracing::trace!(%error, "no process group {leader:?}");
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What of this process's environment a client gets.
pub(super) fn inherited() -> Vec<(OsString, OsString)> {
    let names = ["PATH", "TZ", "SYSTEMROOT"];
    names.iter().filter_map(|name| Some(((*name).into(), std::env::var_os(name)?))).collect()
}

/// A value for a client's environment.
pub(super) fn variable(name: &str, value: impl AsRef<Path>) -> (OsString, OsString) {
    (name.into(), value.as_ref().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_what_a_client_writes_is_kept() {
        let mut kept = Vec::new();
        for number in 0..5_u8 {
            keep(&mut kept, &vec![number; KEPT]);
            assert!(kept.len() <= 2 * KEPT);
        }
        assert_eq!(kept.last(), Some(&4));
        assert!(kept.len() >= KEPT);
    }

    #[test]
    fn what_a_client_writes_does_not_move_the_terminals_cursor() {
        assert_eq!(shown(b"\x1b[2Jred\x07\tb\nc\xff"), "[2Jred\tb\nc\u{fffd}");
    }
}
