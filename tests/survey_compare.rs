//! The survey held against sslyze and nmap: the same host, through a port that counts connections, in the same run.
//! Whatever one finds and another does not has to be explained here.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::collections::{BTreeMap, BTreeSet};

use badrdp::client_probe::survey::tls::names::{group_name, suite_name};
use badrdp::client_probe::survey::{Question, Reply, Survey, SurveyOptions, ask, survey};
use badrdp::client_probe::{Options, Roots, Target, probe};
use badrdp::proto::pdu::x224::Protocols;
use badrdp::proto::wire::tls_record::version_name;
use peers::between::{Counted, unwrapped};
use peers::hosts::{Host, shadow, xrdp};
use peers::{nmap, sslyze};

/// What nmap asks for under each name, and what it then says of.
const NMAP: [(&str, u32, Protocols); 5] = [
    ("Native RDP", 0, Protocols::RDP),
    ("SSL", 1, Protocols::SSL),
    ("CredSSP (NLA)", 3, Protocols::HYBRID),
    ("RDSTLS", 4, Protocols::RDSTLS),
    ("CredSSP with Early User Auth", 8, Protocols::HYBRID_EX),
];

/// Suites of which sslyze's lists know nothing.
const NOT_IN_SSLYZE: [&str; 2] =
    ["TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256", "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256"];

/// Groups of which sslyze asks for none: it looks for curves.
const NO_CURVES: [&str; 5] = ["ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"];

/// The shadow server takes its time to accept a connection, and sslyze makes one for each suite of each version. Its
/// lists of the others are left to nmap there, which needs fewer.
const SHADOW: [&str; 2] = ["TLS 1.3", "TLS 1.2"];

/// Lists by version; what is not accepted is not there.
type Lists = BTreeMap<String, BTreeSet<String>>;

fn target(port: u16) -> (Target, Options) {
    let server_name = Some("rdphost.test".to_owned());
    let options = Options { roots: Roots::Only(Vec::new()), server_name, ask_nla_required: true, ..Options::default() };
    (Target { host: "127.0.0.1".to_owned(), port }, options)
}

fn block_on<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(task)
}

/// As `badrdp probe --survey protocols,tls` does it; also how many connections that was, walk and survey.
fn ours(port: &Counted) -> (Survey, u32) {
    let (target, options) = target(port.port);
    port.take();
    let walk = block_on(probe(&target, &options));
    let walked = port.take();
    let found = block_on(survey(&target, &options, &SurveyOptions::default(), Some(&walk)));
    assert_eq!(found.stop, None, "{:?}", found.cost);
    assert_eq!(found.cost.connections, port.take(), "the survey counts right");
    let connections = walked + found.cost.connections;
    (found, connections)
}

fn lists(found: &Survey) -> Lists {
    let versions = found.tls.iter().flat_map(|tls| &tls.versions).filter(|version| version.accepted == Some(true));
    let suites = |suites: &[u16]| suites.iter().map(|suite| suite_name(*suite)).collect();
    versions.map(|version| (version_name(version.number), suites(&version.suites))).collect()
}

/// The same versions, suites, groups and certificates, but for what sslyze does not know.
fn agrees_with_sslyze(found: &Survey, theirs: &sslyze::Scan) {
    assert_eq!(theirs.error, None);
    let own = lists(found);
    for (version, asked) in &theirs.versions {
        let own = own.get(*version).cloned().unwrap_or_default();
        let more: BTreeSet<_> = own.difference(&asked.accepted).collect();
        let less: BTreeSet<_> = asked.accepted.difference(&own).collect();
        assert!(less.is_empty(), "{version}: only sslyze finds {less:?}");
        for suite in more {
            assert!(NOT_IN_SSLYZE.contains(&suite.as_str()), "{version}: only the survey finds {suite}");
            assert!(!asked.rejected.contains(suite), "{version}: sslyze asked for {suite}, and was refused");
        }
    }
    let tls = found.tls.as_ref().expect("TLS");
    let own: BTreeSet<_> = tls.groups.iter().map(|group| group_name(*group)).collect();
    let curves: BTreeSet<_> = own.iter().filter(|group| !NO_CURVES.contains(&group.as_str())).cloned().collect();
    assert_eq!((&curves, tls.groups_complete), (&theirs.curves.accepted, true));
    assert!(NO_CURVES.iter().all(|group| !theirs.curves.rejected.contains(*group)));
    for chain in &theirs.chains {
        let der: Vec<_> = chain.iter().map(|certificate| certificate.der.clone()).collect();
        let at = tls.chains.iter().position(|own| *own == der).expect("the survey saw the same chain");
        let own = &found.chains.get(at).expect("every chain is read").certificates;
        assert_eq!(own.len(), chain.len());
        for (own, theirs) in own.iter().zip(chain) {
            assert_eq!(own.sha256, theirs.fingerprint);
            assert_eq!((own.not_before, own.not_after), (theirs.not_before, theirs.not_after));
        }
    }
    assert_eq!(
        tls.chains.len(),
        theirs.chains.iter().map(|chain| &chain.first().expect("a leaf").der).collect::<BTreeSet<_>>().len()
    );
}

/// nmap's lists of the same host, whose TLS it can see only where connection initiation is taken off.
fn agrees_with_nmap_on_tls(found: &Survey, host: &Host, protocols: u8) {
    let theirs = nmap::suites(unwrapped(host.port, protocols)).into_iter();
    let theirs: Lists = theirs.map(|(version, suites)| (version, suites.into_iter().collect())).collect();
    assert_eq!(lists(found), theirs);
}

