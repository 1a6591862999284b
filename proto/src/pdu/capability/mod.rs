//! Capability sets.
//!
//! MS-RDPBCGR 2.2.7. Each set: capabilitySetType u16 le, lengthCapability u16 le (header
//! included), body. A body that does not fit its structure is kept raw, never lost.

mod body;
mod drawing;
mod session;

pub use drawing::{
    Bitmap, BitmapCache, BitmapCacheHostSupport, BitmapCacheRev2, BitmapCodec, BitmapCodecs, Brush, ColorCache,
    DrawGdiPlus, DrawNineGridCache, FrameAcknowledge, GlyphCache, OffscreenCache, Order, SurfaceCommands,
};
pub use session::{
    Activation, Control, DesktopComposition, Font, General, Input, LargePointer, MultifragmentUpdate, Pointer, Rail,
    Share, Sound, VirtualChannel, WindowList,
};

use body::Body;

use super::text::length16;
use crate::vocab::codes::CapabilitySetType;
use crate::wire::read::{Read, bytes, field, le_u16, refuse};
use crate::wire::write::Writer;

macro_rules! capability_sets {
    ($($variant:ident $code:ident,)*) => {
        /// One capability set.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is the struct that it holds")]
        pub enum CapabilitySet {
            $($variant($variant),)*
            /// Any other type, or a known type whose body does not fit its structure.
            Unknown {
                /// `capabilitySetType`.
                set_type: CapabilitySetType,
                /// Bytes behind the 4-byte header.
                body: Vec<u8>,
            },
        }

        impl CapabilitySet {
            /// `capabilitySetType`.
            #[must_use]
            pub const fn set_type(&self) -> CapabilitySetType {
                match self {
                    $(Self::$variant(_) => CapabilitySetType::$code,)*
                    Self::Unknown { set_type, .. } => *set_type,
                }
            }

            const fn block(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => <$variant as Body>::BLOCK,)*
                    Self::Unknown { .. } => "TS_CAPS_SET",
                }
            }

            fn write_body(&self, w: &mut Writer) {
                match self {
                    $(Self::$variant(body) => body.write(w),)*
                    Self::Unknown { body, .. } => w.bytes("capabilityData", body),
                }
            }

            fn from_body(set_type: CapabilitySetType, body: &[u8]) -> Self {
                let known = match set_type {
                    $(CapabilitySetType::$code => $variant::whole(body).map(Self::$variant),)*
                    _ => None,
                };
                known.unwrap_or_else(|| Self::Unknown { set_type, body: body.to_vec() })
            }
        }
    };
}

capability_sets! {
    General CAPSTYPE_GENERAL,
    Bitmap CAPSTYPE_BITMAP,
    Order CAPSTYPE_ORDER,
    BitmapCache CAPSTYPE_BITMAPCACHE,
    Control CAPSTYPE_CONTROL,
    Activation CAPSTYPE_ACTIVATION,
    Pointer CAPSTYPE_POINTER,
    Share CAPSTYPE_SHARE,
    ColorCache CAPSTYPE_COLORCACHE,
    Sound CAPSTYPE_SOUND,
    Input CAPSTYPE_INPUT,
    Font CAPSTYPE_FONT,
    Brush CAPSTYPE_BRUSH,
    GlyphCache CAPSTYPE_GLYPHCACHE,
    OffscreenCache CAPSTYPE_OFFSCREENCACHE,
    BitmapCacheHostSupport CAPSTYPE_BITMAPCACHE_HOSTSUPPORT,
    BitmapCacheRev2 CAPSTYPE_BITMAPCACHE_REV2,
    VirtualChannel CAPSTYPE_VIRTUALCHANNEL,
    DrawNineGridCache CAPSTYPE_DRAWNINEGRIDCACHE,
    DrawGdiPlus CAPSTYPE_DRAWGDIPLUS,
    Rail CAPSTYPE_RAIL,
    WindowList CAPSTYPE_WINDOW,
    DesktopComposition CAPSETTYPE_COMPDESK,
    MultifragmentUpdate CAPSETTYPE_MULTIFRAGMENTUPDATE,
    LargePointer CAPSETTYPE_LARGE_POINTER,
    SurfaceCommands CAPSETTYPE_SURFACE_COMMANDS,
    BitmapCodecs CAPSETTYPE_BITMAP_CODECS,
    FrameAcknowledge CAPSSETTYPE_FRAME_ACKNOWLEDGE,
}

/// Bytes of `capabilitySetType` and `lengthCapability`.
const HEADER: usize = 4;

impl CapabilitySet {
    pub(super) fn write(&self, w: &mut Writer) {
        w.block(self.block(), |w| {
            let start = w.len();
            w.u16_le("capabilitySetType", self.set_type().0);
            w.u16_le("lengthCapability", 0);
            self.write_body(w);
            let length = length16(w.len() - start);
            w.patch(start + 2, &length.to_le_bytes());
        });
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, set_type) = field("capabilitySetType", le_u16)(i)?;
        let (i, length) = field("lengthCapability", |at| {
            let (i, length) = le_u16(at)?;
            match usize::from(length).checked_sub(HEADER) {
                Some(length) => Ok((i, length)),
                None => refuse(at, "4 or more", length.into()),
            }
        })(i)?;
        let (i, body) = field("capabilityData", bytes(length))(i)?;
        Ok((i, Self::from_body(CapabilitySetType(set_type), body)))
    }
}
