//! Debian packages (deb): dpkg's status file, and the `status.d` folder of distroless images.
//!
//! A stanza's `Status` holds three words: want, flag, state. Only the state says whether the package is there: a package on
//! `hold` is installed, and so is one marked for removal and not removed yet. A stanza of `status.d` has none and is there.
//!
//! Every `info/*.list` is wanted: it tells the layer that installed a package, and which Python packages are the
//! distribution's. A package's name does not tell whether it holds Python (`mercurial`, `ufw`), so none is left out; together
//! they are some 20 MB in the largest images seen. Distroless images have no `.list`: there, and wherever one was removed, a
//! `.md5sums` beside the stanza or in `info` names the package's files, but for its conffiles and links. What this does not do:
//! check files against the sums (whoever has their bytes does), or find the `.deb`'s own hash, which dpkg does not keep.

mod diversions;
mod lists;
mod made;
mod residue;
mod stanza;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::about::{About, AboutKind};
use crate::base::checksum::Checksum;
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::ecosystem::catalog::{Catalog, Package, UNKNOWN};
use crate::ecosystem::deb822::{self, Stanza};
use crate::ecosystem::interface::{Ecosystem, NameOwner};
use crate::ecosystem::places::{self, BrokenRows, Rest, database, read};
use crate::ecosystem::problems::Problems;
use crate::ecosystem::purl::{Identified, Purl};
use crate::ecosystem::residue::Residue;
use crate::ecosystem::residue::made::{EVERYWHERE, Made};
use crate::formats::tar::entry::Kind;
use crate::tree::FileTree;
use stanza::{State, StatusField, source, state};

const STATUS: &str = "var/lib/dpkg/status";
const STATUS_FOLDER: &str = "var/lib/dpkg/status.d";
const INFO: &str = "var/lib/dpkg/info";
const UPDATES: &str = "var/lib/dpkg/updates";

const FIELDS: &[&str] = &["Package", "Version", "Architecture", "Source", "Status"];

/// What stands beside a stanza's file in `status.d` without being one. A package's own name may hold dots.
const BESIDE: &[&[u8]] = &[
    b".md5sums",
    b".preinst",
    b".postinst",
    b".prerm",
    b".postrm",
    b".config",
    b".conffiles",
    b".list",
    b".shlibs",
    b".symbols",
    b".templates",
    b".triggers",
];

static ABOUT: About = About {
    kind: AboutKind::Ecosystem,
    id: "deb",
    summary: "Debian packages",
    page: include_str!("../../docs/ecosystems/deb.md"),
};

/// The deb ecosystem.
pub(super) struct Dpkg;

impl Ecosystem for Dpkg {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn wants(&self, path: &LayerPath) -> bool {
        // By the last parts only: a layer may write below the folder that a symlink at var/lib/dpkg leads to.
        let mut parts = path.parts().rev();
        let name = parts.next().unwrap_or_default();
        match parts.next().unwrap_or_default() {
            b"dpkg" => name == b"status" || name == diversions::NAME,
            b"status.d" => {
                parts.next() == Some(b"dpkg") && (is_stanza_file(name) || lists::is_file_list(name))
            }
            b"info" => parts.next() == Some(b"dpkg") && lists::is_file_list(name),
            _ => false,
        }
    }

    fn concerns(&self, path: &LayerPath) -> bool {
        let mut parts = path.parts().rev();
        let is_journal =
            is_update(parts.next().unwrap_or_default()) && parts.take(2).eq([&b"updates"[..], b"dpkg"]);
        is_journal || self.wants(path)
    }

    fn leads(&self, folder: &[u8]) -> bool {
        matches!(folder, b"var" | b"lib" | b"dpkg" | b"status.d" | b"info" | b"updates")
    }

    fn ways(&self, _: &FileTree<'_>, _: &[Catalog]) -> Vec<LayerPath> {
        let in_folder = |folder: &str, name: &[u8]| LayerPath::from(folder).join(name);
        vec![
            STATUS.into(),
            in_folder(STATUS_FOLDER, b"base"),
            in_folder(INFO, b"base.list"),
            in_folder(UPDATES, b"0000"),
        ]
    }

    fn reads(&self, name: &[u8]) -> bool {
        name == b"status" || is_update(name)
    }

    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog> {
        status_file(tree).into_iter().chain(status_folder(tree)).collect()
    }

