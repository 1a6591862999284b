//! What a transcript's entry says, in words: name, length, fact.

use core::net::IpAddr;

use badrdp_proto::connect::{AuthFailure, CloseKind, Ending, TlsFailureKind};
use badrdp_proto::transcript::{
    CertificateFacts, CertificateProblem, Chosen, ConnectFailure, Delegated, Direction, Entry, Event, Named,
    NlaRequirement, Posture,
};
use badrdp_proto::vocab::code::{Code as _, Known};
use badrdp_proto::vocab::codes::{NtStatus, SecurityStatus};
use badrdp_proto::wire::FrameError;
use badrdp_proto::wire::tls_record::{alert_name, version_name};

use super::{again, date, host, printable};

/// An entry in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) mark: Mark,
    /// The message's name, or that of the event.
    pub(crate) name: &'static str,
    /// Bytes, where the entry stands for bytes.
    pub(crate) length: Option<usize>,
    /// The one fact that matters; safe to print.
    pub(crate) fact: String,
    /// What was changed on the way to the wire.
    pub(crate) altered: Vec<String>,
}

/// How an entry is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Bad,
    Warn,
    Sent,
    Received,
}

impl Mark {
    /// The mark's character.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Bad => "✗",
            Self::Warn => "!",
            Self::Sent => "→",
            Self::Received => "←",
        }
    }
}

impl From<Direction> for Mark {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Sent => Self::Sent,
            Direction::Received => Self::Received,
        }
    }
}

/// Describes `entry`.
pub(crate) fn describe(entry: &Entry) -> Described {
    let plain = |mark, name, fact: String| Described { mark, name, length: None, fact, altered: Vec::new() };
    let mut described = match &entry.event {
        Event::Connected { peer } => {
            plain(Mark::Good, "connected", peer.map(|peer| peer.to_string()).unwrap_or_default())
        }
        Event::ConnectFailed { failure, tried } => plain(Mark::Bad, "connect failed", connect_failure(failure, tried)),
        Event::Message { direction, kind, message, bytes, altered } => Described {
            mark: (*direction).into(),
            name: kind.name(),
            length: Some(bytes.len()),
            fact: message.as_ref().map(|message| message.fact()).unwrap_or_default(),
            altered: altered.clone(),
        },
        Event::Undecodable { length, error, .. } => {
            Described { length: Some(*length), ..plain(Mark::Bad, "undecodable", error.to_string()) }
        }
        Event::NotAFrame(error) => plain(Mark::Bad, "not a frame", frame_error(error)),
        Event::TlsRecord { direction, kind, length, fact, altered } => Described {
            mark: (*direction).into(),
            name: kind.name(),
            length: Some(*length),
            fact: fact.clone(),
            altered: altered.clone(),
        },
        Event::TlsReady(facts) => plain(Mark::Good, "tls ready", format!("{}, {}", facts.version, facts.cipher_suite)),
        Event::TlsFailed(failure) => plain(Mark::Bad, "tls failed", tls_failure(&failure.kind)),
        Event::Certificate(facts) => {
            let mark = if facts.problems.is_empty() { Mark::Good } else { Mark::Warn };
            plain(mark, "certificate", certificate(facts))
        }
        Event::Chosen(chosen) => {
            let late = chosen.too_late.is_some();
            plain(if late { Mark::Warn } else { Mark::Good }, if late { "too late" } else { "plays" }, choice(chosen))
        }
        Event::Skipped { what, because } => plain(Mark::Warn, "left out", format!("{what}: {because}")),
        Event::Posture(posture) => plain(Mark::Good, "shows", shown(posture)),
        Event::Delegated(delegated) => plain(Mark::Warn, "was given", delegation(delegated)),
        Event::Credentials { domain, user } => plain(Mark::Good, "may log on", format!("as {}", account(domain, user))),
        Event::NlaRequirement(known) => plain(
            Mark::Good,
            "asked again",
            match known {
                NlaRequirement::Required => "TLS alone is refused: NLA is required",
                NlaRequirement::Optional => "TLS alone is accepted: NLA is not required",
                NlaRequirement::Unknown => "TLS alone gets no clear answer",
            }
            .to_owned(),
        ),
        Event::Identity(identity) => plain(Mark::Good, "host", host::summary(identity)),
        Event::CookieChecked(check) => {
            let (mark, fact) = again::cookie(check);
            plain(mark, "reconnect", fact)
        }
        Event::Again(next) => plain(Mark::Good, "comes again", again::fact(next)),
        Event::StayedAway(why) => plain(Mark::Warn, "does not follow", again::stayed(why)),
        Event::Activated => plain(Mark::Good, "session active", String::new()),
        Event::NoCloseNotify => plain(Mark::Bad, "TLS not ended", "TCP ends without close_notify".to_owned()),
        Event::PeerClosed(kind) => plain(Mark::Received, "closed by the peer", close(*kind)),
        Event::HalfClosed { altered } => Described {
            altered: altered.iter().cloned().collect(),
            ..plain(Mark::Sent, "half-closed", "TCP FIN, still reading".to_owned())
        },
        Event::Closed { how, altered } => {
            let (name, fact) = ending(*how);
            Described { altered: altered.iter().cloned().collect(), ..plain(Mark::Sent, name, fact) }
        }
        Event::TimedOut => plain(Mark::Bad, "timed out", "nothing came within the budget".to_owned()),
    };
    described.fact = printable(&described.fact);
    described
}

