//! Credentials that the probe does not have, keeps, or has no use for.

use badrdp_proto::connect::{AuthFailure, Blame};
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::Evidence;
use crate::diagnosis::advice::nla;
use crate::diagnosis::nla::Logon;
use crate::report::describe::problem;
use crate::report::host;

/// The probe has no credentials: no failure of the host, which has said much of itself by then.
pub(super) const WITHOUT: Rule = Rule {
    id: "nla-without-credentials",
    class: Class::Ending,
    verdict: Verdict::NeedsCredentials,
    check: without,
    advice: &nla::WITHOUT_CREDENTIALS,
};

/// The probe keeps its credentials from a host that may be another one.
pub(super) const WITHHELD: Rule = Rule {
    id: "credentials-withheld",
    class: Class::Ending,
    verdict: Verdict::Degraded,
    check: withheld,
    advice: &nla::WITHHELD,
};

/// The host asks for no logon before the session, so that the probe's credentials tell nothing.
pub(super) const NOT_CHECKED: Rule = Rule {
    id: "credentials-not-checked",
    class: Class::Condition,
    verdict: Verdict::Degraded,
    check: not_checked,
    advice: &nla::NOT_CHECKED,
};

fn without(view: &View<'_>) -> Option<Seen> {
    let (entry, selected) = view.selected()?;
    let title = match view.blame()? {
        (_, Blame::Auth(AuthFailure::NoCredentials)) => {
            format!("the host wants a logon before the session ({selected}); no credentials were given")
        }
        // RDSTLS and RDSAAD, where they were offered.
        (Stage::Nla, Blame::Local(_)) => {
            format!("the host wants a logon before the session of a kind that this probe does not speak ({selected})")
        }
        _ => return None,
    };
    let mut seen = Seen::new(Stage::Nla, title).evidence(view.quote(entry));
    for line in host::evidence(*view) {
        seen = seen.evidence(line);
    }
    Some(seen)
}

fn withheld(view: &View<'_>) -> Option<Seen> {
    let (stage, AuthFailure::Withheld) = view.auth_failure()? else {
        return None;
    };
    let whose = view.user().map(|user| format!(" of {user}")).unwrap_or_default();
    let problems = view.certificate().map(|(_, facts)| facts.problems.iter().map(problem).collect::<Vec<_>>());
    let why = problems.filter(|problems| !problems.is_empty()).map(|problems| format!(" ({})", problems.join(", ")));
    let title = format!(
        "the credentials{whose} were not sent: the host's certificate is not acceptable{}",
        why.unwrap_or_default()
    );
    Some(
        Seen::new(stage, title)
            .evidence_if(view.certificate().map(|(entry, _)| view.quote(entry)))
            .evidence_if(view.selected().map(|(entry, _)| view.quote(entry))),
    )
}

fn not_checked(view: &View<'_>) -> Option<Seen> {
    if view.logon() != Some(Logon::NotChecked) {
        return None;
    }
    let (entry, _) = view.negotiation()?;
    let user = view.user()?;
    let title =
        format!("the password of {user} was neither sent nor checked: the host asks for no logon before the session");
    let offered = [Protocols::HYBRID, Protocols::HYBRID_EX].iter().any(|protocol| view.offered().contains(*protocol));
    let seen = Seen::new(Stage::ConnectionInitiation, title).evidence(view.quote(entry));
    let seen = seen.evidence(format!("offered: {}", view.offered()));
    Some(if offered {
        seen.cause(Evidence::Observed, "NLA was offered, and the host did not select it")
            .cause(Evidence::Inferred, "NLA is switched off on the host, or the host's software has none")
    } else {
        seen.cause(Evidence::Observed, "NLA was not offered to the host: `--protocols ssl,hybrid,hybrid-ex` offers it")
    })
}
