//! What scriptlets of packages and the tools that they run make, where no package has it as a ghost.

use crate::ecosystem::interface::Made;
use crate::ecosystem::residue::ResiduePlace;

pub(super) static MADE: &[Made] = &[
    Made { by: "rpm", place: ResiduePlace::At("var/lib/rpm") },
    Made { by: "rpm", place: ResiduePlace::At("usr/lib/sysimage/rpm") },
    Made { by: "dnf", place: ResiduePlace::At("var/lib/dnf") },
    Made { by: "dnf", place: ResiduePlace::At("usr/lib/sysimage/libdnf5") },
    Made { by: "yum", place: ResiduePlace::At("var/lib/yum") },
    Made { by: "alternatives", place: ResiduePlace::At("etc/alternatives") },
    Made { by: "alternatives", place: ResiduePlace::At("var/lib/alternatives") },
    Made { by: "ldconfig", place: ResiduePlace::At("etc/ld.so.cache") },
    Made { by: "ldconfig", place: ResiduePlace::At("var/cache/ldconfig") },
    Made { by: "update-ca-trust", place: ResiduePlace::At("etc/pki/ca-trust/extracted") },
    Made { by: "systemd", place: ResiduePlace::At("etc/machine-id") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/passwd") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/passwd-") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/group") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/group-") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/shadow") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/shadow-") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/gshadow") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/gshadow-") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/subuid") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/subuid-") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/subgid") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/subgid-") },
    Made { by: "the tools for accounts", place: ResiduePlace::At("etc/.pwd.lock") },
    Made { by: "fc-cache", place: ResiduePlace::At("var/cache/fontconfig") },
    Made { by: "update-mime-database", place: ResiduePlace::At("usr/share/mime") },
    Made {
        by: "glib-compile-schemas",
        place: ResiduePlace::At("usr/share/glib-2.0/schemas/gschemas.compiled"),
    },
    Made { by: "gio-querymodules", place: ResiduePlace::Ending("usr/lib64", "/giomodule.cache") },
    Made { by: "gdk-pixbuf-query-loaders", place: ResiduePlace::Ending("usr/lib64", "/loaders.cache") },
    Made { by: "gtk-update-icon-cache", place: ResiduePlace::Ending("usr/share/icons", "/icon-theme.cache") },
    Made { by: "install-info", place: ResiduePlace::At("usr/share/info/dir") },
    Made { by: "locale", place: ResiduePlace::At("usr/lib/locale/locale-archive") },
];
