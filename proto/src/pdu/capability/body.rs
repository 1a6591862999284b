//! What the body of a capability set is made of.

use crate::wire::read::{self, Read};
use crate::wire::write::Writer;

/// The body of a capability set, behind its type and length.
pub(super) trait Body: Sized {
    /// The structure's name in the specification.
    const BLOCK: &'static str;

    /// Reads the body's fields in wire order.
    fn read(i: &[u8]) -> Read<'_, Self>;

    /// Writes the body's fields in wire order.
    fn write(&self, w: &mut Writer);

    /// The body, if `bytes` hold exactly one.
    fn whole(bytes: &[u8]) -> Option<Self> {
        Self::read(bytes).ok().filter(|(left, _)| left.is_empty()).map(|(_, body)| body)
    }
}

/// A field of fixed size. An `Option` of one is a field that short forms leave out at the end.
pub(super) trait Plain: Sized {
    fn read(i: &[u8]) -> Read<'_, Self>;
    fn write(&self, w: &mut Writer, name: &'static str);
}

macro_rules! plain_numbers {
    ($($ty:ty: $read:path, $write:ident;)*) => { $(
        impl Plain for $ty {
            fn read(i: &[u8]) -> Read<'_, Self> {
                $read(i)
            }

            fn write(&self, w: &mut Writer, name: &'static str) {
                w.$write(name, *self);
            }
        }
    )* };
}

plain_numbers! {
    u8: read::u8, u8;
    u16: read::le_u16, u16_le;
    u32: read::le_u32, u32_le;
}

impl<const N: usize> Plain for [u8; N] {
    fn read(i: &[u8]) -> Read<'_, Self> {
        read::array(i)
    }

    fn write(&self, w: &mut Writer, name: &'static str) {
        w.bytes(name, self);
    }
}

impl<const N: usize> Plain for [u16; N] {
    fn read(mut i: &[u8]) -> Read<'_, Self> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            (i, *number) = read::le_u16(i)?;
        }
        Ok((i, numbers))
    }

    fn write(&self, w: &mut Writer, name: &'static str) {
        let bytes: Vec<u8> = self.iter().flat_map(|number| number.to_le_bytes()).collect();
        w.bytes(name, &bytes);
    }
}

impl<T: Plain> Plain for Option<T> {
    fn read(i: &[u8]) -> Read<'_, Self> {
        if i.is_empty() {
            return Ok((i, None));
        }
        let (i, value) = T::read(i)?;
        Ok((i, Some(value)))
    }

    fn write(&self, w: &mut Writer, name: &'static str) {
        if let Some(value) = self {
            value.write(w, name);
        }
    }
}

/// Declares a capability set of fixed-size fields: the structure and its [`Body`].
macro_rules! set {
    ($(#[$meta:meta])* $name:ident $block:literal {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty = $spec:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the specification's fields in wire order")]
        pub struct $name { $($(#[$field_meta])* pub $field: $ty,)* }

        impl $crate::pdu::capability::body::Body for $name {
            const BLOCK: &'static str = $block;

            fn read(i: &[u8]) -> $crate::wire::read::Read<'_, Self> {
                use $crate::pdu::capability::body::Plain;
                $(let (i, $field) = $crate::wire::read::field($spec, <$ty as Plain>::read)(i)?;)*
                Ok((i, Self { $($field,)* }))
            }

            fn write(&self, w: &mut $crate::wire::write::Writer) {
                use $crate::pdu::capability::body::Plain;
                $(self.$field.write(w, $spec);)*
            }
        }
    };
}
pub(super) use set;
