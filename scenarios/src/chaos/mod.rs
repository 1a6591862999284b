//! Scenarios at random: a healthy server, and one to three faults that nobody chose.
//!
//! Pure: the seed and the number make the scenario. What a file may not say is not drawn: every scenario passes the
//! checker. What it must come to nobody knows: `expect` holds a place, until somebody has replayed it.

mod base;
mod draw;
mod fault;
mod value;

use std::path::PathBuf;

use badrdp_proto::vocab::{MessageKind, Stage};

use self::base::Base;
use self::draw::Draw;
use crate::diagnostic::Severity;
use crate::load::check_str;
use crate::model::{ClientDuty, ExpectClient, ExpectProbe, Fault, Operator, Scenario};
use crate::random::Seeded;
use crate::write::to_toml;

/// Draws of faults until some pass the checker; on average less than two are needed.
const TRIES: u64 = 200;

/// The scenario with this number, from 0, of the sequence with this seed.
///
/// It is as it would be if it had been written to a file and loaded: each fault knows its line.
#[must_use]
pub fn scenario(seed: u64, number: u64) -> Scenario {
    let id = format!("chaos/{seed}-{number}");
    let source = PathBuf::from(format!("{id}.toml"));
    for attempt in 0..TRIES {
        let mut draw = Draw::new(Seeded::new(seed, &format!("chaos {number}.{attempt}")));
        let base = Base::draw(&mut draw);
        let faults = fault::faults(&mut draw, &base);
        let drawn = described(seed, number, &base, faults);
        let Ok(text) = to_toml(&drawn) else { continue };
        let mut checked = check_str(&source, &text);
        let right = checked.diagnostics.iter().all(|found| found.severity == Severity::Warning);
        if right && let Some(scenario) = checked.scenarios.pop() {
            return scenario;
        }
    }
    // Every base has one: no draw that failed so often is worth another.
    described(seed, number, &Base::first(), Vec::new())
}

/// Every scenario of the sequence with this seed.
pub fn scenarios(seed: u64) -> impl Iterator<Item = Scenario> {
    (0..).map(move |number| scenario(seed, number))
}

/// Every name of an operator, `then` ahead of them, as files write them.
#[must_use]
pub fn effects() -> Vec<&'static str> {
    core::iter::once("then").chain(crate::keys::OPERATORS.iter().copied()).collect()
}

