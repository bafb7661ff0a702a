//! git, asked for what a commit holds.
//!
//! It is asked for trees and blobs alone (`base::git`); what differs is worked out here.
//!
//! What it refuses to do: it writes nothing, and waits no longer than a minute.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::base::checkout::git;
use crate::base::{bounded, limits};
use crate::lint::engine::error::LintError;

/// A repository.
pub(super) struct Git {
    /// Its root, from the root of the file system.
    pub(super) top: PathBuf,
}

/// What came of asking.
struct Answer<T> {
    succeeded: bool,
    output: T,
    complaint: String,
}

impl Git {
    /// The repository of the current folder.
    pub(super) fn here() -> Result<Self, LintError> {
        let answer = text(&["rev-parse", "--show-toplevel"])?;
        let top = answer.output.trim_end_matches(['\r', '\n']);
        match answer.succeeded && !top.is_empty() {
            true => Ok(Self { top: PathBuf::from(top) }),
            false if answer.complaint.contains("not a git repository") => Err(LintError::NoRepository),
            false => Err(failed(answer.complaint)),
        }
    }

    /// The commit that `revision` and the current one both come from.
    pub(super) fn merge_base(&self, revision: &str) -> Result<String, LintError> {
        let unknown = || LintError::NoRevision { revision: revision.to_owned() };
        // What begins like an option is none, and a name has nothing that ends a line.
        if revision.is_empty() || revision.starts_with('-') || revision.contains(char::is_control) {
            return Err(unknown());
        }
        let commit = text(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?;
        let commit = commit.succeeded.then(|| commit.output.trim().to_owned()).ok_or_else(unknown)?;
        let base = text(&["merge-base", &commit, "HEAD"])?;
        match (base.succeeded, base.complaint.is_empty()) {
            (true, _) => Ok(base.output.trim().to_owned()),
            (false, true) => Err(LintError::NoCommonCommit { revision: revision.to_owned() }),
            (false, false) => Err(failed(base.complaint)),
        }
    }

    /// The blobs of a commit by path, of those paths that `wanted` wants.
    pub(super) fn tree(
        &self,
        commit: &str,
        wanted: impl Fn(&Path) -> bool + Send + 'static,
    ) -> Result<BTreeMap<PathBuf, String>, LintError> {
        let read = move |output: &mut dyn BufRead| {
            let mut blobs = BTreeMap::new();
            let mut output = output.take(limits::GIT_TREE_BYTES);
            let mut row = Vec::new();
            while output.read_until(0, &mut row)? > 0 {
                let entry = std::str::from_utf8(&row).ok().and_then(blob).filter(|(path, _)| wanted(path));
                blobs.extend(entry);
                row.clear();
            }
            Ok(blobs)
        };
        let answer = ask(&["ls-tree", "-r", "-z", "--full-tree", commit], Vec::new(), read)?;
        if answer.succeeded { Ok(answer.output) } else { Err(failed(answer.complaint)) }
    }

    /// The texts of blobs, in their order; none for one that is too large or no text.
    pub(super) fn texts(&self, blobs: &[String]) -> Result<Vec<Option<String>>, LintError> {
        let (asked, count) = (blobs.join("\n") + "\n", blobs.len());
        let read = move |output: &mut dyn BufRead| (0..count).map(|_| one_text(output)).collect();
        let answer = ask(&["cat-file", "--batch"], asked.into_bytes(), read)?;
        if answer.succeeded { Ok(answer.output) } else { Err(failed(answer.complaint)) }
    }
}

/// `100644 blob ID\tPATH\0`
fn blob(row: &str) -> Option<(PathBuf, String)> {
    let (facts, path) = row.strip_suffix('\0')?.split_once('\t')?;
    let mut facts = facts.split(' ');
    let is_file = facts.next()?.starts_with("100") && facts.next()? == "blob";
    is_file.then(|| Some((PathBuf::from(path), facts.next()?.to_owned())))?
}

/// `ID blob SIZE\n`, that many bytes, and a newline.
fn one_text(output: &mut dyn BufRead) -> io::Result<Option<String>> {
    let mut head = String::new();
    output.take(1 << 10).read_line(&mut head)?;
    let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
    let size = size.ok_or_else(|| io::Error::other(format!("it has no such blob: {}", head.trim_end())))?;
    let mut body = output.take(size);
    let bytes = bounded::read(&mut body, limits::SOURCE_TEXT_BYTES)?;
    io::copy(&mut body, &mut io::sink())?;
    io::copy(&mut output.take(1), &mut io::sink())?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// Asks for a line or two.
fn text(arguments: &[&str]) -> Result<Answer<String>, LintError> {
    let read = |output: &mut dyn BufRead| {
        let mut text = Vec::new();
        output.take(limits::GIT_LINE_BYTES).read_to_end(&mut text)?;
        String::from_utf8(text).map_err(|_| io::Error::other("its answer is not UTF-8"))
    };
    ask(arguments, Vec::new(), read)
}

fn ask<T: Send + 'static>(
    arguments: &[&str],
    input: Vec<u8>,
    read: impl FnOnce(&mut dyn BufRead) -> io::Result<T> + Send + 'static,
) -> Result<Answer<T>, LintError> {
    let pipes = |command: &mut Command| {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    };
    let mut child = pipes(&mut git::command(arguments)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LintError::NoGit,
        _ => failed(error.to_string()),
    })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // Each pipe has a thread: whichever is full or empty, no other waits for it.
    let writing = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let reading = thread::spawn(move || match stdout {
        Some(stdout) => read(&mut BufReader::new(stdout)),
        None => Err(io::Error::other("it has no output")),
    });
    let complaining = thread::spawn(move || {
        let mut text = Vec::new();
        let read = stderr.map(|stderr| stderr.take(limits::GIT_LINE_BYTES).read_to_end(&mut text));
        (read, String::from_utf8_lossy(&text).into_owned()).1
    });
    let succeeded = bounded::wait(&mut child, limits::GIT).map_err(|error| failed(error.to_string()));
    let _ = writing.join();
    let output = reading.join().map_err(|_| failed(String::new()))?;
    let complaint = complaining.join().unwrap_or_default();
    let succeeded = succeeded?;
    match output {
        Ok(output) => Ok(Answer { succeeded, output, complaint }),
        Err(_) if !complaint.is_empty() => Err(failed(complaint)),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// What git said, its first line.
fn failed(complaint: impl Into<String>) -> LintError {
    let complaint: String = complaint.into();
    let line = complaint.lines().next().unwrap_or("it failed");
    LintError::Git { complaint: line.strip_prefix("fatal: ").unwrap_or(line).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_trees_are_files_alone() {
        let of = |row: &str| blob(row).map(|(path, id)| format!("{} {id}", path.display()));
        assert_eq!(of("100644 blob abc\ta b/Dockerfile\0").as_deref(), Some("a b/Dockerfile abc"));
        assert_eq!(of("100755 blob abc\tx\ty\0").as_deref(), Some("x\ty abc"));
        for row in
            ["120000 blob abc\tlink\0", "160000 commit abc\tmodule\0", "100644 blob abc\tcut", "", "\0"]
        {
            assert_eq!(of(row), None, "{row:?}");
        }
    }

    #[test]
    fn texts_are_read_one_behind_the_other_whatever_they_hold() {
        let mut output: &[u8] = b"a blob 3\nx\ny\nb blob 0\n\nc blob 2\n\xff\xfe\nd blob 1\nz\n";
        let mut next = || one_text(&mut output).unwrap();
        assert_eq!(
            (next().as_deref(), next().as_deref(), next(), next().as_deref()),
            (Some("x\ny"), Some(""), None, Some("z"))
        );
        assert!(one_text(&mut &b"a missing\n"[..]).is_err());
    }
}
