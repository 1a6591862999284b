//! Another protocol answers: told by the first bytes, where a TPKT frame was due.

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{Advice, foreign};

/// An HTTP status line, or HTML without one.
pub(super) const HTTP: Rule = rule("speaks-http", &foreign::HTTP, |view| {
    check(view, "a web server answers on the port: it speaks HTTP, not RDP", is_http)
});

/// An SSH identification string (RFC 4253 4.2).
pub(super) const SSH: Rule = rule("speaks-ssh", &foreign::SSH, |view| {
    check(view, "an SSH server answers on the port, not RDP", |head| head.starts_with(b"SSH-"))
});

/// A TLS record where X.224 was due: the service speaks TLS from the first byte.
pub(super) const TLS: Rule =
    rule("speaks-tls", &foreign::TLS, |view| check(view, "the port speaks TLS from the first byte, not RDP", is_tls));

/// Anything else that is no frame.
pub(super) const NOT_RDP: Rule =
    rule("not-rdp", &foreign::NOT_RDP, |view| check(view, "what answers is not RDP", |_| true));

const fn rule(id: &'static str, advice: &'static Advice, check: fn(&View<'_>) -> Option<Seen>) -> Rule {
    Rule { id, class: Class::Ending, verdict: Verdict::NotRdp, check, advice }
}

fn check(view: &View<'_>, title: &str, speaks: fn(&[u8]) -> bool) -> Option<Seen> {
    let (entry, head) = view.foreign_bytes()?;
    speaks(head).then(|| Seen::new(entry.stage, title).evidence(view.quote(entry)))
}

fn is_http(head: &[u8]) -> bool {
    let head = head.trim_ascii_start().to_ascii_lowercase();
    [&b"http/"[..], b"<html", b"<!doctype html"].iter().any(|opening| head.starts_with(opening))
}

/// Content type alert or handshake, major version 3 (RFC 8446 5.1).
fn is_tls(head: &[u8]) -> bool {
    matches!(head, [0x15 | 0x16, 0x03, 0x00..=0x04, ..])
}
