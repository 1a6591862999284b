//! The one fact that matters about a `TSRequest`.

use super::ntlm::{Authenticate, Challenge, NtlmMessage, NtlmToken, Version, message_type};
use super::spnego::{MechToken, NegState, SpnegoToken};
use super::{NegoToken, TsRequest};
use crate::vocab::code::Code;
use crate::vocab::codes::SecurityStatus;

/// Longer names are cut: a fact is one line.
const NAME: usize = 40;

/// Version, then what it carries: the NTLM message with its names, the proof, credentials, an error code.
pub(in crate::pdu) fn fact(request: &TsRequest) -> String {
    let mut parts = vec![format!("v{}", request.version)];
    parts.extend(request.nego_tokens.iter().flatten().take(3).map(token));
    if request.pub_key_auth.is_some() {
        let alone = request.nego_tokens.as_ref().is_none_or(Vec::is_empty);
        parts.push(if alone { "proof of the key" } else { "with proof of the key" }.to_owned());
    }
    if let Some(sealed) = &request.auth_info {
        parts.push(format!("credentials ({} bytes)", sealed.len()));
    }
    if let Some(code) = request.error_code {
        // Some servers send an HRESULT where an NTSTATUS is due.
        let name = code.name().or_else(|| SecurityStatus(code.0).name());
        parts.push(format!("error {}", name.map_or_else(|| format!("{:#010x}", code.0), str::to_owned)));
    }
    if parts.len() == 1 {
        parts.push("empty".to_owned());
    }
    parts.join(", ")
}

fn token(token: &NegoToken) -> String {
    match token {
        NegoToken::Ntlm(token) => ntlm(token),
        NegoToken::Spnego(token) => spnego(token),
        NegoToken::Unknown(bytes) => format!("an unknown token ({} bytes)", bytes.len()),
    }
}

fn spnego(token: &SpnegoToken) -> String {
    let (mut fact, inner) = match token {
        SpnegoToken::Init { mech_types, mech_token, .. } => {
            let names: Vec<_> = mech_types.iter().take(4).map(ToString::to_string).collect();
            (
                format!("SPNEGO offers {}", if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }),
                mech_token,
            )
        }
        SpnegoToken::Resp { neg_state, supported_mech, response_token, .. } => {
            let mut fact = match neg_state {
                Some(NegState::ACCEPT_COMPLETED) => "SPNEGO accepts".to_owned(),
                Some(NegState::ACCEPT_INCOMPLETE) => "SPNEGO goes on".to_owned(),
                Some(NegState::REJECT) => "SPNEGO rejects".to_owned(),
                Some(NegState::REQUEST_MIC) => "SPNEGO asks for a MIC".to_owned(),
                Some(NegState(other)) => format!("SPNEGO state {other}"),
                None => "SPNEGO".to_owned(),
            };
            if let Some(mechanism) = supported_mech {
                fact += &format!(" with {mechanism}");
            }
            (fact, response_token)
        }
    };
    match inner {
        Some(MechToken::Ntlm(token)) => fact += &format!(", {}", ntlm(token)),
        Some(MechToken::Unknown(bytes)) => fact += &format!(", an unknown token ({} bytes)", bytes.len()),
        None => {}
    }
    fact
}

fn ntlm(token: &NtlmToken) -> String {
    match token.read() {
        Ok(NtlmMessage::Negotiate(_)) => "NTLM NEGOTIATE".to_owned(),
        Ok(NtlmMessage::Challenge(message)) => challenge(&message),
        Ok(NtlmMessage::Authenticate(message)) => authenticate(&message),
        Err(_) => {
            let kind = match token.message_type() {
                Some(message_type::NEGOTIATE) => "NEGOTIATE",
                Some(message_type::CHALLENGE) => "CHALLENGE",
                Some(message_type::AUTHENTICATE) => "AUTHENTICATE",
                _ => "message",
            };
            format!("NTLM {kind} that cannot be read")
        }
    }
}

fn challenge(message: &Challenge) -> String {
    let info = &message.target_info;
    let computer = info.netbios_computer.as_deref().unwrap_or(&message.target_name);
    let mut fact = format!("NTLM CHALLENGE from {}", shown(computer));
    if let Some(domain) = info.netbios_domain.as_deref().filter(|domain| *domain != computer) {
        fact += &format!(" ({})", shown(domain));
    }
    if let Some(Version { major, minor, build, .. }) = message.version {
        fact += &format!(", build {major}.{minor}.{build}");
    }
    fact
}

fn authenticate(message: &Authenticate) -> String {
    if message.user.is_empty() && message.nt_response.is_empty() {
        return "NTLM AUTHENTICATE as nobody".to_owned();
    }
    let domain = if message.domain.is_empty() { String::new() } else { shown(&message.domain) + "\\" };
    format!("NTLM AUTHENTICATE as {domain}{}", shown(&message.user))
}

/// Printable, and not too long.
fn shown(name: &str) -> String {
    let mut letters = name.chars();
    let mut text: String = letters.by_ref().take(NAME).flat_map(char::escape_debug).collect();
    if letters.next().is_some() {
        text.push('…');
    }
    text
}
