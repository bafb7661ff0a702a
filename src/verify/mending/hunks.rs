//! Edits of bytes as whole lines, before and after.

use crate::base::text::{Lines, Span};
use crate::finding::{Edit, Fix, apply};
use crate::lint::whole_lines;

/// Some lines that follow each other, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The line, from 1, that the first of them is or becomes.
    pub line: usize,
    /// The lines that go, without their ends.
    pub before: Vec<String>,
    /// The lines that come.
    pub after: Vec<String>,
}

/// The lines of `text` that `edits` change; the edits are sorted and apart.
pub(super) fn of(text: &str, edits: &[Edit]) -> Vec<Hunk> {
    let mut groups: Vec<(Span, Vec<Edit>)> = Vec::new();
    for edit in edits {
        let whole = whole_lines(text, edit.span);
        match groups.last_mut() {
            Some((span, group)) if whole.start <= span.end => {
                span.end = span.end.max(whole.end);
                group.push(edit.clone());
            }
            _ => groups.push((whole, vec![edit.clone()])),
        }
    }
    let lines = Lines::of(text);
    groups.into_iter().map(|(span, edits)| hunk(text, &lines, span, edits)).collect()
}

fn hunk(text: &str, lines: &Lines, span: Span, edits: Vec<Edit>) -> Hunk {
    let old = span.text(text);
    let moved = |edit: Edit| {
        let at = |offset: usize| offset.saturating_sub(span.start);
        Edit::replace(Span::new(at(edit.span.start), at(edit.span.end)), edit.text)
    };
    let fix = Fix::safe(edits.into_iter().map(moved).collect::<Vec<_>>());
    let (new, _) = apply(old, &[&fix]);
    let (mut before, mut after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = before.iter().zip(&after).take_while(|(old, new)| old == new).count();
    before.drain(..same);
    after.drain(..same);
    let tail = before.iter().rev().zip(after.iter().rev()).take_while(|(old, new)| old == new).count();
    before.truncate(before.len() - tail);
    after.truncate(after.len() - tail);
    let owned = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect();
    Hunk { line: lines.line(span.start) + same, before: owned(before), after: owned(after) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "FROM a\nRUN b \\\n  && c\nRUN d";

    #[test]
    fn a_line_that_is_put_in_replaces_none() {
        let edits = [Edit::insert(7, "ARG x\n")];
        assert_eq!(of(TEXT, &edits), [Hunk { line: 2, before: vec![], after: vec!["ARG x".into()] }]);
    }

    #[test]
    fn lines_between_two_edits_are_no_change() {
        let end = TEXT.len();
        let edits = [Edit::insert(6, "@1"), Edit::insert(21, " -x"), Edit::insert(end, " -y")];
        let hunks = of(TEXT, &edits);
        let hunks: Vec<(usize, &str, &str)> =
            hunks.iter().map(|hunk| (hunk.line, hunk.before[0].as_str(), hunk.after[0].as_str())).collect();
        assert_eq!(hunks, [(1, "FROM a", "FROM a@1"), (3, "  && c", "  && c -x")]);
    }

    #[test]
    fn a_line_more_at_a_files_end_changes_the_line_before_it() {
        let edits = [Edit::insert(TEXT.len(), " \\\n && e")];
        let after = vec!["RUN d \\".into(), " && e".into()];
        assert_eq!(of(TEXT, &edits), [Hunk { line: 4, before: vec!["RUN d".into()], after }]);
    }
}
