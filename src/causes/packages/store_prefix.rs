//! `store-prefix`: a package manager that installs each package into a folder named by a hash of what it was built from (Nix,
//! Guix, Spack) moved it to another: its inputs are others. Files below, and texts and links that name such folders, follow.

use std::collections::BTreeMap;

use crate::base::digest::Sha256;
use crate::base::path::{LayerPath, printable};
use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::layer::{Alone, LayerCase, MovedNames};
use crate::causes::engine::renamed;
use crate::causes::engine::shape::{self, Seen};
use crate::compare::drift::{Change, Field};
use crate::compare::rows::ByPath;
use crate::formats::tar::entry::Entry;

/// See docs/causes/store-prefix.md.
pub(crate) struct StorePrefix;

/// A file's bytes, or what a link names.
const COVERS: Fields = Fields::BYTES.and(Fields::of(&[Field::Link]));

/// Characters of a hash in a folder's name.
const HASH: usize = 32;

/// Nix's and Guix's alphabets for hashes: digits and letters without e, o, t, u.
const NIX: &[u8] = b"0123456789abcdfghijklmnpqrsvwxyz";

/// Spack's.
const SPACK: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";

impl Cause for StorePrefix {
    declare!(
        "store-prefix",
        "a store's folder has another hash",
        Profile::of(
            Reach::Any,
            "pin what packages are built from: flake.lock or a fixed nixpkgs revision, guix time-machine -C, spack.lock"
        )
        .proved_by("the old hashes put back")
        .looking_at(Fields::of(&[Field::Content, Field::Size, Field::Link]))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        // Most images have no such store.
        let names_store = hash_in(file.path.as_bytes(), 0).is_some();
        if !names_store && file.change != Change::Modified {
            return None;
        }
        let explanation = match file.change {
            Change::Added | Change::Removed => in_path(file),
            Change::Modified if file.content_differs() => in_content(file),
            Change::Modified => in_link(file),
        };
        Some(explanation?.of(COVERS))
    }
}

/// The hash in the name of a store's folder at or behind `from`, where it stands: `nix/store/HASH-name`,
/// `…-version-HASH` below a folder called spack.
fn hash_in(path: &[u8], from: usize) -> Option<usize> {
    let is_of = |alphabet: &[u8], at: usize| {
        let hash = path.get(at..at + HASH)?;
        let all = hash.iter().all(|byte| alphabet.contains(byte));
        // A word of letters alone is a word.
        (all && hash.iter().any(u8::is_ascii_digit)).then_some(at)
    };
    let mut at = from;
    while let Some(next) = path.get(at..)?.windows(6).position(|part| part == b"store/") {
        let start = at + next + 6;
        let before = path.get(..at + next).unwrap_or_default();
        let is_store = before.ends_with(b"nix/") || before.ends_with(b"gnu/");
        if let Some(hash) = is_of(NIX, start).filter(|_| is_store && path.get(start + HASH) == Some(&b'-')) {
            return Some(hash);
        }
        at = start;
    }
    let spack = from + path.get(from..)?.windows(5).position(|part| part == b"spack")?;
    let mut start = spack;
    while let Some(dash) = path.get(start..)?.iter().position(|byte| *byte == b'-') {
        start += dash + 1;
        let is_end = path.get(start + HASH).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if let Some(hash) = is_of(SPACK, start).filter(|_| is_end) {
            return Some(hash);
        }
    }
    None
}

/// The packages of a side's layer, each by its folder's path without the hash; `None` for one that stands there twice.
fn packages(rows: &ByPath<'_>) -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
    let mut packages: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
    for row in rows.iter() {
        let path = row.path.as_bytes();
        let Some(at) = hash_in(path, 0) else { continue };
        let end = at + HASH;
        let length = path.get(end..).unwrap_or_default().iter().position(|byte| *byte == b'/');
        let folder = path.get(..length.map_or(path.len(), |length| end + length)).unwrap_or_default();
        let hash = path.get(at..end).unwrap_or_default().to_vec();
        let mut name = folder.to_vec();
        name.drain(at..end);
        let known = packages.entry(name).or_insert_with(|| Some(hash.clone()));
        if known.as_ref().is_some_and(|known| *known != hash) {
            *known = None;
        }
    }
    packages
}

/// The hashes of `from`'s packages that have another on the other side.
fn moved(layer: &LayerCase<'_>, from: Alone) -> MovedNames {
    let (from, to) = (packages(layer.rows(from)), packages(layer.rows(from.other())));
    let other = |(name, hash): (Vec<u8>, Option<Vec<u8>>)| {
        let (hash, other) = (hash?, to.get(&name)?.clone()?);
        (hash != other).then_some((hash, other))
    };
    from.into_iter().filter_map(other).collect()
}

/// The bytes with the other side's hashes, and how many were put in.
fn swapped(bytes: &[u8], moved: &MovedNames) -> (Vec<u8>, usize) {
    let (mut swapped, mut count) = (bytes.to_vec(), 0);
    let mut at = 0;
    while let Some(hash) = bytes.get(at..at + HASH) {
        // Only what may be a hash is looked up.
        match moved.get(hash).filter(|_| hash.iter().any(u8::is_ascii_digit)) {
            Some(other) => {
                if let Some(place) = swapped.get_mut(at..at + HASH) {
                    place.copy_from_slice(other);
                }
                count += 1;
                at += HASH;
            }
            None => at += 1,
        }
    }
    (swapped, count)
}

