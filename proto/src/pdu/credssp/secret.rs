//! Where secrets lie in a `TSRequest`: the NTLM responses and session key, and `authInfo`.
//!
//! A password can be guessed against a response, so it is as good as one. Tokens that cannot be read may
//! hold one too: only their head is left, which tells what they were meant to be.

use core::ops::Range;

use super::ntlm::{self, NtlmMessage, NtlmToken, message_type};
use super::spnego::{MechToken, SpnegoToken};
use super::{NegoToken, TsRequest};
use crate::wire::ber;

/// What is left of a token that cannot be read.
const HEAD: usize = 8;
/// `Signature` and `MessageType`.
const NTLM_HEAD: usize = 12;
/// Bytes of an INTEGER that `TSRequest` may hold.
const NUMBER: usize = 7;

/// Where they lie in the frame, however it was altered on its way.
///
/// The frame is walked by tags and lengths. Where they are not true, all that is left counts; and what
/// the message holds is looked for besides, wherever an alteration took it.
pub(in crate::pdu) fn secret_spans(request: &TsRequest, frame: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    walk(frame, &mut found);
    for secret in secrets(request) {
        found.extend(joined(copies(&secret, frame)));
    }
    found.retain(|span| !span.is_empty());
    found
}

fn walk(frame: &[u8], found: &mut Vec<Range<usize>>) {
    let Some(Element { tag: ber::SEQUENCE, contents, .. }) = element(frame, 0..frame.len()) else {
        return found.push(0..frame.len());
    };
    // What stands behind the sequence belongs to nothing.
    let mut at = contents.start;
    while at < frame.len() {
        let Some(Element { tag, contents, honest }) = element(frame, at..frame.len()) else {
            return found.push(at..frame.len());
        };
        at = contents.end;
        let holds = |tag| fills(frame, &contents, tag);
        match tag.checked_sub(ber::CONTEXT) {
            Some(0 | 4) if honest && contents.len() <= NUMBER && holds(ber::INTEGER).is_some() => {}
            Some(3 | 5) if honest && holds(ber::OCTET_STRING).is_some() => {}
            Some(1) => tokens(frame, contents, found),
            Some(2) => found.push(octets(frame, contents)),
            _ => return found.push(contents.start..frame.len()),
        }
    }
}

/// What the message itself says is secret. Short ones are no guess, and would be found anywhere.
fn secrets(request: &TsRequest) -> Vec<Vec<u8>> {
    let mut secrets: Vec<Vec<u8>> = request.auth_info.iter().cloned().collect();
    for token in request.nego_tokens.iter().flatten().filter_map(NegoToken::ntlm) {
        secrets.extend(ntlm_spans(&token.0).into_iter().filter_map(|span| token.0.get(span)).map(<[u8]>::to_vec));
    }
    secrets.retain(|secret| secret.len() >= HEAD);
    secrets.sort_unstable();
    secrets.dedup();
    secrets
}

/// Spans that overlap or touch, as one: a run of equal bytes holds a copy at every byte.
fn joined(spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match found.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => found.push(span),
        }
    }
    found
}

/// Every place where the secret stands, in order.
fn copies(secret: &[u8], bytes: &[u8]) -> Vec<Range<usize>> {
    let windows = bytes.windows(secret.len().max(1)).enumerate();
    windows.filter(|(_, window)| *window == secret).map(|(at, _)| at..at + secret.len()).collect()
}

/// One tag with its contents.
struct Element {
    tag: u8,
    /// Cut off where the bytes end.
    contents: Range<usize>,
    /// Whether all of the contents is there.
    honest: bool,
}

fn element(frame: &[u8], within: Range<usize>) -> Option<Element> {
    let (&tag, rest) = frame.get(within.clone())?.split_first()?;
    let (contents, says) = ber::length(rest).ok()?;
    let start = within.end - contents.len();
    let honest = says <= contents.len();
    Some(Element { tag, contents: start..start + says.min(contents.len()), honest })
}

/// The contents of the one value of this tag that fills `within`.
fn fills(frame: &[u8], within: &Range<usize>, tag: u8) -> Option<Range<usize>> {
    let value = element(frame, within.clone())?;
    (value.tag == tag && value.honest && value.contents.end == within.end).then_some(value.contents)
}

/// The contents of an OCTET STRING that fills `within`; all of it where there is none.
fn octets(frame: &[u8], within: Range<usize>) -> Range<usize> {
    fills(frame, &within, ber::OCTET_STRING).unwrap_or(within)
}