/// What nmap says of protocols is so, but for those `wrong` ones: it takes every Negotiation Response for a yes, and
/// there the host selected something else.
fn agrees_with_nmap_on_protocols(found: &Survey, host: &Host, wrong: &[&str]) {
    let text = nmap::script("rdp-enum-encryption", host.port);
    let says = |what: &str| text.lines().any(|line| line.contains(&format!(" {what}: SUCCESS")));
    let protocols = found.protocols.as_ref().expect("protocols were asked for");
    for (name, asked, protocol) in NMAP {
        let conclusion =
            protocols.protocols.iter().find(|one| one.protocol == protocol).expect("each has a conclusion");
        let own = conclusion.accepted.expect("it was settled");
        assert_eq!(says(name) != own, wrong.contains(&name), "{name}: {conclusion:?}, and nmap: {text}");
        if wrong.contains(&name) {
            let (target, options) = target(host.port);
            let answer = block_on(ask(&target, &options, Question::of(Protocols(asked)))).expect("a connection");
            assert!(
                says(name)
                    && matches!(answer.reply, Reply::Selected { protocol: selected, .. } if selected != protocol),
                "{answer:?}"
            );
        }
    }
    let Some(standard) = &protocols.standard else {
        assert!(!text.contains("RC4") && !text.contains("FIPS"), "{text}");
        return;
    };
    for (method, name) in [(1, "40-bit RC4"), (2, "128-bit RC4"), (8, "56-bit RC4"), (0x10, "FIPS 140-1")] {
        assert_eq!(standard.methods.contains(&method), says(name), "{name}: {standard:?}, and nmap: {text}");
    }
    let level =
        ["None", "Low", "Client Compatible", "High", "FIPS"].get(standard.level as usize).expect("a known level");
    assert!(
        standard.level == 0 || text.contains(&format!("RDP Encryption level: {level}")),
        "{standard:?}, and nmap: {text}"
    );
}

/// All of it but nmap's protocols, for a host with TLS, which is had by asking for `protocols`.
fn compare(host: &Host, protocols: u8, versions: &[&str]) -> Survey {
    let port = Counted::in_front_of(host.port);
    let (found, connections) = ours(&port);
    let theirs = sslyze::scan(port.port, versions);
    let sslyze_connections = port.take();
    agrees_with_sslyze(&found, &theirs);
    assert!(connections < sslyze_connections, "{connections} connections, sslyze's {sslyze_connections}");
    agrees_with_nmap_on_tls(&found, host, protocols);
    found
}

#[test]
fn an_xrdp_that_negotiates_is_what_sslyze_and_nmap_find() {
    let host = xrdp(&[("security_layer", "negotiate"), ("crypt_level", "high")], false);
    let found = compare(&host, 1, &sslyze::ALL);
    agrees_with_nmap_on_protocols(&found, &host, &["CredSSP (NLA)", "RDSTLS", "CredSSP with Early User Auth"]);
}

#[test]
fn an_xrdp_with_weak_tls_is_what_sslyze_and_nmap_find() {
    let weak =
        [("security_layer", "tls"), ("ssl_protocols", "TLSv1, TLSv1.1, TLSv1.2"), ("tls_ciphers", "ALL:@SECLEVEL=0")];
    let host = xrdp(&weak, true);
    compare(&host, 1, &sslyze::ALL);
    // It trips over the disconnect that comes where a Connect Response was due.
    let text = nmap::script("rdp-enum-encryption", host.port);
    assert!(text.contains("Script execution failed"), "nmap can do more than it used to: {text}");
}

#[test]
fn a_shadow_server_with_nla_is_what_sslyze_and_nmap_find() {
    let host = shadow(true);
    let found = compare(&host, 3, &SHADOW);
    agrees_with_nmap_on_protocols(&found, &host, &[]);
}

#[test]
fn a_shadow_server_without_nla_is_what_sslyze_and_nmap_find() {
    let host = shadow(false);
    let found = compare(&host, 1, &SHADOW);
    agrees_with_nmap_on_protocols(&found, &host, &["CredSSP (NLA)"]);
}

/// sslyze takes any answer to its Connection Request for a yes, and finds no TLS behind it.
#[test]
fn an_xrdp_without_tls_has_none_for_sslyze_either() {
    let host = xrdp(&[("security_layer", "rdp"), ("crypt_level", "low")], false);
    let port = Counted::in_front_of(host.port);
    let (found, connections) = ours(&port);
    let error = sslyze::scan(port.port, &sslyze::ALL).error.expect("sslyze finds no TLS");
    assert!(error.contains("could not find a TLS version and cipher suite supported by the server"), "{error}");
    assert!(connections < port.take());
    assert_eq!(found.tls, None);
    agrees_with_nmap_on_protocols(&found, &host, &["SSL", "CredSSP (NLA)", "RDSTLS", "CredSSP with Early User Auth"]);
}

/// Why the comparison takes connection initiation off: nmap's scripts for TLS know nothing of it.
#[test]
fn nmap_sees_no_tls_on_an_rdp_port() {
    let host = xrdp(&[("security_layer", "negotiate")], false);
    let text = nmap::script("ssl-enum-ciphers", host.port);
    assert!(text.contains("open") && !text.contains("TLS"), "{text}");
}
