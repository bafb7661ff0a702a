//! Which packages are exported, of a form that is of one place: those of one database or site directory.
//!
//! Where a lock has several places, none is taken unasked: two environments are not one. What stands there and is not the
//! form's to name is left out, and told.

use std::collections::BTreeMap;

use super::error::{ExportError, Lack};
use super::interface::ExportOptions;
use crate::base::text::listed;
use crate::ecosystem;
use crate::lockfile::Lockfile;
use crate::lockfile::model::LockedPackage;

/// Names in one sentence.
const NAMES: usize = 10;

/// What a form exports.
pub(super) struct Wanted {
    /// The form.
    pub(super) export: &'static str,
    /// The ecosystem's id, as the lock has it.
    pub(super) ecosystem: &'static str,
    /// Its packages, for people.
    pub(super) what: &'static str,
    /// Whether a package is the form's to name.
    pub(super) is_named: fn(&LockedPackage) -> bool,
    /// Why the others are not, for people.
    pub(super) otherwise: &'static str,
}

/// The packages to export.
pub(super) struct Selection<'a> {
    /// Where they stand.
    pub(super) place: &'a str,
    /// In the lock's order.
    pub(super) packages: Vec<&'a LockedPackage>,
    /// What is to be said of the choice.
    pub(super) notes: Vec<String>,
}

impl Wanted {
    /// Chooses the packages.
    pub(super) fn of<'a>(
        &self,
        lock: &'a Lockfile,
        options: &ExportOptions,
    ) -> Result<Selection<'a>, ExportError> {
        let all = lock.package.get(self.ecosystem).map(Vec::as_slice).unwrap_or_default();
        let mut places: BTreeMap<&str, Vec<&LockedPackage>> = BTreeMap::new();
        for package in all.iter().filter(|package| (self.is_named)(package)) {
            places.entry(&package.location).or_default().push(package);
        }
        let place = self.place(lock, &places, options.site.as_deref())?;
        let packages = places.remove(place).unwrap_or_default();
        let mut notes: Vec<String> = self.left_out(all, place).into_iter().collect();
        notes.extend(unread(lock, self.ecosystem, place));
        let packages = self.without(packages, place, &options.exclude)?;
        Ok(Selection { place, packages, notes })
    }

    fn place<'a>(
        &self,
        lock: &Lockfile,
        places: &BTreeMap<&'a str, Vec<&LockedPackage>>,
        site: Option<&str>,
    ) -> Result<&'a str, ExportError> {
        let counted =
            || places.iter().map(|(place, packages)| ((*place).to_owned(), packages.len())).collect();
        let what = self.what;
        match site {
            Some(_) | None if places.is_empty() => {
                let is_unread = |catalog: &&crate::lockfile::model::LockedCatalog| {
                    catalog.ecosystem == self.ecosystem && catalog.digest.is_some()
                };
                let unread = lock.catalog.iter().filter(is_unread).map(|catalog| catalog.path.clone());
                Err(ExportError::Nothing { what, unread: unread.collect() })
            }
            Some(site) => {
                let named = site.trim_start_matches('/').trim_end_matches('/');
                let place = places.keys().find(|place| **place == named).copied();
                place.ok_or_else(|| ExportError::NoSuchSite {
                    what,
                    site: site.to_owned(),
                    places: counted(),
                })
            }
            None => match places.keys().collect::<Vec<_>>().as_slice() {
                [place] => Ok(place),
                _ => Err(ExportError::Several { what, places: counted() }),
            },
        }
    }

    fn left_out(&self, all: &[LockedPackage], place: &str) -> Option<String> {
        let others: Vec<&str> = all
            .iter()
            .filter(|package| package.location == place && !(self.is_named)(package))
            .map(|package| package.name.as_str())
            .collect();
        let (count, names) = (others.len(), listed(others.iter(), NAMES));
        let otherwise = self.otherwise;
        match count {
            0 => None,
            1 => Some(format!("1 package of {place} is left out, since {otherwise}: {names}")),
            _ => Some(format!("{count} packages of {place} are left out, since {otherwise}: {names}")),
        }
    }

    fn without<'a>(
        &self,
        mut packages: Vec<&'a LockedPackage>,
        place: &str,
        exclude: &[String],
    ) -> Result<Vec<&'a LockedPackage>, ExportError> {
        let normal = |name: &str| match ecosystem::of_id(self.ecosystem) {
            Some(ecosystem) => ecosystem.normal_name(name).into_owned(),
            None => name.to_owned(),
        };
        for name in exclude {
            let before = packages.len();
            let excluded = normal(name);
            packages.retain(|package| normal(&package.name) != excluded);
            if packages.len() == before {
                return Err(ExportError::NoSuchPackage { place: place.to_owned(), name: name.clone() });
            }
        }
        Ok(packages)
    }

    /// What each package becomes; an error that names all packages that can't become one.
    pub(super) fn each<'a, T>(
        &self,
        selection: &Selection<'a>,
        form: impl Fn(&'a LockedPackage) -> Result<T, Lack>,
    ) -> Result<Vec<T>, ExportError> {
        let mut lacking: BTreeMap<Lack, Vec<String>> = BTreeMap::new();
        let mut formed = Vec::new();
        for package in &selection.packages {
            match form(package) {
                Ok(form) => formed.push(form),
                Err(lack) => {
                    lacking.entry(lack).or_default().push(format!("{} {}", package.name, package.version));
                }
            }
        }
        match lacking.is_empty() {
            true => Ok(formed),
            false => Err(ExportError::Lacking {
                export: self.export,
                place: selection.place.to_owned(),
                of: selection.packages.len(),
                lacking,
            }),
        }
    }
}

/// What of the chosen database could not be read, and so is missing without being named.
fn unread(lock: &Lockfile, ecosystem: &str, place: &str) -> Option<String> {
    let is_it = |catalog: &&crate::lockfile::model::LockedCatalog| {
        catalog.ecosystem == ecosystem && catalog.path == place
    };
    let catalog = lock.catalog.iter().find(is_it)?;
    let problems = listed(catalog.problems.iter(), NAMES);
    match (catalog.problems.is_empty(), catalog.digest) {
        (true, None) => None,
        (true, Some(_)) => Some(format!("{place} was not read whole: packages may be missing")),
        (false, _) => Some(format!("{place} was not read whole, packages may be missing: {problems}")),
    }
}
