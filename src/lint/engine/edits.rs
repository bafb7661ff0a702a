//! Edits that several rules make: taking a command out of a list.
//!
//! What it refuses to do: it edits no command whose place in the source is not plain, and leaves no RUN empty.

use crate::base::text::Span;
use crate::dockerfile::InstructionArguments;
use crate::finding::Edit;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::{Call, SourceScript};
use crate::shell::{Command, ContextKind};

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

/// A command put in at the end of a RUN: behind `&&` on a line of its own, or in a heredoc at the end of its last line.
///
/// None where the last command runs in the background, is in another's quotes, ends in a comment or never comes to its
/// end, and where a heredoc is what some command reads.
pub(crate) fn at_the_end(subject: &Subject<'_>, script: &SourceScript, command: &str) -> Option<Edit> {
    let is_in_the_list = |command: &&Command| {
        use ContextKind::{And, Or, Script};
        script.shell.contexts_of(command).all(|context| matches!(context.kind, Script | And | Or))
    };
    let last = script.shell.commands.iter().filter(is_in_the_list).max_by_key(|command| command.span.end)?;
    if last.is("exit") || last.is("exec") || last.wrappers.iter().any(|wrapper| wrapper.name == "exec") {
        return None;
    }
    let end = script.place(last.span).end;
    let text = subject.text();
    let rest = text.get(end..script.span.end)?;
    let build = subject.build.as_ref()?;
    let step = build.at(script.step?)?;
    let InstructionArguments::Text(line) = &step.instruction.arguments else { return None };
    if let Some(first) = step.instruction.heredocs.first() {
        let next = rest.find('\n').map(|at| end + at + 1)?;
        let is_plain = text.get(end..next)?.trim().is_empty();
        let is_script = line.span() == first.word && next == first.body.end;
        // On a line of its own it would be the last command, whose status alone a heredoc's shell gives.
        return (is_plain && is_script).then(|| Edit::insert(end, format!(" && {command}")));
    }
    let newline = line_end(text, end);
    let escape = build.dockerfile.escape;
    rest.trim().is_empty().then(|| Edit::insert(end, format!(" {escape}{newline} && {command}")))
}

/// How the line that holds byte `at` ends; the last one as the line before it does.
fn line_end(text: &str, at: usize) -> &'static str {
    let own = text.get(at..).and_then(|rest| rest.find('\n')).map(|newline| at + newline);
    let newline = own.or_else(|| text.get(..at)?.rfind('\n'));
    let is_crlf = newline.and_then(|newline| text.get(..newline)).is_some_and(|line| line.ends_with('\r'));
    if is_crlf { "\r\n" } else { "\n" }
}

/// The whole lines that `span` touches, the newline at their end included.
pub(crate) fn whole_lines(text: &str, span: Span) -> Span {
    let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let ends_a_line = !span.is_empty() && span.text(text).ends_with('\n');
    let rest = if ends_a_line { span.end - 1 } else { span.end };
    let end = text.get(rest..).and_then(|after| after.find('\n')).map_or(text.len(), |at| rest + at + 1);
    Span::new(start, end)
}
