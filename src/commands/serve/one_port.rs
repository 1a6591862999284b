//! Many scenarios behind one port.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use badrdp_client_probe::report::style::{self, paint, verbatim};
use badrdp_fake_server::{Options, SharedPort, VerifyError};
use badrdp_scenarios::Scenario;

use super::greeting::{reachable, xfreerdp};
use super::live::{Live, number};
use super::{Setting, tally};
use crate::output;

pub(super) async fn serve(scenarios: Vec<Scenario>, setting: &Setting) -> anyhow::Result<()> {
    let live = Arc::new(Live::default());
    let options = Options { observer: Some(live.observer(number)), ..setting.options() };
    let port = SharedPort::start_with(scenarios, options).await?;
    setting.write_ca(&port.ca_certificate_pem())?;
    let scenarios: Vec<_> = port.scenarios().collect();
    let greeting = greeting(&scenarios, port.addr(), output::width());
    setting.until_stopped(port.addr(), &greeting, port.settled()).await?;
    output::report(&summary(&port, live.leaks()))
}

/// What can be named and how; lines of scenarios are cut to `terminal` where stdout is one.
fn greeting(scenarios: &[&Scenario], addr: SocketAddr, terminal: Option<usize>) -> String {
    let fitted = |line: String| terminal.map_or_else(|| line.clone(), |terminal| output::fit(&line, terminal));
    let width = scenarios.iter().map(|scenario| scenario.id.len()).max().unwrap_or(0);
    let count = match scenarios.len() {
        1 => "1 scenario listens".to_owned(),
        many => format!("{many} scenarios listen"),
    };
    let mut text = format!("{count} on {addr}, named by the client\n\n");
    let _ = writeln!(text, "{}", paint(style::HEAD, format!("{:<9}  {:<width$}  what is wrong", "code", "scenario")));
    for scenario in scenarios {
        let row = format!("{:<9}  {:<width$}  {}", scenario.code(), scenario.id, scenario.summary);
        let _ = writeln!(text, "{}", verbatim(fitted(row)));
    }
    let Some(example) = scenarios.first() else { return text };
    let (at, code, label) = (reachable(addr), example.code(), example.label());
    let to = xfreerdp(at);
    let _ = writeln!(text, "\n  A client that names no scenario, by its code or its id, finds a healthy server.\n");
    let _ = writeln!(text, "  user name      xfreerdp {to} /u:{code} /p:b /cert:ignore");
    let _ = writeln!(text, "  cookie         badrdp probe {at} --cookie {code}");
    let _ = writeln!(text, "  routing token  xfreerdp {to} /load-balance-info:{code} /u:a /p:b /cert:ignore");
    let _ = writeln!(text, "  host name      {label}.badrdp.test, or {code}.badrdp.test, in /etc/hosts:");
    let _ = writeln!(text, "                 {} {label}.badrdp.test", at.ip());
    let _ = writeln!(text, "  stop with      Ctrl-C\n");
    text
}

/// What became of the connections that ended.
fn summary(port: &SharedPort, leaks: usize) -> String {
    let mut transcripts = port.unplayed();
    transcripts.extend(port.scenarios().flat_map(|scenario| port.transcripts(&scenario.id)));
    let mut text = tally(port.accepted(), &transcripts, leaks);
    for scenario in port.scenarios() {
        match port.verify(&scenario.id) {
            Ok(()) | Err(VerifyError::NoConnection) => {}
            Err(error) => {
                let _ = writeln!(text, "{}: {}", scenario.id, paint(style::WARN, error));
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
    fn the_greeting_says_how_to_name_a_scenario() {
        let scenario = badrdp::scenario("tls/certificate-expired").unwrap();
        let text = greeting(&[&scenario], SocketAddr::from(([0, 0, 0, 0], 3389)), Some(80));
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(text.starts_with("1 scenario listens on 0.0.0.0:3389, named by the client\n"), "{text}");
        for part in [
            "\ntls-hgnzm  tls/certificate-expired  ",
            "/v:127.0.0.1:3389 /u:tls-hgnzm ",
            "badrdp probe 127.0.0.1:3389 --cookie tls-hgnzm\n",
            " /load-balance-info:tls-hgnzm ",
            "\n                 127.0.0.1 tls-certificate-expired.badrdp.test\n",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }
}
