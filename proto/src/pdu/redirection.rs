//! Server Redirection PDU.
//!
//! MS-RDPBCGR 2.2.13.

/// `RDP_SERVER_REDIRECTION_PACKET` in its Enhanced Security form. MS-RDPBCGR 2.2.13.1, 2.2.13.3.1.
/// Each field is present where its `redirFlags` bit is set; strings are UTF-16LE, zero-terminated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ServerRedirection {
    pub pdu_source: u16,
    pub session_id: u32,
    /// `redirFlags`.
    pub redir_flags: u32,
    pub target_net_address: Option<String>,
    pub load_balance_info: Option<Vec<u8>>,
    pub user_name: Option<String>,
    pub domain: Option<String>,
    /// Raw: with `LB_PASSWORD_IS_PK_ENCRYPTED` no text. A secret: never printed.
    pub password: Option<super::client_info::SecretBytes>,
    pub target_fqdn: Option<String>,
    pub target_netbios_name: Option<String>,
    pub target_net_addresses: Option<Vec<String>>,
    pub tsv_url: Option<Vec<u8>>,
    pub redirection_guid: Option<Vec<u8>>,
    pub target_certificate: Option<Vec<u8>>,
    /// Padding behind the last field, 8 bytes from Windows.
    pub pad: Vec<u8>,
}
