//! What there is to ask for: versions, cipher suites, groups and signature schemes, by number and IANA name.
//!
//! The registries: <https://www.iana.org/assignments/tls-parameters>. Cipher suites are tls-parser's table.

use std::sync::LazyLock;

use tls_parser::{CIPHERS, TlsCipherEncMode, TlsCipherKx, TlsCipherMac, TlsCipherSuite};

/// SSL 3.0.
pub const SSL3: u16 = 0x0300;
/// TLS 1.0.
pub const TLS10: u16 = 0x0301;
/// TLS 1.1.
pub const TLS11: u16 = 0x0302;
/// TLS 1.2.
pub const TLS12: u16 = 0x0303;
/// TLS 1.3.
pub const TLS13: u16 = 0x0304;

/// The empty renegotiation_info and the fallback notice: values that are no suites (RFC 5746, RFC 7507).
pub const EMPTY_RENEGOTIATION_INFO: u16 = 0x00ff;
const FALLBACK: u16 = 0x5600;

/// Suites of TLS 1.3 that tls-parser files with the older ones (RFC 8998).
const SM4: [u16; 2] = [0x00c6, 0x00c7];

/// X25519, RFC 7748: the one group for which any 32 bytes are a key share.
pub const X25519: u16 = 29;

/// So many of [`GROUPS`] come first that servers of any age know one of them, and a hello stays short.
pub(super) const MODERN_GROUPS: usize = 13;

/// Supported groups, the strongest and commonest first; `true`: resists quantum computers.
pub const GROUPS: &[(u16, &str, bool)] = &[
    (0x11ec, "X25519MLKEM768", true),
    (0x11eb, "SecP256r1MLKEM768", true),
    (0x11ed, "SecP384r1MLKEM1024", true),
    (0x6399, "X25519Kyber768Draft00", true),
    (0x639a, "SecP256r1Kyber768Draft00", true),
    (0x0200, "MLKEM512", true),
    (0x0201, "MLKEM768", true),
    (0x0202, "MLKEM1024", true),
    (X25519, "x25519", false),
    (23, "secp256r1", false),
    (30, "x448", false),
    (24, "secp384r1", false),
    (25, "secp521r1", false),
    (0x0100, "ffdhe2048", false),
    (0x0101, "ffdhe3072", false),
    (0x0102, "ffdhe4096", false),
    (0x0103, "ffdhe6144", false),
    (0x0104, "ffdhe8192", false),
    (31, "brainpoolP256r1tls13", false),
    (32, "brainpoolP384r1tls13", false),
    (33, "brainpoolP512r1tls13", false),
    (41, "curveSM2", false),
    (26, "brainpoolP256r1", false),
    (27, "brainpoolP384r1", false),
    (28, "brainpoolP512r1", false),
    (22, "secp256k1", false),
    (21, "secp224r1", false),
    (20, "secp224k1", false),
    (19, "secp192r1", false),
    (18, "secp192k1", false),
    (17, "secp160r2", false),
    (16, "secp160r1", false),
    (15, "secp160k1", false),
    (14, "sect571r1", false),
    (13, "sect571k1", false),
    (12, "sect409r1", false),
    (11, "sect409k1", false),
    (10, "sect283r1", false),
    (9, "sect283k1", false),
    (8, "sect239k1", false),
    (7, "sect233r1", false),
    (6, "sect233k1", false),
    (5, "sect193r2", false),
    (4, "sect193r1", false),
    (3, "sect163r2", false),
    (2, "sect163r1", false),
    (1, "sect163k1", false),
];

