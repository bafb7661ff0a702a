//! What packages' own lists say of the files in the tree, held against the files: derived from databases and from what a pass
//! knows of each file, and stored nowhere.
//!
//! Only what was compared is called changed: a file whose list has another hash of it, in an algorithm that a pass computes.

use std::collections::BTreeSet;

use crate::base::path::LayerPath;

/// Files that are named one by one; what comes after is only counted.
const NAMED: usize = 100;

/// What the lists of one database say, and what is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrity {
    /// The ecosystem's id.
    pub ecosystem: &'static str,
    /// The database or site directory.
    pub location: LayerPath,
    /// Packages with a list.
    pub packages: usize,
    /// Files that are as their list says.
    pub intact: usize,
    /// Files that are not the ones listed.
    pub changed: NamedFiles,
    /// Files that are listed and not there.
    pub missing: NamedFiles,
    /// Files that are there, and no hash of them that could be compared is listed, though one could be.
    pub unchecked: NamedFiles,
    /// Files among the packages' own that no list has.
    pub unlisted: NamedFiles,
}

/// Some files, the first of them by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedFiles {
    /// How many.
    pub count: usize,
    /// The first, sorted: each with its package, where it has one.
    pub named: BTreeSet<(LayerPath, Option<String>)>,
}

impl Integrity {
    /// Of a database of which nothing is known yet.
    pub(super) fn new(ecosystem: &'static str, location: LayerPath) -> Self {
        let none = NamedFiles::default;
        Self {
            ecosystem,
            location,
            packages: 0,
            intact: 0,
            changed: none(),
            missing: none(),
            unchecked: none(),
            unlisted: none(),
        }
    }

    /// Whether all that is listed is there as listed, and nothing else.
    pub fn is_whole(&self) -> bool {
        [&self.changed, &self.missing, &self.unchecked, &self.unlisted].iter().all(|files| files.count == 0)
    }

    /// What the user should know, a sentence for each kind of deviation.
    pub fn notes(&self) -> Vec<String> {
        let kinds = [
            (&self.changed, "changed since it was installed", "changed since they were installed"),
            (&self.missing, "missing", "missing"),
            (
                &self.unchecked,
                "listed without a sha256 and not checked",
                "listed without a sha256 and not checked",
            ),
            (&self.unlisted, "in no package's list", "in no package's list"),
        ];
        let sentence = |(files, one, several): (&NamedFiles, &str, &str)| match files.count {
            0 => None,
            1 => Some(format!("{}: 1 file is {one}: {}", self.location, files.shown())),
            count => Some(format!("{}: {count} files are {several}: {}", self.location, files.shown())),
        };
        kinds.into_iter().filter_map(sentence).collect()
    }
}

impl NamedFiles {
    /// Notes a file.
    pub(super) fn add(&mut self, path: LayerPath, package: Option<&str>) {
        self.count += 1;
        if self.named.len() < NAMED || self.named.last().is_some_and(|(last, _)| path < *last) {
            self.named.insert((path, package.map(str::to_owned)));
            if self.named.len() > NAMED {
                self.named.pop_last();
            }
        }
    }

    /// The first few, for a sentence.
    fn shown(&self) -> String {
        const SHOWN: usize = 3;
        let one = |(path, package): &(LayerPath, Option<String>)| match package {
            Some(package) => format!("{path} ({package})"),
            None => path.to_string(),
        };
        let mut shown = self.named.iter().take(SHOWN).map(one).collect::<Vec<_>>().join(", ");
        let more = self.count.saturating_sub(self.named.len().min(SHOWN));
        if more > 0 {
            shown.push_str(&format!(" and {more} more"));
        }
        shown
    }
}
