//! The catalogue's imitations of other servers answer each Connection Request as those do, and are surveyed as those are.
//! `survey_hosts` asks the servers themselves.
#![allow(clippy::expect_used, reason = "tests say what they expect")]

#[path = "peers/replies.rs"]
mod replies;

use badrdp::client_probe::survey::fingerprint::Family;
use badrdp::client_probe::survey::protocols::Nla;
use badrdp::client_probe::survey::{Question, Reply, Survey, SurveyOptions, ask, survey};
use badrdp::client_probe::{Options, Roots, Target, probe};
use badrdp::proto::pdu::x224::Protocols;
use badrdp::{FakeServer, ServerOptions};

/// What is asked, in the order of the table's columns: no negotiation request, then `requestedProtocols`.
const ASKED: [Option<u32>; 11] =
    [None, Some(0), Some(1), Some(2), Some(3), Some(4), Some(8), Some(0xb), Some(0x10), Some(0x13), Some(0x1f)];

/// A server, and its answers: `RSP n`, `FAILURE n`, `CC` without negotiation data, or `MCS` disconnect.
struct Row {
    scenario: &'static str,
    answers: [&'static str; 11],
    /// With flags of Remote Credential Guard, to SSL, HYBRID and HYBRID_EX.
    guarded: &'static str,
    /// SRC-REF, and flags of the Negotiation Response.
    marks: (u16, u8),
    accepted: &'static [Protocols],
    nla: Nla,
    family: Family,
}

const SHADOW_NLA: [&str; 11] = [
    "FAILURE 5",
    "FAILURE 5",
    "FAILURE 5",
    "RSP 2",
    "RSP 2",
    "FAILURE 5",
    "FAILURE 5",
    "RSP 2",
    "FAILURE 5",
    "RSP 2",
    "RSP 2",
];
const SHADOW: [&str; 11] =
    ["RSP 0", "RSP 0", "RSP 1", "FAILURE 2", "RSP 1", "FAILURE 2", "FAILURE 2", "RSP 1", "FAILURE 2", "RSP 1", "RSP 1"];

/// A to G.
const TABLE: [Row; 7] = [
    Row {
        scenario: "negotiation/as-xrdp/negotiate",
        answers: ["CC", "RSP 0", "RSP 1", "RSP 0", "RSP 1", "RSP 0", "RSP 0", "RSP 1", "MCS", "MCS", "MCS"],
        guarded: "MCS",
        marks: (0x1234, 1),
        accepted: &[Protocols::RDP, Protocols::SSL],
        nla: Nla::NotOffered,
        family: Family::Xrdp,
    },
    Row {
        scenario: "negotiation/as-xrdp/rdp",
        answers: ["CC", "RSP 0", "RSP 0", "RSP 0", "RSP 0", "RSP 0", "RSP 0", "RSP 0", "MCS", "MCS", "MCS"],
        guarded: "MCS",
        marks: (0x1234, 1),
        accepted: &[Protocols::RDP],
        nla: Nla::NotOffered,
        family: Family::Xrdp,
    },
    Row {
        scenario: "negotiation/as-xrdp/tls",
        answers: [
            "CC",
            "FAILURE 1",
            "RSP 1",
            "FAILURE 1",
            "RSP 1",
            "FAILURE 1",
            "FAILURE 1",
            "RSP 1",
            "MCS",
            "MCS",
            "MCS",
        ],
        guarded: "MCS",
        marks: (0x1234, 1),
        accepted: &[Protocols::SSL],
        nla: Nla::NotOffered,
        family: Family::Xrdp,
    },
    Row {
        scenario: "negotiation/as-freerdp/shadow-nla",
        answers: SHADOW_NLA,
        guarded: "RSP 2",
        marks: (0, 3),
        accepted: &[Protocols::HYBRID],
        nla: Nla::Enforced,
        family: Family::FreeRdp,
    },
    Row {
        scenario: "negotiation/as-freerdp/shadow",
        answers: SHADOW,
        guarded: "RSP 1",
        marks: (0, 3),
        accepted: &[Protocols::RDP, Protocols::SSL],
        nla: Nla::NotOffered,
        family: Family::FreeRdp,
    },
    Row {
        scenario: "negotiation/as-freerdp/weston",
        answers: SHADOW,
        guarded: "RSP 1",
        marks: (0, 1),
        accepted: &[Protocols::RDP, Protocols::SSL],
        nla: Nla::NotOffered,
        family: Family::FreeRdp,
    },
    Row {
        scenario: "negotiation/as-freerdp/gnome-remote-desktop",
        answers: SHADOW_NLA,
        guarded: "RSP 2",
        marks: (0, 3),
        accepted: &[Protocols::HYBRID],
        nla: Nla::Enforced,
        family: Family::FreeRdp,
    },
];

fn options() -> Options {
    Options { roots: Roots::Only(Vec::new()), ask_nla_required: true, ..Options::default() }
}

/// A runtime, the imitation on it, and where it listens.
fn start(row: &Row) -> (tokio::runtime::Runtime, FakeServer, Target) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let scenario = badrdp::scenario(row.scenario).expect("a built-in scenario");
    let server = runtime.block_on(FakeServer::start_with(scenario, ServerOptions::default())).expect("a loopback port");
    let target = Target { host: "127.0.0.1".to_owned(), port: server.addr().port() };
    (runtime, server, target)
}