    fn purl(&self, package: &Identified<'_>) -> Purl {
        Purl::of_system(ABOUT.id, package)
    }

    fn owners(&self, tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
        lists::owners(tree, paths)
    }

    fn checksums(
        &self,
        tree: &FileTree<'_>,
        paths: &BTreeSet<LayerPath>,
    ) -> BTreeMap<LayerPath, Vec<Checksum>> {
        lists::checksums(tree, paths)
    }

    fn lists_files(&self, tree: &FileTree<'_>, package: &Package) -> bool {
        package.evidence.file_name().ends_with(b".list")
            && places::bytes(tree, &package.evidence, self).is_some()
    }

    fn would_list(&self, path: &LayerPath, _: &Package) -> bool {
        lists::of_documents(path).is_some()
    }

    fn owner_by_name(&self, path: &LayerPath) -> Vec<NameOwner> {
        lists::owner_by_name(path)
    }

    fn claims(&self, tree: &FileTree<'_>, _: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        lists::claims(tree, claim);
    }

    fn lacks_lists(&self, tree: &FileTree<'_>, catalog: &Catalog) -> bool {
        // Distroless has sums in the place of lists.
        let is_summed = |package: &Package| {
            let name = [package.evidence.file_name(), b".md5sums"].concat();
            let sums = package.evidence.parent().map(|folder| folder.join(&name));
            sums.is_some_and(|sums| places::bytes(tree, &sums, self).is_some())
        };
        catalog.packages.iter().any(|package| !self.lists_files(tree, package) && !is_summed(package))
    }

    fn made(&self) -> &'static [&'static [Made]] {
        &[made::MADE, EVERYWHERE]
    }

    fn residue(&self) -> &'static [Residue] {
        residue::RESIDUE
    }
}

/// Whether dpkg calls a file of its journal so.
fn is_update(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_digit)
}

fn is_stanza_file(name: &[u8]) -> bool {
    !name.starts_with(b".") && !BESIDE.iter().any(|suffix| name.ends_with(suffix))
}

fn status_file(tree: &FileTree<'_>) -> Option<Catalog> {
    let (path, layer) = database(tree, &STATUS.into())?;
    let mut reader = Reader::new(tree, path.clone());
    let bytes = read((tree, &Dpkg), &path, &mut reader.problems);
    reader.is_whole &= places::unread(tree, &path, bytes).is_none();
    reader.read(bytes.unwrap_or_default(), (&path, layer), StatusField::Required);
    let mut journal = Rest::default();
    for (update, _, node) in tree.children(&UPDATES.into()).filter(|(path, ..)| is_update(path.file_name())) {
        let file = tree.follow_file(update).or(tree.file(node));
        if let Some(file) = file.filter(|file| file.size > 0 || file.kind != Kind::File) {
            reader.problems.add(format!("{update}: dpkg was interrupted; its journal is not read"));
            journal.add(update.file_name(), file);
        }
    }
    let catalog = reader.finish(path, layer);
    // What the journal says goes before the file, so that without it the file tells of no package for sure.
    let Some(rest) = journal.finish() else { return Some(catalog) };
    let status = places::digest(tree, &catalog.path);
    let whole = [status, Some(rest)].map(|digest| digest.map_or_else(String::new, |digest| digest.hex()));
    Some(Catalog { digest: Some(Sha256::of(whole.concat().as_bytes())), ..catalog })
}

fn status_folder(tree: &FileTree<'_>) -> Option<Catalog> {
    let folder = tree.resolve(&STATUS_FOLDER.into())?;
    let mut reader = Reader::new(tree, folder.clone());
    let mut uppermost = None;
    for (path, _, node) in tree.children(&folder) {
        if !is_stanza_file(path.file_name()) {
            continue;
        }
        uppermost = uppermost.max(Some(node.layer));
        let bytes = read((tree, &Dpkg), path, &mut reader.problems);
        reader.is_whole &= places::unread(tree, path, bytes).is_none();
        reader.read(bytes.unwrap_or_default(), (path, node.layer), StatusField::Optional);
    }
    uppermost.map(|layer| reader.finish(folder, layer))
}

/// The file that holds a stanza, and the layer that wrote it.
type File<'f> = (&'f LayerPath, usize);

