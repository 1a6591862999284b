//! Connections behind the first one, in words.

use badrdp_proto::connect::{CookieCheck, CookieVerdict};
use badrdp_proto::transcript::{Again, Event, StayedAway, Transcript, Why};

use super::describe::Mark;

/// The connection that follows from this one, if one does.
pub(crate) fn of(transcript: &Transcript) -> Option<&Again> {
    transcript.entries.iter().rev().find_map(|entry| match &entry.event {
        Event::Again(again) => Some(&**again),
        _ => None,
    })
}

/// Why, and where to.
pub(super) fn fact(Again { why, target: (host, port), .. }: &Again) -> String {
    match why {
        Why::Lost => "the session was lost: back with the reconnect cookie".to_owned(),
        // A replay, whose port means nothing.
        Why::Redirected if *port == 0 => format!("on to {host}, as it was told"),
        Why::Redirected if host.contains(':') => format!("on to [{host}]:{port}, as it was told"),
        Why::Redirected => format!("on to {host}:{port}, as it was told"),
    }
}

/// Why it was not followed.
pub(crate) fn stayed(why: &StayedAway) -> String {
    match why {
        StayedAway::AnotherHost(name) => format!("{name:?} is another host, which nobody allowed"),
        StayedAway::Nowhere => "the redirection names no target".to_owned(),
        StayedAway::TooOften(times) => format!("it was sent on {times} times already"),
    }
}

/// What became of a cookie.
pub(super) fn cookie(CookieCheck { logon_id, verdict }: &CookieCheck) -> (Mark, String) {
    let logon = logon_id.map_or_else(String::new, |logon| format!(" for logon {logon}"));
    let (mark, what) = match verdict {
        CookieVerdict::Accepted => (Mark::Good, "is right: no logon is needed"),
        CookieVerdict::Declined => (Mark::Warn, "is right, and is refused all the same"),
        CookieVerdict::WrongVerifier => (Mark::Warn, "is refused: its verifier is wrong"),
        CookieVerdict::UnknownLogon => (Mark::Warn, "is refused: no such cookie was given, or it was used up"),
        CookieVerdict::Malformed => (Mark::Warn, "is refused: it is no ARC_CS_PRIVATE_PACKET"),
    };
    (mark, format!("the cookie{logon} {what}"))
}

/// The verdict's word in data.
pub(super) const fn verdict(verdict: CookieVerdict) -> &'static str {
    match verdict {
        CookieVerdict::Accepted => "accepted",
        CookieVerdict::Declined => "declined",
        CookieVerdict::WrongVerifier => "wrong-verifier",
        CookieVerdict::UnknownLogon => "unknown-logon",
        CookieVerdict::Malformed => "malformed",
    }
}

/// The reason's word in data.
pub(super) const fn why(why: Why) -> &'static str {
    match why {
        Why::Lost => "lost",
        Why::Redirected => "redirected",
    }
}

/// Why it was not followed, as data.
pub(super) fn stayed_json(why: &StayedAway) -> serde_json::Value {
    match why {
        StayedAway::AnotherHost(name) => serde_json::json!({ "reason": "another-host", "name": name }),
        StayedAway::Nowhere => serde_json::json!({ "reason": "nowhere" }),
        StayedAway::TooOften(times) => serde_json::json!({ "reason": "too-often", "times": times }),
    }
}
