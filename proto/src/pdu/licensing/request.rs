//! Server License Request, which opens the exchange.
//!
//! MS-RDPELE 2.2.2.1.

use super::blob::LicenseBlob;
use super::certificate::{CertificateData, ServerCertificate};
use crate::pdu::text::{length32, to_utf16_with_zero, units, utf16_without_zero};
use crate::wire::read::{Read, array, field, le_u32};
use crate::wire::text::ascii_until_nul;
use crate::wire::write::Writer;

/// `SERVER_LICENSE_REQUEST`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicenseRequest {
    /// `ServerRandom`.
    pub server_random: [u8; 32],
    /// `ProductInfo`.
    pub product_info: ProductInfo,
    /// `KeyExchangeList`: 32-bit numbers, `KEY_EXCHANGE_ALG_RSA` alone.
    pub key_exchange_list: LicenseBlob,
    /// `ServerCertificate`: a [`ServerCertificate`], or nothing.
    pub server_certificate: LicenseBlob,
    /// `ScopeList`: ANSI strings with their zero.
    pub scope_list: Vec<LicenseBlob>,
}

/// `PRODUCT_INFO`, MS-RDPELE 2.2.2.1.1. Strings are UTF-16LE, zero-terminated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ProductInfo {
    /// `dwVersion`: major in the high half, minor in the low half.
    pub version: u32,
    pub company_name: String,
    pub product_id: String,
}

/// `KEY_EXCHANGE_ALG_RSA`.
pub const KEY_EXCHANGE_RSA: u32 = 1;

impl LicenseRequest {
    /// Whether the server offers this key exchange algorithm.
    #[must_use]
    pub fn offers(&self, algorithm: u32) -> bool {
        self.key_exchange_list.data.chunks_exact(4).any(|number| *number == algorithm.to_le_bytes())
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.block("SERVER_LICENSE_REQUEST", |w| w.bytes("ServerRandom", &self.server_random));
        w.block("PRODUCT_INFO", |w| {
            w.u32_le("dwVersion", self.product_info.version);
            counted_text(w, "cbCompanyName", "pbCompanyName", &self.product_info.company_name);
            counted_text(w, "cbProductId", "pbProductId", &self.product_info.product_id);
        });
        self.key_exchange_list.write(w, "KeyExchangeList");
        self.server_certificate.write_with(w, "ServerCertificate", |w| self.write_certificate(w));
        w.block("SCOPE_LIST", |w| w.u32_le("ScopeCount", length32(self.scope_list.len())));
        for scope in &self.scope_list {
            scope.write(w, "Scope");
        }
    }

    /// The certificate's own fields get names where somebody wants to know them and it can be read.
    fn write_certificate(&self, w: &mut Writer) {
        let data = &self.server_certificate.data;
        let start = w.len();
        match ServerCertificate::decode(data).ok().filter(|_| w.keeps_fields()) {
            Some(certificate) if certificate.encode() == *data => {
                certificate.write(w);
                w.span("blobData", start);
            }
            _ => w.bytes("blobData", data),
        }
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, server_random) = field("ServerRandom", array)(i)?;
        let (i, product_info) = field("ProductInfo", read_product)(i)?;
        let (i, key_exchange_list) = field("KeyExchangeList", LicenseBlob::read)(i)?;
        let (i, server_certificate) = field("ServerCertificate", LicenseBlob::read)(i)?;
        let (mut i, count) = field("ScopeCount", le_u32)(i)?;
        let mut scope_list = Vec::new();
        for _ in 0..count {
            let scope;
            (i, scope) = field("ScopeArray", LicenseBlob::read)(i)?;
            scope_list.push(scope);
        }
        Ok((i, Self { server_random, product_info, key_exchange_list, server_certificate, scope_list }))
    }

    pub(super) fn fact(&self) -> String {
        let ProductInfo { company_name, product_id, .. } = &self.product_info;
        let certificate = match ServerCertificate::decode(&self.server_certificate.data).map(|read| read.data) {
            _ if self.server_certificate.data.is_empty() => "no certificate".to_owned(),
            Ok(CertificateData::Proprietary { public_key, .. }) => {
                format!("proprietary certificate, RSA {}", public_key.bit_length)
            }
            Ok(CertificateData::X509 { chain, .. }) => format!("{} X.509 certificates", chain.len()),
            Err(_) => "a certificate that cannot be read".to_owned(),
        };
        let scopes: Vec<_> = self.scope_list.iter().take(2).map(|scope| ascii_until_nul(&scope.data)).collect();
        let short = |text: &str| text.escape_debug().take(32).collect::<String>();
        let scopes = short(&scopes.join(", "));
        format!("product \"{}\" of \"{}\", {certificate}, scope {scopes}", short(product_id), short(company_name))
    }
}

pub(super) fn counted_text(w: &mut Writer, length: &'static str, name: &'static str, text: &str) {
    let text = to_utf16_with_zero(text);
    w.u32_le(length, length32(text.len()));
    w.bytes(name, &text);
}

pub(super) fn read_text(i: &[u8]) -> Read<'_, String> {
    let (i, length) = field("length", le_u32)(i)?;
    let (i, text) = units(usize::try_from(length).unwrap_or(usize::MAX))(i)?;
    Ok((i, utf16_without_zero(text)))
}

fn read_product(i: &[u8]) -> Read<'_, ProductInfo> {
    let (i, version) = field("dwVersion", le_u32)(i)?;
    let (i, company_name) = field("pbCompanyName", read_text)(i)?;
    let (i, product_id) = field("pbProductId", read_text)(i)?;
    Ok((i, ProductInfo { version, company_name, product_id }))
}
