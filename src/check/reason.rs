//! Why a client says that it refused, and which of that is right for which scenario.

use std::fmt;

use badrdp_proto::vocab::Stage;
use badrdp_proto::vocab::codes::LicenseStateTransition;
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::{Fault, Operator, Then};
use serde::{Deserialize, Serialize};

/// Classes of reasons, coarse enough for clients of every make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The connection was lost, closed or reset.
    Network,
    /// Nothing came in time.
    Timeout,
    /// No security protocol could be agreed on.
    Negotiation,
    /// The TLS handshake failed.
    Tls,
    /// The server's certificate is not good enough.
    Certificate,
    /// CredSSP, NTLM or SPNEGO went wrong.
    Nla,
    /// The server refuses the user or the password.
    Logon,
    /// Licensing.
    Licence,
    /// The server's messages cannot be read, or come out of turn.
    Protocol,
    /// The server gave a reason: an ERRINFO, a disconnect reason, a status.
    ServerSaid,
    /// The client says that it failed, and not why.
    Generic,
}

impl Reason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::Network,
        Self::Timeout,
        Self::Negotiation,
        Self::Tls,
        Self::Certificate,
        Self::Nla,
        Self::Logon,
        Self::Licence,
        Self::Protocol,
        Self::ServerSaid,
        Self::Generic,
    ];

    /// The name in profiles, reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Negotiation => "negotiation",
            Self::Tls => "tls",
            Self::Certificate => "certificate",
            Self::Nla => "nla",
            Self::Logon => "logon",
            Self::Licence => "licence",
            Self::Protocol => "protocol",
            Self::ServerSaid => "server-said",
            Self::Generic => "generic",
        }
    }

    /// What a fatal alert says that a client sends (RFC 8446 6.2).
    #[must_use]
    pub const fn of_alert(description: u8) -> Self {
        match description {
            // bad_, unsupported_, revoked, expired and unknown certificate, unknown_ca
            42..=46 | 48 => Self::Certificate,
            _ => Self::Tls,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

use Reason::{Certificate, Licence, Logon, Negotiation, Network, Nla, Protocol, ServerSaid, Timeout, Tls};

/// Right reasons by the finding that a good probe puts first; the first row whose beginning fits counts. Without a row,
/// the stage says what is right.
const BY_FINDING: &[(&str, &[Reason])] = &[
    ("speaks-tls", &[Protocol, Negotiation, Tls]),
    ("speaks-", &[Protocol, Negotiation]),
    ("not-rdp", &[Protocol, Negotiation]),
    ("server-denied-connection", &[ServerSaid]),
    ("error-info", &[ServerSaid]),
    ("logon-error", &[Logon, ServerSaid]),
    ("redirection-token-too-long", &[Protocol, ServerSaid]),
    ("redirect", &[Protocol, ServerSaid, Network]),
    ("ssl-", &[Negotiation]),
    ("no-server-certificate", &[Negotiation]),
    ("inconsistent-flags", &[Negotiation]),
    ("nla-required", &[Negotiation]),
    ("client-certificate-required", &[Negotiation]),
    ("negotiation-refused", &[Negotiation]),
    ("protocol-not-offered", &[Negotiation]),
    ("x224-disconnected", &[Negotiation, Network, Protocol]),
    ("tls-closed", &[Tls, Network]),
    ("tls-stalled", &[Tls, Timeout, Network]),
    ("tls-", &[Tls]),
    ("restricted-admin", &[Negotiation, Nla]),
    ("remote-guard", &[Negotiation, Nla]),
    ("nla-without-credentials", &[Nla, Logon, Negotiation]),
    ("credentials-withheld", &[Certificate]),
    ("logon-refused", &[Logon]),
    ("logon-token", &[Nla, Logon]),
    ("early-user-auth", &[Logon, Nla]),
    ("nla-alert", &[Nla, Logon, Tls]),
    ("nla-stalled", &[Nla, Timeout, Network]),
    ("nla-", &[Nla, Logon, Network]),
    ("public-key-", &[Nla, Certificate]),
    ("mcs-", &[Protocol, ServerSaid]),
    ("license-exchange-failed", &[Licence, Protocol]),
    ("license-", &[Licence]),
    ("session-ended", &[ServerSaid, Network]),
    ("heartbeat-lost", &[Timeout, Network]),
    ("silent", &[Timeout, Network]),
    ("stalled", &[Timeout, Network]),
    ("closed-early", &[Network]),
    ("reset-early", &[Network]),
    ("certificate-changed", &[Certificate, Network]),
    ("certificate-", &[Certificate]),
    ("no-negotiation-data", &[Negotiation]),
    ("standard-rdp-security-only", &[Negotiation]),
    ("reconnect-refused", &[Logon, ServerSaid, Network]),
];

/// What a client may say of trouble in a stage.
const fn by_stage(stage: Stage) -> &'static [Reason] {
    match stage {
        Stage::Tcp => &[Network, Timeout],
        Stage::ConnectionInitiation => &[Negotiation, Protocol],
        Stage::Tls => &[Tls, Protocol],
        Stage::Nla => &[Nla, Protocol],
        Stage::Licensing => &[Licence, Protocol],
        _ => &[Protocol],
    }
}

/// The right reasons for refusing the server of this scenario.
pub(super) fn right_for(scenario: &Scenario) -> Vec<Reason> {
    let finding = scenario.expect_probe.finding.as_deref().unwrap_or_default();
    let row = BY_FINDING.iter().find(|(beginning, _)| finding.starts_with(beginning));
    let mut right = row.map_or_else(|| by_stage(scenario.expect_probe.stage), |(_, reasons)| reasons).to_vec();
    let mut also = |reason, is: bool| {
        if is && !right.contains(&reason) {
            right.push(reason);
        }
    };
    let any = |is: fn(&Fault) -> bool| scenario.all_faults().any(is);
    // What a fault has cut short can be told as what it is, or as the end that comes behind it.
    also(Network, finding == "frame-cut-short" && any(|fault| matches!(fault.then, Some(Then::End(_)))));
    // Who looks at what a fault has put into a message, or at what comes instead of one, need not wait.
    also(Protocol, finding == "stalled" && any(|fault| fault.operator.as_ref().is_some_and(shows)));
    // Only a limit ends the wait for a licence exchange that the server wants to begin again.
    let again = [LicenseStateTransition::ST_RESET_PHASE_TO_START, LicenseStateTransition::ST_RESEND_LAST_MESSAGE];
    also(Timeout, finding == "license-refused" && again.contains(&scenario.server.licensing.transition));
    right
}

/// Whether the operator shows in a message that comes: its own, or the next, which is not due.
const fn shows(operator: &Operator) -> bool {
    matches!(
        operator,
        Operator::Omit | Operator::Replace(_) | Operator::Set(..) | Operator::Xor(..) | Operator::Add(..)
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn every_row_is_about_a_finding_of_the_probe_and_none_is_hidden_by_another() {
        let ids = badrdp_client_probe::diagnosis::finding_ids();
        for (place, (beginning, reasons)) in BY_FINDING.iter().enumerate() {
            let first = |id: &&&str| {
                let row = BY_FINDING.iter().position(|(beginning, _)| id.starts_with(beginning));
                row == Some(place)
            };
            assert!(ids.iter().find(first).is_some(), "`{beginning}` is the first row of no finding: {ids:?}");
            assert!(!reasons.is_empty() && !reasons.contains(&Reason::Generic), "{beginning}");
        }
    }

    #[test]
    fn what_is_wrong_decides_and_else_where() {
        let right = |id| right_for(&badrdp_scenarios::find(id).unwrap().clone());
        assert_eq!(right("tls/certificate-expired"), [Certificate]);
        assert_eq!(right("licensing/error-info/internal"), [ServerSaid]);
        assert_eq!(right("nla/account-state/disabled"), [Logon]);
        assert_eq!(
            right("licensing/alert-cut-short"),
            [Licence, Protocol, Network],
            "the stage says it, and the end behind it"
        );
        assert_eq!(right("nla/early-user-auth/cut-short"), [Nla, Protocol, Network], "the end comes behind it");
        assert_eq!(right("activation/share-header/demand-active-type"), [Timeout, Network, Protocol]);
        assert_eq!(right("licensing/refused/no-license-reset-phase-to-start"), [Licence, Timeout]);
    }

    #[test]
    fn an_alert_is_about_the_certificate_or_about_tls() {
        assert_eq!(Reason::of_alert(45), Certificate);
        assert_eq!(Reason::of_alert(40), Tls);
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
        }
    }
}
