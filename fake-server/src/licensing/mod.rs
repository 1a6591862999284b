//! The fake server's licensing port: an honest licence exchange.
//!
//! MS-RDPELE 3.2.5. What it issues is no licence of Microsoft's and good for nothing.

mod certificate;
mod keys;
#[cfg(test)]
mod tests;

use badrdp_licensing::{LicenseKeys, PREMASTER_LENGTH, PrivateKey};
use badrdp_proto::connect::{LicenseCall, LicenseFailure, LicenseReply};
use badrdp_proto::pdu::licensing::{
    ChallengeResponseData, HardwareId, IssuedLicense, KEY_EXCHANGE_RSA, LicenseBlob, LicenseInfo, LicenseMessage,
    LicensePdu, LicenseRequest, NewLicenseInfo, NewLicenseRequest, PlatformChallenge, PlatformChallengeResponse,
    ProductInfo,
};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{LicenseErrorCode, LicenseStateTransition};
use badrdp_scenarios::Seeded;
use badrdp_scenarios::model::{Exchange, LicensingProfile};

use crate::tls::{TlsError, TlsStock};

/// `dwVersion` of product and licence: Remote Desktop Services of Windows Server 2016 and later.
const VERSION: u32 = 0x000a_0000;
const COMPANY: &str = "Microsoft Corporation";
/// The product that Windows asks for.
const PRODUCT: &str = "A02";
const SCOPE: &[u8] = b"microsoft.com\0";
/// What stands where Windows has a certificate chain.
const LICENSE: &[u8] = b"a licence of badrdp, good for nothing";
/// Windows: ten bytes, and rdesktop takes no other number.
const CHALLENGE: usize = 10;

/// What all connections of a server share.
#[derive(Clone)]
pub(crate) struct LicenseHost {
    exchange: Exchange,
    certificate: Vec<u8>,
    key: PrivateKey,
}

impl LicenseHost {
    /// None where the profile has no exchange.
    pub(crate) fn new(profile: &LicensingProfile, stock: &TlsStock) -> Result<Option<Self>, TlsError> {
        let Some(exchange) = profile.exchange else { return Ok(None) };
        let (certificate, key) = certificate::certificate(profile.certificate, stock)?;
        Ok(key.map(|key| Self { exchange, certificate, key }))
    }
}

/// One connection's exchange.
pub(crate) struct Licensor {
    random: [u8; 32],
    challenge: [u8; CHALLENGE],
    keys: Option<LicenseKeys>,
    /// The hardware that the client named with a licence.
    presented: Option<HardwareId>,
}

/// What is refused, and with which words.
struct Refused(LicenseErrorCode, LicenseFailure);

