//! Network characteristics detection: what the server asks and tells, what the client answers.
//!
//! MS-RDPBCGR 2.2.14. Each stands behind a basic security header.

mod codec;

/// Server Auto-Detect Request: headerLength u8, headerTypeId u8 = 0, sequenceNumber u16 le, requestType u16 le, body.
/// MS-RDPBCGR 2.2.14.1, 2.2.14.3.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Request {
    pub sequence_number: u16,
    pub request_type: u16,
    /// What stands behind `requestType`, which says what that is.
    pub body: RequestBody,
}

/// What an Auto-Detect Request carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestBody {
    /// RTT Measure Request, 2.2.14.1.1.
    Rtt,
    /// Bandwidth Measure Start, 2.2.14.1.2.
    BandwidthStart,
    /// Bandwidth Measure Payload, 2.2.14.1.3: `payload`.
    BandwidthPayload(Vec<u8>),
    /// Bandwidth Measure Stop, 2.2.14.1.4: `payload`, which only the one of connect time has.
    BandwidthStop(Option<Vec<u8>>),
    /// Network Characteristics Result, 2.2.14.1.5.
    NetworkCharacteristics(NetworkCharacteristics),
    /// A type that no specification names: the bytes behind it.
    Unknown(Vec<u8>),
}

/// Network Characteristics Result, MS-RDPBCGR 2.2.14.1.5: round trips in milliseconds, bandwidth in kilobits per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct NetworkCharacteristics {
    pub base_rtt: Option<u32>,
    pub bandwidth: Option<u32>,
    pub average_rtt: u32,
}

/// Client Auto-Detect Response: headerTypeId = 1. MS-RDPBCGR 2.2.14.2, 2.2.14.4.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Response {
    pub sequence_number: u16,
    pub response_type: u16,
    /// What stands behind `responseType`, which says what that is.
    pub body: ResponseBody,
}

/// What an Auto-Detect Response carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseBody {
    /// RTT Measure Response, 2.2.14.2.1.
    Rtt,
    /// Bandwidth Measure Results, 2.2.14.2.2.
    BandwidthResults {
        /// `timeDelta`: milliseconds between start and stop.
        time_delta: u32,
        /// `byteCount`: bytes received between them.
        byte_count: u32,
    },
    /// Network Characteristics Sync, 2.2.14.2.3: what an earlier connection learned.
    NetworkCharacteristicsSync {
        /// `bandwidth`: kilobits per second.
        bandwidth: u32,
        /// `rtt`: milliseconds.
        rtt: u32,
    },
    /// A type that no specification names: the bytes behind it.
    Unknown(Vec<u8>),
}

impl Request {
    /// RTT Measure Request while connecting.
    pub const RTT_CONNECTING: u16 = 0x1001;
    /// RTT Measure Request in a session.
    pub const RTT: u16 = 0x0001;
    /// Bandwidth Measure Start while connecting.
    pub const BANDWIDTH_START_CONNECTING: u16 = 0x1014;
    /// Bandwidth Measure Start in a session.
    pub const BANDWIDTH_START: u16 = 0x0014;
    /// Bandwidth Measure Start on lossy UDP.
    pub const BANDWIDTH_START_LOSSY: u16 = 0x0114;
    /// Bandwidth Measure Payload.
    pub const BANDWIDTH_PAYLOAD: u16 = 0x0002;
    /// Bandwidth Measure Stop while connecting.
    pub const BANDWIDTH_STOP_CONNECTING: u16 = 0x002b;
    /// Bandwidth Measure Stop in a session.
    pub const BANDWIDTH_STOP: u16 = 0x0429;
    /// Bandwidth Measure Stop on lossy UDP.
    pub const BANDWIDTH_STOP_LOSSY: u16 = 0x0629;
    /// Network Characteristics Result with baseRTT and averageRTT.
    pub const CHARACTERISTICS_RTT: u16 = 0x0840;
    /// Network Characteristics Result with bandwidth and averageRTT.
    pub const CHARACTERISTICS_BANDWIDTH: u16 = 0x0880;
    /// Network Characteristics Result with all three.
    pub const CHARACTERISTICS: u16 = 0x08c0;
}

impl Response {
    /// RTT Measure Response.
    pub const RTT: u16 = 0x0000;
    /// Bandwidth Measure Results while connecting.
    pub const BANDWIDTH_RESULTS_CONNECTING: u16 = 0x0003;
    /// Bandwidth Measure Results in a session.
    pub const BANDWIDTH_RESULTS: u16 = 0x000b;
    /// Network Characteristics Sync.
    pub const CHARACTERISTICS_SYNC: u16 = 0x0018;
}

impl NetworkCharacteristics {
    /// The `requestType` that says which of the fields are there.
    #[must_use]
    pub const fn request_type(self) -> u16 {
        match (self.base_rtt, self.bandwidth) {
            (Some(_), Some(_)) => Request::CHARACTERISTICS,
            (None, Some(_)) => Request::CHARACTERISTICS_BANDWIDTH,
            (_, None) => Request::CHARACTERISTICS_RTT,
        }
    }
}
