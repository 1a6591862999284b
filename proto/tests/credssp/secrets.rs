//! Secrets of CredSSP: found in the frame whatever was done to it, and shown by nothing.

use core::time::Duration;

use badrdp_proto::connect::{Server, ServerConfig};
use badrdp_proto::pdu::credssp::spnego::{MechToken, SpnegoToken};
use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken, TsRequest};
use badrdp_proto::pdu::x224::{ConnectionRequest, NegotiationRequest, Protocols};
use badrdp_proto::pdu::{Message, Side, decode, may_hold_secret};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::{Direction, Event, Transcript};
use badrdp_proto::vocab::MessageKind;

use super::{authenticate, credssp, in_spnego, message, requests, token};

/// Long enough not to be there by chance.
const MARKER: &[u8] = b"!MARKER!";

/// Fills the secrets of an AUTHENTICATE_MESSAGE with the marker.
fn marked(carry: impl FnOnce(&NtlmToken) -> NegoToken) -> TsRequest {
    let mut token = token("tsrequest-authenticate-v2");
    let read = authenticate(&token);
    for range in [read.lm_response, read.nt_response, read.session_key] {
        for (byte, marker) in token.0[range].iter_mut().zip(MARKER.iter().cycle()) {
            *byte = *marker;
        }
    }
    TsRequest {
        version: 6,
        nego_tokens: Some(vec![carry(&token)]),
        auth_info: Some(MARKER.repeat(10)),
        ..TsRequest::default()
    }
}

fn bare(token: &NtlmToken) -> NegoToken {
    NegoToken::Ntlm(token.clone())
}

fn in_offer(token: &NtlmToken) -> NegoToken {
    let mech_token = Some(MechToken::Ntlm(token.clone()));
    NegoToken::Spnego(Box::new(SpnegoToken::Init { mech_types: Vec::new(), mech_token, mech_list_mic: None }))
}

/// As much of the marker as it is long, wherever it begins.
fn holds_marker(bytes: &[u8]) -> bool {
    let twice = MARKER.repeat(2);
    bytes
        .windows(MARKER.len())
        .any(|window| MARKER.contains(&window[0]) && twice.windows(MARKER.len()).any(|turn| turn == window))
}

/// The frame as a transcript keeps it.
fn masked(message: &Message, frame: &[u8]) -> Vec<u8> {
    let mut frame = frame.to_vec();
    for span in message.secret_spans(&frame) {
        frame[span].fill(b'*');
    }
    frame
}

#[test]
fn responses_keys_and_credentials_are_masked_in_the_frame() {
    for request in [marked(bare), marked(in_spnego), marked(in_offer)] {
        let message = message(request);
        let frame = message.encode();
        assert!(holds_marker(&frame));
        let masked = masked(&message, &frame);
        assert!(!holds_marker(&masked), "{masked:02x?}");
        // Nothing but they is masked: what is left decodes, and says whose they are.
        let Ok(Message::TsRequest(left)) = decode(&masked, &credssp(Side::Client)) else { panic!() };
        assert_eq!(message.redacted(), Message::TsRequest(left.clone()));
        let (before, after) = (authenticate(&token("tsrequest-authenticate-v2")), authenticate(left.ntlm().unwrap()));
        assert_eq!((after.user, after.domain, after.workstation), (before.user, before.domain, before.workstation));
        assert_eq!((after.lm_response, after.nt_response), (before.lm_response, before.nt_response));
        assert_eq!((after.session_key, after.flags, after.version), (before.session_key, before.flags, before.version));
        assert_eq!(left.auth_info.as_deref(), Some(&[b'*'; 80][..]));
        assert_eq!(message.redacted().fact(), message.fact());
    }
}

