//! The messages behind the request: the client's answer, the challenge and its answer, the licence.
//!
//! MS-RDPELE 2.2.2.2 to 2.2.2.7. What is encrypted stays so here; [`super::sealed`] has what is inside.

use super::blob::LicenseBlob;
use crate::wire::read::{Read, array, field, le_u32};
use crate::wire::text::ascii_until_nul;
use crate::wire::write::Writer;

/// `CLIENT_NEW_LICENSE_REQUEST`: the client has no licence. MS-RDPELE 2.2.2.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct NewLicenseRequest {
    pub preferred_key_exchange_alg: u32,
    /// Operating system in the highest byte, vendor in the next, then the build.
    pub platform_id: u32,
    pub client_random: [u8; 32],
    /// The server's key opens it. A secret.
    pub encrypted_pre_master_secret: LicenseBlob,
    /// ANSI with its zero.
    pub client_user_name: LicenseBlob,
    /// ANSI with its zero.
    pub client_machine_name: LicenseBlob,
}

/// `CLIENT_LICENSE_INFO`: the client presents a licence. MS-RDPELE 2.2.2.3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct LicenseInfo {
    pub preferred_key_exchange_alg: u32,
    pub platform_id: u32,
    pub client_random: [u8; 32],
    /// The server's key opens it. A secret.
    pub encrypted_pre_master_secret: LicenseBlob,
    /// The licence. A secret: whoever has it may present it.
    pub license_info: LicenseBlob,
    /// A [`super::HardwareId`].
    pub encrypted_hwid: LicenseBlob,
    /// Over the hardware id.
    pub mac_data: [u8; 16],
}

/// `SERVER_PLATFORM_CHALLENGE`. MS-RDPELE 2.2.2.4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct PlatformChallenge {
    pub connect_flags: u32,
    pub encrypted_platform_challenge: LicenseBlob,
    /// Over the challenge.
    pub mac_data: [u8; 16],
}

/// `CLIENT_PLATFORM_CHALLENGE_RESPONSE`. MS-RDPELE 2.2.2.5.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlatformChallengeResponse {
    /// A [`super::ChallengeResponseData`].
    pub encrypted_platform_challenge_response: LicenseBlob,
    /// A [`super::HardwareId`].
    pub encrypted_hwid: LicenseBlob,
    /// `MACData`, over both.
    pub mac_data: [u8; 16],
}

/// `SERVER_NEW_LICENSE` and `SERVER_UPGRADE_LICENSE`, which have one form. MS-RDPELE 2.2.2.6, 2.2.2.7.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuedLicense {
    /// A [`super::NewLicenseInfo`].
    pub encrypted_license_info: LicenseBlob,
    /// `MACData`, over it.
    pub mac_data: [u8; 16],
}

fn write_client(w: &mut Writer, block: &'static str, algorithm: u32, platform_id: u32, random: &[u8]) {
    w.block(block, |w| {
        w.u32_le("PreferredKeyExchangeAlg", algorithm);
        w.u32_le("PlatformId", platform_id);
        w.bytes("ClientRandom", random);
    });
}

fn read_client(i: &[u8]) -> Read<'_, (u32, u32, [u8; 32], LicenseBlob)> {
    let (i, algorithm) = field("PreferredKeyExchangeAlg", le_u32)(i)?;
    let (i, platform_id) = field("PlatformId", le_u32)(i)?;
    let (i, random) = field("ClientRandom", array)(i)?;
    let (i, secret) = field("EncryptedPreMasterSecret", LicenseBlob::read)(i)?;
    Ok((i, (algorithm, platform_id, random, secret)))
}

impl NewLicenseRequest {
    pub(super) fn write(&self, w: &mut Writer) {
        let Self { preferred_key_exchange_alg, platform_id, client_random, .. } = self;
        write_client(w, "CLIENT_NEW_LICENSE_REQUEST", *preferred_key_exchange_alg, *platform_id, client_random);
        self.encrypted_pre_master_secret.write(w, "EncryptedPreMasterSecret");
        self.client_user_name.write(w, "ClientUserName");
        self.client_machine_name.write(w, "ClientMachineName");
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, (preferred_key_exchange_alg, platform_id, client_random, encrypted_pre_master_secret)) =
            read_client(i)?;
        let (i, client_user_name) = field("ClientUserName", LicenseBlob::read)(i)?;
        let (i, client_machine_name) = field("ClientMachineName", LicenseBlob::read)(i)?;
        let request = Self {
            preferred_key_exchange_alg,
            platform_id,
            client_random,
            encrypted_pre_master_secret,
            client_user_name,
            client_machine_name,
        };
        Ok((i, request))
    }

    pub(super) fn fact(&self) -> String {
        let name = |blob: &LicenseBlob| ascii_until_nul(blob.data.get(..blob.data.len().min(20)).unwrap_or_default());
        format!(
            "user \"{}\", machine \"{}\", platform {:#010x}, premaster secret {} bytes",
            name(&self.client_user_name),
            name(&self.client_machine_name),
            self.platform_id,
            self.encrypted_pre_master_secret.data.len()
        )
    }
}

