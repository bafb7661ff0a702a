//! `another-source`: a package was installed from another URL, commit or archive than before, as its direct_url.json says
//! (PEP 610): its code may be other code, whatever its version is.

use serde_json::Value;

use crate::base::path::printable;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape::{self, Seen};
use crate::compare::drift::Change;
use crate::formats::json;

/// See docs/causes/another-source.md.
pub(crate) struct AnotherSource;

/// What a document says of where a package came from.
#[derive(Debug, Default, PartialEq, Eq)]
struct Origin {
    url: Option<String>,
    commit: Option<String>,
    /// What was asked for: a branch, a tag.
    revision: Option<String>,
    /// The archive's hashes, as `algorithm=hex`.
    hashes: Vec<String>,
    /// Everything else.
    rest: Value,
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
            // What it was is not known: another source, or the same from another place.
            Seen::New(new) => Some(Explanation::likely(format!("installed from {}", shown(&origin(new)?)))),
            Seen::Alone(bytes) => {
                let metadata = folder.join(b"METADATA");
                let has_package = file.layer.old.contains(&metadata) && file.layer.new.contains(&metadata);
                let origin = shown(&origin(bytes)?);
                has_package.then(|| {
                    Explanation::certain(match file.change {
                        Change::Added => format!("installed from {origin}; it was from an index"),
                        _ => format!("installed from an index; it was from {origin}"),
                    })
                })
            }
            Seen::Unread => None,
        }
    }
}

fn origin(bytes: &[u8]) -> Option<Origin> {
    let mut rest = json::parse(bytes)?;
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let mut origin = Origin { url: Some(text(rest.get_mut("url").map(Value::take))?), ..Origin::default() };
    if let Some(vcs) = rest.get_mut("vcs_info") {
        origin.commit = text(vcs.get_mut("commit_id").map(Value::take));
        origin.revision = text(vcs.get_mut("requested_revision").map(Value::take));
    }
    if let Some(archive) = rest.get_mut("archive_info") {
        origin.hashes.extend(text(archive.get_mut("hash").map(Value::take)));
        if let Some(hashes) = archive.get_mut("hashes").map(Value::take) {
            let hashes = hashes.as_object()?.iter();
            origin
                .hashes
                .extend(hashes.filter_map(|(name, hash)| Some(format!("{name}={}", hash.as_str()?))));
        }
        origin.hashes.sort();
        origin.hashes.dedup();
    }
    Some(Origin { rest, ..origin })
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
        assert_eq!(explained(&vcs("u", "1"), &archive("1")), format!("{PATH}: "));
        assert_eq!(
            explained(&folder("a"), r#"{"url":"b","dir_info":{"editable":true}}"#),
            format!("{PATH}: ")
        );
    }

    #[test]
    fn a_source_in_the_place_of_an_index_is_told_for_certain_where_the_package_is_on_both_sides() {
        let url = br#"{"url":"https://example.org/a.whl","archive_info":{}}"#;
        let metadata = "lib/site-packages/a-1.dist-info/METADATA";
        let pair = Pair::default().both(metadata, b"x", b"x").added(PATH, url);
        assert_eq!(pair.explained(), [format!("{PATH}: another-source (certain)")]);
        assert_eq!(Pair::default().added(PATH, url).explained(), [format!("{PATH}: ")]);
        let removed = Pair::default().both(metadata, b"x", b"x").removed(PATH, url);
        assert_eq!(removed.explained_against_lock(), [format!("{PATH}: ")]);
    }
}
