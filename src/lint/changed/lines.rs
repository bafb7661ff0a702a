//! Which lines of a text an older one does not have.
//!
//! What it refuses to do: line ends are no change, since git writes files with those of the machine.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Steps that the shortest way from one text to another may take to be found: about lines, times those of them that change.
const STEPS: usize = 100_000_000;

/// The lines of a text that changed, and where lines went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChangedLines {
    /// All of them.
    All,
    /// First and last of each run that is new, from 1; and behind which lines others went.
    Some { new: Vec<(usize, usize)>, gone: Vec<usize> },
}

impl ChangedLines {
    /// What of `new` is not in `old`.
    pub(super) fn between(old: &str, new: &str) -> Self {
        if takes_long(old, new) {
            return Self::All;
        }
        let (old, lines): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let (mut new, mut gone) = (Vec::new(), Vec::new());
        for step in capture_diff_slices(Algorithm::Myers, &old, &lines) {
            match step {
                DiffOp::Equal { .. } => {}
                DiffOp::Delete { new_index, .. } => gone.push(new_index),
                DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } => {
                    new.push((new_index + 1, new_index + new_len));
                }
            }
        }
        Self::Some { new, gone }
    }

    /// Whether lines `first` to `last` changed, or lost one between them.
    pub(super) fn touch(&self, (first, last): (usize, usize)) -> bool {
        match self {
            Self::All => true,
            Self::Some { new, gone } => {
                new.iter().any(|(from, to)| *from <= last && first <= *to)
                    || gone.iter().any(|line| first <= *line && *line < last)
            }
        }
    }
}

/// Whether to look for the shortest way between two texts would take long: much of a long one changes.
pub fn takes_long(before: &str, after: &str) -> bool {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    before.lines().for_each(|line| *counts.entry(line).or_default() += 1);
    after.lines().for_each(|line| *counts.entry(line).or_default() -= 1);
    let changed: u64 = counts.values().map(|count| count.unsigned_abs()).sum();
    let lines = before.lines().count().max(after.lines().count());
    usize::try_from(changed).map_or(true, |changed| lines.saturating_mul(changed) > STEPS)
}

/// How alike two texts are, of a hundred: the lines that both have.
pub(super) fn likeness(one: &str, other: &str) -> usize {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    one.lines().for_each(|line| *counts.entry(line).or_default() += 1);
    let shared = other
        .lines()
        .filter(|line| counts.get_mut(line).filter(|count| **count > 0).map(|count| *count -= 1).is_some());
    let longer = one.lines().count().max(other.lines().count());
    (shared.count() * 100).checked_div(longer).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_lines_touch_themselves_and_lost_ones_what_stands_around_them() {
        let changed = ChangedLines::between("a\nb\nc\nd\n", "a\nx\nc\n");
        assert!(changed.touch((2, 2)) && changed.touch((1, 3)));
        assert!(!changed.touch((1, 1)) && !changed.touch((3, 3)));
        let lost = ChangedLines::between("RUN a \\\n b \\\n c\nRUN d\n", "RUN a \\\n c\nRUN d\n");
        assert!(lost.touch((1, 2)));
        assert!(!lost.touch((3, 3)) && !lost.touch((1, 1)));
    }

    #[test]
    fn line_ends_are_no_change() {
        let same = ChangedLines::between("a\r\nb\r\n", "a\nb");
        assert_eq!(same, ChangedLines::Some { new: Vec::new(), gone: Vec::new() });
    }

    #[test]
    fn texts_that_share_nothing_are_looked_at_for_no_longer_than_it_takes_to_see_that() {
        let text = |end: &str| (0..20_000).map(|at| format!("RUN a{at}{end}\n")).collect::<String>();
        assert!(takes_long(&text(""), &text(" b")));
        assert_eq!(ChangedLines::between(&text(""), &text(" b")), ChangedLines::All);
        assert!(!takes_long(&text(""), &(text("") + "RUN b\n")));
    }

    #[test]
    fn likeness_is_the_lines_that_both_have() {
        assert_eq!(likeness("a\nb\nc\nd\n", "a\nb\nx\ny\n"), 50);
        assert_eq!(likeness("", ""), 0);
        assert_eq!(likeness("a\na\n", "a\n"), 50);
    }
}
