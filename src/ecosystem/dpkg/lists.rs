//! Whose a file is by what dpkg says, and what it should hold: a `.list` of all of a package's files, the archive's `.md5sums` of
//! those that are no conffiles, and the conffiles' sums in the stanzas; and by their names dpkg's own files and a package's documents.

use std::collections::{BTreeMap, BTreeSet};

use super::diversions::Diversions;
use super::{Dpkg, INFO, STATUS, STATUS_FOLDER, is_stanza_file};
use crate::base::checksum::Checksum;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::deb822;
use crate::ecosystem::interface::NameOwner;
use crate::ecosystem::places::{self, Lookup};
use crate::tree::FileTree;

/// Of a stanza, what tells whose a list is.
const NAME: &[&str] = &["Package"];

/// Of a stanza, the files that stay as their user edited them.
const CONFFILES: &[&str] = &["Conffiles"];

/// Folders of a package's documents, each under its name.
const DOCUMENTS: [&str; 3] = ["usr/share/doc", "usr/share/bug", "usr/share/lintian/overrides"];

/// Where update-alternatives keeps its choices, which scripts of packages make.
const ALTERNATIVES: [&str; 3] =
    ["etc/alternatives", "var/lib/dpkg/alternatives", "var/log/.wh.alternatives.log"];

/// Which of `paths` belong to a package, and to which.
pub(super) fn owners(tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
    let lookup = Lookup::new(tree, paths);
    let mut owners = BTreeMap::new();
    // All of the one before any of the other: a `.list` is dpkg's own word, sums are the archive's.
    for (suffix, path_of) in LISTS {
        for (list, stem, bytes) in lists(tree, suffix) {
            for place in lines(bytes).filter_map(path_of).filter_map(|path| lookup.find(path)) {
                owners.entry(place).or_insert_with(|| package_of(tree, list, stem));
            }
        }
    }
    owners
}

/// Every path that a package lists, where dpkg put it.
pub(super) fn claims(tree: &FileTree<'_>, claim: &mut dyn FnMut(&[u8])) {
    let diversions = Diversions::of(tree);
    for (suffix, path_of) in LISTS {
        for (_, stem, bytes) in lists(tree, suffix) {
            let package = stem.split(|byte| *byte == b':').next().unwrap_or_default();
            let paths = lines(bytes).filter_map(path_of).filter(|path| !path.is_empty());
            paths.for_each(|path| claim(diversions.place(path, package)));
        }
    }
}

/// The lists of this ending, each with the rest of its name and its bytes.
fn lists<'t>(
    tree: &'t FileTree<'_>,
    suffix: &'static [u8],
) -> impl Iterator<Item = (&'t LayerPath, &'t [u8], &'t [u8])> {
    let children = [INFO, STATUS_FOLDER].into_iter().flat_map(|folder| tree.children(&folder.into()));
    children.filter_map(move |(list, ..)| {
        let stem = list.file_name().strip_suffix(suffix)?;
        Some((list, stem, places::bytes(tree, list, &Dpkg)?))
    })
}

/// The sums of those of `paths` that a package owns which has sums.
pub(super) fn checksums(
    tree: &FileTree<'_>,
    paths: &BTreeSet<LayerPath>,
) -> BTreeMap<LayerPath, Vec<Checksum>> {
    let lookup = Lookup::new(tree, paths);
    let mut sums: BTreeMap<LayerPath, Vec<Checksum>> = BTreeMap::new();
    for (list, stem, bytes) in lists(tree, b".md5sums") {
        // What the package has no sum of is no file of its archive's.
        let own = list.parent().map(|folder| folder.join(&[stem, b".list"].concat()));
        let own = own.and_then(|own| places::bytes(tree, &own, &Dpkg)).unwrap_or_default();
        for place in lines(own).filter_map(|path| lookup.find(path)) {
            sums.entry(place).or_default();
        }
        for (sum, path) in lines(bytes).filter_map(summed) {
            if let Some((place, sum)) = lookup.find(path).zip(Checksum::of_md5_hex(sum)) {
                sums.entry(place).or_default().push(sum);
            }
        }
    }
    let folder = STATUS_FOLDER.into();
    let stanzas =
        tree.children(&folder).map(|(path, ..)| path).filter(|path| is_stanza_file(path.file_name()));
    for path in stanzas.cloned().chain([STATUS.into()]) {
        let bytes = places::bytes(tree, &path, &Dpkg).unwrap_or_default();
        for stanza in deb822::stanzas(bytes, CONFFILES) {
            stanza.all("Conffiles").for_each(|value| conffiles(value, &lookup, &mut sums));
        }
    }
    sums
}

