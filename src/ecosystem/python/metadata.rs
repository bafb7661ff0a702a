//! Core metadata (`METADATA`, `PKG-INFO`): name, version and requirements from its headers.
//!
//! Only the headers are read, not the description that follows them, which may be long. A header that is broken is
//! passed over: licence texts pasted in without folding are common. Where the metadata has no name or version, the
//! file name says it: `name-version.dist-info`, `name-version[-pyX.Y].egg-info`.

use crate::ecosystem::deb822;
use crate::python::archives::{WheelTags, tags};

/// What is read of a dist-info's WHEEL.
const WHEEL_FIELDS: &[&str] = &["Tag", "Build"];

const FIELDS: &[&str] = &["Name", "Version", "Requires-Dist"];

/// What the headers say.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// `Name`, as written.
    pub(super) name: Option<String>,
    /// `Version`, as written.
    pub(super) version: Option<String>,
    /// Each `Requires-Dist`, unfolded.
    pub(super) requires: Vec<String>,
}

/// Reads the headers of a metadata file.
pub(super) fn parse(bytes: &[u8]) -> Metadata {
    let headers = deb822::stanzas(bytes, FIELDS).next().unwrap_or_default();
    Metadata {
        name: headers.text("Name"),
        version: headers.text("Version"),
        requires: headers.all("Requires-Dist").map(deb822::unfolded).collect(),
    }
}

/// Reads a dist-info's WHEEL; `None` where it names no tag.
pub(super) fn wheel(bytes: &[u8]) -> Option<WheelTags> {
    let headers = deb822::stanzas(bytes, WHEEL_FIELDS).next().unwrap_or_default();
    let sets: Vec<String> = headers.all("Tag").map(deb822::unfolded).collect();
    let tags = tags(sets.iter().map(String::as_str));
    (!tags.is_empty()).then(|| WheelTags { build: headers.text("Build"), tags })
}

/// The name and version in `name-version`; a dist-info's name holds no dash, but older tools wrote some that do.
pub(super) fn of_dist_info(stem: &[u8]) -> (String, Option<String>) {
    match stem.iter().rposition(|byte| *byte == b'-') {
        Some(dash) => {
            let (name, version) = stem.split_at(dash);
            (deb822::text(name), version.get(1..).map(deb822::text).filter(|version| !version.is_empty()))
        }
        None => (deb822::text(stem), None),
    }
}

/// The name and version in `name[-version[-pyX.Y[-platform]]]` (setuptools).
pub(super) fn of_egg(stem: &[u8]) -> (String, Option<String>) {
    let mut parts = stem.split(|byte| *byte == b'-').map(deb822::text);
    let name = parts.next().unwrap_or_default();
    (name, parts.next().filter(|version| !version.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_the_description_is_not() {
        let metadata =
            parse(b"Metadata-Version: 2.1\nNAME: a\nVersion: 1.0\nRequires-Dist: b\n  (>=1)\n\nVersion: 2\n");
        assert_eq!((metadata.name.as_deref(), metadata.version.as_deref()), (Some("a"), Some("1.0")));
        assert_eq!(metadata.requires, ["b (>=1)"]);
    }

    #[test]
    fn a_description_of_megabytes_costs_nothing_and_need_not_be_text() {
        let mut bytes = b"Name: a\nVersion: 1\n\n".to_vec();
        bytes.resize(64 << 20, 0xff);
        assert_eq!(parse(&bytes).version.as_deref(), Some("1"));
    }

    #[test]
    fn an_unfolded_licence_hides_no_later_header() {
        let metadata =
            parse(b"Name: a\nLicense: MIT\nPermission is\nhereby: granted\nVersion: 1\nRequires-Dist: b\n");
        assert_eq!((metadata.version.as_deref(), metadata.requires.len()), (Some("1"), 1));
    }

    #[test]
    fn file_names_tell_name_and_version() {
        let pair = |name: &str, version: Option<&str>| (name.to_owned(), version.map(str::to_owned));
        assert_eq!(of_dist_info(b"foo_bar-1.0"), pair("foo_bar", Some("1.0")));
        assert_eq!(of_dist_info(b"foo-bar-1.0"), pair("foo-bar", Some("1.0")));
        assert_eq!(of_dist_info(b"foo"), pair("foo", None));
        assert_eq!(of_egg(b"foo_bar-1.0-py3.11-linux-x86_64"), pair("foo_bar", Some("1.0")));
        assert_eq!(of_egg(b"foo"), pair("foo", None));
    }
}
