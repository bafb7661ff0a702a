//! pip's requirements files, line by line.
//!
//! Vocabulary: a logical line ends where no backslash joins the next one to it; `#` begins a comment at the start of a
//! line or after white space. A line holds one requirement with options of its own (`--hash`), or options for the whole
//! file, or names another file (`-r`, `-c`).
//!
//! What it refuses to do: it asks no index, evaluates no marker, and leaves `${VARIABLES}` as they are. Text that no
//! rule covers is kept as [`Source::Unknown`].

use pep440_rs::{Operator, VersionSpecifiers};
use pep508_rs::MarkerTree;

use super::{Logical, RequirementToken, Word, requirement, tokens};
use crate::base::text::{Lines, Span};

/// A requirements file, read.
#[derive(Debug, Clone)]
pub struct RequirementsFile {
    /// The text; spans point into it.
    pub source: String,
    /// What its lines say, in order.
    pub entries: Vec<Entry>,
}

/// One thing a line says.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The line it begins on, from 1.
    pub line: usize,
    /// Where it stands, continuation lines included, comments not.
    pub span: Span,
    /// What it says.
    pub kind: EntryKind,
}

/// What a line of a requirements file says.
#[derive(Debug, Clone)]
pub enum EntryKind {
    /// Something to install.
    Requirement(Box<Requirement>),
    /// Another file to read.
    Include(FileRole, Word),
    /// An option for the whole file, by its long name without dashes (`index-url`, `pre`), and its value.
    Option(String, Option<Word>),
}

/// What a file's lines are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileRole {
    /// Installed (`-r`).
    Requirements,
    /// Versions allowed if something else installs them (`-c`).
    Constraints,
}

/// Something to install.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The requirement as written, without its options.
    pub text: Word,
    /// The name, normalised as PEP 503 says; also from `#egg=`.
    pub name: Option<String>,
    /// Extras, as written.
    pub extras: Vec<String>,
    /// Where it comes from.
    pub source: Source,
    /// The marker as written, after `;`.
    pub marker: Option<String>,
    /// The marker, where it is one.
    pub marker_tree: Option<MarkerTree>,
    /// Values of `--hash`.
    pub hashes: Vec<Word>,
    /// Given with `-e`.
    pub editable: bool,
}

/// Where a requirement comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// An index, in a version that fits.
    Index(VersionSpecifiers),
    /// A file at a URL.
    Url(String),
    /// A version control system: the URL as written, and the revision after its last `@`.
    Vcs(String, Option<String>),
    /// A file or folder.
    Path(String),
    /// None of these, or versions that can't be read.
    Unknown,
}

impl RequirementsFile {
    /// Reads a requirements file's text. Never fails.
    pub fn parse(source: &str) -> Self {
        let lines = Lines::of(source);
        let mut entries = Vec::new();
        for logical in logical_lines(source) {
            let line = lines.line(logical.source_offset(0));
            entries.extend(entries_of(&logical).into_iter().map(|(span, kind)| Entry { line, span, kind }));
        }
        Self { source: source.to_owned(), entries }
    }

    /// The requirements, in order, with their entries.
    pub fn requirements(&self) -> impl Iterator<Item = (&Entry, &Requirement)> {
        self.entries.iter().filter_map(|entry| match &entry.kind {
            EntryKind::Requirement(requirement) => Some((entry, &**requirement)),
            _ => None,
        })
    }
}

impl Requirement {
    /// The one version that fits, where `==` or `===` names it.
    pub fn exact_version(&self) -> Option<String> {
        let Source::Index(specifiers) = &self.source else { return None };
        let mut exact = specifiers
            .iter()
            .filter(|specifier| matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual));
        exact.next().map(|specifier| specifier.version().to_string())
    }
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
    let hashes = options.into_iter().filter(|option| option.name == "hash").filter_map(|option| option.value);
    let requirement = requirement(text, hashes.collect(), false);
    vec![(line.span(), EntryKind::Requirement(Box::new(requirement)))]
}

fn word(line: &Logical, start: usize, end: usize) -> Word {
    Word {
        text: line.text().get(start..end).unwrap_or_default().to_owned(),
        span: line.source_span(start..end),
    }
}

struct OptionWord {
    name: String,
    value: Option<Word>,
    span: Span,
}

fn file_option(option: OptionWord) -> EntryKind {
    match (option.name.as_str(), option.value) {
        ("requirement", Some(path)) => EntryKind::Include(FileRole::Requirements, path),
        ("constraint", Some(path)) => EntryKind::Include(FileRole::Constraints, path),
        ("editable", Some(text)) => EntryKind::Requirement(Box::new(requirement(text, Vec::new(), true))),
        (_, value) => EntryKind::Option(option.name, value),
    }
}

/// Options and their values; a value follows `=`, the next space, or a short option at once.
fn options_of(line: &Logical, tokens: &[RequirementToken]) -> Vec<OptionWord> {
    let mut options = Vec::new();
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        let Some((name, attached)) = option_name(&token.text) else { continue };
        let mut end = token.range.end;
        let value = match attached {
            // The value is at the end of the token, quotes taken off.
            Some(value) => {
                let start = token.range.end.saturating_sub(value.len()).max(token.range.start);
                Some(Word { span: line.source_span(start..end), text: value })
            }
            None if is_switch(&name) => None,
            None => tokens.next().map(|token| {
                end = token.range.end;
                Word { text: token.text.clone(), span: line.source_span(token.range.clone()) }
            }),
        };
        options.push(OptionWord { name, value, span: line.source_span(token.range.start..end) });
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