/// `DOMAIN\user`, or `user` without a domain.
pub(crate) fn account(domain: &str, user: &str) -> String {
    if domain.is_empty() { user.to_owned() } else { format!("{domain}\\{user}") }
}

/// `STATUS_ACCOUNT_DISABLED, 0xc0000072`; some hosts put an SSPI code where an NTSTATUS belongs.
pub(crate) fn status(status: NtStatus) -> (Option<&'static Known>, String) {
    let known = status.known().or_else(|| SecurityStatus(status.0).known());
    let number = format!("{:#x}", status.0);
    let text = known.map_or_else(|| number.clone(), |known| format!("{}, {number}", known.name));
    (known, text)
}

/// Why CredSSP failed, in a phrase.
pub(crate) fn auth_failure(failure: &AuthFailure) -> String {
    match failure {
        AuthFailure::Refused(code) => format!("the logon is refused: {}", status(*code).1),
        other => other.to_string(),
    }
}

fn choice(chosen: &Chosen) -> String {
    let Chosen { scenario, by, too_late } = chosen;
    let (what, said) = match by {
        Named::Cookie(said) => ("the cookie", said),
        Named::RoutingToken(said) => ("the routing token", said),
        Named::ServerName(said) => ("the server name", said),
        Named::UserName(said) => ("the user name", said),
        Named::Nothing => return format!("{scenario}: the client named no scenario"),
    };
    let late = too_late.as_ref().map_or_else(String::new, |why| format!("; not played: {why}"));
    format!("{scenario}, named by {what} \"{said}\"{late}")
}

fn shown(posture: &Posture) -> String {
    let Posture { certificate, acceptable, binds_key } = posture;
    let mut text = format!("{certificate} certificate");
    if !acceptable {
        text.push_str(", which a client has reason to refuse");
    }
    if !binds_key {
        text.push_str("; CredSSP will not prove its key");
    }
    text
}

fn delegation(delegated: &Delegated) -> String {
    let Delegated { cred_type, domain, user, secret_length } = delegated;
    let of = if user.is_empty() { String::new() } else { format!(" of {}", account(domain, user)) };
    match (cred_type, secret_length) {
        (1, 0) => format!("empty credentials{of}, as in Restricted Admin mode"),
        (1, length) => format!("the password{of}, {length} characters"),
        (2, length) => format!("the smart card PIN{of}, {length} characters"),
        (6, length) => format!("Remote Credential Guard{of}, {length} bytes"),
        (other, length) => format!("credentials{of} of the unknown kind {other}, {length} bytes"),
    }
}

fn connect_failure(failure: &ConnectFailure, tried: &[IpAddr]) -> String {
    let why = match failure {
        ConnectFailure::NameNotResolved => "the name does not resolve".to_owned(),
        ConnectFailure::Refused => "refused".to_owned(),
        ConnectFailure::TimedOut => "no answer within the budget".to_owned(),
        ConnectFailure::Unreachable => "no route to the host".to_owned(),
        ConnectFailure::Other(words) => words.clone(),
    };
    if tried.is_empty() {
        return why;
    }
    let tried: Vec<_> = tried.iter().map(IpAddr::to_string).collect();
    format!("{why} (tried {})", tried.join(", "))
}

