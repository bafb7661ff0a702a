//! `record-follows`: a RECORD, or a list of sums, has the hashes of files that drifted themselves, or the same rows in
//! another order.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::shape;
use crate::causes::python::sums;
use crate::compare::rows::{ByPath, Row};
use crate::python::record;

/// See docs/causes/record-follows.md.
pub(crate) struct RecordFollows;

impl Cause for RecordFollows {
    declare!(
        "record-follows",
        "it lists the hashes of files that drifted themselves",
        Profile::of(
            Reach::Format,
            "fix what made those files drift; PYTHONHASHSEED=0 where the rows are in another order (virtualenv writes a set)"
        )
            .proved_by("only rows of drifted files differ; locked hashes put back")
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.content_differs() {
            return None;
        }
        if !file.ends_with(".dist-info/RECORD") {
            return sums::follow(file);
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => follows(file, old, new),
            (None, Some(new)) => with_old_hashes(file, new),
            (None, None) => None,
        }
    }
}

/// One row: the path without its quotes, the line without its ending.
type Line<'a> = (Vec<u8>, &'a [u8]);

fn follows(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old_rows, new_rows) = (rows(old), rows(new));
    let by_path = |rows: &[Line<'_>]| -> BTreeMap<Vec<u8>, Vec<u8>> {
        rows.iter().map(|(path, line)| (path.clone(), line.to_vec())).collect()
    };
    let (old_by_path, new_by_path) = (by_path(&old_rows), by_path(&new_rows));
    if old_by_path.len() != old_rows.len() || new_by_path.len() != new_rows.len() {
        return None;
    }
    let paths: BTreeSet<&Vec<u8>> = old_by_path.keys().chain(new_by_path.keys()).collect();
    let differ: Vec<&Vec<u8>> =
        paths.into_iter().filter(|path| old_by_path.get(*path) != new_by_path.get(*path)).collect();
    if differ.is_empty() {
        let is_ordered = old_rows == new_rows;
        return Some(Explanation::certain(if is_ordered {
            "the same rows with other line ends"
        } else {
            "the same rows in another order"
        }));
    }
    let drifted = |path: &LayerPath| {
        file.layer.old.get(path).map(|entry| entry.content)
            != file.layer.new.get(path).map(|entry| entry.content)
    };
    let all = differ.iter().all(|path| target(file, path).is_some_and(|path| drifted(&path)));
    if !all {
        return None;
    }
    let count = differ.len();
    let noun = if count == 1 { "row differs" } else { "rows differ" };
    let tell = |rows: &BTreeMap<Vec<u8>, Vec<u8>>, files: &ByPath<'_>| {
        let of_file = |path: &&Vec<u8>| Some(tells(rows.get(*path)?, files, &target(file, path)?));
        differ.iter().map(of_file).collect::<Vec<Option<Tells>>>()
    };
    let rows = [tell(&old_by_path, &file.layer.old), tell(&new_by_path, &file.layer.new)].concat();
    let evidence = format!("{count} {noun}, each of a file that drifted");
    match () {
        () if rows.contains(&Some(Tells::Else)) => None,
        () if rows.contains(&Some(Tells::Nothing)) => Some(Explanation::likely(evidence)),
        () => Some(Explanation::certain(evidence)),
    }
}

/// What a row tells of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// What the file holds.
    Right,
    /// Something else.
    Else,
    /// Nothing that can be held against the file.
    Nothing,
}

fn tells(row: &[u8], files: &ByPath<'_>, path: &LayerPath) -> Tells {
    let Some(entry) = files.get(path).and_then(|row| shape::linked(row.entry, files)) else {
        return Tells::Nothing;
    };
    if is_without_hash(row) {
        return if has_no_hash(path) { Tells::Right } else { Tells::Else };
    }
    // Members of an archive have no size of their own here.
    let size = if entry.size > 0 { Some(entry.size) } else { size_of(row) };
    match entry.content.zip(size).and_then(|(content, size)| with_hash(row, content, size)) {
        Some(own) if own == row => Tells::Right,
        Some(_) => Tells::Else,
        None => Tells::Nothing,
    }
}

/// Whether a row has neither hash nor size.
fn is_without_hash(row: &[u8]) -> bool {
    row.trim_ascii_end().ends_with(b",,")
}

/// Whether installers list a file without a hash: a record can't have its own, nor that of what is compiled. Of anything else a
/// row without one says nothing.
fn has_no_hash(path: &LayerPath) -> bool {
    let name = path.file_name();
    name.ends_with(b".pyc") || record::is_unhashed(name)
}

