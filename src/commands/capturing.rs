//! `--pcap FILE` and `SSLKEYLOGFILE`: what connections carried, and the keys to read it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use badrdp_capture::Capture;
use badrdp_client_probe::report::style::{self, paint};
use clap::Args;

/// Where programs that can speak TLS are told to put its keys.
const KEY_LOG: &str = "SSLKEYLOGFILE";

#[derive(Debug, Args)]
pub(crate) struct Capturing {
    /// Write what the connections carry to this file, for Wireshark: pcapng, with the keys of TLS inside
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
}

impl Capturing {
    /// Opens the files that were asked for, and says on stderr what is in them.
    pub(crate) fn start(&self) -> anyhow::Result<Option<Arc<Capture>>> {
        let key_log = std::env::var_os(KEY_LOG).filter(|path| !path.is_empty()).map(PathBuf::from);
        if self.pcap.is_none() && key_log.is_none() {
            return Ok(None);
        }
        let note = paint(style::WARN, "note");
        let mut capture = Capture::new(SystemTime::now());
        if let Some(path) = &self.pcap {
            capture = capture.packets_to(path)?;
            anstream::eprintln!(
                "{note}: {} holds the keys of the TLS sessions in it: who can read it sees all that they carried, passwords included",
                path.display()
            );
        }
        if let Some(path) = &key_log {
            capture = capture.keys_to(path)?;
            anstream::eprintln!(
                "{note}: {KEY_LOG} is set: the keys of TLS sessions are appended to {}",
                path.display()
            );
        }
        Ok(Some(Arc::new(capture)))
    }
}

/// Says whether all was written; for when every connection has ended.
pub(crate) fn finish(capture: Option<&Arc<Capture>>) -> anyhow::Result<()> {
    Ok(capture.map_or(Ok(()), |capture| capture.finish())?)
}
