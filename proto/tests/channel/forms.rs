//! Short forms, variants and refusals that peers really send.

use badrdp_proto::pdu::activation::{DeactivateAll, DemandActive};
use badrdp_proto::pdu::capability::{CapabilitySet, Font, Pointer, VirtualChannel};
use badrdp_proto::pdu::client_info::{ClientInfo, ExtendedInfo, Secret, TimeZone};
use badrdp_proto::pdu::fast_path::{
    BitmapRectangle, Input, InputEvent, Output, Update, bitmap_rectangles, bitmap_update,
};
use badrdp_proto::pdu::share::{ShareData, ShareDataPdu, UnknownShareControl};
use badrdp_proto::pdu::specimen::{IO_CHANNEL, fields, specimen};
use badrdp_proto::pdu::{ChannelPdu, Expect, Message, Side, decode, unbundle};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::CapabilitySetType;
use badrdp_proto::wire::Layer;

use super::{carry, expecting, payload, payload_of, read};

fn demand_active(capability_sets: Vec<CapabilitySet>) -> ChannelPdu {
    ChannelPdu::DemandActive(Box::new(DemandActive { capability_sets, ..DemandActive::default() }))
}

/// The payload of a Demand Active with one set of this type and body.
fn one_set(set_type: CapabilitySetType, body: &[u8]) -> Vec<u8> {
    payload(demand_active(vec![CapabilitySet::Unknown { set_type, body: body.to_vec() }]))
}

fn sets(payload: &[u8]) -> Vec<CapabilitySet> {
    match read(payload, Expect::Share, Side::Server) {
        Ok(ChannelPdu::DemandActive(demand)) => demand.capability_sets,
        other => panic!("no Demand Active: {other:?}"),
    }
}

#[test]
fn capability_sets_have_short_forms() {
    let body = [1, 0, 20, 0];
    let pointer = Pointer { color_pointer_flag: 1, color_pointer_cache_size: 20, pointer_cache_size: None };
    assert_eq!(sets(&one_set(CapabilitySetType::CAPSTYPE_POINTER, &body)), [CapabilitySet::Pointer(pointer)]);
    let virtual_channel = VirtualChannel { flags: 1, vc_chunk_size: None };
    assert_eq!(
        sets(&one_set(CapabilitySetType::CAPSTYPE_VIRTUALCHANNEL, &[1, 0, 0, 0])),
        [CapabilitySet::VirtualChannel(virtual_channel)]
    );
    assert_eq!(
        sets(&one_set(CapabilitySetType::CAPSTYPE_FONT, &[])),
        [CapabilitySet::Font(Font { font_support_flags: None, pad2_octets: None })]
    );
}

#[test]
fn a_capability_set_of_the_wrong_size_is_kept_raw() {
    let Some(Message::Data(data)) = specimen(MessageKind::DemandActive) else { panic!("no specimen") };
    let ChannelPdu::DemandActive(demand) = data.pdu else { panic!("no Demand Active") };
    let mut types = Vec::new();
    for set in demand.capability_sets {
        let whole = payload(demand_active(vec![set.clone()]));
        // Share Control and Demand Active headers, the set's header; behind it the sets' end.
        let body = &whole[6 + 8 + 4 + 4..];
        let longer = [body, &[0]].concat();
        let shorter = body.get(1..).unwrap_or_default();
        for body in [longer.as_slice(), shorter] {
            let set_type = set.set_type();
            let decoded = sets(&one_set(set_type, body));
            assert_eq!(decoded, [CapabilitySet::Unknown { set_type, body: body.to_vec() }]);
        }
        types.push(set.set_type());
    }
    types.sort_unstable();
    types.dedup();
    assert_eq!(types.len(), 29, "28 known types and one unknown");
}

#[test]
fn the_number_of_capability_sets_must_be_true() {
    let mut bytes = one_set(CapabilitySetType::CAPSTYPE_BRUSH, &[1, 0, 0, 0]);
    let at = 6 + 8;
    assert_eq!(bytes[at], 1);
    bytes[at] = 2;
    let error = read(&bytes, Expect::Share, Side::Server).unwrap_err();
    assert!(error.path.ends_with("capabilitySets.capabilitySetType"), "{error}");
    bytes[at] = 0;
    let error = read(&bytes, Expect::Share, Side::Server).unwrap_err();
    assert!(error.to_string().ends_with("8 bytes left over"), "{error}");
}

