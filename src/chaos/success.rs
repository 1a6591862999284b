//! What a probe has seen that may call a host healthy, read from its transcript alone.

use badrdp_proto::pdu::licensing::LicenseMessage;
use badrdp_proto::pdu::session_info::SaveSessionInfo;
use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::x224::{NegotiationAnswer, Protocols};
use badrdp_proto::pdu::{ChannelPdu, Message};
use badrdp_proto::transcript::{Direction, Event, Transcript};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{
    EarlyUserAuthorizationResult, ErrorInfo, LicenseErrorCode, LicenseStateTransition, LogonErrorType, McsResult,
};

/// Answers without which there is no session, MS-RDPBCGR 1.3.1.1.
const ANSWERS: &[MessageKind] = &[
    MessageKind::X224ConnectionConfirm,
    MessageKind::McsConnectResponse,
    MessageKind::McsAttachUserConfirm,
    MessageKind::DemandActive,
    MessageKind::FontMap,
];

/// What is missing or contradicts that; empty where healthy may be said.
pub(super) fn missing(client: &Transcript) -> Vec<String> {
    let received: Vec<&Message> = client
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Message { direction: Direction::Received, message, .. } => message.as_deref(),
            _ => None,
        })
        .collect();
    let mut missing = Vec::new();
    let mut at = 0;
    for kind in ANSWERS {
        match received.iter().skip(at).position(|message| message.kind() == *kind) {
            Some(found) => at += found + 1,
            None => missing.push(format!("no {kind} came in its place")),
        }
    }
    missing.extend(received.iter().filter_map(|message| refusal(message)));
    for entry in &client.entries {
        missing.extend(match &entry.event {
            Event::Undecodable { .. } => Some("a frame could not be decoded".to_owned()),
            Event::NotAFrame(_) => Some("the stream held no frame".to_owned()),
            Event::TlsFailed(_) => Some("TLS failed".to_owned()),
            Event::TimedOut => Some("a budget ran out".to_owned()),
            _ => None,
        });
    }
    let offered = client.entries.iter().find_map(|entry| match &entry.event {
        Event::Message { direction: Direction::Sent, message: Some(message), .. } => match message.as_ref() {
            Message::X224ConnectionRequest(request) => request.negotiation.map(|asked| asked.requested_protocols),
            _ => None,
        },
        _ => None,
    });
    let selected = received.iter().find_map(|message| match message {
        Message::X224ConnectionConfirm(confirm) => match confirm.negotiation {
            Some(NegotiationAnswer::Response { selected_protocol, .. }) => Some(selected_protocol),
            _ => None,
        },
        _ => None,
    });
    match (offered, selected) {
        (Some(offered), Some(selected)) if selected == Protocols::RDP || !offered.contains(selected) => {
            missing.push(format!("the protocol {selected} was never offered"));
        }
        (_, None) => missing.push("no protocol was selected".to_owned()),
        _ => {}
    }
    missing
}

/// A message that says no, or that a client must end the connection for.
fn refusal(message: &Message) -> Option<String> {
    let not = |right: bool, what: String| (!right).then_some(what);
    let kind = message.kind();
    match message {
        Message::X224DisconnectRequest(_) | Message::X224Error(_) | Message::McsDisconnectProviderUltimatum(_) => {
            Some(format!("{kind} came"))
        }
        Message::McsConnectResponse(response) => {
            not(response.result == McsResult::RT_SUCCESSFUL, format!("{kind} says {}", response.result))
        }
        Message::McsAttachUserConfirm(confirm) => {
            not(confirm.result == McsResult::RT_SUCCESSFUL, format!("{kind} says {}", confirm.result))
        }
        Message::McsChannelJoinConfirm(confirm) => {
            let joined = confirm.result == McsResult::RT_SUCCESSFUL && confirm.channel_id.is_some();
            not(joined, format!("{kind} says {}", confirm.result))
        }
        Message::EarlyUserAuthResult(result) => {
            not(*result == EarlyUserAuthorizationResult::AUTHZ_SUCCESS, format!("{kind} says {result}"))
        }
        Message::TsRequest(request) => request.error_code.map(|code| format!("{kind} says {code}")),
        Message::Data(data) => match &data.pdu {
            ChannelPdu::License(license) => match &license.message {
                LicenseMessage::ErrorAlert { error_code, state_transition, .. } => {
                    let valid = *error_code == LicenseErrorCode::STATUS_VALID_CLIENT
                        && *state_transition == LicenseStateTransition::ST_NO_TRANSITION;
                    not(valid, format!("{kind} says {error_code}, {state_transition}"))
                }
                // The exchange and what nobody knows: no refusals.
                _ => None,
            },
            ChannelPdu::ServerRedirection(_) => Some(format!("{kind} came")),
            ChannelPdu::ShareData(share) => match &share.data {
                ShareDataPdu::SetErrorInfo(code) => not(*code == ErrorInfo(0), format!("{kind} says {code}")),
                ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Extended { logon_error: Some((what, _)), .. }) => {
                    not(*what == LogonErrorType::LOGON_MSG_SESSION_CONTINUE, format!("{kind} says {what}"))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
