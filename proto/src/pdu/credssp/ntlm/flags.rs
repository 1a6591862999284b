//! `NegotiateFlags`, MS-NLMP 2.2.2.5: those that decide how a message is read or what a challenge offers.

/// `NTLMSSP_NEGOTIATE_UNICODE`: names are UTF-16LE.
pub const UNICODE: u32 = 0x0000_0001;
/// `NTLM_NEGOTIATE_OEM`: names may be in the OEM character set.
pub const OEM: u32 = 0x0000_0002;
/// `NTLMSSP_REQUEST_TARGET`: the challenge names its target.
pub const REQUEST_TARGET: u32 = 0x0000_0004;
/// `NTLMSSP_NEGOTIATE_SIGN`.
pub const SIGN: u32 = 0x0000_0010;
/// `NTLMSSP_NEGOTIATE_SEAL`: without it CredSSP cannot hide anything.
pub const SEAL: u32 = 0x0000_0020;
/// `NTLMSSP_NEGOTIATE_LM_KEY`.
pub const LM_KEY: u32 = 0x0000_0080;
/// `NTLMSSP_NEGOTIATE_NTLM`.
pub const NTLM: u32 = 0x0000_0200;
/// The client has no account.
pub const ANONYMOUS: u32 = 0x0000_0800;
/// `NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED`.
pub const OEM_DOMAIN_SUPPLIED: u32 = 0x0000_1000;
/// `NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED`.
pub const OEM_WORKSTATION_SUPPLIED: u32 = 0x0000_2000;
/// `NTLMSSP_NEGOTIATE_ALWAYS_SIGN`.
pub const ALWAYS_SIGN: u32 = 0x0000_8000;
/// `NTLMSSP_TARGET_TYPE_DOMAIN`: the target is a domain.
pub const TARGET_TYPE_DOMAIN: u32 = 0x0001_0000;
/// `NTLMSSP_TARGET_TYPE_SERVER`: the target is a server of its own.
pub const TARGET_TYPE_SERVER: u32 = 0x0002_0000;
/// `NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY`.
pub const EXTENDED_SESSIONSECURITY: u32 = 0x0008_0000;
/// `NTLMSSP_NEGOTIATE_TARGET_INFO`: the challenge has `AV_PAIR`s.
pub const TARGET_INFO: u32 = 0x0080_0000;
/// `NTLMSSP_NEGOTIATE_VERSION`: `Version` is filled in.
pub const VERSION: u32 = 0x0200_0000;
/// `NTLMSSP_NEGOTIATE_128`: 128-bit session keys.
pub const KEY_128: u32 = 0x2000_0000;
/// `NTLMSSP_NEGOTIATE_KEY_EXCH`: the client chooses the session key and sends it sealed.
pub const KEY_EXCH: u32 = 0x4000_0000;
/// `NTLMSSP_NEGOTIATE_56`: 56-bit session keys.
pub const KEY_56: u32 = 0x8000_0000;
