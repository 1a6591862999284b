//! Share Data PDUs and the Share Control and Share Data headers.
//!
//! MS-RDPBCGR 2.2.8.1.1.1. Share Control: totalLength u16 le, pduType u16 le (version bit 4),
//! pduSource u16 le. Share Data adds: shareId u32 le, pad u8, streamId u8, uncompressedLength
//! u16 le, pduType2 u8, compressedType u8, compressedLength u16 le.

mod control;
mod data;
mod fact;

pub(super) use control::{bundled, looks_like_share, read, seal};

use super::session_info::SaveSessionInfo;
use crate::vocab::MessageKind;
use crate::vocab::codes::ErrorInfo;

/// A Share Data PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ShareData {
    pub pdu_source: u16,
    pub share_id: u32,
    /// `streamId`: 1 low, 2 medium, 4 high.
    pub stream_id: u8,
    pub data: ShareDataPdu,
}

/// The body of a Share Data PDU, by `pduType2`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub enum ShareDataPdu {
    /// 0x1F. MS-RDPBCGR 2.2.1.14.1.
    Synchronize { message_type: u16, target_user: u16 },
    /// 0x14. MS-RDPBCGR 2.2.1.15.1. `action`: 1 request, 2 granted, 3 detach, 4 cooperate.
    Control { action: u16, grant_id: u16, control_id: u32 },
    /// 0x2B. MS-RDPBCGR 2.2.1.17.1, body kept raw.
    PersistentKeyList(Vec<u8>),
    /// 0x27. MS-RDPBCGR 2.2.1.18.1.
    FontList { number_fonts: u16, total_num_fonts: u16, list_flags: u16, entry_size: u16 },
    /// 0x28. MS-RDPBCGR 2.2.1.22.1.
    FontMap { number_entries: u16, total_num_entries: u16, map_flags: u16, entry_size: u16 },
    /// 0x28 without a body: VirtualBox ends finalization like this, and clients go on.
    FontMapWithoutBody,
    /// 0x37. MS-RDPBCGR 2.2.12.1, body kept raw.
    MonitorLayout(Vec<u8>),
    /// 0x2F. MS-RDPBCGR 2.2.5.1.1.
    SetErrorInfo(ErrorInfo),
    /// 0x26. MS-RDPBCGR 2.2.10.1.1.
    SaveSessionInfo(SaveSessionInfo),
    /// 0x32. MS-RDPBCGR 2.2.4.1.1: `arcStatus`, zero from honest servers.
    AutoReconnectStatus(u32),
    /// 0x24. MS-RDPBCGR 2.2.2.1.
    ShutdownRequest,
    /// 0x25. MS-RDPBCGR 2.2.2.2.
    ShutdownDenied,
    /// 0x1C. MS-RDPBCGR 2.2.8.1.1.3, body kept raw.
    InputEvents(Vec<u8>),
    /// 0x21. MS-RDPBCGR 2.2.11.2, body kept raw.
    RefreshRect(Vec<u8>),
    /// 0x23. MS-RDPBCGR 2.2.11.3, body kept raw.
    SuppressOutput(Vec<u8>),
    /// 0x02. MS-RDPBCGR 2.2.9.1.1.3, body kept raw.
    SlowPathUpdate(Vec<u8>),
    /// 0x1B. MS-RDPBCGR 2.2.9.1.1.4, body kept raw.
    SlowPathPointer(Vec<u8>),
    /// Any other `pduType2`, or a compressed body.
    Unknown { pdu_type2: u8, compressed_type: u8, body: Vec<u8> },
}

/// A Share Control PDU of a type not decoded here, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct UnknownShareControl {
    pub pdu_type: u16,
    pub pdu_source: u16,
    pub body: Vec<u8>,
}

/// A flow PDU of T.128, which MS-RDPBCGR 2.2.8.1.1.1.1 has everyone ignore.
///
/// Its `totalLength` is 0x8000, which is a mark and no length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowPdu {
    /// Bytes behind the mark: pad, pduTypeFlow, flowIdentifier, flowNumber, pduSource.
    pub body: Vec<u8>,
}

impl ShareDataPdu {
    /// The kind, for names and tables.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::Synchronize { .. } => MessageKind::Synchronize,
            Self::Control { .. } => MessageKind::Control,
            Self::PersistentKeyList(_) => MessageKind::PersistentKeyList,
            Self::FontList { .. } => MessageKind::FontList,
            Self::FontMap { .. } | Self::FontMapWithoutBody => MessageKind::FontMap,
            Self::MonitorLayout(_) => MessageKind::MonitorLayout,
            Self::SetErrorInfo(_) => MessageKind::SetErrorInfo,
            Self::SaveSessionInfo(_) => MessageKind::SaveSessionInfo,
            Self::AutoReconnectStatus(_) => MessageKind::AutoReconnectStatus,
            Self::ShutdownRequest => MessageKind::ShutdownRequest,
            Self::ShutdownDenied => MessageKind::ShutdownDenied,
            Self::InputEvents(_) => MessageKind::InputEvents,
            Self::RefreshRect(_) => MessageKind::RefreshRect,
            Self::SuppressOutput(_) => MessageKind::SuppressOutput,
            Self::SlowPathUpdate(_) => MessageKind::SlowPathUpdate,
            Self::SlowPathPointer(_) => MessageKind::SlowPathPointer,
            Self::Unknown { .. } => MessageKind::UnknownShareData,
        }
    }
}
