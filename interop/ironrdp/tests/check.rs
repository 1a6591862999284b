//! `badrdp::check` in the tests of a client: a broken server, the client, and the verdict as a value.
//!
//! A few scenarios: `badrdp check --client interop/ironrdp/ironrdp.toml` is the whole catalogue, with the program.

use std::time::{Duration, SystemTime};

use badrdp::check::profile::Profile;
use badrdp::check::{Case, Class, Outcome, Verdict};
use badrdp_interop_ironrdp::{Login, connect};
use tokio::time::timeout;

/// How long the client may take: this is what it means that it hangs.
const DEADLINE: Duration = Duration::from_secs(10);

/// The client against one scenario.
async fn verdict(id: &str) -> Verdict {
    // rustls judges certificates by the clock on the wall, so the server mints them against it, too.
    let options = badrdp::ServerOptions { now: SystemTime::now(), ticking: true, ..Default::default() };
    let scenario = badrdp::scenario(id).expect("a built-in scenario");
    let case = Case::start_with(scenario, options).await.expect("the server starts");
    let words = include_str!("../ironrdp.toml");
    let case = case.understood(Profile::parse("ironrdp", "ironrdp.toml", words).expect("a profile"));
    let badrdp::check::Login { user, password, domain } = case.login();
    let root = case.server().ca_certificate().to_vec().into();
    let result = timeout(DEADLINE, connect(case.addr(), &Login { user, password, domain }, root)).await;
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

#[tokio::test]
async fn what_the_server_says_is_understood() {
    for id in ["negotiation/failure/ssl-required", "nla/wrong-password/logon-failure", "nla/early-user-auth/denied"] {
        let verdict = verdict(id).await;
        assert_eq!(verdict.class, Class::RefusedRightReason, "{id}: {verdict}");
    }
}
