//! One entry of a transcript, read from its JSON object.

use core::net::IpAddr;
use core::time::Duration;

use badrdp_proto::connect::{Blame, Failure, TlsFacts};
use badrdp_proto::pdu::credssp::ntlm::{TargetInfo, Version};
use badrdp_proto::transcript::{CertificateFacts, Direction, Event, HostIdentity, StayedAway, Why};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_proto::wire::frame::MAX_FRAME;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::RawTranscript;
use super::exact::{self, BlameDef, CloseKindDef, ConnectFailureDef, DecodeErrorDef, EndingDef, FrameErrorDef};
use super::exact::{NlaRequirementDef, Problem, TlsFailureDef};
use super::fields::Fields;

/// An entry whose message, if it is one, is not decoded yet.
#[derive(Debug)]
pub(super) struct RawEntry {
    pub(super) at: Duration,
    pub(super) stage: Stage,
    pub(super) event: RawEvent,
}

/// What happened.
#[derive(Debug)]
pub(super) enum RawEvent {
    Message {
        direction: Direction,
        kind: MessageKind,
        /// As many `*` where they are masked.
        bytes: Vec<u8>,
        /// In place of bytes that are masked.
        ts_request: Option<Vec<u8>>,
        altered: Vec<String>,
    },
    /// The next connection, whose messages are not decoded yet.
    Again {
        why: Why,
        target: (String, u16),
        transcript: Box<RawTranscript>,
    },
    Other(Event),
}

impl<'de> Deserialize<'de> for RawEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        entry(&value).map_err(|why| D::Error::custom(format!("an entry of the transcript: {why}")))
    }
}

fn entry(value: &Value) -> Result<RawEntry, String> {
    let fields = Fields::of(value)?;
    let event: String = fields.plain("event")?;
    let stage = fields.stage()?;
    Ok(RawEntry { at: fields.milliseconds("at_ms")?, stage, event: self::event(&event, fields)? })
}

fn event(name: &str, fields: Fields<'_>) -> Result<RawEvent, String> {
    Ok(RawEvent::Other(match name {
        "message" => {
            return Ok(RawEvent::Message {
                direction: direction(fields)?,
                kind: kind(fields)?,
                bytes: match fields.bytes("bytes")? {
                    Some(bytes) => bytes,
                    None => vec![b'*'; fields.plain::<usize>("length")?.min(MAX_FRAME)],
                },
                ts_request: fields.bytes("ts_request")?,
                altered: altered(fields)?,
            });
        }
        "connected" => Event::Connected { peer: fields.maybe("peer")? },
        "connect-failed" => Event::ConnectFailed {
            failure: fields.read("failure", |it| exact::read(it, ConnectFailureDef::deserialize))?,
            tried: fields.maybe::<Vec<IpAddr>>("tried")?.unwrap_or_default(),
        },
        "undecodable" => Event::Undecodable {
            bytes: fields.bytes("bytes")?.unwrap_or_default(),
            length: fields.plain("length")?,
            error: fields.read("error", |it| exact::read(it, DecodeErrorDef::deserialize))?,
        },
        "not-a-frame" => Event::NotAFrame(fields.read("error", |it| exact::read(it, FrameErrorDef::deserialize))?),
        "tls-record" => Event::TlsRecord {
            direction: direction(fields)?,
            kind: kind(fields)?,
            length: fields.unmasked("length")?.unwrap_or_default(),
            fact: fields.plain("fact")?,
            altered: altered(fields)?,
        },
        "tls-ready" => Event::TlsReady(TlsFacts {
            version: fields.plain("version")?,
            cipher_suite: fields.plain("cipher_suite")?,
            chain: Vec::new(),
            server_name: fields.maybe("server_name")?,
        }),
        "tls-failed" => Event::TlsFailed(fields.read("failure", |it| exact::read(it, TlsFailureDef::deserialize))?),
        "certificate" => Event::Certificate(certificate(fields)?),
        "credentials" => Event::Credentials { domain: fields.plain("domain")?, user: fields.plain("user")? },
        "nla-requirement" => {
            Event::NlaRequirement(fields.read("requirement", |it| exact::read(it, NlaRequirementDef::deserialize))?)
        }
        "identity" => Event::Identity(Box::new(identity(fields)?)),
        "activated" => Event::Activated,
        "no-close-notify" => Event::NoCloseNotify,
        "peer-closed" => Event::PeerClosed(fields.read("how", |it| exact::read(it, CloseKindDef::deserialize))?),
        "half-closed" => Event::HalfClosed { altered: altered(fields)?.pop() },
        "closed" => Event::Closed {
            how: fields.read("how", |it| exact::read(it, EndingDef::deserialize))?,
            altered: altered(fields)?.pop(),
        },
        "timed-out" => Event::TimedOut,
        "again" => {
            let why = fields.named("why", |why| match why {
                "lost" => Some(Why::Lost),
                "redirected" => Some(Why::Redirected),
                _ => None,
            })?;
            let target = fields.read("target", |target| {
                let target = Fields::of(target)?;
                Ok((target.plain("host")?, target.plain("port")?))
            })?;
            let transcript = fields.read("transcript", |it| {
                if follow_each_other(it) > MOST_CONNECTIONS {
                    return Err(format!("more than {MOST_CONNECTIONS} connections follow each other"));
                }
                exact::read(it, RawTranscript::deserialize)
            })?;
            return Ok(RawEvent::Again { why, target, transcript: Box::new(transcript) });
        }
        "stayed-away" => Event::StayedAway(match fields.plain::<String>("reason")?.as_str() {
            "another-host" => StayedAway::AnotherHost(fields.plain("name")?),
            "nowhere" => StayedAway::Nowhere,
            "too-often" => StayedAway::TooOften(fields.plain("times")?),
            other => return Err(format!("`reason`: {other:?} is not known here")),
        }),
        "chosen" | "skipped" | "cookie-checked" | "posture" | "delegated" => {
            return Err(format!("`event`: {name:?} is a server's, not a probe's"));
        }
        _ => return Err(format!("`event`: {name:?} is not known here; perhaps a newer badrdp wrote the file")),
    }))
}

