//! Specimens of what MCS channels and fast-path carry.

use super::{SERVER_CHANNEL, USER_CHANNEL, auto_detect, carried, device};
use crate::pdu::activation::{ConfirmActive, DeactivateAll, DemandActive};
use crate::pdu::client_info::{ClientInfo, ExtendedInfo, Secret, SecretBytes, TimeZone};
use crate::pdu::fast_path::{BitmapRectangle, Input, InputEvent, Output, Update, bitmap_update};
use crate::pdu::message_channel::{Heartbeat, InitiateMultitransportRequest, InitiateMultitransportResponse};
use crate::pdu::redirection::ServerRedirection;
use crate::pdu::session_info::SaveSessionInfo;
use crate::pdu::share::{ShareData, ShareDataPdu, UnknownShareControl};
use crate::pdu::{ChannelPdu, Message};
use crate::vocab::codes::{ErrorInfo, LogonErrorData, LogonErrorType};
use crate::vocab::{MessageKind, Sender};

/// The share's id in all specimens, as Windows servers choose it.
const SHARE_ID: u32 = 0x0001_03ea;

/// A representative message of a kind that an MCS channel or fast-path carries.
pub(super) fn specimen(kind: MessageKind) -> Option<Message> {
    if let Some(pdu) = auto_detect::specimen(kind).or_else(|| device::specimen(kind)) {
        return Some(carried(kind, pdu));
    }
    if let Some(license) = super::licensing::specimen(kind) {
        return Some(carried(kind, ChannelPdu::License(license)));
    }
    let pdu = match kind {
        MessageKind::FastPathInput => return Some(Message::FastPathInput(fast_path_input())),
        MessageKind::FastPathOutput => return Some(Message::FastPathOutput(fast_path_output())),
        MessageKind::ClientInfo => ChannelPdu::ClientInfo(Box::new(client_info())),
        MessageKind::DemandActive => ChannelPdu::DemandActive(Box::new(DemandActive {
            pdu_source: SERVER_CHANNEL,
            share_id: SHARE_ID,
            source_descriptor: b"RDP\0".to_vec(),
            capability_sets: super::capability::sets(),
            session_id: Some(0),
        })),
        MessageKind::ConfirmActive => ChannelPdu::ConfirmActive(Box::new(ConfirmActive {
            pdu_source: USER_CHANNEL,
            share_id: SHARE_ID,
            originator_id: SERVER_CHANNEL,
            source_descriptor: b"MSTSC\0".to_vec(),
            capability_sets: super::capability::sets(),
        })),
        MessageKind::DeactivateAll => ChannelPdu::DeactivateAll(DeactivateAll {
            pdu_source: SERVER_CHANNEL,
            share_id: Some(SHARE_ID),
            source_descriptor: Some(vec![0]),
        }),
        MessageKind::ServerRedirection => ChannelPdu::ServerRedirection(Box::new(redirection())),
        MessageKind::UnknownShareControl => ChannelPdu::UnknownShareControl(UnknownShareControl {
            pdu_type: 0x1c,
            pdu_source: SERVER_CHANNEL,
            body: vec![1, 2, 3, 4],
        }),
        MessageKind::InitiateMultitransportRequest => {
            ChannelPdu::InitiateMultitransportRequest(InitiateMultitransportRequest {
                request_id: 7,
                requested_protocol: 1,
                reserved: 0,
                security_cookie: *b"badrdp specimen.",
            })
        }
        MessageKind::InitiateMultitransportResponse => {
            ChannelPdu::InitiateMultitransportResponse(InitiateMultitransportResponse {
                request_id: 7,
                hr_response: 0x8000_4004,
            })
        }
        MessageKind::Heartbeat => ChannelPdu::Heartbeat(Heartbeat { reserved: 0, period: 5, count1: 3, count2: 5 }),
        MessageKind::VirtualChannelData => {
            // CHANNEL_PDU_HEADER: 4 bytes of data, first and last chunk.
            let bytes = [&4u32.to_le_bytes()[..], &3u32.to_le_bytes(), b"ping"].concat();
            ChannelPdu::VirtualChannel(bytes)
        }
        other => return share_data(other).map(|data| carried(kind, ChannelPdu::ShareData(shared(kind, data)))),
    };
    Some(carried(kind, pdu))
}

