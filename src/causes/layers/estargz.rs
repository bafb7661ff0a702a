//! `estargz`: a layer that was converted to eStargz holds an index of its own entries and marks for what to fetch first
//! (containerd/stargz-snapshotter, docs/estargz.md).

use std::collections::BTreeMap;

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::shape::{self, Seen};
use crate::compare::rows::ByPath;
use crate::formats::json;
use crate::formats::tar::entry::{Entry, Kind};

/// See docs/causes/estargz.md.
pub(crate) struct Estargz;

/// The index of a layer's entries, and the marks.
const INDEX: &str = "stargz.index.json";
const LANDMARKS: [&str; 2] = [".prefetch.landmark", ".no.prefetch.landmark"];

/// All that a mark holds.
const LANDMARK: &[u8] = &[0x0f];

impl Cause for Estargz {
    declare!(
        "estargz",
        "eStargz's index and marks, in one side's layer alone",
        Profile::of(
            Reach::Path,
            "convert both or none: ctr-remote image optimize, nerdctl image convert --estargz, BuildKit's compression=estargz"
        )
        .proved_by("the index lists the layer's own entries; a mark is one byte")
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let Lone { entry, own, .. } = file.lone()?;
        if LANDMARKS.iter().any(|mark| file.is(mark)) {
            let is_mark = entry.content == Some(Sha256::of(LANDMARK));
            return is_mark
                .then(|| Explanation::certain("the byte that marks what to fetch first, and nothing else"));
        }
        let Seen::Alone(index) = shape::seen(file).filter(|_| file.is(INDEX))? else { return None };
        let listed = listed(index)?;
        Some(match lists_all(&listed, own) {
            true => Explanation::certain(format!(
                "it lists the layer's own {} entries with their sizes, digests, rights and owners",
                listed.len()
            )),
            false => Explanation::likely("an index of entries; it does not list the layer's as they are"),
        })
    }
}

/// What an index says of a path. What is not there is zero, or nothing.
#[derive(PartialEq, Eq)]
struct ListedEntry {
    kind: String,
    size: u64,
    digest: Option<Sha256>,
    mode: u64,
    owner: (u64, u64),
    link: Vec<u8>,
    has_attributes: bool,
}

/// The paths of an index, each with what it says of it. The later parts of a file that stands in several say nothing of the whole.
type Listed = BTreeMap<LayerPath, ListedEntry>;

fn listed(index: &[u8]) -> Option<Listed> {
    let index = json::parse(index)?;
    index.get("version").filter(|version| version.as_u64() == Some(1))?;
    let mut listed = BTreeMap::new();
    for entry in index.get("entries")?.as_array()? {
        let text = |key: &str| entry.get(key).and_then(|value| value.as_str());
        let number = |key: &str| entry.get(key).and_then(|number| number.as_u64()).unwrap_or(0);
        let (path, kind) = (LayerPath::clamped(text("name")?.as_bytes()), text("type")?);
        let row = ListedEntry {
            kind: kind.to_owned(),
            size: number("size"),
            digest: text("digest").and_then(|digest| Sha256::from_hex(digest.strip_prefix("sha256:")?)),
            mode: number("mode") & 0o7777,
            owner: (number("uid"), number("gid")),
            link: text("linkName").unwrap_or_default().as_bytes().to_vec(),
            has_attributes: entry.get("xattrs").is_some_and(|value| !value.is_null()),
        };
        // Of a path that stands twice, engines take one or the other.
        if kind != "chunk" && listed.insert(path, row).is_some() {
            return None;
        }
    }
    Some(listed)
}

/// Whether an index lists every entry of the layer, itself aside, as it is, and no other: what fetches files when they are first
/// read has only its word for rights, owners and links. Attributes are not read.
fn lists_all(listed: &Listed, own: &ByPath<'_>) -> bool {
    let mut rows = 0;
    let each = own.iter().filter(|row| row.path.as_bytes() != INDEX.as_bytes()).all(|row| {
        rows += 1;
        listed.get(&row.path).is_some_and(|entry| is_of(entry, row.entry))
    });
    each && rows == listed.len()
}

fn is_of(listed: &ListedEntry, row: &Entry) -> bool {
    let kind = match row.kind {
        Kind::File => "reg",
        Kind::Directory => "dir",
        Kind::Symlink => "symlink",
        Kind::Hardlink => "hardlink",
        Kind::CharDevice => "char",
        Kind::BlockDevice => "block",
        Kind::Fifo => "fifo",
    };
    let is_same_file = row.kind != Kind::File || listed.size == row.size && listed.digest == row.content;
    let is_same_link = match (row.kind, row.link.as_deref()) {
        (Kind::Hardlink, Some(link)) => LayerPath::clamped(&listed.link) == LayerPath::clamped(link),
        (_, link) => listed.link == link.unwrap_or_default(),
    };
    // A device's numbers are not read.
    let is_plain = row.device.is_none() && row.xattrs.is_empty() && !listed.has_attributes;
    listed.kind == kind
        && is_same_file
        && is_same_link
        && is_plain
        && listed.mode == u64::from(row.mode)
        && listed.owner == (row.uid, row.gid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::Pair;

    fn index(content: &[u8]) -> Vec<u8> {
        index_with(content, r#""mode":420"#)
    }

    fn index_with(content: &[u8], more: &str) -> Vec<u8> {
        let digest = |bytes: &[u8]| format!("sha256:{}", Sha256::of(bytes).hex());
        format!(
            r#"{{"version":1,"entries":[{{"name":".no.prefetch.landmark","type":"reg","size":1,"mode":420,"digest":"{}"}},{{"name":"usr/a","type":"reg",{more},"size":{},"digest":"{}"}}]}}"#,
            digest(LANDMARK),
            content.len(),
            digest(content)
        )
        .into_bytes()
    }

    fn converted(mark: &[u8], index: &[u8]) -> Vec<String> {
        let pair = Pair::default().both("usr/a", b"a", b"a");
        pair.added(".no.prefetch.landmark", mark).added(INDEX, index).explained_against_lock()
    }

    #[test]
    fn an_index_of_the_layers_own_entries_is_told_for_certain() {
        assert_eq!(
            converted(LANDMARK, &index(b"a")),
            [".no.prefetch.landmark: estargz (certain)", "stargz.index.json: estargz (certain)"]
        );
    }

    #[test]
    fn an_index_that_gives_files_other_rights_owners_or_links_is_likely() {
        for more in [
            r#""mode":2541"#,
            r#""mode":420,"uid":7"#,
            r#""mode":420,"linkName":"/etc/shadow""#,
            r#""mode":420,"xattrs":{"security.capability":"AQ=="}"#,
        ] {
            let explained = converted(LANDMARK, &index_with(b"a", more));
            assert_eq!(explained[1], "stargz.index.json: estargz (likely)", "{more}");
        }
    }

    #[test]
    fn an_index_of_other_entries_is_likely_and_what_is_none_is_not_explained() {
        assert_eq!(converted(LANDMARK, &index(b"b"))[1], "stargz.index.json: estargz (likely)");
        assert_eq!(converted(b"x", b"{}"), [".no.prefetch.landmark: ", "stargz.index.json: "]);
    }
}
