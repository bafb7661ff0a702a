//! Which drifted files belong to a package that differs between the two sides.
//!
//! Asked only where packages differ, and only of paths that drifted: dpkg, apk and conda list their files in their
//! databases, a Python package in its RECORD, with the hashes of most. Where no list tells, names do (`owners/names.rs`).

mod names;
mod owner;
mod records;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;
use crate::compare::outcome::LayerOutcome;
use crate::compare::packages::{Changed, Changes};
use crate::compare::pairing::Side;
use crate::ecosystem::{self, Catalog};
use crate::tree::FileTree;

pub use owner::{ListedSums, Owner, Owners, Proof};
use owner::{Paths, Words};

/// The paths that drifted.
pub(crate) fn drifted(layers: &[LayerOutcome]) -> BTreeSet<LayerPath> {
    layers.iter().flat_map(|layer| layer.drifts.iter().flatten()).map(|drift| drift.path.clone()).collect()
}

/// Adds the owners of `paths` that one side's databases tell.
pub(crate) fn add(
    owners: &mut Owners,
    changes: &Changes,
    (side, tree, catalogs): OwnerSide<'_>,
    paths: &BTreeSet<LayerPath>,
) {
    if changes.is_empty() || paths.is_empty() {
        return;
    }
    let words = words(changes);
    for ecosystem in ecosystem::REGISTRY {
        let id = ecosystem.id();
        if !words.keys().any(|(of, _)| *of == id) {
            continue;
        }
        let mut sums = ecosystem.checksums(tree, paths);
        for (path, package) in ecosystem.owners(tree, paths) {
            let Some(text) = words.get(&(id, package.as_str())) else { continue };
            // What is lost is no other version's doing, as long as the list still names it.
            let is_there = tree.get(&path).is_some();
            // What is compiled no list can have a sum of: its name tells whose it is, and no more.
            let sums = sums.remove(&path).filter(|sums| !sums.is_empty() || !is_compiled(&path));
            let proof = match is_there {
                false => Proof::Contradicted,
                true if sums.is_none() && is_compiled(&path) => Proof::Named,
                true => Proof::Listed,
            };
            let owner = Owner::new(text, proof).with_sums(side, sums);
            owner::add(owners, path, owner);
        }
    }
    for catalog in catalogs {
        let mut count = 0;
        for package in &catalog.packages {
            let Some(text) = words.get(&(catalog.ecosystem, package.name.as_str())) else { continue };
            count += 1;
            records::add(owners, package, (side, tree), paths, text);
        }
        // The database itself changes with its packages.
        if count > 0 && paths.contains(&catalog.path) {
            let package = format!("the database of {} packages that differ", catalog.ecosystem);
            owners.entry(catalog.path.clone()).or_insert_with(|| Owner::new(package, Proof::Listed));
        }
    }
}

/// Adds the owners that names alone tell, once those of both sides' lists are there, where no list of a side would have
/// named them.
pub(crate) fn add_by_name(owners: &mut Owners, changes: &Changes, sides: &[OwnerSide<'_>], paths: &Paths) {
    if !changes.is_empty() && !paths.is_empty() {
        names::add(owners, &words(changes), sides, paths);
    }
}

/// A side, its tree and its catalogs.
pub(crate) type OwnerSide<'a> = (Side, &'a FileTree<'a>, &'a [Catalog]);

fn is_compiled(path: &LayerPath) -> bool {
    path.file_name().ends_with(b".pyc")
}

