//! Every ecosystem has its fixture and its page, and reads from the fixture what the fixture says.
//!
//! A fixture, `testdata/ecosystems/<id>.txt`, is an image as text: `=== layer` opens a layer, `--- path` a file whose
//! content are the lines below, `--- path = name` one whose bytes are those of the file beside the fixture, `--- path -> target`
//! is a symlink, and `=== expected` opens what is to be read.
//!
//! With `REPROLOCK_CORPUS` set, databases of real systems are read too.

// A test fails by panicking; clippy's allowance for tests covers only functions marked as such.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reprolock::internal::base::about;
use reprolock::internal::base::digest::Sha256;
use reprolock::internal::base::path::LayerPath;
use reprolock::internal::ecosystem::{Catalog, Ecosystem, Package, REGISTRY};
use reprolock::internal::formats::tar::entry::{Dialect, Entry, Kind, Mtime};
use reprolock::internal::layer::{Capture, Contents};
use reprolock::internal::tree::FileTree;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn entry(path: &str, kind: Kind, link: Option<&str>, content: &[u8]) -> Entry {
    Entry {
        path: path.into(),
        kind,
        mode: 0o644,
        uid: 0,
        gid: 0,
        uname: Arc::from(&b""[..]),
        gname: Arc::from(&b""[..]),
        size: content.len() as u64,
        mtime: Mtime::default(),
        link: link.map(|link| link.as_bytes().into()),
        device: None,
        xattrs: Vec::new(),
        content: (kind == Kind::File).then(|| Sha256::of(content)),
        dialect: Dialect::Ustar,
        records: None,
    }
}

/// Adds a file, with its bytes where an ecosystem wants them.
fn add(layer: &mut Contents, path: &str, content: &[u8]) {
    if REGISTRY.iter().any(|ecosystem| ecosystem.wants(&LayerPath::from(path))) {
        layer.captures.insert(layer.entries.len(), Capture::Kept(Arc::from(content)));
    }
    layer.entries.push(entry(path, Kind::File, None, content));
}

/// The layers of a fixture, and what is expected of them.
fn fixture(id: &str) -> (Vec<Contents>, String) {
    let path = project("testdata/ecosystems").join(id).with_extension("txt");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (image, expected) = text.split_once("=== expected\n").expect("a line === expected");
    let layers = image.split("=== layer\n").skip(1).map(|layer| {
        let mut contents = Contents::default();
        for member in format!("\n{layer}").split("\n--- ").skip(1) {
            let (name, content) = member.split_once('\n').unwrap_or((member, ""));
            if let Some((path, beside)) = name.split_once(" = ") {
                add(
                    &mut contents,
                    path,
                    &fs::read(project("testdata/ecosystems").join(beside)).expect(beside),
                );
                continue;
            }
            match name.split_once(" -> ") {
                Some((path, target)) => contents.entries.push(entry(path, Kind::Symlink, Some(target), b"")),
                None if content.is_empty() => add(&mut contents, name, b""),
                None => add(&mut contents, name, format!("{}\n", content.trim_end_matches('\n')).as_bytes()),
            }
        }
        contents
    });
    (layers.collect(), expected.to_owned())
}

fn shown(catalogs: &[Catalog]) -> String {
    let mut text = String::new();
    for catalog in catalogs {
        let _ = writeln!(text, "{} layer {}", catalog.path, catalog.layer);
        for package in &catalog.packages {
            assert_eq!(package.location, catalog.path);
            show(&mut text, package);
        }
        for problem in &catalog.problems {
            let _ = writeln!(text, "  ! {problem}");
        }
    }
    text
}

