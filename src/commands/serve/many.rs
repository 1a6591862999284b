//! Many scenarios, each on a port of its own.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use badrdp_client_probe::report::style::{self, paint, verbatim};
use badrdp_fake_server::{FakeServer, Options, ServerFarm, VerifyError};
use badrdp_scenarios::Scenario;

use super::greeting::{reachable, xfreerdp};
use super::live::{Live, code_and_number};
use super::verdicts::Verdicts;
use super::{Setting, tally};
use crate::output;

pub(super) async fn serve(scenarios: Vec<Scenario>, setting: &Setting) -> anyhow::Result<()> {
    let live = Arc::new(Live::default());
    let verdicts = Arc::new(Verdicts::default());
    let options = Options { observer: Some(verdicts.observer(live.observer(code_and_number))), ..setting.options() };
    let farm = ServerFarm::start_with(scenarios, options).await?;
    if let Some(first) = farm.servers().first() {
        setting.write_ca(&first.ca_certificate_pem())?;
    }
    let servers: Vec<_> = farm.servers().iter().map(|server| (server.addr(), server.scenario())).collect();
    let greeting = greeting(&servers, output::width());
    let served: Vec<_> = farm.servers().iter().collect();
    tokio::select! {
        stopped = setting.until_stopped(setting.listen, &greeting, farm.settled()) => stopped?,
        told = verdicts.tell(&served) => match told? {},
    }
    output::report(&(verdicts.rest(&served) + &summary(farm.servers(), live.leaks())))
}

/// Where each scenario is, a line each, cut to `terminal` where stdout is one.
fn greeting(servers: &[(SocketAddr, &Scenario)], terminal: Option<usize>) -> String {
    let Some((first, _)) = servers.first() else { return String::new() };
    let fitted = |line: String| terminal.map_or_else(|| line.clone(), |terminal| output::fit(&line, terminal));
    let rows: Vec<_> =
        servers.iter().map(|(addr, scenario)| (addr.port().to_string(), scenario.code(), *scenario)).collect();
    let width = rows.iter().map(|(_, _, scenario)| scenario.id.len()).max().unwrap_or(0);
    let mut text = format!("{} scenarios listen on {}\n\n", rows.len(), first.ip());
    let _ = writeln!(
        text,
        "{}",
        paint(style::HEAD, format!("{:<5}  {:<9}  {:<width$}  what is wrong", "port", "code", "scenario"))
    );
    for (port, code, scenario) in &rows {
        let _ = writeln!(
            text,
            "{}",
            verbatim(fitted(format!("{port:<5}  {code:<9}  {:<width$}  {}", scenario.id, scenario.summary)))
        );
    }
    let at = reachable(*first);
    let _ = writeln!(text, "\n  connect with   xfreerdp {} /u:a /p:b /cert:ignore", xfreerdp(at));
    let _ = writeln!(text, "                 badrdp probe {at}");
    let _ = writeln!(text, "  test accounts  badrdp scenario show ID");
    let _ = writeln!(text, "  stop with      Ctrl-C\n");
    text
}

/// What became of the connections that ended.
fn summary(servers: &[FakeServer], leaks: usize) -> String {
    let accepted = servers.iter().map(FakeServer::accepted).sum();
    let transcripts: Vec<_> = servers.iter().flat_map(FakeServer::transcripts).collect();
    let mut text = tally(accepted, &transcripts, leaks);
    for server in servers {
        match server.verify() {
            Ok(()) | Err(VerifyError::NoConnection) => {}
            Err(error) => {
                let _ = writeln!(text, "{}: {}", server.scenario().id, paint(style::WARN, error));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn the_table_names_port_code_and_scenario_and_fits_the_terminal() {
        let one = badrdp::scenario("tls/certificate-expired").unwrap();
        let other = badrdp::scenario("mcs/attach-refused/too-many-users")
            .or_else(|_| badrdp::scenario("healthy/tls-1.3"))
            .unwrap();
        let servers =
            [(SocketAddr::from(([127, 0, 0, 1], 4000)), &one), (SocketAddr::from(([127, 0, 0, 1], 4001)), &other)];
        let text = anstream::adapter::strip_str(&greeting(&servers, None)).to_string();
        assert!(text.starts_with("2 scenarios listen on 127.0.0.1\n\nport   code       scenario"), "{text}");
        assert!(
            text.contains(&format!(
                "\n4000   tls-hgnzm  {:<width$}  {}\n",
                one.id,
                one.summary,
                width = one.id.len().max(other.id.len())
            )),
            "{text}"
        );
        let cut = anstream::adapter::strip_str(&greeting(&servers, Some(60))).to_string();
        assert!(cut.lines().filter(|line| line.starts_with('4')).all(|line| line.chars().count() <= 60), "{cut}");
    }
}
