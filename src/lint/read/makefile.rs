//! Makefiles: the recipes' shell lines.
//!
//! A recipe line begins with a tab; lines joined by a backslash are one for the shell. `$$` is a dollar for the shell;
//! `$(shell X)` runs X when make reads the file, which comes to the same for who looks at X; `$(NAME)` is make's variable.
//!
//! What it refuses to do: it evaluates none of make's functions and conditions.

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::lint::subject::shell_code::Script;

/// The shell lines of all recipes, and of `NAME = $(shell …)` lines.
pub(super) fn scripts(text: &str) -> Vec<Script> {
    let mut scripts = Vec::new();
    let mut offset = 0;
    while let Some(rest) = text.get(offset..).filter(|rest| !rest.is_empty()) {
        let length = joined_length(rest);
        let span = Span::new(offset, offset + length);
        let line = span.text(text);
        if line.starts_with('\t') || line.contains("$(shell ") {
            let prefix = line.len() - line.trim_start_matches(['\t', ' ', '@', '-', '+']).len();
            let logical = for_the_shell(text, Span::new(offset + prefix, offset + length));
            scripts.push(Script::on_host(logical, span));
        }
        offset += length;
    }
    scripts
}

/// Bytes up to the end of a line that no backslash joins to the next.
fn joined_length(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        length += line.len();
        if !line.trim_end_matches(['\n', '\r']).ends_with('\\') {
            break;
        }
    }
    length
}

/// The line as the shell gets it, make's variables as the shell's.
fn for_the_shell(text: &str, span: Span) -> Logical {
    let mut logical = Logical::starting_at(span.start);
    let line = span.text(text);
    let mut at = 0;
    let mut copied = 0;
    let mut push = |from: usize, to: usize| logical.push(text, Span::new(span.start + from, span.start + to));
    while let Some(found) = line.get(at..).and_then(|rest| rest.find('$')).map(|found| at + found) {
        let after = line.get(found + 1..).unwrap_or_default();
        at = found + 1;
        if after.starts_with('$') {
            push(copied, found);
            (copied, at) = (found + 1, found + 2);
        } else if after.starts_with("(shell ") {
            // `$(shell X)` is the shell's `$(X)`.
            push(copied, found + 2);
            (copied, at) = (found + 2 + "shell ".len(), found + 2 + "shell ".len());
        } else if let Some(end) = variable_end(after) {
            // `$(NAME)` is the shell's `$NAME`.
            push(copied, found + 1);
            push(found + 2, found + 1 + end);
            (copied, at) = (found + 2 + end, found + 2 + end);
        }
    }
    push(copied, line.len());
    logical
}

/// For `(NAME)`, where its parenthesis closes.
fn variable_end(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('(')?;
    let length = inside.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    (length > 0 && inside.get(length..)?.starts_with(')')).then_some(length + 1)
}