impl Licensor {
    /// For the connection of this number, which chooses the random numbers.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let random = Seeded::new(seed, &format!("license-random-{number}")).bytes();
        let challenge = Seeded::new(seed, &format!("license-challenge-{number}")).bytes();
        Self { random, challenge, keys: None, presented: None }
    }

    /// Does what the machine asks.
    pub(crate) fn call(&mut self, host: Option<&LicenseHost>, call: LicenseCall) -> LicenseReply {
        let Some(host) = host else {
            let failure = LicenseFailure::Local("the scenario has no licence exchange");
            return LicenseReply::Failed { last: None, failure };
        };
        let answer = match call {
            LicenseCall::Begin => Ok(self.request(host)),
            LicenseCall::Take(pdu) => match pdu.message {
                LicenseMessage::NewLicenseRequest(_) | LicenseMessage::LicenseInfo(_)
                    if host.exchange == Exchange::Formality =>
                {
                    Ok(valid_client())
                }
                LicenseMessage::NewLicenseRequest(request) => self.on_new_license_request(host, &request),
                LicenseMessage::LicenseInfo(info) => self.on_license_info(host, &info),
                LicenseMessage::PlatformChallengeResponse(response) => self.on_response(host, &response),
                _ => Err(refused(LicenseFailure::Local("a licensing message came that nobody waits for"))),
            },
        };
        answer.unwrap_or_else(|Refused(code, failure)| {
            let alert = LicensePdu::error_alert(code, LicenseStateTransition::ST_TOTAL_ABORT);
            LicenseReply::Failed { last: Some(Box::new(alert)), failure }
        })
    }

    fn request(&self, host: &LicenseHost) -> LicenseReply {
        send(LicenseMessage::Request(Box::new(LicenseRequest {
            server_random: self.random,
            product_info: ProductInfo {
                version: VERSION,
                company_name: COMPANY.to_owned(),
                product_id: PRODUCT.to_owned(),
            },
            key_exchange_list: LicenseBlob::new(LicenseBlob::KEY_EXCHANGE_ALGORITHMS, KEY_EXCHANGE_RSA.to_le_bytes()),
            server_certificate: LicenseBlob::new(LicenseBlob::CERTIFICATE, host.certificate.clone()),
            scope_list: vec![LicenseBlob::new(LicenseBlob::SCOPE, SCOPE)],
        })))
    }

    fn agree(&mut self, host: &LicenseHost, sealed: &LicenseBlob, random: &[u8; 32]) -> Result<LicenseKeys, Refused> {
        let premaster = host.key.decrypt::<PREMASTER_LENGTH>(&sealed.data);
        let premaster = premaster.ok_or_else(|| refused(LicenseFailure::Premaster))?;
        let keys = LicenseKeys::derive(&premaster, random, &self.random);
        self.keys = Some(keys.clone());
        Ok(keys)
    }

    fn on_new_license_request(
        &mut self,
        host: &LicenseHost,
        request: &NewLicenseRequest,
    ) -> Result<LicenseReply, Refused> {
        let keys = self.agree(host, &request.encrypted_pre_master_secret, &request.client_random)?;
        Ok(self.challenge(&keys))
    }

    fn on_license_info(&mut self, host: &LicenseHost, info: &LicenseInfo) -> Result<LicenseReply, Refused> {
        let keys = self.agree(host, &info.encrypted_pre_master_secret, &info.client_random)?;
        let kind = MessageKind::LicenseInfo;
        let hardware = keys.crypt(&info.encrypted_hwid.data);
        verify(&keys, &hardware, &info.mac_data, kind)?;
        self.presented = Some(read_hardware(&hardware, kind)?);
        Ok(if host.exchange == Exchange::Upgrade { self.challenge(&keys) } else { valid_client() })
    }

    fn challenge(&self, keys: &LicenseKeys) -> LicenseReply {
        let sealed = keys.crypt(&self.challenge);
        send(LicenseMessage::PlatformChallenge(PlatformChallenge {
            connect_flags: 0,
            encrypted_platform_challenge: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, sealed),
            mac_data: keys.mac(&self.challenge),
        }))
    }

    fn on_response(
        &mut self,
        host: &LicenseHost,
        response: &PlatformChallengeResponse,
    ) -> Result<LicenseReply, Refused> {
        let kind = MessageKind::PlatformChallengeResponse;
        let keys = self.keys.take().ok_or_else(|| refused(LicenseFailure::Local("no key was agreed on")))?;
        let answer = keys.crypt(&response.encrypted_platform_challenge_response.data);
        let hardware = keys.crypt(&response.encrypted_hwid.data);
        verify(&keys, &[answer.as_slice(), &hardware].concat(), &response.mac_data, kind)?;
        // Windows: rdesktop answers with the bare challenge, which hosts take (inferred: it is in use).
        if answer != self.challenge {
            let data = ChallengeResponseData::decode(&answer).map_err(|error| unreadable(kind, &error.to_string()))?;
            if data.challenge != self.challenge {
                return Err(refused(LicenseFailure::Challenge));
            }
        }
        let hardware = read_hardware(&hardware, kind)?;
        if self.presented.is_some_and(|presented| presented != hardware) {
            return Err(refused(LicenseFailure::Hardware));
        }
        let message = if self.presented.is_some() && host.exchange == Exchange::Upgrade {
            LicenseMessage::UpgradeLicense(issue(&keys))
        } else {
            LicenseMessage::NewLicense(issue(&keys))
        };
        Ok(LicenseReply::Done { last: Some(Box::new(LicensePdu::new(message))) })
    }
}

fn issue(keys: &LicenseKeys) -> IssuedLicense {
    let info = NewLicenseInfo {
        version: VERSION,
        scope: SCOPE.to_vec(),
        company_name: COMPANY.to_owned(),
        product_id: PRODUCT.to_owned(),
        license_info: LICENSE.to_vec(),
    };
    let info = info.encode();
    IssuedLicense {
        encrypted_license_info: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, keys.crypt(&info)),
        mac_data: keys.mac(&info),
    }
}

fn send(message: LicenseMessage) -> LicenseReply {
    LicenseReply::Send(Box::new(LicensePdu::new(message)))
}

/// The client needs no licence, or the one that it has is good.
fn valid_client() -> LicenseReply {
    let (code, transition) = (LicenseErrorCode::STATUS_VALID_CLIENT, LicenseStateTransition::ST_NO_TRANSITION);
    LicenseReply::Done { last: Some(Box::new(LicensePdu::error_alert(code, transition))) }
}

fn verify(keys: &LicenseKeys, data: &[u8], mac: &[u8; 16], kind: MessageKind) -> Result<(), Refused> {
    if keys.mac(data) == *mac {
        Ok(())
    } else {
        Err(Refused(LicenseErrorCode::ERR_INVALID_MAC, LicenseFailure::Mac(kind)))
    }
}

fn read_hardware(id: &[u8], kind: MessageKind) -> Result<HardwareId, Refused> {
    HardwareId::decode(id).map_err(|error| unreadable(kind, &error.to_string()))
}

fn unreadable(kind: MessageKind, why: &str) -> Refused {
    refused(LicenseFailure::Unreadable(kind, why.to_owned()))
}

/// MS-RDPBCGR 2.2.1.12.1.3 has no closer word for what is wrong with a client.
fn refused(failure: LicenseFailure) -> Refused {
    Refused(LicenseErrorCode::ERR_INVALID_CLIENT, failure)
}
