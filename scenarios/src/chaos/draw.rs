//! Choices, drawn from a seeded stream.

use crate::random::Seeded;

/// A stream of choices.
#[derive(Debug)]
pub(super) struct Draw(Seeded);

impl Draw {
    pub(super) const fn new(seeded: Seeded) -> Self {
        Self(seeded)
    }

    /// From 0, less than `end`; 0 where that is nothing.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0.next() % end).unwrap_or_default()
    }

    /// Between these, both included.
    pub(super) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    pub(super) const fn number(&mut self) -> u64 {
        self.0.next()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        core::iter::repeat_with(|| self.number().to_be_bytes()).flatten().take(count).collect()
    }
}
