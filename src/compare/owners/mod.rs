//! Which drifted files belong to a package that differs between the two sides.
//!
//! Asked only where packages differ, and only of paths that drifted: dpkg and apk list their files in their databases,
//! a Python package in its RECORD, with the hashes of most. Where no list tells, names do (`owners/names.rs`).

mod names;
mod owner;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;
use crate::compare::outcome::LayerOutcome;
use crate::compare::packages::Changes;
use crate::ecosystem::{self, Catalog, Package};
use crate::python::record::{self, RecordField};
use crate::tree::FileTree;

pub use owner::{Owner, Owners, Proof};
use owner::{Paths, Words};

/// Python's way from a module to its compiled file: `a/b.py` to `a/__pycache__/b.*.pyc`.
const COMPILED: &[u8] = b"__pycache__";

/// The paths that drifted.
pub(crate) fn drifted(layers: &[LayerOutcome]) -> BTreeSet<LayerPath> {
    layers.iter().flat_map(|layer| layer.drifts.iter().flatten()).map(|drift| drift.path.clone()).collect()
}

/// Adds the owners of `paths` that one side's databases tell.
pub(crate) fn add(
    owners: &mut Owners,
    changes: &Changes,
    (tree, catalogs): (&FileTree<'_>, &[Catalog]),
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
        for (path, package) in ecosystem.owners(tree, paths) {
            let Some(text) = words.get(&(id, package.as_str())) else { continue };
            if tree.get(&path).is_some() {
                owners.entry(path).or_insert_with(|| Owner::new(text, Proof::Listed));
            } else {
                // It is lost, and no other version's doing, as long as the list still names it.
                owners.insert(path, Owner::new(text, Proof::Contradicted));
            }
        }
    }
    for catalog in catalogs {
        let mut count = 0;
        for package in &catalog.packages {
            let Some(text) = words.get(&(catalog.ecosystem, package.name.as_str())) else { continue };
            count += 1;
            records(owners, package, tree, paths, text);
        }
        // The database itself changes with its packages.
        if count > 0 && paths.contains(&catalog.path) {
            let package = format!("the database of {} packages that differ", catalog.ecosystem);
            owners.entry(catalog.path.clone()).or_insert_with(|| Owner::new(package, Proof::Listed));
        }
    }
}

/// Adds the owners that names alone tell, once those of both sides' lists are there.
pub(crate) fn add_by_name(owners: &mut Owners, changes: &Changes, paths: &Paths) {
    if !changes.is_empty() && !paths.is_empty() {
        names::add(owners, &words(changes), paths);
    }
}

fn words(changes: &Changes) -> Words<'_> {
    let mut words = BTreeMap::new();
    // A package that differs otherwise explains no file: its files are what it differs by.
    for package in changes.changed.iter().filter(|package| package.is_version()) {
        let text = format!("{} {} {} → {}", package.ecosystem, package.name, package.expected, package.found);
        words.insert((package.ecosystem.as_str(), package.name.as_str()), text);
    }
    for (packages, what) in [(&changes.added, "added"), (&changes.removed, "removed")] {
        for package in packages {
            let text = format!("{} {} {} {what}", package.ecosystem, package.name, package.version);
            words.entry((package.ecosystem.as_str(), package.name.as_str())).or_insert(text);
        }
    }
    words
}

