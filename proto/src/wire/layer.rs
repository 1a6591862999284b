//! Layers of an encoded message, and the tap through which each passes.
//!
//! A message is encoded from the inside out. Each layer is sealed on its own, shown to a [`Tap`],
//! and only then carried by the layer outside it, which computes its own lengths from what the
//! tap left. The honest path uses [`NoTap`].

use core::fmt;
use core::ops::Range;
use core::str::FromStr;

macro_rules! layers {
    ($($variant:ident $name:literal $sentence:literal,)*) => {
        /// A protocol layer of an encoded message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Layer { $(#[doc = $sentence] $variant,)* }

        impl Layer {
            /// Every layer, outermost first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in scenario files.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name,)* } }
        }
    };
}

layers! {
    CredSsp "credssp" "a CredSSP TSRequest (MS-CSSP 2.2.1), or the Early User Authorization Result: neither has a TPKT",
    Spnego "spnego" "a SPNEGO token (RFC 4178 4.2) in TSRequest.negoTokens, and all inside",
    Ntlm "ntlm" "an NTLM message (MS-NLMP 2.2.1), bare or inside SPNEGO",
    Tpkt "tpkt" "TPKT (RFC 1006 / T.123 section 8), and all inside",
    FastPath "fast-path" "a fast-path PDU (MS-RDPBCGR 2.2.9.1.2 and 2.2.8.1.2), which has no TPKT",
    X224 "x224" "an X.224 TPDU, and all inside",
    Mcs "mcs" "an MCS PDU (T.125), and all inside",
    Gcc "gcc" "the GCC Conference Create user data blocks (MS-RDPBCGR 2.2.1.3, 2.2.1.4)",
    Security "security" "the basic security header (MS-RDPBCGR 2.2.8.1.1.2), and all inside",
    Share "share" "a Share Control or Share Data PDU (MS-RDPBCGR 2.2.8.1.1.1)",
    Payload "payload" "the innermost body: Client Info, licensing, auto-detect, channel data",
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Layer {
    type Err = UnknownLayer;

    fn from_str(name: &str) -> Result<Self, UnknownLayer> {
        Self::ALL.iter().copied().find(|layer| layer.name() == name).ok_or(UnknownLayer)
    }
}

/// The name is not one of [`Layer::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a layer name")]
pub struct UnknownLayer;

/// A named field of a sealed layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The structure that holds the field, for example `TS_UD_SC_CORE`; empty at the layer's top.
    pub block: &'static str,
    /// The field in the specification's spelling.
    pub name: &'static str,
    /// Bytes from the start of the layer.
    pub range: Range<usize>,
    /// Whether the field is a number with its little end first; others count as big end first.
    pub little_endian: bool,
}

impl Field {
    /// `block.name`, or the bare name at the layer's top.
    #[must_use]
    pub fn path(&self) -> String {
        if self.block.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.block, self.name) }
    }
}

/// One sealed layer: its bytes, and where its own fields lie in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layered {
    /// Which layer this is.
    pub layer: Layer,
    /// The layer's bytes, inner layers included.
    pub bytes: Vec<u8>,
    /// The layer's own fields (not those of inner layers). Empty where the tap wants none.
    pub fields: Vec<Field>,
}

/// Sees each layer once it is sealed and before it is carried by the next one out.
pub trait Tap {
    /// Whether [`Layered::fields`] should be filled. The honest path saves the work.
    fn wants_fields(&self) -> bool {
        true
    }

    /// One sealed layer. What is left in `sealed.bytes` is what the outer layer carries.
    fn tap(&mut self, sealed: &mut Layered);
}

/// The honest tap: looks at nothing, changes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTap;

impl Tap for NoTap {
    fn wants_fields(&self) -> bool {
        false
    }

    fn tap(&mut self, _sealed: &mut Layered) {}
}
