//! The same bytes mean the same to `ironrdp-pdu`, and come back from it unchanged.

use badrdp_proto::pdu::capability::{CapabilitySet, Order};
use badrdp_proto::pdu::client_info::{ClientInfo, Secret};
use badrdp_proto::pdu::fast_path::{Input, InputEvent, Output, Update};
use badrdp_proto::pdu::licensing::{LicenseMessage, LicensePdu};
use badrdp_proto::pdu::session_info::SaveSessionInfo;
use badrdp_proto::pdu::share::{ShareData, ShareDataPdu};
use badrdp_proto::pdu::specimen::specimen;
use badrdp_proto::pdu::{ChannelPdu, Message};
use badrdp_proto::vocab::codes::{ErrorInfo, LicenseErrorCode, LicenseStateTransition, LogonErrorData, LogonErrorType};
use badrdp_proto::vocab::{MessageKind, code::Code};
use ironrdp_core::{Decode as _, ReadCursor};
use ironrdp_pdu::fast_path::{FastPathHeader, FastPathUpdatePdu};
use ironrdp_pdu::input::fast_path::{FastPathInput, FastPathInputEvent};
use ironrdp_pdu::rdp::ClientInfoPdu;
use ironrdp_pdu::rdp::headers::{ShareControlHeader, ShareControlPdu};
use ironrdp_pdu::rdp::server_license::LicensePdu as TheirLicensePdu;
use ironrdp_pdu::rdp::{capability_sets as theirs, headers};

use super::payload;

fn pdu_of(kind: MessageKind) -> ChannelPdu {
    match specimen(kind) {
        Some(Message::Data(data)) => data.pdu,
        other => panic!("no channel PDU: {other:?}"),
    }
}

/// Their reading of our bytes, after checking that it comes back as the same bytes.
fn share(pdu: ChannelPdu) -> ShareControlHeader {
    let bytes = payload(pdu);
    let header: ShareControlHeader = ironrdp_core::decode(&bytes).unwrap();
    assert_eq!(ironrdp_core::encode_vec(&header).unwrap(), bytes, "{header:?}");
    header
}

fn share_data(data: ShareDataPdu) -> headers::ShareDataPdu {
    let pdu = ShareData { pdu_source: 1002, share_id: 0x0001_03ea, stream_id: 1, data };
    let header = share(ChannelPdu::ShareData(pdu));
    assert_eq!((header.pdu_source, header.share_id), (1002, 0x0001_03ea));
    match header.share_control_pdu {
        ShareControlPdu::Data(data) => data.share_data_pdu,
        other => panic!("no Share Data: {other:?}"),
    }
}

/// The specimen's sets that they know; theirs has no room for sets of unknown type.
fn known_sets() -> Vec<CapabilitySet> {
    let ChannelPdu::DemandActive(demand) = pdu_of(MessageKind::DemandActive) else { panic!("no Demand Active") };
    let known = demand.capability_sets.into_iter().filter_map(|set| match set {
        CapabilitySet::Unknown { .. } => None,
        // They write zero in fields that the specification calls unused.
        CapabilitySet::Order(order) => {
            Some(CapabilitySet::Order(Order { text_flags: 0, pad4_octets_b: 0, pad2_octets_c: 0, ..order }))
        }
        set => Some(set),
    });
    known.collect()
}

#[test]
fn demand_and_confirm_active_with_every_known_capability_set() {
    let ChannelPdu::DemandActive(mut demand) = pdu_of(MessageKind::DemandActive) else { panic!("no Demand Active") };
    demand.capability_sets = known_sets();
    let ShareControlPdu::ServerDemandActive(server) = share(ChannelPdu::DemandActive(demand)).share_control_pdu else {
        panic!("not a Demand Active to them")
    };
    assert_eq!(server.pdu.source_descriptor, "RDP");
    assert_eq!(server.pdu.capability_sets.len(), 28);

    let ChannelPdu::ConfirmActive(mut confirm) = pdu_of(MessageKind::ConfirmActive) else {
        panic!("no Confirm Active")
    };
    confirm.capability_sets = known_sets();
    let ShareControlPdu::ClientConfirmActive(client) = share(ChannelPdu::ConfirmActive(confirm)).share_control_pdu
    else {
        panic!("not a Confirm Active to them")
    };
    assert_eq!(client.originator_id, 1002);
    assert_eq!(client.pdu.capability_sets, server.pdu.capability_sets);
}

