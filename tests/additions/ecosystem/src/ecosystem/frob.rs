//! frob's packages: `var/lib/frob/installed`, a line `name version` each.

use crate::base::about::{About, AboutKind};
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::{Catalog, Package};
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places::{database, read};
use crate::ecosystem::problems::Problems;
use crate::tree::FileTree;

const DATABASE: &str = "var/lib/frob/installed";

static ABOUT: About = About {
    kind: AboutKind::Ecosystem,
    id: "frob",
    summary: "frob's packages",
    page: include_str!("../../docs/ecosystems/frob.md"),
};

/// The frob ecosystem.
pub(super) struct Frob;

impl Ecosystem for Frob {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn wants(&self, path: &LayerPath) -> bool {
        *path == DATABASE.into()
    }

    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog> {
        database(tree, &DATABASE.into()).map(|place| catalog(tree, place)).into_iter().collect()
    }
}

fn catalog(tree: &FileTree<'_>, (path, layer): (LayerPath, usize)) -> Catalog {
    let mut problems = Problems::default();
    let bytes = read((tree, &Frob), &path, &mut problems).unwrap_or_default();
    let mut packages = Vec::new();
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..).filter(|(line, _)| !line.is_empty()) {
        let mut words = line.split(|byte| *byte == b' ');
        match (words.next(), words.next(), words.next()) {
            (Some(name), Some(version), None) => packages.push(Package {
                name: printable(name),
                version: printable(version),
                location: path.clone(),
                evidence: path.clone(),
                layer,
                ..Package::default()
            }),
            _ => problems.add(format!("{path}, line {number}: not a name and a version")),
        }
    }
    Catalog::new(ABOUT.id, (path, layer), packages, problems)
}
