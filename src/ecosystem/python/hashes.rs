//! Hashes of archives that the installed package itself does not hold: an install from an index leaves none in its dist-info.
//!
//! Files in the image that tell of archives: `pylock.toml` and `pylock.NAME.toml`, and pip's reports under the names that people
//! give them ([`REPORTS`]). Those inside a site directory are some package's own and tell nothing of this image.

use super::{direct_url, sites};
use crate::base::limits;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::Package;
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places;
use crate::formats::tar::entry::Kind;
use crate::python::archives::{Archives, ToldHashes, WantedArchive, file_of_url, is_pylock};
use crate::python::index::InstalledWheel;
use crate::tree::FileTree;

/// What reports of pip are called, without dashes, underscores and dots.
const REPORTS: [&str; 7] = [
    "report",
    "pipreport",
    "pipinstallreport",
    "installreport",
    "installationreport",
    "pipinstallationreport",
    "reportpip",
];

/// Installers whose archives are no wheels and no sdists.
const OTHERS: [&str; 3] = ["conda", "debian", "rpm"];

/// Whether a file at this path may tell of archives.
pub(super) fn is_telling(path: &LayerPath) -> bool {
    let name = path.file_name();
    (is_pylock(name) || is_report(name)) && !path.parts().any(sites::is_site)
}

fn is_report(name: &[u8]) -> bool {
    let Some(stem) = name.strip_suffix(b".json").and_then(|stem| std::str::from_utf8(stem).ok()) else {
        return false;
    };
    let letters: String = stem.chars().filter(|c| !matches!(c, '-' | '_' | '.')).collect();
    REPORTS.contains(&letters.to_ascii_lowercase().as_str())
}

/// The archives that files of the tree tell of, and which of these files are broken.
pub(super) fn told_in(python: &dyn Ecosystem, tree: &FileTree<'_>) -> (Archives, Vec<String>) {
    let (mut archives, mut problems) = (Archives::default(), Vec::new());
    let files = tree.iter().filter(|(path, entry, _)| entry.kind != Kind::Directory && is_telling(path));
    for (path, ..) in files {
        let Some(bytes) = places::bytes(tree, path, python) else { continue };
        if bytes.len() as u64 > limits::SOURCE_TEXT_BYTES {
            problems.push(format!("{path}: larger than {} bytes, and not read", limits::SOURCE_TEXT_BYTES));
        } else if let Err(reason) = archives.add_file(bytes)
            // Many a file is called a report.
            && is_pylock(path.file_name())
        {
            problems.push(format!("{path}: {reason}"));
        }
    }
    (archives, problems)
}

/// Whether another kind of package manager put the package there.
fn is_others(package: &Package) -> bool {
    let is_other = |installer: &str| OTHERS.contains(&installer);
    package.owner.is_some() || package.installer.as_deref().is_some_and(is_other)
}

/// What an index may be asked of a package: of one from an index, whose archive nobody tells of.
pub(super) fn unhashed(tree: &FileTree<'_>, package: &Package) -> Option<InstalledWheel> {
    if !package.hashes.is_empty() || package.origin.is_some() || is_others(package) {
        return None;
    }
    let metadata = tree.follow_file(&package.evidence).filter(|file| file.size > 0);
    let is_metadata = package.evidence.file_name() == b"METADATA";
    Some(InstalledWheel {
        name: package.name.clone(),
        version: package.version.clone(),
        tags: package.wheel.clone(),
        metadata: metadata.filter(|_| is_metadata).and_then(|file| file.content),
    })
}

/// Takes over what is told of a package's archive, where its own record has no hash.
pub(super) fn learn(package: &mut Package, archives: &Archives) -> Option<String> {
    if !package.hashes.is_empty() || is_others(package) {
        return None;
    }
    let file = match package.origin.as_deref().map(file_of_archive) {
        // A checkout or a folder is no archive.
        Some(None) => return None,
        Some(file) => file,
        None => None,
    };
    let installed = WantedArchive {
        name: &package.name,
        version: &package.version,
        tags: package.wheel.as_ref(),
        file: file.as_deref(),
    };
    match archives.told_of(installed) {
        ToldHashes::None => None,
        ToldHashes::One(hashes, source) => {
            let url = archives.url_of(&package.name, &hashes).filter(|_| package.origin.is_none());
            package.archive = url.map(plain);
            (package.hashes, package.hashes_from) = (hashes, Some(source));
            None
        }
        ToldHashes::Several(words) => {
            let words: Vec<String> =
                words.iter().take(3).map(|(source, digest)| format!("{} {digest}", source.name())).collect();
            let (name, version) = (&package.name, &package.version);
            Some(format!(
                "which archive {name} {version} is from is not clear, no hash is locked: {}",
                words.join(", ")
            ))
        }
    }
}

/// A URL without credentials, and without the hash behind it.
fn plain(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    printable(direct_url::without_credentials(url).as_bytes())
}

/// The file name of the archive that an origin names.
fn file_of_archive(origin: &str) -> Option<String> {
    let scheme = origin.split_once("://").map_or("", |(scheme, _)| scheme);
    let file = file_of_url(origin);
    let is_archive = [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"].iter().any(|end| file.ends_with(end));
    (matches!(scheme, "https" | "http" | "file") && is_archive).then_some(file)
}

#[cfg(test)]
mod tests;
