//! Values of build arguments, swapped back: the new file with the old values is the old file, or it is not.

use std::fmt;

use super::{Explanation, FileCase, LayerCase, shape};
use crate::base::path::LayerPath;

/// Build arguments with a value on both sides, the longest new value first.
pub(super) struct Swaps<'a>(Vec<Swap<'a>>);

struct Swap<'a> {
    name: &'a str,
    old: &'a [u8],
    new: &'a [u8],
}

impl<'a> Swaps<'a> {
    /// The arguments that differ.
    pub(super) fn of(layer: &LayerCase<'a>) -> Self {
        let swap = |(name, old, new): &(&'a str, Option<&'a str>, Option<&'a str>)| {
            let (old, new) = ((*old)?.as_bytes(), (*new)?.as_bytes());
            (!old.is_empty() && !new.is_empty() && old != new).then_some(Swap { name, old, new })
        };
        let mut swaps: Vec<Swap<'a>> = layer.args.iter().filter_map(swap).collect();
        swaps.sort_by_key(|swap| std::cmp::Reverse(swap.new.len()));
        Self(swaps)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes with the old value in each place where a new one stands free; `None` where none does.
    pub(super) fn old_of(&self, new: &[u8]) -> Option<Vec<u8>> {
        self.swapped(new, |swap| (swap.new, swap.old))
    }

    fn new_of(&self, old: &[u8]) -> Option<Vec<u8>> {
        self.swapped(old, |swap| (swap.old, swap.new))
    }

    fn swapped(&self, from: &[u8], sides: impl Fn(&Swap<'a>) -> (&'a [u8], &'a [u8])) -> Option<Vec<u8>> {
        let mut to = Vec::with_capacity(from.len());
        let (mut at, mut swapped) = (0, false);
        while let Some(byte) = from.get(at) {
            let found = self.0.iter().map(&sides).find(|(value, _)| stands_free(from, at, value));
            match found {
                Some((value, other)) => {
                    to.extend_from_slice(other);
                    at += value.len();
                    swapped = true;
                }
                None => {
                    to.push(*byte);
                    at += 1;
                }
            }
        }
        swapped.then_some(to)
    }

    /// Whether old and new are equal but for places where an argument's old value became its new one.
    fn tell_apart(&self, old: &[u8], new: &[u8]) -> bool {
        let (mut at, mut to, mut swapped) = (0, 0, false);
        while at < old.len() || to < new.len() {
            let found =
                self.0.iter().find(|swap| stands_free(old, at, swap.old) && stands_free(new, to, swap.new));
            match found {
                Some(swap) => {
                    at += swap.old.len();
                    to += swap.new.len();
                    swapped = true;
                }
                None if old.get(at) == new.get(to) => {
                    at += 1;
                    to += 1;
                }
                None => return false,
            }
        }
        swapped
    }
}

impl fmt::Display for Swaps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|swap| swap.name).collect();
        write!(f, "{}", names.join(" or "))
    }
}

/// Whether the file's content differs in the values of arguments alone.
pub(super) fn in_content(file: &FileCase<'_>, swaps: &Swaps<'_>) -> Option<Explanation> {
    let same = match shape::seen(file)? {
        shape::Seen::Both(old, new) => swaps.tell_apart(old, new),
        shape::Seen::New(new) => swaps.old_of(new).is_some_and(|old| file.was(&old)),
        _ => false,
    };
    same.then(|| Explanation::certain(format!("equal with the old value of {swaps} in the new one's place")))
}

/// Whether the file stands on the other side, with the same content, where an argument's other value is in its path.
pub(super) fn in_path(file: &FileCase<'_>, swaps: &Swaps<'_>) -> Option<Explanation> {
    let (rows, path, entry) = match (file.old, file.new) {
        (None, Some(new)) => (&file.layer.old, swaps.old_of(file.path.as_bytes())?, new.entry),
        (Some(old), None) => (&file.layer.new, swaps.new_of(file.path.as_bytes())?, old.entry),
        _ => return None,
    };
    let path = LayerPath::normalize(&path).ok()?;
    let other = rows.get(&path)?;
    let same = other.kind == entry.kind && other.content == entry.content && other.mode == entry.mode;
    same.then(|| Explanation::certain(format!("the value of {swaps} is in the path; else it is {path}")))
}

fn stands_free(text: &[u8], at: usize, value: &[u8]) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let behind = text.get(at..).unwrap_or_default();
    behind.starts_with(value)
        && !(is_word(at.checked_sub(1).and_then(|at| text.get(at))) && is_word(value.first()))
        && !(is_word(behind.get(value.len())) && is_word(value.last()))
}
