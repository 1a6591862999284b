//! The honest servers that are spoiled: the catalogue's healthy ones, and some of their sessions made longer.

use std::sync::LazyLock;

use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::ErrorInfo;

use super::draw::Draw;
use crate::catalog::catalog;
use crate::check::course::{Course, Part, REPEATED};
use crate::model::{ProbeProfile, ServerProfile, SessionProfile, Step};

/// A server that does nothing wrong, and the probe that meets it.
#[derive(Clone, Debug)]
pub(super) struct Base {
    /// The catalogue's id, and what was added.
    pub(super) id: String,
    /// The file that it came from, whether it authorizes early, and its licence exchange: large families must not be drawn
    /// more often, nor what one of them alone sends hardly ever.
    family: String,
    pub(super) server: ServerProfile,
    pub(super) probe: ProbeProfile,
}

/// A message that the server really sends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) kind: MessageKind,
    pub(super) occurrence: u32,
    /// Messages that follow it before the client has the next word.
    pub(super) following: usize,
}

/// How often the probe gets what it may get more often: its joins, and pieces of the picture.
const JOINS: u32 = 4;
const PICTURES: u32 = 2;

static ALL: LazyLock<Vec<Base>> = LazyLock::new(collect);

/// Every base.
pub(super) fn all() -> &'static [Base] {
    &ALL
}

fn collect() -> Vec<Base> {
    let healthy = catalog().iter().filter(|scenario| {
        // One connection each, as what is drawn strikes the first; and not every machine has IPv6.
        let plain = scenario.faults.is_empty() && scenario.later.is_empty() && !scenario.probe.ipv6;
        scenario.id.starts_with("healthy/") && plain
    });
    let mut all: Vec<Base> = healthy
        .map(|scenario| Base {
            id: scenario.id.clone(),
            family: format!(
                "{} {} {:?}",
                scenario.source.display(),
                early(&scenario.server, &scenario.probe),
                scenario.server.licensing.exchange
            ),
            server: scenario.server.clone(),
            probe: scenario.probe.clone(),
        })
        .collect();
    let longer: Vec<Base> = all.iter().flat_map(longer_sessions).collect();
    all.extend(longer);
    all
}

fn early(server: &ServerProfile, probe: &ProbeProfile) -> bool {
    Course::new(server, probe).flights.iter().flatten().any(|kind| *kind == MessageKind::EarlyUserAuthResult)
}

/// Sessions in which more is sent and nothing is wrong.
fn longer_sessions(base: &Base) -> Vec<Base> {
    let sessions: [(&str, &[Step]); 2] = [
        // Pictures come last: once the probe has seen one it leaves, and what follows is a race.
        ("reactivated", &[Step::LogonLong, Step::Deactivate, Step::LogonPlain, Step::Draw]),
        ("noticed", &[Step::ErrorInfo(ErrorInfo(0)), Step::Logon, Step::ReconnectCookie, Step::Draw]),
    ];
    let plain = ["healthy/tls-1.3", "healthy/nla-logon/hybrid"];
    if !plain.contains(&base.id.as_str()) {
        return Vec::new();
    }
    let longer = |(name, steps): &(&str, &[Step])| Base {
        id: format!("{}, {name}", base.id),
        family: (*name).to_owned(),
        server: ServerProfile {
            session: SessionProfile { steps: steps.to_vec(), ..base.server.session.clone() },
            ..base.server.clone()
        },
        probe: base.probe.clone(),
    };
    sessions.iter().map(longer).collect()
}

impl Base {
    pub(super) fn draw(draw: &mut Draw) -> Self {
        let mut families: Vec<&str> = all().iter().map(|base| base.family.as_str()).collect();
        families.sort_unstable();
        families.dedup();
        let family = draw.pick(&families).copied().unwrap_or_default();
        let members: Vec<&Self> = all().iter().filter(|base| base.family == family).collect();
        draw.pick(&members).map_or_else(Self::first, |base| (*base).clone())
    }

    pub(super) fn first() -> Self {
        let bare = || Self {
            id: "the defaults".to_owned(),
            family: String::new(),
            server: ServerProfile::default(),
            probe: ProbeProfile::default(),
        };
        all().first().cloned().unwrap_or_else(bare)
    }

    /// Every message that a fault may strike, in the order in which they are sent.
    pub(super) fn anchors(&self) -> Vec<Place> {
        let course = Course::new(&self.server, &self.probe);
        let mut places: Vec<Place> = Vec::new();
        for flight in &course.flights {
            for (at, kind) in flight.iter().copied().enumerate() {
                let following = flight.len() - at - 1;
                let times = match kind {
                    // The probe never asks whether it may close.
                    MessageKind::ShutdownDenied => 0,
                    MessageKind::McsChannelJoinConfirm => JOINS,
                    kind if REPEATED.contains(&kind) => PICTURES,
                    _ => 1,
                };
                for _ in 0..times {
                    let known = places.iter().filter(|place| place.kind == kind).count();
                    let occurrence = u32::try_from(known).unwrap_or(u32::MAX).saturating_add(1);
                    places.push(Place { kind, occurrence, following });
                }
            }
        }
        places
    }

    /// Whether TLS records are sent.
    pub(super) fn has_tls(&self) -> bool {
        Course::new(&self.server, &self.probe).parts.contains(&Part::Tls)
    }
}
