//! Keys and ciphers of the RDP licence exchange (MS-RDPELE 5.1), for both of its sides.
//!
//! `badrdp-proto` decodes and orders the messages and holds no key; the probe and the fake server fill and judge them
//! with what is here. Every random number is an argument. None of this protects anything today: the exchange runs
//! inside TLS, and its RSA is without padding, as the specification has it.

mod keys;
mod rsa;

pub use keys::{LicenseKeys, MAC_LENGTH, PREMASTER_LENGTH, RANDOM_LENGTH};
pub use rsa::{KeyError, PrivateKey, PublicKey};
