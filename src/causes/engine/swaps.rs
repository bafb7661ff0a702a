//! The values of build arguments that differ, found in texts: made once for a layer, since there may be thousands.
//!
//! A value counts where it stands free. Texts that would take more than so many steps a byte are not looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::explanation::Explanation;
use crate::compare::config::Difference;

/// Bytes of a value that stands in many places by chance.
const SHORT: usize = 2;

/// Steps that a search may take for each byte of its text.
const STEPS: usize = 64;

/// Build arguments with a value on both sides.
#[derive(Debug, Default)]
pub(crate) struct Swaps {
    names: Vec<String>,
    olds: Values,
    news: Values,
    /// The first argument of an old and a new value, by their numbers.
    pairs: BTreeMap<(usize, usize), usize>,
    /// The first argument of an old and of a new value: its number, and that of its other value.
    of_old: BTreeMap<usize, (usize, usize)>,
    of_new: BTreeMap<usize, (usize, usize)>,
}

/// Different values, sorted.
#[derive(Debug, Default)]
struct Values(Vec<Vec<u8>>);

/// An argument with its old and its new value.
type Hit<'s> = (&'s str, &'s [u8], &'s [u8]);

/// Which side's values are put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// The old ones.
    Old,
    /// The new ones.
    New,
}

impl Swaps {
    /// Of the arguments that differ.
    pub(crate) fn of(args: &[Difference]) -> Self {
        let both = |arg: &&Difference| {
            let (old, new) = (arg.expected.as_deref()?, arg.found.as_deref()?);
            (!old.is_empty() && !new.is_empty() && old != new).then_some(())
        };
        let mut args: Vec<&Difference> = args.iter().filter(|arg| both(arg).is_some()).collect();
        let value = |value: &Option<String>| value.as_deref().unwrap_or_default().as_bytes().to_vec();
        // Of several with one value the one with the longest new one comes first.
        args.sort_by_key(|arg| std::cmp::Reverse(value(&arg.found).len()));
        let mut swaps = Self {
            names: args.iter().map(|arg| arg.field.clone()).collect(),
            olds: Values::of(args.iter().map(|arg| value(&arg.expected))),
            news: Values::of(args.iter().map(|arg| value(&arg.found))),
            ..Self::default()
        };
        for (at, arg) in args.iter().enumerate() {
            let numbers = (swaps.olds.number(&value(&arg.expected)), swaps.news.number(&value(&arg.found)));
            let (Some(old), Some(new)) = numbers else { continue };
            swaps.pairs.entry((old, new)).or_insert(at);
            swaps.of_old.entry(old).or_insert((at, new));
            swaps.of_new.entry(new).or_insert((at, old));
        }
        swaps
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The bytes with the old value in each place where a new one stands free; `None` where none does.
    pub(crate) fn old_of(&self, new: &[u8]) -> Option<Swapped<'_>> {
        self.swapped(new, Put::Old)
    }

