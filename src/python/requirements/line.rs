//! One requirement: a name with versions, `name @ URL`, a URL, a version control URL, or a path.
//!
//! What it refuses to do: it asks nothing of the world: `${VARIABLES}` of URLs stay as they are.

use std::convert::Infallible;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use pep508_rs::{Pep508Url, VersionOrUrl};

use super::model::{PipRequirement, RequirementSource};
use super::pep508::{is_name, parse_marker, parse_pep508};
use crate::base::text::SourceWord;
use crate::python::name::normal_name;

/// A word of a line, quotes and backslashes taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// Splits a line into words as a shell would, without expanding anything.
pub(super) fn tokens(line: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut open, mut quote): (Option<Token>, Option<char>) = (None, None);
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() && quote.is_none() {
            tokens.extend(open.take());
            continue;
        }
        let token = open.get_or_insert_with(|| Token { text: String::new(), range: at..at });
        token.range.end = at + c.len_utf8();
        match (c, quote) {
            (c, Some(closing)) if c == closing => quote = None,
            ('\'' | '"', None) => quote = Some(c),
            ('\\', None | Some('"')) => {
                if let Some((at, escaped)) = chars.next() {
                    token.text.push(escaped);
                    token.range.end = at + escaped.len_utf8();
                }
            }
            (c, _) => token.text.push(c),
        }
    }
    tokens.extend(open);
    tokens
}

/// Reads a requirement.
pub(super) fn requirement(text: SourceWord, hashes: Vec<SourceWord>, editable: bool) -> PipRequirement {
    let parts = named_url(&text.text).or_else(|| installable(&text.text)).or_else(|| versions(&text.text));
    let mut parts = parts.unwrap_or_else(|| unknown(&text.text));
    if editable && matches!(parts.source, RequirementSource::Index(_)) {
        // pip takes what is edited in place from a folder or from version control, and from no index.
        parts = Parts { name: None, source: RequirementSource::Path(text.text.clone()), ..parts };
    }
    PipRequirement {
        name: parts.name.as_deref().map(normal_name),
        extras: parts.extras,
        source: parts.source,
        marker_tree: parts.marker.as_deref().and_then(parse_marker),
        marker: parts.marker,
        text,
        hashes,
        options: Vec::new(),
        editable,
    }
}

struct Parts {
    name: Option<String>,
    extras: Vec<String>,
    source: RequirementSource,
    marker: Option<String>,
}

/// `name[extras] @ URL ; marker`
fn named_url(text: &str) -> Option<Parts> {
    let (left, right) = text.split_once('@')?;
    let (name, extras) = name_and_extras(left.trim())?;
    let (url, marker) = split_marker(right.trim());
    if url.is_empty() {
        return None;
    }
    Some(Parts { name: Some(name), extras, source: location(url), marker })
}

/// A URL, a version control URL or a path.
fn installable(text: &str) -> Option<Parts> {
    let (text, marker) = split_marker(text);
    if !is_installable(text) {
        return None;
    }
    let egg = text.split_once('#').map(|(_, fragment)| fragment).unwrap_or_default();
    let egg = egg.split('&').find_map(|part| part.strip_prefix("egg="));
    let (name, extras) = match egg.and_then(name_and_extras) {
        Some((name, extras)) => (Some(name), extras),
        None => (wheel_name(text), Vec::new()),
    };
    Some(Parts { name, extras, source: location(text), marker })
}