#[test]
fn deactivate_all_has_three_lengths() {
    let expect = |bytes: &[u8], pdu: DeactivateAll| {
        assert_eq!(read(bytes, Expect::Share, Side::Server), Ok(ChannelPdu::DeactivateAll(pdu)));
    };
    expect(&[4, 0, 0x16, 0], DeactivateAll::default());
    let headers_only = DeactivateAll { pdu_source: 0x03ea, ..DeactivateAll::default() };
    expect(&[6, 0, 0x16, 0, 0xea, 3], headers_only);
    let whole = DeactivateAll { pdu_source: 0x03ea, share_id: Some(1), source_descriptor: Some(vec![0]) };
    expect(&[13, 0, 0x16, 0, 0xea, 3, 1, 0, 0, 0, 1, 0, 0], whole);
}

#[test]
fn a_share_control_pdu_may_stand_where_licensing_is_awaited() {
    for kind in [MessageKind::DemandActive, MessageKind::SetErrorInfo, MessageKind::LicenseErrorAlert] {
        let message = specimen(kind).unwrap();
        let decoded = decode(&message.encode(), &expecting(Expect::Licensing, Side::Server));
        assert_eq!(decoded, Ok(message), "{kind}");
    }
}

#[test]
fn a_licensing_message_whose_flags_equal_its_length_is_no_share_control_pdu() {
    let mut bytes = vec![0x80, 0, 0, 0, 0x05, 0x03, 124, 0];
    bytes.resize(128, 0x17);
    let pdu = read(&bytes, Expect::Licensing, Side::Server).unwrap();
    assert_eq!(pdu.kind(), MessageKind::LicenseMessage);
}

#[test]
fn auto_detect_is_read_on_the_io_channel_too() {
    let bytes = [0, 0x10, 0, 0, 6, 0, 1, 0, 1, 0x10];
    let pdu = read(&bytes, Expect::Licensing, Side::Server).unwrap();
    assert_eq!(pdu.kind(), MessageKind::RttMeasureRequest);
}

#[test]
fn encrypted_and_nameless_security_headers_are_refused() {
    let encrypted = read(&[0x48, 0, 0, 0, 1, 2, 3], Expect::ClientInfo, Side::Client).unwrap_err();
    assert!(encrypted.path.ends_with("TS_SECURITY_HEADER.flags"), "{encrypted}");
    let nameless = read(&[0, 2, 0, 0, 1, 2, 3], Expect::Licensing, Side::Server).unwrap_err();
    assert!(nameless.path.ends_with("TS_SECURITY_HEADER.flags"), "{nameless}");
}

#[test]
fn a_licence_size_that_is_not_true_is_refused() {
    for size in [15, 17] {
        let bytes = [0x80, 0, 0, 0, 0xff, 3, size, 0, 7, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0];
        let error = read(&bytes, Expect::Licensing, Side::Server).unwrap_err();
        assert!(error.path.ends_with("LICENSE_PREAMBLE.wMsgSize"), "{error}");
    }
}

fn client_info_both_ways(info: &ClientInfo) {
    let pdu = ChannelPdu::ClientInfo(Box::new(info.clone()));
    assert_eq!(read(&payload(pdu.clone()), Expect::ClientInfo, Side::Client), Ok(pdu));
}

#[test]
fn client_info_may_be_ansi() {
    let info = ClientInfo {
        code_page: 1252,
        domain: "caf\u{e9}".to_owned(),
        user_name: "J\u{fc}rgen".to_owned(),
        password: Secret("p\u{a3}ss".to_owned()),
        ..ClientInfo::default()
    };
    client_info_both_ways(&info);
    let bytes = payload(ChannelPdu::ClientInfo(Box::new(info)));
    // Lengths without the terminators: 4, 6, 4, 0, 0.
    assert_eq!(bytes[12..22], [4, 0, 6, 0, 4, 0, 0, 0, 0, 0]);
    assert_eq!(bytes[22..27], *b"caf\xe9\0");
}

