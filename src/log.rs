//! The log on stderr: ours alone.

use std::io::{self, IsTerminal as _};

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Logs to stderr what `BADRDP_LOG` asks for; warnings by default.
pub(crate) fn start() {
    let wanted = EnvFilter::builder()
        .with_env_var("BADRDP_LOG")
        .with_default_directive(LevelFilter::WARN.into())
        .from_env_lossy();
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    lines(wanted, colour, io::stderr).init();
}

fn lines<W>(wanted: EnvFilter, colour: bool, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // What others log is not ours to vouch for: the crate that does NTLM logs passwords.
    let ours = filter_fn(|metadata| metadata.target().starts_with("badrdp"));
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(colour);
    tracing_subscriber::registry().with(wanted).with(ours).with(lines)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_else_is_logged_however_loud_the_log_is() {
        for wanted in ["trace", "sspi=trace", "trace,sspi[{}]=trace,picky=trace"] {
            let buffer = Buffer::default();
            let copy = buffer.clone();
            let log = lines(EnvFilter::new(format!("badrdp=trace,{wanted}")), false, move || copy.clone());
            tracing::subscriber::with_default(log, || {
                tracing::error!(target: "sspi::ntlm", "theirs");
                let span = tracing::error_span!(target: "sspi::credssp", "process", secret = "theirs");
                span.in_scope(|| tracing::trace!("ours"));
                tracing::error!(target: "picky_krb", "theirs");
            });
            let log = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
            assert!(log.contains("ours") && !log.contains("theirs"), "{wanted}: {log}");
        }
    }
}