#[test]
fn fields_of_capability_sets_mean_the_same() {
    let ChannelPdu::DemandActive(mut demand) = pdu_of(MessageKind::DemandActive) else { panic!("no Demand Active") };
    demand.capability_sets = known_sets();
    let ShareControlPdu::ServerDemandActive(server) = share(ChannelPdu::DemandActive(demand)).share_control_pdu else {
        panic!("not a Demand Active to them")
    };
    let mut compared = 0;
    for (ours, theirs) in known_sets().iter().zip(&server.pdu.capability_sets) {
        match (ours, theirs) {
            (CapabilitySet::General(ours), theirs::CapabilitySet::General(theirs)) => {
                assert_eq!(ours.extra_flags, theirs.extra_flags.bits());
                assert_eq!(ours.refresh_rect_support != 0, theirs.refresh_rect_support);
                assert_eq!(ours.suppress_output_support != 0, theirs.suppress_output_support);
            }
            (CapabilitySet::Bitmap(ours), theirs::CapabilitySet::Bitmap(theirs)) => {
                assert_eq!(ours.preferred_bits_per_pixel, theirs.pref_bits_per_pix);
                assert_eq!((ours.desktop_width, ours.desktop_height), (theirs.desktop_width, theirs.desktop_height));
                assert_eq!(ours.drawing_flags, theirs.drawing_flags.bits());
            }
            (CapabilitySet::Pointer(ours), theirs::CapabilitySet::Pointer(theirs)) => {
                assert_eq!(ours.color_pointer_cache_size, theirs.color_pointer_cache_size);
                assert_eq!(ours.pointer_cache_size, Some(theirs.pointer_cache_size));
            }
            (CapabilitySet::Input(ours), theirs::CapabilitySet::Input(theirs)) => {
                assert_eq!(ours.input_flags, theirs.input_flags.bits());
                assert_eq!(ours.keyboard_layout, theirs.keyboard_layout);
                assert_eq!(ours.keyboard_function_key, theirs.keyboard_function_key);
                assert_eq!(theirs.keyboard_ime_filename, "ime.dll");
            }
            (CapabilitySet::MultifragmentUpdate(ours), theirs::CapabilitySet::MultiFragmentUpdate(theirs)) => {
                assert_eq!(ours.max_request_size, theirs.max_request_size);
            }
            (CapabilitySet::FrameAcknowledge(ours), theirs::CapabilitySet::FrameAcknowledge(theirs)) => {
                assert_eq!(ours.max_unacknowledged_frame_count, theirs.max_unacknowledged_frame_count);
            }
            _ => continue,
        }
        compared += 1;
    }
    assert_eq!(compared, 6);
}

#[test]
fn share_data_pdus() {
    for kind in [
        MessageKind::Synchronize,
        MessageKind::Control,
        MessageKind::FontList,
        MessageKind::FontMap,
        MessageKind::MonitorLayout,
        MessageKind::SetErrorInfo,
        MessageKind::ShutdownRequest,
        MessageKind::ShutdownDenied,
        MessageKind::InputEvents,
        MessageKind::RefreshRect,
        MessageKind::SuppressOutput,
    ] {
        let ChannelPdu::ShareData(pdu) = pdu_of(kind) else { panic!("no Share Data: {kind}") };
        share_data(pdu.data);
    }
    // These they read and do not write.
    for kind in [MessageKind::PersistentKeyList, MessageKind::SlowPathUpdate, MessageKind::SlowPathPointer] {
        let header: ShareControlHeader = ironrdp_core::decode(&payload(pdu_of(kind))).unwrap();
        assert!(matches!(header.share_control_pdu, ShareControlPdu::Data(_)), "{kind}");
    }
    let header = share(pdu_of(MessageKind::DeactivateAll));
    assert!(matches!(header.share_control_pdu, ShareControlPdu::ServerDeactivateAll(_)));
}

