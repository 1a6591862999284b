//! The probe's licensing port: a client that asks for a licence, or presents one, and stores nothing.
//!
//! MS-RDPELE 3.3.5.

use badrdp_licensing::{LicenseKeys, PublicKey};
use badrdp_proto::connect::{LicenseCall, LicenseFailure, LicenseReply};
use badrdp_proto::pdu::licensing::{
    ChallengeResponseData, HardwareId, IssuedLicense, KEY_EXCHANGE_RSA, LicenseBlob, LicenseInfo, LicenseMessage,
    LicensePdu, LicenseRequest, NewLicenseInfo, NewLicenseRequest, PlatformChallenge, PlatformChallengeResponse,
};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{LicenseErrorCode, LicenseStateTransition};

use crate::probe::{License, LicenseSecrets};

/// `PlatformId`: an operating system newer than 5.2 (0x04), a vendor of its own (0xff).
const PLATFORM_ID: u32 = 0x04ff_0000;
/// One computer that stands for all that ever run the probe: a licence server counts licences by this.
const HARDWARE: HardwareId = HardwareId { platform_id: PLATFORM_ID, data: *b"badrdp, a probe." };
/// `OTHER_PLATFORM_CHALLENGE_TYPE`.
const CLIENT_TYPE: u16 = 0xff00;
/// `LICENSE_DETAIL_DETAIL`.
const DETAIL: u16 = 3;
const RESPONSE_VERSION: u16 = 0x0100;

/// One connection's exchange.
pub(crate) struct Licensing {
    user: String,
    machine: String,
    keys: Option<LicenseKeys>,
}

/// What is refused, and with which words where the host is told.
struct Refused(Option<LicenseErrorCode>, LicenseFailure);

impl Licensing {
    /// For this user of this machine.
    pub(crate) fn new(user: &str, machine: &str) -> Self {
        Self { user: user.to_owned(), machine: machine.to_owned(), keys: None }
    }

    /// Does what the machine asks.
    pub(crate) fn call(&mut self, license: &License, call: LicenseCall) -> LicenseReply {
        let answer = match call {
            LicenseCall::Begin => Err(local("a client does not open a licence exchange")),
            LicenseCall::Take(pdu) => match pdu.message {
                LicenseMessage::Request(request) => self.on_request(license, &request),
                LicenseMessage::PlatformChallenge(challenge) => self.on_challenge(&challenge),
                LicenseMessage::NewLicense(issued) => self.on_license(&issued, MessageKind::NewLicense),
                LicenseMessage::UpgradeLicense(issued) => self.on_license(&issued, MessageKind::UpgradeLicense),
                _ => Err(local("a licensing message came that nobody waits for")),
            },
        };
        answer.unwrap_or_else(|Refused(code, failure)| {
            let alert = |code| Box::new(LicensePdu::error_alert(code, LicenseStateTransition::ST_TOTAL_ABORT));
            LicenseReply::Failed { last: code.map(alert), failure }
        })
    }

