//! The probe's front: a target, options, a transcript.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use badrdp_capture::Capture;
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::transcript::Transcript;
use badrdp_proto::vocab::Stage;

use crate::trust::Roots;

/// The host to probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// How to probe. Time is an argument.
#[derive(Clone, Debug)]
pub struct Options {
    /// The longest silence accepted at any stage. Default 10 s.
    pub budget: Duration,
    /// The longest wait for TCP to connect. Default 5 s.
    pub connect_budget: Duration,
    /// The longest that these stages may take, each as a whole, in place of the other budgets. Default none: a stage is
    /// ended by silence alone.
    pub stage_budgets: StageBudgets,
    /// Addresses to take of a name's. Default all.
    pub family: Option<Family>,
    /// How long to wait in the active stage for a picture, an error or a close. Default 3 s.
    pub linger: Duration,
    /// Protocols to offer. Default SSL, HYBRID, HYBRID_EX.
    pub protocols: Protocols,
    /// The time that certificates and the host's clock are judged at. Default: now.
    pub now: SystemTime,
    /// Whether that clock goes on while the probe runs. Default yes; no where two runs must be alike.
    pub ticking: bool,
    /// Who is trusted to issue certificates.
    pub roots: Roots,
    /// The name that the certificate must be for; default the target's host.
    pub server_name: Option<String>,
    /// Who to log on as where the host does NLA; without, the probe asks for the NTLM challenge and stops.
    pub credentials: Option<Credentials>,
    /// Send credentials whatever the certificate. Default: only to a host whose certificate has no problem.
    pub accept_certificate: bool,
    /// How to do CredSSP.
    pub credssp: CredSsp,
    /// Where the host selects NLA, ask on a second connection whether it would do without. Default no.
    pub ask_nla_required: bool,
    /// Static virtual channels to ask for. Default `cliprdr`, as most clients do. On `rdpdr` the probe lets the host open
    /// device redirection, and redirects nothing.
    pub channels: Vec<String>,
    /// Side transports to announce, as `flags` of MS-RDPBCGR 2.2.1.3.8. Default none: the probe speaks no UDP, so that a
    /// host that asks for one hears that it could not be opened.
    pub side_transports: u32,
    /// End the connection once the user is logged on, before a session is opened.
    pub stop_after_logon: bool,
    /// End the connection once the host's settings are known (MCS Connect Response). Default no.
    pub stop_after_settings: bool,
    /// What to do when the host starts a licence exchange. Default: decline, so that no licence is spent.
    pub license: License,
    /// The `mstshash` cookie to send, as real clients do. Default `badrdp`. Its CR LF also wakes services that read
    /// lines, such as HTTP, so that they show themselves.
    pub cookie: Option<String>,
    /// A routing token to send in the cookie's place, without its CR LF.
    pub routing_token: Option<String>,
    /// The `correlationId` to send (MS-RDPBCGR 2.2.1.1.2).
    pub correlation_id: Option<[u8; 16]>,
    /// Come back once when a session is lost for which the host gave an auto-reconnect cookie. Default no.
    pub reconnect: Option<Reconnect>,
    /// Go where the host redirects to. Default no.
    pub follow: Option<Follow>,
    /// Takes what the connections carry, and their TLS keys. Default nothing.
    pub capture: Option<Arc<Capture>>,
}

/// Of a host's addresses, those of one protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// The longest that stages may take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageBudgets(Vec<(Stage, Duration)>);

impl StageBudgets {
    /// Sets one; what was set before is replaced.
    pub fn set(&mut self, stage: Stage, budget: Duration) {
        self.0.retain(|(known, _)| *known != stage);
        self.0.push((stage, budget));
    }

    /// All of them together.
    pub(crate) fn sum(&self) -> Duration {
        self.0.iter().map(|(_, budget)| *budget).sum()
    }

    /// A stage's, where it has one.
    #[must_use]
    pub fn of(&self, stage: Stage) -> Option<Duration> {
        self.0.iter().find(|(known, _)| *known == stage).map(|(_, budget)| *budget)
    }
}

/// How to come back to a session that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reconnect {
    /// With the proof that MS-RDPBCGR 5.5 asks for.
    Cookie,
    /// With a proof that does not match, to see what the host makes of it.
    WrongCookie,
}

/// Where a redirection may lead: to the same host, on the same port; and to these.
///
/// A hostile host must not be able to send the probe, or credentials with it, to a host of its choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Follow {
    /// Other hosts, each with its port.
    pub elsewhere: Vec<Target>,
}

