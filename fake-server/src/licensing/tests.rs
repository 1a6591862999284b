//! The server's side of the exchange against a client that is played by hand.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

use badrdp_licensing::{LicenseKeys, PublicKey};
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::*;
use crate::tls::Mint;
use badrdp_proto::pdu::licensing::{CertificateData, ServerCertificate};
use badrdp_scenarios::model::LicenseCertificate;

const PREMASTER: [u8; PREMASTER_LENGTH] = [7; PREMASTER_LENGTH];
const RANDOM: [u8; 32] = [9; 32];
const HARDWARE: HardwareId = HardwareId { platform_id: 1, data: [3; 16] };

struct Client {
    host: LicenseHost,
    licensor: Licensor,
    keys: LicenseKeys,
    sealed: Vec<u8>,
}

fn host(exchange: Exchange, certificate: LicenseCertificate) -> LicenseHost {
    let now = OffsetDateTime::from_unix_timestamp(1_767_225_600).unwrap();
    let stock = TlsStock::new(Mint { now, seed: 0, names: vec!["localhost".to_owned()] });
    let profile = LicensingProfile { exchange: Some(exchange), certificate, ..LicensingProfile::default() };
    LicenseHost::new(&profile, &stock).unwrap().unwrap()
}

fn message(reply: LicenseReply) -> LicenseMessage {
    match reply {
        LicenseReply::Send(pdu) | LicenseReply::Done { last: Some(pdu) } => pdu.message,
        other => panic!("no message: {other:?}"),
    }
}

fn blob(data: Vec<u8>) -> LicenseBlob {
    LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, data)
}

impl Client {
    fn of(exchange: Exchange, certificate: LicenseCertificate) -> Self {
        let host = host(exchange, certificate);
        let mut licensor = Licensor::new(5, 1);
        let LicenseMessage::Request(request) = message(licensor.call(Some(&host), LicenseCall::Begin)) else {
            panic!("no request")
        };
        let sealed = PublicKey::of(&request.server_certificate.data).unwrap().encrypt(&PREMASTER);
        let keys = LicenseKeys::derive(&PREMASTER, &RANDOM, &request.server_random);
        Self { host, licensor, keys, sealed }
    }

    fn new(exchange: Exchange) -> Self {
        Self::of(exchange, LicenseCertificate::Proprietary)
    }

    fn says(&mut self, message: LicenseMessage) -> LicenseReply {
        self.licensor.call(Some(&self.host), LicenseCall::Take(Box::new(LicensePdu::new(message))))
    }

    fn asks(&mut self) -> LicenseReply {
        let encrypted_pre_master_secret = blob(self.sealed.clone());
        self.says(LicenseMessage::NewLicenseRequest(Box::new(NewLicenseRequest {
            client_random: RANDOM,
            encrypted_pre_master_secret,
            ..NewLicenseRequest::default()
        })))
    }

    fn presents(&mut self, change: impl FnOnce(&mut LicenseInfo)) -> LicenseReply {
        let hardware = HARDWARE.encode();
        let mut info = LicenseInfo {
            client_random: RANDOM,
            encrypted_pre_master_secret: blob(self.sealed.clone()),
            encrypted_hwid: blob(self.keys.crypt(&hardware)),
            mac_data: self.keys.mac(&hardware),
            ..LicenseInfo::default()
        };
        change(&mut info);
        self.says(LicenseMessage::LicenseInfo(Box::new(info)))
    }

    /// The challenge, decrypted.
    fn challenged(&self, reply: LicenseReply) -> Vec<u8> {
        let LicenseMessage::PlatformChallenge(challenge) = message(reply) else { panic!("no challenge") };
        let plain = self.keys.crypt(&challenge.encrypted_platform_challenge.data);
        assert_eq!(self.keys.mac(&plain), challenge.mac_data);
        plain
    }

