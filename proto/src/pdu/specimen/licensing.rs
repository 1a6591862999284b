//! Specimens of the licence exchange.

use crate::pdu::licensing::{
    CertificateData, IssuedLicense, KEY_EXCHANGE_RSA, LicenseBlob, LicenseInfo, LicenseMessage, LicensePdu,
    LicenseRequest, NewLicenseRequest, PlatformChallenge, PlatformChallengeResponse, ProductInfo, RsaPublicKey,
    ServerCertificate,
};
use crate::vocab::MessageKind;
use crate::vocab::codes::{LicenseErrorCode, LicenseMessageType, LicenseStateTransition};

/// Operating system newer than 5.2, vendor Microsoft.
const PLATFORM_ID: u32 = 0x0401_0000;
const MAC: [u8; 16] = *b"badrdp specimen.";

/// A representative licensing PDU; none for other kinds.
pub(super) fn specimen(kind: MessageKind) -> Option<LicensePdu> {
    let message = match kind {
        MessageKind::LicenseErrorAlert => {
            let valid = LicenseErrorCode::STATUS_VALID_CLIENT;
            return Some(LicensePdu::error_alert(valid, LicenseStateTransition::ST_NO_TRANSITION));
        }
        MessageKind::LicenseRequest => LicenseMessage::Request(Box::new(request(CertificateData::Proprietary {
            public_key: RsaPublicKey { bit_length: 512, data_length: 63, exponent: 65537, modulus: vec![0xc3; 64] },
            signature: vec![0x5a; 72],
        }))),
        MessageKind::NewLicenseRequest => LicenseMessage::NewLicenseRequest(Box::new(NewLicenseRequest {
            preferred_key_exchange_alg: KEY_EXCHANGE_RSA,
            platform_id: PLATFORM_ID,
            client_random: [0x5c; 32],
            encrypted_pre_master_secret: premaster(),
            client_user_name: LicenseBlob::new(LicenseBlob::CLIENT_USER_NAME, *b"alice\0"),
            client_machine_name: LicenseBlob::new(LicenseBlob::CLIENT_MACHINE_NAME, *b"PC7\0"),
        })),
        MessageKind::LicenseInfo => LicenseMessage::LicenseInfo(Box::new(LicenseInfo {
            preferred_key_exchange_alg: KEY_EXCHANGE_RSA,
            platform_id: PLATFORM_ID,
            client_random: [0x5c; 32],
            encrypted_pre_master_secret: premaster(),
            license_info: LicenseBlob::new(LicenseBlob::DATA, [0x11; 40]),
            encrypted_hwid: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, [0x4d; 20]),
            mac_data: MAC,
        })),
        MessageKind::PlatformChallenge => LicenseMessage::PlatformChallenge(PlatformChallenge {
            connect_flags: 0,
            encrypted_platform_challenge: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, [0x33; 10]),
            mac_data: MAC,
        }),
        MessageKind::PlatformChallengeResponse => {
            LicenseMessage::PlatformChallengeResponse(PlatformChallengeResponse {
                encrypted_platform_challenge_response: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, [0x44; 18]),
                encrypted_hwid: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, [0x4d; 20]),
                mac_data: MAC,
            })
        }
        MessageKind::NewLicense => LicenseMessage::NewLicense(issued()),
        MessageKind::UpgradeLicense => LicenseMessage::UpgradeLicense(issued()),
        MessageKind::LicenseMessage => {
            return Some(LicensePdu {
                security_flags: LicensePdu::SEC_LICENSE_PKT | 0x0200,
                security_flags_hi: 0,
                preamble_flags: 0x83,
                message: LicenseMessage::Other { message_type: LicenseMessageType(0x05), body: (0..64).collect() },
            });
        }
        _ => return None,
    };
    Some(LicensePdu::new(message))
}

/// A licence request with a chain of two X.509 certificates, or what stands for them.
pub(super) fn request_x509() -> LicensePdu {
    let certificate = CertificateData::X509 { chain: vec![vec![0x30; 20], vec![0x30; 24]], padding: vec![0; 16] };
    LicensePdu::new(LicenseMessage::Request(Box::new(request(certificate))))
}

fn request(certificate: CertificateData) -> LicenseRequest {
    let certificate = ServerCertificate::new(certificate);
    LicenseRequest {
        server_random: [0x5e; 32],
        product_info: ProductInfo {
            version: 0x000a_0000,
            company_name: "Microsoft Corporation".to_owned(),
            product_id: "A02".to_owned(),
        },
        key_exchange_list: LicenseBlob::new(LicenseBlob::KEY_EXCHANGE_ALGORITHMS, KEY_EXCHANGE_RSA.to_le_bytes()),
        server_certificate: LicenseBlob::new(LicenseBlob::CERTIFICATE, certificate.encode()),
        scope_list: vec![LicenseBlob::new(LicenseBlob::SCOPE, *b"microsoft.com\0")],
    }
}

/// RSA 512 and its padding.
fn premaster() -> LicenseBlob {
    LicenseBlob::new(LicenseBlob::RANDOM, [0x77; 72])
}

fn issued() -> IssuedLicense {
    IssuedLicense { encrypted_license_info: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, [0x88; 96]), mac_data: MAC }
}
