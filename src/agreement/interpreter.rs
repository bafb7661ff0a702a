//! Which Python an environment has, to evaluate markers by: its folders say the minor version, and what is known of the image mostly the
//! whole one.
//!
//! What it refuses to do: it runs no Python. Where nothing tells the last number, both the lowest and the highest are tried, where
//! nothing tells the version at all, those of the last years, and what hangs on it is unknown.

use pep508_rs::MarkerEnvironment;

use super::environment;
use crate::ecosystem::{self, Catalog};
use crate::image::Image;

/// The minor versions of Python 3 that are tried where none is known.
const MINORS: std::ops::RangeInclusive<u32> = 6..=15;

/// The highest last number that is tried where none is known; real ones stop at some twenty.
const HIGHEST: &str = "99";

/// What markers are evaluated in.
pub(super) struct Interpreter {
    /// The environment.
    pub(super) markers: MarkerEnvironment,
    /// What else it may be, as far as its version is not known.
    pub(super) others: Vec<MarkerEnvironment>,
}

impl Interpreter {
    /// The Python of the environment at `location` of `image`.
    pub(super) fn of(location: &str, catalogs: &[Catalog], image: &Image) -> Option<Self> {
        let minor = in_folders(location).map(str::to_owned);
        let mut variables = image.config.config.env.iter();
        let variable = variables.find_map(|variable| variable.strip_prefix("PYTHON_VERSION="));
        let known = full(location, minor.as_deref(), catalogs, variable);
        let architecture = &image.platform.architecture;
        let of = |full: &str| ecosystem::marker_environment_of(full, architecture);
        if let Some(known) = known {
            return Some(Self { markers: of(&known)?, others: Vec::new() });
        }
        let minors = || MINORS.map(|minor| format!("3.{minor}"));
        let of_minor = |minor: String| [of(&format!("{minor}.0")), of(&format!("{minor}.{HIGHEST}"))];
        let others = match &minor {
            Some(minor) => vec![of(&format!("{minor}.{HIGHEST}"))?],
            None => minors().flat_map(of_minor).flatten().collect(),
        };
        let markers = match &minor {
            Some(minor) => of(&format!("{minor}.0"))?,
            None => ecosystem::marker_environment(location, architecture)?,
        };
        Some(Self { markers, others })
    }
}

/// `3.11` of `app/.venv/lib/python3.11/site-packages`.
fn in_folders(location: &str) -> Option<&str> {
    location
        .split('/')
        .rev()
        .find_map(|part| part.strip_prefix("python").filter(|version| is_version(version)))
}