/// A licence request whose certificate is a chain: other fields than in the first.
pub(super) fn license_request_x509() -> Message {
    carried(MessageKind::LicenseRequest, ChannelPdu::License(super::licensing::request_x509()))
}

fn shared(kind: MessageKind, data: ShareDataPdu) -> ShareData {
    let pdu_source = match kind.sender() {
        Sender::Client => USER_CHANNEL,
        Sender::Server | Sender::Either => SERVER_CHANNEL,
    };
    ShareData { pdu_source, share_id: SHARE_ID, stream_id: 1, data }
}

fn share_data(kind: MessageKind) -> Option<ShareDataPdu> {
    let data = match kind {
        MessageKind::Synchronize => ShareDataPdu::Synchronize { message_type: 1, target_user: SERVER_CHANNEL },
        MessageKind::Control => ShareDataPdu::Control { action: 4, grant_id: 0, control_id: 0 },
        // Twenty-four bytes of counts and flags, no key.
        MessageKind::PersistentKeyList => ShareDataPdu::PersistentKeyList(vec![0; 24]),
        MessageKind::FontList => {
            ShareDataPdu::FontList { number_fonts: 0, total_num_fonts: 0, list_flags: 3, entry_size: 50 }
        }
        MessageKind::FontMap => {
            ShareDataPdu::FontMap { number_entries: 0, total_num_entries: 0, map_flags: 3, entry_size: 4 }
        }
        MessageKind::MonitorLayout => {
            // One primary monitor of 1024 by 768.
            let numbers: [u32; 6] = [1, 0, 0, 1023, 767, 1];
            ShareDataPdu::MonitorLayout(numbers.into_iter().flat_map(u32::to_le_bytes).collect())
        }
        MessageKind::SetErrorInfo => ShareDataPdu::SetErrorInfo(ErrorInfo::ERRINFO_SERVER_DENIED_CONNECTION),
        MessageKind::SaveSessionInfo => ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Extended {
            auto_reconnect: Some((2, *b"badrdp specimen.")),
            logon_error: Some((LogonErrorType::LOGON_MSG_SESSION_CONTINUE, LogonErrorData::LOGON_FAILED_OTHER)),
        }),
        MessageKind::AutoReconnectStatus => ShareDataPdu::AutoReconnectStatus(0),
        MessageKind::ShutdownRequest => ShareDataPdu::ShutdownRequest,
        MessageKind::ShutdownDenied => ShareDataPdu::ShutdownDenied,
        // One event, a pressed key: numEvents, pad, eventTime, messageType, then the key.
        MessageKind::InputEvents => ShareDataPdu::InputEvents(vec![1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0x1e, 0, 0, 0]),
        MessageKind::RefreshRect => ShareDataPdu::RefreshRect(vec![1, 0, 0, 0, 0, 0, 0, 0, 0xff, 3, 0xff, 2]),
        MessageKind::SuppressOutput => ShareDataPdu::SuppressOutput(vec![0, 0, 0, 0]),
        // Synchronize: updateType and pad.
        MessageKind::SlowPathUpdate => ShareDataPdu::SlowPathUpdate(vec![3, 0, 0, 0]),
        // System pointer: messageType, pad, SYSPTR_NULL.
        MessageKind::SlowPathPointer => ShareDataPdu::SlowPathPointer(vec![1, 0, 0, 0, 0, 0, 0, 0]),
        MessageKind::UnknownShareData => {
            ShareDataPdu::Unknown { pdu_type2: 0x22, compressed_type: 0, body: vec![1, 2, 3, 4] }
        }
        _ => return None,
    };
    Some(data)
}

