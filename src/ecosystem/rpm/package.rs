//! A package, by its header.

use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::{Package, UNKNOWN};
use crate::ecosystem::rpm::files;
use crate::formats::rpm_header::Header;
use crate::tree::FileTree;

/// Tags (`include/rpm/rpmtag.h` of rpm).
pub(super) const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const ARCHITECTURE: u32 = 1022;
const SOURCE: u32 = 1044;
const MODULARITY: u32 = 5096;
const PAYLOAD_DIGEST: u32 = 5092;
const PAYLOAD_DIGEST_ALGORITHM: u32 = 5093;
const SHA256_HEADER: u32 = 273;
const SHA1_HEADER: u32 = 269;
const MD5: u32 = 261;

/// What rows of imported keys are called.
const KEY: &str = "gpg-pubkey";

/// What a tag says of a package that has none.
const NONE: &[u8] = b"(none)";

/// Algorithms of digests by their numbers (RFC 9580, section 9.5), of those that rpm takes.
const ALGORITHMS: [(u32, &str); 6] =
    [(1, "md5"), (2, "sha1"), (8, "sha256"), (9, "sha384"), (10, "sha512"), (11, "sha224")];

pub(super) fn algorithm(number: u32) -> Option<&'static str> {
    ALGORITHMS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// The package; `None` where the header names none.
pub(super) fn of(
    tree: &FileTree<'_>,
    header: &Header<'_>,
    (database, layer): (&LayerPath, usize),
) -> Option<Package> {
    let text = |tag| header.text(tag).filter(|text| !text.is_empty() && *text != NONE).map(printable);
    let name = text(NAME)?;
    let release = text(RELEASE);
    let version = text(VERSION).map_or(UNKNOWN.to_owned(), |version| {
        full_version(header.number(EPOCH), &version, release.as_deref())
    });
    let source = text(SOURCE);
    Some(Package {
        architecture: text(ARCHITECTURE),
        checksum: checksum(header),
        payload: payload(header),
        modularity: text(MODULARITY),
        layer: files::layer(tree, header, layer).unwrap_or(layer),
        ..listed(name, version, source.as_deref(), database)
    })
}

/// What a header and a line of a manifest say alike.
pub(super) fn listed(name: String, version: String, source: Option<&str>, place: &LayerPath) -> Package {
    let (source, source_version) = match source.map(source_of) {
        Some((source, of_source)) => {
            (Some(source), of_source.filter(|of_source| !is_of(&version, of_source)))
        }
        None => (None, None),
    };
    let state = (name == KEY).then(|| "key".to_owned());
    Package {
        name,
        version,
        source,
        source_version,
        state,
        location: place.clone(),
        evidence: place.clone(),
        ..Package::default()
    }
}

/// `[EPOCH:]VERSION[-RELEASE]`; without an epoch where the package has none, which is not to have the epoch 0.
pub(super) fn full_version(epoch: Option<u32>, version: &str, release: Option<&str>) -> String {
    let epoch = epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
    let release = release.map(|release| format!("-{release}")).unwrap_or_default();
    format!("{epoch}{version}{release}")
}

/// Name and version of a source package, by its file's name.
fn source_of(file: &str) -> (String, Option<String>) {
    let stem = [".src.rpm", ".nosrc.rpm"].iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file);
    let mut parts = stem.rsplitn(3, '-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(release), Some(version), Some(name)) => (name.to_owned(), Some(format!("{version}-{release}"))),
        _ => (stem.to_owned(), None),
    }
}

/// Whether a version is the source's, which names no epoch.
fn is_of(version: &str, of_source: &str) -> bool {
    version.split_once(':').map_or(version, |(_, version)| version) == of_source
}

/// The digest of the header as the package brought it, which names the package's content exactly; of old packages, the MD5 of header
/// and payload.
fn checksum(header: &Header<'_>) -> Option<String> {
    let digest = |tag, algorithm| header.text(tag).map(|hex| format!("{algorithm}:{}", printable(hex)));
    let md5 = || {
        let hex: String = header.bytes(MD5)?.iter().map(|byte| format!("{byte:02x}")).collect();
        Some(format!("md5:{hex}"))
    };
    digest(SHA256_HEADER, "sha256").or_else(|| digest(SHA1_HEADER, "sha1")).or_else(md5)
}

/// The digest of the payload as it stood in the package, compressed.
fn payload(header: &Header<'_>) -> Option<String> {
    const SHA256: u32 = 8;
    let algorithm = algorithm(header.number(PAYLOAD_DIGEST_ALGORITHM).unwrap_or(SHA256))?;
    header.text(PAYLOAD_DIGEST).map(|hex| format!("{algorithm}:{}", printable(hex)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_its_name_and_its_version_where_that_is_another() {
        let of = |version: &str, file| {
            let package = listed("a".into(), version.into(), Some(file), &LayerPath::root());
            (package.source.unwrap(), package.source_version)
        };
        assert_eq!(of("1:2-3.el9", "b-c-2-3.el9.src.rpm"), ("b-c".to_owned(), None));
        assert_eq!(of("2-3", "b-2-4.nosrc.rpm"), ("b".to_owned(), Some("2-4".to_owned())));
        assert_eq!(of("2-3", "odd"), ("odd".to_owned(), None));
    }

    #[test]
    fn no_epoch_is_not_the_epoch_0() {
        assert_eq!(full_version(None, "1", Some("2")), "1-2");
        assert_eq!(full_version(Some(0), "1", Some("2")), "0:1-2");
        assert_eq!(full_version(Some(u32::MAX), "1", None), "4294967295:1");
    }
}