/// Signature schemes; the pairs of TLS 1.2 that have no name of their own are called as their kind.
pub const SCHEMES: &[(u16, &str)] = &[
    (0x0403, "ecdsa_secp256r1_sha256"),
    (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0603, "ecdsa_secp521r1_sha512"),
    (0x0807, "ed25519"),
    (0x0808, "ed448"),
    (0x0804, "rsa_pss_rsae_sha256"),
    (0x0805, "rsa_pss_rsae_sha384"),
    (0x0806, "rsa_pss_rsae_sha512"),
    (0x0809, "rsa_pss_pss_sha256"),
    (0x080a, "rsa_pss_pss_sha384"),
    (0x080b, "rsa_pss_pss_sha512"),
    (0x081a, "ecdsa_brainpoolP256r1tls13_sha256"),
    (0x081b, "ecdsa_brainpoolP384r1tls13_sha384"),
    (0x081c, "ecdsa_brainpoolP512r1tls13_sha512"),
    (0x0904, "mldsa44"),
    (0x0905, "mldsa65"),
    (0x0906, "mldsa87"),
    (0x0401, "rsa_pkcs1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"),
    (0x0601, "rsa_pkcs1_sha512"),
    (0x0303, "ecdsa_sha224"),
    (0x0301, "rsa_pkcs1_sha224"),
    (0x0402, "dsa_sha256"),
    (0x0502, "dsa_sha384"),
    (0x0602, "dsa_sha512"),
    (0x0302, "dsa_sha224"),
    (0x0203, "ecdsa_sha1"),
    (0x0201, "rsa_pkcs1_sha1"),
    (0x0202, "dsa_sha1"),
    (0x0101, "rsa_pkcs1_md5"),
];

/// What TLS 1.3 may sign with, RFC 8446 4.2.3, a family for each kind of key.
pub(super) const TLS13_SCHEMES: &[&[u16]] = &[
    &[0x0804, 0x0805, 0x0806],
    &[0x0403, 0x0503, 0x0603, 0x081a, 0x081b, 0x081c],
    &[0x0809, 0x080a, 0x080b],
    &[0x0807, 0x0808],
    &[0x0904, 0x0905, 0x0906],
];

/// Every suite that can be asked for, the best first.
static SUITES: LazyLock<Vec<&'static TlsCipherSuite>> = LazyLock::new(|| {
    let mut suites: Vec<_> =
        CIPHERS.values().filter(|suite| !matches!(suite.id.0, EMPTY_RENEGOTIATION_INFO | FALLBACK)).collect();
    suites.sort_by_key(|suite| (exchange_rank(suite), !is_aead(suite), std::cmp::Reverse(suite.enc_size), suite.id.0));
    suites
});

const fn exchange_rank(suite: &TlsCipherSuite) -> u8 {
    match suite.kx {
        TlsCipherKx::Ecdhe => 0,
        TlsCipherKx::Dhe => 1,
        TlsCipherKx::Rsa => 2,
        _ => 3,
    }
}

fn is_aead(suite: &TlsCipherSuite) -> bool {
    suite.mac == TlsCipherMac::Aead || matches!(suite.enc_mode, TlsCipherEncMode::Gcm | TlsCipherEncMode::Ccm)
}

fn is_tls13(suite: &TlsCipherSuite) -> bool {
    suite.kx == TlsCipherKx::Tls13 || suite.id.0 >> 8 == 0x13 || SM4.contains(&suite.id.0)
}

/// The suites that may be asked for with `version`.
#[must_use]
pub fn suites(version: u16) -> Vec<u16> {
    let fits = |suite: &&&TlsCipherSuite| {
        let newer = is_aead(suite) || matches!(suite.mac, TlsCipherMac::HmacSha256 | TlsCipherMac::HmacSha384);
        match version {
            TLS13 => is_tls13(suite),
            TLS12 => !is_tls13(suite),
            // RFC 5246: suites with SHA-256, SHA-384 or AEAD need TLS 1.2.
            _ => !is_tls13(suite) && !newer,
        }
    };
    SUITES.iter().filter(fits).map(|suite| suite.id.0).collect()
}

/// The suites that nearly every server of TLS 1.2 or older has one of: RSA or ECDSA, AES, 3DES or RC4.
pub(super) fn common_suites(version: u16) -> Vec<u16> {
    let common = |suite: &u16| {
        let name = suite_name(*suite);
        let exchange = ["TLS_RSA_WITH", "TLS_DHE_RSA", "TLS_ECDHE_RSA", "TLS_ECDHE_ECDSA"];
        let cipher = ["AES_128_CBC", "AES_256_CBC", "AES_128_GCM", "AES_256_GCM", "3DES", "RC4_128", "CHACHA20"];
        exchange.iter().any(|one| name.starts_with(one)) && cipher.iter().any(|one| name.contains(one))
    };
    let mut all = suites(version);
    all.retain(common);
    all
}

