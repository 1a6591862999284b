//! The rules: one finding per file, or one family that differs only in a value.

mod again;
mod certificate;
mod clock_skew;
mod closed_early;
mod credssp;
mod error_info;
mod foreign;
mod frame;
mod heartbeat_lost;
mod license_exchange_failed;
mod license_exchange_required;
mod license_refused;
mod logon_error;
mod mcs;
mod negotiation_refused;
mod nla_credentials;
mod nla_ended;
mod nla_modes;
mod nla_refused;
mod no_negotiation_data;
mod nothing_drawn;
mod protocol_not_offered;
mod redirected;
mod session_ended;
mod stalled;
mod standard_rdp_security_only;
mod tcp;
mod tls;
mod unexpected_message;
mod x224_disconnected;

use badrdp_proto::vocab::Stage;

use super::advice::Advice;
use super::view::View;
use super::{Evidence, Finding, MstscCode, Verdict};

/// One finding: when it applies, and what to say then.
#[derive(Debug)]
pub(super) struct Rule {
    /// Stable id.
    pub(super) id: &'static str,
    /// Whether the finding is about the end of the connection or about the host's condition.
    pub(super) class: Class,
    /// The verdict where this finding is the first.
    pub(super) verdict: Verdict,
    /// What the rule sees, if it applies.
    pub(super) check: fn(&View<'_>) -> Option<Seen>,
    /// Causes and remedies.
    pub(super) advice: &'static Advice,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// How the connection ended: the first that applies speaks for it.
    Ending,
    /// What is true of the host in any case.
    Condition,
}

/// What a rule sees in one transcript.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) stage: Stage,
    pub(super) title: String,
    pub(super) evidence: Vec<String>,
    /// In place of the advice's.
    pub(super) expected: Option<String>,
    /// Ahead of the advice's.
    pub(super) causes: Vec<(Evidence, String)>,
    /// In place of the advice's.
    pub(super) mstsc: Option<Vec<MstscCode>>,
    /// In place of the rule's.
    pub(super) advice: Option<&'static Advice>,
}

impl Seen {
    pub(super) fn new(stage: Stage, title: impl Into<String>) -> Self {
        Self {
            stage,
            title: title.into(),
            evidence: Vec::new(),
            expected: None,
            causes: Vec::new(),
            mstsc: None,
            advice: None,
        }
    }

    pub(super) fn evidence(mut self, line: impl Into<String>) -> Self {
        self.evidence.push(line.into());
        self
    }

    pub(super) fn evidence_if(self, line: Option<String>) -> Self {
        match line {
            Some(line) if !self.evidence.contains(&line) => self.evidence(line),
            _ => self,
        }
    }

    pub(super) fn expected(mut self, what: impl Into<String>) -> Self {
        self.expected = Some(what.into());
        self
    }

    pub(super) fn cause(mut self, evidence: Evidence, text: impl Into<String>) -> Self {
        self.causes.push((evidence, text.into()));
        self
    }

    pub(super) fn mstsc(mut self, codes: Vec<MstscCode>) -> Self {
        self.mstsc = Some(codes);
        self
    }

    pub(super) const fn advice(mut self, advice: &'static Advice) -> Self {
        self.advice = Some(advice);
        self
    }
}

impl Rule {
    pub(super) fn finding(&self, seen: Seen) -> Finding {
        let advice = seen.advice.unwrap_or(self.advice);
        let mut causes = seen.causes;
        causes.extend(advice.causes.iter().map(|(evidence, text)| (*evidence, (*text).to_owned())));
        Finding {
            id: self.id,
            stage: seen.stage,
            title: seen.title,
            evidence: seen.evidence,
            expected: seen.expected.unwrap_or_else(|| advice.expected.to_owned()),
            causes,
            remedies: advice.remedies.iter().map(|text| (*text).to_owned()).collect(),
            mstsc: seen.mstsc.unwrap_or_else(|| advice.mstsc.to_vec()),
        }
    }
}

