//! What scripts of packages make, and the tools that they run: files that no list names, and that came from nowhere else.

use crate::base::path::LayerPath;
use crate::ecosystem::residue::ResiduePlace;

/// What scripts of packages make, that no list names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// What makes it, in a few words: `ldconfig`.
    pub by: &'static str,
    /// Where it stands.
    pub place: ResiduePlace,
    /// Whether programs are some of it: scripts that a package manager keeps.
    pub has_programs: bool,
}

impl Made {
    pub(in crate::ecosystem) const fn by(by: &'static str, place: ResiduePlace) -> Self {
        Self { by, place, has_programs: false }
    }

    pub(in crate::ecosystem) const fn with_programs(by: &'static str, place: ResiduePlace) -> Self {
        Self { has_programs: true, ..Self::by(by, place) }
    }

    /// Whether what stands at `path` may be it, by its place, and by whether it may be run.
    pub fn holds(&self, path: &LayerPath, may_run: bool) -> bool {
        (self.has_programs || !may_run) && self.place.holds(path)
    }
}

/// What the tools make that packages of every distribution run.
pub(in crate::ecosystem) const EVERYWHERE: &[Made] = &[
    Made::by("the tools for accounts", ResiduePlace::At("etc/passwd")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/passwd-")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/group")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/group-")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/shadow")),
    Made::by("the tools for accounts", ResiduePlace::At("etc/shadow-")),
    Made::by("update-mime-database", ResiduePlace::At("usr/share/mime")),
    Made::by("glib-compile-schemas", ResiduePlace::At("usr/share/glib-2.0/schemas/gschemas.compiled")),
    Made::by("gtk-update-icon-cache", ResiduePlace::Ending("usr/share/icons", "/icon-theme.cache")),
    Made::by("fc-cache", ResiduePlace::At("var/cache/fontconfig")),
    Made::by("ldconfig", ResiduePlace::At("etc/ld.so.cache")),
];
