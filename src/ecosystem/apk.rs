//! Alpine packages (apk): the `installed` database, in `lib/apk/db` or behind a merged `/usr`.
//!
//! Vocabulary (apk-tools, apk-package.5 and the database reader): a *row* is a letter, a colon and a value; letters
//! differ in case (`C:` is the package's identity, a checksum of its control part; `c:` a commit). `F:` opens a
//! folder and `R:` names a file in it. An empty line ends a package. A *virtual* package, named with a leading dot,
//! is what `apk add --virtual` makes; its version is the time it was made.
//!
//! The database is written anew by each layer that installs anything, so the layer of one package is learnt from its
//! files. What this does not do: check files against their `Z:` (whoever has their bytes does), or read `world`.

mod made;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::about::{About, AboutKind};
use crate::base::checksum::Checksum;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::{Catalog, Package, UNKNOWN};
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places::{self, BrokenRows, Lookup, PLACE_BYTES, database, read};
use crate::ecosystem::problems::Problems;
use crate::ecosystem::purl::{Identified, Purl};
use crate::ecosystem::residue::Residue;
use crate::ecosystem::residue::made::{EVERYWHERE, Made};
use crate::ecosystem::votes::Votes;
use crate::tree::FileTree;

const DATABASES: [&str; 2] = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];

/// Where apk keeps what was edited (`protected_paths.d` may name more).
const PROTECTED: &str = "etc";

static ABOUT: About = About {
    kind: AboutKind::Ecosystem,
    id: "apk",
    summary: "Alpine packages",
    page: include_str!("../../docs/ecosystems/apk.md"),
};

/// The apk ecosystem.
pub(super) struct Apk;

impl Ecosystem for Apk {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn wants(&self, path: &LayerPath) -> bool {
        path.parts().rev().take(3).eq([&b"installed"[..], b"db", b"apk"])
    }

    fn leads(&self, folder: &[u8]) -> bool {
        matches!(folder, b"usr" | b"lib" | b"apk" | b"db")
    }

    fn ways(&self, _: &FileTree<'_>, _: &[Catalog]) -> Vec<LayerPath> {
        DATABASES.map(LayerPath::from).into()
    }

    fn reads(&self, name: &[u8]) -> bool {
        name == b"installed"
    }

    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog> {
        databases(tree).into_iter().map(|(path, layer)| catalog(tree, path, layer)).collect()
    }

    fn purl(&self, package: &Identified<'_>) -> Purl {
        Purl::of_system(ABOUT.id, package)
    }

    fn owners(&self, tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
        let lookup = Lookup::new(tree, paths);
        let mut owners = BTreeMap::new();
        for bytes in databases(tree).keys().filter_map(|path| places::bytes(tree, path, self)) {
            own(bytes, &lookup, &mut owners);
        }
        owners
    }

    fn checksums(
        &self,
        tree: &FileTree<'_>,
        paths: &BTreeSet<LayerPath>,
    ) -> BTreeMap<LayerPath, Vec<Checksum>> {
        let lookup = Lookup::new(tree, paths);
        let mut sums = BTreeMap::new();
        for bytes in databases(tree).keys().filter_map(|path| places::bytes(tree, path, self)) {
            sum(bytes, &lookup, &mut sums);
        }
        sums
    }

    fn claims(&self, tree: &FileTree<'_>, _: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        for bytes in databases(tree).keys().filter_map(|path| places::bytes(tree, path, self)) {
            let mut folder = &b""[..];
            for (_, row) in rows(bytes) {
                match row {
                    Row::Field(b'F', path) => folder = path,
                    Row::Field(b'R', name) => claim(&[folder, b"/", name].concat()),
                    Row::End => folder = b"",
                    _ => {}
                }
            }
        }
    }

    fn made(&self) -> &'static [&'static [Made]] {
        &[made::MADE, EVERYWHERE]
    }

    fn residue(&self) -> &'static [Residue] {
        made::RESIDUE
    }
}

