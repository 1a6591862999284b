//! From a scenario's `[server]` to the honest machine's configuration.

use badrdp_proto::connect::{LicenseExchange, NegotiationPolicy, ServerConfig};
use badrdp_proto::pdu::x224::NegotiationRequest;
use badrdp_proto::vocab::codes::McsResult;
use badrdp_scenarios::model::{Exchange, NlaProfile, ServerProfile};

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
            flags: negotiation.flags.unwrap_or(honest.negotiation.flags | logon_modes(&profile.nla)),
        },
        early_user_auth: profile.nla.early_user_auth,
        connect_result: mcs.connect_result.unwrap_or(McsResult::RT_SUCCESSFUL),
        attach_result: mcs.attach_result.unwrap_or(McsResult::RT_SUCCESSFUL),
        join_refusal: mcs.join_result.map(|result| (mcs.join_number.max(1), result)),
        skip_channel_join: mcs.skip_channel_join,
        io_channel: mcs.io_channel,
        message_channel: mcs.message_channel,
        auto_detect: profile.auto_detect.clone(),
        side_transports: profile.multitransport.clone(),
        // Another secret than the reconnect cookie's.
        side_transport_cookie: random.map(|byte| byte.rotate_left(3) ^ 0xa5),
        license: (profile.licensing.error, profile.licensing.transition),
        license_exchange: profile.licensing.exchange.map(|exchange| LicenseExchange {
            alert_at: profile.licensing.alert_at,
            may_be_declined: exchange == Exchange::Formality,
        }),
        license_error_info: profile.licensing.error_info,
        steps: if profile.session.steps.is_empty() { honest.steps } else { profile.session.steps.clone() },
        session_id: 1 + u32::from(random.first().copied().unwrap_or_default() >> 4),
        auto_reconnect_random: random,
    }
}

/// Flags of the Negotiation Response for the logon modes that the server supports, MS-RDPBCGR 2.2.1.2.1.
fn logon_modes(nla: &NlaProfile) -> u8 {
    let flag = |supported: bool, flag| if supported { flag } else { 0 };
    flag(nla.restricted_admin, NegotiationRequest::ANSWERS_RESTRICTED_ADMIN)
        | flag(nla.remote_guard, NegotiationRequest::ANSWERS_REMOTE_GUARD)
}
