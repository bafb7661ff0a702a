//! Edits of the Dockerfile as formats for people show them: under the cause that is told first, as lines that go and come.
//!
//! What it refuses to do: a Dockerfile's text is no more to be trusted than an image's; nothing of it is shown unescaped.

use crate::report::style::{columns, fit, spelled};
use crate::verify::Outcome;
use crate::verify::mending::{Hunk, Mending};

/// An edit of the Dockerfile, as it is told under a cause.
pub(in crate::report) struct Mended<'a> {
    /// The edit.
    pub(in crate::report) mending: &'a Mending,
    /// The cause that is told first and has it, where that is another one.
    pub(in crate::report) elsewhere: Option<&'static str>,
    /// The Dockerfile's name, quoted.
    pub(in crate::report) dockerfile: Option<&'a str>,
}

/// A line that goes or comes.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::report) struct HunkLine {
    /// Whether it comes.
    pub(in crate::report) comes: bool,
    /// Its text, harmless, its blanks kept.
    pub(in crate::report) text: String,
}

/// What mends the cause `id`, one of the causes that are `shown` in this order.
pub(super) fn of<'a>(
    outcome: &'a Outcome,
    shown: &[&'static str],
    id: &str,
    dockerfile: Option<&'a str>,
) -> Vec<Mended<'a>> {
    let mendings = outcome.edits.iter().filter(|mending| mending.causes.contains(id));
    let mended = mendings.map(|mending| {
        let first = shown.iter().find(|shown| mending.causes.contains(*shown)).copied();
        Mended { mending, elsewhere: first.filter(|first| *first != id), dockerfile }
    });
    mended.collect()
}

/// `Dockerfile:17`
pub(in crate::report) fn hunk_place(hunk: &Hunk, dockerfile: Option<&str>) -> String {
    format!("{}:{}", dockerfile.unwrap_or("Dockerfile"), hunk.line)
}

/// The lines of a hunk, cut to `width` columns where there is one, so that what changes is in sight.
pub(in crate::report) fn hunk_lines(hunk: &Hunk, width: Option<usize>) -> Vec<HunkLine> {
    let parts = |at: usize| match (hunk.before.get(at), hunk.after.get(at)) {
        (Some(before), Some(after)) => parting(before, after),
        _ => 0,
    };
    let line = |comes: bool| {
        move |(at, text): (usize, &String)| HunkLine { comes, text: cut(text, parts(at), width) }
    };
    let before = hunk.before.iter().enumerate().map(line(false));
    before.chain(hunk.after.iter().enumerate().map(line(true))).collect()
}

/// The byte from which on two lines are not the same.
fn parting(one: &str, other: &str) -> usize {
    let unlike = one.char_indices().zip(other.chars()).find(|((_, one), other)| one != other);
    unlike.map_or(one.len().min(other.len()), |((at, _), _)| at)
}

/// `text` in `width` columns, with what stands from byte `from` on in sight.
fn cut(text: &str, from: usize, width: Option<usize>) -> String {
    let Some(width) = width else { return spelled(text) };
    let before = text.get(..from).unwrap_or_default().chars().count();
    let is_far = text.chars().nth(width).is_some() && before > width * 2 / 3;
    let skipped = if is_far { before - width / 3 } else { 0 };
    // No more than a line can hold is worth escaping.
    let kept: String = text.chars().skip(skipped).take(2 * width).collect();
    let shown = if is_far { format!("…{}", spelled(&kept)) } else { spelled(&kept) };
    if columns(&shown) <= width { shown } else { fit(&shown, width).trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str, width: usize) -> Vec<String> {
        let hunk = Hunk { line: 1, before: vec![before.to_owned()], after: vec![after.to_owned()] };
        hunk_lines(&hunk, Some(width)).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_long_line_is_cut_where_nothing_changes() {
        let long = "a".repeat(60);
        assert_eq!(
            shown(&format!("RUN b {long}"), &format!("RUN c {long}"), 12),
            ["RUN b aaaaa…", "RUN c aaaaa…"]
        );
        assert_eq!(shown(&format!("{long} b"), &format!("{long} c"), 12), ["…aaa b", "…aaa c"]);
        assert_eq!(shown(&long, &format!("{long} \\"), 12), ["…aaaa", "…aaaa \\"]);
    }

    #[test]
    fn blanks_stay_and_what_could_mislead_is_escaped() {
        let lines = shown("  \tRUN  \u{1b}[2J\u{202e}b", "", 80);
        assert_eq!(lines, ["      RUN  \\x1b[2J\\u{202e}b", ""]);
        assert!(shown(&"\u{202e}".repeat(1000), "漢字", 20).iter().all(|line| columns(line) <= 20));
    }
}
