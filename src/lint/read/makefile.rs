//! Makefiles: the recipes' shell lines.
//!
//! A recipe line begins with a tab; lines joined by a backslash are one for the shell. `$$` is a dollar for the shell;
//! `$(shell X)` runs X when make reads the file, which comes to the same for who looks at X; `$(NAME)` is make's variable.
//!
//! What it refuses to do: it evaluates none of make's functions and conditions.

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::lint::subject::shell_code::SourceScript;

/// The shell lines of all recipes, and of `NAME = $(shell …)` lines.
pub(super) fn scripts(text: &str) -> Vec<SourceScript> {
    let mut scripts = Vec::new();
    let mut offset = 0;
    while let Some(rest) = text.get(offset..).filter(|rest| !rest.is_empty()) {
        let length = joined_length(rest);
        let span = Span::new(offset, offset + length);
        let line = span.text(text);
        if line.starts_with('\t') || line.contains("$(shell ") {
            let prefix = line.len() - line.trim_start_matches(['\t', ' ', '@', '-', '+']).len();
            let logical = for_the_shell(text, Span::new(offset + prefix, offset + length));
            scripts.push(SourceScript::on_host(logical, span));
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
    while let Some(dollar) = line.get(at..).and_then(|rest| rest.find('$')).map(|behind| at + behind) {
        let after = line.get(dollar + 1..).unwrap_or_default();
        at = dollar + 1;
        if after.starts_with('$') {
            push(copied, dollar);
            (copied, at) = (dollar + 1, dollar + 2);
        } else if after.starts_with("(shell ") {
            // `$(shell X)` is the shell's `$(X)`.
            push(copied, dollar + 2);
            (copied, at) = (dollar + 2 + "shell ".len(), dollar + 2 + "shell ".len());
        } else if let Some(end) = variable_end(after) {
            // `$(NAME)` is the shell's `$NAME`.
            push(copied, dollar + 1);
            push(dollar + 2, dollar + 1 + end);
            (copied, at) = (dollar + 2 + end, dollar + 2 + end);
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