    fn answers(&mut self, answer: Vec<u8>, hardware: HardwareId) -> LicenseReply {
        let hardware = hardware.encode();
        let response = PlatformChallengeResponse {
            encrypted_platform_challenge_response: blob(self.keys.crypt(&answer)),
            encrypted_hwid: blob(self.keys.crypt(&hardware)),
            mac_data: self.keys.mac(&[answer, hardware].concat()),
        };
        self.says(LicenseMessage::PlatformChallengeResponse(response))
    }
}

fn wrapped(challenge: Vec<u8>) -> Vec<u8> {
    ChallengeResponseData { version: 0x0100, client_type: 0xff00, license_detail_level: 3, challenge }.encode()
}

fn failed(reply: LicenseReply) -> (LicenseErrorCode, LicenseFailure) {
    let LicenseReply::Failed { last: Some(last), failure } = reply else { panic!("no refusal: {reply:?}") };
    match last.message {
        LicenseMessage::ErrorAlert { error_code, state_transition, .. } => {
            assert_eq!(state_transition, LicenseStateTransition::ST_TOTAL_ABORT);
            (error_code, failure)
        }
        other => panic!("no alert: {other:?}"),
    }
}

#[test]
fn a_client_without_a_licence_gets_one_whatever_the_certificate() {
    for certificate in [LicenseCertificate::Proprietary, LicenseCertificate::X509] {
        let mut client = Client::of(Exchange::New, certificate);
        let asked = client.asks();
        let challenge = client.challenged(asked);
        let LicenseMessage::NewLicense(issued) = message(client.answers(wrapped(challenge), HARDWARE)) else {
            panic!("no licence")
        };
        let plain = client.keys.crypt(&issued.encrypted_license_info.data);
        assert_eq!(client.keys.mac(&plain), issued.mac_data);
        assert_eq!(NewLicenseInfo::decode(&plain).unwrap().license_info, LICENSE);
    }
}

#[test]
fn a_presented_licence_is_taken_or_replaced() {
    let mut taken = Client::new(Exchange::New);
    let reply = taken.presents(|_| {});
    assert_eq!(reply, valid_client());
    let mut replaced = Client::new(Exchange::Upgrade);
    let reply = replaced.presents(|_| {});
    let challenge = replaced.challenged(reply);
    assert!(matches!(message(replaced.answers(wrapped(challenge), HARDWARE)), LicenseMessage::UpgradeLicense(_)));
}

#[test]
fn a_formality_takes_every_answer() {
    assert_eq!(Client::new(Exchange::Formality).asks(), valid_client());
    assert_eq!(Client::new(Exchange::Formality).presents(|info| info.mac_data = [0; 16]), valid_client());
}

#[test]
fn what_is_wrong_with_the_client_is_told_and_kept() {
    use LicenseErrorCode as Code;
    let mut client = Client::new(Exchange::New);
    client.sealed = vec![0xff; 72];
    assert_eq!(failed(client.asks()), (Code::ERR_INVALID_CLIENT, LicenseFailure::Premaster));

    let mut client = Client::new(Exchange::Upgrade);
    let reply = client.presents(|info| info.mac_data[0] ^= 1);
    assert_eq!(failed(reply), (Code::ERR_INVALID_MAC, LicenseFailure::Mac(MessageKind::LicenseInfo)));
    let reply = client.presents(|info| info.encrypted_hwid.data[5] ^= 1);
    assert_eq!(failed(reply), (Code::ERR_INVALID_MAC, LicenseFailure::Mac(MessageKind::LicenseInfo)));

    // A secret that is not the one that the client works with shows at the first MAC.
    let mut client = Client::new(Exchange::New);
    client.sealed = vec![0; 72];
    let _challenge = client.asks();
    let mac = LicenseFailure::Mac(MessageKind::PlatformChallengeResponse);
    assert_eq!(failed(client.answers(wrapped(vec![1; 10]), HARDWARE)), (Code::ERR_INVALID_MAC, mac));

    let mut client = Client::new(Exchange::New);
    let _challenge = client.asks();
    let reply = client.answers(wrapped(vec![1; 10]), HARDWARE);
    assert_eq!(failed(reply), (Code::ERR_INVALID_CLIENT, LicenseFailure::Challenge));

    let mut client = Client::new(Exchange::New);
    let _challenge = client.asks();
    let (code, failure) = failed(client.answers(vec![1, 2, 3], HARDWARE));
    assert_eq!(code, Code::ERR_INVALID_CLIENT);
    assert!(matches!(failure, LicenseFailure::Unreadable(MessageKind::PlatformChallengeResponse, _)), "{failure}");

    let mut client = Client::new(Exchange::Upgrade);
    let reply = client.presents(|_| {});
    let challenge = client.challenged(reply);
    let other = HardwareId { data: [4; 16], ..HARDWARE };
    let reply = client.answers(wrapped(challenge), other);
    assert_eq!(failed(reply), (Code::ERR_INVALID_CLIENT, LicenseFailure::Hardware));

    let mut client = Client::new(Exchange::New);
    let reply = client.answers(Vec::new(), HARDWARE);
    assert!(matches!(failed(reply), (Code::ERR_INVALID_CLIENT, LicenseFailure::Local(_))));
}

