//! The one fact that matters about each Share Data PDU.

use super::ShareDataPdu;
use crate::pdu::fast_path::update_fact;
use crate::pdu::text::count;

impl ShareDataPdu {
    pub(in crate::pdu) fn fact(&self) -> String {
        match self {
            Self::Synchronize { target_user, .. } => format!("target user {target_user:#x}"),
            Self::Control { action, .. } => control(*action),
            Self::PersistentKeyList(body) => format!("{} bytes of keys", body.len()),
            Self::FontList { number_fonts, list_flags, .. } => {
                format!("{}, flags {list_flags:#x}", count((*number_fonts).into(), "font"))
            }
            Self::FontMap { number_entries, map_flags, .. } => {
                format!("{number_entries} entries, flags {map_flags:#x}")
            }
            Self::FontMapWithoutBody => "no body".to_owned(),
            Self::MonitorLayout(body) => match body.first_chunk() {
                Some(monitors) => format!("monitors: {}", u32::from_le_bytes(*monitors)),
                None => "cut short".to_owned(),
            },
            Self::SetErrorInfo(error) => error.to_string(),
            Self::SaveSessionInfo(info) => info.fact(),
            Self::AutoReconnectStatus(0) => "the reconnect cookie was refused".to_owned(),
            Self::AutoReconnectStatus(status) => format!("the reconnect cookie was refused, status {status:#x}"),
            Self::ShutdownRequest => "asks whether it may close".to_owned(),
            Self::ShutdownDenied => "a user is logged on".to_owned(),
            Self::InputEvents(body) => match first_number(body) {
                Some(events) => count(events.into(), "event"),
                None => "cut short".to_owned(),
            },
            Self::RefreshRect(body) => match body.first() {
                Some(areas) => count((*areas).into(), "area"),
                None => "cut short".to_owned(),
            },
            Self::SuppressOutput(body) => match body.first() {
                Some(0) => "graphics off".to_owned(),
                Some(_) => "graphics on".to_owned(),
                None => "cut short".to_owned(),
            },
            Self::SlowPathUpdate(body) => match first_number(body) {
                // The slow path numbers its updates like the fast path, and repeats the number in the data.
                Some(update_type) => update_fact(update_type.to_le_bytes()[0], body),
                None => "cut short".to_owned(),
            },
            Self::SlowPathPointer(body) => pointer(first_number(body)),
            Self::Unknown { pdu_type2, compressed_type, body } => {
                let compressed = if compressed_type & 0x20 == 0 { "" } else { "compressed " };
                format!("pduType2 {pdu_type2:#x}, {} {compressed}bytes", body.len())
            }
        }
    }
}

fn control(action: u16) -> String {
    match action {
        1 => "asks for control".to_owned(),
        2 => "granted control".to_owned(),
        3 => "detach".to_owned(),
        4 => "cooperate".to_owned(),
        other => format!("action {other:#x}"),
    }
}

fn pointer(message_type: Option<u16>) -> String {
    match message_type {
        Some(1) => "system pointer".to_owned(),
        Some(3) => "pointer position".to_owned(),
        Some(6) => "color pointer".to_owned(),
        Some(7) => "cached pointer".to_owned(),
        Some(8) => "new pointer".to_owned(),
        Some(9) => "large pointer".to_owned(),
        Some(other) => format!("pointer message {other:#x}"),
        None => "cut short".to_owned(),
    }
}

fn first_number(body: &[u8]) -> Option<u16> {
    body.first_chunk().map(|number| u16::from_le_bytes(*number))
}
