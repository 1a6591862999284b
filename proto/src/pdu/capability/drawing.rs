//! Capability sets about drawing: bitmaps, orders, caches, codecs.

use super::body::{Body, set};
use crate::pdu::text::length16;
use crate::wire::read::{Read, array, bytes, field, le_u16, u8};
use crate::wire::write::Writer;

set! {
    /// Bitmap Capability Set. MS-RDPBCGR 2.2.7.1.2.
    Bitmap "TS_BITMAP_CAPABILITYSET" {
        preferred_bits_per_pixel: u16 = "preferredBitsPerPixel",
        receive_1_bit_per_pixel: u16 = "receive1BitPerPixel",
        receive_4_bits_per_pixel: u16 = "receive4BitsPerPixel",
        receive_8_bits_per_pixel: u16 = "receive8BitsPerPixel",
        desktop_width: u16 = "desktopWidth",
        desktop_height: u16 = "desktopHeight",
        pad2_octets: u16 = "pad2octets",
        desktop_resize_flag: u16 = "desktopResizeFlag",
        bitmap_compression_flag: u16 = "bitmapCompressionFlag",
        high_color_flags: u8 = "highColorFlags",
        drawing_flags: u8 = "drawingFlags",
        multiple_rectangle_support: u16 = "multipleRectangleSupport",
        pad2_octets_b: u16 = "pad2octetsB",
    }
}

set! {
    /// Order Capability Set. MS-RDPBCGR 2.2.7.1.3.
    Order "TS_ORDER_CAPABILITYSET" {
        terminal_descriptor: [u8; 16] = "terminalDescriptor",
        pad4_octets_a: u32 = "pad4octetsA",
        desktop_save_x_granularity: u16 = "desktopSaveXGranularity",
        desktop_save_y_granularity: u16 = "desktopSaveYGranularity",
        pad2_octets_a: u16 = "pad2octetsA",
        maximum_order_level: u16 = "maximumOrderLevel",
        number_fonts: u16 = "numberFonts",
        order_flags: u16 = "orderFlags",
        order_support: [u8; 32] = "orderSupport",
        text_flags: u16 = "textFlags",
        order_support_ex_flags: u16 = "orderSupportExFlags",
        pad4_octets_b: u32 = "pad4octetsB",
        desktop_save_size: u32 = "desktopSaveSize",
        pad2_octets_c: u16 = "pad2octetsC",
        pad2_octets_d: u16 = "pad2octetsD",
        text_ansi_code_page: u16 = "textANSICodePage",
        pad2_octets_e: u16 = "pad2octetsE",
    }
}

set! {
    /// Revision 1 Bitmap Cache Capability Set. MS-RDPBCGR 2.2.7.1.4.1.
    BitmapCache "TS_BITMAPCACHE_CAPABILITYSET" {
        pads: [u8; 24] = "pad1",
        cache0_entries: u16 = "Cache0Entries",
        cache0_maximum_cell_size: u16 = "Cache0MaximumCellSize",
        cache1_entries: u16 = "Cache1Entries",
        cache1_maximum_cell_size: u16 = "Cache1MaximumCellSize",
        cache2_entries: u16 = "Cache2Entries",
        cache2_maximum_cell_size: u16 = "Cache2MaximumCellSize",
    }
}

set! {
    /// Revision 2 Bitmap Cache Capability Set. MS-RDPBCGR 2.2.7.1.4.2.
    BitmapCacheRev2 "TS_BITMAPCACHE_CAPABILITYSET_REV2" {
        cache_flags: u16 = "CacheFlags",
        pad2: u8 = "pad2",
        num_cell_caches: u8 = "NumCellCaches",
        bitmap_cache0_cell_info: u32 = "BitmapCache0CellInfo",
        bitmap_cache1_cell_info: u32 = "BitmapCache1CellInfo",
        bitmap_cache2_cell_info: u32 = "BitmapCache2CellInfo",
        bitmap_cache3_cell_info: u32 = "BitmapCache3CellInfo",
        bitmap_cache4_cell_info: u32 = "BitmapCache4CellInfo",
        pad3: [u8; 12] = "Pad3",
    }
}

set! {
    /// Bitmap Cache Host Support Capability Set. MS-RDPBCGR 2.2.7.2.1.
    BitmapCacheHostSupport "TS_BITMAPCACHE_HOSTSUPPORT_CAPABILITYSET" {
        cache_version: u8 = "cacheVersion",
        pad1: u8 = "pad1",
        pad2: u16 = "pad2",
    }
}

set! {
    /// Color Table Cache Capability Set. MS-RDPEGDI 2.2.1.1.
    ColorCache "TS_COLORTABLE_CAPABILITYSET" {
        color_table_cache_size: u16 = "colorTableCacheSize",
        pad2_octets: u16 = "pad2octets",
    }
}

