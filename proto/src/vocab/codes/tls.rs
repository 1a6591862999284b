//! TLS alerts.

use super::codes;

codes! {
    /// Description of a TLS alert.
    ///
    /// RFC 8446 6, with the values that older versions used and TLS 1.3 keeps reserved.
    pub struct TlsAlert(u8), "TLS AlertDescription", "RFC 8446 6" {
        CLOSE_NOTIFY = 0, "the sender will send nothing more: a polite end";
        UNEXPECTED_MESSAGE = 10, "a message arrived that does not belong here";
        BAD_RECORD_MAC = 20, "a record failed its integrity check";
        DECRYPTION_FAILED = 21, "a record could not be decrypted (old versions only)";
        RECORD_OVERFLOW = 22, "a record is longer than allowed";
        DECOMPRESSION_FAILURE = 30, "a record could not be decompressed (old versions only)";
        HANDSHAKE_FAILURE = 40, "no acceptable set of parameters: often no common cipher suite";
        NO_CERTIFICATE = 41, "the peer has no certificate (SSL 3 only)";
        BAD_CERTIFICATE = 42, "the certificate is damaged or its signature is wrong";
        UNSUPPORTED_CERTIFICATE = 43, "the certificate is of a kind that is not supported";
        CERTIFICATE_REVOKED = 44, "the certificate was revoked";
        CERTIFICATE_EXPIRED = 45, "the certificate has expired or is not valid now";
        CERTIFICATE_UNKNOWN = 46, "the certificate is unacceptable for some other reason";
        ILLEGAL_PARAMETER = 47, "a handshake field is out of range or does not fit the others";
        UNKNOWN_CA = 48, "the certificate's issuer is not known or not trusted";
        ACCESS_DENIED = 49, "the certificate is valid, but access control refuses it";
        DECODE_ERROR = 50, "a message could not be decoded";
        DECRYPT_ERROR = 51, "a handshake signature or finished value is wrong";
        EXPORT_RESTRICTION = 60, "export rules were broken (old versions only)";
        PROTOCOL_VERSION = 70, "no common TLS version";
        INSUFFICIENT_SECURITY = 71, "the offered ciphers are weaker than the peer demands";
        INTERNAL_ERROR = 80, "something unrelated to the protocol failed at the sender";
        INAPPROPRIATE_FALLBACK = 86, "the client retried with a version lower than needed";
        USER_CANCELED = 90, "the sender cancelled the handshake";
        NO_RENEGOTIATION = 100, "the sender refuses to renegotiate (old versions only)";
        MISSING_EXTENSION = 109, "a mandatory extension is missing";
        UNSUPPORTED_EXTENSION = 110, "an extension is where it may not be";
        CERTIFICATE_UNOBTAINABLE = 111, "a certificate could not be fetched from its URL (old versions only)";
        UNRECOGNIZED_NAME = 112, "no server is known by the name that the client asked for";
        BAD_CERTIFICATE_STATUS_RESPONSE = 113, "the stapled revocation status is invalid";
        BAD_CERTIFICATE_HASH_VALUE = 114, "a certificate's hash does not match (old versions only)";
        UNKNOWN_PSK_IDENTITY = 115, "no pre-shared key is known for the identity";
        CERTIFICATE_REQUIRED = 116, "a client certificate is required and none was sent";
        NO_APPLICATION_PROTOCOL = 120, "no common application protocol";
    }
}
