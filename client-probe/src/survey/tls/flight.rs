//! The server's first flight in the clear: hello, certificates, key exchange; or an alert.

use tls_parser::{
    ECParametersContent, TlsExtension, TlsMessage, TlsMessageHandshake, parse_dh_params, parse_ecdh_params,
    parse_tls_handshake_server_hello, parse_tls_message_handshake, parse_tls_record_header,
    parse_tls_server_hello_extensions,
};

use super::names::{TLS12, TLS13, suite_name, uses_curve};

/// RFC 5246 6.2.3.
const MAX_RECORD: usize = 16_384 + 2048;
/// A certificate with tens of thousands of names fits; more is not read.
const MAX_FLIGHT: usize = 1 << 20;
/// Chains longer than this are cut.
const MAX_CHAIN: usize = 16;
/// The random that makes a ServerHello a HelloRetryRequest, RFC 8446 4.1.3: its first and last bytes are enough.
const RETRY: ([u8; 4], [u8; 4]) = ([0xcf, 0x21, 0xad, 0x74], [0xc8, 0xa8, 0x33, 0x9c]);

/// What the server picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Picked {
    pub(crate) version: u16,
    pub(crate) suite: u16,
    /// The group of the key share that it sent or asks for, or of its key exchange.
    pub(crate) group: Option<u16>,
    /// The scheme that its key exchange is signed with; TLS 1.2 only.
    pub(crate) scheme: Option<u16>,
    /// Bits of the prime, where the key exchange is DHE.
    pub(crate) dh_bits: Option<usize>,
    pub(crate) compression: u8,
    /// RFC 5746.
    pub(crate) secure_renegotiation: bool,
    /// RFC 7627.
    pub(crate) extended_master_secret: bool,
    /// DER, leaf first; none where TLS 1.3 hides it.
    pub(crate) chain: Vec<Vec<u8>>,
}

/// What the flight came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// More bytes are due.
    More,
    /// Everything that stands in the clear was read.
    Picked(Box<Picked>),
    /// A fatal alert.
    Alert(u8),
    /// Bytes that are no TLS, or a flight that cannot be read.
    NotTls,
}

/// Reads one flight from pieces of a stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    stream: Vec<u8>,
    handshake: Vec<u8>,
    picked: Option<Picked>,
    read: usize,
}

