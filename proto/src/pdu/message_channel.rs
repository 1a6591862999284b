//! Other PDUs of the message channel: multitransport bootstrapping, heartbeat.
//!
//! MS-RDPBCGR 2.2.15, 2.2.16. Each stands behind a basic security header.

use core::time::Duration;

use super::text::count;
use crate::wire::Layer;
use crate::wire::read::{Read, array, field, le_u16, le_u32, u8};
use crate::wire::write::Encoder;

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

impl InitiateMultitransportRequest {
    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| {
            w.u32_le("requestId", self.request_id);
            w.u16_le("requestedProtocol", self.requested_protocol);
            w.u16_le("reserved", self.reserved);
            w.bytes("securityCookie", &self.security_cookie);
        })
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, request_id) = field("requestId", le_u32)(i)?;
        let (i, requested_protocol) = field("requestedProtocol", le_u16)(i)?;
        let (i, reserved) = field("reserved", le_u16)(i)?;
        let (i, security_cookie) = field("securityCookie", array)(i)?;
        Ok((i, Self { request_id, requested_protocol, reserved, security_cookie }))
    }

    pub(super) fn fact(&self) -> String {
        let protocol = match self.requested_protocol {
            1 => "reliable UDP".to_owned(),
            2 => "lossy UDP".to_owned(),
            other => format!("protocol {other:#x}"),
        };
        format!("{protocol}, request {}", self.request_id)
    }
}

impl InitiateMultitransportResponse {
    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| {
            w.u32_le("requestId", self.request_id);
            w.u32_le("hrResponse", self.hr_response);
        })
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, request_id) = field("requestId", le_u32)(i)?;
        let (i, hr_response) = field("hrResponse", le_u32)(i)?;
        Ok((i, Self { request_id, hr_response }))
    }

    pub(super) fn fact(&self) -> String {
        format!("request {}, hrResponse {:#x}", self.request_id, self.hr_response)
    }
}

impl Heartbeat {
    /// The silence after which a client should reconnect; `None` where the PDU promises nothing.
    #[must_use]
    pub fn lost_after(self) -> Option<Duration> {
        let seconds = u64::from(self.period) * u64::from(self.count2);
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| {
            w.u8("reserved", self.reserved);
            w.u8("period", self.period);
            w.u8("count1", self.count1);
            w.u8("count2", self.count2);
        })
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, reserved) = field("reserved", u8)(i)?;
        let (i, period) = field("period", u8)(i)?;
        let (i, count1) = field("count1", u8)(i)?;
        let (i, count2) = field("count2", u8)(i)?;
        Ok((i, Self { reserved, period, count1, count2 }))
    }

    pub(super) fn fact(&self) -> String {
        let every = count(self.period.into(), "second");
        format!("every {every}, warn after {}, reconnect after {}", self.count1, self.count2)
    }
}