#[test]
fn a_frame_that_was_altered_shows_no_secret_either() {
    for request in [marked(bare), marked(in_spnego), marked(in_offer)] {
        let message = message(request);
        let honest = message.encode();
        for keep in 0..honest.len() {
            assert!(!holds_marker(&masked(&message, &honest[..keep])), "cut to {keep}");
        }
        for at in 0..honest.len() {
            for value in [0x00, 0x01, 0x30, 0x7f, 0x80, 0xa0, 0xa1, 0xa3, 0xff, honest[at] ^ 0x01, honest[at] ^ 0x08] {
                let mut altered = honest.clone();
                altered[at] = value;
                assert!(!holds_marker(&masked(&message, &altered)), "byte {at} set to {value:#x}");
            }
        }
    }
}

#[test]
fn a_token_that_cannot_be_read_shows_its_head_only() {
    let unknown = [b"garbage ".as_slice(), MARKER, MARKER].concat();
    let mut unreadable = token("tsrequest-authenticate-v2");
    unreadable.0.truncate(100);
    unreadable.0[72..96].copy_from_slice(&MARKER.repeat(3));
    let inside = MechToken::Unknown(unknown.clone());
    let offer = SpnegoToken::Init { mech_types: Vec::new(), mech_token: Some(inside), mech_list_mic: None };
    for token in [
        NegoToken::Unknown(unknown),
        NegoToken::Ntlm(unreadable.clone()),
        in_spnego(&unreadable),
        NegoToken::Spnego(Box::new(offer)),
    ] {
        let message = message(TsRequest { version: 6, nego_tokens: Some(vec![token]), ..TsRequest::default() });
        let frame = message.encode();
        let masked = masked(&message, &frame);
        assert!(holds_marker(&frame) && !holds_marker(&masked));
        assert_eq!(decode(&masked, &credssp(Side::Client)), Ok(message.redacted()));
    }
}

#[test]
fn a_hostile_frame_cannot_make_the_list_of_secrets_grow_past_it() {
    let empty = |zeros| [b"NTLMSSP\0\x03\0\0\0".as_slice(), &vec![0; zeros]].concat();
    let tokens = (0..120).map(|more| NegoToken::Ntlm(NtlmToken(empty(8 + more)))).collect();
    let request = TsRequest {
        version: 6,
        nego_tokens: Some(tokens),
        pub_key_auth: Some(vec![0; 40_000]),
        ..TsRequest::default()
    };
    let message = message(request);
    let frame = message.encode();
    assert!(frame.len() < 65_536, "a frame that is let in");
    let spans = message.secret_spans(&frame);
    assert!(spans.len() < frame.len(), "{} spans in {} bytes", spans.len(), frame.len());
    assert!(frame[frame.len() - 40_000..].iter().all(|byte| *byte == 0));
    assert!(masked(&message, &frame)[frame.len() - 40_000..].iter().all(|byte| *byte == b'*'));
}

#[test]
fn a_name_that_lies_in_a_secret_is_masked_with_it() {
    let NegoToken::Ntlm(token) = marked(bare).nego_tokens.unwrap().remove(0) else { panic!() };
    let read = authenticate(&token);
    for secret in [read.lm_response, read.nt_response, read.session_key] {
        let mut token = token.clone();
        let length = u16::try_from(secret.len()).unwrap().to_le_bytes();
        let offset = u32::try_from(secret.start).unwrap().to_le_bytes();
        // UserNameFields.
        token.0[36..44].copy_from_slice(&[length.as_slice(), &length, &offset].concat());
        assert!(holds_marker(&token.0[secret]));
        let message = message(TsRequest { version: 6, nego_tokens: Some(vec![bare(&token)]), ..TsRequest::default() });
        assert!(!holds_marker(&masked(&message, &message.encode())));
        let Message::TsRequest(left) = message.redacted() else { panic!() };
        assert!(!holds_marker(&left.ntlm().unwrap().0));
    }
}

