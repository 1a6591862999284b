//! What servers answer to a Connection Request, in the words of the tables.

use badrdp::client_probe::survey::Reply;

/// `RSP 1`, `FAILURE 5`, `CC`, `MCS`.
pub(crate) fn short(reply: &Reply) -> String {
    match reply {
        Reply::Selected { protocol, .. } => format!("RSP {}", protocol.0),
        Reply::Refused(code) => format!("FAILURE {}", code.0),
        Reply::NoNegotiationData => "CC".to_owned(),
        Reply::McsDisconnect(_) => "MCS".to_owned(),
        other => other.to_string(),
    }
}