impl Reader {
    /// What is known when the stream ends early: a hello is an answer, whatever became of the rest.
    pub(crate) fn cut(self) -> Option<Picked> {
        self.picked
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Step {
        self.read += bytes.len();
        self.stream.extend_from_slice(bytes);
        if self.read > MAX_FLIGHT {
            return Step::NotTls;
        }
        loop {
            let step = match self.record() {
                Ok(Some((kind, body))) => self.read_record(kind, &body),
                Ok(None) => return Step::More,
                Err(()) => return Step::NotTls,
            };
            if step != Step::More {
                return step;
            }
        }
    }

    /// The next whole record: its content type and its body.
    fn record(&mut self) -> Result<Option<(u8, Vec<u8>)>, ()> {
        let not_tls = match self.stream.as_slice() {
            [kind, major, ..] => !(20..=23).contains(kind) || *major != 3,
            [kind] => !(20..=23).contains(kind),
            [] => return Ok(None),
        };
        if not_tls {
            return Err(());
        }
        let Ok((_, header)) = parse_tls_record_header(&self.stream) else {
            return Ok(None);
        };
        let length = usize::from(header.len);
        if length > MAX_RECORD {
            return Err(());
        }
        if self.stream.len() < 5 + length {
            return Ok(None);
        }
        let rest = self.stream.split_off(5 + length);
        let record = std::mem::replace(&mut self.stream, rest);
        Ok(Some((header.record_type.0, record.get(5..).unwrap_or_default().to_vec())))
    }

    fn read_record(&mut self, kind: u8, body: &[u8]) -> Step {
        match (kind, body) {
            // Warnings, such as about the server name, end nothing.
            (21, [1, description]) if *description != 0 => Step::More,
            (21, [_, description]) => Step::Alert(*description),
            (21, _) => Step::NotTls,
            (22, _) => {
                self.handshake.extend_from_slice(body);
                self.messages()
            }
            // Behind the hello of TLS 1.3 all is protected.
            _ => self.picked.take().map_or(Step::NotTls, |picked| Step::Picked(Box::new(picked))),
        }
    }

    fn messages(&mut self) -> Step {
        while let &[kind, a, b, c, ..] = self.handshake.as_slice() {
            let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
            if length > MAX_FLIGHT {
                return Step::NotTls;
            }
            if self.handshake.len() < 4 + length {
                return Step::More;
            }
            let rest = self.handshake.split_off(4 + length);
            let message = std::mem::replace(&mut self.handshake, rest);
            let step = self.message(kind, &message);
            if step != Step::More {
                return step;
            }
        }
        Step::More
    }

    fn message(&mut self, kind: u8, message: &[u8]) -> Step {
        let body = message.get(4..).unwrap_or_default();
        match (kind, &mut self.picked) {
            (2, None) => match hello(body) {
                // Nothing more comes in the clear.
                Some(picked) if picked.version == TLS13 => return Step::Picked(Box::new(picked)),
                Some(picked) => self.picked = Some(picked),
                None => return Step::NotTls,
            },
            (11, Some(picked)) => picked.chain = certificates(message),
            (12, Some(picked)) => exchange(body, picked),
            (14, Some(_)) => {
                return self.picked.take().map_or(Step::NotTls, |picked| Step::Picked(Box::new(picked)));
            }
            (_, Some(_)) => {}
            (_, None) => return Step::NotTls,
        }
        Step::More
    }
}

fn hello(body: &[u8]) -> Option<Picked> {
    let (_, hello) = parse_tls_handshake_server_hello(body).ok()?;
    let mut picked = Picked {
        version: hello.version.0,
        suite: hello.cipher.0,
        compression: hello.compression.0,
        ..Picked::default()
    };
    let extensions = hello.ext.and_then(|ext| parse_tls_server_hello_extensions(ext).ok());
    for extension in extensions.map(|(_, list)| list).unwrap_or_default() {
        match extension {
            TlsExtension::SupportedVersions(list) => {
                picked.version = list.first().map_or(picked.version, |version| version.0);
            }
            // The group stands first, in a hello and in a request to retry.
            TlsExtension::KeyShare(&[high, low, ..]) => picked.group = Some(u16::from_be_bytes([high, low])),
            TlsExtension::RenegotiationInfo(_) => picked.secure_renegotiation = true,
            TlsExtension::ExtendedMasterSecret => picked.extended_master_secret = true,
            _ => {}
        }
    }
    // A request to retry says TLS 1.2 in its legacy field where the extension could not be read.
    let retry = hello.random.starts_with(&RETRY.0) && hello.random.ends_with(&RETRY.1);
    if retry && picked.version == TLS12 {
        picked.version = TLS13;
    }
    Some(picked)
}

fn certificates(message: &[u8]) -> Vec<Vec<u8>> {
    match parse_tls_message_handshake(message) {
        Ok((_, TlsMessage::Handshake(TlsMessageHandshake::Certificate(contents)))) => {
            contents.cert_chain.iter().take(MAX_CHAIN).map(|certificate| certificate.data.to_vec()).collect()
        }
        _ => Vec::new(),
    }
}

/// ServerKeyExchange: named group or prime, then the signature, with its scheme from TLS 1.2 on.
fn exchange(body: &[u8], picked: &mut Picked) {
    let behind = if uses_curve(picked.suite) {
        let Ok((behind, parameters)) = parse_ecdh_params(body) else {
            return;
        };
        if let ECParametersContent::NamedGroup(group) = parameters.curve_params.params_content {
            picked.group = Some(group.0);
        }
        behind
    } else if is_dhe(picked.suite) {
        let Ok((behind, parameters)) = parse_dh_params(body) else {
            return;
        };
        picked.dh_bits = Some(bits(parameters.dh_p));
        behind
    } else {
        return;
    };
    if let (TLS12, [high, low, _, _, ..]) = (picked.version, behind) {
        picked.scheme = Some(u16::from_be_bytes([*high, *low]));
    }
}

fn is_dhe(suite: u16) -> bool {
    let name = suite_name(suite);
    name.contains("_DHE_") || name.contains("_DH_anon")
}

fn bits(number: &[u8]) -> usize {
    let significant = number.iter().position(|byte| *byte != 0).and_then(|start| number.get(start..));
    significant.map_or(0, |digits| {
        let top = digits.first().map_or(0, |first| first.leading_zeros());
        digits.len() * 8 - usize::try_from(top).unwrap_or(0)
    })
}

#[cfg(test)]
#[path = "flight_tests.rs"]
mod tests;
