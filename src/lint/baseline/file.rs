//! A baseline's file: TOML, an `[[exception]]` for each finding, as policies have them.
//!
//! What it refuses to do: a key that is not known is an error with its place. Exceptions of a `cause` are not lint's: they are
//! passed over, and kept where the file is written anew.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::base::text::Lines;
use crate::base::{bounded, checkout, limits};
use crate::lint::engine::error::LintError;
use crate::lint::rules;
use crate::lockfile::beside;
use crate::lockfile::encode::string;

/// What a finding, or a drift, is excused by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exception {
    /// The file, from the baseline's folder.
    pub(super) path: String,
    /// Where it stood when it was written; people read it, and an exception without a text goes by it.
    pub(super) line: Option<usize>,
    /// Whose finding it is; none for one of a cause.
    pub(super) rule: Option<&'static str>,
    /// The statement that the finding begins in.
    pub(super) text: Option<String>,
    /// Why it is accepted.
    pub(super) reason: String,
    /// Who answers for it.
    pub(super) owner: Option<String>,
    /// The last day that it holds.
    pub(super) expires: Option<Date>,
    /// What else the shape has, for drifts.
    cause: Option<String>,
    layer: Option<usize>,
    fields: Vec<String>,
}

impl Exception {
    /// That of a finding.
    pub(super) fn of(rule: &'static str, path: String, line: usize, text: String) -> Self {
        Self {
            path,
            line: Some(line),
            rule: Some(rule),
            text: Some(text),
            reason: WRITTEN.to_owned(),
            owner: None,
            expires: None,
            cause: None,
            layer: None,
            fields: Vec::new(),
        }
    }
}

/// Why a finding is accepted that nobody looked at.
const WRITTEN: &str = "here before the baseline was";

const HEAD: &str = "\
# Findings that reprolock lint accepts, until somebody edits what they stand in. `--write-baseline` writes this file anew and
# keeps what was written by hand: reason, owner, and expires = \"YYYY-MM-DD\", the last day that an exception holds.
version = 1
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: Spanned<i64>,
    #[serde(default)]
    exception: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rule: Option<Spanned<String>>,
    cause: Option<Spanned<String>>,
    path: String,
    layer: Option<usize>,
    line: Option<usize>,
    #[serde(default)]
    fields: Vec<String>,
    text: Option<String>,
    reason: Spanned<String>,
    owner: Option<String>,
    expires: Option<Spanned<String>>,
}

/// Reads a baseline; none where there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<Exception>>, LintError> {
    let failed = |source: io::Error| LintError::BaselineIo { path: path.into(), source };
    // Asked before opening: opening a pipe would wait for a writer.
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        metadata if !metadata.as_ref().is_ok_and(fs::Metadata::is_file) => {
            metadata.map_err(failed)?;
            return Err(failed(io::Error::other("it is no regular file")));
        }
        _ => {}
    }
    let file = File::open(path).map_err(failed)?;
    if checkout::leads_out(path).map_err(failed)? {
        return Err(failed(io::Error::other("it leads out of the repository through a link")));
    }
    let bytes = bounded::read(file, limits::BASELINE_BYTES).map_err(failed)?;
    let too_large = || failed(io::Error::other(format!("larger than {} bytes", limits::BASELINE_BYTES)));
    let text = String::from_utf8(bytes.ok_or_else(too_large)?);
    parse(&text.map_err(|_| failed(io::Error::other("not UTF-8")))?, path).map(Some)
}

fn parse(text: &str, path: &Path) -> Result<Vec<Exception>, LintError> {
    let lines = Lines::of(text);
    let refuse = |offset: usize, problem: String| LintError::Baseline {
        path: path.into(),
        at: lines.position(text, offset),
        problem,
    };
    let document: Document = crate::base::toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        refuse(start, error.message().lines().next().unwrap_or("not TOML").to_owned())
    })?;
    if *document.version.get_ref() != 1 {
        let problem = format!("expected version 1, found {}", document.version.get_ref());
        return Err(refuse(document.version.span().start, problem));
    }
    let exception = |table: Table| {
        let reason_at = table.reason.span().start;
        let rule = match (&table.rule, &table.cause) {
            (Some(rule), None) => {
                let known = rules::find(rule.get_ref()).map(|rule| rule.about().id);
                let unknown = || {
                    let close =
                        rules::closest(rule.get_ref()).map(|close| format!(": did you mean {close}?"));
                    let problem =
                        format!("there is no rule {:?}{}", rule.get_ref(), close.unwrap_or_default());
                    refuse(rule.span().start, problem)
                };
                Some(known.ok_or_else(unknown)?)
            }
            (None, Some(_)) => None,
            _ => return Err(refuse(reason_at, "expected a rule or a cause, and not both".to_owned())),
        };
        if table.reason.get_ref().trim().is_empty() {
            return Err(refuse(reason_at, "expected a reason, found none".to_owned()));
        }
        let expires = table.expires.map(|day| {
            let problem = format!("expected a day as 2027-01-31, found {:?}", day.get_ref());
            day.get_ref().parse::<Date>().map_err(|_| refuse(day.span().start, problem))
        });
        Ok(Exception {
            path: table.path,
            line: table.line,
            rule,
            text: table.text,
            reason: table.reason.into_inner(),
            owner: table.owner,
            expires: expires.transpose()?,
            cause: table.cause.map(Spanned::into_inner),
            layer: table.layer,
            fields: table.fields,
        })
    };
    document.exception.into_iter().map(exception).collect()
}

