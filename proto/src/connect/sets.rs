//! The capability sets that both honest sides show.
//!
//! MS-RDPBCGR 2.2.7. No drawing orders, no caches, no codecs: bitmaps at 16 bits per pixel are all
//! that the picture needs, and the probe draws nothing.

use crate::pdu::capability::{
    Activation, Bitmap, BitmapCache, Brush, CapabilitySet, ColorCache, Control, Font, General, GlyphCache, Input,
    MultifragmentUpdate, OffscreenCache, Order, Pointer, Share, Sound, VirtualChannel,
};

use super::facts::SERVER_CHANNEL;

/// `NEGOTIATEORDERSUPPORT | ZEROBOUNDSDELTASSUPPORT | COLORINDEXSUPPORT`, which a server must see.
const ORDER_FLAGS: u16 = 0x0002 | 0x0008 | 0x0020;
/// `FASTPATH_OUTPUT_SUPPORTED | LONG_CREDENTIALS_SUPPORTED | NO_BITMAP_COMPRESSION_HDR`.
const EXTRA_FLAGS: u16 = 0x0001 | 0x0004 | 0x0400;
/// `INPUT_FLAG_SCANCODES | INPUT_FLAG_MOUSEX | INPUT_FLAG_UNICODE | INPUT_FLAG_FASTPATH_INPUT2`.
const INPUT_FLAGS: u16 = 0x0001 | 0x0004 | 0x0010 | 0x0020;

/// Demand Active's sets for a desktop of this width and height.
pub(super) fn server_sets(desktop: (u16, u16)) -> Vec<CapabilitySet> {
    vec![
        CapabilitySet::Share(Share { node_id: SERVER_CHANNEL, pad2_octets: 0xdce2 }),
        CapabilitySet::General(general()),
        // No virtual channel compression.
        CapabilitySet::VirtualChannel(VirtualChannel { flags: 0, vc_chunk_size: Some(1600) }),
        CapabilitySet::Bitmap(bitmap(desktop)),
        CapabilitySet::Font(Font { font_support_flags: Some(1), pad2_octets: Some(0) }),
        CapabilitySet::Order(order()),
        CapabilitySet::ColorCache(ColorCache { color_table_cache_size: 6, pad2_octets: 0 }),
        CapabilitySet::Pointer(pointer()),
        CapabilitySet::Input(Input { input_flags: INPUT_FLAGS, ..input() }),
        CapabilitySet::MultifragmentUpdate(MultifragmentUpdate { max_request_size: 0x0002_0000 }),
    ]
}

/// Confirm Active's sets for a desktop of this width and height.
pub(super) fn client_sets(desktop: (u16, u16)) -> Vec<CapabilitySet> {
    vec![
        CapabilitySet::General(general()),
        CapabilitySet::Bitmap(bitmap(desktop)),
        CapabilitySet::Order(order()),
        CapabilitySet::BitmapCache(BitmapCache::default()),
        CapabilitySet::Pointer(pointer()),
        CapabilitySet::Input(Input { input_flags: INPUT_FLAGS, ..input() }),
        CapabilitySet::Brush(Brush { brush_support_level: 0 }),
        CapabilitySet::GlyphCache(GlyphCache::default()),
        CapabilitySet::OffscreenCache(OffscreenCache::default()),
        CapabilitySet::VirtualChannel(VirtualChannel { flags: 0, vc_chunk_size: None }),
        CapabilitySet::Sound(Sound::default()),
        CapabilitySet::Share(Share::default()),
        CapabilitySet::Font(Font { font_support_flags: Some(1), pad2_octets: Some(0) }),
        // CONTROLPRIORITY_NEVER twice.
        CapabilitySet::Control(Control { control_interest: 2, detach_interest: 2, ..Control::default() }),
        CapabilitySet::ColorCache(ColorCache { color_table_cache_size: 6, pad2_octets: 0 }),
        CapabilitySet::Activation(Activation::default()),
        CapabilitySet::MultifragmentUpdate(MultifragmentUpdate { max_request_size: 0x0002_0000 }),
    ]
}

const fn general() -> General {
    General {
        // OSMAJORTYPE_WINDOWS, OSMINORTYPE_WINDOWS_NT: what all peers know.
        os_major_type: 1,
        os_minor_type: 3,
        protocol_version: 0x0200,
        pad2_octets_a: 0,
        general_compression_types: 0,
        extra_flags: EXTRA_FLAGS,
        update_capability_flag: 0,
        remote_unshare_flag: 0,
        general_compression_level: 0,
        refresh_rect_support: 1,
        suppress_output_support: 1,
    }
}

const fn bitmap((desktop_width, desktop_height): (u16, u16)) -> Bitmap {
    Bitmap {
        preferred_bits_per_pixel: 16,
        receive_1_bit_per_pixel: 1,
        receive_4_bits_per_pixel: 1,
        receive_8_bits_per_pixel: 1,
        desktop_width,
        desktop_height,
        pad2_octets: 0,
        desktop_resize_flag: 1,
        bitmap_compression_flag: 1,
        high_color_flags: 0,
        drawing_flags: 0,
        multiple_rectangle_support: 1,
        pad2_octets_b: 0,
    }
}

fn order() -> Order {
    Order {
        desktop_save_x_granularity: 1,
        desktop_save_y_granularity: 20,
        maximum_order_level: 1,
        order_flags: ORDER_FLAGS,
        desktop_save_size: 230_400,
        ..Order::default()
    }
}

const fn pointer() -> Pointer {
    Pointer { color_pointer_flag: 1, color_pointer_cache_size: 25, pointer_cache_size: Some(25) }
}

fn input() -> Input {
    Input { keyboard_layout: 0x0409, keyboard_type: 4, keyboard_function_key: 12, ..Input::default() }
}
