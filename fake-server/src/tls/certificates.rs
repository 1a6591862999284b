//! Certificates by kind, minted against the given clock.
//!
//! The CAs sign with RSA, so that what they issue repeats byte for byte for a seed and a clock. A
//! self-signed certificate with an ECDSA key is the one exception: its signature never repeats.

use std::net::IpAddr;

use badrdp_scenarios::model::{Certificate, Key};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::keys;
use super::weak::{self, WeakKey};
use badrdp_scenarios::Seeded;

/// A name in the certificate that belongs to no test host (RFC 2606 reserves `.example`).
const OTHER_HOST: &str = "another-host.example";
/// Where the intermediate CA says that its certificate is; nobody is there.
const ISSUER_LOCATION: &str = "http://ca.example/intermediate.cer";
/// `id-pe-authorityInfoAccess`.
const AUTHORITY_INFORMATION: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
const YEAR: Duration = Duration::days(365);
const MONTH: Duration = Duration::days(30);

/// What certificates are minted from.
#[derive(Clone, Debug)]
pub(crate) struct Mint {
    /// The clock.
    pub(crate) now: OffsetDateTime,
    /// Seeds serial numbers.
    pub(crate) seed: u64,
    /// Names and addresses of the host; the first name is the subject.
    pub(crate) names: Vec<String>,
}

/// A chain and its key.
#[derive(Debug)]
pub(crate) struct Minted {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: MintedKey,
    /// `subjectPublicKey`: the contents of the BIT STRING.
    pub(crate) public_key: Vec<u8>,
}

/// A key, as TLS signs with it.
#[derive(Debug)]
pub(crate) enum MintedKey {
    /// By ring.
    Strong(PrivateKeyDer<'static>),
    /// By hand.
    Weak(WeakKey),
}

/// Which CA signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authority {
    Scenario,
    /// One that the scenario CA vouches for.
    Intermediate,
    Unknown,
}

impl Authority {
    const fn key(self) -> &'static str {
        match self {
            Self::Scenario => keys::SCENARIO_CA,
            Self::Intermediate => keys::INTERMEDIATE_CA,
            Self::Unknown => keys::UNKNOWN_CA,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Scenario => "badrdp scenario CA",
            Self::Intermediate => "badrdp intermediate CA",
            Self::Unknown => "badrdp CA that nobody trusts",
        }
    }

    fn params(self, mint: &Mint) -> Result<CertificateParams, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = common_name(self.name());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // Fixed: a CA is good for any clock that a scenario may choose.
        params.not_before = datetime!(2000-01-01 00:00 UTC);
        params.not_after = datetime!(2049-12-31 23:59:59 UTC);
        params.serial_number = Some(mint.serial(self.name()));
        Ok(params)
    }
}

impl Mint {
    /// The scenario CA's certificate.
    pub(crate) fn scenario_ca(&self) -> Result<rcgen::Certificate, rcgen::Error> {
        let key = KeyPair::from_pem(Authority::Scenario.key())?;
        Authority::Scenario.params(self)?.self_signed(&key)
    }

    /// A server certificate of this kind, with so many names of other hosts behind the host's own.
    pub(crate) fn server(&self, kind: Certificate, key: Key, extra: u16) -> Result<Minted, rcgen::Error> {
        let pem = match key {
            Key::Ecdsa => keys::SERVER_ECDSA,
            Key::Rsa => keys::SERVER_RSA,
            Key::Rsa1024 => {
                let key = WeakKey::load(keys::SERVER_RSA_1024).ok_or(rcgen::Error::CouldNotParseKeyPair)?;
                let chain = self.chain(kind, extra, &key, None)?;
                return Ok(Minted { public_key: key.der_bytes().to_vec(), chain, key: MintedKey::Weak(key) });
            }
        };
        let key = KeyPair::from_pem(pem)?;
        let chain = self.chain(kind, extra, &key, Some(&key))?;
        let der = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        Ok(Minted { public_key: key.public_key_raw().to_vec(), chain, key: MintedKey::Strong(der) })
    }

