//! `another-source`: a package was installed from another URL, commit or archive than before, as its direct_url.json says
//! (PEP 610): its code may be other code, whatever its version is.

use serde_json::Value;

use crate::base::checksum::Checksum;
use crate::base::path::{LayerPath, printable};
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape::{self, Seen};
use crate::compare::drift::Change;
use crate::compare::packages::{Changed, PackageField};
use crate::formats::json;
use crate::python::{normal_name, record};

/// See docs/causes/another-source.md.
pub(crate) struct AnotherSource;

/// What a document says of where a package came from.
#[derive(Debug, Default, PartialEq, Eq)]
struct Origin {
    /// A repository, an archive, a folder.
    kind: String,
    url: Option<String>,
    subdirectory: Option<String>,
    /// Whether the package is the folder itself.
    editable: bool,
    commit: Option<String>,
    /// What was asked for: a branch, a tag.
    revision: Option<String>,
    /// The archive's hashes, as `algorithm=hex`.
    hashes: Vec<String>,
    /// Everything else.
    rest: Vec<Value>,
}

impl Cause for AnotherSource {
    declare!(
        "another-source",
        "installed from another URL, commit or archive",
        Profile::of(
            Reach::Format,
            "pin the source: name @ git+https://host/repo@COMMIT, name @ https://host/file.whl --hash=sha256:…"
        )
        .proved_by("direct_url.json, read on both sides")
        .mended_by(&[
            Mends::Rule("pip-vcs-unpinned", Extent::Instruction),
            Mends::Rule("pip-url-unhashed", Extent::Instruction)
        ])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let folder = file.path.parent()?;
        if file.path.file_name() != b"direct_url.json" || !folder.file_name().ends_with(b".dist-info") {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => compare(&origin(old)?, &origin(new)?),
            // What it was is not known but by the package: the same, written otherwise, is no other source.
            Seen::New(new) => {
                let origin = shown(&origin(new)?);
                let is_other = changed(file, &folder)?.fields.iter().any(|field| ORIGIN.contains(field));
                is_other.then(|| Explanation::likely(format!("installed from {origin}")))
            }
            Seen::Alone(bytes) => {
                let metadata = folder.join(b"METADATA");
                let has_package = file.layer.old.contains(&metadata) && file.layer.new.contains(&metadata);
                let origin = shown(&origin(bytes)?);
                let evidence = match file.change {
                    Change::Added => format!("installed from {origin}; it was from an index"),
                    _ => format!("installed from an index; it was from {origin}"),
                };
                has_package.then(|| installed_anew(file, &folder, evidence))?
            }
            Seen::Unread => None,
        }
    }
}

/// What of a package tells where it came from.
const ORIGIN: [PackageField; 2] = [PackageField::Origin, PackageField::Hashes];

/// The package that this dist-info folder is of, where it is not the same on both sides.
fn changed<'a>(file: &FileCase<'a>, folder: &LayerPath) -> Option<&'a Changed> {
    let name = std::str::from_utf8(folder.file_name()).ok()?;
    let name = normal_name(name.strip_suffix(".dist-info")?.split('-').next()?);
    let is_it = |package: &&Changed| package.ecosystem == "python" && normal_name(&package.name) == name;
    file.layer.images.packages.changed.iter().find(is_it)
}

/// Whether an installer wrote the document on one side and not on the other: then the RECORD there lists it, and here does not. A
/// document that was only put there, or taken away, tells of no other source.
fn installed_anew(file: &FileCase<'_>, folder: &LayerPath, evidence: String) -> Option<Explanation> {
    let record = folder.join(b"RECORD");
    let (old, new) = (file.layer.old.get(&record)?, file.layer.new.get(&record)?);
    if old.content == new.content {
        return None;
    }
    let own = [folder.file_name(), b"/direct_url.json"].concat();
    let Some(bytes) = file.layer.new_bytes(&record) else { return Some(Explanation::likely(evidence)) };
    let row = record::rows(bytes).flatten().find(|row| *row.path == own);
    let is_as_told = match (file.change, row) {
        (Change::Added, Some(row)) => {
            let content = file.new?.entry.content;
            Checksum::of_record(&row.hash)?.is_of(content, file.new_bytes())?
        }
        (Change::Removed, None) => true,
        _ => false,
    };
    is_as_told.then(|| Explanation::certain(evidence))
}

