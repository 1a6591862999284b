#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use std::time::Duration;

use super::*;
use crate::survey::fingerprint::guess;
use crate::survey::protocols::{conclude, refuses, selects};
use crate::survey::tls::names::{SSL3, TLS10, TLS11, TLS12, TLS13};
use crate::survey::{Cost, survey_weaknesses};

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn version(number: u16, suites: &[u16], suites_evidence: Evidence) -> Version {
    Version {
        number,
        accepted: Some(!suites.is_empty()),
        evidence: Evidence::Observed,
        because: "alert handshake_failure (40)".to_owned(),
        suites: suites.to_vec(),
        suites_evidence,
        complete: true,
        order: Some(Order::Server),
    }
}

/// A host with something of everything.
pub(crate) fn old_host() -> Survey {
    let answers = vec![selects(0xb, 2, 0x0b, 0x1234), selects(9, 1, 0x0b, 0x1234), refuses(8, 5, 0), refuses(4, 1, 0)];
    let found = TlsSurvey {
        versions: vec![
            version(TLS13, &[], Evidence::Observed),
            version(TLS12, &[0xc030, 0xc014, 0x000a, 0x0005], Evidence::Observed),
            version(TLS11, &[0xc014, 0x000a, 0x0005], Evidence::Inferred),
            version(TLS10, &[0xc014, 0x000a, 0x0005], Evidence::Inferred),
            Version { evidence: Evidence::Documented, ..version(SSL3, &[], Evidence::Observed) },
        ],
        groups: vec![29, 23],
        groups_version: Some(TLS12),
        groups_complete: true,
        schemes: vec![0x0401, 0x0201],
        schemes_complete: false,
        secure_renegotiation: Some(true),
        extended_master_secret: Some(true),
        compression: Some(false),
        ..TlsSurvey::default()
    };
    let cost = Cost {
        connections: 31,
        limit: 250,
        refused: 3,
        paused: Duration::from_millis(750),
        took: Duration::from_millis(1460),
    };
    let mut survey = Survey {
        cost,
        stop: None,
        fingerprint: guess(&answers, None, None),
        protocols: Some(conclude(answers)),
        tls: Some(found),
        chains: Vec::new(),
        weaknesses: Vec::new(),
    };
    survey.weaknesses = survey_weaknesses(&survey);
    survey
}

#[test]
fn an_old_host_in_full() {
    insta::assert_snapshot!(plain(&report_within(&old_host(), 100)));
}

#[test]
fn an_old_host_as_data() {
    insta::assert_snapshot!(format!("{:#}", super::super::survey_json::survey(&old_host())));
}

#[test]
fn lines_fit() {
    for width in [80, 100] {
        for line in plain(&report_within(&old_host(), width)).lines() {
            // A registry path cannot be broken.
            let longest = line.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
            assert!(line.chars().count() <= width || longest > width / 2, "{width}: {line}");
        }
    }
}

#[test]
fn every_stop_says_what_it_means() {
    let stopped_at = |reason, connections| {
        let stop = Stop { reason, at: "RDSTLS".to_owned(), connections, refused: 2 };
        let cost = Cost { connections, ..old_host().cost };
        plain(&report_within(&Survey { stop: Some(stop), cost, tls: None, ..old_host() }, 1000))
    };
    let said = [
        stopped_at(StopReason::Silent, 9),
        stopped_at(StopReason::Silent, 0),
        stopped_at(StopReason::Limit, 9),
        stopped_at(StopReason::Slow, 9),
        stopped_at(StopReason::NotConnected, 9),
        stopped_at(StopReason::NotConnected, 0),
        stopped_at(StopReason::NotRdp, 0),
        stopped_at(StopReason::Changed, 9),
    ];
    let lines: Vec<_> =
        said.iter().map(|text| text.lines().find(|line| line.contains("stopped")).unwrap().trim()).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_host_that_was_not_asked_gets_no_list_of_what_is_not_known() {
    let stop = Stop { reason: StopReason::NotRdp, at: "the walk".to_owned(), connections: 0, refused: 0 };
    let protocols = Some(conclude(Vec::new()));
    let cost = Cost { connections: 0, limit: 250, ..Cost::default() };
    let survey =
        Survey { stop: Some(stop), protocols, tls: None, cost, fingerprint: guess(&[], None, None), ..old_host() };
    insta::assert_snapshot!(plain(&report_within(&Survey { weaknesses: Vec::new(), ..survey }, 100)));
}