/// What to do when the host starts a licence exchange.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum License {
    /// Say that there is none; whether the connection goes on is the host's choice (MS-RDPELE 3.1.5.2).
    #[default]
    Decline,
    /// Ask for a new one and throw it away. On a real host that may use up a licence for a device.
    New(LicenseSecrets),
    /// Present this one, as if it had been stored, and throw away what replaces it.
    Stored(LicenseSecrets, Vec<u8>),
}

impl std::fmt::Debug for License {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Decline => f.write_str("Decline"),
            Self::New(_) => f.write_str("New"),
            Self::Stored(_, license) => write!(f, "Stored({} bytes)", license.len()),
        }
    }
}

/// Random numbers of one licence exchange. Nothing prints them.
#[derive(Clone, PartialEq, Eq)]
pub struct LicenseSecrets {
    /// `ClientRandom`.
    pub client_random: [u8; 32],
    /// The premaster secret.
    pub premaster: [u8; 48],
}

impl LicenseSecrets {
    /// From the system; none where it gives no random numbers.
    #[must_use]
    pub fn random() -> Option<Self> {
        let random = rustls::crypto::ring::default_provider().secure_random;
        let mut secrets = Self { client_random: [0; 32], premaster: [0; 48] };
        random.fill(&mut secrets.client_random).ok()?;
        random.fill(&mut secrets.premaster).ok()?;
        Some(secrets)
    }
}

impl std::fmt::Debug for LicenseSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LicenseSecrets(2 random numbers)")
    }
}

/// Who to log on as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// NetBIOS or DNS domain; empty: the host's own accounts.
    pub domain: String,
    /// User name.
    pub user: String,
    /// Password.
    pub password: Password,
}

/// A password: shown by nothing but its length.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Password({} characters)", self.0.chars().count())
    }
}

/// How to do CredSSP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredSsp {
    /// `TSRequest.version`. Default 6.
    pub version: u32,
    /// Wrap NTLM in SPNEGO. Default: bare NTLM.
    pub spnego: bool,
    /// Go on with hosts below version 5, which lack the fix for CVE-2018-0886. Default no, as patched clients.
    pub vulnerable: bool,
    /// What to delegate.
    pub mode: LogonMode,
}

impl Default for CredSsp {
    fn default() -> Self {
        Self { version: 6, spnego: false, vulnerable: false, mode: LogonMode::Password }
    }
}

/// What the client delegates once it is authenticated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LogonMode {
    /// User name and password.
    #[default]
    Password,
    /// Nothing: Restricted Admin mode.
    RestrictedAdmin,
    /// Remote Credential Guard. It needs Kerberos, which is not spoken here: the host's answer is all that is seen.
    RemoteGuard,
}

impl Options {
    /// Whether an address is of the family that was asked for.
    pub(crate) fn takes(&self, address: std::net::IpAddr) -> bool {
        self.family.is_none_or(|family| address.is_ipv6() == (family == Family::V6))
    }

    /// The longest silence accepted in a stage.
    pub(crate) fn silence(&self, stage: Stage) -> Duration {
        let usual = if stage == Stage::Tcp { self.connect_budget } else { self.budget };
        self.stage_budgets.of(stage).unwrap_or(usual)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            budget: Duration::from_secs(10),
            connect_budget: Duration::from_secs(5),
            stage_budgets: StageBudgets::default(),
            family: None,
            linger: Duration::from_secs(3),
            protocols: Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX),
            now: SystemTime::now(),
            ticking: true,
            roots: Roots::System,
            server_name: None,
            credentials: None,
            accept_certificate: false,
            credssp: CredSsp::default(),
            ask_nla_required: false,
            channels: vec!["cliprdr".to_owned()],
            side_transports: 0,
            stop_after_logon: false,
            stop_after_settings: false,
            license: License::Decline,
            cookie: Some("badrdp".to_owned()),
            routing_token: None,
            correlation_id: None,
            reconnect: None,
            follow: None,
            capture: None,
        }
    }
}

/// Walks the handshake against `target` as far as it goes with the credentials given, or without.
///
/// Never fails: what goes wrong is in the transcript. What happens on further connections is in it, too: see
/// [`Again`](badrdp_proto::transcript::Again).
pub async fn probe(target: &Target, options: &Options) -> Transcript {
    crate::again::story(target, options).await
}
