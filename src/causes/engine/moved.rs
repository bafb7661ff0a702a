//! Texts with the dates of their builds taken out or moved back.

use std::collections::BTreeSet;

use super::case::FileCase;
use super::explanation::Explanation;
use crate::causes::text::dates;
use crate::causes::text::lines::{Lines, compare_sets};
use crate::causes::text::names::{Names, hide_hosts};

/// Compares two logs line by line, dates and temporary names hidden; each side's `near` is when it was written. Also whether
/// the dates that one side alone has are of its own build's clock.
pub(crate) fn compare_logs((old, old_near): (&[u8], i64), (new, new_near): (&[u8], i64)) -> (Lines, bool) {
    let hidden = |text: &[u8], near| hide_hosts(&dates::hidden(text, near), Names::Sure);
    let lines = |text: &'_ [u8]| -> BTreeSet<Vec<u8>> {
        text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    };
    let (olds, news) = (lines(old), lines(new));
    let are_of = |lines: &BTreeSet<Vec<u8>>, others: &BTreeSet<Vec<u8>>, near| {
        lines.difference(others).all(|line| dates::all_near(line, near) || dates::hidden(line, near) == *line)
    };
    let are_of_builds =
        old_near != new_near && are_of(&olds, &news, old_near) && are_of(&news, &olds, new_near);
    let (old, new) = (hidden(old, old_near), hidden(new, new_near));
    (if old == new { Lines::Same } else { compare_sets(&old, &new) }, are_of_builds)
}

/// Against a lock: whether the text is the locked file once its dates are moved by the time between the two files,
/// give or take the second that writing takes.
pub(crate) fn with_old_time(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let (by, _) = moved_to_old(file, new, &|moved| file.was(moved))?;
    let evidence = format!("with its dates moved by {by} s it is the locked file");
    Some(match file.tells_times() {
        true => Explanation::certain(evidence),
        // How far the builds are apart is not told by the files.
        false => Explanation::likely(evidence),
    })
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
        // 2026-01-01T00:00:00Z
        const NEAR: i64 = 1_767_225_600;
        let compare =
            |old: &str, new: &str| compare_logs((old.as_bytes(), NEAR), (new.as_bytes(), NEAR + 86_400));
        assert_eq!(compare("2026-01-01 a\n", "2026-01-02 a\n"), (Lines::Same, true));
        assert_eq!(compare("2026-01-01 a\n", "2016-01-02 a\n"), (Lines::Same, false));
        assert_eq!(compare("a\nb\n", "b\na\n"), (Lines::Reordered, true));
        assert_eq!(compare("a\nb\n", "a\nc\nd\n"), (Lines::Differ(3), true));
    }
}