#[test]
fn extended_info_may_end_behind_any_field() {
    let mut info = ExtendedInfo {
        client_address_family: 2,
        client_address: "192.0.2.1".to_owned(),
        client_dir: "C:\\".to_owned(),
        ..ExtendedInfo::default()
    };
    let mut check = |change: &dyn Fn(&mut ExtendedInfo)| {
        change(&mut info);
        let flags = ClientInfo::UNICODE;
        client_info_both_ways(&ClientInfo { flags, extra_info: Some(info.clone()), ..ClientInfo::default() });
    };
    check(&|_| {});
    check(&|info| info.client_time_zone = Some(Box::new(TimeZone { bias: 300, ..TimeZone::default() })));
    check(&|info| info.client_session_id = Some(0));
    check(&|info| info.performance_flags = Some(7));
    // rdesktop ends here, with a zero length and no cookie.
    check(&|info| info.auto_reconnect_cookie = Some(Vec::new()));
    check(&|info| info.auto_reconnect_cookie = Some(vec![1; 28]));
    check(&|info| info.reserved1 = Some(0));
    check(&|info| info.reserved2 = Some(0));
    check(&|info| info.dynamic_dst_time_zone_key_name = Some("GMT Standard Time".to_owned()));
    check(&|info| info.dynamic_daylight_time_disabled = Some(1));
    check(&|info| info.rest = vec![9, 9, 9]);
}

#[test]
fn lengths_in_extended_info_count_the_terminator() {
    let extra_info =
        ExtendedInfo { client_address: "10.0.0.1".to_owned(), client_dir: String::new(), ..ExtendedInfo::default() };
    let info = ClientInfo { flags: ClientInfo::UNICODE, extra_info: Some(extra_info), ..ClientInfo::default() };
    let bytes = payload(ChannelPdu::ClientInfo(Box::new(info)));
    let extended = &bytes[4 + 18 + 5 * 2..];
    assert_eq!(extended[..4], [0, 0, 18, 0]);
    assert_eq!(extended[4 + 18..], [2, 0, 0, 0]);
}

#[test]
fn a_string_without_its_terminator_is_refused() {
    let info = ClientInfo { flags: ClientInfo::UNICODE, user_name: "x".to_owned(), ..ClientInfo::default() };
    let mut bytes = payload(ChannelPdu::ClientInfo(Box::new(info)));
    let terminator = 4 + 18 + 2 + 2;
    bytes[terminator] = b'y';
    let error = read(&bytes, Expect::ClientInfo, Side::Client).unwrap_err();
    assert!(error.path.ends_with("TS_INFO_PACKET.UserName"), "{error}");
}

fn share_data(bytes: &[u8]) -> ShareDataPdu {
    match read(bytes, Expect::Share, Side::Server) {
        Ok(ChannelPdu::ShareData(ShareData { data, .. })) => data,
        other => panic!("no Share Data: {other:?}"),
    }
}

#[test]
fn compressed_and_unknown_bodies_are_kept() {
    let bytes = [20, 0, 0x17, 0, 0xea, 3, 1, 0, 0, 0, 0, 1, 6, 0, 0x26, 0x21, 20, 0, 7, 8];
    let kept = ShareDataPdu::Unknown { pdu_type2: 0x26, compressed_type: 0x21, body: vec![7, 8] };
    assert_eq!(share_data(&bytes), kept);
    let bytes = [20, 0, 0x17, 0, 0xea, 3, 1, 0, 0, 0, 0, 1, 6, 0, 0x77, 0, 0, 0, 7, 8];
    let kept = ShareDataPdu::Unknown { pdu_type2: 0x77, compressed_type: 0, body: vec![7, 8] };
    assert_eq!(share_data(&bytes), kept);
}

#[test]
fn a_font_map_may_have_no_body() {
    let bytes = [18, 0, 0x17, 0, 0xea, 3, 1, 0, 0, 0, 0, 1, 4, 0, 0x28, 0, 0, 0];
    let pdu = read(&bytes, Expect::Share, Side::Server).unwrap();
    assert_eq!(pdu.kind(), MessageKind::FontMap);
    assert_eq!(payload(pdu), bytes);
    // A Font List may not, and neither may be cut in the middle.
    for (pdu_type2, length, path) in
        [(0x27, 18, "TS_FONT_LIST_PDU.numberFonts"), (0x28, 20, "TS_FONT_MAP_PDU.totalNumEntries")]
    {
        let mut bytes = [bytes.as_slice(), &[0, 0]].concat();
        (bytes[0], bytes[14]) = (length, pdu_type2);
        let error = read(&bytes[..length.into()], Expect::Share, Side::Server).unwrap_err();
        assert_eq!(error.path, path);
    }
}

#[test]
fn a_flow_pdu_of_t128_comes_back() {
    let bytes = [0, 0x80, 0, 0x41, 1, 2, 0xea, 3];
    for expect in [Expect::Share, Expect::Licensing] {
        let pdu = read(&bytes, expect, Side::Server).unwrap();
        assert_eq!(pdu.kind(), MessageKind::UnknownShareControl);
        assert_eq!(payload(pdu), bytes);
    }
}