/// The databases by their real places: on a merged `/usr` both names lead to one.
fn databases(tree: &FileTree<'_>) -> BTreeMap<LayerPath, usize> {
    DATABASES.into_iter().filter_map(|path| database(tree, &path.into())).collect()
}

fn own(bytes: &[u8], lookup: &Lookup<'_, '_>, owners: &mut BTreeMap<LayerPath, String>) {
    let (mut package, mut folder) = (&b""[..], &b""[..]);
    for (_, row) in rows(bytes) {
        match row {
            Row::Field(b'P', name) => package = name,
            Row::Field(b'F', path) => folder = path,
            Row::Field(b'R', name) if lookup.may_find(name) => {
                if let Some(place) = lookup.find(&[folder, b"/", name].concat()) {
                    owners.entry(place).or_insert_with(|| printable(package));
                }
            }
            Row::End => (package, folder) = (b"", b""),
            _ => {}
        }
    }
}

/// The sum of each file: `Z:`, behind the file that it is of. That of a link is of what it names.
fn sum(bytes: &[u8], lookup: &Lookup<'_, '_>, sums: &mut BTreeMap<LayerPath, Vec<Checksum>>) {
    let mut folder = &b""[..];
    let mut place: Option<LayerPath> = None;
    for (_, row) in rows(bytes) {
        match row {
            Row::Field(b'F', path) => (folder, place) = (path, None),
            Row::Field(b'R', name) => {
                let path = lookup.may_find(name).then(|| [folder, b"/", name].concat());
                place = path.and_then(|path| lookup.find(&path));
                if let Some(place) = &place {
                    sums.entry(place.clone()).or_default();
                }
            }
            Row::Field(b'Z', value) => {
                if let Some((place, sum)) = place.clone().zip(Checksum::of_apk(value)) {
                    sums.entry(place).or_default().push(sum);
                }
            }
            Row::End => (folder, place) = (b"", None),
            _ => {}
        }
    }
}

fn catalog(tree: &FileTree<'_>, path: LayerPath, layer: usize) -> Catalog {
    let mut problems = Problems::default();
    let mut packages = Vec::new();
    let mut names = BTreeSet::new();
    let mut draft = Draft::default();
    let bytes = read((tree, &Apk), &path, &mut problems);
    let mut broken = BrokenRows::default();
    for (line, row) in rows(bytes.unwrap_or_default()) {
        match row {
            Row::Field(letter, value) => draft.take(tree, (line, letter, value), layer),
            Row::Broken(row) => {
                problems.add(format!("{path}, line {line}: not a letter, a colon and a value"));
                broken.add(row);
            }
            Row::End => {
                let draft = std::mem::take(&mut draft);
                let nameless = draft.rows;
                let Some(package) = draft.package((&path, layer), &mut problems) else {
                    broken.append(nameless);
                    continue;
                };
                if !names.insert(package.name.clone()) {
                    problems.add(format!("{path}: {} stands twice", package.name));
                }
                packages.push(package);
            }
        }
    }
    // What was not read has no packages that are known, which is not to have none.
    let digest = places::unread(tree, &path, bytes).or(broken.digest());
    Catalog { digest, ..Catalog::new(ABOUT.id, (path, layer), packages, problems) }
}

/// One row of the database.
enum Row<'a> {
    /// A letter and its value.
    Field(u8, &'a [u8]),
    /// The end of a package.
    End,
    /// Neither.
    Broken(&'a [u8]),
}

/// The rows of a database with their line numbers; the last package ends though no empty line follows it.
fn rows(bytes: &[u8]) -> impl Iterator<Item = (usize, Row<'_>)> {
    let lines = bytes.split(|byte| *byte == b'\n').chain([&b""[..]]);
    lines.zip(1..).map(|(line, number)| {
        let row = match line.strip_suffix(b"\r").unwrap_or(line) {
            [] => Row::End,
            [letter, b':', value @ ..] => Row::Field(*letter, value),
            row => Row::Broken(row),
        };
        (number, row)
    })
}

/// A package in the making, row by row.
#[derive(Default)]
struct Draft<'a> {
    line: usize,
    /// Its rows, as long as none has named it.
    rows: BrokenRows,
    name: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    architecture: Option<&'a [u8]>,
    origin: Option<&'a [u8]>,
    checksum: Option<&'a [u8]>,
    is_broken: bool,
    folder: Option<LayerPath>,
    written: Votes,
    protected: Votes,
}