fn words(changes: &Changes) -> Words<'_> {
    let mut words = BTreeMap::new();
    // A package that differs otherwise explains no file: its files are what it differs by.
    for package in changes.changed.iter().filter(|package| package.is_version() || package.is_build()) {
        let Changed { ecosystem, name, expected, found, fields: _ } = package;
        let text = match package.is_version() {
            true => format!("{ecosystem} {name} {expected} → {found}"),
            false => format!("{ecosystem} {name} {found}, another build"),
        };
        words.insert((ecosystem.as_str(), name.as_str()), text);
    }
    for (packages, what) in [(&changes.added, "added"), (&changes.removed, "removed")] {
        for package in packages {
            let text = format!("{} {} {} {what}", package.ecosystem, package.name, package.version);
            words.entry((package.ecosystem.as_str(), package.name.as_str())).or_insert(text);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;
    use crate::compare::packages::PackageField;
    use crate::ecosystem::Package;
    use crate::formats::tar::entry::tests::{dir, file};
    use crate::layer::{Capture, Contents};

    fn contents(files: &[(&str, &[u8])]) -> Contents {
        let mut contents = Contents { entries: vec![dir("site")], ..Contents::default() };
        for (path, bytes) in files {
            contents.captures.insert(contents.entries.len(), Capture::Kept((*bytes).into()));
            contents.entries.push(file(path, bytes));
        }
        contents
    }

    fn changed(ecosystem: &str, name: &str) -> Changes {
        let (expected, found) = ("1".to_owned(), "2".to_owned());
        let fields = vec![PackageField::Version];
        let (ecosystem, name) = (ecosystem.to_owned(), name.to_owned());
        let changed = Changed { ecosystem, name, expected, found, fields };
        Changes { changed: vec![changed], ..Changes::default() }
    }

    fn owned(contents: &Contents, changes: &Changes, catalogs: &[Catalog], paths: &[&str]) -> Vec<String> {
        let paths = paths.iter().map(|path| LayerPath::from(*path)).collect();
        let mut owners = Owners::new();
        let tree = FileTree::stack([contents]);
        let side = (Side::New, &tree, catalogs);
        add(&mut owners, changes, side, &paths);
        add_by_name(&mut owners, changes, &[side], &paths);
        let mark = |owner: &Owner| match owner.proof {
            Proof::Listed => "",
            Proof::Named => "?",
            Proof::Contradicted => " contradicted",
        };
        owners.iter().map(|(path, owner)| format!("{path}: {}{}", owner.package, mark(owner))).collect()
    }

    #[test]
    fn a_debian_package_owns_what_its_list_names() {
        let contents =
            contents(&[("var/lib/dpkg/info/a.list", b"/usr/bin/a\n/usr/bin/b\n"), ("usr/bin/a", b"x")]);
        assert_eq!(
            owned(&contents, &changed("deb", "a"), &[], &["usr/bin/a", "usr/bin/c"]),
            ["usr/bin/a: deb a 1 → 2"]
        );
        assert_eq!(owned(&contents, &changed("deb", "z"), &[], &["usr/bin/a"]), [""; 0]);
    }

    #[test]
    fn a_file_that_is_not_what_its_record_says_is_not_the_packages() {
        let hash = Sha256::of(b"x").url_base64();
        let rows = ["b", "c", "gone"].map(|name| format!("a/{name}.py,sha256={hash},1\n"));
        let record = rows.concat();
        let site = "usr/lib/python3/site-packages";
        let at = |name: &str| format!("{site}/{name}");
        let (info, b, c, gone) = (at("a-2.dist-info/RECORD"), at("a/b.py"), at("a/c.py"), at("a/gone.py"));
        let files: [(&str, &[u8]); 3] = [(&info, record.as_bytes()), (&b, b"x"), (&c, b"evil")];
        let package = Package {
            name: "a".to_owned(),
            evidence: at("a-2.dist-info/METADATA").as_str().into(),
            location: site.into(),
            ..Package::default()
        };
        let (path, packages, problems) = (site.into(), vec![package], vec![]);
        let catalog = Catalog { ecosystem: "python", path, layer: 0, digest: None, packages, problems };
        let owners = owned(&contents(&files), &changed("python", "a"), &[catalog], &[&b, &c, &gone]);
        let is = |path: &str, mark: &str| format!("{path}: python a 1 → 2{mark}");
        assert_eq!(owners, [is(&b, ""), is(&c, " contradicted"), is(&gone, " contradicted")]);
    }

    #[test]
    fn the_folder_that_a_package_is_installed_into_is_its_own_if_the_side_has_it() {
        let package = Package {
            name: "a".to_owned(),
            evidence: "site/a-2.dist-info/METADATA".into(),
            location: "site".into(),
            ..Package::default()
        };
        let (path, packages, problems) = ("site".into(), vec![package], vec![]);
        let catalogs = [Catalog { ecosystem: "python", path, layer: 0, digest: None, packages, problems }];
        let with_folder = contents(&[]);
        let without = Contents::default();
        let owner = |contents| owned(contents, &changed("python", "a"), &catalogs, &["site"]);
        // As the database's own place it would be the packages' that differ.
        assert_eq!(owner(&with_folder), ["site: python a 1 → 2"]);
        assert_eq!(owner(&without), ["site: python a 1 → 2 contradicted"]);
    }

    #[test]
    fn a_python_package_owns_its_record_what_that_lists_and_what_was_compiled_of_it() {
        let hash = Sha256::of(b"x").url_base64();
        let rows = ["a/b.py", "a-2.dist-info/METADATA"].map(|path| format!("{path},sha256={hash},1\n"));
        let record = format!("{}../bin/a,,\na-2.dist-info/RECORD,,\n", rows.concat());
        let contents = contents(&[
            ("site/a-2.dist-info/METADATA", b"x"),
            ("site/a-2.dist-info/RECORD", record.as_bytes()),
            ("site/a-2.dist-info/planted", b"x"),
            ("site/a/b.py", b"x"),
            ("bin/a", b"y"),
        ]);
        let package = Package {
            name: "a".to_owned(),
            evidence: "site/a-2.dist-info/METADATA".into(),
            location: "site".into(),
            ..Package::default()
        };
        let catalog = Catalog {
            ecosystem: "python",
            path: "site".into(),
            layer: 0,
            digest: None,
            packages: vec![package],
            problems: vec![],
        };
        let paths = [
            "bin/a",
            "site/a/__pycache__/b.cpython-311.pyc",
            "site/a/__pycache__/bc.pyc",
            "site/a/b.py",
            "site/a-2.dist-info/METADATA",
            "site/a-2.dist-info/RECORD",
            "site/a-2.dist-info/planted",
        ];
        assert_eq!(
            owned(&contents, &changed("python", "a"), &[catalog], &paths),
            [
                // A row without a hash holds its file to nothing.
                "bin/a: python a 1 → 2 contradicted",
                "site/a-2.dist-info/METADATA: python a 1 → 2",
                "site/a-2.dist-info/RECORD: python a 1 → 2",
                "site/a/__pycache__/b.cpython-311.pyc: python a 1 → 2?",
                "site/a/b.py: python a 1 → 2",
            ]
        );
    }

    fn catalog(ecosystem: &'static str, name: &str, evidence: &str, location: &str) -> Catalog {
        let package = Package {
            name: name.to_owned(),
            evidence: evidence.into(),
            location: location.into(),
            ..Package::default()
        };
        let (path, packages) = (location.into(), vec![package]);
        Catalog { ecosystem, path, layer: 0, digest: None, packages, problems: vec![] }
    }

    #[test]
    fn what_a_list_at_hand_would_name_and_does_not_is_not_the_packages_by_its_name() {
        let site = "usr/lib/python3/site-packages";
        let at = |name: &str| format!("{site}/{name}");
        let (info, planted, gone) = (at("a-2.dist-info/RECORD"), at("a/planted.json"), at("a/gone.json"));
        let python =
            contents(&[(&info, b"a-2.dist-info/RECORD,,\n"), (&planted, b"x"), (&at("a/dir/x.json"), b"x")]);
        let evidence = at("a-2.dist-info/METADATA");
        let catalogs = [catalog("python", "a", &evidence, site)];
        let paths = [&*planted, &*gone];
        assert_eq!(
            owned(&python, &changed("python", "a"), &catalogs, &paths),
            [format!("{gone}: python a 1 → 2?")]
        );
        let list = "var/lib/dpkg/info/a.list";
        let (doc, lost) = ("usr/share/doc/a/planted", "usr/share/doc/a/lost");
        let own = "var/lib/dpkg/info/a.postinst";
        let deb = contents(&[(list, b"/usr/bin/a\n"), (doc, b"x"), (own, b"x")]);
        let catalogs = [catalog("deb", "a", list, "var/lib/dpkg")];
        assert_eq!(
            owned(&deb, &changed("deb", "a"), &catalogs, &[doc, lost, own]),
            [format!("{lost}: deb a 1 → 2?"), format!("{own}: deb a 1 → 2?")]
        );
        assert_eq!(owned(&deb, &changed("deb", "a"), &[], &[doc]), [format!("{doc}: deb a 1 → 2?")]);
    }

    #[test]
    fn a_file_has_the_sums_of_its_own_packages_list() {
        let list = "var/lib/dpkg/info/a.list";
        let sums = "var/lib/dpkg/info/a.md5sums";
        let status = b"Package: a\nConffiles:\n /etc/a 0cc175b9c0f1b6a831c399e269772661\n";
        let deb = contents(&[
            (list, b"/usr/bin/a\n/usr/bin/b\n/etc/a\n"),
            (sums, b"0cc175b9c0f1b6a831c399e269772661  usr/bin/a\n"),
            ("var/lib/dpkg/status", status),
            ("usr/bin/a", b"a"),
            ("usr/bin/b", b"a"),
            ("etc/a", b"a"),
        ]);
        let paths: BTreeSet<LayerPath> = ["usr/bin/a", "usr/bin/b", "etc/a"].map(Into::into).into();
        let tree = FileTree::stack([&deb]);
        let mut owners = Owners::new();
        add(&mut owners, &changed("deb", "a"), (Side::New, &tree, &[]), &paths);
        let fit = |path: &str| {
            let sums = owners[&LayerPath::from(path)].sums.1.as_ref().unwrap();
            sums.iter().map(|sum| sum.is_of_bytes(b"a")).collect::<Vec<_>>()
        };
        assert_eq!(["usr/bin/a", "usr/bin/b", "etc/a"].map(fit), [vec![true], vec![], vec![true]]);
        assert!(owners.values().all(|owner| owner.sums.0.is_none()));

        let installed = "P:a\nV:1\nF:usr\nR:x\nZ:Q1hvfkN/qlp/zhXR3cuerq6jd2Z7g=\nR:y\n\n";
        let apk =
            contents(&[("lib/apk/db/installed", installed.as_bytes()), ("usr/x", b"a"), ("usr/y", b"a")]);
        let paths: BTreeSet<LayerPath> = ["usr/x", "usr/y"].map(Into::into).into();
        let tree = FileTree::stack([&apk]);
        let mut owners = Owners::new();
        add(&mut owners, &changed("apk", "a"), (Side::Old, &tree, &[]), &paths);
        let fit = |path: &str| {
            let sums = owners[&LayerPath::from(path)].sums.0.as_ref().unwrap();
            sums.iter().map(|sum| sum.is_of_bytes(b"a")).collect::<Vec<_>>()
        };
        assert_eq!(["usr/x", "usr/y"].map(fit), [vec![true], vec![]]);
    }

    #[test]
    fn what_one_sides_list_contradicts_stays_so_whatever_the_others_says() {
        let rows = |hash: &[u8]| format!("a.json,sha256={},1\n", Sha256::of(hash).url_base64());
        let side = |hash: &[u8]| {
            contents(&[("site/a-2.dist-info/RECORD", rows(hash).as_bytes()), ("site/a.json", b"x")])
        };
        let catalogs = [catalog("python", "a", "site/a-2.dist-info/METADATA", "site")];
        let (fits, lies) = (side(b"x"), side(b"y"));
        let paths: BTreeSet<LayerPath> = ["site/a.json".into()].into();
        for [new, old] in [[&fits, &lies], [&lies, &fits]] {
            let mut owners = Owners::new();
            for (side, contents) in [(Side::New, new), (Side::Old, old)] {
                let tree = FileTree::stack([contents]);
                add(&mut owners, &changed("python", "a"), (side, &tree, &catalogs), &paths);
            }
            assert_eq!(owners[&LayerPath::from("site/a.json")].proof, Proof::Contradicted);
        }
    }
}
