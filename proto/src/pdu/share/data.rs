//! Share Data header, and its bodies by `pduType2`.
//!
//! MS-RDPBCGR 2.2.8.1.1.1.2.

use super::{ShareData, ShareDataPdu};
use crate::pdu::session_info::SaveSessionInfo;
use crate::pdu::text::length16;
use crate::vocab::codes::ErrorInfo;
use crate::wire::read::{Read, field, le_u16, le_u32, rest, u8};
use crate::wire::write::Writer;

const UPDATE: u8 = 0x02;
const CONTROL: u8 = 0x14;
const POINTER: u8 = 0x1b;
const INPUT: u8 = 0x1c;
const SYNCHRONIZE: u8 = 0x1f;
const REFRESH_RECT: u8 = 0x21;
const SUPPRESS_OUTPUT: u8 = 0x23;
const SHUTDOWN_REQUEST: u8 = 0x24;
const SHUTDOWN_DENIED: u8 = 0x25;
const SAVE_SESSION_INFO: u8 = 0x26;
const FONT_LIST: u8 = 0x27;
const FONT_MAP: u8 = 0x28;
const PERSISTENT_KEY_LIST: u8 = 0x2b;
const SET_ERROR_INFO: u8 = 0x2f;
const ARC_STATUS: u8 = 0x32;
const MONITOR_LAYOUT: u8 = 0x37;
/// `PACKET_COMPRESSED` in `compressedType`.
const PACKET_COMPRESSED: u8 = 0x20;
/// Bytes of both headers.
const HEADERS: usize = 18;
/// Bytes of the headers in front of `pduType2`, which `uncompressedLength` does not count.
const UNCOUNTED: usize = 14;

impl ShareData {
    /// Writes all behind the Share Control header.
    pub(super) fn write(&self, w: &mut Writer) {
        let (pdu_type2, compressed_type) = self.data.types();
        let mut length_at = 0;
        w.block("TS_SHAREDATAHEADER", |w| {
            w.u32_le("shareID", self.share_id);
            w.zeros("pad1", 1);
            w.u8("streamID", self.stream_id);
            length_at = w.len();
            w.u16_le("uncompressedLength", 0);
            w.u8("pduType2", pdu_type2);
            w.u8("compressedType", compressed_type);
            w.u16_le("compressedLength", 0);
        });
        self.data.write(w);
        w.patch(length_at, &length16(w.len() - UNCOUNTED).to_le_bytes());
        if compressed_type & PACKET_COMPRESSED != 0 {
            w.patch(HEADERS - 2, &length16(w.len()).to_le_bytes());
        }
    }

    pub(super) fn read(i: &[u8], pdu_source: u16) -> Read<'_, Self> {
        let (i, (share_id, stream_id, pdu_type2, compressed_type)) = field("TS_SHAREDATAHEADER", read_header)(i)?;
        let (i, data) = ShareDataPdu::read(i, pdu_type2, compressed_type)?;
        // Windows: some versions pad their Share Data PDUs inside totalLength.
        let (i, _) = rest(i)?;
        Ok((i, Self { pdu_source, share_id, stream_id, data }))
    }
}

/// The lengths are not looked at: peers disagree on what they count, and `totalLength` says it all.
fn read_header(i: &[u8]) -> Read<'_, (u32, u8, u8, u8)> {
    let (i, share_id) = field("shareID", le_u32)(i)?;
    let (i, _) = field("pad1", u8)(i)?;
    let (i, stream_id) = field("streamID", u8)(i)?;
    let (i, _) = field("uncompressedLength", le_u16)(i)?;
    let (i, pdu_type2) = field("pduType2", u8)(i)?;
    let (i, compressed_type) = field("compressedType", u8)(i)?;
    let (i, _) = field("compressedLength", le_u16)(i)?;
    Ok((i, (share_id, stream_id, pdu_type2, compressed_type)))
}

