//! Capability sets about the session: general, input, pointer, sound, channels, windows.

use super::body::set;

set! {
    /// General Capability Set. MS-RDPBCGR 2.2.7.1.1.
    General "TS_GENERAL_CAPABILITYSET" {
        os_major_type: u16 = "osMajorType",
        os_minor_type: u16 = "osMinorType",
        protocol_version: u16 = "protocolVersion",
        pad2_octets_a: u16 = "pad2octetsA",
        general_compression_types: u16 = "compressionTypes",
        extra_flags: u16 = "extraFlags",
        update_capability_flag: u16 = "updateCapabilityFlag",
        remote_unshare_flag: u16 = "remoteUnshareFlag",
        general_compression_level: u16 = "compressionLevel",
        refresh_rect_support: u8 = "refreshRectSupport",
        suppress_output_support: u8 = "suppressOutputSupport",
    }
}

set! {
    /// Control Capability Set. MS-RDPBCGR 2.2.7.2.2.
    Control "TS_CONTROL_CAPABILITYSET" {
        control_flags: u16 = "controlFlags",
        remote_detach_flag: u16 = "remoteDetachFlag",
        control_interest: u16 = "controlInterest",
        detach_interest: u16 = "detachInterest",
    }
}

set! {
    /// Window Activation Capability Set. MS-RDPBCGR 2.2.7.2.3.
    Activation "TS_WINDOWACTIVATION_CAPABILITYSET" {
        help_key_flag: u16 = "helpKeyFlag",
        help_key_index_flag: u16 = "helpKeyIndexFlag",
        help_extended_key_flag: u16 = "helpExtendedKeyFlag",
        window_manager_key_flag: u16 = "windowManagerKeyFlag",
    }
}

set! {
    /// Pointer Capability Set. MS-RDPBCGR 2.2.7.1.5.
    Pointer "TS_POINTER_CAPABILITYSET" {
        color_pointer_flag: u16 = "colorPointerFlag",
        color_pointer_cache_size: u16 = "colorPointerCacheSize",
        pointer_cache_size: Option<u16> = "pointerCacheSize",
    }
}

set! {
    /// Share Capability Set. MS-RDPBCGR 2.2.7.2.4.
    Share "TS_SHARE_CAPABILITYSET" {
        node_id: u16 = "nodeID",
        pad2_octets: u16 = "pad2octets",
    }
}

set! {
    /// Sound Capability Set. MS-RDPBCGR 2.2.7.1.11.
    Sound "TS_SOUND_CAPABILITYSET" {
        sound_flags: u16 = "soundFlags",
        pad2_octets_a: u16 = "pad2octetsA",
    }
}

set! {
    /// Input Capability Set. MS-RDPBCGR 2.2.7.1.6.
    Input "TS_INPUT_CAPABILITYSET" {
        input_flags: u16 = "inputFlags",
        pad2_octets_a: u16 = "pad2octetsA",
        keyboard_layout: u32 = "keyboardLayout",
        keyboard_type: u32 = "keyboardType",
        keyboard_sub_type: u32 = "keyboardSubType",
        keyboard_function_key: u32 = "keyboardFunctionKey",
        /// UTF-16 units.
        ime_file_name: [u16; 32] = "imeFileName",
    }
}

set! {
    /// Font Capability Set. MS-RDPBCGR 2.2.7.2.5. Some servers send its header alone.
    Font "TS_FONT_CAPABILITYSET" {
        font_support_flags: Option<u16> = "fontSupportFlags",
        pad2_octets: Option<u16> = "pad2octets",
    }
}

set! {
    /// Virtual Channel Capability Set. MS-RDPBCGR 2.2.7.1.10.
    VirtualChannel "TS_VIRTUALCHANNEL_CAPABILITYSET" {
        flags: u32 = "flags",
        vc_chunk_size: Option<u32> = "VCChunkSize",
    }
}

set! {
    /// Remote Programs Capability Set. MS-RDPERP 2.2.1.1.1.
    Rail "TS_RAIL_CAPABILITYSET" {
        rail_support_level: u32 = "RailSupportLevel",
    }
}

set! {
    /// Window List Capability Set. MS-RDPERP 2.2.1.1.2.
    WindowList "TS_WINDOW_CAPABILITYSET" {
        wnd_support_level: u32 = "WndSupportLevel",
        num_icon_caches: u8 = "NumIconCaches",
        num_icon_cache_entries: u16 = "NumIconCacheEntries",
    }
}

set! {
    /// Desktop Composition Capability Set. MS-RDPBCGR 2.2.7.2.8.
    DesktopComposition "TS_COMPDESK_CAPABILITYSET" {
        comp_desk_support_level: u16 = "CompDeskSupportLevel",
    }
}

set! {
    /// Multifragment Update Capability Set. MS-RDPBCGR 2.2.7.2.6.
    MultifragmentUpdate "TS_MULTIFRAGMENTUPDATE_CAPABILITYSET" {
        max_request_size: u32 = "MaxRequestSize",
    }
}

set! {
    /// Large Pointer Capability Set. MS-RDPBCGR 2.2.7.2.7.
    LargePointer "TS_LARGE_POINTER_CAPABILITYSET" {
        large_pointer_support_flags: u16 = "largePointerSupportFlags",
    }
}
