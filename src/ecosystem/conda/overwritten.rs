//! Packages of conda that another installer put something in the place of.
//!
//! conda does not hear of it: the record stays as it was, and names the version that was there. What tells is the Python
//! distribution that the package brought: another one of its name stands there in its place, or its `INSTALLER` is not the one
//! that the record lists.

use std::collections::{BTreeMap, BTreeSet};

use super::environments::Walk;
use super::files;
use super::record::Record;
use crate::base::checksum::Checksum;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::places::real_place;
use crate::tree::FileTree;

/// What the records of an environment list of distributions.
#[derive(Debug, Default)]
pub(super) struct Claims(Vec<Claim>);

/// A dist-info that a record lists.
#[derive(Debug)]
struct Claim {
    /// Which package lists it, and what it is called.
    package: (usize, String),
    /// Where it really stands, or would.
    info: LayerPath,
    /// The sum of its INSTALLER; `None` where the record does not list that.
    installer: Option<Option<Checksum>>,
}

impl Claims {
    /// Adds what the record of the package at `at` lists.
    pub(super) fn add(&mut self, tree: &FileTree<'_>, at: usize, prefix: &LayerPath, record: &Record<'_>) {
        let mut infos: BTreeMap<LayerPath, (bool, Option<Option<Checksum>>)> = BTreeMap::new();
        for file in record.files() {
            let Some((folder, name)) =
                file.path.rsplit_once('/').filter(|(at, _)| at.ends_with(".dist-info"))
            else {
                continue;
            };
            let (is_metadata, is_installer) = (name == "METADATA", name == "INSTALLER");
            let info = (is_metadata || is_installer).then(|| files::place(prefix, folder)).flatten();
            let Some((has_metadata, installer)) = info.map(|info| infos.entry(info).or_default()) else {
                continue;
            };
            *has_metadata |= is_metadata;
            if is_installer {
                // A file may come twice, and says its sum but once.
                let known = installer.take().flatten();
                *installer = Some(known.or(file.sum));
            }
        }
        for (info, (_, installer)) in infos.into_iter().filter(|(_, (has_metadata, _))| *has_metadata) {
            let name = printable(format!("{} {}", record.name, record.version).as_bytes());
            if let Some(info) = real_place(tree, &info) {
                self.0.push(Claim { package: (at, name), info, installer });
            }
        }
    }

    /// The packages that were overwritten, each with what tells it.
    pub(super) fn overwritten(&self, tree: &FileTree<'_>, walk: &Walk) -> Vec<(usize, String)> {
        let listed: BTreeSet<&LayerPath> = self.0.iter().map(|claim| &claim.info).collect();
        let one = |claim: &Claim| Some((claim.package.0, claim.evidence(tree, walk, &listed)?));
        self.0.iter().filter_map(one).collect()
    }
}

impl Claim {
    /// What tells that it was overwritten; `None` where nothing does.
    fn evidence(&self, tree: &FileTree<'_>, walk: &Walk, listed: &BTreeSet<&LayerPath>) -> Option<String> {
        let (Self { info, .. }, (_, name)) = (self, &self.package);
        if tree.follow(&info.join(b"METADATA")).is_none() {
            let other = walk.infos_like(info)?.iter().find(|other| !listed.contains(other))?;
            return Some(format!("{name} was overwritten: {info} is gone, and {other} stands there"));
        }
        let installer = tree.follow_file(&info.join(b"INSTALLER"))?;
        let is_own = match &self.installer {
            Some(Some(sum)) => sum.is_of(installer.content, None) != Some(false),
            // It lists one, and has no sum of it.
            Some(None) => true,
            None => false,
        };
        (!is_own).then(|| format!("{name} was overwritten: {info} has an INSTALLER that is not its own"))
    }
}