#[test]
fn every_imitation_answers_every_request_as_its_model_does() {
    for row in &TABLE {
        let (runtime, _server, target) = start(row);
        let put =
            |question| runtime.block_on(ask(&target, &options(), question)).expect("the host accepts connections");
        let told = ASKED.map(|asked| {
            let question = asked.map_or(Question { protocols: None, flags: 0 }, |it| Question::of(Protocols(it)));
            let answer = put(question);
            if let Reply::Selected { flags, .. } = answer.reply {
                assert_eq!((answer.source, flags), (Some(row.marks.0), row.marks.1), "{}, {question}", row.scenario);
            }
            replies::short(&answer.reply)
        });
        assert_eq!(told, row.answers.map(str::to_owned), "{}", row.scenario);
        let guarded = put(Question { protocols: Some(Protocols(0xb)), flags: 2 });
        assert_eq!(replies::short(&guarded.reply), row.guarded, "{}", row.scenario);
    }
}

/// As `badrdp probe --survey protocols` does it.
fn examine(row: &Row) -> Survey {
    let (runtime, _server, target) = start(row);
    let what = SurveyOptions { tls: false, ..SurveyOptions::default() };
    runtime.block_on(async {
        let walk = probe(&target, &options()).await;
        survey(&target, &options(), &what, Some(&walk)).await
    })
}

#[test]
fn what_is_selected_and_was_not_asked_for_is_no_yes() {
    for row in &TABLE {
        let found = examine(row);
        let protocols = found.protocols.as_ref().expect("protocols were asked for");
        let accepted: Vec<_> = protocols.protocols.iter().filter(|one| one.accepted == Some(true)).collect();
        let accepted: Vec<_> = accepted.iter().map(|one| one.protocol).collect();
        assert_eq!((accepted.as_slice(), protocols.nla), (row.accepted, row.nla), "{}", row.scenario);
        assert!(protocols.protocols.iter().all(|one| one.accepted.is_some()), "{}: {protocols:#?}", row.scenario);
        let family = found.fingerprint.family.map(|(family, _)| family);
        assert_eq!(family, Some(row.family), "{}: {:#?}", row.scenario, found.fingerprint);
        assert_eq!(found.stop, None, "{}", row.scenario);
    }
}

/// An xrdp with TLS alone confirms a request without negotiation data, and ends the connection at the next message.
#[test]
fn a_confirm_without_tls_behind_it_is_not_taken_for_standard_rdp_security() {
    for (row, goes_on) in TABLE.iter().take(3).zip([true, true, false]) {
        let (runtime, _server, target) = start(row);
        let answer = runtime.block_on(ask(&target, &options(), Question { protocols: None, flags: 0 }));
        let settings = answer.and_then(|answer| answer.settings).expect("the probe goes on in plain text");
        let given = matches!(settings, badrdp::client_probe::survey::Settings::Given(_));
        assert_eq!(given, goes_on, "{}: {settings:?}", row.scenario);
    }
}