/// Every rule, in order of priority.
pub(super) static RULES: &[Rule] = &[
    // TCP.
    tcp::NAME_NOT_RESOLVED,
    tcp::REFUSED,
    tcp::TIMED_OUT,
    tcp::UNREACHABLE,
    // Something else answers.
    foreign::HTTP,
    foreign::SSH,
    foreign::TLS,
    foreign::NOT_RDP,
    // The host says why, whatever follows.
    error_info::SERVER_DENIED,
    error_info::ERROR_INFO,
    logon_error::RULE,
    again::LOOP,
    redirected::RULE,
    // Connection initiation.
    negotiation_refused::SSL_REQUIRED,
    negotiation_refused::SSL_NOT_ALLOWED,
    negotiation_refused::NO_SERVER_CERTIFICATE,
    negotiation_refused::INCONSISTENT_FLAGS,
    negotiation_refused::NLA_REQUIRED,
    negotiation_refused::CLIENT_CERTIFICATE_REQUIRED,
    negotiation_refused::OTHER,
    protocol_not_offered::RULE,
    x224_disconnected::RULE,
    // TLS and NLA.
    tls::VERSION_MISMATCH,
    tls::HANDSHAKE_FAILURE,
    tls::TOO_LARGE,
    tls::ALERT,
    tls::PLAIN_TEXT,
    tls::CLOSED,
    tls::STALLED,
    nla_modes::RESTRICTED_ADMIN_NOT_OFFERED,
    nla_modes::REMOTE_GUARD_NOT_OFFERED,
    nla_modes::REMOTE_GUARD_NEEDS_KERBEROS,
    nla_credentials::WITHOUT,
    nla_credentials::WITHHELD,
    nla_refused::LOGON,
    credssp::VERSION_TOO_OLD,
    credssp::PUBLIC_KEY_MISMATCH,
    credssp::NONCE_IGNORED,
    credssp::NOT_INCREMENTED,
    credssp::ALTERED,
    credssp::FIELD_MISSING,
    credssp::VERSION_CHANGED,
    credssp::SPNEGO_REJECTED,
    credssp::MECHANISM_UNSUPPORTED,
    credssp::TOKEN_MALFORMED,
    credssp::MECH_LIST_MIC_WRONG,
    nla_refused::EARLY_DENIED,
    nla_refused::EARLY_UNDEFINED,
    nla_ended::ALERT,
    nla_ended::CLOSED,
    nla_ended::RESET,
    nla_ended::STALLED,
    // MCS and licensing.
    mcs::CONNECT_REFUSED,
    mcs::ATTACH_REFUSED,
    mcs::JOIN_REFUSED,
    license_exchange_failed::RULE,
    license_refused::RULE,
    license_exchange_required::RULE,
    session_ended::RULE,
    mcs::DISCONNECTED,
    // Any stage.
    frame::CUT_SHORT,
    frame::MALFORMED,
    unexpected_message::RULE,
    heartbeat_lost::RULE,
    stalled::SILENT,
    stalled::STALLED,
    closed_early::CLOSED,
    closed_early::RESET,
    // The host's condition, in order of what clients complain of.
    redirected::TOKEN_TOO_LONG,
    credssp::VULNERABLE,
    certificate::UNREADABLE,
    certificate::EXPIRED,
    certificate::NOT_YET_VALID,
    certificate::NO_SERVER_AUTH,
    certificate::NAME_MISMATCH,
    certificate::SELF_SIGNED,
    certificate::NO_INTERMEDIATE,
    certificate::UNTRUSTED_ISSUER,
    certificate::WEAK_SIGNATURE,
    certificate::WEAK_KEY,
    again::CERTIFICATE_CHANGED,
    no_negotiation_data::RULE,
    standard_rdp_security_only::RULE,
    clock_skew::RULE,
    nla_credentials::NOT_CHECKED,
    again::COOKIE_REFUSED,
    nothing_drawn::RULE,
];
