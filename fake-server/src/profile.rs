//! From a scenario's `[server]` to the honest machine's configuration.

use badrdp_proto::connect::{NegotiationPolicy, ServerConfig};
use badrdp_proto::vocab::codes::McsResult;
use badrdp_scenarios::model::ServerProfile;

/// The machine's configuration for `profile`; `random` fills what a server chooses at random.
pub(crate) fn server_config(profile: &ServerProfile, random: [u8; 16]) -> ServerConfig {
    let honest = ServerConfig::default();
    let negotiation = &profile.negotiation;
    let mcs = &profile.mcs;
    ServerConfig {
        protocols: profile.security,
        negotiation: NegotiationPolicy {
            failure: negotiation.failure,
            select: negotiation.select,
            silent: negotiation.silent,
            flags: negotiation.flags.unwrap_or(honest.negotiation.flags),
        },
        connect_result: mcs.connect_result.unwrap_or(McsResult::RT_SUCCESSFUL),
        attach_result: mcs.attach_result.unwrap_or(McsResult::RT_SUCCESSFUL),
        join_refusal: mcs.join_result.map(|result| (mcs.join_number.max(1), result)),
        skip_channel_join: mcs.skip_channel_join,
        license: (profile.licensing.error, profile.licensing.transition),
        license_error_info: profile.licensing.error_info,
        steps: if profile.session.steps.is_empty() { honest.steps } else { profile.session.steps.clone() },
        session_id: 1 + u32::from(random.first().copied().unwrap_or_default() >> 4),
        auto_reconnect_random: random,
    }
}
