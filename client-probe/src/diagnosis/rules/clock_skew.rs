//! The host's clock and this machine's differ.

use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::nla;
use crate::report::host;

/// What Kerberos tolerates unless policy says otherwise.
pub(crate) const TOLERANCE: u64 = 300;

/// More than Kerberos tolerates, as the NTLM challenge tells it.
pub(super) const RULE: Rule =
    Rule { id: "clock-skew", class: Class::Condition, verdict: Verdict::Degraded, check, advice: &nla::CLOCK_SKEW };

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, identity) = view.identity()?;
    let skew = identity.skew.filter(|skew| skew.unsigned_abs() > TOLERANCE)?;
    let title = format!("the host's clock is {} this machine's", host::apart(skew));
    Some(Seen::new(Stage::Nla, title).evidence(view.quote(entry)))
}
