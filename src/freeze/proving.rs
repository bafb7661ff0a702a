//! Hashes that package indexes tell of archives that nobody else tells of.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;
use crate::base::text::listed;
use crate::ecosystem::{self, Catalog, Package};
use crate::package_index::{IndexError, PackageIndexes, Unproven};
use crate::python::archives::HashSource;
use crate::python::index::InstalledWheel;
use crate::tree::FileTree;

/// Packages that one note names.
const NAMES: usize = 20;

/// Takes over the hashes that `indexes` prove, but of packages that are disputed; what was taken, and why of others nothing was,
/// for people.
pub(super) fn prove(
    tree: &FileTree<'_>,
    catalogs: &mut [Catalog],
    disputed: &BTreeSet<LayerPath>,
    indexes: &PackageIndexes,
) -> Result<Vec<String>, IndexError> {
    let mut packages: Vec<&mut Package> = Vec::new();
    let mut wheels: Vec<InstalledWheel> = Vec::new();
    for catalog in catalogs {
        let Some(ecosystem) = ecosystem::of_id(catalog.ecosystem) else { continue };
        for package in &mut catalog.packages {
            let wanted = ecosystem.unhashed(tree, package).filter(|_| !disputed.contains(&package.evidence));
            if let Some(wheel) = wanted {
                wheels.push(wheel);
                packages.push(package);
            }
        }
    }
    let answers = match wheels.is_empty() {
        true => Vec::new(),
        false => indexes.look_up(&wheels)?,
    };
    let all = packages.len();
    let (mut proved, mut yanked) = (0, BTreeSet::new());
    let mut unproved: BTreeMap<Unproven, BTreeSet<String>> = BTreeMap::new();
    for (package, answer) in packages.into_iter().zip(answers) {
        let name = format!("{} {}", package.name, package.version);
        match answer {
            Ok(answer) => {
                proved += 1;
                (package.hashes, package.hashes_from) = (answer.hashes, Some(HashSource::Index));
                package.archive = package.archive.take().or(answer.url);
                yanked.extend(answer.is_yanked.then_some(name));
            }
            Err(reason) => {
                unproved.entry(reason).or_default().insert(name);
            }
        }
    }
    let mut notes = vec![format!(
        "{}: the hashes of {proved} of {all} packages from an index that nothing else tells of",
        indexes.name()
    )];
    let lacking = |(reason, names): (Unproven, BTreeSet<String>)| {
        format!("no hash of an archive is locked of {}: {reason}", listed(names.iter(), NAMES))
    };
    notes.extend(unproved.into_iter().map(lacking));
    if !yanked.is_empty() {
        notes.push(format!("yanked from the index since, or before: {}", listed(yanked.iter(), NAMES)));
    }
    Ok(notes)
}
