//! Specimens of every capability set.

use crate::pdu::capability::{
    Activation, Bitmap, BitmapCache, BitmapCacheHostSupport, BitmapCacheRev2, BitmapCodec, BitmapCodecs, Brush,
    CapabilitySet, ColorCache, Control, DesktopComposition, DrawGdiPlus, DrawNineGridCache, Font, FrameAcknowledge,
    General, GlyphCache, Input, LargePointer, MultifragmentUpdate, OffscreenCache, Order, Pointer, Rail, Share, Sound,
    SurfaceCommands, VirtualChannel, WindowList,
};
use crate::vocab::codes::CapabilitySetType;

/// One capability set of every type, and one of a type that has no structure.
pub(super) fn sets() -> Vec<CapabilitySet> {
    let mut sets = session_sets();
    sets.extend(drawing_sets());
    sets.push(CapabilitySet::Unknown { set_type: CapabilitySetType(0x7f), body: vec![1, 2, 3, 4] });
    sets
}

fn session_sets() -> Vec<CapabilitySet> {
    let mut ime_file_name = [0; 32];
    for (slot, unit) in ime_file_name.iter_mut().zip("ime.dll".encode_utf16()) {
        *slot = unit;
    }
    vec![
        CapabilitySet::General(General {
            os_major_type: 1,
            os_minor_type: 3,
            protocol_version: 0x0200,
            extra_flags: 0x041d,
            refresh_rect_support: 1,
            suppress_output_support: 1,
            ..General::default()
        }),
        CapabilitySet::Control(Control { control_interest: 2, detach_interest: 2, ..Control::default() }),
        CapabilitySet::Activation(Activation::default()),
        CapabilitySet::Pointer(Pointer {
            color_pointer_flag: 1,
            color_pointer_cache_size: 20,
            pointer_cache_size: Some(21),
        }),
        CapabilitySet::Share(Share { node_id: 0x03ea, pad2_octets: 0 }),
        CapabilitySet::Sound(Sound { sound_flags: 1, pad2_octets_a: 0 }),
        CapabilitySet::Input(Input {
            input_flags: 0x0035,
            keyboard_layout: 0x0409,
            keyboard_type: 4,
            keyboard_function_key: 12,
            ime_file_name,
            ..Input::default()
        }),
        CapabilitySet::Font(Font { font_support_flags: Some(1), pad2_octets: Some(0) }),
        CapabilitySet::VirtualChannel(VirtualChannel { flags: 1, vc_chunk_size: Some(1600) }),
        CapabilitySet::Rail(Rail { rail_support_level: 3 }),
        CapabilitySet::WindowList(WindowList { wnd_support_level: 2, num_icon_caches: 3, num_icon_cache_entries: 12 }),
        CapabilitySet::DesktopComposition(DesktopComposition { comp_desk_support_level: 1 }),
        CapabilitySet::MultifragmentUpdate(MultifragmentUpdate { max_request_size: 0x0004_0000 }),
        CapabilitySet::LargePointer(LargePointer { large_pointer_support_flags: 1 }),
    ]
}

fn drawing_sets() -> Vec<CapabilitySet> {
    let mut glyph_cache = [0; 20];
    for (slot, index) in glyph_cache.iter_mut().zip(0u16..) {
        *slot = if index.is_multiple_of(2) { 254 } else { 4 << (index / 4) };
    }
    vec![
        CapabilitySet::Bitmap(Bitmap {
            preferred_bits_per_pixel: 16,
            receive_1_bit_per_pixel: 1,
            receive_4_bits_per_pixel: 1,
            receive_8_bits_per_pixel: 1,
            desktop_width: 1024,
            desktop_height: 768,
            desktop_resize_flag: 1,
            bitmap_compression_flag: 1,
            drawing_flags: 8,
            multiple_rectangle_support: 1,
            ..Bitmap::default()
        }),
        CapabilitySet::Order(Order {
            desktop_save_x_granularity: 1,
            desktop_save_y_granularity: 20,
            maximum_order_level: 1,
            order_flags: 0x0022,
            order_support: [1; 32],
            text_flags: 0x06a1,
            order_support_ex_flags: 2,
            pad4_octets_b: 0x000f_4240,
            desktop_save_size: 0x000f_4240,
            pad2_octets_c: 1,
            ..Order::default()
        }),
        CapabilitySet::BitmapCache(BitmapCache {
            cache0_entries: 200,
            cache0_maximum_cell_size: 512,
            cache1_entries: 600,
            cache1_maximum_cell_size: 2048,
            cache2_entries: 1000,
            cache2_maximum_cell_size: 8192,
            ..BitmapCache::default()
        }),
        CapabilitySet::BitmapCacheRev2(BitmapCacheRev2 {
            cache_flags: 3,
            num_cell_caches: 3,
            bitmap_cache0_cell_info: 0x78,
            bitmap_cache1_cell_info: 0x78,
            bitmap_cache2_cell_info: 0x8000_09fb,
            ..BitmapCacheRev2::default()
        }),
        CapabilitySet::BitmapCacheHostSupport(BitmapCacheHostSupport { cache_version: 1, pad1: 0, pad2: 0 }),
        CapabilitySet::ColorCache(ColorCache { color_table_cache_size: 6, pad2_octets: 0 }),
        CapabilitySet::Brush(Brush { brush_support_level: 1 }),
        CapabilitySet::GlyphCache(GlyphCache {
            glyph_cache,
            frag_cache: [256, 256],
            glyph_support_level: 3,
            pad2_octets: 0,
        }),
        CapabilitySet::OffscreenCache(OffscreenCache {
            offscreen_support_level: 1,
            offscreen_cache_size: 7680,
            offscreen_cache_entries: 100,
        }),
        CapabilitySet::DrawNineGridCache(DrawNineGridCache {
            draw_nine_grid_support_level: 2,
            draw_nine_grid_cache_size: 2560,
            draw_nine_grid_cache_entries: 256,
        }),
        CapabilitySet::DrawGdiPlus(DrawGdiPlus {
            draw_gdiplus_support_level: 1,
            gdip_cache_entries: [10, 5, 10, 2, 2],
            gdip_cache_chunk_size: [512, 2048, 1024, 64],
            gdip_image_cache_properties: [4096, 256, 128],
            ..DrawGdiPlus::default()
        }),
        CapabilitySet::SurfaceCommands(SurfaceCommands { cmd_flags: 0x52, reserved: 0 }),
        CapabilitySet::BitmapCodecs(BitmapCodecs {
            codecs: vec![BitmapCodec {
                // NSCodec.
                codec_guid: [
                    0xb9, 0x1b, 0x8d, 0xca, 0x0f, 0x00, 0x4f, 0x15, 0x58, 0x9f, 0xae, 0x2d, 0x1a, 0x87, 0xe2, 0xd6,
                ],
                codec_id: 1,
                codec_properties: vec![1, 1, 3],
            }],
        }),
        CapabilitySet::FrameAcknowledge(FrameAcknowledge { max_unacknowledged_frame_count: 2 }),
    ]
}