/// Collects the packages of one database.
struct Reader<'r, 'a> {
    tree: &'r FileTree<'a>,
    location: LayerPath,
    info: Option<LayerPath>,
    packages: BTreeMap<(String, Option<String>), Package>,
    problems: Problems,
    /// Whether the bytes of all of it could be read.
    is_whole: bool,
    /// What of them says of no package what it is.
    broken: BrokenRows,
}

impl<'r, 'a> Reader<'r, 'a> {
    fn new(tree: &'r FileTree<'a>, location: LayerPath) -> Self {
        let info = tree.resolve(&INFO.into());
        let (problems, broken) = (Problems::default(), BrokenRows::default());
        Self { tree, location, info, packages: BTreeMap::new(), problems, is_whole: true, broken }
    }

    fn finish(self, path: LayerPath, layer: usize) -> Catalog {
        // What was not read has no packages that are known, which is not to have none.
        let digest = if self.is_whole { self.broken.digest() } else { places::digest(self.tree, &path) };
        let packages = self.packages.into_values().collect();
        Catalog { digest, ..Catalog::new(ABOUT.id, (path, layer), packages, self.problems) }
    }

    fn read(&mut self, bytes: &[u8], file: File<'_>, status: StatusField) {
        for stanza in deb822::stanzas(bytes, FIELDS) {
            if let Err(problem) = self.stanza(&stanza, file, status) {
                self.problems.add(format!("{}, line {}: {problem}", file.0, stanza.line));
            }
            self.broken.append(stanza.broken.rows);
            match stanza.broken.count {
                0 => {}
                count => {
                    let more = if count > 1 {
                        format!(", nor are {} lines after it", count - 1)
                    } else {
                        String::new()
                    };
                    self.problems.add(format!("{}, line {}: not a field{more}", file.0, stanza.broken.first));
                }
            }
        }
    }

    fn stanza(&mut self, stanza: &Stanza<'_>, file: File<'_>, status: StatusField) -> Result<(), String> {
        let Some(name) = stanza.text("Package") else {
            self.broken.add(stanza.bytes);
            return Err("a stanza without Package".to_owned());
        };
        if let Some(field) = stanza.repeated() {
            stanza.all(field).skip(1).for_each(|value| self.broken.add(value));
            self.problems.add(format!("{}, line {}: {name} has {field} twice", file.0, stanza.line));
        }
        let key = (name, stanza.text("Architecture"));
        let state = match state(stanza, status) {
            None => {
                self.broken.add(stanza.bytes);
                return Err(format!("{} has no state", key.0));
            }
            Some(State::Installed) => None,
            Some(State::Broken(word)) => Some(word),
            Some(State::Absent) => {
                // Like dpkg, the last of several stanzas on one package counts.
                self.packages.remove(&key);
                return Ok(());
            }
        };
        let package = Package { state, ..self.package(stanza, &key, file) };
        match self.packages.insert(key, package) {
            Some(before) => Err(format!("{} stands twice; the last one counts", before.name)),
            None => Ok(()),
        }
    }

    fn package(
        &mut self,
        stanza: &Stanza<'_>,
        (name, architecture): &(String, Option<String>),
        file: File<'_>,
    ) -> Package {
        let version = stanza.text("Version").unwrap_or_else(|| {
            self.problems.add(format!("{}, line {}: {name} has no Version", file.0, stanza.line));
            UNKNOWN.to_owned()
        });
        let (source, source_version) = source(stanza, name, &version);
        let (evidence, layer) = self.evidence(stanza).unwrap_or_else(|| (file.0.clone(), file.1));
        Package {
            name: name.clone(),
            version,
            architecture: architecture.clone(),
            source: Some(source),
            source_version,
            location: self.location.clone(),
            evidence,
            layer,
            ..Package::default()
        }
    }

    /// The package's `.list` and its layer; its name holds the architecture for `Multi-Arch: same` packages.
    fn evidence(&self, stanza: &Stanza<'_>) -> Option<(LayerPath, usize)> {
        let info = self.info.as_ref()?;
        let name = stanza.first("Package")?.trim_ascii();
        let architecture = stanza.first("Architecture").unwrap_or_default().trim_ascii();
        let lists = [[name, b":", architecture, b".list"].concat(), [name, b".list"].concat()];
        let mut places = lists.iter().map(|list| info.join(list));
        places.find_map(|path| self.tree.get(&path).map(|(_, node)| (path, node.layer)))
    }
}

#[cfg(test)]
mod tests;
