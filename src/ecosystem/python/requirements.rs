//! Which line of which requirements file asked for an installed Python distribution.
//!
//! A distribution is asked for by name, or by another one's `Requires-Dist`; the first requirement that leads to it
//! counts. Versions are compared by PEP 440, markers are evaluated for the image's Python and platform. A
//! distribution that no requirement leads to (pip itself, the base's own) has none.

use std::collections::{BTreeMap, VecDeque};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, VerbatimUrl, VersionOrUrl};

use super::environment::marker_environment;
use crate::ecosystem::catalog::Package;
use crate::ecosystem::interface::AskedFor;
use crate::image::platform::Platform;
use crate::python::{
    FileRole, PipRequirement as Asked, RequirementSource, RequirementsTree, normal_name, parse_pep508,
};

/// For each of `packages`, by place, the requirement that asked for it.
pub(super) fn matched(
    packages: &[&Package],
    trees: &[RequirementsTree],
    platform: &Platform,
) -> BTreeMap<usize, AskedFor> {
    let index = Index::of(packages);
    let mut matches: BTreeMap<usize, AskedFor> = BTreeMap::new();
    let mut queue: VecDeque<(usize, Vec<String>)> = VecDeque::new();
    for (file, line, asked) in requirements(trees) {
        let Some(name) = &asked.name else { continue };
        let Some(at) = index.installed(name, &specifiers(&asked.source)) else { continue };
        let holds = |environment: &MarkerEnvironment| {
            asked.marker_tree.as_ref().is_none_or(|marker| marker.evaluate(environment, &[]))
        };
        let environment = packages.get(at).and_then(|package| environment(package, platform));
        if matches.contains_key(&at) || !environment.as_ref().is_none_or(holds) {
            continue;
        }
        let specifier = specifier_text(asked);
        matches.insert(at, AskedFor { file: file.to_owned(), line, specifier, via: None });
        queue.push_back((at, asked.extras.clone()));
    }
    while let Some((at, extras)) = queue.pop_front() {
        let Some((package, root)) = packages.get(at).zip(matches.get(&at).cloned()) else { continue };
        let Some(environment) = environment(package, platform) else { continue };
        for (name, specifiers, extras) in dependencies(package, &environment, &extras) {
            if let Some(next) = index.installed(&name, &specifiers)
                && !matches.contains_key(&next)
            {
                matches.insert(next, AskedFor { via: Some(package.name.clone()), ..root.clone() });
                queue.push_back((next, extras));
            }
        }
    }
    matches
}

fn requirements(trees: &[RequirementsTree]) -> impl Iterator<Item = (&str, usize, &Asked)> {
    let files = trees.iter().flat_map(|tree| &tree.files).filter(|file| file.role == FileRole::Requirements);
    files.flat_map(|file| {
        file.file.requirements().map(|(entry, asked)| (file.path.as_str(), entry.line, asked))
    })
}

fn specifiers(source: &RequirementSource) -> VersionSpecifiers {
    match source {
        RequirementSource::Index(specifiers) => specifiers.clone(),
        _ => VersionSpecifiers::empty(),
    }
}

/// What is asked of the version, as written: the text behind the name and its extras.
fn specifier_text(asked: &Asked) -> String {
    match &asked.source {
        RequirementSource::Index(specifiers) if specifiers.is_empty() => String::new(),
        RequirementSource::Index(_) => {
            let text = asked.text.text.split(';').next().unwrap_or_default();
            let text = text.split_once(']').map_or(text, |(_, behind)| behind);
            let start = text.find(['<', '>', '=', '!', '~']).unwrap_or(text.len());
            text.get(start..).unwrap_or_default().trim().trim_end_matches(')').to_owned()
        }
        _ => asked.text.text.clone(),
    }
}

/// Installed distributions by name; of several of one name, the uppermost layer's first.
struct Index<'a> {
    by_name: BTreeMap<&'a str, Vec<(usize, Option<Version>)>>,
}