fn direction(fields: Fields<'_>) -> Result<Direction, String> {
    fields.named("direction", |name| match name {
        "sent" => Some(Direction::Sent),
        "received" => Some(Direction::Received),
        _ => None,
    })
}

fn kind(fields: Fields<'_>) -> Result<MessageKind, String> {
    fields.named("kind", |name| name.parse().ok())
}

fn altered(fields: Fields<'_>) -> Result<Vec<String>, String> {
    Ok(fields.maybe("altered")?.unwrap_or_default())
}

/// Why a transcript stopped short.
pub(super) fn failure(value: &Value) -> Result<Failure, String> {
    let fields = Fields::of(value)?;
    let blame: Blame = fields.read("blame", |it| exact::read(it, BlameDef::deserialize))?;
    let after: Option<String> = fields.maybe("after")?;
    let after = after.map(|name| exact::kind::named(&name)).transpose().map_err(|why| format!("`after`: {why}"))?;
    Ok(Failure { stage: fields.stage()?, cause: blame, after })
}

fn certificate(fields: Fields<'_>) -> Result<CertificateFacts, String> {
    let problems: Vec<Problem> = fields.plain("problem_kinds")?;
    Ok(CertificateFacts {
        subject: fields.plain("subject")?,
        issuer: fields.plain("issuer")?,
        not_before: fields.plain("not_before")?,
        not_after: fields.plain("not_after")?,
        names: fields.plain("names")?,
        names_left_out: fields.maybe("names_left_out")?.unwrap_or_default(),
        key: fields.plain("key")?,
        checked_name: fields.plain("checked_name")?,
        checked_at: fields.plain("checked_at")?,
        problems: problems.into_iter().map(|Problem(problem)| problem).collect(),
    })
}

/// What `host.identity` and the entry have in common; an entry's clocks are masked.
pub(super) fn identity(fields: Fields<'_>) -> Result<HostIdentity, String> {
    let version: Option<String> = fields.maybe("version")?;
    let version = version.map(|text| self::version(&text)).transpose().map_err(|why| format!("`version`: {why}"))?;
    Ok(HostIdentity {
        target: TargetInfo {
            netbios_computer: fields.maybe("netbios_computer")?,
            netbios_domain: fields.maybe("netbios_domain")?,
            dns_computer: fields.maybe("dns_computer")?,
            dns_domain: fields.maybe("dns_domain")?,
            dns_tree: fields.maybe("dns_tree")?,
            ..TargetInfo::default()
        },
        version,
        clock: fields.unmasked("clock")?,
        skew: fields.unmasked("skew")?,
        credssp_version: fields.plain("credssp_version")?,
    })
}

/// `10.0.20348`.
fn version(text: &str) -> Result<Version, String> {
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u16>().ok());
    let byte = |part: Option<&str>| number(part).and_then(|number| u8::try_from(number).ok());
    let mut parts = text.split('.');
    let (major, minor, build) = (byte(parts.next()), byte(parts.next()), number(parts.next()));
    match (major, minor, build, parts.next()) {
        (Some(major), Some(minor), Some(build), None) => Ok(Version { major, minor, build, ..Version::default() }),
        _ => Err(format!("{text:?} is no version such as 10.0.20348")),
    }
}

/// Connections of one attempt: the probe follows three redirections, and comes back once on each connection.
const MOST_CONNECTIONS: usize = 8;

/// How many connections follow each other in this transcript; each costs memory for all that are behind it.
fn follow_each_other(transcript: &Value) -> usize {
    let entries = transcript.get("entries").and_then(Value::as_array);
    let next = entries.into_iter().flatten().filter_map(|entry| entry.get("transcript"));
    1 + next.map(follow_each_other).max().unwrap_or(0)
}