fn origin(bytes: &[u8]) -> Option<Origin> {
    let mut rest = json::parse(bytes)?;
    let mut origin = Origin { kind: kind(&rest)?, ..Origin::default() };
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    origin.url = Some(text(take(&mut rest, "url"))?);
    origin.subdirectory = text(take(&mut rest, "subdirectory"));
    if let Some(mut vcs) = take(&mut rest, "vcs_info") {
        origin.commit = text(take(&mut vcs, "commit_id"));
        origin.revision = text(take(&mut vcs, "requested_revision"));
        take(&mut vcs, "vcs");
        origin.rest.push(vcs);
    }
    if let Some(mut folder) = take(&mut rest, "dir_info") {
        let editable = take(&mut folder, "editable").and_then(|value| value.as_bool());
        origin.editable = editable.unwrap_or_default();
        origin.rest.push(folder);
    }
    if let Some(mut archive) = take(&mut rest, "archive_info") {
        origin.hashes.extend(text(take(&mut archive, "hash")));
        if let Some(hashes) = take(&mut archive, "hashes") {
            let hashes = hashes.as_object()?.iter();
            origin
                .hashes
                .extend(hashes.filter_map(|(name, hash)| Some(format!("{name}={}", hash.as_str()?))));
        }
        origin.hashes.sort();
        origin.hashes.dedup();
        origin.rest.push(archive);
    }
    origin.rest.push(rest);
    // What holds nothing more says nothing, whichever kind it stands under.
    origin.rest.retain(|value| value.as_object().is_none_or(|object| !object.is_empty()));
    Some(origin)
}

fn take(value: &mut Value, key: &str) -> Option<Value> {
    value.as_object_mut()?.remove(key)
}

/// The version control systems that PEP 610 knows.
const SYSTEMS: [&str; 4] = ["bzr", "git", "hg", "svn"];

/// What a package was installed from, in words; `None` for a system that nobody knows.
fn kind(document: &Value) -> Option<String> {
    let vcs = document.get("vcs_info").and_then(|vcs| vcs.get("vcs")?.as_str());
    Some(match vcs {
        Some(vcs) => format!("a {} repository", SYSTEMS.iter().find(|known| **known == vcs)?),
        None if document.get("archive_info").is_some() => "an archive".to_owned(),
        None if document.get("dir_info").is_some() => "a folder".to_owned(),
        None => "a URL".to_owned(),
    })
}

fn compare(old: &Origin, new: &Origin) -> Option<Explanation> {
    if old.rest != new.rest {
        return None;
    }
    let name = |text: &Option<String>| match text {
        Some(text) => printable(text.as_bytes()),
        None => "none".to_owned(),
    };
    let mut differences = Vec::new();
    for (what, old, new) in [
        ("URL", &old.url, &new.url),
        ("subdirectory", &old.subdirectory, &new.subdirectory),
        ("commit", &old.commit, &new.commit),
        ("revision", &old.revision, &new.revision),
    ] {
        if old != new {
            differences.push(format!("{what} {}, it was {}", name(new), name(old)));
        }
    }
    if old.hashes != new.hashes {
        let list = |hashes: &[String]| match hashes {
            [] => "none".to_owned(),
            hashes => printable(hashes.join(" ").as_bytes()),
        };
        differences.push(format!("hash {}, it was {}", list(&new.hashes), list(&old.hashes)));
    }
    if old.kind != new.kind {
        differences.push(format!("{}, it was {}", new.kind, old.kind));
    }
    match (old.editable, new.editable) {
        (false, true) => differences.push("editable, it was not".to_owned()),
        (true, false) => differences.push("not editable, it was".to_owned()),
        _ => {}
    }
    (!differences.is_empty())
        .then(|| Explanation::certain(format!("installed from another source: {}", differences.join("; "))))
}

