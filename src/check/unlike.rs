//! Whether a client is the one that a scenario is about: some refuse what only a client of one kind asks for.

use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::x224::{NegotiationRequest, Protocols};
use badrdp_proto::transcript::{Direction, Transcript};
use badrdp_proto::vocab::codes::EarlyUserAuthorizationResult;
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_scenarios::Scenario;

use super::{Facts, honest};

/// What this client does otherwise than the one that the scenario's server refuses; none where it does the same, or that
/// cannot be seen.
pub(super) fn unlike(scenario: &Scenario, connections: &[Transcript], facts: &Facts) -> Option<String> {
    let (probe, shows_at) = (&scenario.probe, scenario.expect_probe.stage);
    // What a client is like matters where it is what the server looks at.
    if shows_at > Stage::Licensing {
        return None;
    }
    let asks = |flag: u8| connections.iter().filter_map(request).any(|request| request.flags & flag != 0);
    if probe.restricted_admin && !asks(NegotiationRequest::RESTRICTED_ADMIN) {
        return Some("the client does not ask for Restricted Admin".to_owned());
    }
    if probe.remote_guard && !asks(NegotiationRequest::REMOTE_GUARD) {
        return Some("the client does not ask for Remote Credential Guard".to_owned());
    }
    let offers: Vec<_> = facts.offers.iter().flatten().copied().collect();
    if shows_at == Stage::ConnectionInitiation
        && let Some(wanted) = probe.protocols
        && let Some(&offered) = offers.first()
        && offered != wanted
    {
        return Some(format!("the client offers {offered}, and the scenario is about one that offers {wanted}"));
    }
    if let Some(wanted) = probe.credssp_version
        && let Some(version) = connections.iter().find_map(credssp_version)
        && version != wanted
    {
        return Some(format!("the client's CredSSP is version {version}, and the scenario is about version {wanted}"));
    }
    let early = scenario.server.nla.early_user_auth != EarlyUserAuthorizationResult::AUTHZ_SUCCESS;
    if early && !offers.is_empty() && !offers.iter().any(|offer| offer.contains(Protocols::HYBRID_EX)) {
        return Some("the client does not offer HYBRID_EX, and gets no Early User Authorization Result".to_owned());
    }
    if let Some(at) = scenario.server.licensing.alert_at
        && connections.iter().all(|connection| honest::sent(connection, MessageKind::LicenseErrorAlert) == 0)
    {
        return Some(format!("the server's alert stands in place of {at}, to which this client does not come"));
    }
    None
}

fn request(connection: &Transcript) -> Option<NegotiationRequest> {
    connection.messages().find_map(|(direction, _, message)| match message {
        Some(Message::X224ConnectionRequest(request)) if direction == Direction::Received => request.negotiation,
        _ => None,
    })
}

fn credssp_version(connection: &Transcript) -> Option<u32> {
    connection.messages().find_map(|(direction, _, message)| match message {
        Some(Message::TsRequest(request)) if direction == Direction::Received => Some(request.version),
        _ => None,
    })
}
