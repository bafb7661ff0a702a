//! Package URLs (purls): the names by which other programs know a package, whatever its package manager.
//!
//! An ecosystem says of which type its packages are and what stands in which place
//! ([`Ecosystem::purl`](super::Ecosystem::purl)); the `packageurl` crate writes it, with each type's own rules of case and escapes.
//! What is not known is left out: a namespace is never guessed.
//!
//! Sources: purl-spec (ECMA-427) and its definitions of types; os-release(5).

mod distribution;

use std::collections::BTreeMap;

use packageurl::PackageUrl;

use crate::ecosystem::catalog::UNKNOWN;
pub(super) use distribution::wants;
pub use distribution::{Distribution, distribution};

/// What of an installed package its package URL can be made of. What is not known is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Identified<'a> {
    /// The name, in the ecosystem's normal form.
    pub name: &'a str,
    /// The version, as the database writes it.
    pub version: &'a str,
    /// The architecture.
    pub architecture: Option<&'a str>,
    /// The build of this version.
    pub build: Option<&'a str>,
    /// The channel it was taken from.
    pub channel: Option<&'a str>,
    /// Where it came from, if not an index.
    pub origin: Option<&'a str>,
    /// The distribution that the image is of.
    pub distribution: Option<&'a Distribution>,
}

/// The parts of a package URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purl {
    /// The type: `deb`, `pypi`.
    pub kind: &'static str,
    /// The namespace: of system packages the distribution.
    pub namespace: Option<String>,
    /// Whether its type asks for a namespace.
    pub is_of_system: bool,
    /// The name.
    pub name: String,
    /// The version; none where the database does not say.
    pub version: Option<String>,
    /// The qualifiers, by key.
    pub qualifiers: BTreeMap<&'static str, String>,
}

impl Purl {
    /// A package of a type: its name and version alone.
    pub fn of(kind: &'static str, package: &Identified<'_>) -> Self {
        Self {
            kind,
            namespace: None,
            is_of_system: false,
            name: package.name.to_owned(),
            version: (package.version != UNKNOWN).then(|| package.version.to_owned()),
            qualifiers: BTreeMap::new(),
        }
    }

    /// A package of a distribution, with its architecture.
    pub fn of_system(kind: &'static str, package: &Identified<'_>) -> Self {
        let distribution = package.distribution;
        let namespace = distribution.map(Distribution::vendor);
        Self { namespace, is_of_system: true, ..Self::of(kind, package) }
            .qualified("arch", package.architecture)
            .qualified("distro", distribution.map(Distribution::qualifier).as_deref())
    }

    /// With a qualifier, where it has a value.
    pub fn qualified(mut self, key: &'static str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.qualifiers.insert(key, value.to_owned());
        }
        self
    }

    /// As text; `None` where a part is none that a package URL can have.
    pub fn text(&self) -> Option<String> {
        self.url().map(|url| url.to_string())
    }

    /// Whether it has all that its type asks for: a system package's namespace is not always known.
    pub fn is_whole(&self) -> bool {
        self.namespace.is_some() || !self.is_of_system
    }

    fn url(&self) -> Option<PackageUrl<'_>> {
        let mut url = PackageUrl::new(self.kind, self.name.as_str()).ok()?;
        if let Some(namespace) = &self.namespace {
            url.with_namespace(namespace.as_str()).ok()?;
        }
        if let Some(version) = &self.version {
            url.with_version(version.as_str()).ok()?;
        }
        for (key, value) in &self.qualifiers {
            url.add_qualifier(*key, value.as_str()).ok()?;
        }
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem::{REGISTRY, of_id};

    fn text(ecosystem: &str, package: Identified<'_>) -> String {
        of_id(ecosystem).unwrap().purl(&package).text().unwrap()
    }

    fn named<'a>(name: &'a str, version: &'a str) -> Identified<'a> {
        Identified { name, version, ..Identified::default() }
    }

    #[test]
    fn each_ecosystem_writes_its_own_type() {
        let debian = Distribution { id: "debian".into(), version: Some("12".into()) };
        let package = named("libc++1", "1:14.0-6+b1");
        let package = Identified { architecture: Some("amd64"), distribution: Some(&debian), ..package };
        assert_eq!(
            text("deb", package),
            "pkg:deb/debian/libc%2B%2B1@1:14.0-6%2Bb1?arch=amd64&distro=debian-12"
        );
        let alpine = Distribution { id: "alpine".into(), version: Some("3.20.1".into()) };
        let package = Identified {
            architecture: Some("x86_64"),
            distribution: Some(&alpine),
            ..named("curl", "8.9.1-r1")
        };
        assert_eq!(text("apk", package), "pkg:apk/alpine/curl@8.9.1-r1?arch=x86_64&distro=alpine-3.20.1");
        let package = Identified {
            architecture: Some("linux-64"),
            build: Some("py312h7_0"),
            channel: Some("https://conda.example.org/main"),
            origin: Some("https://conda.example.org/main/linux-64/numpy-2.4.1-py312h7_0.conda"),
            ..named("numpy", "2.4.1")
        };
        assert_eq!(
            text("conda", package),
            "pkg:conda/numpy@2.4.1?build=py312h7_0&channel=https:%2F%2Fconda.example.org%2Fmain&subdir=linux-64&type=conda"
        );
        assert_eq!(text("python", named("flash-attn", "2.5+cu124")), "pkg:pypi/flash-attn@2.5%2Bcu124");
    }

    #[test]
    fn a_python_package_says_where_it_came_from_unless_that_is_a_folder() {
        let from = |origin| text("python", Identified { origin: Some(origin), ..named("a", "1") });
        assert_eq!(
            from("git+https://example.org/a.git@0123abc#subdirectory=py"),
            "pkg:pypi/a@1?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fa.git%400123abc%23subdirectory%3Dpy"
        );
        assert_eq!(
            from("https://example.org/a-1-py3-none-any.whl"),
            "pkg:pypi/a@1?download_url=https:%2F%2Fexample.org%2Fa-1-py3-none-any.whl"
        );
        for folder in ["file:///src/a", "editable file:///src/a", "editable"] {
            assert_eq!(from(folder), "pkg:pypi/a@1");
        }
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(text("deb", named("a", "unknown")), "pkg:deb/a");
        let is_whole = |ecosystem| of_id(ecosystem).unwrap().purl(&named("a", "1")).is_whole();
        assert_eq!(["deb", "apk", "python"].map(is_whole), [false, false, true]);
        let sid = Distribution { id: "debian".into(), version: None };
        let package = Identified { distribution: Some(&sid), ..named("a", "1") };
        assert_eq!(text("deb", package), "pkg:deb/debian/a@1?distro=debian");
    }

    #[test]
    fn what_a_database_writes_stays_inside_its_part() {
        let odd = named("a?arch=x#y/z", "1@2?a=b&c=d");
        for ecosystem in REGISTRY {
            let text = ecosystem.purl(&odd).text().unwrap();
            let read: PackageUrl<'_> = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(read.version(), Some("1@2?a=b&c=d"), "{text}");
            assert!(read.qualifiers().is_empty() && read.subpath().is_none(), "{text}");
        }
        assert_eq!(Purl::of("generic", &named("", "1")).text(), None);
    }

    #[test]
    fn a_vendor_is_called_as_package_urls_call_it() {
        let vendor = |id: &str| Distribution { id: id.into(), version: None }.vendor();
        assert_eq!(vendor("rhel"), "redhat");
        assert_eq!(vendor("opensuse-leap"), "opensuse");
        assert_eq!(vendor("ubuntu"), "ubuntu");
    }
}
