//! Secrets: where they lie in a frame, and that nothing shows them.

use badrdp_proto::pdu::specimen::{IO_CHANNEL, context, specimen};
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side, decode};
use badrdp_proto::vocab::MessageKind;

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn spans(message: &Message) -> Vec<Vec<u8>> {
    let frame = message.encode();
    message.secret_spans(&frame).into_iter().map(|span| frame[span].to_vec()).collect()
}

#[test]
fn the_password_of_client_info_is_found_in_the_frame() {
    let message = specimen(MessageKind::ClientInfo).unwrap();
    assert_eq!(spans(&message), [utf16("specimen")]);
}

#[test]
fn the_password_of_an_ansi_client_info_is_found_in_the_frame() {
    let Some(Message::Data(data)) = specimen(MessageKind::ClientInfo) else { panic!("no client info") };
    let ChannelPdu::ClientInfo(mut info) = data.pdu else { panic!("no client info") };
    info.flags &= !badrdp_proto::pdu::client_info::ClientInfo::UNICODE;
    let message = Message::Data(Data {
        from: Side::Client,
        initiator: 1008,
        channel_id: IO_CHANNEL,
        pdu: ChannelPdu::ClientInfo(info),
    });
    assert_eq!(spans(&message), [b"specimen"]);
}

#[test]
fn the_password_of_a_redirection_is_found_in_the_frame() {
    let message = specimen(MessageKind::ServerRedirection).unwrap();
    assert_eq!(spans(&message), [[utf16("secret"), vec![0, 0]].concat()]);
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
fn redacted_messages_hold_no_secret_and_keep_their_length() {
    for kind in [MessageKind::ClientInfo, MessageKind::ServerRedirection, MessageKind::SaveSessionInfo] {
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
    assert_eq!(message.fact(), r#"user "EXAMPLE\\alice", password 8 characters, autologon"#);
    assert!(!format!("{message:?}").contains("specimen"));
}
