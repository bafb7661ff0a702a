//! Texts with the dates of their builds taken out or moved back.

use super::case::FileCase;
use super::explanation::Explanation;
use crate::causes::text::dates;
use crate::causes::text::lines::{Lines, compare_sets};
use crate::causes::text::names::{Names, hide_hosts};

/// Compares two logs line by line, dates and temporary names hidden; each side's `near` is when it was written.
pub(crate) fn compare_logs((old, old_near): (&[u8], i64), (new, new_near): (&[u8], i64)) -> Lines {
    let hidden = |text: &[u8], near| hide_hosts(&dates::hidden(text, near), Names::Sure);
    let (old, new) = (hidden(old, old_near), hidden(new, new_near));
    if old == new { Lines::Same } else { compare_sets(&old, &new) }
}

/// Against a lock: whether the text is the locked file once its dates are moved by the time between the two files,
/// give or take the second that writing takes.
pub(crate) fn with_old_time(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let (by, _) = moved_to_old(file, new, &|moved| file.was(moved))?;
    Some(Explanation::certain(format!("with its dates moved by {by} s it is the locked file")))
}

/// The text with its dates moved to the old file's time, by so many seconds, as `is_old` accepts it.
pub(crate) fn moved_to_old(
    file: &FileCase<'_>,
    new: &[u8],
    is_old: &dyn Fn(&[u8]) -> bool,
) -> Option<(i64, Vec<u8>)> {
    let (old_time, new_time) = file.written();
    let by = old_time.saturating_sub(new_time);
    let dates = file.clock_dates();
    if dates.is_empty() {
        return None;
    }
    let mut tried: Option<i64> = None;
    for by in [0, -1, 1].map(|more| by.saturating_add(more)) {
        // A day stays the same one second more or less.
        let is_same =
            |before| dates.iter().all(|date| date.shift(new_time, before) == date.shift(new_time, by));
        if tried.is_some_and(is_same) {
            continue;
        }
        let moved = dates::moved(new, dates, new_time, by)?;
        if is_old(&moved) {
            return Some((by, moved));
        }
        tried = Some(by);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_reordered_or_counted() {
        let compare = |old: &str, new: &str| compare_logs((old.as_bytes(), 0), (new.as_bytes(), 0));
        assert_eq!(compare("2026-01-01 a\n", "2026-01-02 a\n"), Lines::Same);
        assert_eq!(compare("a\nb\n", "b\na\n"), Lines::Reordered);
        assert_eq!(compare("a\nb\n", "a\nc\nd\n"), Lines::Differ(3));
    }
}
