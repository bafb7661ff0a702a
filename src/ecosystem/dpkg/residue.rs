//! What apt, dpkg and the scripts of packages leave behind.

use crate::ecosystem::residue::{Residue, ResiduePlace, ResidueSort, ResidueStep};

pub(super) static RESIDUE: &[Residue] = &[
    Residue {
        what: "a package list",
        sort: ResidueSort::Download,
        place: ResiduePlace::At("var/lib/apt/lists"),
        left_by: &[ResidueStep::Refresh],
        removal: "/var/lib/apt/lists/*",
    },
    left(ResidueSort::Log, "apt's logs", ResiduePlace::At("var/log/apt"), "/var/log/apt"),
    left(ResidueSort::Log, "dpkg's log", ResiduePlace::Beginning("var/log", "dpkg.log"), "/var/log/dpkg.log"),
    left(
        ResidueSort::Log,
        "the log of update-alternatives",
        ResiduePlace::Beginning("var/log", "alternatives.log"),
        "/var/log/alternatives.log",
    ),
    left(
        ResidueSort::Derived,
        "ldconfig's notes on the libraries that it read",
        ResiduePlace::At("var/cache/ldconfig/aux-cache"),
        "/var/cache/ldconfig/aux-cache",
    ),
    may_be_left(ResidueSort::Download, "apt's cache", ResiduePlace::At("var/cache/apt"), "/var/cache/apt/*"),
    may_be_left(
        ResidueSort::Download,
        "apt's time stamps",
        ResiduePlace::At("var/lib/apt/periodic"),
        "/var/lib/apt/periodic",
    ),
    may_be_left(
        ResidueSort::Log,
        "debootstrap's log",
        ResiduePlace::Beginning("var/log", "bootstrap.log"),
        "/var/log/bootstrap.log",
    ),
    may_be_left(
        ResidueSort::Backup,
        "the database of a step before",
        ResiduePlace::Ending("var/lib/dpkg", "-old"),
        "/var/lib/dpkg/*-old",
    ),
    may_be_left(
        ResidueSort::Backup,
        "the database of a step before",
        ResiduePlace::Ending("var/cache/debconf", "-old"),
        "/var/cache/debconf/*-old",
    ),
];

/// What each install leaves.
const fn left(sort: ResidueSort, what: &'static str, place: ResiduePlace, removal: &'static str) -> Residue {
    Residue { what, sort, place, left_by: &[ResidueStep::Install], removal }
}

/// What some settings or bases leave.
const fn may_be_left(
    sort: ResidueSort,
    what: &'static str,
    place: ResiduePlace,
    removal: &'static str,
) -> Residue {
    Residue { what, sort, place, left_by: &[], removal }
}
