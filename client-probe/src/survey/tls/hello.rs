//! ClientHellos by hand: any version, any suites, groups and schemes, so that old hosts answer as well.
//!
//! RFC 6101 (SSL 3.0), RFC 5246, RFC 8446 4.1.2.

use super::names::{EMPTY_RENEGOTIATION_INFO, SSL3, TLS10, TLS12, TLS13, X25519};

/// What a ClientHello offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) version: u16,
    pub(crate) suites: Vec<u16>,
    pub(crate) groups: Vec<u16>,
    pub(crate) schemes: Vec<u16>,
    /// Offer DEFLATE besides null.
    pub(crate) compression: bool,
    /// TLS 1.3: send a key share of X25519. Without, the server names the group that it wants.
    pub(crate) share: bool,
}

/// The record, whole. `random` is also what the key share holds: any 32 bytes are a point of X25519.
pub(crate) fn write(offer: &Offer, server_name: Option<&str>, random: &[u8; 32]) -> Vec<u8> {
    let modern = offer.version > SSL3;
    let mut body = offer.version.min(TLS12).to_be_bytes().to_vec();
    body.extend(random);
    // A session id makes TLS 1.3 look like a resumption to middleboxes (RFC 8446 D.4).
    prefixed(&mut body, 1, |out| out.extend(if offer.version == TLS13 { &random[..] } else { &[] }));
    prefixed(&mut body, 2, |out| {
        numbers(out, &offer.suites);
        // The suite value says it without an extension, which SSL 3.0 does not have.
        if offer.version < TLS13 {
            out.extend(EMPTY_RENEGOTIATION_INFO.to_be_bytes());
        }
    });
    // TLS 1.3 knows no compression and refuses a hello that offers it.
    let deflate = offer.compression && offer.version < TLS13;
    prefixed(&mut body, 1, |out| out.extend(if deflate { &[1, 0][..] } else { &[0] }));
    if modern {
        prefixed(&mut body, 2, |out| extensions(out, offer, server_name, random));
    }
    let mut message = vec![1];
    prefixed(&mut message, 3, |out| out.extend(&body));
    let mut record = vec![22];
    record.extend(offer.version.min(TLS10).to_be_bytes());
    prefixed(&mut record, 2, |out| out.extend(&message));
    record
}

fn extensions(out: &mut Vec<u8>, offer: &Offer, server_name: Option<&str>, random: &[u8; 32]) {
    if let Some(name) = server_name {
        extension(out, 0, |out| {
            prefixed(out, 2, |out| {
                out.push(0);
                prefixed(out, 2, |out| out.extend(name.as_bytes()));
            });
        });
    }
    if !offer.groups.is_empty() {
        extension(out, 10, |out| prefixed(out, 2, |out| numbers(out, &offer.groups)));
        extension(out, 11, |out| prefixed(out, 1, |out| out.push(0)));
    }
    if offer.version >= TLS12 {
        extension(out, 13, |out| prefixed(out, 2, |out| numbers(out, &offer.schemes)));
    }
    if offer.version < TLS13 {
        extension(out, 23, |_| {});
    } else {
        extension(out, 43, |out| prefixed(out, 1, |out| numbers(out, &[offer.version])));
        extension(out, 45, |out| prefixed(out, 1, |out| out.push(1)));
        extension(out, 51, |out| {
            prefixed(out, 2, |out| {
                if offer.share {
                    out.extend(X25519.to_be_bytes());
                    prefixed(out, 2, |out| out.extend(random));
                }
            });
        });
    }
}

fn extension(out: &mut Vec<u8>, kind: u16, body: impl FnOnce(&mut Vec<u8>)) {
    out.extend(kind.to_be_bytes());
    prefixed(out, 2, body);
}

/// `body` behind its length in `width` bytes. What is written here never comes near the limit.
fn prefixed(out: &mut Vec<u8>, width: usize, body: impl FnOnce(&mut Vec<u8>)) {
    let mut inside = Vec::new();
    body(&mut inside);
    let length = u32::try_from(inside.len()).unwrap_or(u32::MAX).to_be_bytes();
    out.extend(length.get(4 - width..).unwrap_or_default());
    out.extend(inside);
}

fn numbers(out: &mut Vec<u8>, list: &[u16]) {
    out.extend(list.iter().flat_map(|number| number.to_be_bytes()));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]
    use badrdp_proto::wire::tls_record::{Hello, TlsWatch};

    use super::super::names::suites;
    use super::*;

    fn offer(version: u16) -> Offer {
        Offer {
            version,
            suites: suites(version),
            groups: vec![29, 23],
            schemes: vec![0x0804],
            compression: true,
            share: true,
        }
    }

    #[test]
    fn a_hello_of_every_version_is_read_back_as_it_was_meant() {
        for version in [SSL3, TLS10, 0x0302, TLS12, TLS13] {
            let bytes = write(&offer(version), Some("host.test"), &[7; 32]);
            let seen = TlsWatch::default().push(&bytes);
            let [one] = seen.as_slice() else { panic!("{seen:?}") };
            let Hello::Client { versions, server_name, cipher_suites, secure_renegotiation } = &one.what else {
                panic!("{one:?}");
            };
            assert_eq!(versions, &[version]);
            // SSL 3.0 has no extensions.
            assert_eq!(server_name.as_deref(), (version > SSL3).then_some("host.test"));
            assert_eq!(*secure_renegotiation, version < TLS13);
            let scsv = usize::from(version < TLS13);
            assert_eq!(cipher_suites.len(), suites(version).len() + scsv);
            assert_eq!(one.length, bytes.len());
        }
    }

    #[test]
    fn the_oldest_hello_has_nothing_behind_its_compression_methods() {
        let bytes = write(&offer(SSL3), Some("host.test"), &[7; 32]);
        assert_eq!((&bytes[..3], &bytes[bytes.len() - 3..]), (&[22, 3, 0][..], &[2, 1, 0][..]));
    }
}
