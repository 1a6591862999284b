//! Codec of Client Fast-Path Input.

use super::{Input, InputEvent, read_header, write_header};
use crate::pdu::text::count;
use crate::wire::Layer;
use crate::wire::read::{Read, end, field, le_u16, le_u32, refuse, u8};
use crate::wire::write::{Encoder, Writer};

const SCAN_CODE: u8 = 0;
const MOUSE: u8 = 1;
const EXTENDED_MOUSE: u8 = 2;
const SYNC: u8 = 3;
const UNICODE: u8 = 4;
const RELATIVE_MOUSE: u8 = 5;
const QOE_TIMESTAMP: u8 = 6;
/// Most events that `numEvents` in the header byte can count.
const IN_HEADER: usize = 15;

/// Seals a Client Fast-Path Input PDU, header included.
pub(crate) fn seal_input(input: &Input, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let number = u8::try_from(input.events.len()).unwrap_or(u8::MAX);
    let events = || input.events.iter().take(number.into());
    let in_header = (1..=IN_HEADER).contains(&number.into());
    let length: usize = events().map(InputEvent::length).sum::<usize>() + usize::from(!in_header);
    encoder.seal(Layer::FastPath, |w| {
        w.block("TS_FP_INPUT_PDU", |w| {
            let header = if in_header { number << 2 } else { 0 };
            write_header(w, "fpInputHeader", header | input.flags << 6, length);
            if !in_header {
                w.u8("numEvents", number);
            }
        });
        for event in events() {
            w.block("TS_FP_INPUT_EVENT", |w| event.write(w));
        }
    })
}

/// Reads a whole Client Fast-Path Input PDU.
pub(crate) fn read_input(i: &[u8]) -> Read<'_, Input> {
    field("TS_FP_INPUT_PDU", |i| {
        let (i, header) = read_header(i, "fpInputHeader")?;
        let (mut i, number) = match (header >> 2) & 0x0f {
            0 => field("numEvents", u8)(i)?,
            number => (i, number),
        };
        let mut events = Vec::new();
        for _ in 0..number {
            let event;
            (i, event) = field("fpInputEvents", InputEvent::read)(i)?;
            events.push(event);
        }
        field("fpInputEvents", end)(i)?;
        Ok((i, Input { flags: header >> 6, events }))
    })(i)
}

/// One short phrase about the input.
pub(crate) fn fact_input(input: &Input) -> String {
    match input.events.as_slice() {
        [event] => event.fact().to_owned(),
        events => count(events.len(), "event"),
    }
}

impl InputEvent {
    const fn length(&self) -> usize {
        match self {
            Self::Sync { .. } => 1,
            Self::ScanCode { .. } => 2,
            Self::Unicode { .. } => 3,
            Self::QoeTimestamp { .. } => 5,
            Self::Mouse { .. } | Self::ExtendedMouse { .. } | Self::RelativeMouse { .. } => 7,
        }
    }

    const fn fact(&self) -> &'static str {
        match self {
            Self::ScanCode { .. } => "key",
            Self::Mouse { .. } | Self::ExtendedMouse { .. } | Self::RelativeMouse { .. } => "mouse",
            Self::Sync { .. } => "lock keys",
            Self::Unicode { .. } => "character",
            Self::QoeTimestamp { .. } => "timestamp",
        }
    }

    fn write(&self, w: &mut Writer) {
        let header = |code: u8, flags: u8| code << 5 | flags & 0x1f;
        match *self {
            Self::ScanCode { flags, key_code } => {
                w.u8("eventHeader", header(SCAN_CODE, flags));
                w.u8("keyCode", key_code);
            }
            Self::Mouse { pointer_flags, x, y } => {
                w.u8("eventHeader", header(MOUSE, 0));
                write_mouse(w, pointer_flags, x, y);
            }
            Self::ExtendedMouse { pointer_flags, x, y } => {
                w.u8("eventHeader", header(EXTENDED_MOUSE, 0));
                write_mouse(w, pointer_flags, x, y);
            }
            Self::Sync { flags } => w.u8("eventHeader", header(SYNC, flags)),
            Self::Unicode { flags, code } => {
                w.u8("eventHeader", header(UNICODE, flags));
                w.u16_le("unicodeCode", code);
            }
            Self::RelativeMouse { pointer_flags, x_delta, y_delta } => {
                w.u8("eventHeader", header(RELATIVE_MOUSE, 0));
                w.u16_le("pointerFlags", pointer_flags);
                w.u16_le("xDelta", x_delta.cast_unsigned());
                w.u16_le("yDelta", y_delta.cast_unsigned());
            }
            Self::QoeTimestamp { timestamp } => {
                w.u8("eventHeader", header(QOE_TIMESTAMP, 0));
                w.u32_le("timestamp", timestamp);
            }
        }
    }

    fn read(at: &[u8]) -> Read<'_, Self> {
        let (i, header) = field("eventHeader", u8)(at)?;
        let flags = header & 0x1f;
        match header >> 5 {
            SCAN_CODE => {
                let (i, key_code) = field("keyCode", u8)(i)?;
                Ok((i, Self::ScanCode { flags, key_code }))
            }
            MOUSE => {
                let (i, (pointer_flags, x, y)) = read_mouse(i)?;
                Ok((i, Self::Mouse { pointer_flags, x, y }))
            }
            EXTENDED_MOUSE => {
                let (i, (pointer_flags, x, y)) = read_mouse(i)?;
                Ok((i, Self::ExtendedMouse { pointer_flags, x, y }))
            }
            SYNC => Ok((i, Self::Sync { flags })),
            UNICODE => {
                let (i, code) = field("unicodeCode", le_u16)(i)?;
                Ok((i, Self::Unicode { flags, code }))
            }
            RELATIVE_MOUSE => {
                let (i, (pointer_flags, x, y)) = read_mouse(i)?;
                Ok((i, Self::RelativeMouse { pointer_flags, x_delta: x.cast_signed(), y_delta: y.cast_signed() }))
            }
            QOE_TIMESTAMP => {
                let (i, timestamp) = field("timestamp", le_u32)(i)?;
                Ok((i, Self::QoeTimestamp { timestamp }))
            }
            // Without the event's length there is no way to the next one.
            code => field("eventHeader", |_| refuse(at, "an event code of 0 to 6", code.into()))(at),
        }
    }
}

fn write_mouse(w: &mut Writer, pointer_flags: u16, x: u16, y: u16) {
    w.u16_le("pointerFlags", pointer_flags);
    w.u16_le("xPos", x);
    w.u16_le("yPos", y);
}

fn read_mouse(i: &[u8]) -> Read<'_, (u16, u16, u16)> {
    let (i, pointer_flags) = field("pointerFlags", le_u16)(i)?;
    let (i, x) = field("xPos", le_u16)(i)?;
    let (i, y) = field("yPos", le_u16)(i)?;
    Ok((i, (pointer_flags, x, y)))
}