fn frame_error(error: &FrameError) -> String {
    match error {
        FrameError::NotAFrame { expected, head } => {
            format!("{} bytes that are not {expected}: {}", head.len(), bytes(head))
        }
        other => other.to_string(),
    }
}

/// Bytes from a stranger: as text where they look like it, in hex else.
pub(crate) fn bytes(bytes: &[u8]) -> String {
    let readable = bytes.iter().filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()).count();
    if !bytes.is_empty() && readable * 10 >= bytes.len() * 9 {
        let (shown, more) = bytes.split_at_checked(40).map_or((bytes, ""), |(shown, _)| (shown, " …"));
        return format!("\"{}\"{more}", shown.escape_ascii());
    }
    let hex: Vec<_> = bytes.iter().take(24).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > 24 { " …" } else { "" };
    format!("{}{more}", hex.join(" "))
}

fn tls_failure(kind: &TlsFailureKind) -> String {
    match kind {
        TlsFailureKind::AlertReceived(alert) => format!("the peer sends alert {}", alert_name(*alert)),
        TlsFailureKind::AlertSent(Some(alert), why) => format!("alert {} sent: {why}", alert_name(*alert)),
        TlsFailureKind::AlertSent(None, why) => format!("refused: {why}"),
        TlsFailureKind::LegacyVersion(version) => format!("the peer picks {}", version_name(*version)),
        TlsFailureKind::LegacyAccepted(version) => format!("the peer goes on with {}", version_name(*version)),
        TlsFailureKind::NotTls(head) => format!("no TLS record: {}", bytes(head)),
        TlsFailureKind::Closed(kind) => format!("the peer closes: {}", close(*kind)),
        TlsFailureKind::TimedOut => "nothing came within the budget".to_owned(),
        TlsFailureKind::Unfinished(have) => {
            format!("bytes kept coming, and the handshake did not end in time ({have} bytes of a record are there)")
        }
    }
}

/// `TCP FIN`, `TCP RST`.
pub(crate) fn close(kind: CloseKind) -> String {
    match kind {
        CloseKind::Fin => "TCP FIN".to_owned(),
        CloseKind::FinMidFrame { have } => format!("TCP FIN in the middle of a message, {have} bytes of it came"),
        CloseKind::Reset => "TCP RST".to_owned(),
    }
}

fn ending(how: Ending) -> (&'static str, String) {
    match how {
        Ending::Fin => ("closed", "TCP FIN".to_owned()),
        Ending::TcpFin => ("closed", "TCP FIN without TLS close_notify".to_owned()),
        Ending::Rst => ("closed", "TCP RST".to_owned()),
        Ending::TlsAlert(alert) => ("closed", format!("TLS alert {}, TCP FIN", alert_name(alert))),
        Ending::Stall => ("falls silent", "the connection stays open".to_owned()),
    }
}

fn certificate(facts: &CertificateFacts) -> String {
    if facts.problems.is_empty() {
        return format!("{}, {}, valid until {}", facts.subject, facts.key, date(facts.not_after));
    }
    let problems: Vec<_> = facts.problems.iter().map(problem).collect();
    if facts.subject.is_empty() { problems.join(", ") } else { format!("{}: {}", facts.subject, problems.join(", ")) }
}

/// The problem in a phrase.
pub(crate) fn problem(problem: &CertificateProblem) -> String {
    match problem {
        CertificateProblem::Expired => "expired".to_owned(),
        CertificateProblem::NotYetValid => "not yet valid".to_owned(),
        CertificateProblem::NameMismatch => "for another name".to_owned(),
        CertificateProblem::SelfSigned => "self-signed".to_owned(),
        CertificateProblem::UntrustedIssuer => "issuer not trusted".to_owned(),
        CertificateProblem::NoIntermediate => "issuer's certificate not sent".to_owned(),
        CertificateProblem::NoServerAuth => "not for servers".to_owned(),
        CertificateProblem::WeakSignature(hash) => format!("signed with {hash}"),
        CertificateProblem::WeakKey(key) => format!("weak key, {key}"),
        CertificateProblem::Unreadable(why) => format!("unreadable ({why})"),
    }
}
