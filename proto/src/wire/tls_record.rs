//! What a TLS handshake shows in the clear: hellos and alerts, read beside the real handshake.
//!
//! RFC 8446 5.1 (records), 4.1.2 and 4.1.3 (hellos), 6 (alerts). One [`TlsWatch`] sees one
//! direction of the stream. It decides nothing; it only says what passed.

use tls_parser::{
    TlsExtension, TlsVersion, parse_tls_client_hello_extensions, parse_tls_handshake_client_hello,
    parse_tls_handshake_server_hello, parse_tls_server_hello_extensions,
};

use crate::vocab::MessageKind;

/// Bytes of a record header: type, legacy version, length.
pub const RECORD_HEADER: usize = 5;
/// RFC 5246 6.2.3: the largest protected record of TLS 1.2; that of TLS 1.3 is smaller (RFC 8446 5.2).
const MAX_RECORD: usize = 16_384 + 2048;
/// Handshake messages larger than this are not reassembled: hellos are far smaller.
const MAX_HANDSHAKE: usize = 65_536;
/// The cipher suite value that stands for an empty `renegotiation_info` (RFC 5746 3.3).
const EMPTY_RENEGOTIATION_INFO: u16 = 0x00ff;
/// The random that makes a ServerHello a HelloRetryRequest (RFC 8446 4.1.3).
const RETRY_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// A message of the handshake that was seen in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Length of its record in bytes, header included.
    pub length: usize,
    /// What it says.
    pub what: Hello,
}

/// A hello or an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hello {
    /// ClientHello.
    Client {
        /// Versions offered (`supported_versions`, or the legacy version alone), best first, without GREASE.
        versions: Vec<u16>,
        /// Server Name Indication.
        server_name: Option<String>,
        /// Cipher suites offered, GREASE included.
        cipher_suites: Vec<u16>,
        /// Knows secure renegotiation, by extension or by cipher suite value (RFC 5746 3.3, 3.4).
        secure_renegotiation: bool,
    },
    /// ServerHello, or HelloRetryRequest.
    Server {
        /// The version picked (`supported_versions`, or the legacy version).
        version: u16,
        /// The cipher suite picked.
        cipher_suite: u16,
        /// It is a HelloRetryRequest: the client must offer another key share.
        retry: bool,
    },
    /// An alert in the clear.
    Alert {
        /// 1 warning, 2 fatal.
        level: u8,
        /// RFC 8446 6.
        description: u8,
    },
    /// A hello that cannot be read.
    Unreadable(MessageKind),
}

impl Seen {
    /// The kind, for transcripts.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match &self.what {
            Hello::Client { .. } => MessageKind::TlsClientHello,
            Hello::Server { .. } => MessageKind::TlsServerHello,
            Hello::Alert { .. } => MessageKind::TlsAlert,
            Hello::Unreadable(kind) => *kind,
        }
    }

    /// What matters about it, in one phrase.
    #[must_use]
    pub fn fact(&self) -> String {
        match &self.what {
            Hello::Client { versions, server_name, cipher_suites, .. } => {
                let versions: Vec<_> = versions.iter().map(|version| version_name(*version)).collect();
                let name = server_name.as_ref().map_or_else(|| "no SNI".to_owned(), |name| format!("SNI {name}"));
                format!("{}, {} cipher suites, {name}", versions.join("/"), cipher_suites.len())
            }
            Hello::Server { version, retry: true, .. } => {
                format!("{}, asks for another key share", version_name(*version))
            }
            Hello::Server { version, cipher_suite, retry: false } => {
                format!("{}, {}", version_name(*version), cipher_suite_name(*cipher_suite))
            }
            Hello::Alert { level, description } => {
                let level = match level {
                    1 => "warning",
                    2 => "fatal",
                    _ => "unknown level",
                };
                format!("{level} {}", alert_name(*description))
            }
            Hello::Unreadable(_) => "cannot be read".to_owned(),
        }
    }
}

/// `TLS 1.2`, or the number where it has no name.
#[must_use]
pub fn version_name(version: u16) -> String {
    match version {
        0x0300 => "SSL 3.0".to_owned(),
        0x0301 => "TLS 1.0".to_owned(),
        0x0302 => "TLS 1.1".to_owned(),
        0x0303 => "TLS 1.2".to_owned(),
        0x0304 => "TLS 1.3".to_owned(),
        _ => format!("{version:#06x}"),
    }
}

