//! Every class of verdict is reached by a client that earns it.

use std::collections::BTreeSet;

use badrdp::check::Class;

use crate::support::{Room, case};
use crate::trials;

/// Scenario, behaviour of the client, its verdict, words of the detail, and the exit code.
type Row = (&'static [&'static str], &'static str, Class, &'static str, i32);

const CASES: &[Row] = &[
    (&["healthy/tls-1.3"], "honest", Class::AsRequired, "a session", 0),
    (&["mcs/attach-refused/no-such-channel"], "honest", Class::RefusedRightReason, "protocol: \"reason: protocol\"", 0),
    (&["nla/account-state/disabled"], "honest", Class::RefusedRightReason, "logon: \"reason: logon\"", 0),
    (&["mcs/attach-refused/no-such-channel"], "says-nothing", Class::Refused, "it does not say why", 0),
    (&["mcs/attach-refused/no-such-channel"], "retries", Class::RetriedThenRefused, "after 2 connections", 0),
    (
        &["mcs/attach-refused/no-such-channel"],
        "blames-licensing",
        Class::RefusedWrongReason,
        "\"reason: licence\" (licence), not protocol",
        1,
    ),
    (&["last-mile/server-denied-connection"], "reports-errinfo-7", Class::RefusedRightReason, "\"ERRINFO 0x7\"", 0),
    (
        &["last-mile/error-info/idle-timeout"],
        "reports-errinfo-7",
        Class::RefusedWrongReason,
        "it reports ERRINFO 0x7, and the server sent 0x3",
        1,
    ),
    (
        &["mcs/disconnect-reasons/font-map-user-requested"],
        "reports-errinfo-c",
        Class::RefusedRightReason,
        "server-said: \"ERRINFO 0xc\"",
        0,
    ),
    (
        &["last-mile/server-denied-connection-with-ultimatum"],
        "reports-errinfo-c",
        Class::RefusedWrongReason,
        "it reports ERRINFO 0xc, and the server sent 0x7",
        1,
    ),
    (
        &["mcs/disconnect-reasons/font-map-token-purged"],
        "reports-errinfo-c",
        Class::RefusedWrongReason,
        "it reports ERRINFO 0xc, and the server sent none",
        1,
    ),
    (&["healthy/tls-1.3"], "leaves", Class::RefusedGoodServer, "without a session", 1),
    (&["healthy/tls-1.3"], "sends-a-wrong-length", Class::RefusedGoodServer, "cannot read at connection-initiation", 1),
    (&["negotiation/no-data"], "goes-on-with-a-wrong-length", Class::Unknown, "the server, not the client, ended", 0),
    (&["tls/certificate-expired"], "accepts", Class::AcceptedBadServer, "without a warning", 1),
    (&["tls/certificate-expired", "--stdin", "yes\n"], "warns", Class::AsRequired, "warned (\"is not good", 0),
    (&["mcs/attach-refused/no-such-channel"], "falls-back", Class::Downgraded, "it offered SSL|HYBRID", 1),
    (
        &["nla/certificate/expired-accepted"],
        "accepts-and-logs-on",
        Class::LeakedCredentials,
        "in TSCredentials of alice at stage nla, to a server with an expired certificate",
        1,
    ),
    (&["healthy/tls-1.3", "--deadline", "5s"], "hangs", Class::Hung, "it waits", 1),
    (&["healthy/tls-1.3", "--deadline", "5s"], "hangs-behind-the-end", Class::Hung, "its connection is over", 1),
    (&["healthy/tls-1.3"], "crashes", Class::Crashed, "ended by SIGABRT", 1),
    (&["healthy/tls-1.3"], "exits-as-if-it-crashed", Class::Crashed, "exit code 101", 1),
    (
        &["healthy/tls-1.3"],
        "never-connects",
        Class::NotApplicable,
        "never connected: exit code 9; it says \"error: no display\"",
        3,
    ),
    (&["last-mile/black-screen"], "stays", Class::Unknown, "cannot be seen", 0),
];

trials!(
    each_client_gets_the_verdict_that_it_earns,
    every_class_is_reached,
    a_fault_that_the_client_never_meets_is_not_applicable,
    a_client_that_offers_nothing_that_the_server_takes_is_not_applicable,
    a_client_that_is_not_the_one_that_is_refused_is_not_applicable,
    a_client_of_another_kind_that_meets_what_is_wrong_is_judged,
    a_client_that_hangs_before_anything_is_wrong_is_not_said_to_have_ended,
    the_time_that_it_takes_to_detect_a_lie_is_told,
    the_case_says_what_was_asked_and_what_was_seen,
);

