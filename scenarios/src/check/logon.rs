//! How far NLA gets when this server meets this probe.

use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::x224::{NegotiationRequest, Protocols};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::EarlyUserAuthorizationResult;

use crate::model::{Mechanism, NlaProfile, ProbeProfile, PublicKeyAnswer, Refusal, ServerProfile};

/// What the server sends in NLA, and why nothing follows, if nothing does.
pub(super) struct Logon {
    pub(super) sent: Vec<MessageKind>,
    pub(super) ends: Option<&'static str>,
}

impl Logon {
    /// Where the server has selected CredSSP.
    pub(super) fn new(server: &ServerProfile, probe: &ProbeProfile, selected: Protocols) -> Self {
        let mut logon = Self { sent: Vec::new(), ends: None };
        logon.ends = logon.run(server, probe, selected).err();
        logon
    }

    fn run(&mut self, server: &ServerProfile, probe: &ProbeProfile, selected: Protocols) -> Result<(), &'static str> {
        let nla = &server.nla;
        mode(server, probe)?;
        // The challenge, or the refusal that stands in its place.
        self.sent.push(MessageKind::TsRequest);
        if said(probe) < nla.min_client_version {
            return Err("`nla.min_client_version` refuses the probe's version");
        }
        credentials(server, probe)?;
        understood(nla, probe)?;
        if nla.version < TsRequest::FIRST_WITH_NONCE && !probe.vulnerable {
            return Err("the server's CredSSP version is below 5, and [probe] is not `vulnerable`");
        }
        self.refusable(admitted(server, probe), nla, probe)?;
        self.sent.push(MessageKind::TsRequest);
        if probe.spnego {
            // The client's mechListMIC is answered ahead of its public key.
            self.sent.push(MessageKind::TsRequest);
        }
        if nla.public_key != PublicKeyAnswer::Honest {
            return Err("`nla.public_key` ends the logon");
        }
        if probe.restricted_admin && !nla.restricted_admin {
            return Err("the server refuses empty credentials: `nla.restricted_admin` is false");
        }
        if selected == Protocols::HYBRID_EX {
            self.sent.push(MessageKind::EarlyUserAuthResult);
            if nla.early_user_auth != EarlyUserAuthorizationResult::AUTHZ_SUCCESS {
                return Err("`nla.early_user_auth` ends the connection");
            }
        }
        Ok(())
    }

    /// A refusal is a message of its own where it is told by an error code.
    fn refusable(
        &mut self,
        outcome: Result<(), &'static str>,
        nla: &NlaProfile,
        probe: &ProbeProfile,
    ) -> Result<(), &'static str> {
        // What both sides speak.
        let version = nla.version.min(said(probe));
        if outcome.is_err() && nla.refusal == Refusal::ErrorCode && TsRequest::may_get_error_code(version) {
            self.sent.push(MessageKind::TsRequest);
        }
        outcome
    }
}

/// What the probe wants to delegate must be on offer.
fn mode(server: &ServerProfile, probe: &ProbeProfile) -> Result<(), &'static str> {
    let flags = server.negotiation.flags.unwrap_or_default();
    let offered = |flag, key| flags & flag != 0 || (server.negotiation.flags.is_none() && key);
    if probe.restricted_admin && !offered(NegotiationRequest::ANSWERS_RESTRICTED_ADMIN, server.nla.restricted_admin) {
        return Err("the probe asks for Restricted Admin, which the server does not offer");
    }
    if probe.remote_guard {
        return Err("Remote Credential Guard needs Kerberos, which the probe does not speak");
    }
    Ok(())
}

fn credentials(server: &ServerProfile, probe: &ProbeProfile) -> Result<(), &'static str> {
    if probe.user.is_none() {
        return Err("[probe] names no `user`, so the logon ends at the challenge");
    }
    if !server.tls.is_good() && !probe.accept_certificate {
        return Err("the probe keeps its credentials from a server with this certificate");
    }
    Ok(())
}

fn understood(nla: &NlaProfile, probe: &ProbeProfile) -> Result<(), &'static str> {
    let understood = match nla.mechanism {
        Mechanism::Any => true,
        Mechanism::Ntlm => !probe.spnego,
        Mechanism::Spnego => probe.spnego,
        Mechanism::Reject | Mechanism::Kerberos => false,
    };
    if understood { Ok(()) } else { Err("`nla.mechanism` ends the logon") }
}

/// The version that the probe says.
fn said(probe: &ProbeProfile) -> u32 {
    probe.credssp_version.unwrap_or(TsRequest::VERSION)
}

/// Whether the probe's account is let in.
fn admitted(server: &ServerProfile, probe: &ProbeProfile) -> Result<(), &'static str> {
    if server.nla.refuse.is_some() {
        return Err("`nla.refuse` refuses every logon");
    }
    let user = probe.user.as_deref().unwrap_or_default().to_lowercase();
    // A user principal name has the domain behind it.
    let user = user.split('@').next().unwrap_or_default();
    let mut named = server.accounts.iter().filter(|account| account.user.to_lowercase() == user);
    if named.any(|account| account.state.is_none() && account.password == probe.password) {
        Ok(())
    } else {
        Err("no [[server.account]] lets the probe's user in")
    }
}