/// The same at another hash on the other side, with the same bytes or with ones that name such folders.
fn in_path(file: &FileCase<'_>) -> Option<Explanation> {
    let Lone { entry, side, other: rows, .. } = file.lone()?;
    let moved = file.layer.moved(side, moved);
    let (path, count) = swapped(file.path.as_bytes(), moved);
    let other = rows.get(&LayerPath::normalize(&path).ok()?).filter(|_| count > 0)?.entry;
    let (old, new) = if side == Alone::New { (other, entry) } else { (entry, other) };
    let rights =
        |entry: &Entry| (entry.kind, entry.mode, entry.uid, entry.gid, entry.xattrs.clone(), entry.device);
    let back = file.layer.moved(Alone::New, self::moved);
    let link = |link: &Option<Box<[u8]>>| link.as_ref().map(|link| swapped(link, back).0);
    if rights(old) != rights(new) || old.link.as_ref().map(|link| link.to_vec()) != link(&new.link) {
        return None;
    }
    let place = printable(other.path.as_bytes());
    let evidence = if old.content == new.content {
        format!("else it is {place}")
    } else {
        let was = swapped(file.layer.new_bytes(&new.path)?, back).0;
        (old.content == Some(Sha256::of(&was))).then_some(())?;
        format!("else it is {place}, with the hashes of folders in it that moved")
    };
    renamed::of_both(Explanation::certain(evidence), file.layer, (file.path, &other.path))
}

fn in_content(file: &FileCase<'_>) -> Option<Explanation> {
    let (Seen::Both(_, new) | Seen::New(new)) = shape::seen(file)? else { return None };
    let moved = file.layer.moved(Alone::New, moved);
    if moved.is_empty() {
        return None;
    }
    let (was, count) = swapped(new, moved);
    (count > 0 && file.was(&was)).then(|| {
        Explanation::certain(format!("with the old hashes of folders in {count} places it is the old file"))
    })
}

fn in_link(file: &FileCase<'_>) -> Option<Explanation> {
    let fits = |field: &Field| field.is_metadata() || *field == Field::Link;
    if !file.fields.contains(&Field::Link) || !file.fields.iter().all(fits) {
        return None;
    }
    let (old, new) = (file.old?.entry.link.as_deref()?, file.new?.entry.link.as_deref()?);
    let (was, count) = swapped(new, file.layer.moved(Alone::New, moved));
    (count > 0 && was == old).then(|| Explanation::certain("the link names a folder that moved"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Kind;
    use crate::formats::tar::entry::tests::link;

    const OLD: &str = "0abcdfghijklmnpqrsvwxyz012345678";
    const NEW: &str = "1abcdfghijklmnpqrsvwxyz012345678";

    fn pair(text: impl Fn(&str) -> String) -> Pair {
        let at = |hash: &str| format!("nix/store/{hash}-hello-2.12/bin/hello");
        let (old, new) = (text(OLD), text(NEW));
        Pair::default().removed(&at(OLD), old.as_bytes()).added(&at(NEW), new.as_bytes())
    }

    #[test]
    fn a_folder_of_another_hash_and_what_names_it_are_told_for_certain() {
        let text = |hash: &str| format!("#!/nix/store/{hash}-hello-2.12/bin/sh\n");
        let links =
            |hash: &str| link(Kind::Symlink, "bin/hello", &format!("/nix/store/{hash}-hello-2.12/bin/hello"));
        let pair = pair(text).both("etc/profile", text(OLD).as_bytes(), text(NEW).as_bytes());
        let pair = pair.entries(links(OLD), b"", links(NEW), b"");
        let explained = pair.explained();
        assert_eq!(explained.len(), 4);
        assert!(
            explained.iter().all(|explained| explained.ends_with(": store-prefix (certain)")),
            "{explained:?}"
        );
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn other_bytes_below_another_hash_are_not_explained() {
        let explained = pair(|hash| if hash == OLD { "a" } else { "b" }.to_owned()).explained();
        assert!(explained.iter().all(|explained| explained.ends_with(": ")), "{explained:?}");
    }

    #[test]
    fn hashes_are_told_by_their_places() {
        let hash = |path: String| hash_in(path.as_bytes(), 0);
        assert_eq!(hash(format!("nix/store/{OLD}-a-1/bin")), Some(10));
        assert_eq!(hash(format!("gnu/store/{OLD}-a-1")), Some(10));
        assert_eq!(hash(format!("nix/store/{OLD}")), None);
        assert_eq!(hash(format!("opt/store/{OLD}-a")), None);
        let spack = "abcdefghijklmnopqrstuvwxyz234567";
        assert_eq!(hash(format!("opt/spack/linux-x86_64/gcc-12/zlib-1.3-{spack}/lib")), Some(39));
        assert_eq!(hash(format!("opt/other/zlib-1.3-{spack}/lib")), None);
    }
}
