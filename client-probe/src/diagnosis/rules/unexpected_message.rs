//! A message that is well-formed and wrong.

use badrdp_proto::connect::Blame;
use badrdp_proto::vocab::MessageKind;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::stream;

/// A message out of place, or one that breaks a rule of the specification.
pub(super) const RULE: Rule = Rule {
    id: "unexpected-message",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check,
    advice: &stream::UNEXPECTED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (stage, blame) = view.blame()?;
    let quote = view.received(Some).map(|(entry, _)| view.quote(entry));
    match blame {
        Blame::Unexpected { expected, got } => {
            let title = format!("the host sends {got} where it does not belong");
            let seen = Seen::new(stage, title).evidence_if(quote);
            Some(if expected.is_empty() { seen } else { seen.expected(one_of(expected)) })
        }
        Blame::Violated(rule) => {
            let title = match view.last_received() {
                Some(kind) => format!("{kind} breaks a rule: {rule}"),
                None => format!("the host breaks a rule: {rule}"),
            };
            Some(Seen::new(stage, title).evidence_if(quote).expected(*rule))
        }
        _ => None,
    }
}

/// `A`, `A or B`, `A, B or C`.
fn one_of(kinds: &[MessageKind]) -> String {
    let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    match names.split_last() {
        None => "the next message of the connection sequence".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