fn client_info() -> ClientInfo {
    ClientInfo {
        code_page: 0x0409,
        flags: ClientInfo::MOUSE
            | ClientInfo::DISABLE_CTRL_ALT_DEL
            | ClientInfo::AUTOLOGON
            | ClientInfo::UNICODE
            | ClientInfo::MAXIMIZE_SHELL
            | ClientInfo::LOGON_NOTIFY
            | ClientInfo::ENABLE_WINDOWS_KEY
            | ClientInfo::LOGON_ERRORS,
        domain: "EXAMPLE".to_owned(),
        user_name: "alice".to_owned(),
        password: Secret("specimen".to_owned()),
        alternate_shell: "shell.exe".to_owned(),
        working_dir: "C:\\".to_owned(),
        extra_info: Some(ExtendedInfo {
            client_address_family: 2,
            client_address: "192.0.2.7".to_owned(),
            client_dir: "C:\\Windows\\System32\\mstscax.dll".to_owned(),
            client_time_zone: Some(Box::new(TimeZone {
                bias: -60,
                standard_name: "W. Europe Standard Time".to_owned(),
                standard_date: [0, 0, 10, 0, 0, 0, 5, 0, 3, 0, 0, 0, 0, 0, 0, 0],
                standard_bias: 0,
                daylight_name: "W. Europe Daylight Time".to_owned(),
                daylight_date: [0, 0, 3, 0, 0, 0, 5, 0, 2, 0, 0, 0, 0, 0, 0, 0],
                daylight_bias: -60,
            })),
            client_session_id: Some(0),
            performance_flags: Some(0x27),
            auto_reconnect_cookie: Some(
                [[28, 0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0]].concat().into_iter().chain([0x5a; 16]).collect(),
            ),
            reserved1: Some(100),
            reserved2: Some(0),
            dynamic_dst_time_zone_key_name: Some("W. Europe Standard Time".to_owned()),
            dynamic_daylight_time_disabled: Some(0),
            rest: Vec::new(),
        }),
    }
}

fn redirection() -> ServerRedirection {
    ServerRedirection {
        pdu_source: SERVER_CHANNEL,
        session_id: 3,
        // All eleven fields, and LB_DONTSTOREUSERNAME.
        redir_flags: 0x0001_9b3f,
        target_net_address: Some("192.0.2.9".to_owned()),
        load_balance_info: Some(b"Cookie: msts=1".to_vec()),
        user_name: Some("alice".to_owned()),
        domain: Some("EXAMPLE".to_owned()),
        password: Some(SecretBytes(b"s\0e\0c\0r\0e\0t\0\0\0".to_vec())),
        target_fqdn: Some("host.example.com".to_owned()),
        target_netbios_name: Some("HOST".to_owned()),
        tsv_url: Some(vec![1, 2, 3]),
        redirection_guid: Some(vec![4; 16]),
        target_certificate: Some(vec![5; 12]),
        target_net_addresses: Some(vec!["192.0.2.9".to_owned(), "2001:db8::9".to_owned()]),
        pad: vec![0; 8],
    }
}

fn fast_path_input() -> Input {
    Input {
        flags: 0,
        events: vec![
            InputEvent::Sync { flags: 2 },
            InputEvent::ScanCode { flags: 1, key_code: 0x1e },
            InputEvent::Mouse { pointer_flags: 0x0800, x: 320, y: 200 },
            InputEvent::ExtendedMouse { pointer_flags: 0x0001, x: 320, y: 200 },
            InputEvent::Unicode { flags: 0, code: 0x20ac },
            InputEvent::RelativeMouse { pointer_flags: 0x0800, x_delta: -3, y_delta: 4 },
            InputEvent::QoeTimestamp { timestamp: 1_000 },
        ],
    }
}

fn fast_path_output() -> Output {
    let rectangle = BitmapRectangle {
        left: 0,
        top: 0,
        right: 7,
        bottom: 7,
        width: 8,
        height: 8,
        bits_per_pixel: 16,
        flags: 0,
        data: vec![0x1f; 128],
    };
    let synchronize = Update { code: 3, fragmentation: 0, compression_flags: None, data: Vec::new() };
    let compressed = Update { code: 0, fragmentation: 2, compression_flags: Some(0x21), data: vec![1, 2, 3] };
    Output { flags: 0, updates: vec![bitmap_update(&[rectangle]), synchronize, compressed] }
}
