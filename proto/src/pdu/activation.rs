//! Capabilities exchange: Demand Active, Confirm Active, Deactivate All.
//!
//! MS-RDPBCGR 2.2.1.13 and 2.2.3.1.

use super::capability::CapabilitySet;

/// Demand Active PDU. MS-RDPBCGR 2.2.1.13.1.1. Counts and lengths are computed from the sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct DemandActive {
    pub pdu_source: u16,
    pub share_id: u32,
    /// "RDP" and a zero byte from Windows; kept raw.
    pub source_descriptor: Vec<u8>,
    pub capability_sets: Vec<CapabilitySet>,
    /// `sessionId`, ignored by clients; absent from some servers.
    pub session_id: Option<u32>,
}

/// Confirm Active PDU. MS-RDPBCGR 2.2.1.13.2.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ConfirmActive {
    pub pdu_source: u16,
    pub share_id: u32,
    /// 0x03EA always.
    pub originator_id: u16,
    pub source_descriptor: Vec<u8>,
    pub capability_sets: Vec<CapabilitySet>,
}

/// Deactivate All PDU. MS-RDPBCGR 2.2.3.1.1. Servers may cut it after the Share Control Header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct DeactivateAll {
    pub pdu_source: u16,
    pub share_id: Option<u32>,
    pub source_descriptor: Option<Vec<u8>>,
}