fn show(text: &mut String, package: &Package) {
    let _ = writeln!(text, "  {} {} layer {}", package.name, package.version, package.layer);
    let fields = [
        ("architecture", package.architecture.clone()),
        ("build", package.build.clone()),
        ("channel", package.channel.clone()),
        ("source", package.source.clone()),
        ("source version", package.source_version.clone()),
        ("state", package.state.clone()),
        ("checksum", package.checksum.clone()),
        ("payload", package.payload.clone()),
        ("modularity", package.modularity.clone()),
        ("evidence", Some(package.evidence.to_string())),
        ("installer", package.installer.clone()),
        ("origin", package.origin.clone()),
        ("content", package.content.map(|content| content.to_string())),
        ("owner", package.owner.clone()),
        ("tags", package.wheel.as_ref().map(|wheel| wheel.tags.join(" "))),
        ("requested", package.requested.then(|| "by name".to_owned())),
    ];
    let hashes = package.hashes.iter().map(|hash| ("hash", Some(hash.to_string())));
    let requires = package.requires.iter().map(|line| ("requires", Some(line.clone())));
    for (name, value) in fields.into_iter().chain(hashes).chain(requires) {
        if let Some(value) = value {
            let _ = writeln!(text, "    {name} {value}");
        }
    }
}

#[test]
fn every_fixture_reads_as_it_says() {
    for ecosystem in REGISTRY {
        let (layers, expected) = fixture(ecosystem.id());
        let found = shown(&ecosystem.catalogs(&FileTree::stack(&layers)));
        assert!(found == expected, "{} reads\n{found}\nexpected\n{expected}", ecosystem.id());
    }
}

#[test]
fn every_ecosystem_is_registered_by_id_and_has_its_page() {
    let ids: Vec<_> = REGISTRY.iter().map(|ecosystem| ecosystem.id()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    for ecosystem in REGISTRY {
        assert_eq!(ecosystem.about().kind, about::AboutKind::Ecosystem);
        assert!(!ecosystem.about().summary.is_empty());
        let page = project("docs/ecosystems").join(ecosystem.id()).with_extension("md");
        assert_eq!(
            fs::read_to_string(page).ok().as_deref(),
            Some(ecosystem.about().page),
            "{}",
            ecosystem.id()
        );
    }
}

#[test]
fn every_page_and_fixture_belongs_to_an_ecosystem() {
    for folder in ["docs/ecosystems", "testdata/ecosystems"] {
        for file in fs::read_dir(project(folder)).expect(folder) {
            let path = file.expect(folder).path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let is_list = stem == "README";
            assert!(is_list || REGISTRY.iter().any(|ecosystem| ecosystem.id() == stem), "{}", path.display());
        }
    }
}

/// The one catalog read from a database of the corpus; `None`, said aloud, where there is no corpus.
fn from_corpus(id: &str, file: &str, path: &str) -> Option<Catalog> {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return None;
    };
    let bytes = fs::read(Path::new(&corpus).join(file)).expect(file);
    let mut layer = Contents::default();
    add(&mut layer, path, &bytes);
    let layers = [layer];
    let is_asked = |ecosystem: &&&dyn Ecosystem| ecosystem.id() == id;
    let mut catalogs = REGISTRY.iter().find(is_asked)?.catalogs(&FileTree::stack(&layers));
    assert_eq!(catalogs.len(), 1);
    catalogs.pop()
}

#[test]
fn a_real_dpkg_status_of_91_stanzas_has_90_installed_packages() {
    let Some(catalog) = from_corpus("deb", "pkgdb/dpkg-status-91", "var/lib/dpkg/status") else { return };
    assert_eq!((catalog.packages.len(), catalog.problems.len()), (90, 0));
    assert!(catalog.packages.iter().all(|package| package.architecture.is_some() && package.state.is_none()));
}

#[test]
fn a_real_apk_database_has_15_packages() {
    let Some(catalog) = from_corpus("apk", "pkgdb/apk-installed-15", "lib/apk/db/installed") else { return };
    assert_eq!(catalog.packages.len(), 15);
    // One of them has a name and nothing else.
    assert_eq!(catalog.packages.iter().filter(|package| package.checksum.is_some()).count(), 14);
    assert_eq!(catalog.packages.iter().filter(|package| package.version == "unknown").count(), 1);
    assert_eq!(catalog.problems.len(), 1);
}
