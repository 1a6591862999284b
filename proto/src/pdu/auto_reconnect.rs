//! Auto-reconnect: the cookie that a server gives, and the client's proof that it has it.
//!
//! MS-RDPBCGR 2.2.4.2, 2.2.4.3, 5.5.

use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;

use crate::wire::read::{Read, array, end, field, le_u32, refuse};

/// Bytes of `ARC_CS_PRIVATE_PACKET`.
const LENGTH: u32 = 28;
/// `AUTO_RECONNECT_VERSION_1`.
const VERSION_1: u32 = 1;
/// What stands for the client random where TLS protects the connection: then no client random is sent.
const NO_CLIENT_RANDOM: [u8; 32] = [0; 32];

/// What `ARC_SC_PRIVATE_PACKET` gives the client. MS-RDPBCGR 2.2.4.2.
///
/// The bits are a secret: they are never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ServerCookie {
    /// `LogonId`: the session.
    pub logon_id: u32,
    /// `ArcRandomBits`: the key.
    pub random_bits: [u8; 16],
}

impl fmt::Debug for ServerCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerCookie").field("logon_id", &self.logon_id).finish_non_exhaustive()
    }
}

impl ServerCookie {
    /// What an honest client answers on its next connection, under Enhanced RDP Security (MS-RDPBCGR 5.5).
    #[must_use]
    pub fn answer(&self) -> ClientCookie {
        ClientCookie { logon_id: self.logon_id, security_verifier: self.verifier(&NO_CLIENT_RANDOM) }
    }

    /// `SecurityVerifier = HMAC(AutoReconnectRandom, ClientRandom)`, with MD5.
    fn verifier(&self, client_random: &[u8]) -> [u8; 16] {
        // HMAC takes keys of every length, so the error is out of reach.
        let Ok(mut mac) = Hmac::<Md5>::new_from_slice(&self.random_bits) else {
            return [0; 16];
        };
        mac.update(client_random);
        mac.finalize().into_bytes().into()
    }

    /// Whether `answer` proves that its sender has this cookie.
    #[must_use]
    pub fn is_proved_by(&self, answer: &ClientCookie) -> bool {
        self.answer() == *answer
    }
}

/// `ARC_CS_PRIVATE_PACKET`, the client's proof. MS-RDPBCGR 2.2.4.3.
///
/// Whoever has it can open the session: it is never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientCookie {
    /// `LogonId`.
    pub logon_id: u32,
    /// `SecurityVerifier`.
    pub security_verifier: [u8; 16],
}

impl fmt::Debug for ClientCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCookie").field("logon_id", &self.logon_id).finish_non_exhaustive()
    }
}

impl ClientCookie {
    /// As it stands in `autoReconnectCookie` of the extended info.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { logon_id, security_verifier } = self;
        let numbers = [LENGTH, VERSION_1, *logon_id].into_iter().flat_map(u32::to_le_bytes);
        numbers.chain(*security_verifier).collect()
    }

    /// Reads `autoReconnectCookie`; `None` where it is no such packet.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        read(bytes).ok().map(|(_, cookie)| cookie)
    }
}

fn read(i: &[u8]) -> Read<'_, ClientCookie> {
    let (i, _) = field("cbLen", |at| exactly(at, LENGTH, "28"))(i)?;
    let (i, _) = field("Version", |at| exactly(at, VERSION_1, "1"))(i)?;
    let (i, logon_id) = field("LogonId", le_u32)(i)?;
    let (i, security_verifier) = field("SecurityVerifier", array)(i)?;
    let (i, ()) = end(i)?;
    Ok((i, ClientCookie { logon_id, security_verifier }))
}

fn exactly<'a>(at: &'a [u8], number: u32, expected: &'static str) -> Read<'a, u32> {
    let (i, got) = le_u32(at)?;
    if got == number { Ok((i, got)) } else { refuse(at, expected, got.into()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests say what they expect")]
    use super::*;

    /// RFC 2202 2, test case 1: 16 bytes of key, as a cookie has.
    #[test]
    fn the_verifier_is_hmac_md5_keyed_with_the_random_bits() {
        let cookie = ServerCookie { logon_id: 1, random_bits: [0x0b; 16] };
        let expected = [0x92, 0x94, 0x72, 0x7a, 0x36, 0x38, 0xbb, 0x1c, 0x13, 0xf4, 0x8e, 0xf8, 0x15, 0x8b, 0xfc, 0x9d];
        assert_eq!(cookie.verifier(b"Hi There"), expected);
        assert_eq!(cookie.answer().security_verifier, cookie.verifier(&[0; 32]), "32 zero bytes stand for the random");
    }

    #[test]
    fn only_the_same_bits_and_the_same_logon_prove_it() {
        let cookie = ServerCookie { logon_id: 7, random_bits: [1; 16] };
        let answer = cookie.answer();
        assert!(cookie.is_proved_by(&answer));
        for bit in 0..128 {
            let mut wrong = answer;
            *wrong.security_verifier.get_mut(bit / 8).unwrap() ^= 1 << (bit % 8);
            assert!(!cookie.is_proved_by(&wrong), "bit {bit}");
        }
        assert!(!cookie.is_proved_by(&ClientCookie { logon_id: 8, ..answer }));
        assert!(!ServerCookie { random_bits: [2; 16], ..cookie }.is_proved_by(&answer));
    }

    #[test]
    fn the_packet_is_28_bytes_and_nothing_else_is_one() {
        let answer = ServerCookie { logon_id: 0x0102_0304, random_bits: [9; 16] }.answer();
        let bytes = answer.to_bytes();
        assert_eq!(bytes.get(..12).unwrap(), [28, 0, 0, 0, 1, 0, 0, 0, 4, 3, 2, 1]);
        assert_eq!(ClientCookie::from_bytes(&bytes), Some(answer));
        for length in 0..bytes.len() {
            assert_eq!(ClientCookie::from_bytes(bytes.get(..length).unwrap()), None, "{length} bytes");
        }
        assert_eq!(ClientCookie::from_bytes(&[bytes.as_slice(), &[0]].concat()), None);
        for at in [0, 4] {
            let mut wrong = bytes.clone();
            *wrong.get_mut(at).unwrap() ^= 1;
            assert_eq!(ClientCookie::from_bytes(&wrong), None, "byte {at}");
        }
    }

    #[test]
    fn neither_half_is_printed() {
        let cookie = ServerCookie { logon_id: 7, random_bits: [211; 16] };
        let text = format!("{cookie:?} {:?}", cookie.answer());
        assert_eq!(text, "ServerCookie { logon_id: 7, .. } ClientCookie { logon_id: 7, .. }");
    }
}
