//! Secrets: where they lie in a frame, and that nothing shows them.

use badrdp_proto::pdu::client_info::ClientInfo;
use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::specimen::{IO_CHANNEL, context, specimen};
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side, decode, may_hold_secret};
use badrdp_proto::vocab::MessageKind;

use super::carry;

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn spans(message: &Message) -> Vec<Vec<u8>> {
    let frame = message.encode();
    message.secret_spans(&frame).into_iter().map(|span| frame[span].to_vec()).collect()
}

fn client_info(change: impl FnOnce(&mut ClientInfo)) -> Message {
    let Some(Message::Data(mut data)) = specimen(MessageKind::ClientInfo) else { panic!("no client info") };
    let ChannelPdu::ClientInfo(info) = &mut data.pdu else { panic!("no client info") };
    change(info);
    Message::Data(data)
}

#[test]
fn the_password_and_the_cookie_of_client_info_are_found_in_the_frame() {
    let message = client_info(|info| {
        info.extra_info.as_mut().unwrap().auto_reconnect_cookie = Some(vec![0xc7; 28]);
    });
    assert_eq!(spans(&message), [utf16("specimen"), vec![0xc7; 28]]);
    let message = client_info(|info| info.extra_info = None);
    assert_eq!(spans(&message), [utf16("specimen")]);
}

#[test]
fn the_password_of_an_ansi_client_info_is_found_in_the_frame() {
    let message = client_info(|info| {
        info.flags &= !ClientInfo::UNICODE;
        info.extra_info = None;
    });
    assert_eq!(spans(&message), [b"specimen"]);
}

#[test]
fn the_password_of_a_redirection_is_found_in_the_frame() {
    let message = specimen(MessageKind::ServerRedirection).unwrap();
    assert_eq!(spans(&message), [[utf16("secret"), vec![0, 0]].concat()]);
}

/// A peer's strings need not end in a zero, and then they are shorter than what is encoded again.
#[test]
fn a_redirection_whose_user_has_no_terminator_hides_all_of_the_password() {
    let user = utf16("bob");
    let mut payload = vec![0, 0, 0x1a, 0, 0xea, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0];
    for field in [user.as_slice(), b"hunter2!"] {
        payload.extend(u32::try_from(field.len()).unwrap().to_le_bytes());
        payload.extend(field);
    }
    payload.extend([0; 8]);
    let length = u16::try_from(payload.len()).unwrap().to_le_bytes();
    payload[..2].copy_from_slice(&length);
    let frame = carry(&payload, Side::Server, IO_CHANNEL);
    let message = decode(&frame, &context(MessageKind::ServerRedirection)).unwrap();
    let spans: Vec<_> = message.secret_spans(&frame).into_iter().map(|span| frame[span].to_vec()).collect();
    assert_eq!(spans, [b"hunter2!"]);
}

#[test]
fn a_cookie_among_unknown_or_compressed_fields_is_found_in_the_frame() {
    for (compressed, fields_present) in [(0, 5), (0x21, 1)] {
        let mut payload = vec![0, 0, 0x17, 0, 0xea, 3, 1, 0, 0, 0, 0, 1, 0, 0, 0x26, compressed, 0, 0];
        payload.extend([3, 0, 0, 0, 0, 0, fields_present, 0, 0, 0]);
        payload.extend(b"cookie");
        let length = u16::try_from(payload.len()).unwrap().to_le_bytes();
        payload[..2].copy_from_slice(&length);
        let frame = carry(&payload, Side::Server, IO_CHANNEL);
        let message = decode(&frame, &context(MessageKind::SaveSessionInfo)).unwrap();
        let span = message.secret_spans(&frame).remove(0);
        assert!(frame[span].ends_with(b"cookie"));
        assert!(!message.redacted().encode().windows(6).any(|part| part == b"cookie"));
    }
}

#[test]
fn the_side_transports_cookie_is_found_in_the_frame() {
    let message = specimen(MessageKind::InitiateMultitransportRequest).unwrap();
    let Message::Data(Data { pdu: ChannelPdu::InitiateMultitransportRequest(request), .. }) = &message else {
        panic!("no request")
    };
    assert_eq!(spans(&message), [request.security_cookie]);
    assert_ne!(request.security_cookie, [0; 16]);
}