/// The files that the package's own record stands for: the record, and what it lists.
fn records(
    owners: &mut Owners,
    package: &Package,
    tree: &FileTree<'_>,
    paths: &BTreeSet<LayerPath>,
    text: &str,
) {
    let folder = package.evidence.parent().filter(|folder| folder.file_name().ends_with(b"-info"));
    let evidence = folder.as_ref().unwrap_or(&package.evidence);
    let mut own = |path: &LayerPath, proof| {
        if paths.contains(path) {
            owners.entry(path.clone()).or_insert_with(|| Owner::new(text, proof));
        }
    };
    if !evidence.file_name().ends_with(b"-info") {
        // A record that many packages share is told once, as a database.
        if *evidence != package.location {
            own(evidence, Proof::Listed);
        }
        return;
    }
    let Some(site) = evidence.parent() else { return };
    // The folder that it is installed into changes with it, if the side has that.
    own(&site, if tree.get(&site).is_some() { Proof::Listed } else { Proof::Contradicted });
    let record = tree.bytes(&evidence.join(b"RECORD")).map_or(&b""[..], |bytes| bytes);
    let mut seen = BTreeSet::new();
    for (name, hash) in listed(record) {
        let path = match name.starts_with(b"/") {
            true => LayerPath::clamped(&name),
            false => LayerPath::clamped(&[site.as_bytes(), b"/", &name].concat()),
        };
        if !seen.insert(path.clone()) {
            continue;
        }
        let is_compiled = path.file_name().ends_with(b".pyc");
        match is_as_listed(tree, &path, &hash) {
            true if is_compiled => own(&path, Proof::Named),
            true => own(&path, Proof::Listed),
            // What is compiled may be left out, and is made anew by whoever likes.
            false if is_compiled => {}
            false => own(&path, Proof::Contradicted),
        }
        let module = path.file_name().strip_suffix(b".py");
        if let (Some(module), Some(folder)) = (module, path.parent()) {
            let start = folder.join(COMPILED).join(&[module, b"."].concat());
            let compiled = paths.range(start.clone()..);
            let compiled = compiled.take_while(|path| path.as_bytes().starts_with(start.as_bytes()));
            compiled.for_each(|path| own(path, Proof::Named));
        }
    }
    let beside = paths.range(evidence.followed_by(b'/')..).take_while(|path| path.is_within(evidence));
    let proof = |path: &LayerPath| if path.file_name() == b"RECORD" { Proof::Listed } else { Proof::Named };
    beside.for_each(|path| own(path, proof(path)));
}

/// The paths of a RECORD, each with its hash. Of a line that is no row, what stands before its first two commas.
fn listed(record: &[u8]) -> impl Iterator<Item = (RecordField<'_>, RecordField<'_>)> {
    record::rows(record).map(|row| match row {
        Ok(row) => (row.path, row.hash),
        Err(broken) => {
            let line = broken.written.strip_suffix(b"\n").unwrap_or(broken.written);
            let mut fields = line.split(|byte| *byte == b',').map(RecordField::Borrowed);
            (fields.next().unwrap_or_default(), fields.next().unwrap_or_default())
        }
    })
}

/// Whether the file stands there, and is what its row in a RECORD says; a row without a sha256 says no more.
fn is_as_listed(tree: &FileTree<'_>, path: &LayerPath, hash: &[u8]) -> bool {
    let Some((_, node)) = tree.get(path) else { return false };
    let content = tree.file(node).and_then(|file| file.content);
    match (hash.strip_prefix(b"sha256="), content) {
        (Some(listed), Some(content)) => content.url_base64().as_bytes() == listed,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;
    use crate::compare::packages::{Changed, PackageField};
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
        add(&mut owners, changes, (&FileTree::stack([contents]), catalogs), &paths);
        add_by_name(&mut owners, changes, &paths);
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
    fn a_path_with_a_comma_is_listed_in_quotes_and_a_line_that_is_no_row_by_its_commas() {
        let record = b"\"a,b.py\",sha256=x,1\r\n\na/c.py\nd\"e,sha256=y,1\n\"open,sha256=z,1\n";
        let text = |field: RecordField<'_>| String::from_utf8(field.into_owned()).unwrap();
        let rows: Vec<String> =
            listed(record).map(|(path, hash)| format!("{} {}", text(path), text(hash))).collect();
        assert_eq!(rows, ["a,b.py sha256=x", "a/c.py ", "d\"e sha256=y", "\"open sha256=z"]);
    }

    #[test]
    fn a_python_package_owns_its_record_what_that_lists_and_what_was_compiled_of_it() {
        let record = format!("a/b.py,sha256={},1\n../bin/a,,\n", Sha256::of(b"x").url_base64());
        let contents = contents(&[
            ("site/a-2.dist-info/RECORD", record.as_bytes()),
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
        ];
        assert_eq!(
            owned(&contents, &changed("python", "a"), &[catalog], &paths),
            [
                "bin/a: python a 1 → 2",
                "site/a-2.dist-info/METADATA: python a 1 → 2?",
                "site/a/__pycache__/b.cpython-311.pyc: python a 1 → 2?",
                "site/a/b.py: python a 1 → 2",
            ]
        );
    }
}
