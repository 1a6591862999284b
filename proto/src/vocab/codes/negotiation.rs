//! RDP_NEG_FAILURE.

use super::codes;

codes! {
    /// Failure code of an RDP Negotiation Failure.
    pub struct NegotiationFailureCode(u32), "RDP_NEG_FAILURE.failureCode", "MS-RDPBCGR 2.2.1.2.2" {
        SSL_REQUIRED_BY_SERVER = 1, "the server requires TLS or CredSSP";
        SSL_NOT_ALLOWED_BY_SERVER = 2, "the server allows only standard RDP security";
        SSL_CERT_NOT_ON_SERVER = 3, "the server has no certificate that it can use";
        INCONSISTENT_FLAGS = 4, "the requested protocols do not fit what already happened on the connection";
        HYBRID_REQUIRED_BY_SERVER = 5, "the server requires CredSSP (Network Level Authentication)";
        SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER = 6, "the server requires TLS with a client certificate";
    }
}
