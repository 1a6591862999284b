//! Real clients against the healthy scenarios: an active session, a picture, input, a clean end.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::process::Command;

use badrdp::proto::transcript::Event;
use badrdp::proto::vocab::MessageKind;
use peers::served::{LIMIT, serve};
use peers::window::Window;
use peers::{Display, Peer, program, until};

/// The test card's colours must cover a good part of the screen.
fn drawn(display: &Display) -> bool {
    let colours = display.colours();
    let large = colours.values().filter(|count| **count > 10_000).count();
    large >= 6
}

fn session(id: &str, start: impl Fn(&Display, u16) -> Command, window: &str) {
    let display = Display::start();
    let served = serve(id);
    let client = Peer::spawn(&mut start(&display, served.server.addr().port()));
    served.await_event("the session becomes active", |event| *event == Event::Activated);
    until("the test card is on the screen", LIMIT, || drawn(&display));
    // Input must do no harm.
    let mut found = None;
    until("the client's window", LIMIT, || {
        found = Window::find(&display.name, window);
        found.is_some()
    });
    let found = found.expect("the window was found");
    found.use_it();
    served.await_event("input arrives", |event| {
        matches!(event, Event::Message { kind: MessageKind::FastPathInput | MessageKind::InputEvents, .. })
    });
    assert!(drawn(&display), "the picture is still there after input");
    // A window closed by its user ends the session.
    found.close();
    served.await_event("the client closes", |event| {
        matches!(event, Event::PeerClosed(_))
            || matches!(event, Event::Message { kind: MessageKind::McsDisconnectProviderUltimatum, .. })
    });
    let output = client.wait(LIMIT);
    assert_eq!(served.failure(), None);
    assert!(output.status.code().is_some(), "the client was ended by a signal: {output:?}");
}

fn xfreerdp(display: &Display, port: u16) -> Command {
    let mut command = display.command(&program("xfreerdp", "freerdp2-x11"));
    command.args([&format!("/v:127.0.0.1:{port}"), "/u:a", "/p:b", "/cert:ignore", "/sec:tls", "/size:1024x768"]);
    command
}

#[test]
fn xfreerdp_draws_a_tls12_session() {
    session("healthy/tls-1.2", xfreerdp, "FreeRDP");
}

#[test]
fn xfreerdp_draws_a_tls13_session() {
    session("healthy/tls-1.3", xfreerdp, "FreeRDP");
}

#[test]
fn rdesktop_draws_a_session() {
    let start = |display: &Display, port: u16| {
        // rdesktop asks about the certificate on its standard input.
        let rdesktop = program("rdesktop", "rdesktop");
        let mut command = display.command(std::path::Path::new("/bin/sh"));
        command.arg("-c").arg(format!("yes yes | exec {} -u a -p b -g 1024x768 127.0.0.1:{port}", rdesktop.display()));
        command
    };
    session("healthy/tls-1.2", start, "rdesktop");
}