impl ShareDataPdu {
    const fn types(&self) -> (u8, u8) {
        match self {
            Self::Synchronize { .. } => (SYNCHRONIZE, 0),
            Self::Control { .. } => (CONTROL, 0),
            Self::PersistentKeyList(_) => (PERSISTENT_KEY_LIST, 0),
            Self::FontList { .. } => (FONT_LIST, 0),
            Self::FontMap { .. } | Self::FontMapWithoutBody => (FONT_MAP, 0),
            Self::MonitorLayout(_) => (MONITOR_LAYOUT, 0),
            Self::SetErrorInfo(_) => (SET_ERROR_INFO, 0),
            Self::SaveSessionInfo(_) => (SAVE_SESSION_INFO, 0),
            Self::AutoReconnectStatus(_) => (ARC_STATUS, 0),
            Self::ShutdownRequest => (SHUTDOWN_REQUEST, 0),
            Self::ShutdownDenied => (SHUTDOWN_DENIED, 0),
            Self::InputEvents(_) => (INPUT, 0),
            Self::RefreshRect(_) => (REFRESH_RECT, 0),
            Self::SuppressOutput(_) => (SUPPRESS_OUTPUT, 0),
            Self::SlowPathUpdate(_) => (UPDATE, 0),
            Self::SlowPathPointer(_) => (POINTER, 0),
            Self::Unknown { pdu_type2, compressed_type, .. } => (*pdu_type2, *compressed_type),
        }
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Self::Synchronize { message_type, target_user } => w.block("TS_SYNCHRONIZE_PDU", |w| {
                w.u16_le("messageType", *message_type);
                w.u16_le("targetUser", *target_user);
            }),
            Self::Control { action, grant_id, control_id } => w.block("TS_CONTROL_PDU", |w| {
                w.u16_le("action", *action);
                w.u16_le("grantId", *grant_id);
                w.u32_le("controlId", *control_id);
            }),
            Self::FontList { number_fonts, total_num_fonts, list_flags, entry_size } => {
                w.block("TS_FONT_LIST_PDU", |w| {
                    w.u16_le("numberFonts", *number_fonts);
                    w.u16_le("totalNumFonts", *total_num_fonts);
                    w.u16_le("listFlags", *list_flags);
                    w.u16_le("entrySize", *entry_size);
                });
            }
            Self::FontMap { number_entries, total_num_entries, map_flags, entry_size } => {
                w.block("TS_FONT_MAP_PDU", |w| {
                    w.u16_le("numberEntries", *number_entries);
                    w.u16_le("totalNumEntries", *total_num_entries);
                    w.u16_le("mapFlags", *map_flags);
                    w.u16_le("entrySize", *entry_size);
                });
            }
            Self::SetErrorInfo(error) => w.u32_le("errorInfo", error.0),
            Self::SaveSessionInfo(info) => info.write(w),
            Self::AutoReconnectStatus(status) => w.u32_le("arcStatus", *status),
            Self::FontMapWithoutBody | Self::ShutdownRequest | Self::ShutdownDenied => {}
            Self::PersistentKeyList(body)
            | Self::MonitorLayout(body)
            | Self::InputEvents(body)
            | Self::RefreshRect(body)
            | Self::SuppressOutput(body)
            | Self::SlowPathUpdate(body)
            | Self::SlowPathPointer(body)
            | Self::Unknown { body, .. } => w.bytes("body", body),
        }
    }

    fn read(i: &[u8], pdu_type2: u8, compressed_type: u8) -> Read<'_, Self> {
        // A compressed body cannot be read without the history.
        if compressed_type & PACKET_COMPRESSED != 0 {
            let (i, body) = rest(i)?;
            return Ok((i, Self::Unknown { pdu_type2, compressed_type, body: body.to_vec() }));
        }
        match pdu_type2 {
            SYNCHRONIZE => field("TS_SYNCHRONIZE_PDU", read_synchronize)(i),
            CONTROL => field("TS_CONTROL_PDU", read_control)(i),
            FONT_LIST => {
                let (i, [number_fonts, total_num_fonts, list_flags, entry_size]) =
                    field("TS_FONT_LIST_PDU", numbers(["numberFonts", "totalNumFonts", "listFlags", "entrySize"]))(i)?;
                Ok((i, Self::FontList { number_fonts, total_num_fonts, list_flags, entry_size }))
            }
            FONT_MAP if i.is_empty() => Ok((i, Self::FontMapWithoutBody)),
            FONT_MAP => {
                let (i, [number_entries, total_num_entries, map_flags, entry_size]) = field(
                    "TS_FONT_MAP_PDU",
                    numbers(["numberEntries", "totalNumEntries", "mapFlags", "entrySize"]),
                )(i)?;
                Ok((i, Self::FontMap { number_entries, total_num_entries, map_flags, entry_size }))
            }
            SET_ERROR_INFO => {
                let (i, error) = field("errorInfo", le_u32)(i)?;
                Ok((i, Self::SetErrorInfo(ErrorInfo(error))))
            }
            SAVE_SESSION_INFO => {
                let (i, info) = field("TS_SAVE_SESSION_INFO_PDU_DATA", SaveSessionInfo::read)(i)?;
                Ok((i, Self::SaveSessionInfo(info)))
            }
            ARC_STATUS => {
                let (i, status) = field("arcStatus", le_u32)(i)?;
                Ok((i, Self::AutoReconnectStatus(status)))
            }
            SHUTDOWN_REQUEST => Ok((i, Self::ShutdownRequest)),
            SHUTDOWN_DENIED => Ok((i, Self::ShutdownDenied)),
            _ => {
                let (i, body) = rest(i)?;
                Ok((i, Self::raw(pdu_type2, compressed_type, body.to_vec())))
            }
        }
    }

    const fn raw(pdu_type2: u8, compressed_type: u8, body: Vec<u8>) -> Self {
        match pdu_type2 {
            PERSISTENT_KEY_LIST => Self::PersistentKeyList(body),
            MONITOR_LAYOUT => Self::MonitorLayout(body),
            INPUT => Self::InputEvents(body),
            REFRESH_RECT => Self::RefreshRect(body),
            SUPPRESS_OUTPUT => Self::SuppressOutput(body),
            UPDATE => Self::SlowPathUpdate(body),
            POINTER => Self::SlowPathPointer(body),
            _ => Self::Unknown { pdu_type2, compressed_type, body },
        }
    }
}

fn read_synchronize(i: &[u8]) -> Read<'_, ShareDataPdu> {
    let (i, message_type) = field("messageType", le_u16)(i)?;
    let (i, target_user) = field("targetUser", le_u16)(i)?;
    Ok((i, ShareDataPdu::Synchronize { message_type, target_user }))
}

fn read_control(i: &[u8]) -> Read<'_, ShareDataPdu> {
    let (i, action) = field("action", le_u16)(i)?;
    let (i, grant_id) = field("grantId", le_u16)(i)?;
    let (i, control_id) = field("controlId", le_u32)(i)?;
    Ok((i, ShareDataPdu::Control { action, grant_id, control_id }))
}

/// The four 16-bit numbers that Font List and Font Map are made of.
fn numbers<'a>(names: [&'static str; 4]) -> impl FnMut(&'a [u8]) -> Read<'a, [u16; 4]> {
    move |mut i: &'a [u8]| {
        let mut numbers = [0; 4];
        for (name, number) in names.into_iter().zip(&mut numbers) {
            (i, *number) = field(name, le_u16)(i)?;
        }
        Ok((i, numbers))
    }
}
