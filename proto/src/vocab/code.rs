//! What every code space has in common.

use core::fmt::Debug;

/// One named value of a code space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The specification's name.
    pub name: &'static str,
    /// The number on the wire.
    pub number: u64,
    /// One sentence in our own words.
    pub sentence: &'static str,
}

/// A number from the wire that may have a name; unknown numbers stay numbers.
pub trait Code: Copy + Debug + Eq + 'static {
    /// The code space's short title, for example `RDP_NEG_FAILURE.failureCode`.
    const SPACE: &'static str;
    /// The specification and section of the table.
    const SPEC: &'static str;
    /// Every named value.
    const KNOWN: &'static [Known];

    /// The number on the wire.
    fn number(self) -> u64;

    /// The table row, where the number has one.
    fn known(self) -> Option<&'static Known> {
        let number = self.number();
        Self::KNOWN.iter().find(|known| known.number == number)
    }

    /// The specification's name, where the number has one.
    fn name(self) -> Option<&'static str> {
        self.known().map(|known| known.name)
    }
}

/// Declares a code space: a newtype over its wire integer with one constant per named value.
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis struct $ty:ident($int:ty), $space:literal, $spec:literal {
        $($name:ident = $number:literal, $sentence:literal;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $ty(pub $int);

        impl $ty {
            $(#[doc = $sentence] $vis const $name: Self = Self($number);)*

            /// The value with the specification's name.
            #[must_use]
            $vis fn from_name(name: &str) -> Option<Self> {
                match name { $(stringify!($name) => Some(Self::$name),)* _ => None }
            }
        }

        impl $crate::vocab::code::Code for $ty {
            const SPACE: &'static str = $space;
            const SPEC: &'static str = $spec;
            const KNOWN: &'static [$crate::vocab::code::Known] = &[
                $($crate::vocab::code::Known { name: stringify!($name), number: $number, sentence: $sentence },)*
            ];
            fn number(self) -> u64 { u64::from(self.0) }
        }

        /// The specification's name with the number, or the bare number where it has no name.
        impl core::fmt::Display for $ty {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match $crate::vocab::code::Code::name(*self) {
                    Some(name) => write!(f, "{name} ({:#x})", self.0),
                    None => write!(f, "{:#x} (no known name)", self.0),
                }
            }
        }
    };
}
pub(crate) use codes;
