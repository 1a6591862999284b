//! Choices that look random and repeat: everything comes from the seed.

/// SplitMix64 (public domain): small, and good enough for serial numbers, cookies and chaos.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// A stream of numbers for one `purpose`, so that streams do not depend on each other's length.
    #[must_use]
    pub fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a (public domain).
        let purpose = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        Self(seed ^ purpose)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            for (slot, byte) in chunk.iter_mut().zip(self.next().to_le_bytes()) {
                *slot = byte;
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_purpose_repeat_and_others_differ() {
        let draw = |seed, purpose| Seeded::new(seed, purpose).bytes::<16>();
        assert_eq!(draw(0, "serial"), draw(0, "serial"));
        assert_ne!(draw(0, "serial"), draw(1, "serial"));
        assert_ne!(draw(0, "serial"), draw(0, "cookie"));
    }
}
