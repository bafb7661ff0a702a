//! `package-lists`: package lists, caches and backups that the package manager leaves are the day's.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends, Removal};
use crate::causes::engine::shape::{self, Seen};
use crate::compare::drift::Change;

/// See docs/causes/package-lists.md.
pub(crate) struct PackageLists;

const PLACES: &[(&str, &str)] = &[
    ("var/lib/apt/lists", "a package list"),
    ("var/cache/apt", "apt's cache"),
    ("var/lib/apt/periodic", "apt's time stamps"),
    ("var/cache/apk", "apk's cache"),
    ("etc/apk/cache", "apk's cache"),
    ("var/cache/dnf", "dnf's cache"),
    ("var/cache/libdnf5", "dnf's cache"),
    ("var/lib/dnf/repos", "dnf's cache"),
    ("var/cache/yum", "yum's cache"),
    ("var/cache/zypp", "zypper's cache"),
    ("var/cache/tdnf", "tdnf's cache"),
    ("var/cache/pacman", "pacman's cache"),
    ("var/lib/pacman/sync", "a package list"),
];

impl Cause for PackageLists {
    declare!(
        "package-lists",
        "package lists and caches are the day's",
        Profile::of(Reach::Path, "rm -rf /var/lib/apt/lists/* /var/cache/apt/* at the end of the RUN")
            .proved_by("its path")
            .mended_by(&[
                Mends::Rule("layer-residue", Extent::RunEnd),
                Mends::Remove(&[
                    Removal::Delete("/var/lib/apt/lists/*"),
                    Removal::Delete("/var/cache/apt/*"),
                    Removal::Delete("/var/lib/dpkg/*-old"),
                    Removal::Delete("/var/cache/debconf/*-old")
                ])
            ])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let what = PLACES.iter().find(|(place, _)| file.is_below(place)).map(|(_, what)| *what);
        let what = what.or_else(|| file.ends_with("-old").then(|| backup(file)).flatten())?;
        if !is_of_path_alone(file) {
            return None;
        }
        Some(Explanation::by_place(match shape::seen(file)? {
            Seen::Alone(_) => format!("{what}, on one side alone"),
            _ => what.to_owned(),
        }))
    }
}

fn backup(file: &FileCase<'_>) -> Option<&'static str> {
    (file.is_below("var/lib/dpkg") || file.is_below("var/cache/debconf"))
        .then_some("the database of a step before")
}

/// Whether nothing but content and metadata differs, or the file stands on one side alone.
fn is_of_path_alone(file: &FileCase<'_>) -> bool {
    file.change != Change::Modified || shape::in_content_alone(file)
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    #[test]
    fn lists_caches_and_backups_are_likely() {
        let pair = Pair::default()
            .both("var/cache/apt/pkgcache.bin", b"\x01", b"\x02")
            .added("var/lib/apt/lists/x_InRelease", b"1")
            .both("var/lib/dpkg/status-old", b"a", b"b")
            .removed("var/cache/debconf/templates.dat-old", b"a");
        let explained = |path: &str| format!("{path}: package-lists (likely)");
        let paths = [
            "var/cache/apt/pkgcache.bin",
            "var/cache/debconf/templates.dat-old",
            "var/lib/apt/lists/x_InRelease",
            "var/lib/dpkg/status-old",
        ];
        assert_eq!(pair.explained(), paths.map(explained));
        // What is gone was not read.
        let mut against_lock = paths.map(explained);
        against_lock[1] = format!("{}: ", paths[1]);
        assert_eq!(pair.explained_against_lock(), against_lock);
    }

    #[test]
    fn the_database_itself_is_not_explained() {
        assert_eq!(
            Pair::default().both("var/lib/dpkg/status", b"a", b"b").explained(),
            ["var/lib/dpkg/status: "]
        );
        assert_eq!(Pair::default().both("etc/x-old", b"a", b"b").explained(), ["etc/x-old: "]);
    }
}
