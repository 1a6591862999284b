//! Byte sequences as Windows and other peers send them (MS-RDPBCGR 4.1), decoded and encoded again.

use badrdp_proto::pdu::fast_path::{Input, InputEvent, Output};
use badrdp_proto::pdu::licensing::{LicenseMessage, LicensePdu};
use badrdp_proto::pdu::mcs::ErectDomainRequest;
use badrdp_proto::pdu::session_info::SaveSessionInfo;
use badrdp_proto::pdu::share::{ShareData, ShareDataPdu};
use badrdp_proto::pdu::{ChannelPdu, Expect, Message, Side, decode};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{ErrorInfo, LicenseErrorCode, LicenseStateTransition, LogonErrorData, LogonErrorType};

use super::{expecting, payload, read};

fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn both_ways(bytes: &[u8], expect: Expect, from: Side, pdu: ChannelPdu) {
    assert_eq!(read(bytes, expect, from), Ok(pdu.clone()));
    assert_eq!(payload(pdu), bytes);
}

fn share_data(bytes: &str, pdu_source: u16, stream_id: u8, data: ShareDataPdu) {
    let pdu = ChannelPdu::ShareData(ShareData { pdu_source, share_id: 0x0001_03ea, stream_id, data });
    both_ways(&hex(bytes), Expect::Share, Side::Server, pdu);
}

#[test]
fn finalization() {
    share_data(
        "16 00 17 00 f1 03 ea 03 01 00 00 01 08 00 1f 00 00 00 01 00 ea 03",
        0x03f1,
        1,
        ShareDataPdu::Synchronize { message_type: 1, target_user: 0x03ea },
    );
    share_data(
        "1a 00 17 00 f1 03 ea 03 01 00 00 01 0c 00 14 00 00 00 04 00 00 00 00 00 00 00",
        0x03f1,
        1,
        ShareDataPdu::Control { action: 4, grant_id: 0, control_id: 0 },
    );
    share_data(
        "1a 00 17 00 ea 03 ea 03 01 00 00 02 0c 00 14 00 00 00 02 00 f1 03 ea 03 00 00",
        0x03ea,
        2,
        ShareDataPdu::Control { action: 2, grant_id: 0x03f1, control_id: 0x03ea },
    );
    share_data(
        "1a 00 17 00 f1 03 ea 03 01 00 00 01 0c 00 27 00 00 00 00 00 00 00 03 00 32 00",
        0x03f1,
        1,
        ShareDataPdu::FontList { number_fonts: 0, total_num_fonts: 0, list_flags: 3, entry_size: 50 },
    );
    share_data(
        "1a 00 17 00 ea 03 ea 03 01 00 00 02 0c 00 28 00 00 00 00 00 00 00 03 00 04 00",
        0x03ea,
        2,
        ShareDataPdu::FontMap { number_entries: 0, total_num_entries: 0, map_flags: 3, entry_size: 4 },
    );
}

#[test]
fn error_info() {
    share_data(
        "16 00 17 00 ea 03 ea 03 01 00 00 02 08 00 2f 00 00 00 07 00 00 00",
        0x03ea,
        2,
        ShareDataPdu::SetErrorInfo(ErrorInfo::ERRINFO_SERVER_DENIED_CONNECTION),
    );
}

#[test]
fn shutdown() {
    share_data("12 00 17 00 f1 03 ea 03 01 00 00 01 04 00 24 00 00 00", 0x03f1, 1, ShareDataPdu::ShutdownRequest);
    share_data("12 00 17 00 ea 03 ea 03 01 00 00 02 04 00 25 00 00 00", 0x03ea, 2, ShareDataPdu::ShutdownDenied);
}

#[test]
fn licence_for_a_valid_client() {
    let bytes = hex("80 00 00 00 ff 03 10 00 07 00 00 00 02 00 00 00 04 00 00 00");
    let alert =
        LicensePdu::error_alert(LicenseErrorCode::STATUS_VALID_CLIENT, LicenseStateTransition::ST_NO_TRANSITION);
    both_ways(&bytes, Expect::Licensing, Side::Server, ChannelPdu::License(alert));
}

