//! Where a password comes from: a file, the environment or a prompt. Never the command line, which everybody can read.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail, ensure};
use badrdp_client_probe::Password;
use badrdp_client_probe::report::style::{self, paint};

/// The environment's password.
const VARIABLE: &str = "BADRDP_PASSWORD";
/// No password is longer, in bytes.
const LONGEST: u64 = 4096;

/// The password of `user`, from `file` (`-` is standard input), else from the environment, else from the terminal.
pub(crate) fn read(file: Option<&Path>, user: &str) -> anyhow::Result<Password> {
    let password = match (file, variable()) {
        (Some(file), _) => {
            first_line(file).with_context(|| format!("cannot read a password from {}", file.display()))?
        }
        (None, Some(value)) => value.into_string().ok().with_context(|| format!("{VARIABLE} is no UTF-8 text"))?,
        (None, None) => prompt(user)?,
    };
    Ok(Password(password))
}

/// An empty variable is one that somebody forgot to fill.
fn variable() -> Option<OsString> {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty())
}

fn first_line(path: &Path) -> anyhow::Result<String> {
    if path == Path::new("-") {
        return line(io::stdin().lock());
    }
    let file = File::open(path)?;
    if is_open_to_others(&file)? {
        let warning = paint(style::BAD, "warning");
        anstream::eprintln!("{warning}: {} can be read by other users; `chmod 600` closes it", path.display());
    }
    line(file)
}

fn line(source: impl Read) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    BufReader::new(source.take(LONGEST + 1)).read_until(b'\n', &mut bytes)?;
    ensure!(!bytes.is_empty(), "there is nothing in it");
    ensure!(bytes.len() as u64 <= LONGEST, "its first line is longer than any password");
    let Ok(mut text) = String::from_utf8(bytes) else {
        bail!("its first line is no UTF-8 text");
    };
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    // Editors of Windows put one in front.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata()?;
    Ok(metadata.is_file() && metadata.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &File) -> io::Result<bool> {
    Ok(false)
}

fn prompt(user: &str) -> anyhow::Result<String> {
    rpassword::prompt_password(format!("Password of {user}: ")).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::Interrupted => anyhow!("no password was typed"),
        _ => anyhow!(
            "{user} needs a password, and there is no terminal to ask on ({error}): \
             give --password-file FILE, set {VARIABLE}, or run on a terminal"
        ),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn the_first_line_counts_without_its_end() {
        let read = |text: &str| line(text.as_bytes()).unwrap();
        assert_eq!(read("secret"), "secret");
        assert_eq!(read("secret\n"), "secret");
        assert_eq!(read("secret\r\nnot this\n"), "secret");
        assert_eq!(read(" with spaces \n"), " with spaces ");
        assert_eq!(read("\u{feff}secret\r\n"), "secret");
        assert_eq!(read("\n"), "", "an empty password is one");
    }

    #[test]
    fn what_is_no_password_is_said() {
        let refuse = |bytes: &[u8]| line(bytes).unwrap_err().to_string();
        assert_eq!(refuse(b""), "there is nothing in it");
        assert_eq!(refuse(b"\xff\xfe\n"), "its first line is no UTF-8 text");
        assert_eq!(refuse(&[b'x'; 5000]), "its first line is longer than any password");
    }
}
