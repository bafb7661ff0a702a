//! Finds site directories, and what in them may be a distribution, in one walk over the tree.
//!
//! Vocabulary (Python Packaging User Guide, "Recording installed projects"): a *site directory* is a folder that an
//! interpreter or virtual environment imports from, by the name that all of them give it: `site-packages`, or
//! `dist-packages` on Debian. A *distribution* is one installed project.
//!
//! Only direct children of a site directory are installed. What is not a site directory: one inside another, or
//! below `_vendor` (a copy that some project brings along), and one in conda's cache of unpacked packages. What is
//! not a distribution: `~name…` and `-name…`, which pip leaves behind when it is interrupted.
//!
//! Folders of other names are [`elsewhere`]'s.

mod elsewhere;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;
use crate::tree::FileTree;
use elsewhere::Elsewhere;
pub(super) use elsewhere::links;

/// What the walk finds.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Each site directory.
    pub(super) sites: BTreeMap<LayerPath, Site>,
    /// `.egg-info` folders elsewhere, by the folder they stand in: what an `.egg-link` may lead to.
    pub(super) sources: BTreeMap<LayerPath, Vec<LayerPath>>,
}

/// One site directory.
#[derive(Debug, Default)]
pub(super) struct Site {
    /// The uppermost layer that wrote below it.
    pub(super) layer: usize,
    /// Its direct children that are named like a distribution.
    pub(super) distributions: BTreeSet<LayerPath>,
}

/// How a distribution stands in its site directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// A `.dist-info` folder.
    DistInfo,
    /// An `.egg-info` folder or file.
    EggInfo,
    /// An `.egg` folder or zip.
    Egg,
    /// An `.egg-link` file: `setup.py develop`.
    EggLink,
}

impl Form {
    /// The form of what is named `name`, and the name without its suffix.
    pub(super) fn of(name: &[u8]) -> Option<(Self, &[u8])> {
        let forms = [
            (Self::DistInfo, &b".dist-info"[..]),
            (Self::EggInfo, b".egg-info"),
            (Self::Egg, b".egg"),
            (Self::EggLink, b".egg-link"),
        ];
        forms.into_iter().find_map(|(form, suffix)| Some((form, name.strip_suffix(suffix)?)))
    }
}

/// Walks the tree.
pub(super) fn walk(tree: &FileTree<'_>) -> Walk {
    let mut walk = Walk::default();
    // Paths come sorted, so all below one site directory come one after the other.
    let (mut last, mut is_cache) = (LayerPath::root(), false);
    let mut elsewhere = Elsewhere::default();
    for (path, _, node) in tree.iter() {
        let Some(place) = Place::of(path) else {
            walk.note_source(path);
            elsewhere.note(tree, path, node);
            continue;
        };
        if last.as_bytes() != place.site {
            last = LayerPath::clamped(place.site);
            is_cache = is_package_cache(tree, &last);
        }
        if !is_cache {
            let site = walk.sites.entry(last.clone()).or_default();
            site.layer = site.layer.max(node.layer);
            site.note(&last, place.child);
        }
    }
    elsewhere.add_to(&mut walk, tree);
    walk.sites.retain(|_, site| !site.distributions.is_empty());
    walk
}

impl Site {
    /// Notes the direct child of that name.
    fn note(&mut self, site: &LayerPath, child: &[u8]) {
        if is_distribution(child) {
            self.distributions.insert(site.join(child));
        }
    }
}

impl Walk {
    fn note_source(&mut self, path: &LayerPath) {
        if ![&b"PKG-INFO"[..], b"METADATA"].contains(&path.file_name()) {
            return;
        }
        let Some(egg_info) = path.parent().filter(|folder| folder.file_name().ends_with(b".egg-info")) else {
            return;
        };
        let infos = self.sources.entry(egg_info.parent().unwrap_or_default()).or_default();
        if infos.last() != Some(&egg_info) {
            infos.push(egg_info);
        }
    }
}

/// A path below a site directory, taken apart.
struct Place<'p> {
    site: &'p [u8],
    child: &'p [u8],
}

impl<'p> Place<'p> {
    fn of(path: &'p LayerPath) -> Option<Self> {
        let path = path.as_bytes();
        let mut end = 0;
        for part in path.split(|byte| *byte == b'/') {
            end += part.len() + 1;
            if part == b"_vendor" {
                return None;
            }
            if is_site(part) {
                let site = path.get(..end - 1)?;
                let child = path.get(end..)?.split(|byte| *byte == b'/').next()?;
                return Some(Self { site, child });
            }
        }
        None
    }
}

/// Whether a folder of this name is a site directory.
pub(super) fn is_site(name: &[u8]) -> bool {
    name == b"site-packages" || name == b"dist-packages"
}

fn is_distribution(name: &[u8]) -> bool {
    !name.starts_with(b"~")
        && !name.starts_with(b"-")
        && Form::of(name).is_some_and(|(_, stem)| !stem.is_empty())
}

/// Whether `site` is of a package that conda unpacked into its cache, `pkgs/<name>-<version>-<build>`: it is there to
/// be linked into environments, and nothing imports from it. A virtual environment in a folder named `pkgs` is not.
fn is_package_cache(tree: &FileTree<'_>, site: &LayerPath) -> bool {
    let Some(above) = site.parent() else { return false };
    let package = match above.file_name().starts_with(b"python") {
        true => above.parent().and_then(|lib| lib.parent()),
        false => Some(above),
    };
    let Some(package) = package else { return false };
    let is_build = package.file_name().iter().filter(|byte| **byte == b'-').count() >= 2;
    let is_in_pkgs = package.parent().is_some_and(|folder| folder.file_name() == b"pkgs");
    is_build && is_in_pkgs && tree.get(&package.join(b"pyvenv.cfg")).is_none()
}
