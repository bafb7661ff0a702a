//! What apk and the scripts of packages make that no list names, and what apk leaves behind.

use crate::ecosystem::interface::Made;
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
pub(super) static MADE: &[Made] = &[
    Made { by: "apk", place: ResiduePlace::At("lib/apk") },
    Made { by: "apk", place: ResiduePlace::At("usr/lib/apk/db") },
    Made { by: "apk", place: ResiduePlace::At("etc/apk/world") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/passwd") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/passwd-") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/group") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/group-") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/shadow") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/shadow-") },
    Made { by: "alpine-baselayout", place: ResiduePlace::At("etc/shells") },
    Made { by: "update-ca-certificates", place: ResiduePlace::At("etc/ssl/certs") },
    Made { by: "update-ca-certificates", place: ResiduePlace::At("etc/ca-certificates.conf") },
    Made { by: "update-mime-database", place: ResiduePlace::At("usr/share/mime") },
    Made {
        by: "glib-compile-schemas",
        place: ResiduePlace::At("usr/share/glib-2.0/schemas/gschemas.compiled"),
    },
    Made { by: "gio-querymodules", place: ResiduePlace::Ending("usr/lib", "/giomodule.cache") },
    Made { by: "gdk-pixbuf-query-loaders", place: ResiduePlace::Ending("usr/lib", "/loaders.cache") },
    Made { by: "gtk-update-icon-cache", place: ResiduePlace::Ending("usr/share/icons", "/icon-theme.cache") },
    Made { by: "fc-cache", place: ResiduePlace::At("var/cache/fontconfig") },
    Made { by: "ldconfig", place: ResiduePlace::At("etc/ld.so.cache") },
];
