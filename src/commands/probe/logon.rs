//! The options of `badrdp probe` that are about logging on.

use std::path::PathBuf;

use badrdp_client_probe::report::style::{self, paint};
use badrdp_client_probe::{CredSsp, Credentials, LogonMode, Options};
use clap::Args;

use crate::password;

/// CredSSP versions that exist, MS-CSSP 2.2.1.
const VERSIONS: std::ops::RangeInclusive<u32> = 2..=6;

#[derive(Debug, Args)]
pub(super) struct Logon {
    /// Log on as this user where the host does NLA; NAME@DOMAIN will do, too
    #[arg(long, value_name = "[DOMAIN\\]NAME", value_parser = user)]
    user: Option<User>,
    /// Read the password from the first line of FILE; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Send credentials whatever is wrong with the certificate
    #[arg(long, requires = "user")]
    accept_certificate: bool,
    /// Stop once the host has accepted the credentials, before a session is opened
    #[arg(long, requires = "user")]
    auth_only: bool,
    /// Ask for Restricted Admin mode: the password proves who logs on, and the host never gets it
    #[arg(long)]
    restricted_admin: bool,
    /// See whether the host offers Remote Credential Guard; logging on with it needs Kerberos, which is not spoken here
    #[arg(long, conflicts_with_all = ["user", "restricted_admin"])]
    remote_guard: bool,
    /// Wrap NTLM in SPNEGO, as some clients do
    #[arg(long)]
    spnego: bool,
    /// The CredSSP version to speak at most, 2 to 6; below 5 without the fix for CVE-2018-0886
    #[arg(long, value_name = "N", default_value_t = CredSsp::default().version)]
    credssp_version: u32,
    /// Log on to hosts that lack the fix for CVE-2018-0886, too
    #[arg(long, requires = "user")]
    allow_vulnerable_credssp: bool,
}

/// Who logs on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct User {
    domain: String,
    name: String,
    /// As it was typed.
    typed: String,
}

impl Logon {
    /// Whether there is somebody to log on.
    pub(super) const fn is_wanted(&self) -> bool {
        self.user.is_some()
    }

    /// Puts what was asked for into the probe's options; this may ask for the password.
    pub(super) fn apply(self, options: &mut Options) -> anyhow::Result<()> {
        if !VERSIONS.contains(&self.credssp_version) {
            let warning = paint(style::WARN, "warning");
            anstream::eprintln!("{warning}: CredSSP has versions {} to {}", VERSIONS.start(), VERSIONS.end());
        }
        options.credssp = CredSsp {
            version: self.credssp_version,
            spnego: self.spnego,
            vulnerable: self.allow_vulnerable_credssp,
            mode: match (self.restricted_admin, self.remote_guard) {
                (true, _) => LogonMode::RestrictedAdmin,
                (false, true) => LogonMode::RemoteGuard,
                (false, false) => LogonMode::Password,
            },
        };
        options.accept_certificate = self.accept_certificate;
        options.stop_after_logon = self.auth_only;
        if let Some(User { domain, name, typed }) = self.user {
            let password = password::read(self.password_file.as_deref(), &typed)?;
            options.credentials = Some(Credentials { domain, user: name, password });
        }
        Ok(())
    }
}

/// `NAME`, `DOMAIN\NAME`, or the user principal name `NAME@DOMAIN`, which stands for both.
fn user(text: &str) -> Result<User, String> {
    let (domain, name) = text.split_once('\\').unwrap_or(("", text));
    let upn = if domain.is_empty() { name.rsplit_once('@') } else { None };
    if name.is_empty() || upn.is_some_and(|(name, domain)| name.is_empty() || domain.is_empty()) {
        return Err("a user has a name: NAME, DOMAIN\\NAME or NAME@DOMAIN".to_owned());
    }
    if name.contains('\\') || domain.contains('@') || (domain.is_empty() && text.contains('\\')) {
        return Err("give NAME, DOMAIN\\NAME or NAME@DOMAIN".to_owned());
    }
    Ok(User { domain: domain.to_owned(), name: name.to_owned(), typed: text.to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn users_have_a_domain_or_none() {
        let read = |text| user(text).map(|User { domain, name, .. }| (domain, name));
        let ok = |domain: &str, name: &str| Ok((domain.to_owned(), name.to_owned()));
        assert_eq!(read("alice"), ok("", "alice"));
        assert_eq!(read("EXAMPLE\\alice"), ok("EXAMPLE", "alice"));
        assert_eq!(read(".\\alice"), ok(".", "alice"));
        assert_eq!(read("alice@corp.example"), ok("", "alice@corp.example"));
        assert_eq!(read("MicrosoftAccount\\alice@mail.example"), ok("MicrosoftAccount", "alice@mail.example"));
        for wrong in ["", "\\", "EXAMPLE\\", "\\alice", "alice@", "@corp.example", "a\\b\\c", "a@b\\c"] {
            assert!(user(wrong).is_err(), "{wrong}");
        }
    }
}