    /// The chain as the host sends it; `own` signs what nobody else does.
    fn chain(
        &self,
        kind: Certificate,
        extra: u16,
        key: &impl PublicKeyData,
        own: Option<&KeyPair>,
    ) -> Result<Vec<CertificateDer<'static>>, rcgen::Error> {
        let params = self.params(kind, extra)?;
        let authority = match kind {
            Certificate::SelfSigned => {
                let key = own.ok_or(rcgen::Error::CouldNotParseKeyPair)?;
                return Ok(vec![params.self_signed(key)?.der().clone()]);
            }
            Certificate::UnknownCa => Authority::Unknown,
            Certificate::Intermediate | Certificate::NoIntermediate => Authority::Intermediate,
            _ => Authority::Scenario,
        };
        let certificate = params.signed_by(key, &self.issuer(authority)?)?.der().clone();
        Ok(match kind {
            Certificate::Intermediate => {
                let between = KeyPair::from_pem(authority.key())?;
                let between = authority.params(self)?.signed_by(&between, &self.issuer(Authority::Scenario)?)?;
                vec![certificate, between.der().clone()]
            }
            Certificate::Sha1 => {
                vec![weak::with_sha1(&certificate, authority.key()).ok_or(rcgen::Error::CouldNotParseCertificate)?]
            }
            _ => vec![certificate],
        })
    }

    fn issuer(&self, authority: Authority) -> Result<Issuer<'static, KeyPair>, rcgen::Error> {
        Ok(Issuer::new(authority.params(self)?, KeyPair::from_pem(authority.key())?))
    }

    /// A certificate of the scenario CA for this key, which is no TLS server's.
    pub(super) fn issue(&self, subject: &str, key: &impl PublicKeyData) -> Result<rcgen::Certificate, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = common_name(subject);
        (params.not_before, params.not_after) = (self.now - MONTH, self.now + YEAR);
        params.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
        params.serial_number = Some(self.serial(subject));
        params.signed_by(key, &self.issuer(Authority::Scenario)?)
    }

    fn params(&self, kind: Certificate, extra: u16) -> Result<CertificateParams, rcgen::Error> {
        let mut names = match kind {
            Certificate::WrongName => vec![OTHER_HOST.to_owned()],
            _ => self.names.clone(),
        };
        names.extend((1..=extra).map(|number| format!("host-{number:05}.{OTHER_HOST}")));
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = common_name(names.first().map_or("localhost", String::as_str));
        params.subject_alt_names = names.iter().map(|name| alternative_name(name)).collect::<Result<_, _>>()?;
        (params.not_before, params.not_after) = match kind {
            Certificate::Expired => (self.now - YEAR - MONTH, self.now - MONTH),
            Certificate::NotYetValid => (self.now + MONTH, self.now + MONTH + YEAR),
            // Windows: the host's own certificate is valid for six months.
            Certificate::SelfSigned => (self.now - Duration::DAY, self.now + 6 * MONTH),
            _ => (self.now - MONTH, self.now + YEAR),
        };
        params.extended_key_usages = vec![match kind {
            Certificate::NoServerAuth => ExtendedKeyUsagePurpose::ClientAuth,
            _ => ExtendedKeyUsagePurpose::ServerAuth,
        }];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.use_authority_key_identifier_extension = true;
        if matches!(kind, Certificate::Intermediate | Certificate::NoIntermediate) {
            params.custom_extensions = vec![CustomExtension::from_oid_content(AUTHORITY_INFORMATION, ca_issuers())];
        }
        params.serial_number = Some(self.serial(&format!("{kind:?}")));
        Ok(params)
    }

    fn serial(&self, purpose: &str) -> SerialNumber {
        let mut bytes = Seeded::new(self.seed, purpose).bytes::<8>();
        // Positive and of full length whatever the seed (RFC 5280 4.1.2.2).
        bytes[0] = bytes[0] & 0x3f | 0x40;
        SerialNumber::from_slice(&bytes)
    }
}

