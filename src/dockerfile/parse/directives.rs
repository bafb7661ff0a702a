//! Parser directives: `# escape=…`, `# syntax=…`, `# check=…`, and what names the frontend of a file.
//!
//! Directives stand before everything else, one per name. The first line that is not a directive, be it blank, a
//! comment or a shebang, ends them: an escape directive below is an inert comment.
//!
//! What it refuses to do: it gives no meaning to the value of `check`.

use std::collections::BTreeSet;

use crate::base::text::Span;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The directives BuildKit knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DirectiveName {
    /// The escape character.
    Escape,
    /// The frontend image.
    Syntax,
    /// Which build checks to skip.
    Check,
}

/// A parser directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Which one.
    pub name: DirectiveName,
    /// The value, without white space around it.
    pub value: String,
    /// Where the value stands.
    pub value_span: Span,
}

/// The frontend a file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syntax {
    /// The image reference: the value up to its first space.
    pub reference: String,
    /// The whole value.
    pub command_line: String,
    /// Where the reference stands; the whole text where it is named in JSON.
    pub span: Span,
}

/// Recognises directives line by line, until a line that is none.
#[derive(Debug, Default)]
pub(super) struct DirectiveScanner {
    done: bool,
    seen: BTreeSet<DirectiveName>,
}

impl DirectiveScanner {
    /// The directive on this line, if directives are still possible; an error if it comes twice.
    pub(super) fn scan(
        &mut self,
        line: &str,
        at: usize,
        comment: &str,
    ) -> Result<Option<Directive>, &'static str> {
        if self.done {
            return Ok(None);
        }
        let Some(directive) = directive_of(line, at, comment) else {
            self.done = true;
            return Ok(None);
        };
        if !self.seen.insert(directive.name) {
            return Err(match directive.name {
                DirectiveName::Escape => "the escape directive is given twice",
                DirectiveName::Syntax => "the syntax directive is given twice",
                DirectiveName::Check => "the check directive is given twice",
            });
        }
        Ok(Some(directive))
    }
}

/// `<comment> name = value` with a known name; `at` is where the line stands in the source.
fn directive_of(line: &str, at: usize, comment: &str) -> Option<Directive> {
    let body = line.strip_prefix(comment)?.trim_start();
    let (name, value) = body.split_once('=')?;
    let name = match name.trim_end_matches(is_regex_space).to_ascii_lowercase().as_str() {
        "escape" => DirectiveName::Escape,
        "syntax" => DirectiveName::Syntax,
        "check" => DirectiveName::Check,
        _ => return None,
    };
    let trimmed = value.trim_start_matches(is_regex_space);
    let start = at + (line.len() - trimmed.len());
    let value = trimmed.trim_end_matches(is_regex_space);
    let span = Span::new(start, start + value.len());
    (!value.is_empty()).then(|| Directive { name, value: value.to_owned(), value_span: span })
}

fn is_regex_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// The frontend named by `# syntax=`, `// syntax=` or a JSON object's `syntax`, after a shebang line if there is one.
///
/// Unlike when parsing, a line with white space before its comment sign is no directive here.
pub fn detect_syntax(source: &str) -> Option<Syntax> {
    let text = source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(source);
    let text = match text.split_once('\n') {
        Some((line, rest)) if line.starts_with("#!") => rest,
        None if text.starts_with("#!") => "",
        _ => text,
    };
    let at = source.len() - text.len();
    let directive = syntax_directive(text, at, "#").or_else(|| syntax_directive(text, at, "//"));
    directive.or_else(|| syntax_in_json(text, at))
}

fn syntax_directive(text: &str, at: usize, comment: &str) -> Option<Syntax> {
    let mut scanner = DirectiveScanner::default();
    let mut offset = at;
    for raw in text.split_inclusive('\n') {
        let line = raw.strip_suffix('\n').unwrap_or(raw);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let directive = scanner.scan(line, offset, comment).ok().flatten()?;
        if directive.name == DirectiveName::Syntax {
            let command_line = directive.value;
            let reference = command_line.split(' ').next().unwrap_or_default().to_owned();
            let start = directive.value_span.start;
            return Some(Syntax { span: Span::new(start, start + reference.len()), reference, command_line });
        }
        offset += raw.len();
    }
    None
}

fn syntax_in_json(text: &str, at: usize) -> Option<Syntax> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let value = object.get("syntax")?.as_str()?.to_owned();
    Some(Syntax { reference: value.clone(), command_line: value, span: Span::new(at, at + text.len()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(source: &str) -> Option<String> {
        detect_syntax(source).map(|syntax| syntax.reference)
    }

    #[test]
    fn the_frontend_is_found_in_each_of_its_three_forms() {
        assert_eq!(reference("# syntax=example.org/df:1 extra\nFROM a").as_deref(), Some("example.org/df:1"));
        assert_eq!(reference("//  syntax = example.org/df:1\n{}").as_deref(), Some("example.org/df:1"));
        assert_eq!(reference("{\"syntax\": \"example.org/df:1\"}").as_deref(), Some("example.org/df:1"));
        assert_eq!(reference("FROM a\n# syntax=example.org/df:1\n"), None);
    }

    #[test]
    fn a_byte_order_mark_and_a_shebang_may_stand_before_the_syntax() {
        assert_eq!(reference("\u{feff}# syntax=a\n").as_deref(), Some("a"));
        assert_eq!(reference("#!/usr/bin/env build\n# syntax=a\n").as_deref(), Some("a"));
        assert_eq!(reference("#!/bin/sh\n{\"syntax\":\"a\"}").as_deref(), Some("a"));
        assert_eq!(reference("#!only"), None);
    }

    #[test]
    fn other_directives_may_stand_before_the_syntax_but_comments_may_not() {
        assert_eq!(reference("# escape=`\n# SYNTAX = a\r\n").as_deref(), Some("a"));
        assert_eq!(reference("# note\n# syntax=a\n"), None);
        assert_eq!(reference("# key=value\n# syntax=a\n"), None);
        assert_eq!(reference("  # syntax=a\n"), None);
        assert_eq!(reference("{\"syntax\": 1}"), None);
    }

    #[test]
    fn the_span_covers_the_reference_alone() {
        let source = "# syntax = a:1 b\n";
        assert_eq!(detect_syntax(source).unwrap().span.text(source), "a:1");
    }
}
