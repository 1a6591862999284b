//! Real clients in the licence exchange: a new licence, the same licence presented, and its replacement.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::process::Command;

use badrdp::proto::transcript::{Direction, Event};
use badrdp::proto::vocab::{MessageKind, Stage};
use peers::served::serve;
use peers::{Display, Peer, program};

use MessageKind::{
    LicenseErrorAlert, LicenseInfo, LicenseRequest, NewLicense, NewLicenseRequest, PlatformChallenge,
    PlatformChallengeResponse, UpgradeLicense,
};

/// The licensing messages of one connection of `start`'s client, up to its active session.
fn exchange(id: &str, display: &Display, start: impl Fn(&Display, u16) -> Command) -> Vec<MessageKind> {
    let served = serve(id);
    let mut client = Peer::spawn(&mut start(display, served.server.addr().port()));
    served.await_event("the session becomes active", |event| *event == Event::Activated);
    client.0.kill().expect("the client can be ended");
    served.await_event("the client is gone", |event| matches!(event, Event::PeerClosed(_)));
    served.runtime.block_on(served.server.wait_finished(1));
    let transcript = served.server.transcripts().pop().expect("a connection");
    assert_eq!(transcript.failure, None);
    let licensing = transcript.messages().filter(|(_, kind, _)| kind.stage() == Stage::Licensing);
    let messages: Vec<_> = licensing.map(|(direction, kind, _)| (direction, kind)).collect();
    let asks = (Direction::Sent, LicenseRequest);
    assert_eq!(messages.first(), Some(&asks), "{messages:?}");
    messages.into_iter().map(|(_, kind)| kind).collect()
}

/// What a client says and hears that has no licence, keeps the one that it gets, and has it replaced.
fn keeps_its_licence(start: impl Fn(&Display, u16) -> Command) {
    // One home, so that the client finds what it stored.
    let display = Display::start();
    let issued = [LicenseRequest, NewLicenseRequest, PlatformChallenge, PlatformChallengeResponse, NewLicense];
    assert_eq!(exchange("healthy/license-exchange/new", &display, &start), issued);
    let taken = [LicenseRequest, LicenseInfo, LicenseErrorAlert];
    assert_eq!(exchange("healthy/license-exchange/stored", &display, &start), taken);
    let replaced = [LicenseRequest, LicenseInfo, PlatformChallenge, PlatformChallengeResponse, UpgradeLicense];
    assert_eq!(exchange("healthy/license-exchange/upgrade", &display, &start), replaced);
}

fn xfreerdp(display: &Display, port: u16) -> Command {
    let mut command = display.command(&program("xfreerdp", "freerdp2-x11"));
    command.args([&format!("/v:127.0.0.1:{port}"), "/u:a", "/p:b", "/cert:ignore", "/sec:tls"]);
    command
}

fn rdesktop(display: &Display, port: u16) -> Command {
    // It asks about the certificate on its standard input.
    let answer = display.home().join("answer");
    std::fs::write(&answer, "yes\n").expect("a file in the client's home");
    let mut command = display.command(&program("rdesktop", "rdesktop"));
    command.args(["-u", "a", "-p", "b", &format!("127.0.0.1:{port}")]);
    command.stdin(std::fs::File::open(answer).expect("the answer"));
    command
}

#[test]
fn xfreerdp_gets_a_licence_presents_it_and_has_it_replaced() {
    keeps_its_licence(xfreerdp);
}

#[test]
fn xfreerdp_seals_its_secret_for_a_chain_of_x509_certificates() {
    let display = Display::start();
    let issued = [LicenseRequest, NewLicenseRequest, PlatformChallenge, PlatformChallengeResponse, NewLicense];
    assert_eq!(exchange("healthy/license-exchange/x509-certificate", &display, xfreerdp), issued);
}

#[test]
fn rdesktop_gets_a_licence_presents_it_and_has_it_replaced() {
    keeps_its_licence(rdesktop);
}
