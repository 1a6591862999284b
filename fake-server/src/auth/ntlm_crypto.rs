//! NTLM's arithmetic: from a password to a proof, and from a session key to sealed messages.
//!
//! MS-NLMP 3.3.2 (NTLMv2), 3.4 (session security with NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY).
//! No type here can be printed: all of them are secrets.

use badrdp_proto::pdu::credssp::ntlm::flags::{KEY_56, KEY_128, KEY_EXCH};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md4::{Digest as _, Md4};
use md5::Md5;
use rc4::{Rc4, StreamCipher as _};

/// A key or a hash.
pub(super) type Key = [u8; 16];

/// `NTLMSSP_MESSAGE_SIGNATURE` with extended session security, MS-NLMP 2.2.2.9.2.
const SIGNATURE: usize = 16;

/// Which side's keys: both sides seal with their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    Client,
    Server,
}

impl Sender {
    /// The magic constants of `SIGNKEY` and `SEALKEY`.
    const fn magic(self) -> (&'static [u8], &'static [u8]) {
        match self {
            Self::Client => (
                b"session key to client-to-server signing key magic constant\0",
                b"session key to client-to-server sealing key magic constant\0",
            ),
            Self::Server => (
                b"session key to server-to-client signing key magic constant\0",
                b"session key to server-to-client sealing key magic constant\0",
            ),
        }
    }
}

