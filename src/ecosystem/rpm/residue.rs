//! What dnf, yum, tdnf and zypper leave behind.

use crate::ecosystem::residue::{Residue, ResiduePlace, ResidueSort};

pub(super) static RESIDUE: &[Residue] = &[
    cache("dnf's cache", "var/cache/dnf", "/var/cache/dnf"),
    cache("dnf's cache", "var/cache/libdnf5", "/var/cache/libdnf5"),
    cache("yum's cache", "var/cache/yum", "/var/cache/yum"),
    cache("tdnf's cache", "var/cache/tdnf", "/var/cache/tdnf"),
    cache("zypper's cache", "var/cache/zypp", "/var/cache/zypp"),
    log("dnf's logs", "dnf", "/var/log/dnf*"),
    log("yum's log", "yum.log", "/var/log/yum.log"),
    log("libdnf's log", "hawkey.log", "/var/log/hawkey.log"),
    Residue {
        what: "zypper's log",
        sort: ResidueSort::Log,
        place: ResiduePlace::At("var/log/zypp"),
        left_by: &[],
        removal: "/var/log/zypp",
    },
];

/// What each install leaves, but where the settings say otherwise.
const fn cache(what: &'static str, place: &'static str, removal: &'static str) -> Residue {
    Residue { what, sort: ResidueSort::Download, place: ResiduePlace::At(place), left_by: &[], removal }
}

const fn log(what: &'static str, start: &'static str, removal: &'static str) -> Residue {
    let place = ResiduePlace::Beginning("var/log", start);
    Residue { what, sort: ResidueSort::Log, place, left_by: &[], removal }
}
