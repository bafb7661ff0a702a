//! `apt`: a line `name=version` for each Debian package, as `apt-get install` takes them.
//!
//! A package of another architecture than dpkg's own is `name:architecture=version`. What is not plainly installed (unpacked,
//! half configured) is no package that apt could be asked for, and is left out.
//!
//! Sources: apt-get(8); Debian Policy 5.6.1 (names), 5.6.12 (versions); deb-version(7).

use crate::base::about::{About, AboutKind};
use crate::lockfile::Lockfile;
use crate::lockfile::model::LockedPackage;

use super::error::{ExportError, Lack};
use super::interface::{Export, ExportOptions, Exported};
use super::selection::Wanted;

static ABOUT: About = About {
    kind: AboutKind::Export,
    id: "apt",
    summary: "the Debian packages as name=version, for apt-get install",
    page: include_str!("../../docs/exports/apt.md"),
};

const WANTED: Wanted = Wanted {
    export: ABOUT.id,
    ecosystem: "deb",
    what: "Debian packages",
    is_named: |package: &LockedPackage| package.state.is_none(),
    otherwise: "dpkg has not installed them whole",
};

/// What OCI calls an architecture, and dpkg.
const ARCHITECTURES: [(&str, &str); 11] = [
    ("linux/amd64", "amd64"),
    ("linux/arm64", "arm64"),
    ("linux/arm64/v8", "arm64"),
    ("linux/386", "i386"),
    ("linux/arm/v7", "armhf"),
    ("linux/arm/v5", "armel"),
    ("linux/ppc64le", "ppc64el"),
    ("linux/s390x", "s390x"),
    ("linux/riscv64", "riscv64"),
    ("linux/mips64le", "mips64el"),
    ("linux/loong64", "loong64"),
];

/// The list of packages for apt.
pub(super) struct Apt;

impl Export for Apt {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn write(&self, lock: &Lockfile, options: &ExportOptions) -> Result<Exported, ExportError> {
        let selection = WANTED.of(lock, options)?;
        let own = own_architecture(lock, &selection.packages);
        let lines = WANTED.each(&selection, |package| line(package, own))?;
        Ok(Exported { text: lines.concat(), notes: selection.notes })
    }
}

/// The architecture of dpkg itself, which is the one that a name without one means; else the platform's.
fn own_architecture<'a>(lock: &Lockfile, packages: &[&'a LockedPackage]) -> Option<&'a str> {
    let dpkg = packages.iter().find(|package| package.name == "dpkg");
    let of_platform = || {
        ARCHITECTURES
            .iter()
            .find(|(platform, _)| *platform == lock.image.platform)
            .map(|(_, architecture)| *architecture)
    };
    dpkg.and_then(|package| package.architecture.as_deref()).or_else(of_platform)
}

fn line(package: &LockedPackage, own: Option<&str>) -> Result<String, Lack> {
    let LockedPackage { name, version, architecture, .. } = package;
    if !is_name(name) {
        return Err(Lack::Name);
    }
    if !is_version(version) {
        return Err(Lack::Version);
    }
    let foreign = architecture.as_deref().filter(|it| *it != "all" && Some(*it) != own);
    match foreign {
        None => Ok(format!("{name}={version}\n")),
        Some(foreign) if is_name(foreign) => Ok(format!("{name}:{foreign}={version}\n")),
        Some(_) => Err(Lack::Name),
    }
}

fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
    name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && name.chars().all(is_plain)
}

/// A digit first, or the number of an epoch. A `+` or `-` at the end of an argument apt takes for what is to be done with the
/// package: to install or remove that of the version in front of it.
fn is_version(version: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '~' | ':');
    version.starts_with(|c: char| c.is_ascii_digit())
        && !version.ends_with(['+', '-'])
        && version.chars().all(is_plain)
}
