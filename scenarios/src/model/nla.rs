//! Who logs on, how, and what comes of it: both ends of NLA.

use badrdp_proto::connect::SideTransport;
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NtStatus};

use super::{LicenseAnswer, Reconnect};

/// `[server.nla]`: how the server does CredSSP.
#[derive(Clone, Debug, PartialEq)]
pub struct NlaProfile {
    /// `version = 6`: what the server says in `TSRequest.version`; its behaviour follows the lower of both sides'.
    pub version: u32,
    /// `min_client_version = 5`: refuse clients below it, as a host does under the policy "Force Updated Clients"
    /// of the encryption oracle remediation (CVE-2018-0886). Default 2: nobody is refused.
    pub min_client_version: u32,
    /// `mechanism = "any"`: which logon tokens are understood.
    pub mechanism: Mechanism,
    /// `public_key = "honest"`: how `pubKeyAuth` is answered.
    pub public_key: PublicKeyAnswer,
    /// `refuse = "STATUS_..."`: refuse every logon with this status, whatever the account.
    pub refuse: Option<NtStatus>,
    /// `wrong_password = "STATUS_LOGON_FAILURE"`: the answer to a wrong password.
    pub wrong_password: NtStatus,
    /// `unknown_user = "STATUS_LOGON_FAILURE"`: the answer to a user without account.
    pub unknown_user: NtStatus,
    /// `refusal = "error-code"`: how a refusal is told. A peer whose version may not get an error code (2 and 5)
    /// sees `refusal_without_code` in its place.
    pub refusal: Refusal,
    /// `refusal_without_code = "alert"`: what such a peer sees. Windows: alert 80.
    pub refusal_without_code: Refusal,
    /// `early_user_auth = "AUTHZ_SUCCESS"`: sent where HYBRID_EX was selected.
    pub early_user_auth: EarlyUserAuthorizationResult,
    /// `restricted_admin = false`: whether empty credentials (Restricted Admin) are accepted. True also sets the flag
    /// in the Negotiation Response, unless `[server.negotiation] flags` says otherwise.
    pub restricted_admin: bool,
    /// `remote_guard = false`: likewise for Remote Credential Guard.
    pub remote_guard: bool,
    /// `[server.nla.target]`: what the NTLM challenge says of the host.
    pub target: Target,
}

impl Default for NlaProfile {
    fn default() -> Self {
        Self {
            version: 6,
            min_client_version: 2,
            mechanism: Mechanism::Any,
            public_key: PublicKeyAnswer::Honest,
            refuse: None,
            wrong_password: NtStatus::STATUS_LOGON_FAILURE,
            unknown_user: NtStatus::STATUS_LOGON_FAILURE,
            refusal: Refusal::ErrorCode,
            refusal_without_code: Refusal::Alert,
            early_user_auth: EarlyUserAuthorizationResult::AUTHZ_SUCCESS,
            restricted_admin: false,
            remote_guard: false,
            target: Target::default(),
        }
    }
}

/// Which logon tokens the server understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// `"any"`: NTLM, bare or inside SPNEGO.
    #[default]
    Any,
    /// `"ntlm"`: bare NTLM only; SPNEGO is an invalid token.
    Ntlm,
    /// `"spnego"`: NTLM inside SPNEGO only; bare NTLM is an invalid token.
    Spnego,
    /// `"reject"`: SPNEGO is answered with `reject`; bare NTLM with STATUS_NOT_SUPPORTED, as where NTLM is forbidden.
    Reject,
    /// `"kerberos"`: SPNEGO selects Kerberos, offered or not; bare NTLM as with `reject`.
    Kerberos,
}

/// How `pubKeyAuth` is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PublicKeyAnswer {
    /// `"honest"`.
    #[default]
    Honest,
    /// `"wrong-key"`: proof of another key, in the form that the version asks for: a relay in the middle.
    WrongKey,
    /// `"nonce-ignored"`: from version 5 on, a hash over 32 zero bytes in place of the client's nonce.
    NonceIgnored,
    /// `"not-incremented"`: before version 5, the client's own bytes back.
    NotIncremented,
    /// `"unsealed"`: right bytes, wrong signature.
    Unsealed,
    /// `"missing"`: the answer has no `pubKeyAuth`.
    Missing,
}

/// How a refusal is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// `"error-code"`: `TSRequest.errorCode`, then FIN.
    ErrorCode,
    /// `"alert"`: TLS alert 80 (internal_error), then FIN, as old Windows hosts do.
    Alert,
    /// `"fin"`: FIN alone.
    Fin,
    /// `"rst"`: RST.
    Rst,
    /// `"stall"`: nothing at all.
    Stall,
}

