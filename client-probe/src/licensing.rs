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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]
    use badrdp_proto::pdu::licensing::{CertificateData, RsaPublicKey, ServerCertificate};

    use super::*;

    const SERVER_RANDOM: [u8; 32] = [5; 32];

    fn secrets() -> LicenseSecrets {
        LicenseSecrets { client_random: [1; 32], premaster: [2; 48] }
    }

    fn keys() -> LicenseKeys {
        LicenseKeys::derive(&[2; 48], &[1; 32], &SERVER_RANDOM)
    }

    /// An exponent of 1 leaves the secret as it is, so that a test can read it.
    fn certificate() -> Vec<u8> {
        let public_key = RsaPublicKey { bit_length: 512, data_length: 63, exponent: 1, modulus: vec![0xff; 64] };
        ServerCertificate::new(CertificateData::Proprietary { public_key, signature: vec![0; 72] }).encode()
    }

    fn request(change: impl FnOnce(&mut LicenseRequest)) -> LicenseCall {
        let mut request = LicenseRequest {
            server_random: SERVER_RANDOM,
            key_exchange_list: LicenseBlob::new(LicenseBlob::KEY_EXCHANGE_ALGORITHMS, [1, 0, 0, 0]),
            server_certificate: LicenseBlob::new(LicenseBlob::CERTIFICATE, certificate()),
            ..LicenseRequest::default()
        };
        change(&mut request);
        take(LicenseMessage::Request(Box::new(request)))
    }

    fn take(message: LicenseMessage) -> LicenseCall {
        LicenseCall::Take(Box::new(LicensePdu::new(message)))
    }

    fn sent(reply: LicenseReply) -> LicenseMessage {
        let LicenseReply::Send(pdu) = reply else { panic!("nothing is sent: {reply:?}") };
        pdu.message
    }

    fn failed(reply: LicenseReply) -> (Option<LicenseErrorCode>, LicenseFailure) {
        let LicenseReply::Failed { last, failure } = reply else { panic!("no failure: {reply:?}") };
        let code = last.map(|pdu| match pdu.message {
            LicenseMessage::ErrorAlert { error_code, state_transition, .. } => {
                assert_eq!(state_transition, LicenseStateTransition::ST_TOTAL_ABORT);
                error_code
            }
            other => panic!("no alert: {other:?}"),
        });
        (code, failure)
    }

    /// A probe that has asked for a licence.
    fn asked() -> Licensing {
        let mut licensing = Licensing::new("alice", "badrdp");
        let _request = licensing.call(&License::New(secrets()), request(|_| {}));
        licensing
    }

    fn blob(data: &[u8]) -> LicenseBlob {
        LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, keys().crypt(data))
    }

    #[test]
    fn a_licence_is_asked_for_with_the_sealed_secret_and_the_names() {
        let mut licensing = Licensing::new("alice", "badrdp");
        let message = sent(licensing.call(&License::New(secrets()), request(|_| {})));
        let LicenseMessage::NewLicenseRequest(asked) = message else { panic!("no request") };
        assert_eq!(asked.encrypted_pre_master_secret.data[..48], [2; 48]);
        assert_eq!(asked.encrypted_pre_master_secret.data.len(), 72);
        assert_eq!((asked.client_random, asked.client_user_name.data.as_slice()), ([1; 32], &b"alice\0"[..]));
        assert_eq!(asked.client_machine_name.data, b"badrdp\0");
        assert_eq!(ansi("\u{e4}\u{20ac}\0"), [0xe4, b'?', 0]);
    }

    #[test]
    fn a_stored_licence_is_presented_with_the_hardware_that_all_probes_share() {
        let mut licensing = Licensing::new("", "badrdp");
        let message = sent(licensing.call(&License::Stored(secrets(), vec![9; 5]), request(|_| {})));
        let LicenseMessage::LicenseInfo(info) = message else { panic!("no licence") };
        assert_eq!(info.license_info.data, [9; 5]);
        let hardware = keys().crypt(&info.encrypted_hwid.data);
        assert_eq!(HardwareId::decode(&hardware), Ok(HARDWARE));
        assert_eq!(keys().mac(&hardware), info.mac_data);
    }

    #[test]
    fn a_challenge_is_answered_once_its_mac_fits() {
        let challenge = |mac_data| {
            let encrypted_platform_challenge = blob(b"challenge!");
            take(LicenseMessage::PlatformChallenge(PlatformChallenge {
                connect_flags: 0,
                encrypted_platform_challenge,
                mac_data,
            }))
        };
        let message = sent(asked().call(&License::New(secrets()), challenge(keys().mac(b"challenge!"))));
        let LicenseMessage::PlatformChallengeResponse(response) = message else { panic!("no response") };
        let data = keys().crypt(&response.encrypted_platform_challenge_response.data);
        let hardware = keys().crypt(&response.encrypted_hwid.data);
        assert_eq!(ChallengeResponseData::decode(&data).unwrap().challenge, b"challenge!");
        assert_eq!(keys().mac(&[data, hardware].concat()), response.mac_data);

        let reply = asked().call(&License::New(secrets()), challenge([0; 16]));
        let mac = LicenseFailure::Mac(MessageKind::PlatformChallenge);
        assert_eq!(failed(reply), (Some(LicenseErrorCode::ERR_INVALID_MAC), mac));
    }

    #[test]
    fn a_licence_is_read_and_thrown_away() {
        let info = NewLicenseInfo {
            version: 0x000a_0000,
            scope: b"s\0".to_vec(),
            company_name: "c".to_owned(),
            product_id: "p".to_owned(),
            license_info: vec![1],
        };
        let issued = |plain: &[u8], mac_data| {
            LicenseMessage::UpgradeLicense(IssuedLicense { encrypted_license_info: blob(plain), mac_data })
        };
        let whole = info.encode();
        let license = License::New(secrets());
        let reply = asked().call(&license, take(issued(&whole, keys().mac(&whole))));
        assert_eq!(reply, LicenseReply::Done { last: None });
        let reply = asked().call(&license, take(issued(&whole, [0; 16])));
        let mac = LicenseFailure::Mac(MessageKind::UpgradeLicense);
        assert_eq!(failed(reply), (Some(LicenseErrorCode::ERR_INVALID_MAC), mac));
        // Sealed well, and no licence: told to nobody, since no error code means it.
        for length in 0..whole.len() {
            let cut = &whole[..length];
            let (code, failure) = failed(asked().call(&license, take(issued(cut, keys().mac(cut)))));
            assert_eq!(code, None);
            assert!(matches!(failure, LicenseFailure::Unreadable(MessageKind::UpgradeLicense, _)), "{failure}");
        }
    }

    #[test]
    fn a_request_that_cannot_be_answered_is_refused_with_the_reason() {
        let license = License::New(secrets());
        let ask = |change: fn(&mut LicenseRequest)| failed(Licensing::new("", "").call(&license, request(change)));
        let invalid = Some(LicenseErrorCode::ERR_INVALID_SERVER_CERTIFICATE);
        let none = LicenseFailure::Certificate("there is none".to_owned());
        assert_eq!(ask(|request| request.server_certificate.data.clear()), (invalid, none));
        let (code, failure) = ask(|request| request.server_certificate.data[0] = 9);
        assert_eq!(code, invalid);
        assert!(failure.to_string().contains("dwVersion"), "{failure}");
        assert_eq!(
            ask(|request| request.key_exchange_list.data = vec![2, 0, 0, 0]),
            (None, LicenseFailure::KeyExchange)
        );
        let declined = Licensing::new("", "").call(&License::Decline, request(|_| {}));
        assert!(matches!(failed(declined), (None, LicenseFailure::Local(_))));
        let early = Licensing::new("", "").call(&license, take(LicenseMessage::NewLicense(IssuedLicense::default())));
        assert!(matches!(failed(early), (None, LicenseFailure::Local(_))));
    }

    #[test]
    fn secrets_differ_and_are_not_shown() {
        let (one, other) = (LicenseSecrets::random().unwrap(), LicenseSecrets::random().unwrap());
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "LicenseSecrets(2 random numbers)");
        assert_eq!(format!("{:?}", License::Stored(one, vec![7; 5])), "Stored(5 bytes)");
    }
}