fn is_version(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The prefix of an interpreter's folder or of conda's database: `usr/local` is another one than `usr`.
fn prefix_of(location: &str) -> &str {
    let before = |text: &'static str| location.split_once(text).map(|(before, _)| before);
    let prefix = before("/lib/").or_else(|| before("/lib64/"));
    prefix.or_else(|| location.strip_suffix("/conda-meta")).unwrap_or(location)
}

/// All of the version, where a folder, a package of another kind or the image's variables tell it.
fn full(location: &str, minor: Option<&str>, catalogs: &[Catalog], variable: Option<&str>) -> Option<String> {
    let fits = |version: &str| {
        let is_of_minor =
            minor.is_none_or(|minor| version.strip_prefix(minor).is_some_and(|rest| rest.starts_with('.')));
        is_of_minor && version.split('.').count() == 3 && is_version(version)
    };
    // uv's own Pythons: `cpython-3.12.1-linux-x86_64-gnu`.
    let folder = location.split('/').find_map(|part| part.strip_prefix("cpython-")?.split('-').next());
    let prefix = prefix_of(location);
    let packages = || catalogs.iter().flat_map(|catalog| &catalog.packages);
    let is_python = |name: &str| {
        name == "python" || name.strip_prefix("python").is_some_and(|rest| rest == "3" || Some(rest) == minor)
    };
    // Of an environment's own package manager first: its database stands in the same prefix.
    let own = packages()
        .filter(|package| is_python(&package.name))
        .filter(|package| prefix.is_empty() || environment::prefix(&package.location.to_string()) == prefix);
    // In `usr/local` is a Python of its own, but for the folder that Debian's keeps there.
    let is_system = prefix == "usr" || location.ends_with("/dist-packages");
    let system = packages().filter(|package| is_system && is_python(&package.name));
    let versions = own.chain(system).map(|package| numbers(&package.version));
    let candidates = folder.map(str::to_owned).into_iter().chain(versions).chain(variable.map(str::to_owned));
    candidates.into_iter().find(|version| fits(version))
}

/// The numbers that a version of a distribution begins with: `3.11.2` of `3.11.2-6+deb12u5`.
fn numbers(version: &str) -> String {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    version.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::path::LayerPath;
    use crate::ecosystem::Package;

    #[test]
    fn folders_tell_the_minor_version() {
        assert_eq!(in_folders("app/.venv/lib/python3.11/site-packages"), Some("3.11"));
        assert_eq!(in_folders("usr/lib/python3/dist-packages"), None);
        assert_eq!(in_folders("opt/python3.x/lib"), None);
    }

    #[test]
    fn a_distributions_version_begins_with_pythons() {
        assert_eq!(numbers("3.11.2-6+deb12u5"), "3.11.2");
        assert_eq!(numbers(""), "");
    }

    /// The whole version at `location` of an image with these packages, each a name, a version and a place.
    fn of(location: &str, packages: &[(&str, &str, &str)], variable: Option<&str>) -> Option<String> {
        let package = |(name, version, place): &(&str, &str, &str)| Package {
            name: (*name).to_owned(),
            version: (*version).to_owned(),
            location: LayerPath::normalize(place.as_bytes()).unwrap(),
            ..Package::default()
        };
        let catalog = Catalog {
            ecosystem: "",
            path: LayerPath::root(),
            layer: 0,
            digest: None,
            packages: packages.iter().map(package).collect(),
            problems: Vec::new(),
        };
        full(location, in_folders(location), &[catalog], variable)
    }

    const DEBIANS: (&str, &str, &str) = ("python3", "3.11.2-1+b1", "var/lib/dpkg");

    #[test]
    fn a_python_that_was_built_beside_the_distributions_is_the_one_that_the_image_names() {
        let (own, debians) = ("usr/local/lib/python3.11/site-packages", "usr/lib/python3/dist-packages");
        assert_eq!(of(own, &[DEBIANS], Some("3.11.9")).as_deref(), Some("3.11.9"));
        assert_eq!(of(debians, &[DEBIANS], Some("3.11.9")).as_deref(), Some("3.11.2"));
        // Nothing says that it is the distribution's.
        assert_eq!(of(own, &[DEBIANS], None), None);
        assert_eq!(of(own, &[DEBIANS], Some("3.12.1")), None);
    }

    #[test]
    fn a_folder_of_debians_own_for_pip_is_of_debians_python() {
        let site = "usr/local/lib/python3.11/dist-packages";
        assert_eq!(of(site, &[DEBIANS], None).as_deref(), Some("3.11.2"));
        assert_eq!(of(site, &[DEBIANS], Some("3.11.9")).as_deref(), Some("3.11.2"));
    }

    #[test]
    fn a_prefix_is_whole_parts_of_a_path() {
        let packages =
            [("python", "3.11.2", "opt/conda-old/conda-meta"), ("python", "3.11.9", "opt/conda/conda-meta")];
        let at = |location| of(location, &packages, None);
        assert_eq!(at("opt/conda/lib/python3.11/site-packages").as_deref(), Some("3.11.9"));
        assert_eq!(at("opt/conda-old/lib/python3.11/site-packages").as_deref(), Some("3.11.2"));
        assert_eq!(at("opt/con/lib/python3.11/site-packages"), None);
        // Environments lie in the folder of the first one, and are others.
        assert_eq!(at("opt/conda/envs/a/lib/python3.11/site-packages"), None);
        assert_eq!(at("opt/conda/conda-meta").as_deref(), Some("3.11.9"));
    }

    #[test]
    fn a_folder_of_64_bits_is_of_the_same_python() {
        let fedoras = ("python3", "3.12.4", "var/lib/rpm");
        assert_eq!(of("usr/lib64/python3.12/site-packages", &[fedoras], None).as_deref(), Some("3.12.4"));
    }

    #[test]
    fn a_python_of_an_environment_below_is_not_the_one_above() {
        let packages = [("python", "3.11.2", "opt/conda/envs/a/conda-meta")];
        assert_eq!(of("opt/conda/lib/python3.11/site-packages", &packages, None), None);
    }
}
