//! Hosts that send anything: what passes our decoder goes on to sspi, which must not panic on it.

use badrdp_proto::pdu::{Context, Expect, Message, decode};

use super::proof::server_hash;
use super::*;

/// The message, unless our decoder stops it.
fn read(bytes: &[u8]) -> Option<TsRequest> {
    let context = Context {
        from: Side::Server,
        io_channel: 0,
        message_channel: None,
        device_channel: None,
        expect: Expect::CredSsp,
    };
    match decode(bytes, &context) {
        Ok(Message::TsRequest(request)) => Some(*request),
        _ => None,
    }
}

/// The frame with one byte changed, or cut in front of it.
fn altered(frame: &[u8], at: usize) -> impl Iterator<Item = Vec<u8>> {
    let was = frame.get(at).copied().unwrap_or_default();
    let changed = [was ^ 1, was ^ 0x80, 0, 0xff].into_iter().filter(move |byte| *byte != was);
    let (head, tail) = frame.split_at(at);
    let (head, tail) = (head.to_vec(), tail.get(1..).unwrap_or_default().to_vec());
    let cut = head.clone();
    changed.map(move |byte| [head.as_slice(), &[byte], &tail].concat()).chain(std::iter::once(cut))
}

#[test]
fn no_challenge_breaks_the_probe_or_gets_credentials_out_of_it() {
    for spnego in [false, true] {
        let options = with(|options| options.credssp = CredSsp { spnego, vulnerable: true, ..options.credssp });
        let mut walk = Walk::new(&options, true);
        let (leaf, _) = certificate();
        walk.begin();
        let Said::Reply(honest) = SspiServer::new(&walk.key, 6, spnego).take(walk.sent.last().unwrap()) else {
            panic!("too early")
        };
        let honest = encoded(&honest);
        let mut answered = 0;
        for request in (0..honest.len()).flat_map(|at| altered(&honest, at)).filter_map(|frame| read(&frame)) {
            let mut auth = Auth::new(&options, &leaf, true);
            auth.call(AuthCall::Begin, now());
            match auth.call(AuthCall::Take(Box::new(request)), now()) {
                AuthReply::Send(answer) => {
                    answered += 1;
                    assert!(answer.auth_info.is_none());
                }
                AuthReply::Failed { last: None, .. } => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(answered > 20, "sspi was reached {answered} times");
    }
}

#[test]
fn every_byte_of_the_proof_counts() {
    let walked = |at: usize, which: usize| {
        let mut walk = Walk::new(&options(), true);
        let (mut host, answer, _) = walk.until_proof(6);
        let proof = host.proof(&server_hash(answer.client_nonce.as_deref().unwrap(), &walk.key), 6);
        let frame = encoded(&proof);
        let length = frame.len();
        let reply = altered(&frame, at).nth(which).and_then(|frame| read(&frame)).map(|request| walk.take(request));
        assert!(!matches!(reply, Some(Ok(_) | Err(None))), "byte {at}: {reply:?}");
        (length, reply.is_some())
    };
    let (length, _) = walked(0, 0);
    let judged = (0..length).flat_map(|at| [(at, 0), (at, 1)]).filter(|(at, which)| walked(*at, *which).1).count();
    assert!(judged > 48, "{judged} frames came past the decoder");
}
