//! Network characteristics detection: the server measures, the client answers.
//!
//! MS-RDPBCGR 1.3.9, 2.2.14; server: 3.3.5.14.

use core::time::Duration;
use std::collections::VecDeque;

use super::client::Client;
use super::port::Output;
use super::server::{self, Server};
use crate::pdu::ChannelPdu;
use crate::pdu::autodetect::{NetworkCharacteristics, Request, RequestBody, Response, ResponseBody};
use crate::vocab::Stage;

/// One request of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// RTT Measure Request.
    Rtt,
    /// Bandwidth Measure Start.
    BandwidthStart,
    /// Bandwidth Measure Payload of this many bytes.
    BandwidthPayload(u16),
    /// Bandwidth Measure Stop; while connecting with a payload of this many bytes.
    BandwidthStop(u16),
    /// Network Characteristics Result.
    Characteristics(NetworkCharacteristics),
}

/// Where the server is with its measurements.
#[derive(Debug, Default)]
pub(super) struct Detection {
    /// What is still to be asked before licensing.
    left: VecDeque<Measure>,
    sequence_number: u16,
    /// A bandwidth measurement was started and not stopped.
    started: bool,
    /// The number of the request whose answer is due before the connection goes on.
    awaited: Option<u16>,
}

/// A bandwidth measurement under way, as the client sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measurement {
    since: Duration,
    bytes: u32,
    /// Started in a session: every frame counts, in place of payloads.
    frames: bool,
}

/// What the client knows of the frame that it is handed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arrival {
    at: Duration,
    length: usize,
}

impl Client {
    /// A frame of this many bytes arrived; the measurements of the server are about that.
    pub(super) const fn note_arrival(&mut self, now: Duration, length: usize) {
        self.arrival = Arrival { at: if self.config.measure_time { now } else { Duration::ZERO }, length };
    }

    /// Counts the frame that was handled, where everything between start and stop counts.
    pub(super) fn count_frame(&mut self, measured_before: bool) {
        if let Some(measurement) = self.measurement.as_mut().filter(|open| open.frames && measured_before) {
            let length = u32::try_from(self.arrival.length).unwrap_or(u32::MAX);
            measurement.bytes = measurement.bytes.saturating_add(length);
        }
    }

    pub(super) fn on_auto_detect(&mut self, request: &Request) {
        match &request.body {
            RequestBody::Rtt => match (request.request_type, self.config.network.take()) {
                // Whoever comes back says what is known, and nothing has to be measured again.
                (
                    Request::RTT_CONNECTING,
                    Some(NetworkCharacteristics { bandwidth: Some(bandwidth), average_rtt, .. }),
                ) => {
                    let sync = ResponseBody::NetworkCharacteristicsSync { bandwidth, rtt: average_rtt };
                    self.answer(request, Response::CHARACTERISTICS_SYNC, sync);
                }
                _ => self.answer(request, Response::RTT, ResponseBody::Rtt),
            },
            RequestBody::BandwidthStart => {
                let frames = request.request_type != Request::BANDWIDTH_START_CONNECTING;
                self.measurement = Some(Measurement { since: self.arrival.at, bytes: 0, frames });
            }
            RequestBody::BandwidthPayload(payload) => self.count_payload(payload),
            RequestBody::BandwidthStop(payload) => {
                self.count_payload(payload.as_deref().unwrap_or_default());
                // Without a start there is nothing to tell.
                let Some(measurement) = self.measurement.take() else { return };
                let elapsed = self.arrival.at.saturating_sub(measurement.since).as_millis();
                // The server divides by it (3.3.5.14), so it is at least 1.
                let time_delta = u32::try_from(elapsed).unwrap_or(u32::MAX).max(1);
                let response_type = match request.request_type {
                    Request::BANDWIDTH_STOP_CONNECTING => Response::BANDWIDTH_RESULTS_CONNECTING,
                    _ => Response::BANDWIDTH_RESULTS,
                };
                let byte_count = measurement.bytes;
                self.answer(request, response_type, ResponseBody::BandwidthResults { time_delta, byte_count });
            }
            RequestBody::NetworkCharacteristics(known) => self.core.facts.network = Some(*known),
            // Nobody can answer what has no meaning.
            RequestBody::Unknown(_) => {}
        }
    }

    fn count_payload(&mut self, payload: &[u8]) {
        if let Some(measurement) = self.measurement.as_mut().filter(|open| !open.frames) {
            let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
            measurement.bytes = measurement.bytes.saturating_add(length);
        }
    }

