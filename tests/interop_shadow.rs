//! The probe logs on to a real NLA host that nobody here wrote: FreeRDP's shadow server with a SAM file.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use badrdp::client_probe::{CredSsp, Credentials, Diagnosis, Options, Password, Roots, Target, diagnose, probe};
use badrdp::proto::connect::{AuthFailure, Blame, CloseKind};
use badrdp::proto::transcript::{Event, HostIdentity, Transcript};
use badrdp::proto::vocab::Stage;
use badrdp::proto::vocab::codes::NtStatus;
use peers::hosts::{Host, PASSWORD, shadow};

fn examine(host: &Host, options: Options) -> (Transcript, Diagnosis) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let target = Target { host: "127.0.0.1".to_owned(), port: host.port };
    let transcript = runtime.block_on(probe(&target, &options));
    let diagnosis = diagnose(&transcript);
    (transcript, diagnosis)
}

fn options(password: Option<&str>) -> Options {
    let credentials = password.map(|password| Credentials {
        domain: String::new(),
        user: "alice".to_owned(),
        password: Password(password.to_owned()),
    });
    Options { roots: Roots::Only(Vec::new()), credentials, accept_certificate: true, ..Options::default() }
}

fn identity(transcript: &Transcript) -> &HostIdentity {
    let found = transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::Identity(identity) => Some(identity.as_ref()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no identity in {transcript:#?}"))
}

#[test]
fn without_credentials_the_challenge_says_who_the_host_is() {
    let host = shadow(true);
    let (transcript, diagnosis) = examine(&host, options(None));
    assert!(identity(&transcript).target.netbios_computer.is_some(), "{transcript:#?}");
    // Whatever it runs on, FreeRDP 2 says Windows 7.
    assert_eq!(
        identity(&transcript).version.map(|version| (version.major, version.minor, version.build)),
        Some((6, 1, 7601))
    );
    assert_eq!(transcript.stage, Stage::Nla);
    assert!(diagnosis.findings.iter().any(|finding| finding.id == "nla-without-credentials"), "{diagnosis:#?}");
}

#[test]
fn with_the_right_password_the_session_is_reached() {
    let host = shadow(true);
    let (transcript, diagnosis) = examine(&host, options(Some(PASSWORD)));
    assert_eq!((transcript.stage, diagnosis.complete), (Stage::Active, true), "{transcript:#?}");
}

/// FreeRDP 2 closes without a word: the probe says what that most likely means, and no more.
#[test]
fn a_wrong_password_is_answered_by_a_close() {
    let host = shadow(true);
    let (transcript, diagnosis) = examine(&host, options(Some("not the password")));
    let failure = transcript.failure.as_ref().expect("the logon is refused");
    assert_eq!((failure.stage, &failure.cause), (Stage::Nla, &Blame::Closed(CloseKind::Fin)), "{transcript:#?}");
    let finding = diagnosis.findings.first().expect("a finding");
    assert_eq!(finding.id, "nla-closed", "{diagnosis:#?}");
    assert!(finding.title.contains("after the NTLM AUTHENTICATE"), "{}", finding.title);
}

/// FreeRDP 2's own Negotiate does not read SPNEGO; its answer is the error code of a token that it cannot read.
#[test]
fn spnego_is_refused_with_freerdps_own_code() {
    let host = shadow(true);
    let credssp = CredSsp { spnego: true, ..CredSsp::default() };
    let (transcript, _) = examine(&host, Options { credssp, ..options(Some(PASSWORD)) });
    let failure = transcript.failure.as_ref().expect("the token is refused");
    assert_eq!(failure.cause, Blame::Auth(AuthFailure::Refused(NtStatus(0xc007_00ea))), "{transcript:#?}");
}

/// Its certificate is its own: nothing derived from the password goes out unless the caller says so.
#[test]
fn credentials_are_kept_from_a_host_with_a_certificate_of_its_own() {
    let host = shadow(true);
    let (transcript, diagnosis) = examine(&host, Options { accept_certificate: false, ..options(Some(PASSWORD)) });
    assert_eq!(transcript.failure.as_ref().map(|failure| &failure.cause), Some(&Blame::Auth(AuthFailure::Withheld)));
    assert_eq!(diagnosis.findings.first().map(|finding| finding.id), Some("credentials-withheld"), "{diagnosis:#?}");
}