#[test]
fn only_share_control_pdus_whose_lengths_add_up_are_unbundled() {
    let synchronize = payload_of(&specimen(MessageKind::Synchronize).unwrap());
    let flow = [0, 0x80, 0, 0x41, 1, 2, 0xea, 3];
    let unbundled = |payload: &[u8], expect, channel| {
        unbundle(&carry(payload, Side::Server, channel), &expecting(expect, Side::Server))
    };
    let bundle = [synchronize.as_slice(), &flow, &synchronize].concat();
    let frames = unbundled(&bundle, Expect::Share, IO_CHANNEL).unwrap();
    let context = expecting(Expect::Share, Side::Server);
    let kinds: Vec<_> = frames.iter().map(|frame| decode(frame, &context).unwrap().kind()).collect();
    assert_eq!(kinds, [MessageKind::Synchronize, MessageKind::UnknownShareControl, MessageKind::Synchronize]);
    assert_eq!(unbundled(&bundle, Expect::Share, 1004), None);
    assert_eq!(unbundled(&bundle, Expect::ClientInfo, IO_CHANNEL), None);
    assert_eq!(unbundled(&synchronize, Expect::Share, IO_CHANNEL), None);
    for cut in 1..synchronize.len() {
        assert_eq!(unbundled(&bundle[..bundle.len() - cut], Expect::Share, IO_CHANNEL), None, "{cut} bytes cut");
    }
    // A length that lies is an error as before, though there be something behind it.
    let mut short = synchronize.clone();
    short[0] -= 4;
    assert_eq!(unbundled(&short, Expect::Share, IO_CHANNEL), None);
}

#[test]
fn padding_behind_a_share_data_body_is_passed_over() {
    let bytes = [24, 0, 0x17, 0, 0xea, 3, 1, 0, 0, 0, 0, 1, 6, 0, 0x1f, 0, 0, 0, 1, 0, 0xea, 3, 0, 0];
    assert_eq!(share_data(&bytes), ShareDataPdu::Synchronize { message_type: 1, target_user: 0x03ea });
}

#[test]
fn share_control_types_without_version_one_are_unknown() {
    let pdu = UnknownShareControl { pdu_type: 0x0001, pdu_source: 0x03ea, body: vec![1, 2] };
    let bytes = [8, 0, 1, 0, 0xea, 3, 1, 2];
    assert_eq!(read(&bytes, Expect::Share, Side::Server), Ok(ChannelPdu::UnknownShareControl(pdu)));
    let error = read(&[9, 0, 1, 0, 0xea, 3, 1, 2], Expect::Share, Side::Server).unwrap_err();
    assert!(error.path.ends_with("TS_SHARECONTROLHEADER.totalLength"), "{error}");
}

#[test]
fn fast_path_input_counts_its_events_in_the_header_or_behind_it() {
    for count in [0, 1, 15, 16, 255] {
        let event = InputEvent::Mouse { pointer_flags: 0x0800, x: 1, y: 2 };
        let message = Message::FastPathInput(Input { flags: 0, events: vec![event; count] });
        let frame = message.encode();
        let in_header = usize::from(frame[0] >> 2);
        assert_eq!(in_header, if count < 16 { count } else { 0 }, "{count} events");
        let header = if frame.len() < 0x80 { 2 } else { 3 };
        assert_eq!(frame.len(), header + 7 * count + usize::from(in_header == 0), "{count} events");
        assert_eq!(decode(&frame, &expecting(Expect::Share, Side::Client)), Ok(message), "{count} events");
    }
}

#[test]
fn fast_path_lengths_grow_a_second_byte_at_128() {
    for length in [0, 0x7f - 5, 0x80 - 5, 0x4000] {
        let update = Update { code: 0, fragmentation: 0, compression_flags: None, data: vec![0; length] };
        let message = Message::FastPathOutput(Output { flags: 0, updates: vec![update] });
        let frame = message.encode();
        let header = if length + 5 < 0x80 { 2 } else { 3 };
        assert_eq!(frame.len(), header + 3 + length);
        assert_eq!(decode(&frame, &expecting(Expect::Share, Side::Server)), Ok(message));
    }
}