impl LicenseInfo {
    pub(super) fn write(&self, w: &mut Writer) {
        let Self { preferred_key_exchange_alg, platform_id, client_random, .. } = self;
        write_client(w, "CLIENT_LICENSE_INFO", *preferred_key_exchange_alg, *platform_id, client_random);
        self.encrypted_pre_master_secret.write(w, "EncryptedPreMasterSecret");
        self.license_info.write(w, "LicenseInfo");
        self.encrypted_hwid.write(w, "EncryptedHWID");
        w.bytes("MACData", &self.mac_data);
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, (preferred_key_exchange_alg, platform_id, client_random, encrypted_pre_master_secret)) =
            read_client(i)?;
        let (i, license_info) = field("LicenseInfo", LicenseBlob::read)(i)?;
        let (i, encrypted_hwid) = field("EncryptedHWID", LicenseBlob::read)(i)?;
        let (i, mac_data) = field("MACData", array)(i)?;
        let info = Self {
            preferred_key_exchange_alg,
            platform_id,
            client_random,
            encrypted_pre_master_secret,
            license_info,
            encrypted_hwid,
            mac_data,
        };
        Ok((i, info))
    }

    pub(super) fn fact(&self) -> String {
        format!(
            "presents a licence of {} bytes, platform {:#010x}, premaster secret {} bytes",
            self.license_info.data.len(),
            self.platform_id,
            self.encrypted_pre_master_secret.data.len()
        )
    }
}

impl PlatformChallenge {
    pub(super) fn write(&self, w: &mut Writer) {
        w.block("SERVER_PLATFORM_CHALLENGE", |w| w.u32_le("ConnectFlags", self.connect_flags));
        self.encrypted_platform_challenge.write(w, "EncryptedPlatformChallenge");
        w.bytes("MACData", &self.mac_data);
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, connect_flags) = field("ConnectFlags", le_u32)(i)?;
        let (i, encrypted_platform_challenge) = field("EncryptedPlatformChallenge", LicenseBlob::read)(i)?;
        let (i, mac_data) = field("MACData", array)(i)?;
        Ok((i, Self { connect_flags, encrypted_platform_challenge, mac_data }))
    }

    pub(super) fn fact(&self) -> String {
        format!("challenge of {} bytes", self.encrypted_platform_challenge.data.len())
    }
}

impl PlatformChallengeResponse {
    pub(super) fn write(&self, w: &mut Writer) {
        self.encrypted_platform_challenge_response.write(w, "EncryptedPlatformChallengeResponse");
        self.encrypted_hwid.write(w, "EncryptedHWID");
        w.bytes("MACData", &self.mac_data);
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, encrypted_platform_challenge_response) =
            field("EncryptedPlatformChallengeResponse", LicenseBlob::read)(i)?;
        let (i, encrypted_hwid) = field("EncryptedHWID", LicenseBlob::read)(i)?;
        let (i, mac_data) = field("MACData", array)(i)?;
        Ok((i, Self { encrypted_platform_challenge_response, encrypted_hwid, mac_data }))
    }

    pub(super) fn fact(&self) -> String {
        let (response, hwid) = (&self.encrypted_platform_challenge_response, &self.encrypted_hwid);
        format!("response of {} bytes, hardware id of {} bytes", response.data.len(), hwid.data.len())
    }
}

impl IssuedLicense {
    pub(super) fn write(&self, w: &mut Writer) {
        self.encrypted_license_info.write(w, "EncryptedLicenseInfo");
        w.bytes("MACData", &self.mac_data);
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, encrypted_license_info) = field("EncryptedLicenseInfo", LicenseBlob::read)(i)?;
        let (i, mac_data) = field("MACData", array)(i)?;
        Ok((i, Self { encrypted_license_info, mac_data }))
    }

    pub(super) fn fact(&self) -> String {
        format!("licence of {} bytes", self.encrypted_license_info.data.len())
    }
}