#[test]
fn licence_for_a_valid_client_from_xrdp() {
    // Version 2, and a blob type of its own with an empty blob.
    let bytes = hex("80 00 00 00 ff 02 10 00 07 00 00 00 02 00 00 00 28 14 00 00");
    let pdu = ChannelPdu::License(LicensePdu {
        security_flags: 0x80,
        security_flags_hi: 0,
        preamble_flags: 2,
        message: LicenseMessage::ErrorAlert {
            error_code: LicenseErrorCode::STATUS_VALID_CLIENT,
            state_transition: LicenseStateTransition::ST_NO_TRANSITION,
            blob_type: 0x1428,
            blob: Vec::new(),
        },
    });
    both_ways(&bytes, Expect::Licensing, Side::Server, pdu);
}

/// Headers of a Save Session Info with `body` bytes behind `infoType`.
fn session_info(info_type: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = hex("00 00 17 00 ea 03 ea 03 01 00 00 01 00 00 26 00 00 00");
    bytes.extend_from_slice(&[info_type, 0, 0, 0]);
    bytes.extend_from_slice(body);
    let length = u16::try_from(bytes.len()).unwrap();
    bytes[..2].copy_from_slice(&length.to_le_bytes());
    bytes[12..14].copy_from_slice(&(length - 14).to_le_bytes());
    bytes
}

fn session_info_both_ways(bytes: &[u8], info: SaveSessionInfo) {
    let data = ShareDataPdu::SaveSessionInfo(info);
    let pdu = ChannelPdu::ShareData(ShareData { pdu_source: 0x03ea, share_id: 0x0001_03ea, stream_id: 1, data });
    both_ways(bytes, Expect::Share, Side::Server, pdu);
}

fn padded(text: &str, length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.resize(length, 0);
    bytes
}

#[test]
fn save_session_info_has_four_layouts_of_exact_size() {
    let (domain, user_name) = ("NTDEV".to_owned(), "eltons".to_owned());
    let logon =
        [hex("0c 00 00 00"), padded("NTDEV", 52), hex("0e 00 00 00"), padded("eltons", 512), hex("02 00 00 00")];
    let (bytes, info) = (
        session_info(0, &logon.concat()),
        SaveSessionInfo::Logon { domain: domain.clone(), user_name: user_name.clone(), session_id: 2 },
    );
    assert_eq!(bytes.len(), 22 + 576);
    session_info_both_ways(&bytes, info);

    let long = [
        hex("01 00 12 00 00 00 02 00 00 00 0c 00 00 00 0e 00 00 00"),
        vec![0; 558],
        padded("NTDEV", 12),
        padded("eltons", 14),
    ];
    let bytes = session_info(1, &long.concat());
    session_info_both_ways(&bytes, SaveSessionInfo::LogonLong { domain, user_name, session_id: 2 });

    session_info_both_ways(&session_info(2, &[0; 576]), SaveSessionInfo::PlainNotify);

    let extended = [
        hex("32 00 03 00 00 00"),
        hex("1c 00 00 00 1c 00 00 00 01 00 00 00 02 00 00 00"),
        vec![0xa8; 16],
        hex("08 00 00 00 fe ff ff ff 02 00 00 00"),
        vec![0; 570],
    ];
    let bytes = session_info(3, &extended.concat());
    let info = SaveSessionInfo::Extended {
        auto_reconnect: Some((2, [0xa8; 16])),
        logon_error: Some((LogonErrorType::LOGON_MSG_SESSION_CONTINUE, LogonErrorData::LOGON_FAILED_OTHER)),
    };
    session_info_both_ways(&bytes, info);
}

#[test]
fn fast_path_input() {
    // The letter a pressed and released: two events, six bytes.
    let bytes = hex("08 06 00 1e 01 1e");
    let input = Message::FastPathInput(Input {
        flags: 0,
        events: vec![
            InputEvent::ScanCode { flags: 0, key_code: 0x1e },
            InputEvent::ScanCode { flags: 1, key_code: 0x1e },
        ],
    });
    assert_eq!(decode(&bytes, &expecting(Expect::Share, Side::Client)), Ok(input.clone()));
    assert_eq!(input.encode(), bytes);
}

