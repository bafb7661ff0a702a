//! Packages put together from read layers and locked ones, against images whose layers are all known.

use super::*;
use crate::ecosystem::testing::Image;
use crate::layer::Contents;
use crate::lockfile::model;
use crate::scan;

const SITE: &str = "usr/lib/python3.11/site-packages";
const STATUS: &str = "var/lib/dpkg/status";

fn dist(name: &str, version: &str) -> (String, Vec<u8>) {
    let path = format!("{SITE}/{name}-{version}.dist-info/METADATA");
    (path, format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n").into_bytes())
}

fn deb(name: &str, version: &str) -> String {
    format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n")
}

/// One layer from (path, bytes) pairs.
fn with(image: Image, files: &[(String, Vec<u8>)]) -> Image {
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    image.layer(&files)
}

fn image(layers: &[&[(String, Vec<u8>)]]) -> Image {
    layers.iter().fold(Image::default(), |image, files| with(image, files))
}

fn lock_of(image: &Image) -> Lockfile {
    let catalogs = image.with_tree(scan::catalogs);
    let digest = crate::base::digest::Sha256::of(b"");
    let mut package: BTreeMap<String, Vec<LockedPackage>> = BTreeMap::new();
    for catalog in &catalogs {
        let rows = catalog.packages.iter().map(|item| LockedPackage {
            name: item.name.clone(),
            version: item.version.clone(),
            architecture: item.architecture.clone(),
            location: item.location.to_string(),
            layer: item.layer,
            ..LockedPackage::default()
        });
        package.entry(catalog.ecosystem.to_owned()).or_default().extend(rows);
    }
    let catalog = catalogs.iter().map(|catalog| model::LockedCatalog {
        digest: None,
        ecosystem: catalog.ecosystem.to_owned(),
        path: catalog.path.to_string(),
        layer: catalog.layer,
        packages: catalog.packages.len(),
        problems: Vec::new(),
    });
    Lockfile {
        version: 1,
        image: model::LockedImage {
            reference: None,
            platform: "linux/amd64".into(),
            media_type: None,
            index: None,
            manifest: None,
            config: digest.into(),
            created: None,
            files: None,
        },
        base: None,
        build: model::Build::default(),
        config: model::LockedConfig::default(),
        layer: Vec::new(),
        catalog: catalog.collect(),
        package,
    }
}

/// What changed between `old` and `new`, of which only the layers not in `unchanged` are read.
fn changes(old: &Image, new: &Image, unchanged: &[usize]) -> Vec<String> {
    let lock = lock_of(old);
    let nothing = Contents::default();
    let layers: Vec<Rows<'_>> = new
        .layers()
        .iter()
        .enumerate()
        .map(|(at, contents)| Rows::from(if unchanged.contains(&at) { &nothing } else { contents }))
        .collect();
    let tree = FileTree::stack(layers.iter().copied());
    let catalogs = scan::catalogs(&tree);
    let unchanged = unchanged.iter().map(|at| (*at, *at)).collect();
    let image =
        HalfRead { lock: &lock, unchanged: &unchanged, layers: &layers, catalogs: &catalogs, tree: &tree };
    let Changes { added, removed, changed } = image.changes();
    let changed = changed.iter().map(|item| format!("{} {} -> {}", item.name, item.expected, item.found));
    let removed = removed.iter().map(|item| format!("-{} {}", item.name, item.version));
    let added = added.iter().map(|item| format!("+{} {}", item.name, item.version));
    changed.chain(removed).chain(added).collect()
}

#[test]
fn a_rebuild_with_the_same_packages_has_no_change_though_the_base_is_not_read() {
    let layers = [&[dist("pip", "23")][..], &[dist("numpy", "2.4.1")][..]];
    assert_eq!(changes(&image(&layers), &image(&layers), &[0]), [""; 0]);
}

#[test]
fn another_version_in_a_changed_layer_is_told_and_the_base_stays() {
    let old = image(&[&[dist("pip", "23")], &[dist("numpy", "2.4.1")]]);
    let new = image(&[&[dist("pip", "23")], &[dist("numpy", "2.4.2")]]);
    assert_eq!(changes(&old, &new, &[0]), ["numpy 2.4.1 -> 2.4.2"]);
}

#[test]
fn a_whiteout_in_a_changed_layer_hides_what_the_base_had() {
    let old = image(&[&[dist("pip", "23"), dist("six", "1")], &[dist("numpy", "2")]]);
    let gone = (format!("{SITE}/.wh.pip-23.dist-info"), Vec::new());
    let new =
        image(&[&[dist("pip", "23"), dist("six", "1")], &[gone, dist("pip", "24"), dist("numpy", "2")]]);
    assert_eq!(changes(&old, &new, &[0]), ["pip 23 -> 24"]);
}

#[test]
fn a_database_in_one_file_counts_whole_from_the_uppermost_layer() {
    let status = |stanzas: &[String]| (STATUS.to_owned(), stanzas.concat().into_bytes());
    let base = status(&[deb("libc6", "2.36")]);
    let old = image(&[std::slice::from_ref(&base), &[status(&[deb("libc6", "2.36"), deb("curl", "7")])]]);
    let new = image(&[&[base], &[status(&[deb("libc6", "2.36"), deb("curl", "8"), deb("git", "2")])]]);
    assert_eq!(changes(&old, &new, &[0]), ["curl 7 -> 8", "+git 2"]);
}

#[test]
fn an_unchanged_layer_above_overrides_what_a_changed_one_below_says() {
    let status = |version| (STATUS.to_owned(), deb("curl", version).into_bytes());
    let old = image(&[&[status("7")], &[status("8")]]);
    let new = image(&[&[status("9")], &[status("8")]]);
    assert_eq!(changes(&old, &new, &[1]), [""; 0]);
}

#[test]
fn everything_read_is_compared_as_it_is() {
    let old = image(&[&[dist("numpy", "1")], &[dist("torch", "2")]]);
    let new = image(&[&[dist("numpy", "1")]]);
    assert_eq!(changes(&old, &new, &[]), ["-torch 2"]);
}
