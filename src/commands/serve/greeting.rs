//! What `serve` says once it listens.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use badrdp_client_probe::report::style::{self, paint, verbatim};
use badrdp_proto::pdu::x224::Protocols;
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::{Account, ServerProfile};

use crate::output;

/// What is served, where, and how to connect to it.
pub(super) fn greeting(scenario: &Scenario, addr: SocketAddr, width: usize) -> String {
    let at = reachable(addr);
    let mut text = format!("{} listens on {addr}\n\n", paint(style::HEAD, verbatim(&scenario.id)));
    let _ = writeln!(text, "  what is wrong  {}", verbatim(&scenario.summary));
    if !scenario.about.trim().is_empty() {
        let about = output::wrap(&scenario.about, 17, width);
        let _ = writeln!(text, "                 {}", paint(style::DIM, verbatim(about)));
    }
    let nla = does_nla(scenario);
    // Without it xfreerdp also offers CredSSP; with it a host that wants CredSSP refuses at once.
    let tls = if scenario.server.security.contains(Protocols::SSL) && !nla { " /sec:tls" } else { "" };
    let (user, password) = match scenario.server.accounts.first() {
        Some(account) if nla => (logon_name(account), account.password.clone()),
        _ => ("a".to_owned(), "b".to_owned()),
    };
    let _ = writeln!(
        text,
        "  connect with   xfreerdp {} {} {} /cert:ignore{tls}",
        xfreerdp(at),
        verbatim(quoted(&format!("/u:{user}"))),
        verbatim(quoted(&format!("/p:{password}")))
    );
    if nla {
        let _ = writeln!(
            text,
            "                 badrdp probe {at} --user {} --accept-certificate",
            verbatim(quoted(&user))
        );
        accounts(&mut text, &scenario.server.accounts);
    } else {
        let _ = writeln!(text, "                 rdesktop -u a -p b {at}");
        let _ = writeln!(text, "                 badrdp probe {at}");
    }
    let _ = writeln!(text, "  stop with      Ctrl-C\n");
    text
}

/// Where a client of this machine finds it.
pub(super) fn reachable(addr: SocketAddr) -> SocketAddr {
    let host = match addr.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(host, addr.port())
}

/// How xfreerdp is told where: its version 2 takes `/v:[::1]:4000` for port 0.
pub(super) fn xfreerdp(at: SocketAddr) -> String {
    if at.is_ipv4() { format!("/v:{at}") } else { format!("'/v:[{}]' /port:{}", at.ip(), at.port()) }
}

/// Whether a client that offers CredSSP gets it.
fn does_nla(scenario: &Scenario) -> bool {
    let ServerProfile { security, negotiation, .. } = &scenario.server;
    let credssp = |protocols: Protocols| {
        [Protocols::HYBRID, Protocols::HYBRID_EX].iter().any(|protocol| protocols.contains(*protocol))
    };
    negotiation.failure.is_none() && !negotiation.silent && credssp(negotiation.select.unwrap_or(*security))
}

/// Who may log on. Nothing here is a secret: the scenario's file holds it for everyone to read.
fn accounts(text: &mut String, accounts: &[Account]) {
    let count = if accounts.len() == 1 { "account" } else { "accounts" };
    let _ = writeln!(text, "  test {count:<10}user, password and state, from the scenario's file: no secrets");
    let names: Vec<String> = accounts.iter().map(logon_name).collect();
    let passwords: Vec<String> = accounts.iter().map(|account| account.password.clone()).collect();
    let widest = |words: &[String]| words.iter().map(|word| word.chars().count()).max().unwrap_or(0);
    let (user, word) = (widest(&names), widest(&passwords));
    for ((account, name), password) in accounts.iter().zip(&names).zip(&passwords) {
        let state = account.state.map_or_else(|| "ok".to_owned(), |state| state.to_string());
        let who = verbatim(format!("{name:<user$}  {password:<word$}"));
        let _ = writeln!(text, "                 {who}  {state}");
    }
}

/// As clients take it: with the domain ahead, where there is one.
fn logon_name(account: &Account) -> String {
    match &account.domain {
        Some(domain) => format!("{domain}\\{}", account.user),
        None => account.user.clone(),
    }
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn tls_is_only_asked_for_where_it_is_accepted() {
        let addr = SocketAddr::from(([127, 0, 0, 1], 3390));
        let greet = |id| badrdp::scenario(id).map(|scenario| greeting(&scenario, addr, 80));
        assert!(greet("healthy/tls-1.3").is_ok_and(|text| text.contains("/cert:ignore /sec:tls\n")));
        assert!(greet("healthy/nla/hybrid").is_ok_and(|text| text.contains("/cert:ignore\n")));
    }

    #[test]
    fn xfreerdp_is_told_the_port_of_an_ipv6_address_apart() {
        let scenario = badrdp::scenario("healthy/ipv6/tls").unwrap();
        let text = greeting(&scenario, "[::1]:3390".parse().unwrap(), 80);
        assert!(text.contains("xfreerdp '/v:[::1]' /port:3390 "), "{text}");
    }

    #[test]
    fn prose_ends_before_the_terminal_does() {
        let addr = SocketAddr::from(([127, 0, 0, 1], 3390));
        for scenario in badrdp::scenarios::catalog().iter().filter(|scenario| !scenario.about.is_empty()) {
            let text = anstream::adapter::strip_str(&greeting(scenario, addr, 80)).to_string();
            // Commands are copied whole, however long they are.
            let is_prose = |line: &&str| line.starts_with("                 ") && !line.contains("badrdp probe ");
            for line in text.lines().filter(is_prose) {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }

    fn greet(server: &str) -> String {
        let text = format!(
            "summary = \"s\"\nspec = [\"s\"]\nexpect.probe = {{ stage = \"nla\", finding = \"f\" }}\n\
             expect.client = {{ must = \"warn\", because = \"b\" }}\n{server}"
        );
        let scenario = badrdp::scenarios::load_str(std::path::Path::new("a.toml"), &text).unwrap().remove(0);
        let text = greeting(&scenario, SocketAddr::from(([127, 0, 0, 1], 3390)), 80);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn accounts_are_shown_where_clients_can_log_on() {
        let text = greet(
            "server.security = [\"ssl\", \"hybrid\"]\n[[server.account]]\nuser = \"alice\"\ndomain = \"EXAMPLE\"\n\
             [[server.account]]\nuser = \"bob\"\npassword = \"it's\"\nstate = \"disabled\"\n",
        );
        assert!(
            text.contains("xfreerdp /v:127.0.0.1:3390 '/u:EXAMPLE\\alice' '/p:Passw0rd!' /cert:ignore\n"),
            "{text}"
        );
        assert!(text.contains("badrdp probe 127.0.0.1:3390 --user 'EXAMPLE\\alice' --accept-certificate\n"), "{text}");
        assert!(text.contains("EXAMPLE\\alice  Passw0rd!  ok\n"), "{text}");
        assert!(text.contains("bob            it's       STATUS_ACCOUNT_DISABLED (0xc0000072)\n"), "{text}");
        let text = greet("");
        assert!(!text.contains("alice") && text.contains("/u:a /p:b /cert:ignore /sec:tls\n"), "{text}");
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("alice@example.test"), "alice@example.test");
        assert_eq!(quoted("Passw0rd!"), "'Passw0rd!'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