#[test]
fn what_a_client_encrypts_for_its_licence_is_found_in_the_frame() {
    let secrets = |kind| spans(&specimen(kind).unwrap());
    assert_eq!(secrets(MessageKind::NewLicenseRequest), [vec![0x77; 72]]);
    assert_eq!(secrets(MessageKind::LicenseInfo), [vec![0x77; 72], vec![0x11; 40], vec![0x4d; 20]]);
    assert_eq!(secrets(MessageKind::PlatformChallengeResponse), [vec![0x44; 18], vec![0x4d; 20]]);
    for kind in [MessageKind::NewLicenseRequest, MessageKind::LicenseInfo, MessageKind::PlatformChallengeResponse] {
        let message = specimen(kind).unwrap();
        let debug = format!("{message:?}");
        assert!(debug.contains("bytes") && !debug.contains("119, 119") && !debug.contains("17, 17"), "{debug}");
        // A frame that cannot be decoded may hold them all the same.
        let frame = message.encode();
        assert!(may_hold_secret(&frame[..frame.len() - 1], Side::Client), "{kind}");
        assert!(!may_hold_secret(&frame, Side::Server), "{kind}");
    }
    let declined = specimen(MessageKind::LicenseErrorAlert).unwrap().encode();
    assert!(!may_hold_secret(&declined, Side::Client));
}

#[test]
fn the_reconnect_cookie_is_found_in_the_frame() {
    let message = specimen(MessageKind::SaveSessionInfo).unwrap();
    assert_eq!(spans(&message), [b"badrdp specimen."]);
}

#[test]
fn a_frame_that_ends_early_has_a_shorter_span() {
    let message = specimen(MessageKind::ClientInfo).unwrap();
    let frame = message.encode();
    let span = message.secret_spans(&frame).remove(0);
    let cut = &frame[..span.start + 4];
    assert!(message.secret_spans(cut).iter().all(|span| span.end <= cut.len()));
}

#[test]
fn typed_keys_are_found_and_masked_and_the_mouse_is_not() {
    use badrdp_proto::pdu::fast_path::{Input, InputEvent};
    let events = vec![
        InputEvent::Mouse { pointer_flags: 0x0800, x: 7, y: 9 },
        InputEvent::ScanCode { flags: 0, key_code: 0x1e },
        InputEvent::Sync { flags: 2 },
        InputEvent::Unicode { flags: 0, code: 0x20ac },
    ];
    let fast = Message::FastPathInput(Input { flags: 0, events });
    assert_eq!(spans(&fast), [vec![0x1e], vec![0xac, 0x20]]);
    let Message::FastPathInput(redacted) = fast.redacted() else { panic!("still fast-path input") };
    assert_eq!(redacted.events[0], InputEvent::Mouse { pointer_flags: 0x0800, x: 7, y: 9 });
    assert_eq!(redacted.events[1], InputEvent::ScanCode { flags: 0, key_code: b'*' });
    assert_eq!(redacted.events[3], InputEvent::Unicode { flags: 0, code: b'*'.into() });

    // Two slow-path events: a key (0x0004, keyCode 0x1e) and the mouse (0x8001).
    let key = [0, 0, 0, 0, 0x04, 0, 0, 0, 0x1e, 0, 0, 0];
    let mouse = [0, 0, 0, 0, 0x01, 0x80, 0, 8, 7, 0, 9, 0];
    let body: Vec<u8> = [2, 0, 0, 0].into_iter().chain(key).chain(mouse).collect();
    let mut slow = specimen(MessageKind::InputEvents).unwrap();
    let Message::Data(Data { pdu: ChannelPdu::ShareData(share), .. }) = &mut slow else { panic!("share data") };
    share.data = ShareDataPdu::InputEvents(body);
    assert_eq!(spans(&slow), [vec![0x1e, 0]]);
    assert_eq!(spans(&slow.redacted()), [b"**".to_vec()]);
    assert_eq!(slow.redacted().fact(), slow.fact());
}

#[test]
fn redacted_messages_hold_no_secret_and_keep_their_length() {
    for kind in [
        MessageKind::ClientInfo,
        MessageKind::ServerRedirection,
        MessageKind::SaveSessionInfo,
        MessageKind::InitiateMultitransportRequest,
        MessageKind::NewLicenseRequest,
        MessageKind::LicenseInfo,
        MessageKind::PlatformChallengeResponse,
    ] {
        let message = specimen(kind).unwrap();
        let secrets = spans(&message);
        let redacted = message.redacted();
        assert_ne!(redacted, message, "{kind}");
        let frame = redacted.encode();
        assert_eq!(frame.len(), message.encode().len(), "{kind}");
        assert_eq!(decode(&frame, &context(kind)), Ok(redacted.clone()), "{kind}");
        for secret in secrets {
            assert!(!frame.windows(secret.len()).any(|window| window == secret), "{kind}");
        }
        assert_eq!(redacted.fact(), message.fact(), "{kind}");
    }
}

#[test]
fn neither_facts_nor_debug_output_show_a_password() {
    let message = specimen(MessageKind::ClientInfo).unwrap();
    assert_eq!(message.fact(), r#"user "EXAMPLE\\alice", password 8 characters, autologon, reconnect cookie"#);
    assert!(!format!("{message:?}").contains("specimen"));
}