/// The file's text: the exceptions sorted, a key a line.
fn encode(exceptions: &[Exception]) -> String {
    let mut sorted: Vec<&Exception> = exceptions.iter().collect();
    sorted.sort();
    let mut text = HEAD.to_owned();
    for exception in sorted {
        let Exception { path, line, rule, text: statement, reason, owner, expires, cause, layer, fields } =
            exception;
        text.push_str("\n[[exception]]\n");
        let mut put = |key: &str, value: Option<String>| {
            value.into_iter().for_each(|value| text.push_str(&format!("{key} = {value}\n")));
        };
        put("rule", rule.map(string));
        put("cause", cause.as_deref().map(string));
        put("path", Some(string(path)));
        put("layer", layer.map(|layer| layer.to_string()));
        put("line", line.map(|line| line.to_string()));
        let fields: Vec<String> = fields.iter().map(|field| string(field)).collect();
        put("fields", (!fields.is_empty()).then(|| format!("[{}]", fields.join(", "))));
        put("text", statement.as_deref().map(string));
        put("reason", Some(string(reason)));
        put("owner", owner.as_deref().map(string));
        put("expires", expires.map(|day| string(&day.to_string())));
    }
    text
}

/// Writes the file beside its place, and renames it.
pub(super) fn write(path: &Path, exceptions: &[Exception]) -> Result<(), LintError> {
    let failed =
        |error: io::Error| LintError::BaselineIo { path: path.into(), source: beside::without_name(error) };
    let old = fs::symlink_metadata(path);
    if old.as_ref().is_ok_and(|old| !old.is_file()) {
        return Err(LintError::BaselineIo {
            path: path.into(),
            source: io::Error::other("it is no regular file"),
        });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
    if checkout::leads_out(&folder).map_err(failed)? {
        let source = io::Error::other("the way to it leads out of the repository through a link");
        return Err(LintError::BaselineIo { path: path.into(), source });
    }
    let mut temporary = beside::temporary(path).map_err(failed)?;
    temporary.write_all(encode(exceptions).as_bytes()).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(path).map(drop).map_err(|error| failed(error.error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(text, Path::new("b.toml")).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read_again_whatever_it_holds() {
        let odd = "a \"b\" \\ \n\u{202e}\u{1b}[2J é";
        let mut exception = Exception::of("apt-unpinned", odd.into(), 3, odd.into());
        exception.owner = Some(odd.into());
        exception.expires = "2027-01-31".parse().ok();
        let drift = Exception {
            rule: None,
            cause: Some("pyc-header".into()),
            layer: Some(2),
            fields: vec!["mtime".into()],
            text: None,
            ..Exception::of("apt-unpinned", "usr".into(), 1, String::new())
        };
        let all = vec![exception, drift];
        let text = encode(&all);
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text}");
        assert_eq!(parse(&text, Path::new("b.toml")).unwrap(), all);
        assert_eq!(encode(&[all[1].clone(), all[0].clone()]), text, "in whatever order they come");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let one = |rest: &str| format!("version = 1\n[[exception]]\npath = \"a\"\n{rest}");
        assert_eq!(error("version = 2\n"), "b.toml:1:11: expected version 1, found 2");
        assert!(error("").starts_with("b.toml:1:1: missing field `version`"), "{}", error(""));
        assert_eq!(
            error(&one("rule = \"apt-unpined\"\nreason = \"x\"\n")),
            "b.toml:4:8: there is no rule \"apt-unpined\": did you mean apt-unpinned?"
        );
        assert!(error(&one("rule = \"apt-unpinned\"\n")).contains("missing field `reason`"));
        assert_eq!(
            error(&one("rule = \"apt-unpinned\"\nreason = \" \"\n")),
            "b.toml:5:10: expected a reason, found none"
        );
        assert_eq!(error(&one("reason = \"x\"\n")), "b.toml:4:10: expected a rule or a cause, and not both");
        let late = "rule = \"apt-unpinned\"\nreason = \"x\"\nexpires = \"soon\"\n";
        assert_eq!(error(&one(late)), "b.toml:6:11: expected a day as 2027-01-31, found \"soon\"");
        assert!(error(&one("lines = 3\n")).contains("unknown field `lines`"));
    }
}
