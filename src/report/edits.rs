//! Edits of the Dockerfile as formats for people show them: under the cause that is told first, as lines that go and come.
//!
//! What it refuses to do: a Dockerfile's text is no more to be trusted than an image's; nothing of it is shown unescaped.

use super::story;
use super::style::{columns, fit, spelled};
use crate::verify::Outcome;
use crate::verify::mending::{Hunk, Mending};

/// A line that goes or comes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Whether it comes.
    pub(super) comes: bool,
    /// Its text, harmless, its blanks kept.
    pub(super) text: String,
}

/// What mends a cause, and for what is shown under another cause before it, that one.
pub(super) fn of<'a>(
    outcome: &'a Outcome,
    id: &'a str,
) -> impl Iterator<Item = (&'a Mending, Option<&'static str>)> {
    let told = told(outcome);
    let mendings = outcome.edits.iter().filter(move |mending| mending.causes.contains(id));
    mendings.map(move |mending| {
        let first = told.iter().find(|told| mending.causes.contains(*told)).copied();
        (mending, first.filter(|first| *first != id))
    })
}

/// The causes in the order in which they are told.
fn told(outcome: &Outcome) -> Vec<&'static str> {
    let layers = story::layer_causes(outcome).into_iter().map(|told| told.found.cause.id());
    let files = outcome.causes().into_iter().filter_map(|count| Some(count.cause?.cause.id()));
    layers.chain(files).collect()
}

/// `Dockerfile:17`
pub(super) fn place(hunk: &Hunk, dockerfile: Option<&str>) -> String {
    format!("{}:{}", dockerfile.unwrap_or("Dockerfile"), hunk.line)
}

/// The lines of a hunk, cut to `width` columns where there is one, so that what changes is in sight.
pub(super) fn lines(hunk: &Hunk, width: Option<usize>) -> Vec<Line> {
    let parts = |at: usize| match (hunk.before.get(at), hunk.after.get(at)) {
        (Some(before), Some(after)) => parting(before, after),
        _ => 0,
    };
    let line =
        |comes: bool| move |(at, text): (usize, &String)| Line { comes, text: cut(text, parts(at), width) };
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
        lines(&hunk, Some(width)).into_iter().map(|line| line.text).collect()
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
        let found = shown("  \tRUN  \u{1b}[2J\u{202e}b", "", 80);
        assert_eq!(found, ["      RUN  \\x1b[2J\\u{202e}b", ""]);
        assert!(shown(&"\u{202e}".repeat(1000), "漢字", 20).iter().all(|line| columns(line) <= 20));
    }
}
