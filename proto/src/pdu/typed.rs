//! Keys typed into a session: they may spell a password, so transcripts keep that they were, not which.
//!
//! MS-RDPBCGR 2.2.8.1.1.3.1.1 (slow-path events) and 2.2.8.1.2.2 (fast-path events).

use core::ops::Range;

use super::fast_path::{Input, InputEvent};

/// `numEvents` and a pad in front of slow-path events.
const SLOW_PATH_HEADER: usize = 4;
/// One slow-path event: eventTime u32, messageType u16, six bytes of data.
const SLOW_PATH_EVENT: usize = 12;
/// `INPUT_EVENT_SCANCODE` and `INPUT_EVENT_UNICODE`; their key stands behind 16 bits of flags.
const SLOW_PATH_KEYS: [u16; 2] = [0x0004, 0x0005];

/// Where keys lie in the body of a slow-path Input Event PDU.
pub(super) fn slow_path(body: &[u8]) -> Vec<Range<usize>> {
    (SLOW_PATH_HEADER..body.len())
        .step_by(SLOW_PATH_EVENT)
        .filter(|start| match body.get(start + 4..start + 6) {
            Some(&[low, high]) => SLOW_PATH_KEYS.contains(&u16::from_le_bytes([low, high])),
            _ => false,
        })
        .map(|start| (start + 8).min(body.len())..(start + 10).min(body.len()))
        .collect()
}

/// Where keys lie in the frame of a fast-path Input PDU: the events are its tail.
pub(super) fn fast_path(input: &Input, frame: &[u8]) -> Vec<Range<usize>> {
    let mut at = frame.len().saturating_sub(input.events.iter().map(length).sum());
    let mut found = Vec::new();
    for event in &input.events {
        let end = at + length(event);
        if matches!(event, InputEvent::ScanCode { .. } | InputEvent::Unicode { .. }) {
            found.push(at + 1..end);
        }
        at = end;
    }
    found
}

/// Bytes of one fast-path event, its header included.
const fn length(event: &InputEvent) -> usize {
    match event {
        InputEvent::Sync { .. } => 1,
        InputEvent::ScanCode { .. } => 2,
        InputEvent::Unicode { .. } => 3,
        InputEvent::QoeTimestamp { .. } => 5,
        InputEvent::Mouse { .. } | InputEvent::ExtendedMouse { .. } | InputEvent::RelativeMouse { .. } => 7,
    }
}

/// Replaces every key by `*`.
pub(super) fn redact(input: &mut Input) {
    for event in &mut input.events {
        match event {
            InputEvent::ScanCode { key_code, .. } => *key_code = b'*',
            InputEvent::Unicode { code, .. } => *code = u16::from(b'*'),
            _ => {}
        }
    }
}