fn each_client_gets_the_verdict_that_it_earns() {
    let earn = |(arguments, behaviour, class, words, code): &Row| {
        let (case, exit) = case(arguments, behaviour);
        let verdict = &case["verdict"];
        let detail = verdict["detail"].as_str().unwrap_or_default();
        let earned = verdict["class"] == class.name() && detail.contains(words) && exit == *code;
        (!earned).then(|| format!("{arguments:?} {behaviour}: exit {exit}, {verdict:#}"))
    };
    let mut wrong = Vec::new();
    // Most of them wait: four at a time, so that none waits for a processor.
    for rows in CASES.chunks(4) {
        std::thread::scope(|scope| {
            let under_way: Vec<_> = rows.iter().map(|row| scope.spawn(move || earn(row))).collect();
            wrong.extend(under_way.into_iter().filter_map(|one| one.join().expect("a case comes to an end")));
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn every_class_is_reached() {
    let reached: BTreeSet<_> = CASES.iter().map(|(_, _, class, ..)| *class).collect();
    let missing: Vec<_> = Class::ALL.iter().filter(|class| !reached.contains(class)).collect();
    assert!(missing.is_empty(), "no client earns {missing:?}");
}

/// The honest run against the same server, without the fault, tells.
fn a_fault_that_the_client_never_meets_is_not_applicable() {
    let room = Room::new();
    let file = room.path("late.toml");
    let scenario = "summary = \"s\"\nspec = [\"MS-RDPBCGR 2.2.1.9\"]\n\
        fault = [{ at = \"McsChannelJoinConfirm\", occurrence = 25, omit = true }]\n\
        expect.probe = { stage = \"channel-connection\", finding = \"stalled\" }\n\
        expect.client = { must = \"disconnect\", because = \"b (T.125 7)\" }\n";
    std::fs::write(&file, scenario).expect("a scenario");
    let (case, exit) = case(&["--file", &file.display().to_string()], "honest");
    let detail = case["verdict"]["detail"].as_str().unwrap_or_default();
    assert_eq!((case["verdict"]["class"].as_str(), exit), (Some("not-applicable"), 0), "{case:#}");
    assert!(detail.starts_with("because the fault waits for McsChannelJoinConfirm number 25"), "{detail}");
    assert!(detail.ends_with("without the fault, too: it comes to active"), "{detail}");
}

fn a_client_that_offers_nothing_that_the_server_takes_is_not_applicable() {
    let (case, _) = case(&["nla/account-state/disabled"], "offers-tls-alone");
    assert_eq!(case["verdict"]["class"], "not-applicable", "{case:#}");
    let detail = case["verdict"]["detail"].as_str().unwrap_or_default();
    assert_eq!(detail, "because the client offers SSL, and this server takes HYBRID");
}

fn a_client_that_hangs_before_anything_is_wrong_is_not_said_to_have_ended() {
    let (case, _) = case(&["tls/certificate-expired", "--deadline", "5s"], "hangs");
    assert_eq!(case["verdict"]["class"], "not-applicable", "{case:#}");
    let detail = case["verdict"]["detail"].as_str().unwrap_or_default();
    assert_eq!(detail, "because the client's time was up at connection-initiation, and what is wrong shows at tls");
}

/// From the wrong proof on the wire to the client's end.
fn the_time_that_it_takes_to_detect_a_lie_is_told() {
    let (case, _) = case(&["nla/public-key/wrong-key"], "honest");
    let time = case["verdict"]["time_to_detect_ms"].as_f64().expect("a time");
    assert!(time > 0.0 && time < 3000.0, "{time}");
}

fn the_case_says_what_was_asked_and_what_was_seen() {
    let (case, _) = case(&["nla/account-state/disabled"], "honest");
    assert_eq!(case["expected"]["must"], "disconnect");
    assert_eq!(case["outcome"]["exit_code"], 1);
    assert!(case["outcome"]["stderr"].as_str().is_some_and(|text| text.contains("reason: logon")), "{case:#}");
    assert_eq!(case["verdict"]["right_reasons"], serde_json::json!(["logon"]));
    let connections = case["connections"].as_array().expect("a list");
    assert_eq!((connections.len(), connections[0]["side"].as_str()), (1, Some("server")));
    assert!(case["leak_lines"][0].as_str().is_some_and(|line| line.starts_with("leak: NTLMv2 response")), "{case:#}");
    let shell = case["shell"].as_str().expect("text");
    assert!(shell.contains("{password}") && !shell.contains("Passw0rd!"), "{shell}");
}

fn a_client_that_is_not_the_one_that_is_refused_is_not_applicable() {
    let about = [
        ("nla/restricted-admin/refused", "honest", "does not ask for Restricted Admin"),
        ("nla/remote-guard/not-offered", "honest", "does not ask for Remote Credential Guard"),
        ("nla/encryption-oracle/client-v2", "honest", "CredSSP is version 6, and the scenario is about version 2"),
        ("nla/not-asked-for/nla-required", "honest", "and the scenario is about one that offers SSL"),
    ];
    for (id, behaviour, words) in about {
        let (case, _) = case(&[id], behaviour);
        assert_eq!(case["verdict"]["class"], "not-applicable", "{id}: {}", case["verdict"]);
        let detail = case["verdict"]["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(words), "{id}: {detail}");
    }
}

fn a_client_of_another_kind_that_meets_what_is_wrong_is_judged() {
    let room = Room::new();
    let file = room.path("expired.toml");
    let text = r#"
summary = "An expired certificate, for a client that offers SSL alone"
spec = ["RFC 5280 6.1.3"]
tags = ["tls"]
[server.tls]
certificate = "expired"
[probe]
protocols = ["ssl"]
[expect.probe]
stage = "tls"
finding = "certificate-expired"
[expect.client]
must = "disconnect"
because = "the certificate's time is over (RFC 5280 6.1.3)"
"#;
    std::fs::write(&file, text).expect("a scenario");
    // The mock client offers NLA, too.
    let output = room.check(&["--file", &file.display().to_string(), "--json"], "accepts");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let verdict = &document["scenarios"][0]["verdict"];
    assert_eq!(verdict["class"], "accepted-bad-server", "{verdict} {}", String::from_utf8_lossy(&output.stderr));
}
