//! From the secrets of both sides to the keys, and what is done with them.

use core::fmt;

use md5::{Digest as _, Md5};
use rc4::{KeyInit as _, Rc4, StreamCipher as _};
use sha1::Sha1;

/// Bytes of the premaster secret.
pub const PREMASTER_LENGTH: usize = 48;
/// Bytes of each side's random number.
pub const RANDOM_LENGTH: usize = 32;
/// Bytes of a MAC.
pub const MAC_LENGTH: usize = 16;

/// The keys of one exchange.
#[derive(Clone, PartialEq, Eq)]
pub struct LicenseKeys {
    mac_salt: [u8; 16],
    encryption: [u8; 16],
}

impl fmt::Debug for LicenseKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LicenseKeys(2 keys of 16 bytes)")
    }
}

impl LicenseKeys {
    /// MS-RDPELE 5.1.2.
    #[must_use]
    pub fn derive(
        premaster: &[u8; PREMASTER_LENGTH],
        client: &[u8; RANDOM_LENGTH],
        server: &[u8; RANDOM_LENGTH],
    ) -> Self {
        let master = three_hashes(premaster, client, server);
        // The second round has the random numbers the other way round.
        let session: [u8; 48] = three_hashes(&master, server, client);
        let (mac_salt, rest) = halves(&session);
        let (second, _) = halves(rest);
        let encryption = Md5::new().chain_update(second).chain_update(client).chain_update(server).finalize();
        Self { mac_salt, encryption: encryption.into() }
    }

    /// Encrypts, and decrypts. MS-RDPELE 5.1.3, 5.1.4: every field is encrypted with a fresh RC4 state.
    #[must_use]
    pub fn crypt(&self, data: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        // RC4 takes a key of this length; without one nothing may stay in the clear.
        match Rc4::new_from_slice(&self.encryption) {
            Ok(mut cipher) => cipher.apply_keystream(&mut data),
            Err(_) => data.clear(),
        }
        data
    }

    /// MS-RDPELE 5.1.5.
    #[must_use]
    pub fn mac(&self, data: &[u8]) -> [u8; MAC_LENGTH] {
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let inner = Sha1::new()
            .chain_update(self.mac_salt)
            .chain_update([0x36; 40])
            .chain_update(length.to_le_bytes())
            .chain_update(data)
            .finalize();
        Md5::new().chain_update(self.mac_salt).chain_update([0x5c; 48]).chain_update(inner).finalize().into()
    }
}

/// A salted hash with each of `A`, `BB` and `CCC`.
fn three_hashes(secret: &[u8], first: &[u8], second: &[u8]) -> [u8; 48] {
    let mut all = [0; 48];
    for (part, salt) in all.chunks_mut(16).zip([&b"A"[..], b"BB", b"CCC"]) {
        let inner =
            Sha1::new().chain_update(salt).chain_update(secret).chain_update(first).chain_update(second).finalize();
        part.copy_from_slice(&Md5::new().chain_update(secret).chain_update(inner).finalize());
    }
    all
}

/// The first 16 bytes, and the rest.
fn halves(bytes: &[u8]) -> ([u8; 16], &[u8]) {
    bytes.split_first_chunk::<16>().map_or(([0; 16], &[]), |(first, rest)| (*first, rest))
}
