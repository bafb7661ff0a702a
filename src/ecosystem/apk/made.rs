//! What apk and the scripts of packages make that no list names, and what apk leaves behind.

use crate::ecosystem::residue::made::Made;
use crate::ecosystem::residue::{Residue, ResiduePlace, ResidueSort, ResidueStep};

pub(super) static RESIDUE: &[Residue] = &[
    Residue {
        what: "apk's cache",
        sort: ResidueSort::Download,
        place: ResiduePlace::At("var/cache/apk"),
        left_by: &[ResidueStep::Refresh, ResidueStep::Install],
        removal: "/var/cache/apk/*",
    },
    Residue {
        what: "apk's cache",
        sort: ResidueSort::Download,
        place: ResiduePlace::At("etc/apk/cache"),
        left_by: &[],
        removal: "/etc/apk/cache",
    },
    Residue {
        what: "apk's log",
        sort: ResidueSort::Log,
        place: ResiduePlace::Beginning("var/log", "apk.log"),
        left_by: &[],
        removal: "/var/log/apk.log",
    },
];

/// What triggers and scripts of packages make, and apk itself.
pub(super) const MADE: &[Made] = &[
    Made::by("apk", ResiduePlace::At("lib/apk")),
    Made::by("apk", ResiduePlace::At("usr/lib/apk/db")),
    Made::by("apk", ResiduePlace::At("etc/apk/world")),
    Made::by("alpine-baselayout", ResiduePlace::At("etc/shells")),
    Made::by("update-ca-certificates", ResiduePlace::At("etc/ssl/certs")),
    Made::by("update-ca-certificates", ResiduePlace::At("etc/ca-certificates.conf")),
    Made::by("gio-querymodules", ResiduePlace::Ending("usr/lib", "/giomodule.cache")),
    Made::by("gdk-pixbuf-query-loaders", ResiduePlace::Ending("usr/lib", "/loaders.cache")),
];
