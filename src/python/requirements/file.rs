//! pip's requirements files, line by line.
//!
//! Vocabulary: a logical line ends where no backslash joins the next one to it; `#` begins a comment at the start of a
//! line or after white space. A line holds one requirement with options of its own (`--hash`), or options for the whole
//! file, or names another file (`-r`, `-c`).
//!
//! What it refuses to do: it asks no index, evaluates no marker, and leaves `${VARIABLES}` as they are. Text that no
//! rule covers is kept as [`RequirementSource::Unknown`](super::model::RequirementSource::Unknown).

use super::line::{Token, requirement, tokens};
use super::model::{EntryKind, FileRole, LineOption, PipRequirement, RequirementsEntry, RequirementsText};
use crate::base::limits;
use crate::base::logical::Logical;
use crate::base::text::{Lines, SourceWord, Span};

impl RequirementsText {
    /// Reads a requirements file's text. Never fails; of more than [`limits::REQUIREMENTS`] lines it reads the first ones.
    pub fn parse(source: &str) -> Self {
        let lines = Lines::of(source);
        let mut entries = Vec::new();
        let said = logical_lines(source);
        let is_cut = said.len() > limits::REQUIREMENTS;
        for logical in said.into_iter().take(limits::REQUIREMENTS) {
            let line = lines.line(logical.source_offset(0));
            entries.extend(entries_of(&logical).into_iter().map(|(span, kind)| RequirementsEntry {
                line,
                span,
                kind,
            }));
        }
        Self { source: source.to_owned(), entries, recoded: false, is_cut }
    }
}

/// What `-e` names: a folder or a URL.
pub(in crate::python) fn editable(text: &str) -> PipRequirement {
    let span = Span::new(0, text.len());
    requirement(SourceWord { text: text.to_owned(), span }, Vec::new(), true)
}

/// Joins lines at backslashes and takes comments off; empty lines are left out.
fn logical_lines(source: &str) -> Vec<Logical> {
    let mut lines = Vec::new();
    let mut open: Option<Logical> = None;
    let mut offset = if source.starts_with('\u{feff}') { 3 } else { 0 };
    while let Some(rest) = source.get(offset..).filter(|rest| !rest.is_empty()) {
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let content = rest.get(..length).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let comment = content.trim_start().starts_with('#');
        let joined = content.ends_with('\\') && !comment;
        let kept = if joined { content.trim_end_matches('\\') } else { content };
        let logical = open.get_or_insert_with(|| Logical::starting_at(offset));
        if !comment {
            logical.push(source, Span::new(offset, offset + kept.len()));
        }
        if !joined {
            lines.extend(open.take());
        }
        offset += length;
    }
    lines.extend(open);
    lines.iter().map(without_comment).filter(|line| !line.is_empty()).collect()
}

fn without_comment(line: &Logical) -> Logical {
    let text = line.text();
    let mut after_space = true;
    let comment = text.char_indices().find(|(_, c)| {
        let starts = *c == '#' && after_space;
        after_space = c.is_whitespace();
        starts
    });
    let end = comment.map_or(text.len(), |(at, _)| at);
    let kept = text.get(..end).unwrap_or_default();
    line.slice(end - kept.trim_start().len()..kept.trim_end().len().max(end - kept.trim_start().len()))
}

/// What one logical line says.
fn entries_of(line: &Logical) -> Vec<(Span, EntryKind)> {
    let tokens = tokens(line.text());
    let options_start = tokens.iter().position(|token| token.text.starts_with('-'));
    let (before, options) = tokens.split_at(options_start.unwrap_or(tokens.len()));
    let options = options_of(line, options);
    let Some(end) = before.last().map(|token| token.range.end) else {
        return options.into_iter().map(|option| (option.span, file_option(option))).collect();
    };
    let text = word(line, 0, end);
    let (hashes, others): (Vec<_>, Vec<_>) = options.into_iter().partition(|option| option.name == "hash");
    let hashes = hashes.into_iter().filter_map(|option| option.value).collect();
    let mut requirement = requirement(text, hashes, false);
    requirement.options = others;
    vec![(line.span(), EntryKind::Requirement(Box::new(requirement)))]
}

fn word(line: &Logical, start: usize, end: usize) -> SourceWord {
    SourceWord {
        text: line.text().get(start..end).unwrap_or_default().to_owned(),
        span: line.source_span(start..end),
    }
}

fn file_option(option: LineOption) -> EntryKind {
    match (option.name.as_str(), option.value) {
        ("requirement", Some(path)) => EntryKind::Include(FileRole::Requirements, path),
        ("constraint", Some(path)) => EntryKind::Include(FileRole::Constraints, path),
        ("editable", Some(text)) => EntryKind::Requirement(Box::new(requirement(text, Vec::new(), true))),
        (_, value) => EntryKind::Option(option.name, value),
    }
}

/// Options and their values; a value follows `=`, the next space, or a short option at once.
fn options_of(line: &Logical, tokens: &[Token]) -> Vec<LineOption> {
    let mut options = Vec::new();
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        let Some((name, attached)) = option_name(&token.text) else { continue };
        let mut end = token.range.end;
        let value = match attached {
            // The value is at the end of the token, quotes taken off.
            Some(value) => {
                let start = token.range.end.saturating_sub(value.len()).max(token.range.start);
                Some(SourceWord { span: line.source_span(start..end), text: value })
            }
            None if is_switch(&name) => None,
            None => tokens.next().map(|token| {
                end = token.range.end;
                SourceWord { text: token.text.clone(), span: line.source_span(token.range.clone()) }
            }),
        };
        options.push(LineOption { name, value, span: line.source_span(token.range.start..end) });
    }
    options
}

/// The long name of an option, and the value attached to it.
fn option_name(text: &str) -> Option<(String, Option<String>)> {
    if let Some(long) = text.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let name = match name {
            "requirements" => "requirement",
            "constraints" => "constraint",
            "pypi-url" => "index-url",
            name => name,
        };
        return Some((name.to_owned(), value.map(str::to_owned)));
    }
    let short = text.strip_prefix('-')?;
    let letter = short.chars().next()?;
    let name = match letter {
        'r' => "requirement",
        'c' => "constraint",
        'e' => "editable",
        'i' => "index-url",
        'f' => "find-links",
        'C' => "config-settings",
        _ => return Some((short.to_owned(), None)),
    };
    let attached = short.get(letter.len_utf8()..).filter(|value| !value.is_empty());
    let attached = attached.map(|value| value.strip_prefix('=').unwrap_or(value).to_owned());
    Some((name.to_owned(), attached))
}

fn is_switch(name: &str) -> bool {
    matches!(name, "pre" | "no-index" | "prefer-binary" | "require-hashes" | "process-dependency-links")
}

#[cfg(test)]
mod tests;