/// The IANA name, or the number where it has none.
#[must_use]
pub fn cipher_suite_name(id: u16) -> String {
    tls_parser::TlsCipherSuite::from_id(id).map_or_else(|| format!("{id:#06x}"), |suite| suite.name.to_owned())
}

/// `handshake_failure (40)`: RFC 8446 6 and the IANA registry.
#[must_use]
pub fn alert_name(description: u8) -> String {
    let name = match description {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return format!("alert {description}"),
    };
    format!("{name} ({description})")
}

/// Watches one direction of a TLS handshake.
#[derive(Debug, Default)]
pub struct TlsWatch {
    /// Bytes that wait for the rest of their record.
    record: Vec<u8>,
    /// Handshake bytes that wait for the rest of their message, and the length of the record that opened it.
    handshake: Vec<u8>,
    opened_by: usize,
    not_tls: Option<Vec<u8>>,
    /// Nothing in the clear comes any more.
    encrypted: bool,
    records: usize,
    last: Option<MessageKind>,
    alert: Option<u8>,
}

impl TlsWatch {
    /// Bytes passed by; what they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Seen> {
        let mut seen = Vec::new();
        if self.not_tls.is_some() {
            return seen;
        }
        self.record.extend_from_slice(bytes);
        while let Some(record) = self.next_record() {
            self.records += 1;
            self.read_record(&record, &mut seen);
        }
        for one in &seen {
            self.last = Some(one.kind());
            if let Hello::Alert { description, .. } = one.what {
                self.alert = Some(description);
            }
        }
        seen
    }

    /// The first bytes (at most 64) of a stream that is no TLS.
    #[must_use]
    pub fn not_tls(&self) -> Option<&[u8]> {
        self.not_tls.as_deref()
    }

    /// Whole records seen.
    #[must_use]
    pub const fn records(&self) -> usize {
        self.records
    }

    /// Bytes of a record whose end was not seen.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        if self.not_tls.is_some() { 0 } else { self.record.len() }
    }

    /// The last hello or alert seen.
    #[must_use]
    pub const fn last(&self) -> Option<MessageKind> {
        self.last
    }

    /// The description of the last alert seen.
    #[must_use]
    pub const fn alert(&self) -> Option<u8> {
        self.alert
    }

    /// Whether protected records were seen: what follows is not in the clear.
    #[must_use]
    pub const fn encrypted(&self) -> bool {
        self.encrypted
    }

    fn next_record(&mut self) -> Option<Vec<u8>> {
        let &[kind, major, _, high, low, ..] = self.record.as_slice() else {
            // Two bytes are enough to know that it is something else.
            if let &[kind, major, ..] = self.record.as_slice() {
                self.refuse_unless((20..=24).contains(&kind) && major == 3);
            }
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        self.refuse_unless((20..=24).contains(&kind) && major == 3 && length <= MAX_RECORD);
        if self.not_tls.is_some() || self.record.len() < RECORD_HEADER + length {
            return None;
        }
        let rest = self.record.split_off(RECORD_HEADER + length);
        Some(core::mem::replace(&mut self.record, rest))
    }

    fn refuse_unless(&mut self, is_tls: bool) {
        if !is_tls {
            let head = self.record.get(..64).unwrap_or(&self.record).to_vec();
            self.not_tls = Some(head);
            self.record.clear();
        }
    }

    fn read_record(&mut self, record: &[u8], seen: &mut Vec<Seen>) {
        let Some((&[kind, ..], body)) = record.split_first_chunk::<RECORD_HEADER>() else {
            return;
        };
        match (kind, body) {
            // A protected alert of TLS 1.2 is longer than two bytes.
            (21, &[level, description]) => {
                seen.push(Seen { length: record.len(), what: Hello::Alert { level, description } });
            }
            (22, _) if !self.encrypted => {
                if self.handshake.is_empty() {
                    self.opened_by = record.len();
                }
                self.handshake.extend_from_slice(body);
                while let Some(hello) = self.next_handshake() {
                    seen.extend(hello.map(|what| Seen { length: self.opened_by, what }));
                    self.opened_by = record.len();
                }
            }
            // ChangeCipherSpec or application data: what follows is protected.
            (20 | 23, _) => {
                self.encrypted = true;
                self.handshake.clear();
            }
            _ => {}
        }
    }

    /// The next whole handshake message: `Some(None)` for one that is no hello.
    fn next_handshake(&mut self) -> Option<Option<Hello>> {
        let &[kind, a, b, c, ..] = self.handshake.as_slice() else {
            return None;
        };
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if length > MAX_HANDSHAKE {
            self.encrypted = true;
            self.handshake.clear();
            return None;
        }
        if self.handshake.len() < 4 + length {
            return None;
        }
        let rest = self.handshake.split_off(4 + length);
        let message = core::mem::replace(&mut self.handshake, rest);
        let body = message.get(4..).unwrap_or_default();
        Some(match kind {
            1 => Some(client_hello(body).unwrap_or(Hello::Unreadable(MessageKind::TlsClientHello))),
            2 => Some(server_hello(body).unwrap_or(Hello::Unreadable(MessageKind::TlsServerHello))),
            _ => None,
        })
    }
}

