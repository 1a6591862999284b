//! What a client started and let go: processes that left its group, as daemons do.

use std::path::Path;

/// The variable that every client has, and all that it starts inherits: its home.
pub(super) const MARK: &str = "BADRDP_CHECK";

/// Ends every process in whose environment [`MARK`] names `home` or something below it. One that has left the client's
/// group and has cleared its environment, too, is not found.
#[cfg(target_os = "linux")]
pub(super) fn end(home: &Path) {
    // Between two looks one may have started another.
    for _ in 0..LOOKS {
        if found(home).is_empty() {
            return;
        }
        // What was killed takes a moment to be gone.
        std::thread::sleep(PAUSE);
    }
    tracing::warn!("processes that a client started do not end: their environment names {}", home.display());
}

#[cfg(not(target_os = "linux"))]
pub(super) fn end(_: &Path) {}

#[cfg(target_os = "linux")]
const LOOKS: usize = 50;
#[cfg(target_os = "linux")]
const PAUSE: std::time::Duration = std::time::Duration::from_millis(10);

/// What of an environment is looked at.
#[cfg(target_os = "linux")]
const LARGEST: u64 = 256 * 1024;

/// Looks once, and ends what it finds.
#[cfg(target_os = "linux")]
fn found(home: &Path) -> Vec<rustix::process::Pid> {
    use std::io::Read as _;
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};

    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut found = Vec::new();
    for id in ids.filter_map(Pid::from_raw).filter(|id| *id != getpid()) {
        // Opened first: the number may be another's by the time that the signal is sent.
        let Ok(process) = pidfd_open(id, PidfdFlags::empty()) else { continue };
        let mut environment = Vec::new();
        let file = std::fs::File::open(format!("/proc/{}/environ", id.as_raw_nonzero()));
        if file.and_then(|file| file.take(LARGEST).read_to_end(&mut environment)).is_err() {
            continue;
        }
        if names(&environment, home.as_os_str().as_bytes()) && pidfd_send_signal(&process, Signal::KILL).is_ok() {
            found.push(id);
        }
    }
    found
}

/// Whether the mark's value is `home`, or something below it.
#[cfg(target_os = "linux")]
fn names(environment: &[u8], home: &[u8]) -> bool {
    environment.split(|byte| *byte == 0).any(|variable| {
        let value = variable.strip_prefix(MARK.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        let below = value.and_then(|value| value.strip_prefix(home));
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_named_by_the_mark_alone() {
        let home = b"/tmp/run/1";
        for environment in [&b"BADRDP_CHECK=/tmp/run/1"[..], b"A=b\0BADRDP_CHECK=/tmp/run/1/2\0B=c"] {
            assert!(names(environment, home), "{environment:?}");
        }
        // A shell that somebody has opened there is none of the client's.
        for environment in [&b""[..], b"PWD=/tmp/run/1\0", b"BADRDP_CHECK=/tmp/run/12\0", b"BADRDP_CHECKS=/tmp/run/1"] {
            assert!(!names(environment, home), "{environment:?}");
        }
    }
}