#[test]
fn fast_path_output_with_a_length_in_two_bytes_though_one_would_do() {
    // Pointer hidden, as xrdp sends it.
    let bytes = hex("00 80 06 05 00 00");
    let Ok(Message::FastPathOutput(Output { updates, .. })) = decode(&bytes, &expecting(Expect::Share, Side::Server))
    else {
        panic!("not output")
    };
    assert_eq!((updates.len(), updates[0].code, updates[0].data.len()), (1, 5, 0));
}

/// What rdesktop 1.9.0 sends for `-u alice -d EX`, its six-character password as asterisks.
#[test]
fn client_info_from_rdesktop() {
    let bytes = hex("\
        40 00 00 00 00 00 00 00 3b 01 00 00 04 00 0a 00 0c 00 00 00 00 00 45 00 58 00 00 00 61 00 6c 00 \
        69 00 63 00 65 00 00 00 2a 2a 2a 2a 2a 2a 2a 2a 2a 2a 2a 2a 00 00 00 00 00 00 02 00 14 00 31 00 \
        32 00 37 00 2e 00 30 00 2e 00 30 00 2e 00 31 00 00 00 3c 00 43 00 3a 00 5c 00 57 00 49 00 4e 00 \
        4e 00 54 00 5c 00 53 00 79 00 73 00 74 00 65 00 6d 00 33 00 32 00 5c 00 6d 00 73 00 74 00 73 00 \
        63 00 61 00 78 00 2e 00 64 00 6c 00 6c 00 00 00 00 00 00 00 47 00 54 00 42 00 2c 00 20 00 6e 00 \
        6f 00 72 00 6d 00 61 00 6c 00 74 00 69 00 64 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0a 00 00 00 05 00 03 00 00 00 \
        00 00 00 00 00 00 00 00 47 00 54 00 42 00 2c 00 20 00 73 00 6f 00 6d 00 6d 00 61 00 72 00 74 00 \
        69 00 64 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
        00 00 00 00 00 00 00 00 00 00 03 00 00 00 05 00 02 00 00 00 00 00 00 00 c4 ff ff ff 00 00 00 00 \
        86 00 00 00 00 00");
    let pdu = read(&bytes, Expect::ClientInfo, Side::Client).unwrap();
    let ChannelPdu::ClientInfo(info) = &pdu else { panic!("not Client Info: {pdu:?}") };
    assert_eq!((info.domain.as_str(), info.user_name.as_str()), ("EX", "alice"));
    let extra_info = info.extra_info.as_ref().unwrap();
    assert_eq!(extra_info.client_dir, "C:\\WINNT\\System32\\mstscax.dll");
    assert_eq!(extra_info.client_time_zone.as_ref().unwrap().daylight_bias, -60);
    assert_eq!(extra_info.performance_flags, Some(0x86));
    // A zero length stands there, and nothing behind it.
    assert_eq!(extra_info.auto_reconnect_cookie, Some(Vec::new()));
    assert_eq!(extra_info.reserved1, None);
    assert_eq!(payload(pdu), bytes);
}

/// rdesktop's Erect Domain Request has two 16-bit numbers where T.125 has PER integers.
#[test]
fn erect_domain_from_rdesktop() {
    let bytes = hex("03 00 00 0c 02 f0 80 04 00 01 00 01");
    let request = ErectDomainRequest { sub_height: 1, sub_interval: 1 };
    let message = Message::McsErectDomainRequest(request);
    assert_eq!(decode(&bytes, &expecting(Expect::Mcs, Side::Client)), Ok(message));
}

/// xfreerdp 2.11 leaves the header out of `uncompressedLength`: that number is not looked at.
#[test]
fn synchronize_from_xfreerdp() {
    let bytes = hex("16 00 17 00 f1 03 ea 03 01 00 00 01 04 00 1f 00 00 00 01 00 ea 03");
    let pdu = read(&bytes, Expect::Share, Side::Client).unwrap();
    assert_eq!(pdu.kind(), MessageKind::Synchronize);
}
