//! X.224 Disconnect Request and Error.

use super::codes;

codes! {
    /// Reason of an X.224 Disconnect Request.
    ///
    /// X.224 13.5.3. Windows: rarely sends one; it closes TCP.
    pub struct X224DisconnectReason(u8), "X.224 DR reason", "X.224 13.5.3" {
        REASON_NOT_SPECIFIED = 0, "no reason is given";
        CONGESTION_AT_TSAP = 1, "the transport access point is congested";
        SESSION_ENTITY_NOT_ATTACHED = 2, "nothing is listening behind the transport access point";
        ADDRESS_UNKNOWN = 3, "the transport address is unknown";
        NORMAL_DISCONNECT = 128, "the session above asked for the disconnect";
        REMOTE_CONGESTION = 129, "the remote transport is congested";
        NEGOTIATION_FAILED = 130, "both sides could not agree on transport parameters";
        DUPLICATE_SOURCE_REFERENCE = 131, "the source reference is already in use";
        MISMATCHED_REFERENCES = 132, "the references do not belong together";
        PROTOCOL_ERROR = 133, "the peer broke the X.224 protocol";
        REFERENCE_OVERFLOW = 135, "no reference is left to give";
        CONNECTION_REQUEST_REFUSED = 136, "the connection request is refused on this network connection";
        INVALID_LENGTH = 138, "the length of the header or of a parameter is invalid";
    }
}

codes! {
    /// Reject cause of an X.224 Error.
    pub struct X224RejectCause(u8), "X.224 ER reject cause", "X.224 13.12.3" {
        CAUSE_NOT_SPECIFIED = 0, "no cause is given";
        INVALID_PARAMETER_CODE = 1, "a parameter code is invalid";
        INVALID_TPDU_TYPE = 2, "the TPDU type is invalid";
        INVALID_PARAMETER_VALUE = 3, "a parameter value is invalid";
    }
}
