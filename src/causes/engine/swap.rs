//! Values of build arguments, swapped back: the new file with the old values is the old file, or it is not.

use std::collections::BTreeSet;
use std::fmt;

use super::case::{FileCase, Lone};
use super::explanation::Explanation;
use super::layer::{Alone, LayerCase};
use super::moved;
use super::shape::{self, Seen};
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::text::dates;
use crate::causes::text::lines;
use crate::compare::config::Difference;
use crate::formats::tar::entry::Entry;

/// Bytes of a value that stands in many places by chance.
const SHORT: usize = 2;

/// Build arguments with a value on both sides, the longest new value first.
pub(crate) struct Swaps<'a>(Vec<Swap<'a>>);

struct Swap<'a> {
    name: &'a str,
    old: &'a [u8],
    new: &'a [u8],
}

impl<'a> Swaps<'a> {
    /// The arguments that differ.
    pub(crate) fn of(layer: &LayerCase<'a>) -> Self {
        let swap = |arg: &'a Difference| {
            let (old, new) = (arg.expected.as_ref()?.as_bytes(), arg.found.as_ref()?.as_bytes());
            (!old.is_empty() && !new.is_empty() && old != new).then_some(Swap { name: &arg.field, old, new })
        };
        let mut swaps: Vec<Swap<'a>> = layer.images.args.iter().filter_map(swap).collect();
        swaps.sort_by_key(|swap| std::cmp::Reverse(swap.new.len()));
        Self(swaps)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes with the old value in each place where a new one stands free; `None` where none does.
    pub(crate) fn old_of(&self, new: &[u8]) -> Option<Swapped<'a>> {
        self.swapped(new, |swap| (swap.new, swap.old))
    }

    fn new_of(&self, old: &[u8]) -> Option<Swapped<'a>> {
        self.swapped(old, |swap| (swap.old, swap.new))
    }

    fn swapped(&self, from: &[u8], sides: impl Fn(&Swap<'a>) -> (&'a [u8], &'a [u8])) -> Option<Swapped<'a>> {
        let (mut bytes, mut used) = (Vec::with_capacity(from.len()), Used::default());
        let mut at = 0;
        while let Some(byte) = from.get(at) {
            let swap = self.0.iter().find(|swap| stands_free(from, at, sides(swap).0));
            match swap {
                Some(swap) => {
                    let (value, other) = sides(swap);
                    bytes.extend_from_slice(other);
                    at += value.len();
                    used.add(swap);
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
    fn tell_apart(&self, old: &[u8], new: &[u8]) -> Option<Used<'a>> {
        let (mut at, mut to, mut used) = (0, 0, Used::default());
        while at < old.len() || to < new.len() {
            let swap =
                self.0.iter().find(|swap| stands_free(old, at, swap.old) && stands_free(new, to, swap.new));
            match swap {
                Some(swap) => {
                    at += swap.old.len();
                    to += swap.new.len();
                    used.add(swap);
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

    /// Whether the owner's number `new` is an argument's value that was `old`.
    fn is_number(&self, old: u64, new: u64) -> bool {
        let is = |value: &[u8], number: u64| value == number.to_string().as_bytes();
        old == new || self.0.iter().any(|swap| is(swap.old, old) && is(swap.new, new))
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
    fn add(&mut self, swap: &Swap<'a>) {
        let is_short = is_short(swap.old) && is_short(swap.new);
        self.is_short = is_short && (self.is_short || self.names.is_empty());
        self.names.insert(swap.name);
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

/// Whether the file's content differs in the values of arguments alone, or in these and in dates.
pub(crate) fn in_content(file: &FileCase<'_>, swaps: &Swaps<'_>) -> Option<Explanation> {
    let plain = match shape::seen(file)? {
        Seen::Both(old, new) => swaps.tell_apart(old, new),
        Seen::New(new) => swaps.old_of(new).filter(|old| file.was(&old.bytes)).map(|old| old.used),
        _ => None,
    };
    match plain {
        Some(used) => {
            Some(used.explanation(format!("equal with the old value of {used} in the new one's place")))
        }
        None => beside_dates(file, swaps),
    }
}

/// Whether the file's content differs in the values of arguments and in the time of the build, and in nothing else.
pub(crate) fn beside_dates(file: &FileCase<'_>, swaps: &Swaps<'_>) -> Option<Explanation> {
    let used = match shape::seen(file)? {
        _ if swaps.is_empty() => None,
        Seen::Both(old, new) if lines::is_text(old) && lines::is_text(new) => {
            let (old, new) = file.dateless().filter(|_| dates::of_build(old, new, file.written()))?;
            swaps.tell_apart(old, new)
        }
        Seen::New(new) if lines::is_text(new) => {
            let was = |moved: &[u8]| swaps.old_of(moved).filter(|old| file.was(&old.bytes));
            moved::moved_to_old(file, new, &|moved| was(moved).is_some())
                .and_then(|(_, moved)| Some(was(&moved)?.used))
        }
        _ => None,
    };
    used.map(|used| {
        used.explanation(format!(
            "equal with the old value of {used} in the new one's place, and but for its dates"
        ))
    })
}

/// Whether the file stands on the other side where an argument's other value is in its path, with the same content, or
/// with one that differs in the values of arguments alone.
pub(crate) fn in_path(file: &FileCase<'_>, swaps: &Swaps<'_>) -> Option<Explanation> {
    let Lone { entry, side, other: rows, .. } = file.lone()?;
    let there = match side {
        Alone::New => swaps.old_of(file.path.as_bytes())?,
        Alone::Old => swaps.new_of(file.path.as_bytes())?,
    };
    let path = LayerPath::normalize(&there.bytes).ok()?;
    let other = rows.get(&path)?.entry;
    let (old, new) = if side == Alone::New { (other, entry) } else { (entry, other) };
    let link = |new: &Entry| Some(swaps.old_of(new.link.as_deref()?)?.bytes.into());
    let same = old.kind == new.kind
        && old.mode == new.mode
        && old.xattrs == new.xattrs
        && old.device == new.device
        && swaps.is_number(old.uid, new.uid)
        && swaps.is_number(old.gid, new.gid)
        && (old.link == new.link || old.link == link(new));
    let used = there.used;
    if !same {
        return None;
    }
    if old.content == new.content {
        return Some(used.explanation(format!("the value of {used} is in the path; else it is {path}")));
    }
    let bytes = file.layer.new_bytes(&new.path)?;
    let holds = swaps.old_of(bytes).is_some_and(|was| Some(Sha256::of(&was.bytes)) == old.content);
    holds.then(|| {
        used.explanation(format!("the value of {used} is in the path and in the file; else it is {path}"))
    })
}

/// Whether a value stands at `at` and is no part of a longer word or number.
fn stands_free(text: &[u8], at: usize, value: &[u8]) -> bool {
    let byte = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or(b' ');
    let is_word = |byte: u8| byte.is_ascii_alphanumeric();
    let behind = text.get(at..).unwrap_or_default();
    if !behind.starts_with(value) {
        return false;
    }
    let end = at + value.len();
    let (before, after) = (byte(at.checked_sub(1)), byte(Some(end)));
    let joins = is_word(before) && value.first().is_some_and(|first| is_word(*first))
        || is_word(after) && value.last().is_some_and(|last| is_word(*last));
    // `3` in `0.3` is no value of its own.
    let is_fraction = value.iter().all(u8::is_ascii_digit)
        && (before == b'.' && byte(at.checked_sub(2)).is_ascii_digit()
            || after == b'.' && byte(Some(end + 1)).is_ascii_digit());
    !joins && !is_fraction
}