impl<'a> Index<'a> {
    fn of(packages: &[&'a Package]) -> Self {
        let mut order: Vec<usize> = (0..packages.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(packages.get(*at).map(|package| package.layer)));
        let mut by_name: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for at in order {
            if let Some(package) = packages.get(at) {
                by_name
                    .entry(&package.name)
                    .or_default()
                    .push((at, Version::from_str(&package.version).ok()));
            }
        }
        Self { by_name }
    }

    fn installed(&self, name: &str, specifiers: &VersionSpecifiers) -> Option<usize> {
        let fits = |version: &Option<Version>| match version {
            Some(version) => specifiers.is_empty() || specifiers.contains(version),
            // A version that PEP 440 does not read can be asked for by name alone.
            None => specifiers.is_empty(),
        };
        self.by_name.get(name)?.iter().find(|(_, version)| fits(version)).map(|(at, _)| *at)
    }
}

/// What a distribution asks for here: names, versions, and the extras of each.
fn dependencies(
    package: &Package,
    environment: &MarkerEnvironment,
    extras: &[String],
) -> Vec<(String, VersionSpecifiers, Vec<String>)> {
    let extras: Vec<ExtraName> = extras.iter().filter_map(|extra| ExtraName::from_str(extra).ok()).collect();
    let mut dependencies = Vec::new();
    for text in &package.requires {
        let Some(asked) = parse_pep508::<VerbatimUrl>(text) else { continue };
        if !asked.marker.evaluate(environment, &extras) {
            continue;
        }
        let specifiers = match asked.version_or_url {
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers,
            _ => VersionSpecifiers::empty(),
        };
        let extras = asked.extras.iter().map(ToString::to_string).collect();
        dependencies.push((normal_name(asked.name.as_ref()), specifiers, extras));
    }
    dependencies
}

fn environment(package: &Package, platform: &Platform) -> Option<MarkerEnvironment> {
    marker_environment(&package.location.to_string(), &platform.architecture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, requires: &[&str]) -> Package {
        Package {
            name: name.into(),
            version: version.into(),
            location: "usr/lib/python3.11/site-packages".into(),
            requires: requires.iter().map(|text| (*text).to_owned()).collect(),
            ..Package::default()
        }
    }

    fn asked(requirements: &str, packages: &[Package]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("requirements.txt"), requirements).unwrap();
        let trees = [RequirementsTree::read(folder.path(), "requirements.txt").unwrap()];
        let packages: Vec<&Package> = packages.iter().collect();
        let platform = Platform::new("linux", "amd64", None);
        matched(&packages, &trees, &platform)
            .into_iter()
            .map(|(at, asked)| {
                let via = asked.via.map_or(String::new(), |via| format!(" via {via}"));
                format!("{} line {} {}{via}", packages[at].name, asked.line, asked.specifier)
            })
            .collect()
    }

    #[test]
    fn a_distribution_is_asked_for_by_name_and_version() {
        let installed =
            [package("numpy", "2.4.1", &[]), package("torch", "2.6.0+cu124", &[]), package("pip", "1", &[])];
        assert_eq!(
            asked("# top\nNumPy >=1.26 ; python_version > '3'\ntorch==2.6.0\n", &installed),
            ["numpy line 2 >=1.26", "torch line 3 ==2.6.0"]
        );
    }

    #[test]
    fn a_dependency_is_asked_for_by_the_requirement_that_leads_to_it() {
        let installed = [
            package(
                "requests",
                "2.32",
                &["urllib3<3", "PySocks; extra == 'socks'", "win; sys_platform == 'win32'"],
            ),
            package("urllib3", "2.1", &[]),
            package("pysocks", "1.7", &[]),
            package("win", "1", &[]),
        ];
        assert_eq!(
            asked("requests[socks]>=2\n", &installed),
            ["requests line 1 >=2", "urllib3 line 1 >=2 via requests", "pysocks line 1 >=2 via requests"]
        );
    }

    #[test]
    fn a_version_that_does_not_fit_was_not_asked_for_here() {
        assert_eq!(asked("numpy<2\n", &[package("numpy", "2.4.1", &[])]), [""; 0]);
    }
}
