//! Which drifted files belong to a package that differs by their names alone, where no list is at hand that tells: against a
//! lock the old side's lists are not, and some files stand in none.
//!
//! Whose a name is, each ecosystem says; and a folder of which all that drifted belongs to one package is that package's.

use std::collections::BTreeMap;

use super::OwnerSide;
use super::owner::{Owner, Owners, Paths, Proof, Words};
use crate::base::path::LayerPath;
use crate::ecosystem::{self, Ecosystem, NameOwner, Package};
use crate::formats::tar::entry::Kind;
use crate::tree::FileTree;

/// The packages of one ecosystem that differ.
struct Differing<'w> {
    ecosystem: &'static dyn Ecosystem,
    /// What is said of each, by its normal name.
    words: BTreeMap<String, &'w str>,
    /// Those of which a side's tree has a list of their files, by their normal names.
    listing: BTreeMap<String, Vec<(&'w FileTree<'w>, &'w Package)>>,
}

/// Adds the owners that names tell of paths that have none.
pub(super) fn add(owners: &mut Owners, words: &Words<'_>, sides: &[OwnerSide<'_>], paths: &Paths) {
    let all = ecosystem::REGISTRY.iter().map(|ecosystem| Differing::of(*ecosystem, words, sides));
    let differing: Vec<Differing<'_>> = all.filter(|differing| !differing.words.is_empty()).collect();
    let unowned: Vec<&LayerPath> = paths.iter().filter(|path| !owners.contains_key(*path)).collect();
    for path in unowned {
        if let Some(package) = differing.iter().find_map(|differing| differing.owner(path)) {
            owners.insert(path.clone(), Owner::new(package, Proof::Named));
        }
    }
    folders(owners, paths);
}

impl<'w> Differing<'w> {
    fn of(ecosystem: &'static dyn Ecosystem, words: &'w Words<'_>, sides: &'w [OwnerSide<'w>]) -> Self {
        let own = words.iter().filter(|((of, _), _)| *of == ecosystem.id());
        let words: BTreeMap<String, &str> =
            own.map(|((_, name), text)| (ecosystem.normal_name(name).into_owned(), text.as_str())).collect();
        let mut listing: BTreeMap<String, Vec<(&FileTree<'_>, &Package)>> = BTreeMap::new();
        for (_, tree, catalogs) in sides {
            let own = catalogs.iter().filter(|catalog| catalog.ecosystem == ecosystem.id());
            for package in own.flat_map(|catalog| &catalog.packages) {
                let name = ecosystem.normal_name(&package.name);
                if words.contains_key(&*name) && ecosystem.lists_files(tree, package) {
                    listing.entry(name.into_owned()).or_default().push((tree, package));
                }
            }
        }
        Self { ecosystem, words, listing }
    }

    /// What is said of the package that the path's name tells.
    fn owner(&self, path: &LayerPath) -> Option<String> {
        self.ecosystem.owner_by_name(path).into_iter().find_map(|owner| match owner {
            NameOwner::Package(name) => {
                self.words.get(&name).filter(|_| !self.is_foreign(path, &name)).map(|text| (*text).to_owned())
            }
            NameOwner::Some => Some(format!("{} packages that differ", self.ecosystem.id())),
        })
    }

    /// Whether the package's own list would name the path, which is there, and does not. Lists name files; a folder changes
    /// with what is in it.
    fn is_foreign(&self, path: &LayerPath, package: &str) -> bool {
        let stands =
            |tree: &FileTree<'_>| tree.get(path).is_some_and(|(entry, _)| entry.kind != Kind::Directory);
        let lists = self.listing.get(package).map_or(&[][..], Vec::as_slice);
        lists.iter().any(|(tree, package)| self.ecosystem.would_list(path, package) && stands(tree))
    }
}

/// Folders below which all that drifted belongs to one package.
fn folders(owners: &mut Owners, paths: &Paths) {
    // Deepest first, so that a folder of such folders is one too.
    for path in paths.iter().rev().filter(|path| !path.is_root()) {
        if owners.contains_key(path) {
            continue;
        }
        if let Some(package) = sole_owner(owners, paths, path).map(str::to_owned) {
            owners.insert(path.clone(), Owner::new(package, Proof::Named));
        }
    }
}

/// The package of all that drifted below a folder.
fn sole_owner<'o>(owners: &'o Owners, paths: &Paths, folder: &LayerPath) -> Option<&'o str> {
    let of = |path: &LayerPath| {
        let owner = owners.get(path).filter(|owner| owner.proof != Proof::Contradicted);
        owner.map(|owner| owner.package.as_str())
    };
    let mut package = None;
    let mut from = folder.followed_by(b'/');
    while let Some(path) = paths.range::<LayerPath, _>(&from..).next().filter(|path| path.is_within(folder)) {
        // What lies in a folder that was looked at already needs no other look.
        let parent = path.parent().filter(|parent| parent != folder && paths.contains(parent));
        let owner = of(parent.as_ref().unwrap_or(path))?;
        if package.is_some_and(|package| package != owner) {
            return None;
        }
        package = Some(owner);
        // `0` comes behind `/`, and a NUL before all that goes on from a path.
        from = parent.map_or_else(|| path.followed_by(0), |parent| parent.followed_by(b'0'));
    }
    package
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(packages: &[(&str, &str)], paths: &[&str]) -> Vec<String> {
        let words =
            packages.iter().map(|(ecosystem, name)| ((*ecosystem, *name), format!("{name} 1 → 2"))).collect();
        let paths = paths.iter().map(|path| LayerPath::from(*path)).collect();
        let mut owners = Owners::new();
        add(&mut owners, &words, &[], &paths);
        owners.iter().map(|(path, owner)| format!("{path}: {}", owner.package)).collect()
    }