#[test]
fn session_info() {
    let (domain, user_name) = ("EXAMPLE".to_owned(), "alice".to_owned());
    for info in [
        SaveSessionInfo::Logon { domain: domain.clone(), user_name: user_name.clone(), session_id: 4 },
        SaveSessionInfo::LogonLong { domain, user_name, session_id: 4 },
        SaveSessionInfo::PlainNotify,
        SaveSessionInfo::Extended { auto_reconnect: Some((3, [7; 16])), logon_error: None },
        SaveSessionInfo::Extended {
            auto_reconnect: None,
            logon_error: Some((LogonErrorType::LOGON_MSG_NO_PERMISSION, LogonErrorData::LOGON_FAILED_BAD_PASSWORD)),
        },
    ] {
        let headers::ShareDataPdu::SaveSessionInfo(theirs) = share_data(ShareDataPdu::SaveSessionInfo(info.clone()))
        else {
            panic!("not a Save Session Info to them")
        };
        match (info, theirs.info_data) {
            (
                SaveSessionInfo::Logon { domain, user_name, session_id },
                ironrdp_pdu::rdp::session_info::InfoData::LogonInfoV1(theirs),
            ) => {
                let theirs = theirs.logon_info;
                assert_eq!((domain, user_name, session_id), (theirs.domain_name, theirs.user_name, theirs.session_id));
            }
            (
                SaveSessionInfo::LogonLong { domain, user_name, session_id },
                ironrdp_pdu::rdp::session_info::InfoData::LogonInfoV2(theirs),
            ) => {
                let theirs = theirs.logon_info;
                assert_eq!((domain, user_name, session_id), (theirs.domain_name, theirs.user_name, theirs.session_id));
            }
            (SaveSessionInfo::PlainNotify, ironrdp_pdu::rdp::session_info::InfoData::PlainNotify) => {}
            (
                SaveSessionInfo::Extended { auto_reconnect, logon_error },
                ironrdp_pdu::rdp::session_info::InfoData::LogonExtended(theirs),
            ) => {
                let cookie = theirs.auto_reconnect.map(|cookie| (cookie.logon_id, cookie.random_bits));
                assert_eq!(auto_reconnect, cookie);
                assert_eq!(
                    logon_error.map(|(_, data)| data.0),
                    theirs.errors_info.map(|error| error.error_data.to_u32())
                );
            }
            (ours, theirs) => panic!("{ours:?} is {theirs:?} to them"),
        }
    }
}

#[test]
fn error_info_codes() {
    let mut known = 0;
    for row in ErrorInfo::KNOWN {
        let error = ErrorInfo(u32::try_from(row.number).unwrap());
        let bytes = payload(ChannelPdu::ShareData(ShareData {
            pdu_source: 1002,
            share_id: 1,
            stream_id: 1,
            data: ShareDataPdu::SetErrorInfo(error),
        }));
        // Codes newer than their table are refused there; those that they know must come back.
        if let Ok(theirs) = ironrdp_core::decode::<ShareControlHeader>(&bytes) {
            assert_eq!(ironrdp_core::encode_vec(&theirs).unwrap(), bytes, "{error}");
            known += 1;
        }
    }
    assert!(known > 50, "they know only {known}");
}

