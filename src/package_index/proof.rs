//! Which archive of an index is the one that a distribution was installed from, and why it can't be told.

use std::fmt;

use crate::base::digest::{Digest, Sha256};
use crate::python::archives::is_one_archive;
use crate::python::index::{IndexFile, InstalledWheel};

/// The hashes of an archive that an index has, and what else it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedHashes {
    /// Its hashes, sorted.
    pub hashes: Vec<Digest>,
    /// Its URL, where it is one that stays: without a login, query or fragment.
    pub url: Option<String>,
    /// Whether it was yanked.
    pub is_yanked: bool,
}

/// Why no hash is taken over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unproven {
    /// An index has no page for such a name.
    Name,
    /// There are more than are asked for.
    TooMany,
    /// No index has the project.
    NoProject,
    /// An index did not give its page, with this status.
    Refused(u16),
    /// An index sent us to another host.
    Elsewhere(String),
    /// The index has not this version of it.
    NoVersion,
    /// It has no WHEEL: it was not installed from a wheel, or its files are not all here.
    NoWheel,
    /// It has no METADATA to be held to the index's.
    NoMetadata,
    /// The index has this version as a source archive alone.
    SourceAlone,
    /// The index's wheels are of other tags or another build.
    OtherTags {
        /// Whether it has a source archive too.
        has_source: bool,
    },
    /// The index tells no digest of the wheel's metadata, and does not give it.
    NoMetadataDigest,
    /// The wheel's metadata is another.
    OtherMetadata {
        /// That of the index.
        expected: Sha256,
        /// That of the image.
        actual: Sha256,
    },
    /// The index has no sha256 of the wheel.
    NoHash,
    /// Two wheels may be the one.
    Several,
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("its name is none that an index has"),
            Self::TooMany => f.write_str("more projects than an index is asked for"),
            Self::NoProject => f.write_str("the index has no such project"),
            Self::Refused(status) => write!(f, "the index does not give its page (expected 200, found {status})"),
            Self::Elsewhere(host) => {
                write!(f, "the index sends to {host}, which is another server and is not asked: name that index itself")
            }
            Self::NoVersion => f.write_str("the index has no such version"),
            Self::NoWheel => f.write_str("it has no WHEEL in the image, so that it can't be held to a wheel"),
            Self::NoMetadata => f.write_str("it has no METADATA in the image, so that it can't be held to a wheel"),
            Self::SourceAlone => f.write_str(
                "the index has a source archive of this version and no wheel: that it was built from that one can't be proved",
            ),
            Self::OtherTags { has_source: false } => {
                f.write_str("the index has no wheel of this version with its build and its tags")
            }
            Self::OtherTags { has_source: true } => f.write_str(
                "the index has no wheel of this version with its build and its tags: it may have been built from the source archive, which can't be proved",
            ),
            Self::NoMetadataDigest => {
                f.write_str("the index has neither the metadata of its wheel nor the sha256 of it, to hold the installed one to")
            }
            Self::OtherMetadata { expected, actual } => {
                write!(f, "its METADATA is not that of the index's wheel (expected {expected}, found {actual})")
            }
            Self::NoHash => f.write_str("the index tells no sha256 or sha512 of the wheel"),
            Self::Several => f.write_str("two wheels of the index may be the one that was installed"),
        }
    }
}