/// RFC 8701: reserved values that clients mix in.
const fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

fn client_hello(body: &[u8]) -> Option<Hello> {
    let (_, hello) = parse_tls_handshake_client_hello(body).ok()?;
    let mut versions = vec![hello.version.0];
    let mut server_name = None;
    let mut secure_renegotiation = false;
    let extensions = hello.ext.and_then(|ext| parse_tls_client_hello_extensions(ext).ok());
    for extension in extensions.map(|(_, list)| list).unwrap_or_default() {
        match extension {
            TlsExtension::SupportedVersions(list) => versions = list.iter().map(|TlsVersion(v)| *v).collect(),
            TlsExtension::SNI(names) => {
                server_name = names.first().map(|(_, name)| String::from_utf8_lossy(name).into_owned());
            }
            TlsExtension::RenegotiationInfo(_) => secure_renegotiation = true,
            _ => {}
        }
    }
    versions.retain(|version| !is_grease(*version));
    let cipher_suites: Vec<_> = hello.ciphers.iter().map(|suite| suite.0).collect();
    secure_renegotiation |= cipher_suites.contains(&EMPTY_RENEGOTIATION_INFO);
    Some(Hello::Client { versions, server_name, cipher_suites, secure_renegotiation })
}

fn server_hello(body: &[u8]) -> Option<Hello> {
    let (_, hello) = parse_tls_handshake_server_hello(body).ok()?;
    let mut version = hello.version.0;
    let extensions = hello.ext.and_then(|ext| parse_tls_server_hello_extensions(ext).ok());
    for extension in extensions.map(|(_, list)| list).unwrap_or_default() {
        if let TlsExtension::SupportedVersions(list) = extension {
            version = list.first().map_or(version, |picked| picked.0);
        }
    }
    Some(Hello::Server { version, cipher_suite: hello.cipher.0, retry: hello.random == RETRY_RANDOM })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]
    use super::*;

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut record = vec![kind, 3, 3];
        record.extend(u16::try_from(body.len()).map(u16::to_be_bytes).unwrap_or_default());
        record.extend(body);
        record
    }

    fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap_or_default().to_be_bytes();
        [&[kind, length[1], length[2], length[3]], body].concat()
    }

    /// ClientHello for `host.test` with TLS 1.3 and 1.2 behind a GREASE version, two suites.
    fn client_hello_message() -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0, 4, 0x13, 0x01, 0xc0, 0x2f, 1, 0]);
        let name = b"host.test";
        let mut extensions = vec![0, 0, 0, 14, 0, 12, 0, 0, 9];
        extensions.extend(name);
        extensions.extend([0, 43, 0, 7, 6, 0x1a, 0x1a, 3, 4, 3, 3]);
        body.extend([0, u8::try_from(extensions.len()).unwrap_or_default()]);
        body.extend(extensions);
        handshake(1, &body)
    }

    fn server_hello_message(version: [u8; 2], tls13: bool) -> Vec<u8> {
        let mut body = version.to_vec();
        body.extend([9; 32]);
        body.extend([0, 0x13, 0x01, 0]);
        if tls13 {
            body.extend([0, 6, 0, 43, 0, 2, 3, 4]);
        }
        handshake(2, &body)
    }

    #[test]
    fn a_client_hello_is_read_whatever_the_pieces() {
        let bytes = record(22, &client_hello_message());
        for step in [1, 3, bytes.len()] {
            let mut watch = TlsWatch::default();
            let seen: Vec<_> = bytes.chunks(step).flat_map(|piece| watch.push(piece)).collect();
            assert_eq!(seen.len(), 1, "in pieces of {step}");
            assert_eq!(seen[0].length, bytes.len());
            assert_eq!(seen[0].fact(), "TLS 1.3/TLS 1.2, 2 cipher suites, SNI host.test");
            assert_eq!(watch.unfinished(), 0);
        }
    }

    #[test]
    fn a_hello_that_spans_two_records_is_one_hello() {
        let message = client_hello_message();
        let (head, tail) = message.split_at(20);
        let mut watch = TlsWatch::default();
        assert_eq!(watch.push(&record(22, head)), []);
        let seen = watch.push(&record(22, tail));
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].kind(), MessageKind::TlsClientHello);
        assert_eq!(seen[0].length, 25, "the record that opened it");
    }

    #[test]
    fn secure_renegotiation_is_known_by_extension_or_suite() {
        let knows = |suite: [u8; 2], extensions: &[u8]| {
            let head = [&[3, 3][..], &[7; 32], &[0, 0, 2], &suite, &[1, 0]].concat();
            let length = [0, u8::try_from(extensions.len()).unwrap_or_default()];
            let message = handshake(1, &[&head, &length[..], extensions].concat());
            let seen = TlsWatch::default().push(&record(22, &message));
            matches!(seen[0].what, Hello::Client { secure_renegotiation: true, .. })
        };
        assert!(!knows([0x13, 1], &[]));
        assert!(knows([0, 0xff], &[]));
        assert!(knows([0x13, 1], &[0xff, 1, 0, 1, 0]));
    }

    #[test]
    fn a_server_hello_shows_the_version_really_picked() {
        let fact = |version, tls13| {
            let mut watch = TlsWatch::default();
            let seen = watch.push(&record(22, &server_hello_message(version, tls13)));
            seen.iter().map(Seen::fact).collect::<Vec<_>>()
        };
        assert_eq!(fact([3, 3], true), ["TLS 1.3, TLS_AES_128_GCM_SHA256"]);
        assert_eq!(fact([3, 3], false), ["TLS 1.2, TLS_AES_128_GCM_SHA256"]);
        assert_eq!(fact([3, 1], false), ["TLS 1.0, TLS_AES_128_GCM_SHA256"]);
    }

    #[test]
    fn alerts_in_the_clear_are_seen_and_protected_ones_are_not() {
        let mut watch = TlsWatch::default();
        let seen = watch.push(&record(21, &[2, 48]));
        assert_eq!(seen.iter().map(Seen::fact).collect::<Vec<_>>(), ["fatal unknown_ca (48)"]);
        assert_eq!(watch.last(), Some(MessageKind::TlsAlert));
        assert_eq!(watch.alert(), Some(48));
        assert_eq!(watch.push(&record(21, &[0; 26])), []);
    }

    #[test]
    fn an_alert_ahead_of_a_hello_in_one_piece_is_kept() {
        let mut watch = TlsWatch::default();
        watch.push(&[record(21, &[1, 112]), record(22, &server_hello_message([3, 3], true))].concat());
        assert_eq!(watch.alert(), Some(112));
        assert_eq!(watch.last(), Some(MessageKind::TlsServerHello));
    }

    #[test]
    fn nothing_is_read_behind_the_first_protected_record() {
        let mut watch = TlsWatch::default();
        watch.push(&record(20, &[1]));
        assert!(watch.encrypted());
        assert_eq!(watch.push(&record(22, &client_hello_message())), []);
        assert_eq!(watch.records(), 2);
    }

    #[test]
    fn what_is_no_tls_is_kept_for_the_report() {
        for bytes in [&b"HTTP/1.1 400 Bad Request\r\n"[..], b"SSH-2.0", &[3, 0, 0, 11], &[22, 9]] {
            let mut watch = TlsWatch::default();
            assert_eq!(watch.push(bytes), []);
            assert_eq!(watch.not_tls(), Some(bytes));
            assert_eq!(watch.unfinished(), 0);
        }
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_survived() {
        let bytes = [record(22, &client_hello_message()), record(22, &server_hello_message([3, 3], true))].concat();
        for cut in 0..bytes.len() {
            TlsWatch::default().push(&bytes[..cut]);
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[cut] ^= 1 << bit;
                let mut watch = TlsWatch::default();
                watch.push(&flipped);
                assert!(watch.unfinished() <= RECORD_HEADER + MAX_RECORD);
            }
        }
    }
}