/// rdesktop 1.9 leaves the structure around its answer out.
#[test]
fn the_bare_challenge_is_an_answer() {
    let mut client = Client::new(Exchange::New);
    let asked = client.asks();
    let challenge = client.challenged(asked);
    assert_eq!(challenge.len(), 10);
    assert!(matches!(message(client.answers(challenge, HARDWARE)), LicenseMessage::NewLicense(_)));
}

#[test]
fn connections_differ_and_repeat() {
    let host = host(Exchange::New, LicenseCertificate::Proprietary);
    let request = |seed, number| message(Licensor::new(seed, number).call(Some(&host), LicenseCall::Begin));
    assert_eq!(request(5, 1), request(5, 1));
    assert_ne!(request(5, 1), request(5, 2));
    assert_ne!(request(5, 1), request(6, 1));
}

#[test]
fn the_proprietary_certificate_is_signed_with_the_key_that_everybody_knows() {
    let certificate = host(Exchange::New, LicenseCertificate::Proprietary).certificate;
    let ServerCertificate { data: CertificateData::Proprietary { public_key, signature }, .. } =
        ServerCertificate::decode(&certificate).unwrap()
    else {
        panic!("not proprietary")
    };
    // The public exponent of the signing key, MS-RDPBCGR 5.3.3.1.1.
    let signing = PrivateKey::new(&keys::SIGNING_MODULUS, &[0x5b, 0x7b, 0x88, 0xc0]).unwrap();
    let block: [u8; 63] = signing.decrypt(&signature).unwrap();
    use md5::{Digest as _, Md5};
    assert_eq!(block[..16], Md5::digest(ServerCertificate::signed_part(&public_key))[..]);
    assert_eq!((block[16], block[17], block[61], block[62]), (0, 0xff, 0xff, 1));
    assert_eq!((signature.len(), &signature[64..]), (72, &[0; 8][..]));
}

#[test]
fn the_chain_of_x509_certificates_ends_at_the_licensing_key_and_is_issued_by_the_scenario_ca() {
    let certificate = host(Exchange::New, LicenseCertificate::X509).certificate;
    let ServerCertificate { data: CertificateData::X509 { chain, padding }, .. } =
        ServerCertificate::decode(&certificate).unwrap()
    else {
        panic!("no chain")
    };
    assert_eq!((chain.len(), padding), (2, vec![0; 16]));
    let (_, ca) = X509Certificate::from_der(&chain[0]).unwrap();
    let (_, leaf) = X509Certificate::from_der(&chain[1]).unwrap();
    assert_eq!(leaf.subject().to_string(), "CN=badrdp licensing");
    assert!(leaf.verify_signature(Some(ca.public_key())).is_ok());
}
