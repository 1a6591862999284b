//! What rules and reports ask about NLA.

use badrdp_proto::connect::{AuthFailure, Blame};
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::credssp::ntlm::message_type;
use badrdp_proto::pdu::credssp::{NtlmToken, TsRequest};
use badrdp_proto::pdu::x224::{NegotiationAnswer, NegotiationRequest, Protocols};
use badrdp_proto::transcript::{Direction, Entry, Event, HostIdentity, NlaRequirement};
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NegotiationFailureCode};
use badrdp_proto::vocab::{MessageKind, Stage};

use super::view::View;
use crate::report::describe::account;

/// What the probe said last in NLA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing yet: TLS is up.
    Nothing,
    /// The NTLM NEGOTIATE.
    Negotiate,
    /// The NTLM AUTHENTICATE, as a rule with the probe's proof of the public key.
    Authenticate,
    /// A SPNEGO token without an NTLM message, or a token of another kind.
    OtherToken,
    /// The proof of the public key alone.
    PublicKey,
    /// The sealed credentials.
    Credentials,
}

impl Said {
    /// For "after …" phrases.
    pub(crate) const fn after(self) -> &'static str {
        match self {
            Self::Nothing => "after the TLS handshake",
            Self::Negotiate => "after the NTLM NEGOTIATE",
            Self::Authenticate => "after the NTLM AUTHENTICATE",
            Self::OtherToken => "after a SPNEGO token",
            Self::PublicKey => "after the probe's pubKeyAuth",
            Self::Credentials => "after the credentials",
        }
    }

    /// Whether the host has judged the logon by what it said next.
    pub(crate) const fn asks_for_a_verdict(self) -> bool {
        matches!(self, Self::Authenticate | Self::OtherToken | Self::PublicKey)
    }

    fn of(request: &TsRequest) -> Self {
        if request.auth_info.is_some() {
            return Self::Credentials;
        }
        match request.ntlm().and_then(NtlmToken::message_type) {
            Some(message_type::NEGOTIATE) => Self::Negotiate,
            Some(message_type::AUTHENTICATE) => Self::Authenticate,
            _ if request.nego_tokens.iter().flatten().next().is_some() => Self::OtherToken,
            _ if request.pub_key_auth.is_some() => Self::PublicKey,
            _ => Self::OtherToken,
        }
    }
}

/// What became of the probe's credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logon {
    /// The host let the user in, as far as NLA goes.
    Accepted,
    /// The host proved that the password is right; what it made of the delegated credentials, nobody knows.
    Authenticated,
    /// The host refused them.
    Refused,
    /// They were kept from the host.
    Withheld,
    /// The host does no NLA.
    NotChecked,
}

impl<'a> View<'a> {
    /// Why CredSSP failed.
    pub(crate) fn auth_failure(self) -> Option<(Stage, &'a AuthFailure)> {
        match self.blame()? {
            (stage, Blame::Auth(failure)) => Some((stage, failure)),
            _ => None,
        }
    }

    /// Why the probe itself cannot go on, where that is nobody's failure.
    pub(crate) fn own_limit(self) -> Option<(Stage, String)> {
        match self.blame()? {
            (stage, Blame::Local(why)) => Some((stage, (*why).to_owned())),
            (stage, Blame::Auth(failure @ (AuthFailure::Local(_) | AuthFailure::Credentials(_)))) => {
                Some((stage, failure.to_string()))
            }
            _ => None,
        }
    }

    /// What the NTLM challenge says of the host.
    pub(crate) fn identity(self) -> Option<(&'a Entry, &'a HostIdentity)> {
        self.last(|event| if let Event::Identity(identity) = event { Some(identity.as_ref()) } else { None })
    }

    /// Whose credentials the probe was given, as `DOMAIN\user`.
    pub(crate) fn user(self) -> Option<String> {
        let (_, user) = self.last(|event| match event {
            Event::Credentials { domain, user } => Some(account(domain, user)),
            _ => None,
        })?;
        Some(user)
    }

    /// `flags` of the probe's negotiation request.
    pub(crate) fn request_flags(self) -> u8 {
        let flags = self.transcript().messages().find_map(|(_, _, message)| match message {
            Some(Message::X224ConnectionRequest(request)) => Some(request.negotiation?.flags),
            _ => None,
        });
        flags.unwrap_or_default()
    }

    /// Whether the probe asked for Remote Credential Guard.
    pub(crate) fn wants_remote_guard(self) -> bool {
        self.request_flags() & NegotiationRequest::REMOTE_GUARD != 0
    }

    /// Whether CredSSP was selected.
    pub(crate) fn does_nla(self) -> bool {
        self.selected().is_some_and(|(_, protocol)| is_credssp(protocol))
    }

