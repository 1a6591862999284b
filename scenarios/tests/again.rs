//! Clients that come again in scenario files: every key is read, and what can never happen is a mistake.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use badrdp_proto::connect::{Ending, Step};
use badrdp_scenarios::load_str;
use badrdp_scenarios::model::{Certificate, Reconnect, Redirection, Scenario};

const HEAD: &str = "summary = \"s\"\nspec = [\"RFC 1\"]\n";
const REST: &str =
    "[expect]\nprobe = { stage = \"active\" }\nclient = { must = \"connect\", because = \"of the test\" }\n";

fn load(text: &str) -> Vec<Scenario> {
    match load_str(Path::new("dir/file.toml"), &format!("{HEAD}{text}{REST}")) {
        Ok(scenarios) => scenarios,
        Err(wrong) => panic!("{wrong:#?}"),
    }
}

fn mistakes(text: &str) -> String {
    match load_str(Path::new("dir/file.toml"), &format!("{HEAD}{text}{REST}")) {
        Ok(scenarios) => panic!("{} scenarios and no mistake in:\n{text}", scenarios.len()),
        Err(found) => found.iter().map(|diagnostic| format!("{diagnostic}\n")).collect(),
    }
}

#[test]
fn every_key_is_read() {
    let scenario = load(
        r#"
[server.redirection]
session = 7
address = "127.0.0.1"
token = "msts=1"
user = "bob"
domain = "B"
password = "pw"
[probe]
cookie = "bob"
correlation_id = "000102030405060708090a0b0c0d0e0f"
ipv6 = true
follow = true
"#,
    )
    .remove(0);
    let text = |text: &str| Some(text.to_owned());
    let expected = Redirection {
        session: 7,
        address: text("127.0.0.1"),
        token: text("msts=1"),
        user: text("bob"),
        domain: text("B"),
        password: text("pw"),
    };
    assert_eq!(scenario.server.redirection, Some(expected));
    assert!(!format!("{scenario:?}").contains("pw"), "a password is not printed");
    let probe = scenario.probe;
    assert_eq!((probe.cookie, probe.ipv6, probe.follow), (text("bob"), true, true));
    assert_eq!(probe.correlation_id.map(|id| id[15]), Some(15));

    let scenario = load(
        "server.session = { steps = [\"reconnect-cookie\"], refuse_cookies = true }\n\
         probe = { routing_token = \"Cookie: msts=1\", reconnect = \"wrong-cookie\" }\n",
    )
    .remove(0);
    assert!(scenario.server.session.refuse_cookies);
    assert_eq!(scenario.probe.routing_token, text("Cookie: msts=1"));
    assert_eq!(scenario.probe.reconnect, Some(Reconnect::WrongCookie));
}

#[test]
fn a_connection_is_laid_over_the_file_and_not_over_the_one_before_it() {
    let scenario = load(
        "server.tls = { certificate = \"expired\", key = \"rsa\" }\nserver.redirection.token = \"t\"\nprobe.follow = true\n\
         [[fault]]\nat = \"LicenseErrorAlert\"\nwait = \"1ms\"\n\
         [[connection]]\nfrom = 2\nserver.tls.certificate = \"good\"\nserver.redirection.address = \"a\"\n\
         [[connection]]\nfrom = 3\nserver.session.steps = [\"fin\"]\nfault = []\n",
    )
    .remove(0);
    assert_eq!(scenario.faults.len(), 1);
    let [second, third] = scenario.later.as_slice() else { panic!("{:?}", scenario.later) };
    assert_eq!((second.from, second.line), (2, 9));
    assert_eq!((second.server.tls.certificate, second.server.tls.key), (Certificate::Good, scenario.server.tls.key));
    assert_eq!(second.faults, scenario.faults, "the file's");
    // Whoever was redirected here has arrived: the file's redirection stays behind, this one's is its own.
    let token = |redirection: &Option<Redirection>| redirection.as_ref().map(|redirection| redirection.token.clone());
    assert_eq!(
        (token(&scenario.server.redirection), token(&second.server.redirection)),
        (Some(Some("t".to_owned())), Some(None))
    );
    assert_eq!(third.server.tls.certificate, Certificate::Expired);
    assert_eq!((&third.faults, &third.server.redirection), (&Vec::new(), &None));
    assert_eq!(third.server.session.steps, [Step::End(Ending::Fin)]);
}

#[test]
fn a_case_replaces_the_connections_and_goes_below_them() {
    let scenarios = load(
        "server.session.steps = [\"reconnect-cookie\", \"fin\"]\nprobe.reconnect = \"cookie\"\n\
         connection = [{ from = 2, server.session.steps = [\"draw\"] }]\n\
         [[case]]\nid = \"a\"\nserver.tls.certificate = \"expired\"\n\
         [[case]]\nid = \"b\"\nconnection = [{ from = 2, server.tls.key = \"rsa\" }]\n",
    );
    let [a, b] = scenarios.as_slice() else { panic!("{scenarios:?}") };
    assert_eq!(a.later[0].server.tls.certificate, Certificate::Expired);
    assert_eq!(a.later[0].server.session.steps, [Step::Draw]);
    assert_eq!(b.later[0].server.session.steps, b.server.session.steps);
}

macro_rules! wrong {
    ($($name:ident: $part:literal;)*) => {
        $(#[test] fn $name() { insta::assert_snapshot!(mistakes($part)); })*
    };
}

wrong! {
    connection_that_never_comes: "[[connection]]\nfrom = 2\nserver.tls.key = \"rsa\"\n";
    connection_out_of_order: "probe.follow = true\n[[connection]]\nfrom = 3\nfault = []\n[[connection]]\nfrom = 2\nfault = []\n";
    connection_without_from_and_content: "probe.follow = true\n[[connection]]\n[[connection]]\nfrom = 1\nserver.tsl = {}\nexpect = {}\n";
    third_connection_of_a_reconnect: "server.session.steps = [\"reconnect-cookie\", \"fin\"]\nprobe.reconnect = \"cookie\"\n[[connection]]\nfrom = 3\nfault = []\n";
    mistakes_inside_a_connection: "probe.follow = true\nserver.redirection.address = \"a\"\n[[connection]]\nfrom = 2\nserver.mcs.connect_result = \"RT_USER_REJECTED\"\n[[connection.fault]]\nat = \"FontMap\"\nomit = true\n";
    reconnect_without_a_cookie: "[probe]\nreconnect = \"cookie\"\n";
    session_behind_a_redirection: "[server.redirection]\naddress = \"a\"\n[server.session]\nsteps = [\"draw\"]\n[[fault]]\nat = \"DemandActive\"\nomit = true\n";
    odd_requests: "[probe]\ncookie = \"a\\r\\nb\"\nrouting_token = \"ä\"\ncorrelation_id = \"0102\"\n";
    token_and_cookie: "[probe]\ncookie = \"a\"\nrouting_token = \"b\"\n";
}