/// `[server.nla.target]`: what the NTLM challenge says of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `netbios_computer = "BADRDP"`.
    pub netbios_computer: String,
    /// `netbios_domain = "EXAMPLE"`.
    pub netbios_domain: String,
    /// `dns_computer = "badrdp.example.test"`.
    pub dns_computer: String,
    /// `dns_domain = "example.test"`.
    pub dns_domain: String,
    /// `dns_tree = "example.test"`; empty: not sent.
    pub dns_tree: String,
    /// `os = [10, 0, 20348]`: major, minor, build; `[]`: no version is sent.
    pub os: Option<(u8, u8, u16)>,
    /// `clock = "0s"`: how far the host's clock is ahead; `"-10m"` for one that is behind. Seconds.
    pub clock: i64,
    /// `timestamp = true`: whether the time is sent at all.
    pub timestamp: bool,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            netbios_computer: "BADRDP".to_owned(),
            netbios_domain: "EXAMPLE".to_owned(),
            dns_computer: "badrdp.example.test".to_owned(),
            dns_domain: "example.test".to_owned(),
            dns_tree: "example.test".to_owned(),
            os: Some((10, 0, 20348)),
            clock: 0,
            timestamp: true,
        }
    }
}

/// One `[[server.account]]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// `user = "alice"`, compared without regard to case.
    pub user: String,
    /// `domain = "EXAMPLE"`; absent: any domain, and none.
    pub domain: Option<String>,
    /// `password = "Passw0rd!"`. Test accounts only: the file is readable for everyone.
    pub password: String,
    /// `state = "ok"` (`None`) or the status that a right password gets, by the state's name (`"disabled"`) or the
    /// status's (`"STATUS_ACCOUNT_DISABLED"`). STATUS_ACCOUNT_LOCKED_OUT is the answer to a wrong password, too.
    pub state: Option<NtStatus>,
}

impl Default for Account {
    fn default() -> Self {
        Self { user: "alice".to_owned(), domain: None, password: "Passw0rd!".to_owned(), state: None }
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { user, domain, password: _, state } = self;
        f.debug_struct("Account")
            .field("user", user)
            .field("domain", domain)
            .field("state", state)
            .finish_non_exhaustive()
    }
}

/// `[probe]`: what the probe does in a replay, where that is not its default.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProbeProfile {
    /// `user = "alice"`: log on as this user; absent: no credentials.
    pub user: Option<String>,
    /// `domain = "EXAMPLE"`.
    pub domain: String,
    /// `password = "Passw0rd!"`.
    pub password: String,
    /// `protocols = ["ssl", "hybrid"]`: what to offer. Default: the probe's.
    pub protocols: Option<Protocols>,
    /// `spnego = true`: wrap NTLM in SPNEGO.
    pub spnego: bool,
    /// `credssp_version = 2`: what to say in `TSRequest.version`. Default: the newest.
    pub credssp_version: Option<u32>,
    /// `vulnerable = true`: go on with hosts that lack the fix for CVE-2018-0886 (version below 5), as unpatched
    /// clients do.
    pub vulnerable: bool,
    /// `accept_certificate = true`: send credentials whatever the certificate.
    pub accept_certificate: bool,
    /// `restricted_admin = true`: ask for Restricted Admin mode.
    pub restricted_admin: bool,
    /// `remote_guard = true`: ask for Remote Credential Guard.
    pub remote_guard: bool,
    /// `channels = ["rdpdr"]`: static virtual channels to ask for. Default: the probe's.
    pub channels: Option<Vec<String>>,
    /// `multitransport = ["reliable"]`: side transports to announce. None is ever opened.
    pub multitransport: Vec<SideTransport>,
    /// `license = "new"`: take part in a licence exchange.
    pub license: LicenseAnswer,
    /// `cookie = "alice"`: the `mstshash` cookie to send; `""` sends none. Default: the probe's.
    pub cookie: Option<String>,
    /// `routing_token = "msts=…"`: send it in the cookie's place; its CR LF is added.
    pub routing_token: Option<String>,
    /// `correlation_id = "01…"`: the 16 bytes of an RDP Correlation Info to send.
    pub correlation_id: Option<[u8; 16]>,
    /// `ipv6 = true`: come over IPv6.
    pub ipv6: bool,
    /// `reconnect = "cookie"`: come back once when the connection is lost after a cookie was given.
    pub reconnect: Option<Reconnect>,
    /// `follow = true`: go where the host redirects to, on the same host and port.
    pub follow: bool,
}

impl std::fmt::Debug for ProbeProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProbeProfile").field("user", &self.user).field("domain", &self.domain).finish_non_exhaustive()
    }
}