/// Every message that a fault may be drawn for.
#[must_use]
pub fn anchors() -> Vec<MessageKind> {
    let mut kinds: Vec<MessageKind> = base::all().iter().flat_map(Base::anchors).map(|anchor| anchor.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn described(seed: u64, number: u64, base: &Base, faults: Vec<Fault>) -> Scenario {
    let struck = |fault: &Fault| {
        let what = crate::write::effect(fault).unwrap_or("nothing");
        match (fault.at.kind, fault.at.occurrence.unwrap_or(1)) {
            (None, _) => format!("`{what}` at every message"),
            (Some(kind), 1) => format!("`{what}` at {kind}"),
            (Some(kind), nth) => format!("`{what}` at {kind} number {nth}"),
        }
    };
    let faulty: Vec<String> = faults.iter().map(struck).collect();
    let mut spec: Vec<String> =
        faults.iter().filter_map(|fault| fault.at.kind).map(|kind| kind.spec().to_owned()).collect();
    spec.dedup();
    if spec.is_empty() {
        spec.push(Stage::Active.spec().to_owned());
    }
    let because = format!("nobody has said what a client owes here ({})", spec.join(", "));
    Scenario {
        id: format!("chaos/{seed}-{number}"),
        summary: format!("Drawn at random over {}: {}", base.id, faulty.join(", ")),
        about: format!("Number {number} of the scenarios with the seed {seed}."),
        spec,
        tags: vec!["chaos".to_owned()],
        covers: Vec::new(),
        server: base.server.clone(),
        faults,
        later: Vec::new(),
        probe: base.probe.clone(),
        expect_probe: ExpectProbe { stage: Stage::Active, finding: None, says: None },
        expect_client: ExpectClient { must: None, should: Some(ClientDuty::Warn), because },
        source: PathBuf::from(format!("chaos/{seed}-{number}.toml")),
    }
}

/// Whether the operator leaves every byte and its order as it is: only pieces and times differ.
#[must_use]
pub const fn only_moves(fault: &Fault) -> bool {
    fault.then.is_none()
        && matches!(fault.operator, Some(Operator::Split(_) | Operator::Drip(..) | Operator::Wait(_) | Operator::Merge))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use super::*;
    use crate::load::load_str;
    use crate::write::effect;

    #[test]
    fn the_same_seed_makes_the_same_scenarios_and_another_makes_others() {
        let draw = |seed| scenarios(seed).take(20).collect::<Vec<_>>();
        assert_eq!(draw(7), draw(7));
        let faults = |seed| draw(seed).into_iter().map(|scenario| scenario.faults).collect::<Vec<_>>();
        assert_ne!(faults(7), faults(8));
        assert_eq!(scenario(7, 19), draw(7).pop().unwrap(), "a number needs none of those before it");
    }

    /// What a draw may come to at all, it comes to; and all of it is what a file may say.
    #[test]
    fn two_thousand_draws_have_every_operator_and_every_anchor_and_all_pass_the_checker() {
        let mut operators: BTreeMap<&str, u32> = BTreeMap::new();
        let mut anchors: BTreeMap<Option<MessageKind>, u32> = BTreeMap::new();
        let mut bases: BTreeSet<String> = BTreeSet::new();
        let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
        for scenario in scenarios(1).take(2000) {
            *counts.entry(scenario.faults.len()).or_default() += 1;
            bases.insert(scenario.summary.split_once(':').unwrap().0.to_owned());
            for fault in &scenario.faults {
                *operators.entry(effect(fault).unwrap()).or_default() += 1;
                if fault.then.is_some() {
                    *operators.entry("then").or_default() += 1;
                }
                *anchors.entry(fault.at.kind).or_default() += 1;
            }
            let text = to_toml(&scenario).unwrap();
            let loaded = load_str(&scenario.source, &text).unwrap_or_else(|wrong| panic!("{wrong:#?}\n{text}"));
            assert_eq!(loaded, [scenario], "{text}");
        }
        for effect in effects() {
            assert!(operators.get(effect).is_some_and(|times| *times >= 10), "{effect} is rare: {operators:?}");
        }
        let every = super::anchors().into_iter().map(Some).chain([None]);
        for anchor in every {
            // A message that one base alone sends is drawn seldom.
            assert!(anchors.contains_key(&anchor), "{anchor:?} is never drawn: {anchors:?}");
        }
        assert_eq!(counts.keys().copied().collect::<Vec<_>>(), [1, 2, 3], "{counts:?}");
        assert_eq!(bases.len(), base::all().len(), "{bases:?}");
    }

    /// A replay has to end soon, whatever is drawn.
    #[test]
    fn waits_and_drips_are_short() {
        for fault in scenarios(2).take(1000).flat_map(|scenario| scenario.faults) {
            match fault.operator {
                Some(Operator::Wait(time)) if fault.at.kind.is_none() => assert!(time <= Duration::from_millis(2)),
                Some(Operator::Wait(time)) => assert!(time <= Duration::from_millis(60)),
                Some(Operator::Drip(bytes, every)) => assert!(bytes >= 16 && every <= Duration::from_millis(1)),
                Some(Operator::Duplicate(times)) => assert!(times <= 3),
                _ => {}
            }
        }
    }

    #[test]
    fn healthy_servers_with_and_without_nla_are_struck_where_they_really_send() {
        let anchors = anchors();
        for kind in [
            MessageKind::X224ConnectionConfirm,
            MessageKind::TlsServerHello,
            MessageKind::TsRequest,
            MessageKind::EarlyUserAuthResult,
            MessageKind::McsConnectResponse,
            MessageKind::McsChannelJoinConfirm,
            MessageKind::DemandActive,
            MessageKind::DeactivateAll,
            MessageKind::FontMap,
            MessageKind::SaveSessionInfo,
            MessageKind::FastPathOutput,
        ] {
            assert!(anchors.contains(&kind), "{kind}: {anchors:?}");
        }
        assert!(!anchors.contains(&MessageKind::ShutdownDenied), "the probe never asks for it");
    }
}