/// Whether pip takes the text for a place rather than a name.
fn is_installable(text: &str) -> bool {
    let end = text.split(['#', '[']).next().unwrap_or_default();
    let archive =
        [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz"].iter().any(|suffix| end.ends_with(suffix));
    text.contains("://")
        || text.starts_with("file:")
        || text.starts_with(['.', '/'])
        || archive
        || text.starts_with("git+")
        || end.contains('/')
}

/// `<name>-<version>-….whl`
fn wheel_name(text: &str) -> Option<String> {
    let file = text.split(['#', '?']).next()?.rsplit('/').next()?;
    let (name, _) = file.strip_suffix(".whl")?.split_once('-')?;
    Some(name.to_owned())
}

fn location(text: &str) -> RequirementSource {
    let plain = text.split('#').next().unwrap_or_default();
    let vcs = ["git+", "hg+", "svn+", "bzr+"].iter().any(|prefix| text.starts_with(prefix));
    if vcs {
        // A user may stand before an `@` too, but only left of the first slash of the address.
        let path = plain.split_once("://").map_or(plain, |(_, rest)| rest);
        let path = path.split_once('/').map_or("", |(_, path)| path);
        let revision = path.rsplit_once('@').map(|(_, revision)| revision.to_owned());
        return RequirementSource::Vcs(text.to_owned(), revision.filter(|revision| !revision.is_empty()));
    }
    if text.contains("://") {
        RequirementSource::Url(text.to_owned())
    } else {
        RequirementSource::Path(text.to_owned())
    }
}

/// In front of a URL's marker stands white space, since a URL may hold semicolons.
fn split_marker(text: &str) -> (&str, Option<String>) {
    let at = text.match_indices(';').map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        let after = text.get(at + 1..).unwrap_or_default();
        before.ends_with(char::is_whitespace) || after.starts_with(char::is_whitespace)
    });
    let Some(at) = at else { return (text, None) };
    let (left, right) = text.split_at(at);
    let marker = right.trim_start_matches(';').trim();
    (left.trim(), (!marker.is_empty()).then(|| marker.to_owned()))
}

/// A name with versions and marker, as PEP 508 has it.
fn versions(text: &str) -> Option<Parts> {
    let parsed = parse_pep508::<Verbatim>(text)?;
    let marker = text.split_once(';').map(|(_, marker)| marker.trim().to_owned());
    let source = match parsed.version_or_url {
        None => RequirementSource::Index(pep440_rs::VersionSpecifiers::empty()),
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => RequirementSource::Index(specifiers),
        Some(VersionOrUrl::Url(Verbatim(url))) => location(&url),
    };
    let extras = parsed.extras.iter().map(ToString::to_string).collect();
    Some(Parts {
        name: Some(parsed.name.to_string()),
        extras,
        source,
        marker: marker.filter(|m| !m.is_empty()),
    })
}

fn unknown(text: &str) -> Parts {
    let (left, marker) = text.split_once(';').map_or((text, None), |(left, marker)| (left, Some(marker)));
    let end = left.find(|c: char| !is_name(c) && !c.is_whitespace()).unwrap_or(left.len());
    let (name, rest) = left.split_at(end);
    let plain = rest.is_empty() || rest.starts_with(['=', '<', '>', '!', '~', '[', '(']);
    let name = Some(name.trim().to_owned()).filter(|name| plain && !name.is_empty());
    let marker = marker.map(|marker| marker.trim().to_owned());
    Parts { name, extras: Vec::new(), source: RequirementSource::Unknown, marker }
}

fn name_and_extras(text: &str) -> Option<(String, Vec<String>)> {
    let (name, extras) = match text.split_once('[') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(']')?),
        None => (text, ""),
    };
    let extras = extras.split(',').map(|extra| extra.trim().to_owned()).filter(|extra| !extra.is_empty());
    let named = !name.is_empty() && name.chars().all(is_name);
    named.then(|| (name.to_owned(), extras.collect()))
}

/// A URL kept as written: the parser's own type fills in the environment's variables.
#[derive(Debug, Clone)]
struct Verbatim(String);

impl fmt::Display for Verbatim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Pep508Url for Verbatim {
    type Err = Infallible;

    fn parse_url(url: &str, _: Option<&Path>) -> Result<Self, Infallible> {
        Ok(Self(url.to_owned()))
    }
}
