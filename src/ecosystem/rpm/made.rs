//! What scriptlets of packages and the tools that they run make, where no package has it as a ghost.

use crate::ecosystem::residue::ResiduePlace;
use crate::ecosystem::residue::made::Made;

pub(super) const MADE: &[Made] = &[
    Made::by("rpm", ResiduePlace::At("var/lib/rpm")),
    Made::by("rpm", ResiduePlace::At("usr/lib/sysimage/rpm")),
    Made::by("dnf", ResiduePlace::At("var/lib/dnf")),
    Made::by("dnf", ResiduePlace::At("usr/lib/sysimage/libdnf5")),
    Made::by("yum", ResiduePlace::At("var/lib/yum")),
    Made::by("alternatives", ResiduePlace::At("etc/alternatives")),
    Made::by("alternatives", ResiduePlace::At("var/lib/alternatives")),
    Made::by("ldconfig", ResiduePlace::At("var/cache/ldconfig")),
    Made::by("update-ca-trust", ResiduePlace::At("etc/pki/ca-trust/extracted")),
    Made::by("systemd", ResiduePlace::At("etc/machine-id")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/gshadow")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/gshadow-")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/subuid")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/subuid-")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/subgid")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/subgid-")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/.pwd.lock")),
    Made::by("gio-querymodules", ResiduePlace::Ending("usr/lib64", "/giomodule.cache")),
    Made::by("gdk-pixbuf-query-loaders", ResiduePlace::Ending("usr/lib64", "/loaders.cache")),
    Made::by("install-info", ResiduePlace::At("usr/share/info/dir")),
    Made::by("locale", ResiduePlace::At("usr/lib/locale/locale-archive")),
];
