//! What package managers leave behind in the layer of a RUN.
//!
//! *Residue* is what no container needs: it makes a layer larger, and another one on each day. What programs compute of
//! what is installed and look at later (`ld.so.cache`) is none.

pub(super) mod made;

use crate::base::path::LayerPath;

/// Something that a package manager leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Residue {
    /// What it is, in a few words: `apt's cache`.
    pub what: &'static str,
    /// What sort of thing it is.
    pub sort: ResidueSort,
    /// Where it stands.
    pub place: ResiduePlace,
    /// The steps that leave it for sure; empty where settings or chance decide.
    pub left_by: &'static [ResidueStep],
    /// What takes it away: a word of `rm -rf`.
    pub removal: &'static str,
}

/// What sort of thing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResidueSort {
    /// Lists of packages, archives, and what is computed of them: the day's.
    Download,
    /// What was done, with its time.
    Log,
    /// A database as it was a step before.
    Backup,
    /// What is computed of installed files, and made anew where it is missing.
    Derived,
}

/// Where something is left. Paths have no leading slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResiduePlace {
    /// At this path, and below it.
    At(&'static str),
    /// In the folder itself, under names that begin so.
    Beginning(&'static str, &'static str),
    /// Anywhere in the folder, under names that end so.
    Ending(&'static str, &'static str),
    /// In whichever home the command had: the folder in it, and the folder in that.
    Home(&'static str, &'static str),
}

/// A step of a package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResidueStep {
    /// It fetches the lists of packages.
    Refresh,
    /// It installs or upgrades.
    Install,
}

impl Residue {
    /// Whether `path` is, or is part of, what is left here.
    pub fn holds(&self, path: &LayerPath) -> bool {
        self.place.holds(path)
    }

    /// Its place as people write it; a home is root's.
    pub fn shown(&self) -> String {
        match self.place {
            ResiduePlace::At(place) => format!("/{place}"),
            ResiduePlace::Beginning(folder, start) => format!("/{folder}/{start}"),
            ResiduePlace::Ending(folder, end) => format!("/{folder}/*{end}"),
            ResiduePlace::Home(outer, inner) => format!("/root/{outer}/{inner}"),
        }
    }
}

impl ResiduePlace {
    /// Whether `path` is here.
    pub fn holds(&self, path: &LayerPath) -> bool {
        match self {
            Self::At(place) => is_within(path, place),
            Self::Beginning(folder, start) => {
                path.folder() == folder.as_bytes() && path.file_name().starts_with(start.as_bytes())
            }
            Self::Ending(folder, end) => is_within(path, folder) && path.as_bytes().ends_with(end.as_bytes()),
            Self::Home(outer, inner) => {
                let below = path.parts().skip(1);
                path.parts().zip(below).any(|pair| pair == (outer.as_bytes(), inner.as_bytes()))
            }
        }
    }
}

fn is_within(path: &LayerPath, folder: &str) -> bool {
    let rest = path.as_bytes().strip_prefix(folder.as_bytes());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem::REGISTRY;

    fn residue(place: ResiduePlace) -> Residue {
        Residue { what: "", sort: ResidueSort::Log, place, left_by: &[], removal: "" }
    }

    #[test]
    fn each_sort_of_place_holds_its_paths_and_no_others() {
        let holds = |place, path: &str| residue(place).holds(&path.into());
        let at = ResiduePlace::At("var/cache/apt");
        assert!(holds(at, "var/cache/apt") && holds(at, "var/cache/apt/a/b") && !holds(at, "var/cache/apt2"));
        let log = ResiduePlace::Beginning("var/log", "dpkg.log");
        assert!(holds(log, "var/log/dpkg.log.1") && !holds(log, "var/log/x/dpkg.log"));
        let backup = ResiduePlace::Ending("var/lib/dpkg", "-old");
        assert!(holds(backup, "var/lib/dpkg/status-old") && !holds(backup, "var/lib/dpkg2/status-old"));
        assert!(!holds(backup, "var/lib/dpkg/status"));
        let home = ResiduePlace::Home(".cache", "pip");
        assert!(holds(home, "home/a/.cache/pip/x") && holds(home, "root/.cache/pip"));
        assert!(!holds(home, "root/.cache/a/pip"));
    }

    #[test]
    fn what_removes_residue_names_its_place_or_what_is_in_it() {
        for residue in REGISTRY.iter().flat_map(|ecosystem| ecosystem.residue()) {
            let place = residue.shown();
            assert!(residue.removal.starts_with(place.split('*').next().unwrap()), "{residue:?}");
            assert!(!residue.what.is_empty() && !place.contains("//"), "{residue:?}");
        }
    }
}
