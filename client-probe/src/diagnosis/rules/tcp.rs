//! TCP could not be connected: one finding per [`ConnectFailure`].

use badrdp_proto::transcript::ConnectFailure;
use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{Advice, tcp};

/// The resolver knows no address for the name.
pub(super) const NAME_NOT_RESOLVED: Rule = rule("name-not-resolved", &tcp::NAME_NOT_RESOLVED, |view| {
    check(view, |failure| match failure {
        ConnectFailure::NameNotResolved => Some("the name does not resolve to an address".to_owned()),
        _ => None,
    })
});

/// RST to the SYN: the host is there and nothing listens, or a firewall rejects.
pub(super) const REFUSED: Rule = rule("connection-refused", &tcp::REFUSED, |view| {
    check(view, |failure| match failure {
        ConnectFailure::Refused => {
            Some("TCP is refused: nothing listens on the port, or a firewall rejects".to_owned())
        }
        _ => None,
    })
});

/// No answer to the SYN: unlike a refusal, this says nothing about the host itself.
pub(super) const TIMED_OUT: Rule = rule("connect-timed-out", &tcp::TIMED_OUT, |view| {
    check(view, |failure| match failure {
        ConnectFailure::TimedOut => Some("no answer to the TCP connection".to_owned()),
        _ => None,
    })
});

/// The network says that the host cannot be reached, or the system cannot even try.
pub(super) const UNREACHABLE: Rule = rule("host-unreachable", &tcp::UNREACHABLE, |view| {
    check(view, |failure| match failure {
        ConnectFailure::Unreachable => Some("there is no route to the host".to_owned()),
        ConnectFailure::Other(words) => Some(format!("the TCP connection fails: {words}")),
        _ => None,
    })
});

const fn rule(id: &'static str, advice: &'static Advice, check: fn(&View<'_>) -> Option<Seen>) -> Rule {
    Rule { id, class: Class::Ending, verdict: Verdict::Unreachable, check, advice }
}

fn check(view: &View<'_>, title: fn(&ConnectFailure) -> Option<String>) -> Option<Seen> {
    let (entry, failure) = view.connect_failure()?;
    Some(Seen::new(Stage::Tcp, title(failure)?).evidence(view.quote(entry)))
}