fn shown(origin: &Origin) -> String {
    let url = origin.url.as_deref().map_or_else(String::new, |url| printable(url.as_bytes()));
    match &origin.commit {
        Some(commit) => format!("{url} at commit {}", printable(commit.as_bytes())),
        None => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;
    use crate::causes::testing::Pair;

    const PATH: &str = "lib/site-packages/a-1.dist-info/direct_url.json";

    fn explained(old: &str, new: &str) -> String {
        Pair::default().both(PATH, old.as_bytes(), new.as_bytes()).explained().remove(0)
    }

    #[test]
    fn another_url_commit_or_hash_is_told_for_certain() {
        let vcs = |url: &str, commit: &str| {
            format!(r#"{{"url":"{url}","vcs_info":{{"vcs":"git","commit_id":"{commit}"}}}}"#)
        };
        let archive = |hash: &str| {
            format!(
                r#"{{"url":"u","archive_info":{{"hash":"sha256={hash}","hashes":{{"sha256":"{hash}"}}}}}}"#
            )
        };
        let folder = |url: &str| format!(r#"{{"url":"{url}","dir_info":{{}}}}"#);
        for (old, new) in [
            (vcs("u", "1"), vcs("u", "2")),
            (vcs("u", "1"), vcs("v", "1")),
            (archive("1"), archive("2")),
            (folder("file:///a"), folder("file:///b")),
        ] {
            assert_eq!(explained(&old, &new), format!("{PATH}: another-source (certain)"), "{old}");
        }
        // A key that no specification has may mean whatever it likes.
        assert_eq!(explained(&folder("a"), r#"{"url":"b","dir_info":{},"code":"x"}"#), format!("{PATH}: "));
    }

    #[test]
    fn every_part_of_a_source_is_named() {
        let evidence = |old: &str, new: &str| {
            Pair::default().both(PATH, old.as_bytes(), new.as_bytes()).evidence().join("")
        };
        let folder = r#"{"url":"u","dir_info":{}}"#;
        for (new, words) in [
            (r#"{"url":"u","dir_info":{"editable":true}}"#, "editable, it was not"),
            (r#"{"url":"u","subdirectory":"py","dir_info":{}}"#, "subdirectory py, it was none"),
            (r#"{"url":"u","archive_info":{}}"#, "an archive, it was a folder"),
            (
                r#"{"url":"u","vcs_info":{"vcs":"git","commit_id":"1"}}"#,
                "commit 1, it was none; a git repository, it was a folder",
            ),
        ] {
            assert_eq!(evidence(folder, new), format!("installed from another source: {words}"));
        }
    }

    #[test]
    fn the_same_source_written_otherwise_is_no_other() {
        let old = r#"{"url":"u","archive_info":{"hash":"sha256=1"}}"#;
        for new in [
            r#"{ "archive_info": {"hash": "sha256=1"}, "url": "u" }"#,
            r#"{"url":"u","archive_info":{"hash":"sha256=1","hashes":{"sha256":"1"}}}"#,
        ] {
            assert_eq!(explained(old, new), format!("{PATH}: "));
            let pair = Pair::default().both(PATH, old.as_bytes(), new.as_bytes());
            assert_eq!(pair.explained_against_lock(), [format!("{PATH}: ")]);
        }
        let other = br#"{"url":"v","archive_info":{}}"#;
        let pair = Pair::default().both(PATH, old.as_bytes(), other).package("a", PackageField::Origin);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: another-source (likely)")]);
    }

    #[test]
    fn a_source_in_the_place_of_an_index_is_told_for_certain_where_the_package_is_on_both_sides() {
        let url = br#"{"url":"https://example.org/a.whl","archive_info":{}}"#;
        let metadata = "lib/site-packages/a-1.dist-info/METADATA";
        let record = "lib/site-packages/a-1.dist-info/RECORD";
        let row = format!("a-1.dist-info/direct_url.json,sha256={},9\n", Sha256::of(url).url_base64());
        let (without, with) = (b"a-1.dist-info/RECORD,,\n".as_slice(), row.as_bytes());
        let package = || Pair::default().both(metadata, b"x", b"x");
        let certain = format!("{PATH}: another-source (certain)");
        let direct_url =
            |explained: Vec<String>| explained.into_iter().find(|line| line.starts_with(PATH)).unwrap();
        let added = |old: &[u8], new: &[u8]| {
            direct_url(package().both(record, old, new).added(PATH, url).explained())
        };
        let removed = |old: &[u8], new: &[u8]| {
            direct_url(package().both(record, old, new).removed(PATH, url).explained())
        };
        assert_eq!([added(without, with), removed(with, without)], [certain.clone(), certain]);
        // It was only put there, or taken away.
        let none = format!("{PATH}: ");
        assert_eq!([added(with, with), removed(with, with)], [none.clone(), none.clone()]);
        assert_eq!(added(without, &[without, b"x,,\n"].concat()), none);
        assert_eq!(removed(with, &[with, b"x,,\n"].concat()), none);
        let other = Sha256::of(b"other").url_base64();
        let other = format!("a-1.dist-info/direct_url.json,sha256={other},9\n");
        assert_eq!(added(without, other.as_bytes()), none);
        assert_eq!(Pair::default().added(PATH, url).explained().join(""), none);
        let removed = package().both(record, with, without).removed(PATH, url);
        assert_eq!(direct_url(removed.explained_against_lock()), none);
    }
}
