//! Whether a client ever comes to where a scenario goes wrong: its run against the same server without the faults tells.

use badrdp_fake_server::VerifyError;
use badrdp_proto::transcript::{Direction, Event, Transcript};
use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::Fault;

use super::Facts;

/// Why this client never meets what is wrong; none where it does in an honest run, so that it is the client's own doing.
pub(super) fn beyond(scenario: &Scenario, error: &VerifyError, honest: Option<&[Transcript]>) -> Option<String> {
    let (line, anchor) = match error {
        VerifyError::NoConnection => return Some("the client never connected".to_owned()),
        VerifyError::NeverCame { from, .. } => {
            return Some(format!("the client did not come again: what is wrong shows on connection {from}"));
        }
        VerifyError::ChangedNothing { anchor, why, .. } => {
            return Some(format!("{anchor} was due, and what the fault changes is not in it for this client: {why}"));
        }
        VerifyError::NeverFired { line, anchor, .. } => (*line, anchor),
    };
    let Some(honest) = honest else {
        return Some(format!(
            "{anchor} was never due; whether it is without the fault was not tried (line {line} of the scenario)"
        ));
    };
    let faults = scenario.all_faults().filter(|fault| fault.line == line);
    faults.filter_map(|fault| too_few(fault, honest)).next().map(|got| {
        let furthest = Facts::of(honest).furthest;
        format!(
            "the fault waits for {anchor}, and this client gets {got} without the fault, too: it comes to {furthest}"
        )
    })
}

fn too_few(fault: &Fault, honest: &[Transcript]) -> Option<String> {
    let kind = fault.at.kind?;
    let wanted = fault.at.occurrence.unwrap_or(1);
    // Faults count the messages of one connection.
    let most = honest.iter().map(|connection| sent(connection, kind)).max().unwrap_or(0);
    if most >= usize::try_from(wanted).unwrap_or(usize::MAX) {
        return None;
    }
    Some(if most == 0 { "none".to_owned() } else { format!("only {most}") })
}

/// How many messages of this kind the server sent.
pub(super) fn sent(connection: &Transcript, wanted: MessageKind) -> usize {
    let is = |event: &Event| match event {
        Event::Message { direction: Direction::Sent, kind, .. }
        | Event::TlsRecord { direction: Direction::Sent, kind, .. } => *kind == wanted,
        _ => false,
    };
    connection.entries.iter().filter(|entry| is(&entry.event)).count()
}