/// HMAC-MD5 over the parts in a row.
pub(super) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> Key {
    // HMAC takes keys of every length, so the error is out of reach.
    let Ok(mut mac) = Hmac::<Md5>::new_from_slice(key) else {
        return Key::default();
    };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn md5(parts: &[&[u8]]) -> Key {
    let mut hash = Md5::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// UTF-16, little-endian.
pub(super) fn unicode(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Upper case as Windows does it: a character never becomes two.
pub(super) fn upper(text: &str) -> String {
    let simple = |c: char| {
        let mut upper = c.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(upper), None) => upper,
            _ => c,
        }
    };
    text.chars().map(simple).collect()
}

/// `NTOWFv2`, MS-NLMP 3.3.2: the key of a password, for the names as they stand on the wire.
pub(super) fn ntowf_v2(password: &str, user: &str, domain: &str) -> Key {
    let password: Key = Md4::digest(unicode(password)).into();
    hmac_md5(&password, &[&unicode(&upper(user)), &unicode(domain)])
}

/// `NTProofStr`, MS-NLMP 3.3.2; `temp` is what follows it in the NTLMv2 response.
pub(super) fn nt_proof(response_key: &Key, server_challenge: &[u8; 8], temp: &[u8]) -> Key {
    hmac_md5(response_key, &[server_challenge, temp])
}

/// `SessionBaseKey`, with NTLMv2 the `KeyExchangeKey` too (MS-NLMP 3.3.2, 3.4.5.1).
pub(super) fn key_exchange_key(response_key: &Key, nt_proof: &Key) -> Key {
    hmac_md5(response_key, &[nt_proof])
}

/// RC4 with a fresh handle; its own inverse.
pub(super) fn rc4k(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    if let Some(mut handle) = handle(key) {
        handle.apply_keystream(&mut data);
    }
    data
}

/// None for keys of 0 or of more than 256 bytes, which NTLM does not have.
fn handle(key: &[u8]) -> Option<Rc4> {
    rc4::KeyInit::new_from_slice(key).ok()
}

/// `MIC` of an AUTHENTICATE_MESSAGE whose own MIC is zero, MS-NLMP 3.1.5.1.2.
pub(super) fn mic(session_key: &Key, negotiate: &[u8], challenge: &[u8], authenticate: &[u8]) -> Key {
    hmac_md5(session_key, &[negotiate, challenge, authenticate])
}

/// One direction of a session: its keys, its RC4 handle and its sequence number.
pub(super) struct Channel {
    sign_key: Key,
    seal_key: Key,
    handle: Option<Rc4>,
    sequence: u32,
    key_exchange: bool,
}

impl Channel {
    /// `SIGNKEY` and `SEALKEY`, MS-NLMP 3.4.5.2 and 3.4.5.3.
    pub(super) fn new(session_key: &Key, flags: u32, sender: Sender) -> Self {
        let (sign_magic, seal_magic) = sender.magic();
        let strength = if flags & KEY_128 != 0 {
            16
        } else if flags & KEY_56 != 0 {
            7
        } else {
            5
        };
        let seal_key = md5(&[session_key.get(..strength).unwrap_or_default(), seal_magic]);
        Self {
            sign_key: md5(&[session_key, sign_magic]),
            seal_key,
            handle: handle(&seal_key),
            sequence: 0,
            key_exchange: flags & KEY_EXCH != 0,
        }
    }

    /// `SEAL`, MS-NLMP 3.4.3: signature, then the encrypted message.
    pub(super) fn seal(&mut self, message: &[u8]) -> Vec<u8> {
        let mut sealed = message.to_vec();
        let mut handle = self.handle.take();
        if let Some(handle) = &mut handle {
            handle.apply_keystream(&mut sealed);
        }
        let signature = self.mac(handle.as_mut(), message);
        self.handle = handle;
        [signature.as_slice(), &sealed].concat()
    }

    /// The inverse; nothing where the signature is wrong.
    pub(super) fn unseal(&mut self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (signature, sealed) = sealed.split_at_checked(SIGNATURE)?;
        let mut message = sealed.to_vec();
        let mut handle = self.handle.take();
        if let Some(handle) = &mut handle {
            handle.apply_keystream(&mut message);
        }
        let expected = self.mac(handle.as_mut(), &message);
        self.handle = handle;
        (expected == signature).then_some(message)
    }

    /// `mechListMIC`: a signature with a handle of its own, so that the session's stays where it is.
    ///
    /// MS-SPNG 3.2.5.1, 3.3.5.1. The sequence number does count.
    pub(super) fn sign_apart(&mut self, message: &[u8]) -> [u8; SIGNATURE] {
        let mut fresh = handle(&self.seal_key);
        self.mac(fresh.as_mut(), message)
    }

    /// `MAC`, MS-NLMP 3.4.4.2.
    fn mac(&mut self, handle: Option<&mut Rc4>, message: &[u8]) -> [u8; SIGNATURE] {
        let sequence = self.sequence.to_le_bytes();
        self.sequence = self.sequence.wrapping_add(1);
        let digest = hmac_md5(&self.sign_key, &[&sequence, message]);
        let mut signature = [0; SIGNATURE];
        let parts = [1_u32.to_le_bytes().as_slice(), digest.get(..8).unwrap_or_default(), &sequence].concat();
        signature.iter_mut().zip(parts).for_each(|(slot, byte)| *slot = byte);
        if let (true, Some(handle), Some(checksum)) = (self.key_exchange, handle, signature.get_mut(4..12)) {
            handle.apply_keystream(checksum);
        }
        signature
    }
}

#[cfg(test)]
mod tests {
    //! The NTLMv2 example of MS-NLMP 4.2.1 and 4.2.4.
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests state what they expect")]
    use super::*;

    const SERVER_CHALLENGE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
    const SESSION_KEY: Key = [0x55; 16];
    /// Flags of 4.2.4: 56, KEY_EXCH, 128, VERSION, TARGET_INFO, extended session security, ALWAYS_SIGN, NTLM, SEAL,
    /// SIGN, OEM, UNICODE.
    const FLAGS: u32 = 0xe28a_8233;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<_> = text.split_whitespace().flat_map(str::chars).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
    }

    /// `temp` of 4.2.4.1.3: time 0, client challenge 0xaa, and the target info of 4.2.4.
    fn temp() -> Vec<u8> {
        hex("01 01 000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
             0200 0c00 44006f006d00610069006e00 0100 0c00 530065007200760065007200 00000000 00000000")
    }

    fn response_key() -> Key {
        ntowf_v2("Password", "User", "Domain")
    }

    #[test]
    fn the_response_key_is_that_of_4_2_4_1_1() {
        assert_eq!(response_key().to_vec(), hex("0c868a403bfd7a93a3001ef22ef02e3f"));
    }

    #[test]
    fn proof_and_session_base_key_are_those_of_4_2_4_2_2_and_4_2_4_1_2() {
        let proof = nt_proof(&response_key(), &SERVER_CHALLENGE, &temp());
        assert_eq!(proof.to_vec(), hex("68cd0ab851e51c96aabc927bebef6a1c"));
        let key = key_exchange_key(&response_key(), &proof);
        assert_eq!(key.to_vec(), hex("8de40ccadbc14a82f15cb0ad0de95ca3"));
        // 4.2.4.2.3.
        assert_eq!(rc4k(&key, &SESSION_KEY), hex("c5dad2544fc9799094ce1ce90bc9d03e"));
    }

    #[test]
    fn keys_and_the_sealed_message_are_those_of_4_2_4_4() {
        let mut channel = Channel::new(&SESSION_KEY, FLAGS, Sender::Client);
        assert_eq!(channel.seal_key.to_vec(), hex("59f600973cc4960a25480a7c196e4c58"));
        assert_eq!(channel.sign_key.to_vec(), hex("4788dc861b4782f35d43fd98fe1a2d39"));
        let sealed = channel.seal(&unicode("Plaintext"));
        assert_eq!(sealed, hex("01000000 7fb38ec5c55d4976 00000000 54e50165bf1936dc996020c1811b0f06fb5f"));
    }

    #[test]
    fn what_one_side_seals_the_other_unseals_once_and_in_order() {
        let mut ours = Channel::new(&SESSION_KEY, FLAGS, Sender::Server);
        let mut theirs = Channel::new(&SESSION_KEY, FLAGS, Sender::Server);
        let (first, second) = (ours.seal(b"first"), ours.seal(b"second"));
        assert_eq!(theirs.unseal(&first).as_deref(), Some(b"first".as_slice()));
        assert_eq!(theirs.unseal(&first), None, "its sequence number is spent");
        let mut theirs = Channel::new(&SESSION_KEY, FLAGS, Sender::Server);
        assert_eq!(theirs.unseal(&second), None, "the first one is due");
        assert_eq!(theirs.unseal(b"too short"), None);
    }

    #[test]
    fn a_mech_list_mic_counts_and_leaves_the_cipher_where_it_was() {
        let mut plain = Channel::new(&SESSION_KEY, FLAGS, Sender::Server);
        let mut signed = Channel::new(&SESSION_KEY, FLAGS, Sender::Server);
        let mic = signed.sign_apart(b"list");
        assert_eq!(mic[12..], 0_u32.to_le_bytes());
        let (plain, signed) = (plain.seal(b"key"), signed.seal(b"key"));
        assert_eq!(plain[16..], signed[16..], "the cipher is where it was");
        assert_eq!(signed[12..16], 1_u32.to_le_bytes(), "the sequence number is not");
    }

    #[test]
    fn without_key_exchange_the_checksum_is_in_the_clear_and_weaker_keys_differ() {
        let mut clear = Channel::new(&SESSION_KEY, FLAGS & !KEY_EXCH, Sender::Client);
        let digest = hmac_md5(&clear.sign_key, &[&[0; 4], b"x"]);
        assert_eq!(clear.seal(b"x")[4..12], digest[..8]);
        let key = |flags| Channel::new(&SESSION_KEY, flags, Sender::Client).seal_key;
        assert_ne!(key(KEY_128), key(KEY_56));
        assert_ne!(key(KEY_56), key(0));
    }

    #[test]
    fn upper_case_never_makes_a_name_longer() {
        assert_eq!(upper("straße ÿ"), "STRAßE Ÿ");
    }
}
