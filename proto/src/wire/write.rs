//! Writing: bytes in wire order, each with the specification's field name.

use super::layer::{Field, Layer, Layered, Tap};

/// Writes one layer's bytes and, where wanted, remembers where each named field lies.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    fields: Option<Vec<Field>>,
    block: &'static str,
}

impl Writer {
    fn new(wants_fields: bool) -> Self {
        Self { bytes: Vec::with_capacity(256), fields: wants_fields.then(Vec::new), block: "" }
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn mark(&mut self, name: &'static str, start: usize) {
        if let Some(fields) = &mut self.fields {
            fields.push(Field { block: self.block, name, range: start..self.bytes.len() });
        }
    }

    /// Writes raw bytes as one field.
    pub fn bytes(&mut self, name: &'static str, value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.mark(name, start);
    }

    /// Writes `count` zero bytes as one field.
    pub fn zeros(&mut self, name: &'static str, count: usize) {
        let start = self.bytes.len();
        self.bytes.resize(start + count, 0);
        self.mark(name, start);
    }

    /// Writes a byte.
    pub fn u8(&mut self, name: &'static str, value: u8) {
        self.bytes(name, &[value]);
    }
    /// Writes 16 bits, little end first.
    pub fn u16_le(&mut self, name: &'static str, value: u16) {
        self.bytes(name, &value.to_le_bytes());
    }
    /// Writes 16 bits, big end first.
    pub fn u16_be(&mut self, name: &'static str, value: u16) {
        self.bytes(name, &value.to_be_bytes());
    }
    /// Writes 32 bits, little end first.
    pub fn u32_le(&mut self, name: &'static str, value: u32) {
        self.bytes(name, &value.to_le_bytes());
    }
    /// Writes 32 bits, big end first.
    pub fn u32_be(&mut self, name: &'static str, value: u32) {
        self.bytes(name, &value.to_be_bytes());
    }

    /// Names the fields written by `body` as `block.field`.
    pub fn block(&mut self, block: &'static str, body: impl FnOnce(&mut Self)) {
        let outer = core::mem::replace(&mut self.block, block);
        body(self);
        self.block = outer;
    }

    /// Overwrites bytes written before: lengths that are known only at the end.
    /// `at` comes from [`Writer::len`]; writing past the end is ignored.
    pub fn patch(&mut self, at: usize, value: &[u8]) {
        if let Some(slot) = self.bytes.get_mut(at..at + value.len()) {
            slot.copy_from_slice(value);
        }
    }

    /// Gives the span since `start` a name, for a structure that was written in parts.
    pub fn span(&mut self, name: &'static str, start: usize) {
        self.mark(name, start);
    }
}

/// Seals layers, innermost first, showing each to the tap.
pub struct Encoder<'t> {
    tap: &'t mut dyn Tap,
}

impl<'t> Encoder<'t> {
    /// An encoder that shows every sealed layer to `tap`.
    pub fn new(tap: &'t mut dyn Tap) -> Self {
        Self { tap }
    }

    /// Writes one layer, shows it to the tap, and gives its bytes to be carried further out.
    pub fn seal(&mut self, layer: Layer, body: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::new(self.tap.wants_fields());
        body(&mut writer);
        let mut sealed = Layered { layer, bytes: writer.bytes, fields: writer.fields.unwrap_or_default() };
        self.tap.tap(&mut sealed);
        sealed.bytes
    }
}