    fn on_request(&mut self, license: &License, request: &LicenseRequest) -> Result<LicenseReply, Refused> {
        let (secrets, stored) = match license {
            License::Decline => return Err(local("the licence exchange is declined")),
            License::New(secrets) => (secrets, None),
            License::Stored(secrets, stored) => (secrets, Some(stored)),
        };
        if !request.offers(KEY_EXCHANGE_RSA) {
            return Err(Refused(None, LicenseFailure::KeyExchange));
        }
        let LicenseSecrets { client_random, premaster } = secrets;
        let sealed = encrypt(&request.server_certificate.data, premaster)?;
        let keys = LicenseKeys::derive(premaster, client_random, &request.server_random);
        let encrypted_pre_master_secret = LicenseBlob::new(LicenseBlob::RANDOM, sealed);
        let message = match stored {
            None => LicenseMessage::NewLicenseRequest(Box::new(NewLicenseRequest {
                preferred_key_exchange_alg: KEY_EXCHANGE_RSA,
                platform_id: PLATFORM_ID,
                client_random: *client_random,
                encrypted_pre_master_secret,
                client_user_name: LicenseBlob::new(LicenseBlob::CLIENT_USER_NAME, ansi(&self.user)),
                client_machine_name: LicenseBlob::new(LicenseBlob::CLIENT_MACHINE_NAME, ansi(&self.machine)),
            })),
            Some(stored) => {
                let hardware = HARDWARE.encode();
                LicenseMessage::LicenseInfo(Box::new(LicenseInfo {
                    preferred_key_exchange_alg: KEY_EXCHANGE_RSA,
                    platform_id: PLATFORM_ID,
                    client_random: *client_random,
                    encrypted_pre_master_secret,
                    license_info: LicenseBlob::new(LicenseBlob::DATA, stored.clone()),
                    encrypted_hwid: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, keys.crypt(&hardware)),
                    mac_data: keys.mac(&hardware),
                }))
            }
        };
        self.keys = Some(keys);
        Ok(LicenseReply::Send(Box::new(LicensePdu::new(message))))
    }

    fn on_challenge(&mut self, challenge: &PlatformChallenge) -> Result<LicenseReply, Refused> {
        let kind = MessageKind::PlatformChallenge;
        let plain = self.open(&challenge.encrypted_platform_challenge, &challenge.mac_data, kind)?;
        let keys = self.keys()?;
        let response = ChallengeResponseData {
            version: RESPONSE_VERSION,
            client_type: CLIENT_TYPE,
            license_detail_level: DETAIL,
            challenge: plain,
        };
        let (response, hardware) = (response.encode(), HARDWARE.encode());
        let encrypted = |data: &[u8]| LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, keys.crypt(data));
        let message = LicenseMessage::PlatformChallengeResponse(PlatformChallengeResponse {
            encrypted_platform_challenge_response: encrypted(&response),
            encrypted_hwid: encrypted(&hardware),
            mac_data: keys.mac(&[response, hardware].concat()),
        });
        Ok(LicenseReply::Send(Box::new(LicensePdu::new(message))))
    }

    /// The licence is looked at and thrown away.
    fn on_license(&mut self, issued: &IssuedLicense, kind: MessageKind) -> Result<LicenseReply, Refused> {
        let plain = self.open(&issued.encrypted_license_info, &issued.mac_data, kind)?;
        match NewLicenseInfo::decode(&plain) {
            Ok(_) => Ok(LicenseReply::Done { last: None }),
            Err(error) => Err(Refused(None, LicenseFailure::Unreadable(kind, error.to_string()))),
        }
    }

    fn open(&self, sealed: &LicenseBlob, mac: &[u8; 16], kind: MessageKind) -> Result<Vec<u8>, Refused> {
        let keys = self.keys()?;
        let plain = keys.crypt(&sealed.data);
        if keys.mac(&plain) == *mac {
            Ok(plain)
        } else {
            Err(Refused(Some(LicenseErrorCode::ERR_INVALID_MAC), LicenseFailure::Mac(kind)))
        }
    }

    fn keys(&self) -> Result<&LicenseKeys, Refused> {
        self.keys.as_ref().ok_or_else(|| local("no licence was asked for"))
    }
}

/// The premaster secret for the key of this certificate. Inside TLS there is no earlier certificate to fall back on.
fn encrypt(certificate: &[u8], premaster: &[u8]) -> Result<Vec<u8>, Refused> {
    let refused =
        |why: String| Refused(Some(LicenseErrorCode::ERR_INVALID_SERVER_CERTIFICATE), LicenseFailure::Certificate(why));
    if certificate.is_empty() {
        return Err(refused("there is none".to_owned()));
    }
    match PublicKey::of(certificate) {
        Ok(key) => Ok(key.encrypt(premaster)),
        Err(error) => Err(refused(error.to_string())),
    }
}

/// One byte for each character, and the zero behind them.
fn ansi(text: &str) -> Vec<u8> {
    let letters = text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).filter(|byte| *byte != 0);
    letters.chain([0]).collect()
}

const fn local(why: &'static str) -> Refused {
    Refused(None, LicenseFailure::Local(why))
}
