//! `record-follows`: a RECORD lists the hashes of files that drifted themselves, or the same rows in another order.

use std::collections::BTreeMap;

use super::{Cause, Explanation, FileCase, Reach};
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;

/// See docs/causes/record-follows.md.
pub(super) struct RecordFollows;

impl Cause for RecordFollows {
    fn id(&self) -> &'static str {
        "record-follows"
    }

    fn summary(&self) -> &'static str {
        "RECORD lists the hashes of files that drifted themselves"
    }

    fn fix(&self) -> &'static str {
        "fix what made those files drift"
    }

    fn doc(&self) -> &'static str {
        include_str!("../../../docs/causes/record-follows.md")
    }

    fn reach(&self) -> Reach {
        Reach::Format
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.ends_with(".dist-info/RECORD") || !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => follows(file, old, new),
            (None, Some(new)) => with_old_hashes(file, new),
            (None, None) => Some(Explanation::likely("its path")),
        }
    }
}

fn follows(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (rows(old), rows(new));
    let differ: Vec<&&[u8]> =
        old.keys().chain(new.keys()).filter(|path| old.get(**path) != new.get(**path)).collect();
    if differ.is_empty() {
        return Some(Explanation::certain("the same rows in another order"));
    }
    let drifted = |path: &LayerPath| {
        file.layer.old.get(path).map(|entry| entry.content)
            != file.layer.new.get(path).map(|entry| entry.content)
    };
    let all = differ.iter().all(|path| target(file, path).is_some_and(|path| drifted(&path)));
    let count = differ.len();
    all.then(|| Explanation::certain(format!("{count} rows differ, each of a file that drifted")))
}

/// Puts the locked files' hashes and sizes into the new rows.
fn with_old_hashes(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let mut changed = 0;
    let mut old = Vec::with_capacity(new.len());
    for line in new.split_inclusive(|byte| *byte == b'\n') {
        let entry = path_of(line).and_then(|path| target(file, path));
        let entry = entry.and_then(|path| file.layer.old.get(&path).copied());
        let replaced = entry.and_then(|entry| with_hash(line, entry.content?, entry.size));
        changed += usize::from(replaced.as_ref().is_some_and(|replaced| replaced != line));
        old.extend_from_slice(replaced.as_deref().unwrap_or(line));
    }
    file.was(&old).then(|| {
        Explanation::certain(format!("with the locked hashes in {changed} rows it is the locked file"))
    })
}

/// The row with another hash and size; `None` for a row without a sha256.
fn with_hash(line: &[u8], content: Sha256, size: u64) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(line).ok()?;
    let (path, rest) = text.rsplit_once(",sha256=")?;
    let ending = rest.trim_start_matches(|c: char| c != '\r' && c != '\n');
    Some(format!("{path},sha256={},{size}{ending}", url_base64(&content.0)).into_bytes())
}

fn rows(record: &[u8]) -> BTreeMap<&[u8], &[u8]> {
    let lines = record.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.is_empty()).map(|line| (path_of(line).unwrap_or(line), line)).collect()
}

/// The path before the last two fields; a quoted path has its quotes taken off.
fn path_of(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let last = line.iter().rposition(|byte| *byte == b',')?;
    let hash = line.get(..last)?.iter().rposition(|byte| *byte == b',')?;
    let path = line.get(..hash)?;
    Some(path.strip_prefix(b"\"").and_then(|path| path.strip_suffix(b"\"")).unwrap_or(path))
}

/// Where a row's path, relative to the site directory, stands in the image.
fn target(file: &FileCase<'_>, path: &[u8]) -> Option<LayerPath> {
    let site = file.path.parent()?.parent()?;
    let joined = if path.starts_with(b"/") { path.to_vec() } else { [site.as_bytes(), b"/", path].concat() };
    Some(LayerPath::clamped(&joined))
}

/// RFC 4648 §5 without padding, as PEP 376 writes hashes.
fn url_base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..=group.len() {
            let index = (bits >> (18 - 6 * digit)) & 63;
            text.extend(ALPHABET.get(index as usize).map(|byte| char::from(*byte)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::testing::Pair;
    use super::*;

    const RECORD: &str = "lib/site-packages/a-1.dist-info/RECORD";

    fn record(cache: &[u8]) -> Vec<u8> {
        let row = |path: &str, bytes: &[u8]| {
            format!("{path},sha256={},{}\n", url_base64(&Sha256::of(bytes).0), bytes.len())
        };
        format!("{}{}a-1.dist-info/RECORD,,\n", row("a/__init__.py", b"code"), row("a/cache.json", cache))
            .into_bytes()
    }

    #[test]
    fn base64_is_that_of_pep_376() {
        assert_eq!(url_base64(&Sha256::of(b"").0), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    }

    #[test]
    fn rows_of_drifted_files_are_told_for_certain_with_and_without_the_old_bytes() {
        let pair = Pair::default().both("lib/site-packages/a/cache.json", b"1", b"22").both(
            RECORD,
            &record(b"1"),
            &record(b"22"),
        );
        assert_eq!(pair.told()[0], format!("{RECORD}: record-follows (certain)"));
        assert_eq!(pair.told_against_lock()[0], format!("{RECORD}: record-follows (certain)"));
    }

    #[test]
    fn a_row_of_a_file_that_did_not_drift_is_not_explained() {
        let pair = Pair::default().both(RECORD, &record(b"1"), &record(b"22"));
        assert_eq!(pair.told(), [format!("{RECORD}: ")]);
    }
}
