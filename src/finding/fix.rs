//! Fixes: exact edits of bytes, and how several of them are applied to one text.
//!
//! A fix goes in whole or not at all. Of two fixes that touch the same bytes the one that starts earlier goes in; the
//! other one waits until the text was looked at again.
//!
//! What it refuses to do: it does not reformat. What no edit covers stays as it is, byte for byte.

use std::collections::BTreeSet;

use crate::base::text::Span;

/// A replacement of some bytes of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes replaced; empty where text is put in.
    pub span: Span,
    /// What stands there instead.
    pub text: String,
}

/// Edits that mend a finding together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// The edits; none overlaps another.
    pub edits: Vec<Edit>,
}

/// Whether a fix may be applied unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// What is built stays what it is now.
    Safe,
    /// What is built may change; only where unsafe fixes are asked for.
    Unsafe,
}

impl Edit {
    /// Puts `text` in place of `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Puts `text` in before the byte at `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(Span::new(offset, offset), text)
    }

    /// Takes out `span`.
    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }
}

impl Fix {
    /// A fix that may be applied unseen.
    pub fn safe(edits: impl Into<Vec<Edit>>) -> Self {
        Self { safety: Safety::Safe, edits: edits.into() }
    }

    /// A fix that somebody should look at.
    pub fn not_safe(edits: impl Into<Vec<Edit>>) -> Self {
        Self { safety: Safety::Unsafe, edits: edits.into() }
    }

    fn start(&self) -> usize {
        self.edits.iter().map(|edit| edit.span.start).min().unwrap_or(0)
    }

    /// Whether every edit is of bytes that `source` has, at the bounds of characters, and none overlaps another.
    fn fits(&self, source: &str) -> bool {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort();
        let in_source =
            |edit: &&Edit| source.get(edit.span.start..edit.span.end).is_some_and(|old| old != edit.text);
        let apart = |pair: &[&Edit]| match pair {
            [one, next] => one.span.end <= next.span.start && one.span != next.span,
            _ => true,
        };
        !edits.is_empty() && edits.iter().all(in_source) && edits.windows(2).all(apart)
    }
}

impl Safety {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// `source` with those of `fixes` that fit together, and which ones they are.
pub fn apply(source: &str, fixes: &[&Fix]) -> (String, Vec<usize>) {
    let mut order: Vec<usize> = (0..fixes.len()).collect();
    order.sort_by_key(|number| fixes.get(*number).map(|fix| fix.start()));
    let mut edits: BTreeSet<&Edit> = BTreeSet::new();
    let mut applied = Vec::new();
    for number in order {
        let Some(fix) = fixes.get(number).filter(|fix| fix.fits(source)) else { continue };
        if fix.edits.iter().all(|edit| edits.contains(edit)) {
            applied.push(number);
        } else if fix.edits.iter().all(|edit| has_room(&edits, edit)) {
            edits.extend(&fix.edits);
            applied.push(number);
        }
    }
    applied.sort_unstable();
    (edited(source, edits), applied)
}

/// Whether an edit has nothing to do with those that go in. They lie apart, so that only its neighbours may touch it.
fn has_room(edits: &BTreeSet<&Edit>, edit: &Edit) -> bool {
    let before = edits.range::<&Edit, _>(..=edit).next_back();
    let behind = edits.range::<&Edit, _>(edit..).next();
    [before, behind].into_iter().flatten().all(|other| are_apart(edit.span, other.span))
}

/// Whether two edits have nothing to do with each other; two insertions at one place have.
fn are_apart(one: Span, other: Span) -> bool {
    one != other && (one.end <= other.start || other.end <= one.start)
}

fn edited(source: &str, edits: BTreeSet<&Edit>) -> String {
    let mut text = String::with_capacity(source.len());
    let mut at = 0;
    for edit in edits {
        text.push_str(source.get(at..edit.span.start).unwrap_or_default());
        text.push_str(&edit.text);
        at = edit.span.end;
    }
    text.push_str(source.get(at..).unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "FROM a\nRUN b\n";

    #[test]
    fn neighbours_tell_whether_an_edit_touches_any_other() {
        let mut state = 9_u64;
        let mut draw = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % most) as usize
        };
        for _ in 0..20_000 {
            let made: Vec<Edit> = (0..8)
                .map(|_| {
                    let start = draw(12);
                    Edit::replace(Span::new(start, start + draw(4)), ["", "a", "b"][draw(3)])
                })
                .collect();
            let mut edits: BTreeSet<&Edit> = BTreeSet::new();
            for edit in &made {
                let apart = edits.iter().all(|other| are_apart(edit.span, other.span));
                assert_eq!(has_room(&edits, edit), apart, "{edit:?} in {edits:?}");
                if apart {
                    edits.insert(edit);
                }
            }
        }
    }

    fn replace(start: usize, end: usize, text: &str) -> Fix {
        Fix::safe([Edit::replace(Span::new(start, end), text)])
    }

    fn applied(fixes: &[Fix]) -> (String, Vec<usize>) {
        apply(SOURCE, &fixes.iter().collect::<Vec<_>>())
    }

    #[test]
    fn edits_change_their_bytes_and_nothing_else() {
        let fixes = [replace(11, 12, "bb"), replace(5, 6, "a@1"), Fix::safe([Edit::insert(7, "ARG x\n")])];
        assert_eq!(applied(&fixes), ("FROM a@1\nARG x\nRUN bb\n".to_owned(), vec![0, 1, 2]));
    }

    #[test]
    fn of_two_fixes_of_the_same_bytes_the_earlier_one_goes_in() {
        let fixes = [replace(5, 6, "x"), replace(0, 6, "FROM y")];
        assert_eq!(applied(&fixes), ("FROM y\nRUN b\n".to_owned(), vec![1]));
    }

    #[test]
    fn two_insertions_at_one_place_wait_for_each_other() {
        let insert = |text: &str| Fix::safe([Edit::insert(7, text)]);
        assert_eq!(applied(&[insert("A\n"), insert("B\n")]).1, vec![0]);
    }

    #[test]
    fn the_same_edit_asked_for_twice_is_made_once() {
        let fixes = [replace(5, 6, "x"), replace(5, 6, "x")];
        assert_eq!(applied(&fixes), ("FROM x\nRUN b\n".to_owned(), vec![0, 1]));
    }

    #[test]
    fn a_fix_goes_in_whole_or_not_at_all() {
        let both = Fix::safe([Edit::replace(Span::new(5, 6), "x"), Edit::replace(Span::new(11, 12), "y")]);
        let fixes = [replace(0, 6, "FROM z"), both];
        assert_eq!(applied(&fixes), ("FROM z\nRUN b\n".to_owned(), vec![0]));
    }

    #[test]
    fn edits_that_do_not_fit_the_text_are_left_out() {
        let inside_a_character = Fix::safe([Edit::replace(Span::new(1, 2), "x")]);
        assert_eq!(apply("é", &[&inside_a_character]), ("é".to_owned(), vec![]));
        assert_eq!(applied(&[replace(5, 99, "x"), replace(5, 6, "a")]).1, Vec::<usize>::new());
    }
}
