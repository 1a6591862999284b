//! TLS records made by hand, for what no TLS library would send.
//!
//! RFC 5246 6.2.1 (records), 7.2 (alerts), 7.4.1.3 (ServerHello), 7.4.2 (Certificate).

/// Cipher suites with RSA key exchange, which TLS 1.0 and 1.1 servers picked. With them a client
/// can go on without a signed key exchange, so that going on can be seen.
const RSA_KEY_EXCHANGE: [u16; 3] = [0x002f, 0x0035, 0x000a];

/// A fatal alert in the clear.
pub(super) fn alert(description: u8) -> Vec<u8> {
    record(21, 0x0303, &[2, description])
}

/// What the client said in its ClientHello that the answer depends on.
#[derive(Clone, Debug, Default)]
pub(super) struct Offer {
    pub(super) cipher_suites: Vec<u16>,
    pub(super) secure_renegotiation: bool,
}

/// ServerHello that picks `version`, with Certificate and ServerHelloDone behind it where the
/// client offered a cipher suite that can go on from there.
pub(super) fn legacy_server_hello(version: u16, offer: &Offer, chain: &[Vec<u8>]) -> Vec<u8> {
    let offered = &offer.cipher_suites;
    let rsa = RSA_KEY_EXCHANGE.iter().find(|suite| offered.contains(suite));
    let suite = rsa.or_else(|| offered.iter().find(|suite| is_cbc(**suite))).copied().unwrap_or(RSA_KEY_EXCHANGE[0]);

    let mut hello = version.to_be_bytes().to_vec();
    // Fixed, so that bytes repeat; no downgrade marker, as servers of that age sent none.
    hello.extend([0x5a; 32]);
    // No session id; null compression.
    hello.push(0);
    hello.extend(suite.to_be_bytes());
    hello.push(0);
    // Without it OpenSSL 3 refuses for that reason alone, and the version is never judged (RFC 5746 3.6).
    if offer.secure_renegotiation {
        hello.extend([0, 5, 0xff, 0x01, 0, 1, 0]);
    }
    let mut flight = handshake(2, &hello);

    if rsa.is_some() {
        let mut list = Vec::new();
        for certificate in chain {
            list.extend(length24(certificate.len()));
            list.extend(certificate);
        }
        flight.extend(handshake(11, &[&length24(list.len()), list.as_slice()].concat()));
        flight.extend(handshake(14, &[]));
    }
    record(22, version, &flight)
}

/// ECDHE with AES-CBC and SHA-1: the suites that a client of today may still share with TLS 1.0.
const fn is_cbc(suite: u16) -> bool {
    matches!(suite, 0xc013 | 0xc014 | 0xc009 | 0xc00a)
}

fn record(kind: u8, version: u16, body: &[u8]) -> Vec<u8> {
    let [major, minor] = version.to_be_bytes();
    // A certificate chain of ours is far smaller than a record may be.
    let [high, low] = u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[kind, major, minor, high, low], body].concat()
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], length24(body.len()).as_slice(), body].concat()
}

fn length24(length: usize) -> [u8; 3] {
    let [_, high, middle, low] = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [high, middle, low]
}

#[cfg(test)]
mod tests {
    use super::*;
    use badrdp_proto::wire::tls_record::{Hello, Seen, TlsWatch};

    fn seen(bytes: &[u8]) -> Vec<Hello> {
        let mut watch = TlsWatch::default();
        let seen = watch.push(bytes).into_iter().map(|Seen { what, .. }| what).collect();
        assert_eq!(watch.unfinished(), 0, "whole records only");
        seen
    }

    fn offer(cipher_suites: &[u16]) -> Offer {
        Offer { cipher_suites: cipher_suites.to_vec(), secure_renegotiation: false }
    }

    #[test]
    fn secure_renegotiation_is_answered_where_the_client_knows_it() {
        let plain = legacy_server_hello(0x0301, &offer(&[0xc014]), &[]);
        let secure = legacy_server_hello(0x0301, &Offer { secure_renegotiation: true, ..offer(&[0xc014]) }, &[]);
        assert_eq!(secure.len(), plain.len() + 7);
        // One extension: renegotiation_info with an empty value (RFC 5746 3.2).
        assert!(secure.ends_with(&[0, 5, 0xff, 0x01, 0, 1, 0]), "{secure:02x?}");
        assert_eq!(seen(&secure), seen(&plain));
    }

    #[test]
    fn an_alert_is_one_record_of_seven_bytes() {
        assert_eq!(alert(40), [21, 3, 3, 0, 2, 2, 40]);
        assert_eq!(seen(&alert(40)), [Hello::Alert { level: 2, description: 40 }]);
    }

    #[test]
    fn the_hello_picks_the_version_and_a_suite_that_was_offered() {
        let hello = |offered: &[u16]| seen(&legacy_server_hello(0x0301, &offer(offered), &[vec![0; 700]]));
        let picks = |cipher_suite| [Hello::Server { version: 0x0301, cipher_suite, retry: false }];
        assert_eq!(hello(&[0x1301, 0x0035]), picks(0x0035));
        assert_eq!(hello(&[0x1301, 0xc014]), picks(0xc014));
        assert_eq!(hello(&[0x1301]), picks(0x002f));
    }

    #[test]
    fn certificate_and_done_follow_only_where_the_client_can_go_on() {
        let length = |offered: &[u16]| legacy_server_hello(0x0302, &offer(offered), &[vec![0; 700]]).len();
        assert_eq!(length(&[0xc014]), 5 + 4 + 38);
        assert_eq!(length(&[0x002f]), 5 + 4 + 38 + (4 + 3 + 3 + 700) + 4);
    }
}
