//! `badrdp::check` in the tests of a client: a broken server, the client, and the verdict as a value.

use std::time::{Duration, SystemTime};

use badrdp::check::profile::Profile;
use badrdp::check::{Case, Class, Login, Outcome, Verdict};
use badrdp_interop_ironrdp::connect;
use tokio::time::timeout;

/// How long the client may take: this is what it means that it hangs.
const DEADLINE: Duration = Duration::from_secs(10);

/// The client against one scenario.
async fn verdict(id: &str) -> Verdict {
    // rustls judges certificates by the clock on the wall, so the server mints them against it, too.
    let options = badrdp::ServerOptions { now: SystemTime::now(), ticking: true, ..Default::default() };
    let scenario = badrdp::scenario(id).expect("a built-in scenario");
    let case = Case::start_with(scenario, options).await.expect("the server starts");
    let case = case.understood(Profile::parse("ironrdp", "words.toml", include_str!("../words.toml")).expect("words"));
    let Login { user, password, domain } = case.login();
    let root = case.server().ca_certificate().to_vec();
    let result = timeout(DEADLINE, connect(case.addr(), &user, &password, &domain, &root)).await;
    let outcome = Outcome::of_timed(&result);
    // The connection has to end before the verdict.
    drop(result);
    let verdict = case.verdict(outcome).await;
    println!("{id:<44} {verdict}");
    verdict
}

#[tokio::test]
async fn it_comes_to_a_session_with_tls_and_with_nla() {
    for id in ["healthy/tls-1.3", "healthy/tls-1.2", "healthy/nla-logon/hybrid-ex"] {
        let verdict = verdict(id).await;
        assert_eq!(verdict.class, Class::AsRequired, "{id}: {verdict}");
    }
}

#[tokio::test]
async fn a_bad_certificate_is_refused_and_called_that() {
    for id in ["tls/certificate-expired", "tls/certificate-wrong-name", "tls/certificate-unknown-ca"] {
        let verdict = verdict(id).await;
        assert_eq!(verdict.class, Class::RefusedRightReason, "{id}: {verdict}");
    }
}

#[tokio::test]
async fn no_password_goes_to_a_server_that_does_not_prove_its_key() {
    let verdict = verdict("nla/public-key/wrong-key").await;
    assert_ne!(verdict.class, Class::LeakedCredentials, "{verdict}");
    assert!(!verdict.class.is_neutral(), "{verdict}");
}

/// Scenarios at which it panics, with the reason. One that passes is an error, too: take it out.
const PANICS: &[(&str, &str)] =
    &[("nla/public-key/cut-short", "sspi 0.23.0 splits a sealed message at its signature without looking at its length")];

/// The whole catalogue: it must not panic or give a password away. What it makes of each server is printed.
#[tokio::test]
async fn nothing_in_the_catalogue_makes_it_panic_or_leak() {
    let mut bad = Vec::new();
    let mut panicked = Vec::new();
    let mut under_way = tokio::task::JoinSet::new();
    let mut names = std::collections::HashMap::new();
    let mut waiting = badrdp::scenarios::catalog().iter().map(|scenario| scenario.id.clone());
    loop {
        while under_way.len() < 32
            && let Some(id) = waiting.next()
        {
            // The test connects over IPv4.
            if id.contains("ipv6") {
                continue;
            }
            let name = id.clone();
            let task = under_way.spawn(async move { verdict(&id).await });
            names.insert(task.id(), name);
        }
        let Some(ended) = under_way.join_next_with_id().await else { break };
        match ended {
            Ok((task, verdict)) if verdict.class == Class::LeakedCredentials => {
                bad.push(format!("{}: {verdict}", names[&task]));
            }
            Ok(_) => {}
            Err(error) => panicked.push(names[&error.id()].clone()),
        }
    }
    panicked.sort();
    let known: Vec<_> = PANICS.iter().map(|(id, _)| *id).collect();
    assert_eq!(panicked, known);
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
