//! NTLM's server side: the challenge, and whether the answer proves a password.
//!
//! MS-NLMP 3.2.5.1 (connection-oriented server).

use badrdp_proto::connect::AuthFailure;
use badrdp_proto::pdu::credssp::NtlmToken;
use badrdp_proto::pdu::credssp::ntlm::{Authenticate, Challenge, NtlmMessage, TargetInfo, Version, filetime, flags};
use badrdp_proto::vocab::codes::NtStatus;
use badrdp_scenarios::model::Target;

use super::ntlm_crypto::{Channel, Key, Sender, key_exchange_key, mic, nt_proof, ntowf_v2, rc4k};
use super::{AuthHost, accounts};

/// What the server does where the client asks for it.
const GRANTED: u32 = flags::UNICODE
    | flags::REQUEST_TARGET
    | flags::SIGN
    | flags::SEAL
    | flags::ALWAYS_SIGN
    | flags::EXTENDED_SESSIONSECURITY
    | flags::KEY_128
    | flags::KEY_EXCH
    | flags::KEY_56;

/// `NTProofStr`, the head of an NTLMv2 response.
const PROOF: usize = 16;
/// An NTLMv1 response has this length; an NTLMv2 response is longer.
const NTLM_V1: usize = 24;
/// `NTLMv2_RESPONSE` without target info, MS-NLMP 2.2.2.8.
const SHORTEST_V2: usize = 44;

/// The first two messages, which the third one covers.
pub(super) struct Offered {
    server_challenge: [u8; 8],
    negotiate: NtlmToken,
    pub(super) challenge: NtlmToken,
}

/// A session of somebody who knows the password.
pub(super) struct Session {
    /// From this side.
    pub(super) ours: Channel,
    /// From the client.
    pub(super) theirs: Channel,
    /// The client's AUTHENTICATE_MESSAGE had a message integrity code.
    pub(super) has_mic: bool,
}

fn bad(what: impl ToString) -> AuthFailure {
    AuthFailure::BadToken(what.to_string())
}

impl Offered {
    /// Answers a NEGOTIATE_MESSAGE.
    pub(super) fn answer(
        host: &AuthHost,
        server_challenge: [u8; 8],
        negotiate: &NtlmToken,
    ) -> Result<Self, AuthFailure> {
        let asked = match negotiate.read().map_err(bad)? {
            NtlmMessage::Negotiate(message) => message.flags,
            NtlmMessage::Challenge(_) | NtlmMessage::Authenticate(_) => {
                return Err(bad("another NTLM message where NEGOTIATE_MESSAGE is due"));
            }
        };
        if asked & flags::UNICODE == 0 {
            return Err(bad("the client's NTLM speaks no Unicode"));
        }
        let target = &host.nla.target;
        let is_member = !target.netbios_domain.eq_ignore_ascii_case(&target.netbios_computer);
        let (name, kind) = if is_member {
            (&target.netbios_domain, flags::TARGET_TYPE_DOMAIN)
        } else {
            (&target.netbios_computer, flags::TARGET_TYPE_SERVER)
        };
        let version = target.os.filter(|_| asked & flags::VERSION != 0);
        let with_version = if version.is_some() { flags::VERSION } else { 0 };
        let challenge = Challenge {
            target_name: name.clone(),
            flags: (asked & GRANTED) | flags::NTLM | flags::TARGET_INFO | kind | with_version,
            server_challenge,
            target_info: target_info(target, host.clock()),
            version: version.map(|(major, minor, build)| Version { major, minor, build, revision: 15 }),
        };
        Ok(Self { server_challenge, negotiate: negotiate.clone(), challenge: challenge.to_token() })
    }

    /// Judges an AUTHENTICATE_MESSAGE.
    pub(super) fn judge(&self, host: &AuthHost, token: &NtlmToken) -> Result<Session, AuthFailure> {
        let NtlmMessage::Authenticate(message) = token.read().map_err(bad)? else {
            return Err(bad("another NTLM message where AUTHENTICATE_MESSAGE is due"));
        };
        if message.flags & flags::EXTENDED_SESSIONSECURITY == 0 {
            return Err(bad("the client's NTLM has no extended session security, so nothing can be sealed"));
        }
        let exchanged_key = self.prove(host, token, &message)?;
        let session_key = if message.flags & flags::KEY_EXCH == 0 {
            exchanged_key
        } else {
            let sealed = token.0.get(message.session_key.clone()).unwrap_or_default();
            let key = rc4k(&exchanged_key, sealed);
            key.try_into().map_err(|_| bad("EncryptedRandomSessionKey has not 16 bytes"))?
        };
        let says = message.v2.as_ref().and_then(|v2| v2.target_info.flags).unwrap_or(0);
        if says & TargetInfo::HAS_MIC != 0 && message.mic.is_none() {
            return Err(AuthFailure::MessageIntegrity);
        }
        if let Some(place) = &message.mic {
            let mut authenticate = token.0.clone();
            let bytes = authenticate.get_mut(place.clone()).unwrap_or_default();
            let said = bytes.to_vec();
            bytes.fill(0);
            if said != mic(&session_key, &self.negotiate.0, &self.challenge.0, &authenticate) {
                return Err(AuthFailure::MessageIntegrity);
            }
        }
        Ok(Session {
            ours: Channel::new(&session_key, message.flags, Sender::Server),
            theirs: Channel::new(&session_key, message.flags, Sender::Client),
            has_mic: message.mic.is_some(),
        })
    }

    /// The key of somebody whose response is right and whose account may log on.
    fn prove(&self, host: &AuthHost, token: &NtlmToken, message: &Authenticate) -> Result<Key, AuthFailure> {
        let response = token.0.get(message.nt_response.clone()).unwrap_or_default();
        // Nobody at all, or NTLMv1. Inferred: Windows gives no better reason to clients that it does not let prove
        // anything.
        if response.len() <= NTLM_V1 {
            return Err(AuthFailure::Refused(NtStatus::STATUS_LOGON_FAILURE));
        }
        let Some((proof, temp)) = response.split_at_checked(PROOF).filter(|_| response.len() >= SHORTEST_V2) else {
            return Err(bad("NtChallengeResponse is shorter than an NTLMv2 response"));
        };
        accounts::log_on(host, &message.user, &message.domain, |password| {
            // Some clients leave the domain out of their key (MS-NLMP 3.2.5.1.2).
            [message.domain.as_str(), ""].iter().find_map(|domain| {
                let key = ntowf_v2(password, &message.user, domain);
                let expected = nt_proof(&key, &self.server_challenge, temp);
                (expected == proof).then(|| key_exchange_key(&key, &expected))
            })
        })
        .map_err(AuthFailure::Refused)
    }
}

fn target_info(target: &Target, clock: i64) -> TargetInfo {
    let unless_empty = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    TargetInfo {
        netbios_computer: Some(target.netbios_computer.clone()),
        netbios_domain: Some(target.netbios_domain.clone()),
        dns_computer: unless_empty(&target.dns_computer),
        dns_domain: unless_empty(&target.dns_domain),
        dns_tree: unless_empty(&target.dns_tree),
        flags: None,
        timestamp: target.timestamp.then(|| filetime(clock)),
        other: Vec::new(),
    }
}
