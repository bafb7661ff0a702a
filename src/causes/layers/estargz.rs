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
use crate::formats::tar::entry::Kind;

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
                "it lists the layer's own {} entries with their sizes and digests",
                listed.len()
            )),
            false => Explanation::likely("an index of entries; it does not list the layer's as they are"),
        })
    }
}

/// What an index says of each path: its kind, its size and its digest. The later parts of a file that stands in several
/// say nothing of the whole.
type Listed = BTreeMap<LayerPath, (String, u64, Option<Sha256>)>;

fn listed(index: &[u8]) -> Option<Listed> {
    let index = json::parse(index)?;
    index.get("version").filter(|version| version.as_u64() == Some(1))?;
    let mut listed = BTreeMap::new();
    for entry in index.get("entries")?.as_array()? {
        let text = |key: &str| entry.get(key).and_then(|value| value.as_str());
        let (path, kind) = (LayerPath::clamped(text("name")?.as_bytes()), text("type")?);
        let size = entry.get("size").and_then(|size| size.as_u64()).unwrap_or(0);
        let digest = text("digest").and_then(|digest| Sha256::from_hex(digest.strip_prefix("sha256:")?));
        if kind != "chunk" {
            listed.insert(path, (kind.to_owned(), size, digest));
        }
    }
    Some(listed)
}

/// Whether an index lists every entry of the layer, itself aside, as it is, and no other.
fn lists_all(listed: &Listed, own: &ByPath<'_>) -> bool {
    let mut rows = 0;
    let each = own.iter().filter(|row| row.path.as_bytes() != INDEX.as_bytes()).all(|row| {
        rows += 1;
        let Some((kind, size, digest)) = listed.get(&row.path) else { return false };
        match row.kind {
            Kind::File => kind == "reg" && *size == row.size && *digest == row.content,
            Kind::Directory => kind == "dir",
            Kind::Symlink => kind == "symlink",
            Kind::Hardlink => kind == "hardlink",
            Kind::CharDevice => kind == "char",
            Kind::BlockDevice => kind == "block",
            Kind::Fifo => kind == "fifo",
        }
    });
    each && rows == listed.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::Pair;

    fn index(content: &[u8]) -> Vec<u8> {
        let digest = |bytes: &[u8]| format!("sha256:{}", Sha256::of(bytes).hex());
        format!(
            r#"{{"version":1,"entries":[{{"name":".no.prefetch.landmark","type":"reg","size":1,"digest":"{}"}},{{"name":"usr/a","type":"reg","size":{},"digest":"{}"}}]}}"#,
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
    fn an_index_of_other_entries_is_likely_and_what_is_none_is_not_explained() {
        assert_eq!(converted(LANDMARK, &index(b"b"))[1], "stargz.index.json: estargz (likely)");
        assert_eq!(converted(b"x", b"{}"), [".no.prefetch.landmark: ", "stargz.index.json: "]);
    }
}