#[test]
fn what_is_no_secret_is_shown() {
    for request in requests() {
        let secret = request.auth_info.is_some()
            || request.nego_tokens.iter().flatten().any(|token| match token.ntlm() {
                Some(ntlm) => ntlm.message_type() == Some(3),
                None => matches!(token, NegoToken::Unknown(_)),
            });
        let message = message(request);
        assert_eq!(message.secret_spans(&message.encode()).is_empty(), !secret, "{}", message.fact());
        assert_eq!(message.redacted() == message, !secret, "{}", message.fact());
    }
}

#[test]
fn debug_output_shows_lengths() {
    for request in [marked(bare), marked(in_spnego)] {
        let shown = format!("{request:?}");
        assert!(shown.contains("80 bytes") && shown.contains("232 bytes"), "{shown}");
        assert!(!shown.contains("33, 77, 65, 82"), "{shown}");
    }
}

/// A server that waits for the client's first CredSSP message.
fn server() -> Session<Server> {
    let config = ServerConfig { protocols: Protocols::HYBRID, ..ServerConfig::default() };
    let mut server = Session::new(Server::new(config), Duration::from_secs(1));
    let negotiation = Some(NegotiationRequest { flags: 0, requested_protocols: Protocols::HYBRID });
    let request = ConnectionRequest { negotiation, ..ConnectionRequest::default() };
    server.receive(&Message::X224ConnectionRequest(request).encode());
    while server.poll(Duration::ZERO).is_some() {}
    server.tls_ready(Duration::ZERO, Default::default());
    while server.poll(Duration::ZERO).is_some() {}
    server
}

fn received(mut server: Session<Server>, bytes: &[u8]) -> Transcript {
    server.receive(bytes);
    while server.poll(Duration::ZERO).is_some() {}
    server.timed_out(Duration::ZERO);
    server.finish()
}

fn assert_clean(transcript: &Transcript, what: &str) {
    for entry in &transcript.entries {
        match &entry.event {
            Event::Message { bytes, .. } | Event::Undecodable { bytes, .. } => {
                assert!(!holds_marker(bytes), "{what}: {bytes:02x?}");
            }
            _ => {}
        }
        let shown = format!("{entry:?}");
        // The marker's bytes as Debug lists them, and as a string.
        assert!(!shown.contains("77, 65, 82, 75") && !shown.contains("MARKER"), "{what}: {shown}");
    }
}

#[test]
fn a_recorded_entry_never_shows_the_marker() {
    for request in [marked(bare), marked(in_spnego)] {
        let frame = message(request).encode();
        let transcript = received(server(), &frame);
        let kept = transcript.entries.iter().any(|entry| {
            matches!(&entry.event, Event::Message { direction: Direction::Received, kind: MessageKind::TsRequest, bytes, .. } if bytes.len() == frame.len())
        });
        assert!(kept, "{:?}", transcript.entries);
        assert_clean(&transcript, "honest");
        // Whatever a client does to its frame, the entry that it leaves shows no secret.
        for at in 0..frame.len() {
            let mut altered = frame.clone();
            altered[at] ^= 0x03;
            assert_clean(&received(server(), &altered), &format!("byte {at}"));
            assert_clean(&received(server(), &frame[..at]), &format!("cut to {at}"));
        }
    }
}

#[test]
fn what_cannot_be_framed_shows_one_byte() {
    let bytes = [b"\x31", MARKER].concat();
    let transcript = received(server(), &bytes);
    let shown = transcript.entries.iter().any(|entry| {
        matches!(&entry.event, Event::NotAFrame(badrdp_proto::wire::FrameError::NotAFrame { head, .. }) if head.as_ref() == b"\x31")
    });
    assert!(shown, "{:?}", transcript.entries);
    assert_clean(&transcript, "no frame");
    // A TSRequest where something else is awaited.
    let first = Session::new(Server::new(ServerConfig::default()), Duration::from_secs(1));
    assert_clean(&received(first, &message(marked(bare)).encode()), "out of place");
    assert!(may_hold_secret(&[0x30, 0x05], Side::Client));
    assert!(!may_hold_secret(&[0x30, 0x05], Side::Server));
}
