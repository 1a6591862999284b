//! Capability sets.
//!
//! MS-RDPBCGR 2.2.7. Each set: capabilitySetType u16 le, lengthCapability u16 le (header
//! included), body. The sets whose values the handshake uses are decoded; the others are
//! named and kept raw.

use crate::vocab::codes::CapabilitySetType;

/// One capability set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapabilitySet {
    /// Type 1. MS-RDPBCGR 2.2.7.1.1.
    General(General),
    /// Type 2. MS-RDPBCGR 2.2.7.1.2.
    Bitmap(Bitmap),
    // CODEC HELPER: every set of MS-RDPBCGR 2.2.7 gets a struct and a variant here.
    /// Any other type, or a known type whose body does not fit its structure.
    Unknown {
        /// `capabilitySetType`.
        set_type: CapabilitySetType,
        /// Bytes behind the 4-byte header.
        body: Vec<u8>,
    },
}

/// General Capability Set. MS-RDPBCGR 2.2.7.1.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct General {
    pub os_major_type: u16,
    pub os_minor_type: u16,
    pub protocol_version: u16,
    pub pad2_octets_a: u16,
    pub general_compression_types: u16,
    pub extra_flags: u16,
    pub update_capability_flag: u16,
    pub remote_unshare_flag: u16,
    pub general_compression_level: u16,
    pub refresh_rect_support: u8,
    pub suppress_output_support: u8,
}

/// Bitmap Capability Set. MS-RDPBCGR 2.2.7.1.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Bitmap {
    pub preferred_bits_per_pixel: u16,
    pub receive_1_bit_per_pixel: u16,
    pub receive_4_bits_per_pixel: u16,
    pub receive_8_bits_per_pixel: u16,
    pub desktop_width: u16,
    pub desktop_height: u16,
    pub pad2_octets: u16,
    pub desktop_resize_flag: u16,
    pub bitmap_compression_flag: u16,
    pub high_color_flags: u8,
    pub drawing_flags: u8,
    pub multiple_rectangle_support: u16,
    pub pad2_octets_b: u16,
}
