//! The shipped catalogue is right, and families expand as the format says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use badrdp_proto::connect::Ending;
use badrdp_proto::vocab::codes::{ErrorInfo, LicenseErrorCode, LicenseStateTransition, NtStatus};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_scenarios::model::{Certificate, ClientDuty, Key, NlaProfile, Operator, Scenario, Step, Then, TlsVersion};
use badrdp_scenarios::{catalog, load_str};

#[test]
fn every_file_loads() {
    let (scenarios, wrong) = catalog::load_all();
    let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let sources: BTreeSet<&Path> = scenarios.iter().map(|scenario| scenario.source.as_path()).collect();
    let files: BTreeSet<&Path> = catalog::files().into_iter().map(|(path, _)| path).collect();
    assert_eq!(sources, files, "every file gives a scenario");
    assert!(scenarios.len() >= 60, "only {} scenarios", scenarios.len());
}

/// `include_dir` sees what stood there when the crate was built: the build script must notice new files.
#[test]
fn every_file_on_disk_is_embedded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog");
    let embedded: BTreeSet<_> = catalog::files().into_iter().map(|(path, _)| root.join(path)).collect();
    let mut on_disk = BTreeSet::new();
    for directory in std::fs::read_dir(&root).unwrap() {
        for file in std::fs::read_dir(directory.unwrap().path()).unwrap() {
            on_disk.insert(file.unwrap().path());
        }
    }
    assert_eq!(embedded, on_disk);
}

#[test]
fn ids_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for scenario in catalog() {
        assert!(seen.insert(&scenario.id), "{} twice", scenario.id);
        let parts: Vec<&str> = scenario.id.split('/').collect();
        assert!((2..=3).contains(&parts.len()), "{}", scenario.id);
        let name =
            |part: &&str| part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
        assert!(parts.iter().all(name), "{}", scenario.id);
    }
    let families: BTreeSet<String> = seen.iter().map(|id| id.rsplit_once('/').unwrap().0.to_owned()).collect();
    let both: Vec<_> = families.iter().filter(|family| seen.contains(family)).collect();
    assert!(both.is_empty(), "both a scenario and a family: {both:?}");
}

#[test]
fn every_scenario_says_what_a_user_needs() {
    for Scenario { id, summary, about, spec, tags, expect_client, .. } in catalog() {
        assert!(!summary.ends_with('.') && summary.len() <= 120, "{id}: {summary}");
        assert!(!about.is_empty(), "{id} explains nothing");
        assert!(!spec.is_empty() && spec.iter().all(|section| !section.trim().is_empty()), "{id}");
        assert!(!tags.is_empty(), "{id} has no tag");
        assert!(tags.iter().all(|tag| *tag == tag.to_lowercase()), "{id}: {tags:?}");
        assert!(!expect_client.because.is_empty(), "{id}");
        let long = about.lines().find(|line| line.chars().count() > 120);
        assert!(long.is_none(), "{id}: {long:?}");
    }
}

#[test]
fn healthy_hosts_have_no_finding_and_broken_ones_do() {
    for scenario in catalog() {
        let connects = scenario.expect_client.must == Some(ClientDuty::Connect);
        if connects {
            assert_eq!(scenario.expect_probe.finding, None, "{}", scenario.id);
        }
        if scenario.expect_probe.finding.is_none() {
            assert_eq!(scenario.expect_probe.stage, Stage::Active, "{}", scenario.id);
            let harmless = connects || scenario.expect_client.should == Some(ClientDuty::Connect);
            assert!(harmless, "{}", scenario.id);
        }
    }
}

