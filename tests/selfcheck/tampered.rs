//! The check can fail: whatever is changed in a right run, it tells, down to the byte.

use std::path::Path;
use std::time::Duration;

use badrdp::Scenario;
use badrdp::proto::connect::Ending;
use badrdp::proto::vocab::MessageKind;

use crate::expect::{Act, HonestRun, expected};
use crate::judge::problems;
use crate::play::{Done, Played, What};
use crate::{honest, play_all};

/// Own scenarios: each operator, and operators together.
const FAULTS: &[&str] = &[
    "{ at = \"McsConnectResponse\", set = { layer = \"gcc\", field = \"TS_UD_SC_CORE.version\", value = 0x00080006 } }",
    "{ at = \"McsConnectResponse\", truncate = { layer = \"gcc\", keep = 10 }, then = \"fin\" }",
    "{ at = \"McsConnectResponse\", add = { layer = \"mcs\", field = \"length\", value = -1 }, then = \"stall\" }",
    "{ at = \"DemandActive\", add = { layer = \"share\", field = \"TS_SHARECONTROLHEADER.totalLength\", value = 258 }, then = \"stall\" }",
    "{ at = \"McsConnectResponse\", append = { layer = \"gcc\", hex = \"080c 0800 01000000\" } }",
    "{ at = \"DemandActive\", insert = { layer = \"share\", at = 6, hex = \"00\" }, then = \"half-close\" }",
    "{ at = \"DemandActive\", remove = { layer = \"share\", field = \"TS_DEMAND_ACTIVE_PDU.sessionId\" }, then = \"rst\" }",
    "{ at = \"LicenseErrorAlert\", xor = { layer = \"payload\", at = 0, hex = \"ff\" } }, { at = \"LicenseErrorAlert\", append = { layer = \"payload\", hex = \"00\" } }",
    "{ at = \"McsChannelJoinConfirm\", occurrence = 2, omit = true, then = \"fin\" }",
    "{ at = \"McsAttachUserConfirm\", duplicate = 2 }, { at = \"McsAttachUserConfirm\", before = { hex = \"0300\" } }",
    "{ at = \"X224ConnectionConfirm\", replace = { text = \"HTTP/1.1 400 Bad Request\" }, then = \"fin\" }",
    "{ at = \"Synchronize\", hold = 1 }",
    "{ at = \"Synchronize\", merge = true }",
    "{ at = \"*\", split = [1, 2] }",
    "{ at = \"X224ConnectionConfirm\", drip = { bytes = 5, every = \"1ms\" } }, { at = \"X224ConnectionConfirm\", wait = \"5ms\" }",
    "{ at = \"TlsServerHello\", alert = 40 }",
    "{ at = \"TlsServerHello\", server_hello = \"1.0\" }",
    "{ at = \"FontMap\", alert = 80 }",
];

fn scenario(faults: &str) -> Scenario {
    let text = format!(
        "summary = \"s\"\nspec = [\"s\"]\nexpect.probe = {{ stage = \"active\" }}\n\
         expect.client = {{ must = \"warn\", because = \"b\" }}\nfault = [{faults}]\n"
    );
    badrdp::scenarios::load_str(Path::new("own.toml"), &text)
        .unwrap_or_else(|wrong| panic!("{faults}: {wrong:?}"))
        .remove(0)
}

fn judged(scenario: &Scenario, honest: &HonestRun, sent: &Played) -> Vec<String> {
    problems(&scenario.source, &scenario.faults, honest, sent)
}

#[tokio::test]
async fn no_difference_goes_unseen() {
    let scenarios: Vec<Scenario> = FAULTS.iter().map(|faults| scenario(faults)).collect();
    let mut played = play_all([vec![honest(&scenarios[0])], scenarios.clone()].concat()).await;
    let honest = HonestRun::of(&played.remove(0));
    let mut tampered = 0;
    for (scenario, sent) in scenarios.iter().zip(&played) {
        let faults: Vec<_> = scenario.faults.iter().collect();
        assert_eq!(judged(scenario, &honest, sent), [] as [String; 0]);
        let right = expected(&honest.beside(sent), &faults).unwrap();
        for at in 0..right.at_least {
            for changed in changes(&sent.done[at], &right.steps[at].act) {
                let mut sent = sent.clone();
                sent.done.splice(at..=at, changed);
                let told = judged(scenario, &honest, &sent);
                assert_ne!(told, [] as [String; 0], "{faults:?}\n{:?}", sent.done.get(at));
                tampered += 1;
            }
        }
        let more = Done { kind: Some(MessageKind::FontMap), what: What::Write(vec![3]), at: Duration::MAX };
        let mut sent = sent.clone();
        sent.done.insert(right.at_least, more);
        assert_ne!(judged(scenario, &honest, &sent), [] as [String; 0], "{faults:?}");
    }
    assert!(tampered > 1500, "only {tampered}");
}