/// Whether the suite's key exchange names a group.
#[must_use]
pub fn uses_curve(suite: u16) -> bool {
    TlsCipherSuite::from_id(suite).is_some_and(|suite| matches!(suite.kx, TlsCipherKx::Ecdhe | TlsCipherKx::Aecdh))
}

/// Whether the server signs its part of the key exchange.
#[must_use]
pub fn is_signed(suite: u16) -> bool {
    let name = suite_name(suite);
    ["_ECDHE_RSA", "_ECDHE_ECDSA", "_DHE_RSA", "_DHE_DSS"].iter().any(|exchange| name.contains(exchange))
}

/// The IANA name, or the number.
#[must_use]
pub fn suite_name(suite: u16) -> String {
    badrdp_proto::wire::tls_record::cipher_suite_name(suite)
}

/// The IANA name, or the number.
#[must_use]
pub fn group_name(group: u16) -> String {
    let known = GROUPS.iter().find(|(known, ..)| *known == group);
    known.map_or_else(|| format!("{group:#06x}"), |(_, name, _)| (*name).to_owned())
}

/// Whether the group resists quantum computers.
#[must_use]
pub fn is_post_quantum(group: u16) -> bool {
    GROUPS.iter().any(|(known, _, post_quantum)| *known == group && *post_quantum)
}

/// The IANA name, or the number.
#[must_use]
pub fn scheme_name(scheme: u16) -> String {
    let known = SCHEMES.iter().find(|(known, _)| *known == scheme);
    known.map_or_else(|| format!("{scheme:#06x}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_number_and_name_stands_once() {
        let groups: BTreeSet<_> = GROUPS.iter().map(|(number, ..)| number).collect();
        let schemes: BTreeSet<_> = SCHEMES.iter().map(|(number, _)| number).collect();
        let names: BTreeSet<_> =
            GROUPS.iter().map(|(_, name, _)| name).chain(SCHEMES.iter().map(|(_, name)| name)).collect();
        assert_eq!((groups.len(), schemes.len()), (GROUPS.len(), SCHEMES.len()));
        assert_eq!(names.len(), GROUPS.len() + SCHEMES.len());
    }

    #[test]
    fn suites_go_with_the_versions_that_may_use_them() {
        assert!(suites(TLS13).starts_with(&[0x1302, 0x1303]) || suites(TLS13).contains(&0x1301));
        assert!(!suites(TLS13).contains(&0xc02f) && !suites(TLS12).contains(&0x1301));
        assert!(suites(TLS12).contains(&0xc02f) && !suites(TLS10).contains(&0xc02f));
        assert!(suites(SSL3).contains(&0x0005) && suites(TLS12).contains(&0x000a));
        assert!(!suites(TLS12).contains(&EMPTY_RENEGOTIATION_INFO));
        assert_eq!(suites(TLS12).len(), suites(TLS12).iter().collect::<BTreeSet<_>>().len());
        assert!(suites(TLS12).len() > 300, "{}", suites(TLS12).len());
    }

    #[test]
    fn the_common_suites_are_few_enough_for_old_servers() {
        for version in [SSL3, TLS10, TLS11, TLS12] {
            let common = common_suites(version);
            assert!(common.contains(&0x000a) && common.contains(&0x002f) && common.len() < 60, "{}", common.len());
        }
        assert_eq!(GROUPS.get(..MODERN_GROUPS).and_then(<[_]>::last).map(|(group, ..)| *group), Some(25));
        assert!(TLS13_SCHEMES.concat().iter().all(|scheme| SCHEMES.iter().any(|(known, _)| known == scheme)));
    }

    #[test]
    fn what_a_suite_shows_in_the_clear_is_known() {
        assert!(uses_curve(0xc02f) && is_signed(0xc02f));
        assert!(!uses_curve(0x009e) && is_signed(0x009e));
        // RSA key exchange; anonymous.
        assert!(!is_signed(0x002f) && !is_signed(0x0034));
    }
}
