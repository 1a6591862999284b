//! PDUs of the message channel: auto-detect, multitransport bootstrapping, heartbeat.
//!
//! MS-RDPBCGR 2.2.14, 2.2.15, 2.2.16. Each stands behind a basic security header.

/// Server Auto-Detect Request: headerLength u8, headerTypeId u8 = 0, sequenceNumber u16 le, requestType u16 le, body.
/// MS-RDPBCGR 2.2.14.1, 2.2.14.3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Request {
    pub sequence_number: u16,
    pub request_type: u16,
    /// Bytes behind `requestType`.
    pub body: Vec<u8>,
}

/// Client Auto-Detect Response: headerTypeId = 1. MS-RDPBCGR 2.2.14.2, 2.2.14.4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Response {
    pub sequence_number: u16,
    pub response_type: u16,
    /// Bytes behind `responseType`.
    pub body: Vec<u8>,
}

/// Initiate Multitransport Request. MS-RDPBCGR 2.2.15.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct InitiateMultitransportRequest {
    pub request_id: u32,
    pub requested_protocol: u16,
    pub reserved: u16,
    pub security_cookie: [u8; 16],
}

/// Initiate Multitransport Response. MS-RDPBCGR 2.2.15.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct InitiateMultitransportResponse {
    pub request_id: u32,
    pub hr_response: u32,
}

/// Heartbeat. MS-RDPBCGR 2.2.16.1: reserved u8, period u8 (seconds), count1 u8, count2 u8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Heartbeat {
    pub reserved: u8,
    pub period: u8,
    pub count1: u8,
    pub count2: u8,
}