    #[test]
    fn what_a_python_package_is_called_tells_its_folders() {
        let site = "usr/lib/python3.11/site-packages";
        let paths = [
            format!("{site}/Flask_Cors-1.dist-info/RECORD"),
            format!("{site}/flask_cors"),
            format!("{site}/flask_cors/old.py"),
            format!("{site}/flask_other/old.py"),
            "srv/flask_cors/x".to_owned(),
        ];
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let owners = owned(&[("python", "flask-cors")], &paths);
        assert_eq!(
            owners,
            paths[..3].iter().map(|path| format!("{path}: flask-cors 1 → 2")).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_dpkg_keeps_of_a_package_and_what_its_scripts_choose_is_told() {
        let paths = [
            "etc/alternatives/pager",
            "usr/share/doc/less/copyright",
            "usr/share/doc/lesser/copyright",
            "var/lib/dpkg/info/less.md5sums",
            "var/lib/dpkg/info/libc6:amd64.list",
        ];
        let owners = owned(&[("deb", "less"), ("deb", "libc6")], &paths);
        assert_eq!(
            owners,
            [
                "etc/alternatives/pager: deb packages that differ",
                "usr/share/doc/less/copyright: less 1 → 2",
                "var/lib/dpkg/info/less.md5sums: less 1 → 2",
                "var/lib/dpkg/info/libc6:amd64.list: libc6 1 → 2",
            ]
        );
        assert_eq!(owned(&[("python", "less")], &paths), [""; 0]);
    }

    #[test]
    fn a_folder_of_one_package_alone_is_that_packages() {
        let paths = [
            "usr/share/doc/less",
            "usr/share/doc/less/a",
            "usr/share/doc/less/b",
            "usr/share",
            "usr/share/x",
        ];
        let owners = owned(&[("deb", "less")], &paths);
        assert_eq!(owners.iter().filter(|path| path.starts_with("usr/share/doc/less")).count(), 3);
        assert!(!owners.iter().any(|path| path.starts_with("usr/share:")));
    }
}