    fn answer(&mut self, request: &Request, response_type: u16, body: ResponseBody) {
        let Some(channel) = self.core.facts.message_channel else { return };
        let response = Response { sequence_number: request.sequence_number, response_type, body };
        self.core.send_on(channel, ChannelPdu::AutoDetectResponse(response));
    }

    /// Whether frames are being counted.
    pub(super) const fn is_measuring(&self) -> bool {
        self.measurement.is_some()
    }
}

impl Server {
    /// Measures while connecting, then goes on to licensing.
    pub(super) fn detect(&mut self) {
        self.core.stage = Stage::SecureSettingsExchange;
        self.detection.left = self.config.auto_detect.iter().copied().collect();
        if !self.detection.left.is_empty() && self.cannot_detect("auto_detect") {
            self.detection.left.clear();
        }
        self.detect_on();
    }

    fn detect_on(&mut self) {
        while let Some(measure) = self.detection.left.pop_front() {
            self.measure(measure);
            if self.detection.awaited.is_some() {
                return self.go(server::State::AutoDetect);
            }
        }
        self.license();
    }

    /// Measures in a session, which goes on without waiting for the answer.
    pub(super) fn detect_in_session(&mut self, measure: Measure) {
        if !self.cannot_detect("an auto-detect step") {
            self.measure(measure);
            self.detection.awaited = None;
        }
    }

    /// Why this client cannot be asked, as an output for the record.
    fn cannot_detect(&mut self, what: &'static str) -> bool {
        let facts = &self.core.facts;
        let because = if facts.message_channel.is_none() {
            "there is no message channel"
        } else if !facts.auto_detects {
            "the client did not announce RNS_UD_CS_SUPPORT_NETCHAR_AUTODETECT"
        } else {
            return false;
        };
        self.core.push(Output::Skipped { what, because });
        true
    }

    fn measure(&mut self, measure: Measure) {
        let connecting = self.core.stage < Stage::Active;
        let detection = &mut self.detection;
        detection.sequence_number = detection.sequence_number.wrapping_add(1);
        let sequence_number = detection.sequence_number;
        let (request_type, body) = match measure {
            Measure::Rtt if connecting => (Request::RTT_CONNECTING, RequestBody::Rtt),
            Measure::Rtt => (Request::RTT, RequestBody::Rtt),
            Measure::BandwidthStart if connecting => (Request::BANDWIDTH_START_CONNECTING, RequestBody::BandwidthStart),
            Measure::BandwidthStart => (Request::BANDWIDTH_START, RequestBody::BandwidthStart),
            Measure::BandwidthPayload(length) => {
                (Request::BANDWIDTH_PAYLOAD, RequestBody::BandwidthPayload(self.payload(length)))
            }
            Measure::BandwidthStop(length) if connecting => {
                (Request::BANDWIDTH_STOP_CONNECTING, RequestBody::BandwidthStop(Some(self.payload(length))))
            }
            Measure::BandwidthStop(_) => (Request::BANDWIDTH_STOP, RequestBody::BandwidthStop(None)),
            Measure::Characteristics(known) => (known.request_type(), RequestBody::NetworkCharacteristics(known)),
        };
        let detection = &mut self.detection;
        // A stop without a start is answered by nobody.
        detection.awaited = match measure {
            Measure::Rtt => Some(sequence_number),
            Measure::BandwidthStop(_) if detection.started => Some(sequence_number),
            _ => None,
        };
        detection.started = match measure {
            Measure::BandwidthStart => true,
            Measure::BandwidthStop(_) => false,
            _ => detection.started,
        };
        if let Some(channel) = self.core.facts.message_channel {
            let request = Request { sequence_number, request_type, body };
            self.core.send_on(channel, ChannelPdu::AutoDetectRequest(request));
        }
    }

    /// Bytes without a pattern that a compressing carrier could use.
    fn payload(&self, length: u16) -> Vec<u8> {
        let seed = self
            .config
            .auto_reconnect_random
            .iter()
            .fold(0x9e37_79b9, |seed: u32, byte| seed.rotate_left(5) ^ u32::from(*byte));
        let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        core::iter::successors(next(&seed), next).map(|state| state.to_be_bytes()[0]).take(length.into()).collect()
    }

    pub(super) fn on_auto_detect_response(&mut self, response: &Response) {
        if self.state != server::State::AutoDetect {
            return;
        }
        // The client knows the network from an earlier connection: nothing more is measured (3.3.5.14).
        let known = matches!(response.body, ResponseBody::NetworkCharacteristicsSync { .. });
        if known {
            self.detection.left.clear();
        }
        if known || self.detection.awaited == Some(response.sequence_number) {
            self.detection.awaited = None;
            self.detect_on();
        }
    }
}