#[test]
fn licence_errors() {
    for row in LicenseErrorCode::KNOWN {
        for transition in LicenseStateTransition::KNOWN {
            let error_code = LicenseErrorCode(u32::try_from(row.number).unwrap());
            let state_transition = LicenseStateTransition(u32::try_from(transition.number).unwrap());
            let bytes = payload(ChannelPdu::License(LicensePdu::error_alert(error_code, state_transition)));
            let theirs: TheirLicensePdu = ironrdp_core::decode(&bytes).unwrap();
            assert_eq!(ironrdp_core::encode_vec(&theirs).unwrap(), bytes, "{error_code}, {state_transition}");
        }
    }
}

#[test]
fn licence_error_with_a_blob() {
    let pdu = ChannelPdu::License(LicensePdu {
        message: LicenseMessage::ErrorAlert {
            error_code: LicenseErrorCode::ERR_NO_LICENSE,
            state_transition: LicenseStateTransition::ST_TOTAL_ABORT,
            blob_type: 4,
            blob: vec![1, 2, 3],
        },
        ..LicensePdu::error_alert(LicenseErrorCode(0), LicenseStateTransition(0))
    });
    let TheirLicensePdu::LicensingErrorMessage(theirs) = ironrdp_core::decode(&payload(pdu)).unwrap() else {
        panic!("not an error alert to them")
    };
    assert_eq!(theirs.error_info.len(), 3);
    assert_eq!(theirs.license_header.preamble_message_size, 19);
}

fn client_info(change: impl FnOnce(&mut ClientInfo)) -> (ClientInfo, ClientInfoPdu) {
    let ChannelPdu::ClientInfo(mut info) = pdu_of(MessageKind::ClientInfo) else { panic!("no Client Info") };
    change(&mut info);
    let bytes = payload(ChannelPdu::ClientInfo(info.clone()));
    let theirs: ClientInfoPdu = ironrdp_core::decode(&bytes).unwrap();
    // They stop behind the cookie.
    let again = ironrdp_core::encode_vec(&theirs).unwrap();
    assert_eq!(again, bytes[..again.len()], "{theirs:?}");
    (*info, theirs)
}

#[test]
fn client_info_means_the_same() {
    let (ours, theirs) = client_info(|_| {});
    let theirs = theirs.client_info;
    assert_eq!(ours.code_page, theirs.code_page);
    assert_eq!(ours.flags, theirs.flags.bits());
    assert_eq!(Some(ours.domain), theirs.credentials.domain);
    assert_eq!(ours.user_name, theirs.credentials.username);
    assert_eq!(ours.password, Secret(theirs.credentials.password));
    assert_eq!(ours.alternate_shell, theirs.alternate_shell);
    assert_eq!(ours.working_dir, theirs.work_dir);
    let ours = ours.extra_info.unwrap();
    assert_eq!(ours.client_address_family, theirs.extra_info.address_family.as_u16());
    assert_eq!(ours.client_address, theirs.extra_info.address);
    assert_eq!(ours.client_dir, theirs.extra_info.dir);
    let optional = theirs.extra_info.optional_data;
    let zone = ours.client_time_zone.unwrap();
    let their_zone = optional.timezone().unwrap();
    assert_eq!((zone.bias, zone.daylight_bias), (their_zone.bias, their_zone.daylight_bias));
    assert_eq!(zone.standard_name, their_zone.standard_name);
    assert_eq!(ours.client_session_id, optional.session_id());
    assert_eq!(ours.performance_flags, optional.performance_flags().map(|flags| flags.bits()));
    assert_eq!(ours.auto_reconnect_cookie.as_deref(), optional.reconnect_cookie().map(<[u8; 28]>::as_slice));
}

#[test]
fn client_info_may_be_short() {
    let (_, theirs) = client_info(|info| {
        let extra_info = info.extra_info.as_mut().unwrap();
        extra_info.auto_reconnect_cookie = None;
        extra_info.reserved1 = None;
        extra_info.reserved2 = None;
        extra_info.dynamic_dst_time_zone_key_name = None;
        extra_info.dynamic_daylight_time_disabled = None;
    });
    assert_eq!(theirs.client_info.extra_info.optional_data.reconnect_cookie(), None);
}