/// The archive that `installed` is from, among the files of its version.
pub(super) fn prove(installed: &InstalledWheel, files: &[IndexFile]) -> Result<ProvedHashes, Unproven> {
    if files.is_empty() {
        return Err(Unproven::NoVersion);
    }
    let tags = installed.tags.as_ref().ok_or(Unproven::NoWheel)?;
    let actual = installed.metadata.ok_or(Unproven::NoMetadata)?;
    let wheels: Vec<&IndexFile> = files.iter().filter(|file| file.tags.as_ref() == Some(tags)).collect();
    if wheels.is_empty() {
        let has_source = files.iter().any(|file| file.tags.is_none());
        let is_source_alone = files.iter().all(|file| file.tags.is_none());
        return Err(if is_source_alone { Unproven::SourceAlone } else { Unproven::OtherTags { has_source } });
    }
    let fits = |file: &&&IndexFile| file.metadata == Some(actual);
    let Some(proved) = wheels.iter().find(fits) else {
        let expected = wheels.iter().filter_map(|file| file.metadata).min();
        // What does not tell its metadata may be the one all the same.
        let is_told = wheels.iter().all(|file| file.metadata.is_some());
        return Err(match expected.filter(|_| is_told) {
            Some(expected) => Unproven::OtherMetadata { expected, actual },
            None => Unproven::NoMetadataDigest,
        });
    };
    // Those that fit as well, and those of which it is not known whether they do.
    let mut others = wheels.iter().filter(|file| file.metadata.is_none_or(|digest| digest == actual));
    if proved.hashes.is_empty() {
        return Err(Unproven::NoHash);
    }
    if !others.clone().all(|other| is_one_archive(&proved.hashes, &other.hashes)) {
        return Err(Unproven::Several);
    }
    let is_yanked = others.any(|file| file.is_yanked);
    let url = Some(proved.link.clone()).filter(|link| !link.is_empty());
    Ok(ProvedHashes { hashes: proved.hashes.clone(), url, is_yanked })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::archives::WheelTags;

    const NONE: &str = "py3-none-any";

    fn tags(build: Option<&str>, tag: &str) -> WheelTags {
        WheelTags { build: build.map(str::to_owned), tags: crate::python::archives::tags([tag]) }
    }

    fn wheel(of: &str, metadata: Option<&str>) -> IndexFile {
        IndexFile {
            version: "1".to_owned(),
            tags: Some(tags(None, NONE)),
            name: "a-1-py3-none-any.whl".to_owned(),
            link: format!("https://example.org/{of}/a-1-py3-none-any.whl"),
            hashes: vec![Sha256::of(of.as_bytes()).into()],
            metadata: metadata.map(|text| Sha256::of(text.as_bytes())),
            is_yanked: false,
        }
    }

    fn source() -> IndexFile {
        IndexFile { tags: None, name: "a-1.tar.gz".to_owned(), ..wheel("source", None) }
    }

    fn installed() -> InstalledWheel {
        InstalledWheel {
            name: "a".to_owned(),
            version: "1".to_owned(),
            tags: Some(tags(None, NONE)),
            metadata: Some(Sha256::of(b"m")),
        }
    }

    #[test]
    fn a_wheel_is_proved_by_its_tags_and_its_metadata() {
        let proved = prove(&installed(), &[source(), wheel("w", Some("m"))]).unwrap();
        assert_eq!(proved.hashes, [Sha256::of(b"w").into()]);
        let yanked = IndexFile { is_yanked: true, ..wheel("w", Some("m")) };
        assert!(prove(&installed(), &[yanked]).unwrap().is_yanked);
        // Of builds with one set of tags, the one whose metadata it is.
        let second = IndexFile { tags: Some(tags(Some("2"), NONE)), ..wheel("second", Some("m")) };
        let files = [wheel("w", Some("m")), second];
        assert_eq!(prove(&installed(), &files).unwrap().hashes, [Sha256::of(b"w").into()]);
        let second = InstalledWheel { tags: Some(tags(Some("2"), NONE)), ..installed() };
        assert_eq!(prove(&second, &files).unwrap().hashes, [Sha256::of(b"second").into()]);
    }

    #[test]
    fn what_is_not_proved_has_a_reason() {
        let reason = |installed: &InstalledWheel, files: &[IndexFile]| prove(installed, files).unwrap_err();
        let own = installed();
        assert_eq!(reason(&own, &[]), Unproven::NoVersion);
        assert_eq!(
            reason(&InstalledWheel { tags: None, ..installed() }, &[wheel("w", None)]),
            Unproven::NoWheel
        );
        assert_eq!(
            reason(&InstalledWheel { metadata: None, ..installed() }, &[wheel("w", None)]),
            Unproven::NoMetadata
        );
        assert_eq!(reason(&own, &[source()]), Unproven::SourceAlone);
        let linux = InstalledWheel { tags: Some(tags(None, "cp311-cp311-linux_x86_64")), ..installed() };
        assert_eq!(reason(&linux, &[wheel("w", Some("m"))]), Unproven::OtherTags { has_source: false });
        assert_eq!(
            reason(&linux, &[wheel("w", Some("m")), source()]),
            Unproven::OtherTags { has_source: true }
        );
        assert_eq!(reason(&own, &[wheel("w", None)]), Unproven::NoMetadataDigest);
        let (expected, actual) = (Sha256::of(b"n"), Sha256::of(b"m"));
        assert_eq!(reason(&own, &[wheel("w", Some("n"))]), Unproven::OtherMetadata { expected, actual });
        let bare = IndexFile { hashes: Vec::new(), ..wheel("w", Some("m")) };
        assert_eq!(reason(&own, &[bare]), Unproven::NoHash);
    }

    #[test]
    fn two_that_may_be_the_one_prove_nothing_whichever_comes_first() {
        for others in
            [[wheel("w", Some("m")), wheel("v", Some("m"))], [wheel("w", Some("m")), wheel("v", None)]]
        {
            assert_eq!(prove(&installed(), &others), Err(Unproven::Several));
            let [a, b] = others;
            assert_eq!(prove(&installed(), &[b, a]), Err(Unproven::Several));
        }
        // Told twice, or of other metadata, it is one.
        assert!(prove(&installed(), &[wheel("w", Some("m")), wheel("w", None)]).is_ok());
        assert!(prove(&installed(), &[wheel("w", Some("m")), wheel("v", Some("n"))]).is_ok());
    }
}
