//! `package-lists`: package lists, caches and backups that the package manager leaves are the day's.

use crate::causes::Cause;
use crate::causes::Explanation;
use crate::causes::FileCase;
use crate::causes::Reach;
use crate::causes::shape::{self, Seen};
use crate::compare::drift::Change;

/// See docs/causes/package-lists.md.
pub(super) struct PackageLists;

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
    fn id(&self) -> &'static str {
        "package-lists"
    }

    fn summary(&self) -> &'static str {
        "package lists and caches are the day's"
    }

    fn fix(&self) -> &'static str {
        "rm -rf /var/lib/apt/lists/* /var/cache/apt/* at the end of the RUN"
    }

    fn cleanup(&self) -> Option<&'static str> {
        Some("rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/lib/dpkg/*-old /var/cache/debconf/*-old")
    }

    fn rule(&self) -> Option<&'static str> {
        Some("layer-residue")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../docs/causes/package-lists.md")
    }

    fn reach(&self) -> Reach {
        Reach::Path
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let what = PLACES.iter().find(|(place, _)| file.is_below(place)).map(|(_, what)| *what);
        let what = what.or_else(|| file.ends_with("-old").then(|| backup(file)).flatten())?;
        if !is_of_path_alone(file) {
            return None;
        }
        Some(Explanation::likely(match shape::seen(file)? {
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
        let told = |path: &str| format!("{path}: package-lists (likely)");
        let paths = [
            "var/cache/apt/pkgcache.bin",
            "var/cache/debconf/templates.dat-old",
            "var/lib/apt/lists/x_InRelease",
            "var/lib/dpkg/status-old",
        ];
        assert_eq!(pair.told(), paths.map(told));
        assert_eq!(pair.told_against_lock(), paths.map(told));
    }

    #[test]
    fn the_database_itself_is_not_explained() {
        assert_eq!(Pair::default().both("var/lib/dpkg/status", b"a", b"b").told(), ["var/lib/dpkg/status: "]);
        assert_eq!(Pair::default().both("etc/x-old", b"a", b"b").told(), ["etc/x-old: "]);
    }
}
