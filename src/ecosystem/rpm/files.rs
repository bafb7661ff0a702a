//! The files of a package, by its header: a list of folders, and of each file its name and the place of its folder in that list.
//! Packages of old list whole paths.

use std::collections::BTreeMap;

use super::package::algorithm;
use crate::base::checksum::Checksum;
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::ecosystem::places::{Lookup, PLACE_BYTES};
use crate::ecosystem::votes::Votes;
use crate::formats::rpm_header::Header;
use crate::tree::FileTree;

/// Tags.
const OLD_PATHS: u32 = 1027;
const STATES: u32 = 1029;
const MODES: u32 = 1030;
const DIGESTS: u32 = 1035;
const FLAGS: u32 = 1037;
const FOLDER_PLACES: u32 = 1116;
const NAMES: u32 = 1117;
const FOLDERS: u32 = 1118;
const DIGEST_ALGORITHM: u32 = 5011;

/// What a file of a package is by its flags: one that its user edits, and one that the package brings no bytes of.
const CONFIG: u32 = 1;
const GHOST: u32 = 1 << 6;

/// A file of a package.
pub(super) struct File<'h> {
    folder: &'h [u8],
    name: &'h [u8],
    digest: &'h [u8],
    algorithm: Option<&'static str>,
    flags: u32,
    state: u32,
    mode: u32,
}

/// The files of a package, links and folders too; `None` where the list is not whole.
pub(super) fn of<'h>(header: &Header<'h>) -> Option<Vec<File<'h>>> {
    const MD5: u32 = 1;
    let paths = paths(header)?;
    let numbers = |tag| match header.numbers(tag) {
        Some(numbers) => {
            let numbers: Vec<u32> = numbers.take(paths.len() + 1).collect();
            (numbers.len() == paths.len()).then_some(numbers)
        }
        // What can't be read is not what an absent tag says: that all are plain files, installed.
        None => (!header.has(tag)).then(|| vec![0; paths.len()]),
    };
    let (flags, states, modes) = (numbers(FLAGS)?, numbers(STATES)?, numbers(MODES)?);
    let digests = header.texts(DIGESTS).map(|digests| digests.take(paths.len() + 1));
    let digests: Vec<&[u8]> = digests.map(Iterator::collect).unwrap_or_default();
    if (!digests.is_empty() || header.has(DIGESTS)) && digests.len() != paths.len() {
        return None;
    }
    let algorithm = algorithm(header.number(DIGEST_ALGORITHM).unwrap_or(MD5));
    let digests = digests.into_iter().chain(std::iter::repeat(&b""[..]));
    let numbers = flags.into_iter().zip(states).zip(modes);
    let file = |(((folder, name), digest), ((flags, state), mode))| File {
        folder,
        name,
        digest,
        algorithm,
        flags,
        state,
        mode,
    };
    Some(paths.into_iter().zip(digests).zip(numbers).map(file).collect())
}

/// The folder and the name of each file.
fn paths<'h>(header: &Header<'h>) -> Option<Vec<(&'h [u8], &'h [u8])>> {
    let Some(names) = header.texts(NAMES) else {
        let split = |path: &'h [u8]| {
            path.split_at(path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1))
        };
        return match header.texts(OLD_PATHS).filter(|_| !header.has(NAMES)) {
            Some(paths) => few(paths.map(split)),
            None => (!header.has(NAMES) && !header.has(OLD_PATHS)).then(Vec::new),
        };
    };
    let names = few(names)?;
    let folders = few(header.texts(FOLDERS)?)?;
    let places = few(header.numbers(FOLDER_PLACES)?)?;
    if places.len() != names.len() {
        return None;
    }
    let folder = |place: u32| folders.get(usize::try_from(place).ok()?).copied();
    places.into_iter().zip(names).map(|(place, name)| Some((folder(place)?, name))).collect()
}

/// All of these, if they are not more than packages have: texts may be empty, so that small headers would be many.
fn few<T>(all: impl Iterator<Item = T>) -> Option<Vec<T>> {
    let few: Vec<T> = all.take(limits::RPM_FILES + 1).collect();
    (few.len() <= limits::RPM_FILES).then_some(few)
}

impl File<'_> {
    /// Whether rpm put it there: it leaves out what the settings exclude, and what another package's file stands in the place of.
    pub(super) fn is_installed(&self) -> bool {
        const NORMAL: u32 = 0;
        self.state == NORMAL
    }

    fn is_folder(&self) -> bool {
        const KIND: u32 = 0o170_000;
        const FOLDER: u32 = 0o040_000;
        self.mode & KIND == FOLDER
    }

    /// Its path, as the header has it.
    pub(super) fn path(&self) -> Vec<u8> {
        [self.folder, self.name].concat()
    }

    /// The wanted place that it is.
    pub(super) fn look_up(&self, lookup: &Lookup<'_, '_>) -> Option<LayerPath> {
        if !lookup.may_find(self.name) || self.folder.len() > PLACE_BYTES {
            return None;
        }
        lookup.find(&self.path())
    }

    /// The digest that it had in the package.
    pub(super) fn checksum(&self) -> Option<Checksum> {
        if self.flags & GHOST != 0 { None } else { Checksum::of_hex(self.algorithm?, self.digest) }
    }
}

/// The layer that installed a package, by its files: rpm writes all of them when it installs or upgrades it, and later layers may
/// edit some, so the layer that holds most of them did. What users edit tells only where nothing else does, and what stands above
/// the database was never installed there.
pub(super) fn layer(tree: &FileTree<'_>, header: &Header<'_>, database: usize) -> Option<usize> {
    let (mut written, mut edited) = (Votes::default(), Votes::default());
    let mut folders: BTreeMap<&[u8], Option<LayerPath>> = BTreeMap::new();
    let files = of(header)?;
    for file in
        files.iter().filter(|file| file.is_installed() && !file.is_folder() && file.flags & GHOST == 0)
    {
        let folder = folders.entry(file.folder).or_insert_with(|| place(tree, file.folder));
        let Some(path) = folder.as_ref().map(|folder| folder.join(file.name)) else { continue };
        if let Some(layer) = tree.get(&path).map(|(_, node)| node.layer).filter(|layer| *layer <= database) {
            if file.flags & CONFIG == 0 { written.add(layer) } else { edited.add(layer) }
        }
    }
    written.most().or_else(|| edited.most())
}

fn place(tree: &FileTree<'_>, folder: &[u8]) -> Option<LayerPath> {
    let folder = Some(folder).filter(|folder| folder.len() <= PLACE_BYTES)?;
    tree.resolve(&LayerPath::normalize(folder).ok()?)
}