/// The last field of a row.
fn size_of(row: &[u8]) -> Option<u64> {
    std::str::from_utf8(row).ok()?.trim_end().rsplit_once(',')?.1.parse().ok()
}

/// Puts the locked files' hashes and sizes into the new rows, and takes out rows of files that the lock does not have.
fn with_old_hashes(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let mut changed = 0;
    let (mut same, mut fewer) = (Vec::new(), Vec::new());
    for line in new.split_inclusive(|byte| *byte == b'\n') {
        let path = path_of(line).and_then(|path| target(file, &path));
        let entry = path.as_ref().and_then(|path| file.layer.old.get(path).copied());
        let now = path.as_ref().and_then(|path| file.layer.new.get(path).copied());
        // A row that does not tell what its file holds now follows from nothing.
        let tells = |now: Row<'_>| with_hash(line, now.content?, now.size).map(|row| row == line);
        let follows = match is_without_hash(line) {
            true => path.as_ref().is_some_and(has_no_hash),
            false => now.and_then(tells).unwrap_or(true),
        };
        let has_drifted = entry.map(|row| row.content) != now.map(|row| row.content);
        let replaced = entry.and_then(|entry| with_hash(line, entry.content?, entry.size));
        let replaced = replaced.filter(|_| follows && has_drifted);
        let is_new = entry.is_none() && now.is_some() && follows;
        changed += usize::from(is_new || replaced.as_ref().is_some_and(|replaced| replaced != line));
        let line = replaced.unwrap_or_else(|| line.to_vec());
        if !is_new {
            fewer.push(line.clone());
        }
        same.push(line);
    }
    let mut sorted = fewer.clone();
    sorted.sort_unstable();
    let is_old = [same, fewer, sorted].iter().any(|lines| file.was(&lines.concat()));
    if is_old {
        return Some(Explanation::certain(format!(
            "with the locked hashes in {changed} rows it is the locked file"
        )));
    }
    (changed > 0).then(|| Explanation::likely(format!("{changed} of its rows are of files that drifted")))
}

/// The row with another hash and size; `None` for a row without a sha256.
fn with_hash(line: &[u8], content: Sha256, size: u64) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(line).ok()?;
    let (path, rest) = text.rsplit_once(",sha256=")?;
    let ending = rest.trim_start_matches(|c: char| c != '\r' && c != '\n');
    Some(format!("{path},sha256={},{size}{ending}", content.url_base64()).into_bytes())
}

fn rows(record: &[u8]) -> Vec<Line<'_>> {
    let lines = record.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(|line| (path_of(line).unwrap_or_else(|| line.to_vec()), line)).collect()
}

/// The path of a row; `None` for what is no row.
fn path_of(line: &[u8]) -> Option<Vec<u8>> {
    Some(record::rows(line).next()?.ok()?.path.into_owned())
}

