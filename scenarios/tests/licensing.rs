//! The licence exchange in scenario files: every key is read, what contradicts another is refused, and faults strike
//! what this server sends to this probe.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{LicenseErrorCode, LicenseStateTransition};
use badrdp_scenarios::model::{Exchange, LicenseAnswer, LicenseCertificate, LicensingProfile, Scenario};
use badrdp_scenarios::{load_str, select};

const HEAD: &str = "summary = \"s\"\nspec = [\"RFC 1\"]\nexpect.probe = { stage = \"licensing\", finding = \"f\" }\n\
                    expect.client = { must = \"disconnect\", because = \"of the test\" }\n";

fn load(text: &str) -> Result<Scenario, String> {
    match load_str(Path::new("dir/file.toml"), &format!("{HEAD}{text}")) {
        Ok(mut scenarios) => Ok(scenarios.remove(0)),
        Err(wrong) => Err(wrong.iter().map(|diagnostic| format!("{diagnostic}\n")).collect()),
    }
}

#[track_caller]
fn mistake(text: &str, words: &str) {
    let found = load(text).unwrap_err();
    assert!(found.contains(words), "{words:?} is not said: {found}");
    assert_eq!(found.matches("dir/file.toml:").count(), 1, "{found}");
}

#[test]
fn every_key_is_read() {
    let scenario = load(
        "[server.licensing]\nexchange = \"upgrade\"\nalert_at = \"UpgradeLicense\"\ncertificate = \"x509\"\n\
         error = \"ERR_INVALID_MAC\"\ntransition = \"ST_TOTAL_ABORT\"\n[probe]\nlicense = \"stored\"\n",
    );
    let scenario = scenario.unwrap();
    let expected = LicensingProfile {
        error: LicenseErrorCode::ERR_INVALID_MAC,
        transition: LicenseStateTransition::ST_TOTAL_ABORT,
        error_info: None,
        exchange: Some(Exchange::Upgrade),
        alert_at: Some(MessageKind::UpgradeLicense),
        certificate: LicenseCertificate::X509,
    };
    assert_eq!(scenario.server.licensing, expected);
    assert_eq!(scenario.probe.license, LicenseAnswer::Stored);
    let plain = load("").unwrap();
    assert_eq!((plain.server.licensing.exchange, plain.probe.license), (None, LicenseAnswer::Decline));
}

#[test]
fn what_contradicts_an_exchange_is_refused() {
    mistake("server.licensing.alert_at = \"NewLicense\"", "`alert_at` needs an `exchange`");
    mistake("server.licensing.certificate = \"x509\"", "`certificate` is sent in an `exchange`, and there is none");
    mistake("probe.license = \"new\"", "[server.licensing] has no `exchange`");
    let error = "server.licensing = { exchange = \"new\", error = \"ERR_INVALID_MAC\" }\nprobe.license = \"new\"";
    mistake(error, "`alert_at` says where the alert stands in");
    let info = "server.licensing = { exchange = \"new\", error_info = \"ERRINFO_LICENSE_NO_LICENSE\" }";
    mistake(info, "`error_info` takes the place of every licensing PDU");
    let never = "server.licensing = { exchange = \"new\", alert_at = \"UpgradeLicense\" }\nprobe.license = \"new\"";
    mistake(never, "UpgradeLicense is never sent to the client that [probe] describes");
}

#[test]
fn faults_strike_what_this_server_sends_to_this_probe() {
    let fault = |exchange: &str, license: &str, kind: &str| {
        load(&format!(
            "server.licensing.exchange = \"{exchange}\"\nprobe.license = \"{license}\"\n\
             fault = [{{ at = \"{kind}\", then = \"fin\" }}]\n"
        ))
    };
    let sent = |exchange, license| {
        let kinds = [
            "LicenseRequest",
            "PlatformChallenge",
            "NewLicense",
            "UpgradeLicense",
            "LicenseErrorAlert",
            "DemandActive",
        ];
        kinds.into_iter().filter(|kind| fault(exchange, license, kind).is_ok()).collect::<Vec<_>>()
    };
    assert_eq!(sent("new", "decline"), ["LicenseRequest"]);
    assert_eq!(sent("new", "new"), ["LicenseRequest", "PlatformChallenge", "NewLicense", "DemandActive"]);
    assert_eq!(sent("new", "stored"), ["LicenseRequest", "LicenseErrorAlert", "DemandActive"]);
    assert_eq!(sent("upgrade", "new"), ["LicenseRequest", "PlatformChallenge", "NewLicense", "DemandActive"]);
    assert_eq!(sent("upgrade", "stored"), ["LicenseRequest", "PlatformChallenge", "UpgradeLicense", "DemandActive"]);
    assert_eq!(sent("formality", "decline"), ["LicenseRequest", "LicenseErrorAlert", "DemandActive"]);
    let declined = fault("new", "decline", "DemandActive").unwrap_err();
    assert!(declined.contains("the probe declines the licence exchange: [probe] says no `license`"), "{declined}");
}

/// An error alert in place of each message, and silence and both closes behind each.
#[test]
fn each_message_of_the_exchange_is_replaced_and_followed_by_every_end() {
    let messages = [
        MessageKind::LicenseRequest,
        MessageKind::PlatformChallenge,
        MessageKind::NewLicense,
        MessageKind::UpgradeLicense,
    ];
    let alerts = select("licensing/exchange-alert").unwrap();
    let ends = select("licensing/exchange-ends").unwrap();
    for kind in messages {
        assert!(alerts.iter().any(|scenario| scenario.server.licensing.alert_at == Some(kind)), "{kind}");
        let behind = ends.iter().filter(|scenario| scenario.faults.iter().any(|fault| fault.at.kind == Some(kind)));
        assert_eq!(behind.count(), 3, "{kind}");
    }
}