    /// Whether the host requires NLA: it refuses all else, or does without. Where it selects NLA only the
    /// second connection tells.
    pub(crate) fn requires_nla(self) -> Option<bool> {
        let asked = self.last(|event| if let Event::NlaRequirement(known) = event { Some(*known) } else { None });
        match asked {
            Some((_, NlaRequirement::Required)) => return Some(true),
            Some((_, NlaRequirement::Optional)) => return Some(false),
            Some((_, NlaRequirement::Unknown)) | None => {}
        }
        match self.negotiation()?.1 {
            Some(NegotiationAnswer::Failure { failure_code, .. }) => {
                (failure_code == NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER).then_some(true)
            }
            _ => self.opens_without_logon().then_some(false),
        }
    }

    /// Whether the host goes on to the session without asking who is there.
    fn opens_without_logon(self) -> bool {
        match self.negotiation() {
            Some((_, Some(NegotiationAnswer::Response { selected_protocol, .. }))) => {
                matches!(selected_protocol, Protocols::SSL | Protocols::RDP)
            }
            Some((_, answer)) => answer.is_none(),
            None => false,
        }
    }

    /// Every `TSRequest`, in order.
    pub(crate) fn ts_requests(self) -> impl Iterator<Item = (Direction, &'a TsRequest)> {
        self.transcript().messages().filter_map(|(direction, _, message)| match message {
            Some(Message::TsRequest(request)) => Some((direction, request.as_ref())),
            _ => None,
        })
    }

    /// The last entry of a `TSRequest` in this direction.
    pub(crate) fn last_ts_request(self, wanted: Direction) -> Option<&'a Entry> {
        let found = self.last(|event| match event {
            Event::Message { direction, kind: MessageKind::TsRequest, .. } => (*direction == wanted).then_some(()),
            _ => None,
        });
        found.map(|(entry, ())| entry)
    }

    /// The CredSSP version that a side said last.
    pub(crate) fn credssp_version(self, wanted: Direction) -> Option<u32> {
        self.ts_requests().filter(|(direction, _)| *direction == wanted).map(|(_, request)| request.version).last()
    }

    /// What the probe said last in NLA.
    pub(crate) fn said(self) -> Said {
        let sent = self.ts_requests().filter(|(direction, _)| *direction == Direction::Sent);
        sent.last().map_or(Said::Nothing, |(_, request)| Said::of(request))
    }

    /// The Early User Authorization Result.
    pub(crate) fn early_user_auth(self) -> Option<(&'a Entry, EarlyUserAuthorizationResult)> {
        self.received(|message| match message {
            Message::EarlyUserAuthResult(result) => Some(*result),
            _ => None,
        })
    }

    /// What became of the credentials that the probe sent.
    pub(crate) fn logon(self) -> Option<Logon> {
        self.user()?;
        match self.blame() {
            Some((_, Blame::Auth(AuthFailure::Refused(_)) | Blame::Refused(MessageKind::EarlyUserAuthResult))) => {
                return Some(Logon::Refused);
            }
            Some((_, Blame::Auth(AuthFailure::Withheld))) => return Some(Logon::Withheld),
            _ => {}
        }
        if self.said() != Said::Credentials {
            return self.opens_without_logon().then_some(Logon::NotChecked);
        }
        match (self.selected()?.1, self.early_user_auth()) {
            (_, Some((_, EarlyUserAuthorizationResult::AUTHZ_SUCCESS))) => Some(Logon::Accepted),
            // The host goes on, or the probe left with all that it asked for.
            (Protocols::HYBRID, None) if self.heard_behind_nla() || self.blame().is_none() => Some(Logon::Accepted),
            (_, None) => Some(Logon::Authenticated),
            (_, Some(_)) => None,
        }
    }

    /// Whether the probe ended the connection behind the logon, as it was told to.
    pub(crate) fn left_after_logon(self) -> bool {
        self.blame().is_none() && self.logon() == Some(Logon::Accepted)
    }

    /// Whether the host said nothing behind the credentials: under plain HYBRID its going on is the only answer.
    pub(crate) fn credentials_unanswered(self) -> bool {
        self.said() == Said::Credentials && self.last_received() == Some(MessageKind::TsRequest)
    }

    /// Whether the probe asked for Restricted Admin mode.
    pub(crate) fn wants_restricted_admin(self) -> bool {
        self.request_flags() & NegotiationRequest::RESTRICTED_ADMIN != 0
    }

    /// Whether the host answered behind NLA.
    fn heard_behind_nla(self) -> bool {
        self.transcript().entries.iter().any(|entry| {
            // A refusal of the credentials may come that late.
            entry.stage > Stage::Nla
                && matches!(
                    entry.event,
                    Event::Message { direction: Direction::Received, kind, .. } if kind != MessageKind::TsRequest
                )
        })
    }
}

/// Whether CredSSP follows TLS.
pub(crate) const fn is_credssp(selected: Protocols) -> bool {
    matches!(selected, Protocols::HYBRID | Protocols::HYBRID_EX)
}
