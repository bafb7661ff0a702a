//! Which Python an environment has, to evaluate markers by: its folders say the minor version, and what is known of the image mostly the
//! whole one.
//!
//! What it refuses to do: it runs no Python. Where nothing tells the last number, both the lowest and the highest are tried, where
//! nothing tells the version at all, those of the last years, and what hangs on it is unknown.

use pep508_rs::MarkerEnvironment;

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
        let known = full(location, minor.as_deref(), catalogs, image);
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

/// All of the version, where a folder, a package of another kind or the image's variables tell it.
fn full(location: &str, minor: Option<&str>, catalogs: &[Catalog], image: &Image) -> Option<String> {
    let fits = |version: &str| {
        let is_of_minor =
            minor.is_none_or(|minor| version.strip_prefix(minor).is_some_and(|rest| rest.starts_with('.')));
        is_of_minor && version.split('.').count() == 3 && is_version(version)
    };
    // uv's own Pythons: `cpython-3.12.1-linux-x86_64-gnu`.
    let folder = location.split('/').find_map(|part| part.strip_prefix("cpython-")?.split('-').next());
    let in_env = image.config.config.env.iter().find_map(|variable| variable.strip_prefix("PYTHON_VERSION="));
    let prefix = location.split("/lib/").next().unwrap_or_default();
    let packages = || catalogs.iter().flat_map(|catalog| &catalog.packages);
    let is_python = |name: &str| {
        name == "python" || name.strip_prefix("python").is_some_and(|rest| rest == "3" || Some(rest) == minor)
    };
    // Of an environment's own package manager first: its database stands in the same prefix.
    let own = packages()
        .filter(|package| is_python(&package.name) && package.location.to_string().starts_with(prefix));
    let is_system = prefix == "usr" || prefix == "usr/local";
    let system = packages().filter(|package| is_system && is_python(&package.name));
    let versions = own.chain(system).map(|package| numbers(&package.version));
    let candidates = folder.map(str::to_owned).into_iter().chain(versions).chain(in_env.map(str::to_owned));
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
}
