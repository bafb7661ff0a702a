//! The places of the secrets in a text, while they are looked for; and the one gate by which they get there.

use std::ops::Range;

use super::values;
use crate::base::limits;

/// What stands in a text where a secret was.
pub const REDACTED: &str = "[redacted]";

/// The spans of a text. Nothing gets in but by [`Spans::push`] and [`Spans::push_shape`].
pub(super) struct Spans<'t> {
    pub(super) text: &'t str,
    ranges: Vec<Range<usize>>,
}

impl<'t> Spans<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, ranges: Vec::new() }
    }

    /// Takes what stands where a secret does, if it is written as one.
    pub(super) fn push(&mut self, range: Range<usize>) {
        let value = self.text.get(range.clone()).unwrap_or_default();
        if values::is_password(value) && !values::is_harmless(value) && !self.is_hidden(&range) {
            self.ranges.push(range);
        }
    }

    /// Whether it is what stands there since it was hidden before.
    fn is_hidden(&self, range: &Range<usize>) -> bool {
        let around = range.start.checked_sub(1).and_then(|start| self.text.get(start..range.end + 1));
        around == Some(REDACTED)
    }

    /// Takes the words of a wallet.
    pub(super) fn push_phrase(&mut self, range: Range<usize>) {
        if self.text.get(range.clone()).is_some_and(values::is_phrase) {
            self.ranges.push(range);
        }
    }

    /// Takes what has an issuer's shape, which holds nothing that a shell acts on.
    pub(super) fn push_shape(&mut self, range: Range<usize>) {
        if range.len() <= limits::SECRET_BYTES {
            self.ranges.push(range);
        }
    }

    pub(super) fn merged(mut self) -> Vec<Range<usize>> {
        self.ranges.sort_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in self.ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }
}
