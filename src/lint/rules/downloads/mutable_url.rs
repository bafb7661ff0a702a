//! mutable-url: a URL that names whatever is newest.

use std::collections::BTreeSet;

use super::add_url_unverified::fetched;
use crate::base::text::Span;
use crate::dockerfile::Keyword;
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::{downloads, is_commit};
use crate::lint::subject::Subject;
use crate::shell::Command;

pub(crate) struct MutableUrl;

impl Rule for MutableUrl {
    profile! {
        id: "mutable-url",
        summary: "a URL that names whatever is newest",
        severity: Warning,
        confidence: Medium,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let mut reported: BTreeSet<*const Command> = BTreeSet::new();
        for download in downloads(subject) {
            if let Some(part) = moving_part(&download.url)
                && reported.insert(std::ptr::from_ref(download.call.command))
            {
                let checked = &["download-unverified", "curl-pipe-shell"];
                let draft = draft(subject, download.span, &part, download.known);
                findings.push(draft.within(checked, download.call.span()).advising(ADVICE));
            }
        }
        let Some(build) = &subject.build else { return };
        for source in build.steps_of(Keyword::Add).flat_map(|step| fetched(subject, step)) {
            if let Some(part) = moving_part(&source.url) {
                let draft = draft(subject, source.span, &part, source.known);
                findings.push(draft.within(&["add-url-unverified"], source.span).advising(ADVICE));
            }
        }
    }
}

/// For who is told of the checksum that is missing: with one, what moves breaks the build.
const ADVICE: &str = "and name a version in the URL, which goes to whatever is newest now";

fn draft(subject: &Subject<'_>, url: Span, part: &str, known: bool) -> Draft {
    // The part itself, where the source holds it.
    let span =
        subject.at(url).find(part).map_or(url, |at| Span::new(url.start + at, url.start + at + part.len()));
    Draft::at(
        span,
        format!("{part} in the URL names whatever is newest, so what it serves is replaced without notice"),
    )
    .help("name a version, a release's tag or a commit in its place, and check what comes against a checksum")
    .confidence(confidence_in(known))
}

/// Parts of paths that stand for the newest of something.
const MOVING: &[&str] = &["latest", "main", "master", "nightly", "HEAD", "trunk", "latest-stable"];

/// The part of a URL that moves.
fn moving_part(url: &str) -> Option<String> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest).split(['?', '#']).next()?;
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    for (at, part) in parts.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| parts.get(before)).copied().unwrap_or_default();
        // A component of a package archive is called main, too.
        let is_component = matches!(before, "pool" | "dists") || path.contains("/dists/");
        // Behind a commit or a version it is a folder's name.
        let is_folder = parts.iter().take(at).any(|part| is_commit(part) || is_version(part));
        if before == "refs" && *part == "heads" {
            return Some("refs/heads".to_owned());
        }
        let is_last = at + 1 == parts.len();
        if MOVING.contains(part) && !is_component && !is_folder {
            return Some((*part).to_owned());
        }
        // `archive/main.tar.gz`
        let stem = part.split('.').next().unwrap_or_default();
        if is_last
            && matches!(stem, "main" | "master" | "latest" | "nightly")
            && before != stem
            && is_archive(part)
        {
            return Some(stem.to_owned());
        }
        // `Miniconda3-latest-Linux-x86_64.sh`
        let word = part.split(['-', '_', '.']).find(|word| matches!(*word, "latest" | "nightly"));
        if let Some(word) = word {
            return Some(word.to_owned());
        }
    }
    None
}

fn is_version(part: &str) -> bool {
    let number = part.strip_prefix('v').unwrap_or(part);
    number.contains('.') && number.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Whether a last part is an archive or a release's file, and not a page or a script called main.
fn is_archive(part: &str) -> bool {
    [".tar.gz", ".tgz", ".zip", ".tar.xz", ".tar.bz2", ".tar.zst"].iter().any(|ending| part.ends_with(ending))
        || !part.contains('.')
}

#[cfg(test)]
mod tests {
    use super::moving_part;
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn parts_that_stand_for_the_newest_are_told_from_names() {
        let part = |path: &str| moving_part(&format!("https://example.org/{path}"));
        for (path, expected) in [
            ("a/releases/latest/download/a.tgz", "latest"),
            ("org/a/main/install.sh", "main"),
            ("org/a/archive/refs/heads/dev.zip", "refs/heads"),
            ("a/archive/master.tar.gz", "master"),
            ("miniconda/Miniconda3-latest-Linux-x86_64.sh", "latest"),
            ("a/resolve/main/model.bin", "main"),
            ("a/raw/HEAD/x", "HEAD"),
            ("whl/nightly/cu121/x.whl", "nightly"),
        ] {
            assert_eq!(part(path).as_deref(), Some(expected), "{path}");
        }
        for path in [
            "debian/pool/main/c/curl.deb",
            "a/v1.2.3/a.tgz",
            "debian/dists/bookworm/main/x",
            "src/main.c",
            "domain/x",
        ] {
            assert_eq!(part(path), None, "{path}");
        }
    }

    #[test]
    fn the_part_itself_is_what_is_flagged() {
        let text = "FROM a\nRUN curl -O https://example.org/a/latest/b && wget https://example.org/v1/b\nADD https://example.org/a/main/c /c\n";
        assert_eq!(dockerfile("mutable-url", text).flagged(), ["latest", "main"]);
    }
}
