//! Where rpm's databases stand and what they are called.

use crate::base::path::LayerPath;

/// The ecosystem's id.
pub(super) const ID: &str = "rpm";

/// Where databases stand.
pub(super) const FOLDERS: [&str; 3] = ["usr/lib/sysimage/rpm", "usr/share/rpm", "var/lib/rpm"];

/// What databases are called.
pub(super) const DATABASES: [&str; 3] = ["Packages", "Packages.db", "rpmdb.sqlite"];

/// The endings of the files beside a database of SQLite's.
pub(super) const JOURNAL: &str = "-journal";
pub(super) const WAL: &str = "-wal";

/// What stands in the place of a database where an image has none.
pub(super) const MANIFEST_FOLDER: &str = "var/lib/rpmmanifest";
pub(super) const MANIFEST: &str = "container-manifest-2";

/// The same without epochs, architectures apart, and sources: it is not read.
pub(super) const NAMES_MANIFEST: &str = "container-manifest-1";

/// Folders of a package's documents, each under its name.
pub(super) const DOCUMENTS: [&str; 2] = ["usr/share/doc", "usr/share/licenses"];

pub(super) fn manifest_path(name: &str) -> LayerPath {
    LayerPath::from(MANIFEST_FOLDER).join(name.as_bytes())
}

pub(super) fn is_of_database(name: &[u8]) -> bool {
    let own = |ending: &str| name.strip_suffix(ending.as_bytes());
    DATABASES.iter().any(|database| name == database.as_bytes())
        || own(JOURNAL).or(own(WAL)) == Some(b"rpmdb.sqlite")
}

pub(super) fn is_manifest(name: &[u8]) -> bool {
    [MANIFEST, NAMES_MANIFEST].iter().any(|manifest| name == manifest.as_bytes())
}

/// The package whose documents these are.
pub(super) fn of_documents(path: &LayerPath) -> Option<&[u8]> {
    DOCUMENTS.iter().find_map(|folder| {
        let below = path.as_bytes().strip_prefix(folder.as_bytes())?.strip_prefix(b"/")?;
        below.split(|byte| *byte == b'/').next()
    })
}

/// What may stand beside a database: SQLite calls it after the place that a link leads to.
pub(super) fn beside(path: &LayerPath) -> impl Iterator<Item = LayerPath> {
    [JOURNAL, WAL].map(|ending| with_ending(path, ending)).into_iter().flatten()
}

pub(super) fn with_ending(path: &LayerPath, ending: &str) -> Option<LayerPath> {
    LayerPath::normalize(&[path.as_bytes(), ending.as_bytes()].concat()).ok()
}
