//! Edits that several rules make: taking a command out of a list.
//!
//! What it refuses to do: it edits no command whose place in the source is not plain, and leaves no RUN empty.

use crate::base::text::Span;
use crate::finding::Edit;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;

/// A command taken out of a list of commands, with the `&&` or `;` that joins it to its neighbour; none where it stands
/// alone, in a pipeline, or in something that would be left empty.
pub(crate) fn without_command(subject: &Subject<'_>, call: &Call<'_>) -> Option<Edit> {
    let span = call.span();
    let text = subject.text();
    let script = call.script.span;
    let before = text.get(script.start..span.start)?;
    let after = text.get(span.end..script.end)?;
    // `a && b` without b is a; without a it is b, the white space between them gone too.
    match (operator_before(before), operator_after(after)) {
        (Some(joined), _) => Some(Edit::delete(Span::new(span.start - joined, span.end))),
        (None, Some(joined)) if starts_a_list(before) => {
            Some(Edit::delete(Span::new(span.start, span.end + joined)))
        }
        _ => None,
    }
}

/// Bytes of white space, an operator and white space that `text` begins with.
fn operator_after(text: &str) -> Option<usize> {
    let rest = text.get(blank_after(text)..)?;
    let rest = rest.strip_prefix("&&").or(rest.strip_prefix(';').filter(|rest| !rest.starts_with(';')))?;
    let rest = rest.get(blank_after(rest)..)?;
    Some(text.len() - rest.len())
}

/// Bytes of white space, an operator and white space that `text` ends with.
fn operator_before(text: &str) -> Option<usize> {
    let rest = blank_before(text);
    let rest = rest.strip_suffix("&&").or(rest.strip_suffix(';').filter(|rest| !rest.ends_with(';')))?;
    Some(text.len() - blank_before(rest).len())
}

/// Whether nothing but the instruction's own words stands before.
fn starts_a_list(before: &str) -> bool {
    let words = before.trim_end_matches(|c: char| c.is_whitespace() || c == '\\');
    let last = words.rsplit(char::is_whitespace).next().unwrap_or_default();
    last.eq_ignore_ascii_case("run") || last.starts_with("--")
}

/// Bytes of white space and joined line ends that `text` begins with.
fn blank_after(text: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = text.get(length..).unwrap_or_default();
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let rest = rest.get(spaces..).unwrap_or_default();
        let joined = ["\\\n", "\\\r\n"].iter().find(|end| rest.starts_with(**end));
        length += spaces + joined.map_or(0, |end| end.len());
        if joined.is_none() {
            return length;
        }
    }
}

/// `text` without the white space and joined line ends at its end.
fn blank_before(text: &str) -> &str {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_end_matches([' ', '\t']);
        let joined = trimmed.strip_suffix("\\\n").or(trimmed.strip_suffix("\\\r\n"));
        match joined {
            Some(shorter) => rest = shorter,
            None => return trimmed,
        }
    }
}

/// A word taken out with the blanks before it.
pub(crate) fn without_word(subject: &Subject<'_>, word: Span) -> Option<Edit> {
    let before = subject.text().get(..word.start)?;
    Some(Edit::delete(Span::new(before.trim_end_matches(' ').len(), word.end)))
}

/// A line put in behind the FROM of a stage; none where FROM is the file's last line and has no newline.
pub(crate) fn behind_from(subject: &Subject<'_>, stage: usize, line: &str) -> Option<Edit> {
    let from = subject.build.as_ref()?.stages.stages.get(stage)?.from;
    let whole = whole_lines(subject.text(), from.span);
    let written = subject.at(whole);
    let newline = if written.ends_with("\r\n") { "\r\n" } else { "\n" };
    written.ends_with('\n').then(|| Edit::insert(whole.end, format!("{line}{newline}")))
}

/// The whole lines that `span` touches, the newline at their end included.
pub(crate) fn whole_lines(text: &str, span: Span) -> Span {
    let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let ends_a_line = !span.is_empty() && span.text(text).ends_with('\n');
    let rest = if ends_a_line { span.end - 1 } else { span.end };
    let end = text.get(rest..).and_then(|after| after.find('\n')).map_or(text.len(), |at| rest + at + 1);
    Span::new(start, end)
}
