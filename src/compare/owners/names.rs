//! Which drifted files belong to a package that differs by their names alone, where no list is at hand that tells: against a
//! lock the old side's lists are not, and some files stand in none.
//!
//! By name go a Python package's dist-info and the folder called as the package is, dpkg's own files of a package, its
//! documents, and alternatives; and a folder of which all that drifted belongs to one package.

use std::collections::BTreeMap;

use crate::base::path::LayerPath;
use crate::compare::owners::Owner;
use crate::compare::owners::Owners;
use crate::compare::owners::Paths;
use crate::compare::owners::Proof;
use crate::compare::owners::Told;
use crate::python::normal_name;

/// Where dpkg keeps a package's own files.
const DPKG_INFO: &str = "var/lib/dpkg/info";

/// Folders of a package's documents.
const DOCUMENTS: [&str; 3] = ["usr/share/doc", "usr/share/bug", "usr/share/lintian/overrides"];

/// Where update-alternatives keeps its choices, which scripts of packages make.
const ALTERNATIVES: [&str; 3] =
    ["etc/alternatives", "var/lib/dpkg/alternatives", "var/log/.wh.alternatives.log"];

/// Folders that Python packages are installed into.
const SITES: [&[u8]; 2] = [b"site-packages", b"dist-packages"];

/// Endings of the folders that hold what is known of a Python package.
const RECORDS: [&str; 3] = [".dist-info", ".egg-info", ".data"];

/// Adds the owners that names tell of paths that have none.
pub(super) fn add(owners: &mut Owners, told: &Told<'_>, paths: &Paths) {
    let python = spelt(told, "python");
    let deb = spelt(told, "deb");
    let mut found = Vec::new();
    for path in paths.iter().filter(|path| !owners.contains_key(*path)) {
        let package = of_python(path, &python).or_else(|| of_dpkg(path, &deb));
        found.extend(package.map(|package| (path.clone(), package)));
        if !deb.is_empty() && is_alternative(path) {
            found.push((path.clone(), "deb packages that differ".to_owned()));
        }
    }
    for (path, package) in found {
        owners.entry(path).or_insert_with(|| Owner::new(package, Proof::Named));
    }
    folders(owners, paths);
}

/// What is said of each package of an ecosystem, by its name as folders spell it.
fn spelt<'t>(told: &'t Told<'_>, ecosystem: &str) -> BTreeMap<String, &'t str> {
    let of = told.iter().filter(|((of, _), _)| *of == ecosystem);
    of.map(|((_, name), text)| (normal_name(name), text.as_str())).collect()
}

fn of_python(path: &LayerPath, packages: &BTreeMap<String, &str>) -> Option<String> {
    let parts: Vec<&[u8]> = path.parts().collect();
    let text = |part: &[u8]| std::str::from_utf8(part).ok().map(str::to_owned);
    let recorded = parts.iter().find_map(|part| {
        let name = text(part)?;
        let name = RECORDS.iter().find_map(|ending| name.strip_suffix(ending))?;
        packages.get(&normal_name(name.split('-').next()?))
    });
    let in_site = || {
        let site = parts.iter().position(|part| SITES.contains(part))?;
        let name = text(parts.get(site + 1)?)?;
        let name = name.strip_suffix(".libs").or(name.strip_suffix(".py")).unwrap_or(&name);
        packages.get(&normal_name(name))
    };
    recorded.or_else(in_site).map(|package| (*package).to_owned())
}

fn of_dpkg(path: &LayerPath, packages: &BTreeMap<String, &str>) -> Option<String> {
    let below = |folder: &str| path.as_bytes().strip_prefix(folder.as_bytes())?.strip_prefix(b"/");
    let find = |name: &[u8]| {
        packages.get(&normal_name(std::str::from_utf8(name).ok()?)).map(|text| (*text).to_owned())
    };
    if let Some(file) = below(DPKG_INFO) {
        let name = file.get(..file.iter().rposition(|byte| *byte == b'.')?)?;
        return find(name.split(|byte| *byte == b':').next()?);
    }
    DOCUMENTS.iter().find_map(|folder| find(below(folder)?.split(|byte| *byte == b'/').next()?))
}

fn is_alternative(path: &LayerPath) -> bool {
    ALTERNATIVES.iter().any(|folder| path.is_within(&(*folder).into()))
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

    fn owned(told: &[(&str, &str)], paths: &[&str]) -> Vec<String> {
        let told =
            told.iter().map(|(ecosystem, name)| ((*ecosystem, *name), format!("{name} 1 → 2"))).collect();
        let paths = paths.iter().map(|path| LayerPath::from(*path)).collect();
        let mut owners = Owners::new();
        add(&mut owners, &told, &paths);
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
        let told = owned(&[("python", "flask-cors")], &paths);
        assert_eq!(
            told,
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
        let told = owned(&[("deb", "less"), ("deb", "libc6")], &paths);
        assert_eq!(
            told,
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
        let told = owned(&[("deb", "less")], &paths);
        assert_eq!(told.iter().filter(|told| told.starts_with("usr/share/doc/less")).count(), 3);
        assert!(!told.iter().any(|told| told.starts_with("usr/share:")));
    }
}