/// `NegoData`: every token in it.
fn tokens(frame: &[u8], within: Range<usize>, found: &mut Vec<Range<usize>>) {
    let mut at = within.start;
    while at < within.end {
        match element(frame, at..within.end) {
            // NegoData and NegoDataItem: their contents are walked like what stands behind them.
            Some(Element { tag: ber::SEQUENCE, contents, .. }) => at = contents.start,
            Some(Element { tag: ber::CONTEXT, contents, .. }) => {
                at = contents.end;
                token(frame, octets(frame, contents), found);
            }
            _ => {
                found.push(at..within.end);
                return;
            }
        }
    }
}

/// A token of either kind.
fn token(frame: &[u8], within: Range<usize>, found: &mut Vec<Range<usize>>) {
    let bytes = frame.get(within.clone()).unwrap_or_default();
    if bytes.starts_with(ntlm::SIGNATURE) {
        found.extend(ntlm_spans(bytes).into_iter().map(|span| within.start + span.start..within.start + span.end));
        return;
    }
    match NegoToken::sort(bytes) {
        NegoToken::Spnego(spnego) => found.extend(mech_token(frame, within, &spnego)),
        _ => found.push((within.start + HEAD).min(within.end)..within.end),
    }
}

/// Inside a SPNEGO token that can be read, the mechanism's token, wherever its bytes stand.
fn mech_token(frame: &[u8], within: Range<usize>, token: &SpnegoToken) -> Vec<Range<usize>> {
    let (SpnegoToken::Init { mech_token: inner, .. } | SpnegoToken::Resp { response_token: inner, .. }) = token;
    let (bytes, spans) = match inner {
        Some(MechToken::Ntlm(NtlmToken(bytes))) => (bytes, ntlm_spans(bytes)),
        Some(MechToken::Unknown(bytes)) if !bytes.is_empty() => (bytes, behind(HEAD, bytes)),
        _ => return Vec::new(),
    };
    let all = frame.get(within.clone()).unwrap_or_default();
    let starts = copies(bytes, all).into_iter().map(|copy| within.start + copy.start);
    starts.flat_map(|start| spans.iter().map(move |span| start + span.start..start + span.end)).collect()
}

/// Secrets of an NTLM message: all but the header and the names. One that cannot be read may have them anywhere.
fn ntlm_spans(message: &[u8]) -> Vec<Range<usize>> {
    let token = NtlmToken(message.to_vec());
    let secrets = match (token.message_type(), token.read()) {
        (Some(message_type::NEGOTIATE | message_type::CHALLENGE), _) => Vec::new(),
        (_, Ok(NtlmMessage::Authenticate(read))) => vec![read.lm_response, read.nt_response, read.session_key],
        _ => return behind(NTLM_HEAD, message),
    };
    let mut hidden = vec![true; message.len()];
    let mut mark = |span: Range<usize>, hide| hidden.get_mut(span).unwrap_or_default().fill(hide);
    ntlm::harmless(message).into_iter().for_each(|span| mark(span, false));
    secrets.into_iter().for_each(|span| mark(span, true));
    runs(&hidden)
}

/// All but the first `head` bytes.
fn behind(head: usize, bytes: &[u8]) -> Vec<Range<usize>> {
    core::iter::once(head.min(bytes.len())..bytes.len()).collect()
}

/// Where `hidden` is true.
fn runs(hidden: &[bool]) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut found = Vec::new();
    for run in hidden.chunk_by(|a, b| a == b) {
        if run.first() == Some(&true) {
            found.push(at..at + run.len());
        }
        at += run.len();
    }
    found
}

/// Replaces every secret by as many `*`.
pub(in crate::pdu) fn redact(request: &mut TsRequest) {
    if let Some(auth_info) = &mut request.auth_info {
        auth_info.fill(b'*');
    }
    for token in request.nego_tokens.iter_mut().flatten() {
        match token {
            NegoToken::Ntlm(token) => redact_ntlm(token),
            NegoToken::Unknown(bytes) => redact_unknown(bytes),
            NegoToken::Spnego(token) => {
                let (SpnegoToken::Init { mech_token: inner, .. } | SpnegoToken::Resp { response_token: inner, .. }) =
                    token.as_mut();
                match inner {
                    Some(MechToken::Ntlm(token)) => redact_ntlm(token),
                    Some(MechToken::Unknown(bytes)) => redact_unknown(bytes),
                    None => {}
                }
            }
        }
    }
}

fn redact_ntlm(NtlmToken(bytes): &mut NtlmToken) {
    for span in ntlm_spans(bytes) {
        if let Some(secret) = bytes.get_mut(span) {
            secret.fill(b'*');
        }
    }
}

fn redact_unknown(bytes: &mut [u8]) {
    if let Some(secret) = bytes.get_mut(HEAD..) {
        secret.fill(b'*');
    }
}
