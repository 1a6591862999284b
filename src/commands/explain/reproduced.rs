//! Which scenarios reproduce a code: what their files have the server say.

use badrdp_client_probe::explain::{Explanation, Space};
use badrdp_proto::connect::Step;
use badrdp_proto::vocab::code::Code;
use badrdp_proto::vocab::codes::{
    EarlyUserAuthorizationResult, ErrorInfo, LicenseErrorCode, NegotiationFailureCode, TlsAlert,
};
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::Operator;

/// Ids of the catalogue's scenarios of what was asked: those that carry its first tag, have the server say its code,
/// or end in a finding that must say its name. Those that carry every tag come first.
pub(super) fn by(explanation: &Explanation) -> Vec<String> {
    let tags = explanation.tags();
    let names = explanation.says();
    let meant: Vec<(&str, u32)> = explanation
        .meanings
        .iter()
        .filter_map(|meaning| match meaning.space {
            Space::Wire(title) => Some((title, meaning.number)),
            _ => None,
        })
        .collect();
    // A bare number means too much: only what leads the list counts.
    let meant = if explanation.likely.is_some() { meant.get(..1).unwrap_or_default() } else { &meant };
    let wanted = |scenario: &&Scenario| {
        let says = scenario.expect_probe.says.as_deref();
        tags.first().is_some_and(|first| scenario.tags.contains(first))
            || says.is_some_and(|says| names.iter().any(|name| says.contains(name)))
            || codes(scenario).iter().any(|code| meant.contains(code))
    };
    let mut found: Vec<&Scenario> = badrdp_scenarios::catalog().iter().filter(wanted).collect();
    found.sort_by_key(|scenario| !tags.iter().all(|tag| scenario.tags.contains(tag)));
    found.into_iter().map(|scenario| scenario.id.clone()).collect()
}

/// A code, by its space's title and its number.
fn key<C: Code>(code: C) -> (&'static str, u32) {
    (C::SPACE, u32::try_from(code.number()).unwrap_or(u32::MAX))
}

/// The codes of errors that the scenario has its server say.
fn codes(scenario: &Scenario) -> Vec<(&'static str, u32)> {
    let server = &scenario.server;
    let mut codes = Vec::new();
    codes.extend(server.negotiation.failure.map(key::<NegotiationFailureCode>));
    codes.extend(server.nla.refuse.map(key));
    codes.extend(server.accounts.iter().filter_map(|account| account.state).map(key));
    codes.push(key(server.nla.early_user_auth));
    codes.extend(
        [server.mcs.connect_result, server.mcs.attach_result, server.mcs.join_result].into_iter().flatten().map(key),
    );
    codes.push(key(server.licensing.error));
    codes.extend(server.licensing.error_info.map(key));
    for step in &server.session.steps {
        match step {
            Step::ErrorInfo(code) => codes.push(key::<ErrorInfo>(*code)),
            Step::LogonError(kind, data) => codes.extend([key(*kind), key(*data)]),
            Step::Disconnect(reason) => codes.push(key(*reason)),
            _ => {}
        }
    }
    for fault in &scenario.faults {
        if let Some(Operator::Alert(alert)) = &fault.operator {
            codes.push(key(TlsAlert(*alert)));
        }
    }
    // What stands in nearly every scenario tells none apart.
    codes.retain(|code| {
        *code != key(LicenseErrorCode::STATUS_VALID_CLIENT) && *code != key(EarlyUserAuthorizationResult::AUTHZ_SUCCESS)
    });
    codes
}