#[test]
fn every_licence_error_meets_every_transition() {
    let refused = badrdp_scenarios::select("licensing/refused").unwrap();
    let pairs: BTreeSet<(u32, u32)> =
        refused.iter().map(|s| (s.server.licensing.error.0, s.server.licensing.transition.0)).collect();
    use badrdp_proto::vocab::code::Code as _;
    for error in LicenseErrorCode::KNOWN {
        for transition in LicenseStateTransition::KNOWN {
            let success = error.name == "STATUS_VALID_CLIENT" && transition.name == "ST_NO_TRANSITION";
            let pair = (u32::try_from(error.number).unwrap(), u32::try_from(transition.number).unwrap());
            assert_eq!(pairs.contains(&pair), !success, "{} {}", error.name, transition.name);
        }
    }
    for known in ErrorInfo::KNOWN.iter().filter(|known| known.name.starts_with("ERRINFO_LICENSE_")) {
        let code = ErrorInfo(u32::try_from(known.number).unwrap());
        let shown = catalog().iter().any(|scenario| scenario.server.licensing.error_info == Some(code));
        assert!(shown, "{}", known.name);
    }
}

/// Every status that has a name is a refusal in the catalogue, and the probe must say its name.
#[test]
fn every_status_refuses_a_logon() {
    use badrdp_proto::vocab::code::Code as _;
    let refusals =
        catalog().iter().filter(|scenario| scenario.expect_probe.finding.as_deref() == Some("logon-refused"));
    let said: BTreeSet<&str> = refusals.filter_map(|scenario| scenario.expect_probe.says.as_deref()).collect();
    let silent: Vec<&str> =
        NtStatus::KNOWN.iter().map(|known| known.name).filter(|name| !said.contains(name)).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

/// Whatever a server can do in NLA is done by some scenario.
#[test]
fn every_choice_of_nla_is_made() {
    let made = |of: &dyn Fn(&NlaProfile) -> String| -> BTreeSet<String> {
        catalog().iter().map(|scenario| of(&scenario.server.nla)).collect()
    };
    assert_eq!(made(&|nla| format!("{:?}", nla.mechanism)).len(), 5);
    assert_eq!(made(&|nla| format!("{:?}", nla.public_key)).len(), 6);
    assert_eq!(made(&|nla| format!("{:?}", nla.refusal)).len(), 5);
    assert!(made(&|nla| format!("{:?}", nla.early_user_auth)).len() >= 3, "success, denied, undefined");
    let versions = made(&|nla| nla.version.to_string());
    for version in ["2", "3", "4", "5", "6", "7", "255"] {
        assert!(versions.contains(version), "version {version}");
    }
    let client: BTreeSet<Option<u32>> = catalog().iter().map(|scenario| scenario.probe.credssp_version).collect();
    assert!((2..=5).chain([7]).all(|version| client.contains(&Some(version))), "{client:?}");
}

/// Every reason that Set Error Info knows: with a close behind it, and without.
#[test]
fn every_error_info_stands_in_the_catalogue() {
    use badrdp_proto::vocab::code::Code as _;
    let said = |steps: &[Step]| {
        steps.iter().find_map(|step| match step {
            Step::ErrorInfo(code) => Some(*code),
            _ => None,
        })
    };
    let closes = |steps: &[Step]| matches!(steps.last(), Some(Step::End(Ending::Fin)));
    let mut with: BTreeSet<u32> = BTreeSet::new();
    let mut without: BTreeSet<u32> = BTreeSet::new();
    for scenario in catalog() {
        let steps = &scenario.server.session.steps;
        let said = said(steps).map(|code| code.0);
        if closes(steps) {
            with.extend(said)
        } else {
            without.extend(said)
        }
        with.extend(scenario.server.licensing.error_info.map(|code| code.0));
    }
    for known in ErrorInfo::KNOWN.iter().filter(|known| known.number != 0) {
        let number = u32::try_from(known.number).unwrap();
        assert!(with.contains(&number), "{} with a close", known.name);
        assert!(without.contains(&number), "{} without a close", known.name);
    }
}

#[test]
fn scenarios_are_found_by_id_and_by_family() {
    assert_eq!(badrdp_scenarios::find("tls/key-unusable").unwrap().id, "tls/key-unusable");
    assert_eq!(badrdp_scenarios::select("tls/key-unusable").unwrap().len(), 1, "no prefix of key-unusable-reset");
    assert_eq!(badrdp_scenarios::select("tls/version-too-old").unwrap().len(), 2);
    let all = badrdp_scenarios::select("tls").unwrap();
    assert!(all.len() > 20 && all.iter().all(|scenario| scenario.id.starts_with("tls/")));
    assert_eq!(badrdp_scenarios::select("tls/").unwrap().len(), all.len());
    let near = badrdp_scenarios::find("tls/certificate-expird").unwrap_err();
    assert_eq!(near.first(), Some(&"tls/certificate-expired"));
    assert!(badrdp_scenarios::select("licensing/refusd").unwrap_err().contains(&"licensing/refused"));
}

#[test]
fn the_text_of_a_file_is_at_hand() {
    for scenario in catalog() {
        let text = catalog::source_text(scenario).unwrap();
        let case = scenario.id.split('/').nth(2);
        assert!(case.is_none_or(|case| text.contains(&format!("id = \"{case}\""))), "{}", scenario.id);
    }
}

const FAMILY: &str = r#"
summary = "the base"
about = "more"
spec = ["RFC 1"]
tags = ["a"]

[server]
security = ["ssl"]
tls = { certificate = "expired", key = "rsa" }

[[fault]]
at = "FontMap"
wait = "5ms"

[expect.probe]
stage = "tls"
finding = "certificate-expired"

[expect.client]
must = "disconnect"
because = "of the test"

[[case]]
id = "as-the-base"

[[case]]
id = "other"
summary = "the other"
tags = ["b", "c"]
server.tls.certificate = "good"
server.session.steps = ["logon", { error_info = "0x4242" }, "fin"]
fault = [{ at = "FontMap", omit = true, then = "rst" }]
expect.probe = { stage = "connection-finalization", finding = "reset-early" }
expect.client.should = "warn"

[[case]]
id = "without-faults"
fault = []
server.tls = { max = "1.2" }
"#;

#[test]
fn a_case_is_laid_over_its_base() {
    let scenarios = load_str(Path::new("some/where/dir/family.toml"), FAMILY).unwrap();
    let [base, other, bare] = scenarios.as_slice() else { panic!("{scenarios:?}") };

    assert_eq!((base.id.as_str(), base.summary.as_str()), ("dir/family/as-the-base", "the base"));
    assert_eq!((base.server.tls.certificate, base.server.tls.key), (Certificate::Expired, Key::Rsa));
    assert_eq!(base.faults.len(), 1);
    assert_eq!(base.faults[0].line, 11);

    assert_eq!((other.id.as_str(), other.summary.as_str()), ("dir/family/other", "the other"));
    assert_eq!((other.about.as_str(), other.tags.clone()), ("more", vec!["b".to_owned(), "c".to_owned()]));
    assert_eq!((other.server.tls.certificate, other.server.tls.key), (Certificate::Good, Key::Rsa), "leaf by leaf");
    let steps = vec![Step::Logon, Step::ErrorInfo(ErrorInfo(0x4242)), Step::End(Ending::Fin)];
    assert_eq!(other.server.session.steps, steps);
    let [fault] = other.faults.as_slice() else { panic!("a case's faults replace the base's") };
    assert_eq!((fault.at.kind, fault.at.occurrence), (Some(MessageKind::FontMap), Some(1)));
    assert_eq!((&fault.operator, fault.then), (&Some(Operator::Omit), Some(Then::End(Ending::Rst))));
    assert_eq!(other.expect_probe.stage, Stage::ConnectionFinalization);
    let duties = (other.expect_client.must, other.expect_client.should);
    assert_eq!(duties, (Some(ClientDuty::Disconnect), Some(ClientDuty::Warn)));

    assert_eq!(bare.faults, []);
    let tls = &bare.server.tls;
    assert_eq!((tls.certificate, tls.key, tls.max.0), (Certificate::Expired, Key::Rsa, TlsVersion::V12));
}

#[test]
fn a_mistake_of_the_base_is_reported_once() {
    let text = FAMILY.replace("\"rsa\"", "\"dsa\"").replace("id = \"other\"", "id = \"other\"\nserver.tls.key = \"x\"");
    let wrong: Vec<String> =
        load_str(Path::new("a.toml"), &text).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        wrong,
        [
            "a.toml:9:40: `dsa` is no value of `key`; did you mean `rsa`?",
            "a.toml:28:18: `x` is no value of `key`; known here: ecdsa, rsa, rsa-1024",
        ]
    );
}
