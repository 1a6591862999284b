//! The client as a program, for `badrdp check --client interop/ironrdp/ironrdp.toml`.

use std::path::PathBuf;
use std::process::ExitCode;

use badrdp_interop_ironrdp::{Ended, Failure, Login, connect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

const USAGE: &str = "\
usage: ironrdp-interop --user USER --password-file FILE [--domain DOMAIN] --ca FILE HOST:PORT

Connects, logs on and stays until the session ends. The certificate has to be for localhost and of the CA in FILE (PEM).
Exit codes: 0 the server ended the session, 2 wrong usage, 3 TCP, 4 TLS, 5 ironrdp-connector refuses,
6 ironrdp-session refuses or the session's connection is lost, 7 redirected";

/// What the command line says.
struct Arguments {
    login: Login,
    ca: PathBuf,
    target: String,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::from(2);
        }
    };
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> ExitCode {
    let root = match CertificateDer::from_pem_file(&arguments.ca) {
        Ok(root) => root,
        Err(error) => {
            eprintln!("cannot read {}: {error}", arguments.ca.display());
            return ExitCode::from(2);
        }
    };
    let ended = match connect(&arguments.target, &arguments.login, root).await {
        Ok(session) => session.stay(|told| eprintln!("{told}")).await,
        Err(failure) => Err(failure),
    };
    match ended {
        Ok(ended) => {
            eprintln!("{ended}");
            ExitCode::from(match ended {
                Ended::Gracefully(_) => 0,
                Ended::Redirected { .. } => 7,
            })
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(match failure {
                Failure::Tcp(_) => 3,
                Failure::Tls(_) | Failure::Leftover(_) => 4,
                Failure::Connector(_) => 5,
                Failure::Session(_) | Failure::Lost(_) => 6,
            })
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut user, mut password, mut domain, mut ca, mut target) = (None, None, None, None, None);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} has no value"));
        match word.as_str() {
            "--user" => user = Some(value()?),
            "--password-file" => password = Some(first_line(&value()?)?),
            "--domain" => domain = Some(value()?),
            "--ca" => ca = Some(PathBuf::from(value()?)),
            _ if word.starts_with('-') || target.is_some() => return Err(format!("unexpected {word}")),
            _ => target = Some(word),
        }
    }
    let missing = |what: &str| format!("{what} is missing");
    let user = user.ok_or_else(|| missing("--user"))?;
    let password = password.ok_or_else(|| missing("--password-file"))?;
    let login = Login { user, password, domain: domain.unwrap_or_default() };
    let ca = ca.ok_or_else(|| missing("--ca"))?;
    Ok(Arguments { login, ca, target: target.ok_or_else(|| missing("HOST:PORT"))? })
}

fn first_line(file: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {file}: {error}"))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