/// The lines of a stanza's conffiles: path, space, sum, and words that tell what became of it.
fn conffiles(value: &[u8], lookup: &Lookup<'_, '_>, sums: &mut BTreeMap<LayerPath, Vec<Checksum>>) {
    for line in lines(value) {
        let mut words = line.trim_ascii().split(|byte| *byte == b' ');
        let (Some(path), Some(sum)) = (words.next(), words.next()) else { continue };
        let Some(place) = lookup.find(path) else { continue };
        match Checksum::of_md5_hex(sum) {
            Some(sum) => sums.entry(place).or_default().push(sum),
            // Not yet unpacked: nothing is said of it.
            None => drop(sums.remove(&place)),
        }
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n')
}

/// The path in a line of a `.list`, and in one of a `.md5sums`: sum, space, space or `*`, path (md5sum(1)).
type PathOf = fn(&[u8]) -> Option<&[u8]>;

const LISTS: [(&[u8], PathOf); 2] =
    [(b".list", |line| Some(line)), (b".md5sums", |line| summed(line).map(|(_, path)| path))];

/// The sum and the path.
fn summed(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (sum, rest) = line.split_at_checked(32)?;
    let path = rest.strip_prefix(b" ")?.strip_prefix(b" ").or(rest.strip_prefix(b" *"))?;
    sum.iter().all(u8::is_ascii_hexdigit).then_some((sum, path))
}

/// The owners that a path has by its name.
pub(super) fn owner_by_name(path: &LayerPath) -> Vec<NameOwner> {
    let package = of_own_files(path).or_else(|| of_documents(path));
    let package = package.and_then(|name| std::str::from_utf8(name).ok());
    let is_choice = ALTERNATIVES.iter().any(|folder| path.is_within(&(*folder).into()));
    let choice = is_choice.then_some(NameOwner::Some);
    package.map(|name| NameOwner::Package(name.to_owned())).into_iter().chain(choice).collect()
}

/// Whether a file of this name lists a package's files.
pub(super) fn is_file_list(name: &[u8]) -> bool {
    LISTS.iter().any(|(suffix, _)| name.ends_with(suffix))
}

/// The package that `list` is of: its stanza's, where one stands beside it, since the file may be called otherwise
/// (distroless shortens names); else by its name, without the architecture.
fn package_of(tree: &FileTree<'_>, list: &LayerPath, stem: &[u8]) -> String {
    let beside = list.parent().filter(|_| is_stanza_file(stem)).map(|folder| folder.join(stem));
    let stanza = beside.and_then(|path| places::bytes(tree, &path, &Dpkg));
    let named = stanza.and_then(|bytes| deb822::stanzas(bytes, NAME).next()?.text("Package"));
    named.unwrap_or_else(|| printable(stem.split(|byte| *byte == b':').next().unwrap_or_default()))
}

/// What stands behind `folder/` in a path.
fn below<'p>(path: &'p LayerPath, folder: &str) -> Option<&'p [u8]> {
    path.as_bytes().strip_prefix(folder.as_bytes())?.strip_prefix(b"/")
}

/// The package that dpkg keeps this file for: `info/libc6:amd64.list`.
fn of_own_files(path: &LayerPath) -> Option<&[u8]> {
    let file = below(path, INFO)?;
    let name = file.get(..file.iter().rposition(|byte| *byte == b'.')?)?;
    name.split(|byte| *byte == b':').next()
}

/// The package whose documents these are.
pub(super) fn of_documents(path: &LayerPath) -> Option<&[u8]> {
    DOCUMENTS.iter().find_map(|folder| below(path, folder)?.split(|byte| *byte == b'/').next())
}
