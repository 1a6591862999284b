//! X.224 TPDUs and the RDP negotiation structures inside them.
//!
//! X.224 13.3 to 13.12; MS-RDPBCGR 2.2.1.1 and 2.2.1.2.

pub(super) mod codec;

use core::fmt;

use crate::vocab::codes::NegotiationFailureCode;

/// Security protocols, as bits (`requestedProtocols`) or one bit (`selectedProtocol`).
///
/// MS-RDPBCGR 2.2.1.1.1. Zero means standard RDP security.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocols(pub u32);

impl Protocols {
    /// Standard RDP security.
    pub const RDP: Self = Self(0);
    /// TLS.
    pub const SSL: Self = Self(1);
    /// CredSSP.
    pub const HYBRID: Self = Self(2);
    /// RDSTLS.
    pub const RDSTLS: Self = Self(4);
    /// CredSSP with Early User Authorization Result.
    pub const HYBRID_EX: Self = Self(8);
    /// RDS-AAD-Auth.
    pub const RDSAAD: Self = Self(16);

    /// Names of single protocols, as scenario files write them.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("rdp", Self::RDP),
        ("ssl", Self::SSL),
        ("hybrid", Self::HYBRID),
        ("rdstls", Self::RDSTLS),
        ("hybrid-ex", Self::HYBRID_EX),
        ("rdsaad", Self::RDSAAD),
    ];

    /// Whether every bit of `other` is set here.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of bits.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Protocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("RDP");
        }
        let mut left = self.0;
        let mut separator = "";
        for (name, bit) in [("SSL", 1u32), ("HYBRID", 2), ("RDSTLS", 4), ("HYBRID_EX", 8), ("RDSAAD", 16)] {
            if left & bit != 0 {
                write!(f, "{separator}{name}")?;
                separator = "|";
                left &= !bit;
            }
        }
        if left != 0 {
            write!(f, "{separator}{left:#x}")?;
        }
        Ok(())
    }
}

/// X.224 Connection Request.
///
/// X.224 13.3; MS-RDPBCGR 2.2.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionRequest {
    /// DST-REF, zero from honest clients.
    pub dst_ref: u16,
    /// SRC-REF.
    pub src_ref: u16,
    /// Class and options, zero from honest clients.
    pub class: u8,
    /// `Cookie: mstshash=…` or a routing token, CR LF not included.
    pub token: Option<Token>,
    /// RDP Negotiation Request.
    pub negotiation: Option<NegotiationRequest>,
    /// RDP Correlation Info.
    pub correlation: Option<CorrelationInfo>,
}

impl ConnectionRequest {
    /// What the length indicator can say: one byte, of which 255 is reserved (X.224 13.2.1).
    pub const LONGEST: usize = 254;
    /// The longest routing token, without its CR LF, that fits beside a negotiation request.
    pub const LONGEST_TOKEN: usize = Self::LONGEST - 6 - 2 - 8;

    /// The length indicator's value: everything behind it.
    #[must_use]
    pub fn length(&self) -> usize {
        let token = match &self.token {
            Some(Token::Cookie(identifier)) => "Cookie: mstshash=".len() + identifier.len() + 2,
            Some(Token::Routing(token)) => token.len() + 2,
            None => 0,
        };
        // Code, references and class.
        6 + token + if self.negotiation.is_some() { 8 } else { 0 } + if self.correlation.is_some() { 36 } else { 0 }
    }

    /// Whether it can be sent: a longer one has no length indicator, and must not leave this machine.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.length() <= Self::LONGEST
    }
}

/// What stands before the negotiation request, ended by CR LF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// `Cookie: mstshash=IDENTIFIER`; the identifier.
    Cookie(Vec<u8>),
    /// Any other bytes: a routing token such as `Cookie: msts=…`, whole.
    Routing(Vec<u8>),
}

/// RDP Negotiation Request.
///
/// MS-RDPBCGR 2.2.1.1.1: type 0x01, flags u8, length u16 le = 8, requestedProtocols u32 le.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NegotiationRequest {
    /// Bit 0 restricted admin, bit 1 redirected authentication, bit 3 correlation info present.
    pub flags: u8,
    /// Protocols offered.
    pub requested_protocols: Protocols,
}

impl NegotiationRequest {
    /// `RESTRICTED_ADMIN_MODE_REQUIRED`, MS-RDPBCGR 2.2.1.1.1.
    pub const RESTRICTED_ADMIN: u8 = 0x01;
    /// `REDIRECTED_AUTHENTICATION_MODE_REQUIRED` (Remote Credential Guard), MS-RDPBCGR 2.2.1.1.1.
    pub const REMOTE_GUARD: u8 = 0x02;
    /// `CORRELATION_INFO_PRESENT`, MS-RDPBCGR 2.2.1.1.1.
    pub const CORRELATION_INFO_PRESENT: u8 = 0x08;
    /// `RESTRICTED_ADMIN_MODE_SUPPORTED` in the response, MS-RDPBCGR 2.2.1.2.1.
    pub const ANSWERS_RESTRICTED_ADMIN: u8 = 0x08;
    /// `REDIRECTED_AUTHENTICATION_MODE_SUPPORTED` in the response, MS-RDPBCGR 2.2.1.2.1.
    pub const ANSWERS_REMOTE_GUARD: u8 = 0x10;
}

/// RDP Correlation Info.
///
/// MS-RDPBCGR 2.2.1.1.2: type 0x06, flags u8, length u16 le = 36, correlationId 16, reserved 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrelationInfo {
    /// Flags, zero from honest clients.
    pub flags: u8,
    /// The activity's id.
    pub correlation_id: [u8; 16],
    /// Zero from honest clients.
    pub reserved: [u8; 16],
}

/// X.224 Connection Confirm.
///
/// X.224 13.4; MS-RDPBCGR 2.2.1.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionConfirm {
    /// DST-REF: the client's SRC-REF.
    pub dst_ref: u16,
    /// SRC-REF; Windows: 0x1234.
    pub src_ref: u16,
    /// Class and options.
    pub class: u8,
    /// The answer, if the server gave one. `None` is an old server, not protocol 0.
    pub negotiation: Option<NegotiationAnswer>,
}

/// The server's answer to a negotiation request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NegotiationAnswer {
    /// RDP Negotiation Response, MS-RDPBCGR 2.2.1.2.1 (type 0x02).
    Response {
        /// Bit 0 extended client data, 1 graphics pipeline, 3 restricted admin, 4 redirected authentication.
        flags: u8,
        /// The protocol selected.
        selected_protocol: Protocols,
    },
    /// RDP Negotiation Failure, MS-RDPBCGR 2.2.1.2.2 (type 0x03).
    Failure {
        /// Not used by the specification; kept.
        flags: u8,
        /// Why.
        failure_code: NegotiationFailureCode,
    },
}

/// X.224 Disconnect Request.
///
/// X.224 13.5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisconnectRequest {
    /// DST-REF.
    pub dst_ref: u16,
    /// SRC-REF.
    pub src_ref: u16,
    /// Reason; see `vocab::codes::X224DisconnectReason`.
    pub reason: u8,
}

/// X.224 TPDU Error.
///
/// X.224 13.12.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TpduError {
    /// DST-REF.
    pub dst_ref: u16,
    /// Reject cause; see `vocab::codes::X224RejectCause`.
    pub reject_cause: u8,
    /// Variable part, kept as it came.
    pub variable: Vec<u8>,
}
