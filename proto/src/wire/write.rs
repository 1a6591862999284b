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
    fn new(wants_fields: bool, bytes: Vec<u8>) -> Self {
        Self { bytes, fields: wants_fields.then(Vec::new), block: "" }
    }

    /// Bytes written so far.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    #[inline]
    fn mark(&mut self, name: &'static str, start: usize, little_endian: bool) {
        if let Some(fields) = &mut self.fields {
            fields.push(Field { block: self.block, name, range: start..self.bytes.len(), little_endian });
        }
    }

    #[inline]
    fn put(&mut self, name: &'static str, value: &[u8], little_endian: bool) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.mark(name, start, little_endian);
    }

    /// Writes raw bytes as one field.
    #[inline]
    pub fn bytes(&mut self, name: &'static str, value: &[u8]) {
        self.put(name, value, false);
    }

    /// Writes the sealed layer that this one carries. It is no field of this layer.
    #[inline]
    pub fn carry(&mut self, inner: &[u8]) {
        self.bytes.extend_from_slice(inner);
    }

    /// Writes `count` zero bytes as one field.
    pub fn zeros(&mut self, name: &'static str, count: usize) {
        let start = self.bytes.len();
        self.bytes.resize(start + count, 0);
        self.mark(name, start, false);
    }

    /// Writes a byte.
    #[inline]
    pub fn u8(&mut self, name: &'static str, value: u8) {
        self.put(name, &[value], false);
    }
    /// Writes 16 bits, little end first.
    #[inline]
    pub fn u16_le(&mut self, name: &'static str, value: u16) {
        self.put(name, &value.to_le_bytes(), true);
    }
    /// Writes 16 bits, big end first.
    #[inline]
    pub fn u16_be(&mut self, name: &'static str, value: u16) {
        self.put(name, &value.to_be_bytes(), false);
    }
    /// Writes 32 bits, little end first.
    #[inline]
    pub fn u32_le(&mut self, name: &'static str, value: u32) {
        self.put(name, &value.to_le_bytes(), true);
    }
    /// Writes 32 bits, big end first.
    #[inline]
    pub fn u32_be(&mut self, name: &'static str, value: u32) {
        self.put(name, &value.to_be_bytes(), false);
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

    /// Whether anybody wants to know where fields lie.
    #[must_use]
    pub const fn keeps_fields(&self) -> bool {
        self.fields.is_some()
    }

    /// Names a field among bytes that were carried as they came; one that does not lie in them is ignored.
    pub fn name(&mut self, field: Field) {
        if let Some(fields) = self.fields.as_mut().filter(|_| field.range.end <= self.bytes.len()) {
            fields.push(field);
        }
    }

    /// Gives the span since `start` a name, for a structure that was written in parts.
    pub fn span(&mut self, name: &'static str, start: usize) {
        self.mark(name, start, false);
    }

    /// Writes `body`, then puts a prefix in front of it that depends on the body's length.
    /// Fields marked by `body` move along. The prefix is one field.
    pub fn prefixed(&mut self, name: &'static str, prefix: impl FnOnce(usize) -> Prefix, body: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        let first = self.fields.as_ref().map_or(0, Vec::len);
        body(self);
        let prefix = prefix(self.bytes.len() - start);
        self.bytes.splice(start..start, prefix.as_slice().iter().copied());
        let shift = prefix.as_slice().len();
        if let Some(fields) = &mut self.fields {
            for field in fields.iter_mut().skip(first) {
                field.range = field.range.start + shift..field.range.end + shift;
            }
            let range = start..start + shift;
            fields.insert(first, Field { block: self.block, name, range, little_endian: false });
        }
    }
}

/// A few bytes in front of a body whose length they tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prefix {
    bytes: [u8; 8],
    len: usize,
}

impl Prefix {
    /// Adds bytes; past the eighth they are dropped.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        for (slot, byte) in self.bytes.iter_mut().skip(self.len).zip(bytes) {
            *slot = *byte;
            self.len += 1;
        }
        self
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Seals layers, innermost first, showing each to the tap.
pub struct Encoder<'t> {
    tap: &'t mut dyn Tap,
    /// A buffer for the next layer.
    spare: Vec<u8>,
}

impl<'t> Encoder<'t> {
    /// An encoder that shows every sealed layer to `tap`.
    pub fn new(tap: &'t mut dyn Tap) -> Self {
        Self { tap, spare: Vec::new() }
    }

    /// Writes one layer, shows it to the tap, and gives its bytes to be carried further out.
    pub fn seal(&mut self, layer: Layer, body: impl FnOnce(&mut Writer)) -> Vec<u8> {
        self.seal_sized(layer, 256, body)
    }

    /// [`Encoder::seal`] for a layer that carries `inner`, so that its buffer need not grow.
    pub fn seal_around(&mut self, layer: Layer, inner: &[u8], body: impl FnOnce(&mut Writer)) -> Vec<u8> {
        // Carriers' own headers are short; MCS Connect with its parameters is the longest.
        self.seal_sized(layer, inner.len() + 128, body)
    }

    /// Takes back the bytes of a layer that is carried by now: the next layer is written into their buffer.
    pub fn reuse(&mut self, carried: Vec<u8>) {
        self.spare = carried;
    }

    fn seal_sized(&mut self, layer: Layer, capacity: usize, body: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut buffer = core::mem::take(&mut self.spare);
        buffer.clear();
        buffer.reserve(capacity);
        let mut writer = Writer::new(self.tap.wants_fields(), buffer);
        body(&mut writer);
        let mut sealed = Layered { layer, bytes: writer.bytes, fields: writer.fields.unwrap_or_default() };
        self.tap.tap(&mut sealed);
        sealed.bytes
    }
}