    /// The bytes with one side's value in each place where the other's stands free; of several the longest.
    pub(super) fn swapped(&self, from: &[u8], put: Put) -> Option<Swapped<'_>> {
        let (values, others, of) = match put {
            Put::Old => (&self.news, &self.olds, &self.of_new),
            Put::New => (&self.olds, &self.news, &self.of_old),
        };
        let mut room = from.len().saturating_mul(STEPS);
        let (mut bytes, mut used) = (Vec::with_capacity(from.len()), Used::default());
        let mut at = 0;
        while let Some(byte) = from.get(at) {
            let longest = values.free(from, at, &mut room)?.pop();
            match longest.and_then(|number| Some((values.get(number)?, of.get(&number)?))) {
                Some((value, (arg, other))) => {
                    let other = others.get(*other)?;
                    bytes.extend_from_slice(other);
                    at += value.len();
                    used.add(self.names.get(*arg)?, value, other);
                }
                None => {
                    bytes.push(*byte);
                    at += 1;
                }
            }
        }
        (!used.names.is_empty()).then_some(Swapped { bytes, used })
    }

    /// The arguments used, where old and new are equal but for places in which an old value became the new one.
    pub(super) fn tell_apart(&self, old: &[u8], new: &[u8]) -> Option<Used<'_>> {
        let mut room = old.len().max(new.len()).saturating_mul(STEPS);
        let (mut at, mut to, mut used) = (0, 0, Used::default());
        while at < old.len() || to < new.len() {
            match self.pair((old, new), (at, to), &mut room)? {
                Some((name, value, other)) => {
                    at += value.len();
                    to += other.len();
                    used.add(name, value, other);
                }
                None if old.get(at) == new.get(to) => {
                    at += 1;
                    to += 1;
                }
                None => return None,
            }
        }
        (!used.names.is_empty()).then_some(used)
    }

    /// The argument whose old value stands in the old text and whose new one stands in the new, at these places; of several
    /// the one with the longest new value. The outer `None` is for too many steps.
    fn pair(
        &self,
        (old, new): (&[u8], &[u8]),
        (at, to): (usize, usize),
        room: &mut usize,
    ) -> Option<Option<Hit<'_>>> {
        let olds = self.olds.free(old, at, room)?;
        if olds.is_empty() {
            return Some(None);
        }
        let news = self.news.free(new, to, room)?;
        for new in news.iter().rev() {
            for old in &olds {
                *room = room.checked_sub(1)?;
                if let Some(arg) = self.pairs.get(&(*old, *new)) {
                    return Some(Some((self.names.get(*arg)?, self.olds.get(*old)?, self.news.get(*new)?)));
                }
            }
        }
        Some(None)
    }

    /// The argument whose values are these numbers of an owner, if one's are.
    pub(crate) fn of_number(&self, old: u64, new: u64) -> Option<&str> {
        let old = self.olds.number(old.to_string().as_bytes())?;
        let new = self.news.number(new.to_string().as_bytes())?;
        self.names.get(*self.pairs.get(&(old, new))?).map(String::as_str)
    }
}

impl Values {
    fn of(values: impl Iterator<Item = Vec<u8>>) -> Self {
        Self(values.collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn number(&self, value: &[u8]) -> Option<usize> {
        self.0.binary_search_by(|known| known.as_slice().cmp(value)).ok()
    }

    fn get(&self, number: usize) -> Option<&[u8]> {
        self.0.get(number).map(Vec::as_slice)
    }

    /// The values that stand free at a place, the longest last; `None` for too many steps.
    fn free(&self, text: &[u8], at: usize, room: &mut usize) -> Option<Vec<usize>> {
        let mut free = Vec::new();
        let (mut start, mut end) = (0, self.0.len());
        let mut length = 0;
        while start < end {
            *room = room.checked_sub(1)?;
            // What is as long as what was matched comes first of all that begin so.
            if let Some(value) = self.get(start).filter(|value| value.len() == length && length > 0) {
                if stands_free(text, at, value) {
                    free.push(start);
                }
                start += 1;
            }
            let Some(byte) = text.get(at + length) else { break };
            let among = self.0.get(start..end)?;
            let is_below = |value: &Vec<u8>| value.get(length).is_none_or(|next| next < byte);
            let is_same = |value: &Vec<u8>| value.get(length).is_none_or(|next| next <= byte);
            (start, end) = (start + among.partition_point(is_below), start + among.partition_point(is_same));
            length += 1;
        }
        Some(free)
    }
}

/// Bytes with other values in them.
pub(crate) struct Swapped<'a> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) used: Used<'a>,
}

/// The arguments whose values were found.
#[derive(Default)]
pub(crate) struct Used<'a> {
    names: BTreeSet<&'a str>,
    /// Whether all values are so short that they may stand there by chance.
    is_short: bool,
}

