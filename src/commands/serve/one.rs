//! One scenario on one port.

use std::fmt::Write as _;
use std::sync::Arc;

use badrdp_client_probe::report::style::{self, paint};
use badrdp_fake_server::{FakeServer, Options, VerifyError};
use badrdp_scenarios::Scenario;

use super::greeting::greeting;
use super::live::{Live, number};
use super::verdicts::Verdicts;
use super::{Setting, tally};
use crate::output;

pub(super) async fn serve(scenario: Scenario, setting: &Setting) -> anyhow::Result<()> {
    let live = Arc::new(Live::default());
    let verdicts = Arc::new(Verdicts::default());
    let options = Options { observer: Some(verdicts.observer(live.observer(number))), ..setting.options() };
    let server = FakeServer::start_with(scenario, options).await?;
    setting.write_ca(&server.ca_certificate_pem())?;
    let greeting = greeting(server.scenario(), server.addr(), output::prose_width());
    let servers = [&server];
    tokio::select! {
        stopped = setting.until_stopped(server.addr(), &greeting, server.settled()) => stopped?,
        told = verdicts.tell(&servers) => match told? {},
    }
    output::report(&(verdicts.rest(&servers) + &summary(&server, live.leaks())))
}

/// What became of the connections that ended.
fn summary(server: &FakeServer, leaks: usize) -> String {
    let mut text = tally(server.accepted(), &server.transcripts(), leaks);
    match server.verify() {
        Ok(()) | Err(VerifyError::NoConnection) => {}
        Err(error) => {
            let _ = writeln!(text, "{}", paint(style::WARN, error));
        }
    }
    text
}
