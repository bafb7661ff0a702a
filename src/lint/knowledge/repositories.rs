//! Repositories as commands name them, and the programs other than git that bring one.
//!
//! What it refuses to do: it asks no server where a branch or tag is.

use crate::base::text::Span;
use crate::lint::knowledge::downloads::last_part;
use crate::lint::knowledge::requirement::{LooseRevision, loose_revision};
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle, Value, Word};

/// A clone.
pub(crate) struct LooseClone {
    /// The repository as the command names it.
    pub(crate) url: String,
    /// The word at fault: the revision, or the repository where none is named.
    pub(crate) span: Span,
    /// Why no commit holds it; none while one does.
    pub(crate) loose: Option<LooseRevision>,
    /// The folder it is cloned to.
    pub(crate) folder: String,
    /// That folder as the command names it, for another command behind it.
    pub(crate) place: String,
    /// Whether the repository and revision are known.
    pub(crate) known: bool,
    /// The program that brings it.
    pub(crate) program: String,
    /// Whether nothing of it was fetched yet: `git remote add` names it.
    pub(super) is_named_only: bool,
}

/// gh, hg, svn, bzr, repo.
const OTHER: OptionStyle = OptionStyle {
    values: &[
        "-r",
        "-u",
        "-b",
        "-m",
        "--rev",
        "--updaterev",
        "--revision",
        "--branch",
        "--mr",
        "--depth",
        "--username",
        "--password",
        "--config-dir",
        "--config-option",
        "--manifest-url",
        "--manifest-name",
        "--ssh",
        "-e",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// Programs other than git that bring a repository.
pub(super) fn other(call: &Call<'_>) -> Option<LooseClone> {
    let words = call.expanded();
    let arguments = Arguments::of(&words, &OTHER);
    let operands: Vec<&str> = arguments.operands.iter().map(|word| word.text.as_str()).collect();
    let is_repo = call.is("repo");
    let named: &[&str] = if is_repo {
        &["-b", "--manifest-branch"]
    } else {
        &["-r", "-u", "--rev", "--updaterev", "--revision", "--branch", "-b"]
    };
    let revision = arguments.value(named);
    let url = match (call.program()?, operands.as_slice()) {
        ("gh" | "glab", ["repo", "clone", _, ..]) => arguments.operands.get(2)?,
        ("hub" | "hg", ["clone", _, ..]) => arguments.operands.get(1)?,
        ("svn", ["checkout" | "co" | "export", _, ..]) => arguments.operands.get(1)?,
        ("bzr" | "brz", ["branch" | "checkout", _, ..]) => arguments.operands.get(1)?,
        ("degit", [_, ..]) => arguments.operands.first()?,
        ("repo", ["init", ..]) => arguments.value(&["-u", "--manifest-url"])?.word,
        _ => return None,
    };
    let is_counted = matches!(call.program(), Some("svn" | "bzr" | "brz"));
    // `svn export URL@123`
    let peg = url.text.rsplit_once('@').is_some_and(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
    let is_number = |value: &Value<'_>| value.text().bytes().all(|byte| byte.is_ascii_digit());
    if is_counted && (peg || revision.is_some_and(is_number)) {
        return None;
    }
    repository(call, url, revision)
}

/// What a command brings of a repository that it names; none where that is a folder at hand.
pub(super) fn repository(call: &Call<'_>, url: &Word, revision: Option<&Value<'_>>) -> Option<LooseClone> {
    if url.text.starts_with(['/', '.']) || url.text.starts_with("file:") {
        return None;
    }
    Some(LooseClone {
        url: url.text.clone(),
        span: revision.map_or(call.script.place(url.span), |value| call.script.place(value.span())),
        loose: loose_revision(&url.text, revision.map(Value::text)),
        folder: last_part(&url.text).trim_end_matches(".git").to_owned(),
        place: last_part(&url.text).trim_end_matches(".git").to_owned(),
        known: url.is_literal() && revision.is_none_or(Value::is_literal),
        program: call.program().unwrap_or_default().to_owned(),
        is_named_only: false,
    })
}