impl<'a> Used<'a> {
    fn add(&mut self, name: &'a str, old: &[u8], new: &[u8]) {
        let is_short = is_short(old) && is_short(new);
        self.is_short = is_short && (self.is_short || self.names.is_empty());
        self.names.insert(name);
    }

    /// Proof, unless the values are so short that they prove little.
    pub(crate) fn explanation(&self, evidence: String) -> Explanation {
        if self.is_short { Explanation::likely(evidence) } else { Explanation::certain(evidence) }
    }
}

impl fmt::Display for Used<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names.iter().copied().collect();
        f.write_str(&names.join(" and "))
    }
}

/// Whether a value is so short that it may stand anywhere by chance.
pub(crate) fn is_short(value: &[u8]) -> bool {
    value.len() <= SHORT
}

/// Whether the value that stands at `at` is no part of a longer word or number.
fn stands_free(text: &[u8], at: usize, value: &[u8]) -> bool {
    let byte = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or(b' ');
    let is_word = |byte: u8| byte.is_ascii_alphanumeric();
    let end = at + value.len();
    let (before, after) = (byte(at.checked_sub(1)), byte(Some(end)));
    let joins = is_word(before) && value.first().is_some_and(|first| is_word(*first))
        || is_word(after) && value.last().is_some_and(|last| is_word(*last));
    // `3` in `0.3` is no value of its own.
    let is_fraction = (before == b'.' && byte(at.checked_sub(2)).is_ascii_digit()
        || after == b'.' && byte(Some(end + 1)).is_ascii_digit())
        && value.iter().all(u8::is_ascii_digit);
    !joins && !is_fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swaps(args: impl IntoIterator<Item = (String, String, String)>) -> Swaps {
        let arg = |(name, old, new)| Difference { field: name, expected: Some(old), found: Some(new) };
        Swaps::of(&args.into_iter().map(arg).collect::<Vec<_>>())
    }

    fn few() -> Swaps {
        swaps(
            [("A", "1.4.2", "1.4.3"), ("B", "1.4", "1.5"), ("C", "x", "1.4.3-rc")]
                .map(|(name, old, new)| (name.to_owned(), old.to_owned(), new.to_owned())),
        )
    }

    #[test]
    fn the_longest_value_that_stands_free_is_swapped() {
        let few = few();
        let old = |text: &str| {
            few.old_of(text.as_bytes())
                .map(|old| (String::from_utf8(old.bytes).unwrap(), old.used.to_string()))
        };
        assert_eq!(old("v 1.4.3-rc 1.4.3 1.5"), Some(("v x 1.4.2 1.4".into(), "A and B and C".into())));
        assert_eq!(old("1.4.30 a1.5"), None);
        let apart = |old: &str, new: &str| {
            few.tell_apart(old.as_bytes(), new.as_bytes()).map(|used| used.to_string())
        };
        assert_eq!(apart("1.4.2 y", "1.4.3 y"), Some("A".into()));
        assert_eq!(apart("1.4.2 y", "1.4.3 z"), None);
        assert_eq!(apart("1.4.2 y", "1.4.2 y"), None);
        assert_eq!((few.of_number(1, 2), few.is_empty()), (None, false));
    }

    #[test]
    fn thousands_of_arguments_take_no_more_steps_than_their_texts_are_long() {
        let many = |count: usize| {
            swaps((0..count).map(|at| (format!("A{at}"), format!("old-{at:06}"), format!("new-{at:06}"))))
        };
        let text: Vec<u8> =
            (0..20_000).flat_map(|at| format!("new-{:06} ", at % 5000).into_bytes()).collect();
        let many = many(5000);
        let old = many.old_of(&text).unwrap();
        assert!(old.bytes.starts_with(b"old-000000 old-000001 "), "{}", old.used);
        assert_eq!(old.bytes.len(), text.len());
        // What would take more is not looked at.
        let slashes = swaps([("A".to_owned(), "/".repeat(5000), "/".repeat(4999) + "x")]);
        assert!(slashes.old_of(&b"/".repeat(100_000)).is_none());
    }
}