#[test]
fn fast_path_input() {
    // They do not write relative mouse events, so those are left out.
    let events: Vec<InputEvent> = match specimen(MessageKind::FastPathInput) {
        Some(Message::FastPathInput(input)) => {
            input.events.into_iter().filter(|event| !matches!(event, InputEvent::RelativeMouse { .. })).collect()
        }
        other => panic!("no input: {other:?}"),
    };
    for copies in [1, 2, 3, 40] {
        let events = events.repeat(copies);
        let count = events.len();
        let bytes = Message::FastPathInput(Input { flags: 0, events }).encode();
        let theirs: FastPathInput = ironrdp_core::decode(&bytes).unwrap();
        assert_eq!(theirs.input_events().len(), count);
        assert!(matches!(theirs.input_events()[1], FastPathInputEvent::KeyboardEvent(_, 0x1e)));
        assert_eq!(ironrdp_core::encode_vec(&theirs).unwrap(), bytes);
    }
}

#[test]
fn fast_path_output() {
    let update = |code: u8, compression_flags: Option<u8>, length: usize| Update {
        code,
        fragmentation: 0,
        compression_flags,
        data: vec![7; length],
    };
    let updates = vec![update(5, None, 0), update(1, None, 300), update(1, Some(0x21), 5)];
    let bytes = Message::FastPathOutput(Output { flags: 0, updates: updates.clone() }).encode();
    let cursor = &mut ReadCursor::new(&bytes);
    let header = FastPathHeader::decode(cursor).unwrap();
    assert_eq!(header.data_length, cursor.len());
    for ours in updates {
        let theirs = FastPathUpdatePdu::decode(cursor).unwrap();
        assert_eq!(theirs.update_code.as_u8(), ours.code);
        assert_eq!(theirs.data, ours.data);
        assert_eq!(theirs.compression_flags.is_some(), ours.compression_flags.is_some());
    }
    assert!(cursor.is_empty());
}

/// Client License Information they write and do not read: that is compared where the keys are.
#[test]
fn licence_exchange() {
    for kind in [
        MessageKind::LicenseRequest,
        MessageKind::NewLicenseRequest,
        MessageKind::PlatformChallenge,
        MessageKind::PlatformChallengeResponse,
        MessageKind::NewLicense,
        MessageKind::UpgradeLicense,
    ] {
        let bytes = payload(pdu_of(kind));
        let theirs: TheirLicensePdu = ironrdp_core::decode(&bytes).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let mut again = ironrdp_core::encode_vec(&theirs).unwrap();
        if kind == MessageKind::PlatformChallenge {
            // They write BB_ANY_BLOB where the specification names no type.
            again[12..14].copy_from_slice(&bytes[12..14]);
        }
        assert_eq!(again, bytes, "{kind}");
        match theirs {
            TheirLicensePdu::ServerLicenseRequest(theirs) => {
                assert_eq!(theirs.server_random, [0x5e; 32]);
                assert_eq!(theirs.product_info.company_name, "Microsoft Corporation");
                assert_eq!(
                    (theirs.product_info.version, theirs.product_info.product_id.as_str()),
                    (0x000a_0000, "A02")
                );
                assert!(theirs.server_certificate.is_some());
                assert_eq!(theirs.scope_list.len(), 1);
            }
            TheirLicensePdu::ClientNewLicenseRequest(theirs) => {
                assert_eq!((theirs.client_username.as_str(), theirs.client_machine_name.as_str()), ("alice", "PC7"));
                assert_eq!(theirs.encrypted_premaster_secret, [0x77; 72]);
            }
            TheirLicensePdu::ServerPlatformChallenge(theirs) => {
                assert_eq!((theirs.encrypted_platform_challenge.len(), theirs.mac_data.len()), (10, 16));
            }
            _ => {}
        }
    }
}
