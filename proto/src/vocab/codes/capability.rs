//! Capability set types.

use super::codes;

codes! {
    /// Type of a capability set.
    pub struct CapabilitySetType(u16), "capabilitySetType", "MS-RDPBCGR 2.2.1.13.1.1.1" {
        CAPSTYPE_GENERAL = 0x01, "platform, protocol version and general features";
        CAPSTYPE_BITMAP = 0x02, "desktop size and colour depth";
        CAPSTYPE_ORDER = 0x03, "drawing orders";
        CAPSTYPE_BITMAPCACHE = 0x04, "bitmap cache, revision 1";
        CAPSTYPE_CONTROL = 0x05, "control of the share";
        CAPSTYPE_ACTIVATION = 0x07, "window activation";
        CAPSTYPE_POINTER = 0x08, "pointer shapes and cache";
        CAPSTYPE_SHARE = 0x09, "the share's node id";
        CAPSTYPE_COLORCACHE = 0x0a, "colour table cache";
        CAPSTYPE_SOUND = 0x0c, "beeps";
        CAPSTYPE_INPUT = 0x0d, "keyboard and mouse input";
        CAPSTYPE_FONT = 0x0e, "fonts";
        CAPSTYPE_BRUSH = 0x0f, "brushes";
        CAPSTYPE_GLYPHCACHE = 0x10, "glyph cache";
        CAPSTYPE_OFFSCREENCACHE = 0x11, "offscreen bitmap cache";
        CAPSTYPE_BITMAPCACHE_HOSTSUPPORT = 0x12, "the server's support for persistent bitmap caching";
        CAPSTYPE_BITMAPCACHE_REV2 = 0x13, "bitmap cache, revision 2";
        CAPSTYPE_VIRTUALCHANNEL = 0x14, "virtual channel compression and chunk size";
        CAPSTYPE_DRAWNINEGRIDCACHE = 0x15, "nine-grid bitmap cache";
        CAPSTYPE_DRAWGDIPLUS = 0x16, "GDI+ drawing";
        CAPSTYPE_RAIL = 0x17, "remote programs";
        CAPSTYPE_WINDOW = 0x18, "the list of remote windows";
        CAPSETTYPE_COMPDESK = 0x19, "desktop composition";
        CAPSETTYPE_MULTIFRAGMENTUPDATE = 0x1a, "largest update that may arrive in fragments";
        CAPSETTYPE_LARGE_POINTER = 0x1b, "large pointers";
        CAPSETTYPE_SURFACE_COMMANDS = 0x1c, "surface commands";
        CAPSETTYPE_BITMAP_CODECS = 0x1d, "bitmap codecs";
        CAPSSETTYPE_FRAME_ACKNOWLEDGE = 0x1e, "frames that may be in flight unacknowledged";
    }
}