impl<'a> Draft<'a> {
    fn take(&mut self, tree: &FileTree<'_>, (line, letter, value): (usize, u8, &'a [u8]), database: usize) {
        if self.line == 0 {
            self.line = line;
        }
        if self.name.is_none() {
            self.rows.add(&[&[letter], value].concat());
        }
        match letter {
            b'P' => self.name = self.name.or(Some(value)),
            b'V' => self.version = self.version.or(Some(value)),
            b'A' => self.architecture = self.architecture.or(Some(value)),
            b'o' => self.origin = self.origin.or(Some(value)),
            b'C' => self.checksum = self.checksum.or(Some(value)),
            // apk marks a package whose files, script or xattrs failed; 'S' only names a checksum's kind.
            b'f' => self.is_broken |= value.iter().any(|flag| b"fsx".contains(flag)),
            b'F' => self.folder = folder(tree, value),
            b'R' => self.count(tree, value, database),
            _ => {}
        }
    }

    /// apk writes the files of a package anew when it installs or upgrades it, so the layer that holds most of them is
    /// the one that did; a later layer may have edited some, and what stands above the database was never installed
    /// there. Under `etc`, which apk protects, it leaves a file that is the same or was edited, and writes its own
    /// beside an edited one (`.apk-new`): those files tell only where no other does.
    fn count(&mut self, tree: &FileTree<'_>, name: &[u8], database: usize) {
        let Some(path) = self.folder.as_ref().map(|folder| folder.join(name)) else { return };
        let layer = |path: &LayerPath| tree.get(path).map(|(_, node)| node.layer);
        let beside = [path.as_bytes(), b".apk-new"].concat();
        let new = LayerPath::normalize(&beside).ok().and_then(|path| layer(&path));
        let is_protected = path.is_within(&PROTECTED.into()) && new.is_none();
        let votes = if is_protected { &mut self.protected } else { &mut self.written };
        if let Some(layer) = new.or_else(|| layer(&path)).filter(|layer| *layer <= database) {
            votes.add(layer);
        }
    }

    /// The package; `None` where no row names one.
    fn package(self, (database, layer): (&LayerPath, usize), problems: &mut Problems) -> Option<Package> {
        let mut lacks = |what| problems.add(format!("{database}, line {}: {what}", self.line));
        let Some(name) = text(self.name) else {
            if self.line > 0 {
                lacks("a package without P:".to_owned());
            }
            return None;
        };
        let version = text(self.version).unwrap_or_else(|| {
            lacks(format!("{name} has no V:"));
            UNKNOWN.to_owned()
        });
        let state = match () {
            () if self.is_broken => Some("broken".to_owned()),
            () if name.starts_with('.') => Some("virtual".to_owned()),
            () => None,
        };
        Some(Package {
            name,
            version,
            architecture: text(self.architecture),
            source: text(self.origin),
            state,
            checksum: text(self.checksum),
            location: database.clone(),
            evidence: database.clone(),
            layer: self.written.most().or_else(|| self.protected.most()).unwrap_or(layer),
            ..Package::default()
        })
    }
}

fn folder(tree: &FileTree<'_>, written: &[u8]) -> Option<LayerPath> {
    let written = Some(written).filter(|written| written.len() <= PLACE_BYTES)?;
    tree.resolve(&LayerPath::normalize(written).ok()?)
}

fn text(value: Option<&[u8]>) -> Option<String> {
    value.map(<[u8]>::trim_ascii).filter(|value| !value.is_empty()).map(printable)
}

#[cfg(test)]
mod tests;