/// Whatever could stand in place of one thing that was done.
fn changes(done: &Done, right: &Act) -> Vec<Vec<Done>> {
    let with = |what| Done { what, ..done.clone() };
    let mut changes = vec![vec![], vec![done.clone(), done.clone()]];
    match (&done.what, right) {
        (What::Write(bytes), Act::Write(right)) => {
            for (at, _) in right.iter().enumerate().filter(|(_, byte)| !byte.random).step_by(7) {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1;
                changes.push(vec![with(What::Write(bytes))]);
            }
            if !right.iter().all(|byte| byte.random) {
                changes.push(vec![with(What::Write([bytes.as_slice(), &[0]].concat()))]);
                changes.push(vec![with(What::Write(bytes[1..].to_vec()))]);
            }
            if let Some((first, rest)) = bytes.split_first().filter(|(_, rest)| !rest.is_empty()) {
                changes.push(vec![with(What::Write(vec![*first])), with(What::Write(rest.to_vec()))]);
            }
        }
        (What::Wait(time), _) => changes.push(vec![with(What::Wait(*time * 2))]),
        (What::HalfClose, _) => changes.push(vec![with(What::End(Ending::Fin))]),
        (What::End(ending), _) => {
            let other = if *ending == Ending::Rst { Ending::Fin } else { Ending::Rst };
            changes.push(vec![with(What::End(other))]);
        }
        _ => {}
    }
    changes
}

#[tokio::test]
async fn a_fault_that_changes_nothing_is_told_with_its_line() {
    // The version is that already.
    let same = "{ at = \"X224ConnectionConfirm\", set = { layer = \"tpkt\", field = \"version\", value = 3 } }";
    let never = "{ at = \"McsChannelJoinConfirm\", occurrence = 99, omit = true }";
    // What one does, the other takes back.
    let back = "{ at = \"FontMap\", append = { layer = \"share\", hex = \"00\" } },\n\
                { at = \"FontMap\", truncate = { layer = \"share\", keep = 26 } }";
    let scenarios = [same, never, back].map(scenario);
    let mut played = play_all([vec![honest(&scenarios[0])], scenarios.to_vec()].concat()).await;
    let honest = HonestRun::of(&played.remove(0));
    let told: Vec<_> = scenarios.iter().zip(&played).map(|(one, sent)| judged(one, &honest, sent)).collect();
    assert_eq!(told[0], ["own.toml:5: the fault changes nothing"]);
    assert_eq!(told[1], ["own.toml:5: the honest run has no such message"]);
    assert!(told[2].contains(&"own.toml:5: the fault changes nothing".to_owned()), "{:?}", told[2]);
}

/// The words of a difference: file, message, line and byte.
#[tokio::test]
async fn a_difference_is_named() {
    let scenario = scenario(FAULTS[0]);
    let mut played = play_all(vec![honest(&scenario), scenario.clone()]).await;
    let (honest, sent) = (HonestRun::of(&played.remove(0)), played.remove(0));
    let response = |done: &Done| done.kind == Some(MessageKind::McsConnectResponse);
    let mut wrong = sent.clone();
    let at = wrong.done.iter().position(response).unwrap();
    let What::Write(bytes) = &mut wrong.done[at].what else { panic!() };
    bytes[3] -= 1;
    let [told] = <[String; 1]>::try_from(judged(&scenario, &honest, &wrong)).unwrap();
    let start = format!("own.toml: McsConnectResponse (line 5), step {at}, byte 3: expected ");
    assert!(told.starts_with(&start), "{told}");
    let mut wrong = sent;
    let confirm = |done: &Done| done.kind == Some(MessageKind::McsAttachUserConfirm);
    let at = wrong.done.iter().position(confirm).unwrap();
    wrong.done[at].what = What::Write(vec![3]);
    let [told] = <[String; 1]>::try_from(judged(&scenario, &honest, &wrong)).unwrap();
    assert!(told.contains("McsAttachUserConfirm (which no fault names)"), "{told}");
}