/// `AuthorityInfoAccessSyntax` that says where the issuer's certificate is, RFC 5280 4.2.2.1.
fn ca_issuers() -> Vec<u8> {
    let tlv = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap_or(0x7f)], content].concat();
    let location = tlv(0x86, ISSUER_LOCATION.as_bytes());
    // id-ad-caIssuers.
    let method = tlv(0x06, &[0x2b, 6, 1, 5, 5, 7, 0x30, 2]);
    tlv(0x30, &tlv(0x30, &[method, location].concat()))
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn alternative_name(name: &str) -> Result<SanType, rcgen::Error> {
    Ok(match name.parse::<IpAddr>() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(name.try_into()?),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests state what they expect")]
    use super::*;
    use x509_parser::prelude::*;

    const NOW: i64 = 1_767_225_600;

    fn mint(seed: u64) -> Mint {
        Mint {
            now: OffsetDateTime::from_unix_timestamp(NOW).unwrap(),
            seed,
            names: vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
        }
    }

    /// Start and end relative to the clock in days, issuer, alternative names, serverAuth.
    fn facts(kind: Certificate, key: Key) -> (i64, i64, String, Vec<String>, bool) {
        let minted = mint(0).server(kind, key, 0).unwrap();
        let (_, certificate) = X509Certificate::from_der(&minted.chain[0]).unwrap();
        let validity = certificate.validity();
        let names = certificate.subject_alternative_name().unwrap().unwrap().value.general_names.iter();
        let days = |time: ASN1Time| (time.timestamp() - NOW) / 86_400;
        (
            days(validity.not_before),
            days(validity.not_after),
            certificate.issuer().to_string(),
            names.map(ToString::to_string).collect(),
            certificate.extended_key_usage().unwrap().unwrap().value.server_auth,
        )
    }

    #[test]
    fn each_kind_is_wrong_in_its_one_way() {
        let ca = "CN=badrdp scenario CA".to_owned();
        let own = vec!["DNSName(localhost)".to_owned(), "IPAddress(7f:00:00:01)".to_owned()];
        for key in [Key::Ecdsa, Key::Rsa] {
            let good = (-30, 365, ca.clone(), own.clone(), true);
            assert_eq!(facts(Certificate::Good, key), good);
            assert_eq!(facts(Certificate::Expired, key), (-395, -30, ca.clone(), own.clone(), true));
            assert_eq!(facts(Certificate::NotYetValid, key), (30, 395, ca.clone(), own.clone(), true));
            let other = vec![format!("DNSName({OTHER_HOST})")];
            assert_eq!(facts(Certificate::WrongName, key), (-30, 365, ca.clone(), other, true));
            assert_eq!(facts(Certificate::SelfSigned, key), (-1, 180, "CN=localhost".to_owned(), own.clone(), true));
            let unknown = "CN=badrdp CA that nobody trusts".to_owned();
            assert_eq!(facts(Certificate::UnknownCa, key), (-30, 365, unknown, own.clone(), true));
            assert_eq!(facts(Certificate::NoServerAuth, key), (-30, 365, ca.clone(), own.clone(), false));
        }
    }

    #[test]
    fn extra_names_stand_behind_the_hosts_own_as_many_as_asked_for() {
        let names = |kind, extra| {
            let der = mint(0).server(kind, Key::Ecdsa, extra).unwrap().chain[0].clone();
            let (_, leaf) = X509Certificate::from_der(&der).unwrap();
            let names = &leaf.subject_alternative_name().unwrap().unwrap().value.general_names;
            names.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let good = names(Certificate::Good, 1000);
        assert_eq!((good.len(), good[0].as_str()), (1002, "DNSName(localhost)"));
        assert_eq!(good[1001], format!("DNSName(host-01000.{OTHER_HOST})"));
        assert_eq!(names(Certificate::WrongName, 3).len(), 4);
    }

    #[test]
    fn a_chain_goes_over_the_intermediate_ca_whether_it_is_sent_or_not() {
        let ca = mint(0).scenario_ca().unwrap();
        let (_, root) = X509Certificate::from_der(ca.der()).unwrap();
        let chain = mint(0).server(Certificate::Intermediate, Key::Ecdsa, 0).unwrap().chain;
        let [leaf, between] = chain.as_slice() else { unreachable!("{chain:?}") };
        let (_, leaf) = X509Certificate::from_der(leaf).unwrap();
        let (_, between) = X509Certificate::from_der(between).unwrap();
        assert!(leaf.verify_signature(Some(between.public_key())).is_ok());
        assert!(between.verify_signature(Some(root.public_key())).is_ok() && between.is_ca());
        assert!(leaf.verify_signature(Some(root.public_key())).is_err());
        let alone = mint(0).server(Certificate::NoIntermediate, Key::Ecdsa, 0).unwrap().chain;
        assert_eq!(alone.len(), 1);
        let (_, alone) = X509Certificate::from_der(&alone[0]).unwrap();
        assert!(alone.verify_signature(Some(between.public_key())).is_ok());
        let access = alone.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityInfoAccess(access) => access.accessdescs.first(),
            _ => None,
        });
        assert!(matches!(access.unwrap().access_location, GeneralName::URI(ISSUER_LOCATION)), "{access:?}");
    }

    #[test]
    fn what_is_weak_is_right_in_everything_else() {
        let ca = mint(0).scenario_ca().unwrap();
        let (_, ca) = X509Certificate::from_der(ca.der()).unwrap();
        let read = |kind, key| {
            let der = mint(0).server(kind, key, 0).unwrap().chain[0].clone();
            let (_, leaf) = X509Certificate::from_der(&der).unwrap();
            assert!(leaf.verify_signature(Some(ca.public_key())).is_ok(), "{kind:?} {key:?}");
            let bits = match leaf.public_key().parsed().unwrap() {
                public_key::PublicKey::RSA(rsa) => rsa.key_size(),
                _ => 0,
            };
            (leaf.signature_algorithm.algorithm.to_id_string(), bits)
        };
        let (sha1, sha256) = ("1.2.840.113549.1.1.5".to_owned(), "1.2.840.113549.1.1.11".to_owned());
        assert_eq!(read(Certificate::Sha1, Key::Rsa), (sha1.clone(), 2048));
        assert_eq!(read(Certificate::Sha1, Key::Ecdsa), (sha1, 0));
        assert_eq!(read(Certificate::Good, Key::Rsa1024), (sha256, 1024));
        assert_eq!(facts(Certificate::Sha1, Key::Rsa), facts(Certificate::Good, Key::Rsa));
        assert_eq!(facts(Certificate::Good, Key::Rsa1024), facts(Certificate::Good, Key::Rsa));
    }

    #[test]
    fn what_a_ca_issues_repeats_byte_for_byte_and_follows_the_seed() {
        for kind in [Certificate::Good, Certificate::Expired, Certificate::UnknownCa] {
            let der = |seed| mint(seed).server(kind, Key::Ecdsa, 0).unwrap().chain;
            assert_eq!(der(7), der(7));
            assert_ne!(der(7), der(8));
        }
        assert_eq!(mint(0).scenario_ca().unwrap().der(), mint(0).scenario_ca().unwrap().der());
    }

    #[test]
    fn the_scenario_ca_signed_the_good_certificate_and_not_the_others() {
        let ca = mint(0).scenario_ca().unwrap();
        let (_, ca) = X509Certificate::from_der(ca.der()).unwrap();
        let verifies = |kind| {
            let chain = mint(0).server(kind, Key::Rsa, 0).unwrap().chain;
            let (_, leaf) = X509Certificate::from_der(&chain[0]).unwrap();
            leaf.verify_signature(Some(ca.public_key())).is_ok()
        };
        assert!(verifies(Certificate::Good));
        assert!(!verifies(Certificate::UnknownCa));
        assert!(!verifies(Certificate::SelfSigned));
    }
}
