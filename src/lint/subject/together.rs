//! Requirements files that are installed together: what one of them pins is pinned for all.
//!
//! Vocabulary: an *install* is one command and the files it names, with what these name in turn (`-r`, `-c`). A name is
//! pinned in an install where one of its files gives it an exact version: a requirement of that name, or constraints.
//!
//! What it refuses to do: versions that the command itself names (`pip install -r a.txt numpy==2.0`) are not looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::python::{EntryKind, FileRole, PipRequirement, RequirementsText};

/// What a requirements file is installed together with; of several installs, what holds in all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Together {
    /// Names that are pinned, normalised: here, or in another file of each install.
    pub pinned: BTreeSet<String>,
    /// The other files of any install, as the user would write them.
    pub files: BTreeSet<String>,
    /// The images that the stages of its installs are made from in the end.
    pub bases: BTreeSet<String>,
}

/// The names that the files of one install pin.
pub(crate) fn pinned<'f>(files: impl Iterator<Item = (FileRole, &'f RequirementsText)>) -> BTreeSet<String> {
    // Constraints with several lines for a name differ by their markers: one that leaves it open pins nothing.
    let mut constrained: BTreeMap<&str, bool> = BTreeMap::new();
    let mut pinned = BTreeSet::new();
    for (role, file) in files {
        for (name, requirement) in named(file) {
            let is_exact = requirement.exact_version().is_some();
            match role {
                FileRole::Constraints => *constrained.entry(name).or_insert(true) &= is_exact,
                FileRole::Requirements if is_exact && requirement.marker.is_none() => {
                    pinned.insert(name.to_owned());
                }
                FileRole::Requirements => {}
            }
        }
    }
    pinned.extend(constrained.into_iter().filter(|(_, exact)| *exact).map(|(name, _)| name.to_owned()));
    pinned
}

fn named(file: &RequirementsText) -> impl Iterator<Item = (&str, &PipRequirement)> {
    file.entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Requirement(requirement) => Some((requirement.name.as_deref()?, &**requirement)),
        _ => None,
    })
}

impl Together {
    /// Whether it is installed on several bases, which may have several Pythons: what one of them has may be no version for
    /// another, and no file of it.
    pub(crate) fn is_on_several_bases(&self) -> bool {
        self.bases.len() > 1
    }

    /// What holds in this install and in `other`.
    pub(crate) fn and(self, other: &Self) -> Self {
        Self {
            pinned: self.pinned.intersection(&other.pinned).cloned().collect(),
            files: self.files.union(&other.files).cloned().collect(),
            bases: self.bases.union(&other.bases).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[(FileRole, &str)]) -> Vec<String> {
        let read: Vec<_> = files.iter().map(|(role, text)| (*role, RequirementsText::parse(text))).collect();
        pinned(read.iter().map(|(role, file)| (*role, file))).into_iter().collect()
    }

    #[test]
    fn exact_constraints_pin_and_ranges_do_not() {
        use FileRole::{Constraints, Requirements};
        let files = [(Requirements, "numpy\ntorch\n"), (Constraints, "NumPy==2.0\ntorch<3\n")];
        assert_eq!(names(&files), ["numpy"]);
        assert_eq!(
            names(&[(Constraints, "a==1 ; python_version<'3.9'\na==2 ; python_version>='3.9'\n")]),
            ["a"]
        );
        assert_eq!(
            names(&[(Constraints, "a==1 ; python_version<'3.9'\na>2 ; python_version>='3.9'\n")]),
            [""; 0]
        );
    }

    #[test]
    fn another_requirement_of_that_name_pins_it_where_it_always_holds() {
        use FileRole::Requirements;
        assert_eq!(
            names(&[(Requirements, "a>1\nb\n"), (Requirements, "a==2\nb==1; os_name=='nt'\n")]),
            ["a"]
        );
    }

    #[test]
    fn a_file_is_on_every_base_that_one_of_its_installs_is_on() {
        let on = |base: &str| Together { bases: [base.to_owned()].into(), ..Together::default() };
        assert!(!on("python:3.12").and(&on("python:3.12")).is_on_several_bases());
        assert!(on("python:3.8").and(&on("python:3.12")).is_on_several_bases());
    }
}