/// Where a row's path, relative to the site directory, stands in the image.
fn target(file: &FileCase<'_>, path: &[u8]) -> Option<LayerPath> {
    let site = file.path.parent()?.parent()?;
    let joined = if path.starts_with(b"/") { path.to_vec() } else { [site.as_bytes(), b"/", path].concat() };
    Some(LayerPath::clamped(&joined))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::Pair;

    const RECORD: &str = "lib/site-packages/a-1.dist-info/RECORD";

    fn record(cache: &[u8]) -> Vec<u8> {
        let row = |path: &str, bytes: &[u8]| {
            format!("{path},sha256={},{}\n", Sha256::of(bytes).url_base64(), bytes.len())
        };
        format!("{}{}a-1.dist-info/RECORD,,\n", row("a/__init__.py", b"code"), row("a/cache.json", cache))
            .into_bytes()
    }

    #[test]
    fn base64_is_that_of_pep_376() {
        assert_eq!(Sha256::of(b"").url_base64(), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    }

    #[test]
    fn rows_of_drifted_files_are_told_for_certain_with_and_without_the_old_bytes() {
        let pair = Pair::default().both("lib/site-packages/a/cache.json", b"1", b"22").both(
            RECORD,
            &record(b"1"),
            &record(b"22"),
        );
        assert_eq!(pair.explained()[0], format!("{RECORD}: record-follows (certain)"));
        assert_eq!(pair.explained_against_lock()[0], format!("{RECORD}: record-follows (certain)"));
    }

    #[test]
    fn a_row_of_a_file_that_did_not_drift_is_not_explained() {
        let pair = Pair::default().both(RECORD, &record(b"1"), &record(b"22"));
        assert_eq!(pair.explained(), [format!("{RECORD}: ")]);
        let kept = Pair::default().both("lib/site-packages/a/cache.json", b"1", b"1");
        let pair = kept.both(RECORD, &record(b"1"), &record(b"22"));
        assert_eq!(
            [pair.explained(), pair.explained_against_lock()].concat(),
            [format!("{RECORD}: "), format!("{RECORD}: ")]
        );
    }

    #[test]
    fn a_row_that_does_not_tell_what_its_file_holds_is_not_explained() {
        let pair = |row: &[u8]| {
            let drifted = Pair::default().both("lib/site-packages/a/cache.json", b"1", b"22");
            drifted.both(RECORD, &record(b"1"), row).explained_against_lock().remove(0)
        };
        assert_eq!(pair(&record(b"22")), format!("{RECORD}: record-follows (certain)"));
        let both = |row: &[u8]| {
            let drifted = Pair::default().both("lib/site-packages/a/cache.json", b"1", b"22");
            drifted.both(RECORD, &record(b"1"), row).explained().remove(0)
        };
        assert_eq!(both(&record(b"22")), format!("{RECORD}: record-follows (certain)"));
        let wrong = record(b"33");
        assert_eq!(both(&wrong), format!("{RECORD}: "));
        assert!(!pair(&wrong).contains("certain"));
    }

    #[test]
    fn order_line_ends_and_quotes_are_told_for_certain() {
        let explained = |old: &[u8], new: &[u8]| Pair::default().both(RECORD, old, new).explained().join("");
        let certain = format!("{RECORD}: record-follows (certain)");
        assert_eq!(explained(b"a,,\nb,,\n", b"b,,\na,,\n"), certain);
        assert_eq!(explained(b"a,,\nb,,\n", b"a,,\r\nb,,\r\n"), certain);
        assert_eq!(explained(b"a,,\nb,,\n", b"a,,\nc,,\n"), format!("{RECORD}: "));
        assert_eq!(path_of(b"\"a\"\"b,c.py\",sha256=x,1\r\n").as_deref(), Some(&b"a\"b,c.py"[..]));
    }

    #[test]
    fn a_row_of_a_file_that_the_lock_does_not_have_is_told_for_certain() {
        let old = b"a.py,,\na-1.dist-info/RECORD,,\n";
        let with = |row: &str, path: &str, bytes: &[u8]| {
            let new = [row.as_bytes(), old].concat();
            let pair =
                Pair::default().added(&format!("lib/site-packages/{path}"), bytes).both(RECORD, old, &new);
            let record =
                |lines: Vec<String>| lines.into_iter().find(|line| line.starts_with(RECORD)).unwrap();
            [record(pair.explained()), record(pair.explained_against_lock())]
        };
        let certain = [(); 2].map(|()| format!("{RECORD}: record-follows (certain)"));
        let hashed = format!("z,sha256={},1\n", Sha256::of(b"z").url_base64());
        assert_eq!(with(&hashed, "z", b"z"), certain);
        assert_eq!(with("__pycache__/a.cpython-311.pyc,,\n", "__pycache__/a.cpython-311.pyc", b"z"), certain);
        // A row without a hash holds its file to nothing.
        let none = [(); 2].map(|()| format!("{RECORD}: "));
        assert_eq!(with("z,,\n", "z", b"z"), none);
        assert_eq!(with("z.py,,\r\n", "z.py", b"z"), none);
    }

    #[test]
    fn a_hash_that_one_sides_row_has_no_more_is_not_explained() {
        let drifted = || Pair::default().both("lib/site-packages/a/cache.json", b"1", b"22");
        let hidden =
            [&b"a/__init__.py,sha256="[..], Sha256::of(b"code").url_base64().as_bytes(), b",4\n"].concat();
        let hidden = [&hidden[..], b"a/cache.json,,\na-1.dist-info/RECORD,,\n"].concat();
        assert_eq!(drifted().both(RECORD, &record(b"1"), &hidden).explained()[0], format!("{RECORD}: "));
        let against_lock = drifted().both(RECORD, &record(b"1"), &hidden).explained_against_lock();
        assert_eq!(against_lock[0], format!("{RECORD}: "));
    }
}
