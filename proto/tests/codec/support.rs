//! Vector files, contexts and taps shared by the tests.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::fs;
use std::path::Path;

use badrdp_proto::pdu::{Context, Expect, Message, Side, decode, encode, specimen};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::layer::Layered;
use badrdp_proto::wire::{Layer, Tap};

/// One `tests/vectors/*.hex`.
#[derive(Debug)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) kind: MessageKind,
    pub(crate) context: Context,
    /// Whether the same bytes come out again, or only the same meaning.
    pub(crate) same_bytes: bool,
    pub(crate) bytes: Vec<u8>,
}

/// Every vector: `# key: value` lines, then hex.
pub(crate) fn vectors() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| vector(file)).collect()
}

fn vector(file: &Path) -> Vector {
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(file).unwrap();
    let key = |key: &str| {
        text.lines().filter_map(|line| line.strip_prefix("# ")).find_map(|line| line.strip_prefix(key)).map(str::trim)
    };
    let from = match key("from:") {
        Some("client") => Side::Client,
        Some("server") => Side::Server,
        other => panic!("{name}: from: {other:?}"),
    };
    let expect = match key("expect:") {
        Some("credssp") => Expect::CredSsp,
        Some("early-user-auth") => Expect::EarlyUserAuth,
        Some("x224") => Expect::X224,
        Some("mcs") => Expect::Mcs,
        Some("client-info") => Expect::ClientInfo,
        Some("licensing") => Expect::Licensing,
        Some("share") => Expect::Share,
        other => panic!("{name}: expect: {other:?}"),
    };
    let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    Vector {
        kind: key("kind:").and_then(|kind| kind.parse().ok()).unwrap_or_else(|| panic!("{name}: kind")),
        context: Context {
            from,
            io_channel: specimen::IO_CHANNEL,
            message_channel: Some(specimen::MESSAGE_CHANNEL),
            device_channel: None,
            expect,
        },
        same_bytes: key("again:").is_none_or(|again| !again.starts_with("meaning")),
        bytes: hex(&digits),
        name,
    }
}

/// Bytes from hex digits; white space is skipped.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> =
        text.chars().filter(|digit| !digit.is_whitespace()).map(|digit| digit.to_digit(16).unwrap()).collect();
    assert_eq!(digits.len() % 2, 0, "an odd number of hex digits");
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// Every kind that has specimens, with each of them and what decodes it.
pub(crate) fn all_specimens() -> Vec<(MessageKind, Message, Context)> {
    let each =
        |&kind| specimen::specimens(kind).into_iter().map(move |message| (kind, message, specimen::context(kind)));
    MessageKind::ALL.iter().flat_map(each).collect()
}

/// What decodes MCS and X.224 from one side.
pub(crate) fn context(from: Side) -> Context {
    Context { from, io_channel: specimen::IO_CHANNEL, message_channel: None, device_channel: None, expect: Expect::Mcs }
}

/// Decodes what must not break the decoder: any result will do, but an error lies inside the frame
/// and a message can be used in every way.
pub(crate) fn survives(frame: &[u8], context: &Context) -> Option<Message> {
    match decode(frame, context) {
        Ok(message) => {
            let again = message.encode();
            let _ = (message.kind(), message.fact(), message.redacted());
            for span in message.secret_spans(frame).into_iter().chain(message.secret_spans(&again)) {
                assert!(span.start <= span.end && span.end <= frame.len().max(again.len()));
            }
            Some(message)
        }
        Err(error) => {
            assert!(error.offset <= frame.len(), "{error} lies outside {} bytes", frame.len());
            assert!(!error.path.is_empty(), "{error} has no path");
            assert!(!error.path.split('.').any(str::is_empty), "{error} has an empty name in its path");
            None
        }
    }
}

/// Cuts one layer short; the carriers outside recompute their lengths.
pub(crate) struct Cut {
    pub(crate) layer: Layer,
    pub(crate) keep: usize,
}

impl Tap for Cut {
    fn tap(&mut self, sealed: &mut Layered) {
        if sealed.layer == self.layer {
            sealed.bytes.truncate(self.keep);
        }
    }
}

/// The message with one layer cut short.
pub(crate) fn cut(message: &Message, layer: Layer, keep: usize) -> Vec<u8> {
    encode(message, &mut Cut { layer, keep })
}

/// Writes down every layer.
#[derive(Default)]
pub(crate) struct Layers(pub(crate) Vec<Layered>);

impl Tap for Layers {
    fn tap(&mut self, sealed: &mut Layered) {
        self.0.push(sealed.clone());
    }
}
