//! Capabilities exchange: Demand Active, Confirm Active, Deactivate All.
//!
//! MS-RDPBCGR 2.2.1.13 and 2.2.3.1.

use super::capability::CapabilitySet;
use super::text::{count, length16};
use crate::wire::read::{Read, bytes, end, field, le_u16, le_u32};
use crate::wire::write::Writer;

/// Demand Active PDU. MS-RDPBCGR 2.2.1.13.1.1. Counts and lengths are computed from the sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct DemandActive {
    pub pdu_source: u16,
    pub share_id: u32,
    /// "RDP" and a zero byte from Windows; kept raw.
    pub source_descriptor: Vec<u8>,
    pub capability_sets: Vec<CapabilitySet>,
    /// `sessionId`, ignored by clients; absent from some servers.
    pub session_id: Option<u32>,
}

/// Confirm Active PDU. MS-RDPBCGR 2.2.1.13.2.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ConfirmActive {
    pub pdu_source: u16,
    pub share_id: u32,
    /// 0x03EA always.
    pub originator_id: u16,
    pub source_descriptor: Vec<u8>,
    pub capability_sets: Vec<CapabilitySet>,
}

/// Deactivate All PDU. MS-RDPBCGR 2.2.3.1.1. Servers may cut it after the Share Control Header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct DeactivateAll {
    /// Windows: XP cuts even this; then it is read as 0.
    pub pdu_source: u16,
    pub share_id: Option<u32>,
    pub source_descriptor: Option<Vec<u8>>,
}

impl DemandActive {
    pub(super) fn write(&self, w: &mut Writer) {
        w.u32_le("shareID", self.share_id);
        write_sets(w, &self.source_descriptor, &self.capability_sets);
        if let Some(session_id) = self.session_id {
            w.u32_le("sessionId", session_id);
        }
    }

    pub(super) fn read(i: &[u8], pdu_source: u16) -> Read<'_, Self> {
        let (i, share_id) = field("shareID", le_u32)(i)?;
        let (i, (source_descriptor, capability_sets)) = read_sets(i)?;
        let (i, session_id) = if i.is_empty() {
            (i, None)
        } else {
            let (i, session_id) = field("sessionId", le_u32)(i)?;
            (i, Some(session_id))
        };
        Ok((i, Self { pdu_source, share_id, source_descriptor, capability_sets, session_id }))
    }

    pub(super) fn fact(&self) -> String {
        sets_fact(self.share_id, &self.capability_sets)
    }
}

impl ConfirmActive {
    pub(super) fn write(&self, w: &mut Writer) {
        w.u32_le("shareID", self.share_id);
        w.u16_le("originatorID", self.originator_id);
        write_sets(w, &self.source_descriptor, &self.capability_sets);
    }

    pub(super) fn read(i: &[u8], pdu_source: u16) -> Read<'_, Self> {
        let (i, share_id) = field("shareID", le_u32)(i)?;
        let (i, originator_id) = field("originatorID", le_u16)(i)?;
        let (i, (source_descriptor, capability_sets)) = read_sets(i)?;
        Ok((i, Self { pdu_source, share_id, originator_id, source_descriptor, capability_sets }))
    }

    pub(super) fn fact(&self) -> String {
        sets_fact(self.share_id, &self.capability_sets)
    }
}

impl DeactivateAll {
    pub(super) fn write(&self, w: &mut Writer) {
        let Some(share_id) = self.share_id else { return };
        w.u32_le("shareID", share_id);
        let Some(source_descriptor) = &self.source_descriptor else { return };
        w.u16_le("lengthSourceDescriptor", length16(source_descriptor.len()));
        w.bytes("sourceDescriptor", source_descriptor);
    }

    pub(super) fn read(i: &[u8], pdu_source: u16) -> Read<'_, Self> {
        if i.is_empty() {
            return Ok((i, Self { pdu_source, share_id: None, source_descriptor: None }));
        }
        let (i, share_id) = field("shareID", le_u32)(i)?;
        if i.is_empty() {
            return Ok((i, Self { pdu_source, share_id: Some(share_id), source_descriptor: None }));
        }
        let (i, length) = field("lengthSourceDescriptor", le_u16)(i)?;
        let (i, descriptor) = field("sourceDescriptor", bytes(length.into()))(i)?;
        Ok((i, Self { pdu_source, share_id: Some(share_id), source_descriptor: Some(descriptor.to_vec()) }))
    }

    pub(super) fn fact(&self) -> String {
        self.share_id.map_or_else(|| "short form".to_owned(), |share_id| format!("share {share_id:#x}"))
    }
}

fn write_sets(w: &mut Writer, source_descriptor: &[u8], sets: &[CapabilitySet]) {
    w.u16_le("lengthSourceDescriptor", length16(source_descriptor.len()));
    let combined = w.len();
    w.u16_le("lengthCombinedCapabilities", 0);
    w.bytes("sourceDescriptor", source_descriptor);
    let start = w.len();
    w.u16_le("numberCapabilities", length16(sets.len()));
    w.zeros("pad2Octets", 2);
    for set in sets {
        set.write(w);
    }
    let length = length16(w.len() - start);
    w.patch(combined, &length.to_le_bytes());
}

fn read_sets(i: &[u8]) -> Read<'_, (Vec<u8>, Vec<CapabilitySet>)> {
    let (i, descriptor_length) = field("lengthSourceDescriptor", le_u16)(i)?;
    // Counts numberCapabilities and the pad too.
    let (i, combined_length) = field("lengthCombinedCapabilities", le_u16)(i)?;
    let (i, descriptor) = field("sourceDescriptor", bytes(descriptor_length.into()))(i)?;
    let (i, combined) = field("combinedCapabilities", bytes(combined_length.into()))(i)?;
    let (area, number) = field("numberCapabilities", le_u16)(combined)?;
    let (mut area, _) = field("pad2Octets", bytes(2))(area)?;
    let mut sets = Vec::new();
    for _ in 0..number {
        let set;
        (area, set) = field("capabilitySets", CapabilitySet::read)(area)?;
        sets.push(set);
    }
    field("capabilitySets", end)(area)?;
    Ok((i, (descriptor.to_vec(), sets)))
}

fn sets_fact(share_id: u32, sets: &[CapabilitySet]) -> String {
    let mut fact = format!("share {share_id:#x}, {}", count(sets.len(), "capability set"));
    if let Some(CapabilitySet::Bitmap(bitmap)) = sets.iter().find(|set| matches!(set, CapabilitySet::Bitmap(_))) {
        let (width, height) = (bitmap.desktop_width, bitmap.desktop_height);
        fact.push_str(&format!(", {width}x{height} at {} bpp", bitmap.preferred_bits_per_pixel));
    }
    fact
}