#[test]
fn bitmap_updates_come_back_as_rectangles() {
    let rectangle = |left: u16| BitmapRectangle {
        left,
        top: 1,
        right: left + 3,
        bottom: 4,
        width: 4,
        height: 4,
        bits_per_pixel: 16,
        flags: 0,
        data: vec![7; 32],
    };
    let rectangles = vec![rectangle(0), rectangle(4)];
    let update = bitmap_update(&rectangles);
    assert_eq!(bitmap_rectangles(&update), Ok(Some(rectangles)));
    let message = Message::FastPathOutput(Output { flags: 0, updates: vec![update.clone()] });
    assert_eq!(message.fact(), "bitmap, 2 rectangles");
    for length in 0..update.data.len() {
        let cut = Update { data: update.data[..length].to_vec(), ..update.clone() };
        assert!(bitmap_rectangles(&cut).is_err(), "cut to {length}");
    }
    assert_eq!(bitmap_rectangles(&Update { code: 2, ..update }), Ok(None));
}

#[test]
fn facts_say_what_matters() {
    let fact = |kind| specimen(kind).unwrap().fact();
    assert_eq!(fact(MessageKind::LicenseErrorAlert), "STATUS_VALID_CLIENT (0x7), ST_NO_TRANSITION (0x2)");
    assert_eq!(fact(MessageKind::DemandActive), "share 0x103ea, 29 capability sets, 1024x768 at 16 bpp");
    assert_eq!(fact(MessageKind::SetErrorInfo), "ERRINFO_SERVER_DENIED_CONNECTION (0x7)");
    assert_eq!(fact(MessageKind::Control), "cooperate");
    assert_eq!(
        fact(MessageKind::ServerRedirection),
        "to \"host.example.com\", session 3, routing token \"Cookie: msts=1\", user \"alice\", password"
    );
}

#[test]
fn hostile_names_cannot_reach_a_terminal() {
    let info = ClientInfo { user_name: "\u{1b}[2J".to_owned(), ..ClientInfo::default() };
    let data = badrdp_proto::pdu::Data {
        from: Side::Client,
        initiator: 1008,
        channel_id: 1003,
        pdu: ChannelPdu::ClientInfo(Box::new(info)),
    };
    assert!(!Message::Data(data).fact().contains('\u{1b}'));
}

#[test]
fn fields_are_addressed_by_layer_and_specification_name() {
    let wanted = [
        (MessageKind::ClientInfo, Layer::Payload, "TS_INFO_PACKET.cbDomain", 2),
        (MessageKind::ClientInfo, Layer::Payload, "TS_EXTENDED_INFO_PACKET.clientAddressFamily", 2),
        (MessageKind::ClientInfo, Layer::Security, "TS_SECURITY_HEADER.flags", 2),
        (MessageKind::LicenseErrorAlert, Layer::Payload, "LICENSE_PREAMBLE.wMsgSize", 2),
        (MessageKind::LicenseErrorAlert, Layer::Payload, "LICENSE_ERROR_MESSAGE.dwErrorCode", 4),
        (MessageKind::LicenseErrorAlert, Layer::Security, "TS_SECURITY_HEADER.flags", 2),
        (MessageKind::DemandActive, Layer::Share, "TS_SHARECONTROLHEADER.totalLength", 2),
        (MessageKind::DemandActive, Layer::Share, "TS_DEMAND_ACTIVE_PDU.numberCapabilities", 2),
        (MessageKind::DemandActive, Layer::Share, "TS_BITMAP_CAPABILITYSET.desktopWidth", 2),
        (MessageKind::DemandActive, Layer::Share, "TS_GENERAL_CAPABILITYSET.lengthCapability", 2),
        (MessageKind::SetErrorInfo, Layer::Share, "errorInfo", 4),
        (MessageKind::SetErrorInfo, Layer::Share, "TS_SHAREDATAHEADER.pduType2", 1),
        (MessageKind::Control, Layer::Share, "TS_CONTROL_PDU.action", 2),
        (MessageKind::FontMap, Layer::Share, "TS_FONT_MAP_PDU.mapFlags", 2),
        (MessageKind::FastPathOutput, Layer::FastPath, "TS_FP_UPDATE.size", 2),
        (MessageKind::VirtualChannelData, Layer::Payload, "CHANNEL_PDU_HEADER.flags", 4),
    ];
    for (kind, layer, path, width) in wanted {
        let fields = fields(kind);
        assert!(fields.contains(&(layer, path.to_owned(), width)), "{kind}: no {layer} {path} in {fields:?}");
    }
}
