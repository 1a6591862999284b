//! Codec of Server Fast-Path Update.

use super::{Output, Update, read_header, write_header};
use crate::pdu::text::{count, length16};
use crate::wire::Layer;
use crate::wire::read::{Read, bytes, field, le_u16, refuse, u8};
use crate::wire::write::{Encoder, Writer};

/// `FASTPATH_OUTPUT_COMPRESSION_USED`: a byte of compression flags follows.
const COMPRESSION_USED: u8 = 2;
/// Facts of this many updates are told, the others counted.
const TOLD: usize = 3;

/// Seals a Server Fast-Path Update PDU, header included.
pub(crate) fn seal_output(output: &Output, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let length = output.updates.iter().map(Update::length).sum();
    encoder.seal(Layer::FastPath, |w| {
        w.block("TS_FP_UPDATE_PDU", |w| write_header(w, "fpOutputHeader", output.flags << 6, length));
        for update in &output.updates {
            w.block("TS_FP_UPDATE", |w| update.write(w));
        }
    })
}

/// Reads a whole Server Fast-Path Update PDU.
pub(crate) fn read_output(i: &[u8]) -> Read<'_, Output> {
    field("TS_FP_UPDATE_PDU", |i| {
        let (mut i, header) = read_header(i, "fpOutputHeader")?;
        let mut updates = Vec::new();
        while !i.is_empty() {
            let update;
            (i, update) = field("fpOutputUpdates", Update::read)(i)?;
            updates.push(update);
        }
        Ok((i, Output { flags: header >> 6, updates }))
    })(i)
}

/// One short phrase about the output.
pub(crate) fn fact_output(output: &Output) -> String {
    let mut facts: Vec<String> = output.updates.iter().take(TOLD).map(Update::fact).collect();
    if let Some(more @ 1..) = output.updates.len().checked_sub(TOLD) {
        facts.push(format!("and {more} more"));
    }
    if facts.is_empty() { "no update".to_owned() } else { facts.join("; ") }
}

/// One short phrase about an update, by its code and (for bitmaps) its data.
pub(in crate::pdu) fn update_fact(code: u8, data: &[u8]) -> String {
    match code {
        0 => "orders".to_owned(),
        1 => match data.get(2..).and_then(|data| data.first_chunk()) {
            Some(number) => format!("bitmap, {}", count(u16::from_le_bytes(*number).into(), "rectangle")),
            None => "bitmap, cut short".to_owned(),
        },
        2 => "palette".to_owned(),
        3 => "synchronize".to_owned(),
        4 => "surface commands".to_owned(),
        5 => "pointer hidden".to_owned(),
        6 => "default pointer".to_owned(),
        8 => "pointer position".to_owned(),
        9 => "color pointer".to_owned(),
        10 => "cached pointer".to_owned(),
        11 => "new pointer".to_owned(),
        12 => "large pointer".to_owned(),
        other => format!("update code {other:#x}"),
    }
}

impl Update {
    fn length(&self) -> usize {
        3 + usize::from(self.compression_flags.is_some()) + self.data.len()
    }

    fn fact(&self) -> String {
        match (self.fragmentation, self.compression_flags) {
            (0, None) => update_fact(self.code, &self.data),
            (0, Some(_)) => format!("{} bytes, compressed, of update code {:#x}", self.data.len(), self.code),
            _ => format!("fragment of {} bytes of update code {:#x}", self.data.len(), self.code),
        }
    }

    fn write(&self, w: &mut Writer) {
        let compression = if self.compression_flags.is_some() { COMPRESSION_USED } else { 0 };
        w.u8("updateHeader", self.code & 0x0f | (self.fragmentation & 0x03) << 4 | compression << 6);
        if let Some(flags) = self.compression_flags {
            w.u8("compressionFlags", flags);
        }
        w.u16_le("size", length16(self.data.len()));
        w.bytes("updateData", &self.data);
    }

    fn read(at: &[u8]) -> Read<'_, Self> {
        let (i, header) = field("updateHeader", u8)(at)?;
        let (i, compression_flags) = match header >> 6 {
            0 => (i, None),
            COMPRESSION_USED => {
                let (i, flags) = field("compressionFlags", u8)(i)?;
                (i, Some(flags))
            }
            other => return field("updateHeader", |_| refuse(at, "compression 0 or 2", other.into()))(at),
        };
        let (i, size) = field("size", le_u16)(i)?;
        let (i, data) = field("updateData", bytes(size.into()))(i)?;
        let (code, fragmentation) = (header & 0x0f, (header >> 4) & 0x03);
        Ok((i, Self { code, fragmentation, compression_flags, data: data.to_vec() }))
    }
}