set! {
    /// Brush Capability Set. MS-RDPBCGR 2.2.7.1.7.
    Brush "TS_BRUSH_CAPABILITYSET" {
        brush_support_level: u32 = "brushSupportLevel",
    }
}

set! {
    /// Glyph Cache Capability Set. MS-RDPBCGR 2.2.7.1.8.
    GlyphCache "TS_GLYPHCACHE_CAPABILITYSET" {
        /// Ten definitions: entries, then largest cell size.
        glyph_cache: [u16; 20] = "GlyphCache",
        frag_cache: [u16; 2] = "FragCache",
        glyph_support_level: u16 = "GlyphSupportLevel",
        pad2_octets: u16 = "pad2octets",
    }
}

set! {
    /// Offscreen Bitmap Cache Capability Set. MS-RDPBCGR 2.2.7.1.9.
    OffscreenCache "TS_OFFSCREEN_CAPABILITYSET" {
        offscreen_support_level: u32 = "offscreenSupportLevel",
        offscreen_cache_size: u16 = "offscreenCacheSize",
        offscreen_cache_entries: u16 = "offscreenCacheEntries",
    }
}

set! {
    /// DrawNineGrid Cache Capability Set. MS-RDPEGDI 2.2.1.2.
    DrawNineGridCache "TS_DRAW_NINEGRID_CAPABILITYSET" {
        draw_nine_grid_support_level: u32 = "drawNineGridSupportLevel",
        draw_nine_grid_cache_size: u16 = "drawNineGridCacheSize",
        draw_nine_grid_cache_entries: u16 = "drawNineGridCacheEntries",
    }
}

set! {
    /// Draw GDI+ Capability Set. MS-RDPEGDI 2.2.1.3.
    DrawGdiPlus "TS_DRAW_GDIPLUS_CAPABILITYSET" {
        draw_gdiplus_support_level: u32 = "drawGDIPlusSupportLevel",
        gdip_version: u32 = "GdipVersion",
        draw_gdiplus_cache_level: u32 = "drawGdiplusCacheLevel",
        gdip_cache_entries: [u16; 5] = "GdipCacheEntries",
        gdip_cache_chunk_size: [u16; 4] = "GdipCacheChunkSize",
        gdip_image_cache_properties: [u16; 3] = "GdipImageCacheProperties",
    }
}

set! {
    /// Surface Commands Capability Set. MS-RDPBCGR 2.2.7.2.9.
    SurfaceCommands "TS_SURFCMDS_CAPABILITYSET" {
        cmd_flags: u32 = "cmdFlags",
        reserved: u32 = "reserved",
    }
}

set! {
    /// Frame Acknowledge Capability Set. MS-RDPRFX 2.2.1.3.
    FrameAcknowledge "TS_FRAME_ACKNOWLEDGE_CAPABILITYSET" {
        max_unacknowledged_frame_count: u32 = "maxUnacknowledgedFrameCount",
    }
}

/// Bitmap Codecs Capability Set. MS-RDPBCGR 2.2.7.2.10. At most 255 codecs are encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct BitmapCodecs {
    pub codecs: Vec<BitmapCodec>,
}

/// One bitmap codec, its properties kept raw. MS-RDPBCGR 2.2.7.2.10.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct BitmapCodec {
    pub codec_guid: [u8; 16],
    pub codec_id: u8,
    pub codec_properties: Vec<u8>,
}

impl Body for BitmapCodecs {
    const BLOCK: &'static str = "TS_BITMAPCODECS_CAPABILITYSET";

    fn read(i: &[u8]) -> Read<'_, Self> {
        let (mut i, count) = field("bitmapCodecCount", u8)(i)?;
        let mut codecs = Vec::new();
        for _ in 0..count {
            let codec;
            (i, codec) = field("bitmapCodecArray", BitmapCodec::read)(i)?;
            codecs.push(codec);
        }
        Ok((i, Self { codecs }))
    }

    fn write(&self, w: &mut Writer) {
        let count = u8::try_from(self.codecs.len()).unwrap_or(u8::MAX);
        w.u8("bitmapCodecCount", count);
        for codec in self.codecs.iter().take(count.into()) {
            w.block("TS_BITMAPCODEC", |w| {
                w.bytes("codecGUID", &codec.codec_guid);
                w.u8("codecID", codec.codec_id);
                w.u16_le("codecPropertiesLength", length16(codec.codec_properties.len()));
                w.bytes("codecProperties", &codec.codec_properties);
            });
        }
    }
}

impl BitmapCodec {
    fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, codec_guid) = field("codecGUID", array)(i)?;
        let (i, codec_id) = field("codecID", u8)(i)?;
        let (i, length) = field("codecPropertiesLength", le_u16)(i)?;
        let (i, codec_properties) = field("codecProperties", bytes(length.into()))(i)?;
        Ok((i, Self { codec_guid, codec_id, codec_properties: codec_properties.to_vec() }))
    }
}
