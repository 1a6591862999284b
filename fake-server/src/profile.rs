//! From a scenario's `[server]` to the honest machine's configuration.

use badrdp_proto::connect::{LicenseExchange, NegotiationPolicy, SERVER_CHANNEL, ServerConfig};
use badrdp_proto::pdu::client_info::SecretBytes;
use badrdp_proto::pdu::redirection::ServerRedirection;
use badrdp_proto::pdu::x224::NegotiationRequest;
use badrdp_proto::vocab::codes::McsResult;
use badrdp_scenarios::model::{Exchange, NlaProfile, Redirection, ServerProfile};

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
            otherwise: negotiation.otherwise,
            without_request: negotiation.without_request,
            unknown: negotiation.unknown,
            source: negotiation.source.unwrap_or(NegotiationPolicy::SOURCE),
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
        cookies: Vec::new(),
        refuse_cookies: profile.session.refuse_cookies,
        redirection: profile.redirection.as_ref().map(|redirection| Box::new(server_redirection(redirection))),
    }
}

/// As a broker writes it: the user's name is not to be kept.
fn server_redirection(redirection: &Redirection) -> ServerRedirection {
    let Redirection { session, address, token, user, domain, password } = redirection;
    let utf16 = |text: &String| text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    ServerRedirection {
        pdu_source: SERVER_CHANNEL,
        session_id: *session,
        redir_flags: if user.is_some() { ServerRedirection::DONT_STORE_USERNAME } else { 0 },
        target_net_address: address.clone(),
        load_balance_info: token.as_ref().map(|token| format!("{token}\r\n").into_bytes()),
        user_name: user.clone(),
        domain: domain.clone(),
        password: password.as_ref().map(utf16).map(SecretBytes),
        pad: vec![0; 8],
        ..ServerRedirection::default()
    }
}

/// Flags of the Negotiation Response for the logon modes that the server supports, MS-RDPBCGR 2.2.1.2.1.
fn logon_modes(nla: &NlaProfile) -> u8 {
    let flag = |supported: bool, flag| if supported { flag } else { 0 };
    flag(nla.restricted_admin, NegotiationRequest::ANSWERS_RESTRICTED_ADMIN)
        | flag(nla.remote_guard, NegotiationRequest::ANSWERS_REMOTE_GUARD)
}
