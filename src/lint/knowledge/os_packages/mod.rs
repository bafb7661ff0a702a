//! What commands of the operating systems' package managers do: which packages they install, in which versions.
//!
//! Vocabulary: a package is *exact* where the command names one version and release of it.
//!
//! What it refuses to do: it asks no archive what a pattern stands for; local files and URLs are not the archive's.

pub(crate) mod options;
mod places;
pub(crate) mod unpinned;
mod version;

use crate::base::text::Span;
use crate::lint::knowledge::os_packages::options::{APK, APT, DNF, ZYPPER};
use crate::lint::knowledge::os_packages::version::{Version, apk, apt, rpm, zypper};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, Word};

/// A package manager with its own commands and way to name versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Manager {
    /// apt, apt-get, aptitude.
    Apt,
    /// apk.
    Apk,
    /// yum, dnf, microdnf, tdnf, and yum-builddep.
    Dnf,
    /// zypper.
    Zypper,
}

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    /// Packages that are named are installed.
    Install,
    /// All packages are brought to their newest version.
    Upgrade,
    /// The lists of packages are fetched.
    Refresh,
    /// Anything else.
    Other,
}

/// A command of a package manager.
pub(crate) struct OsCommand<'a> {
    pub(crate) call: Call<'a>,
    pub(crate) manager: Manager,
    pub(crate) action: Action,
    /// The packages named, for an install.
    pub(crate) packages: Vec<OsPackage>,
    /// Whether it asks for the archive of one day: `apt-get --snapshot 20260301T000000Z`.
    pub(crate) is_dated: bool,
}

/// A package as a command names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OsPackage {
    /// Where it is named.
    pub(crate) span: Span,
    /// The bytes that an edit may replace, where the source names it plainly.
    pub(crate) exact_span: Option<Span>,
    /// As written, variables filled in.
    pub(crate) text: String,
    /// The name, without version, architecture and release.
    pub(crate) name: String,
    /// Whether one version is named.
    pub(crate) is_exact: bool,
    /// Whether anything is said of the version.
    pub(crate) is_constrained: bool,
    /// Whether all of it is known.
    pub(crate) known: bool,
    /// Whether it stands for several: a group, a module, what another needs to be built.
    pub(crate) is_group: bool,
}

/// The package managers' commands in RUN bodies.
pub(crate) fn commands<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = OsCommand<'s>> {
    let calls = subject.build_calls();
    calls.filter_map(command)
}

/// What a command of a package manager does; none for other commands.
pub(crate) fn command(call: Call<'_>) -> Option<OsCommand<'_>> {
    let (manager, style, alone) = match call.program()? {
        "apt" | "apt-get" | "aptitude" | "nala" | "apt-fast" => (Manager::Apt, &APT, false),
        // Of Bitnami's images and minideb.
        "install_packages" => (Manager::Apt, &APT, true),
        "apk" => (Manager::Apk, &APK, false),
        "yum" | "dnf" | "microdnf" | "tdnf" | "dnf5" => (Manager::Dnf, &DNF, false),
        "yum-builddep" => (Manager::Dnf, &DNF, true),
        "zypper" => (Manager::Zypper, &ZYPPER, false),
        _ => return None,
    };
    let words = call.expanded();
    let arguments = Arguments::of(&words, style);
    let asked = match alone {
        true => {
            Asked { action: Action::Install, is_group: call.is("yum-builddep"), names: &arguments.operands }
        }
        false => Asked::of(manager, &arguments),
    };
    let mut packages = Vec::new();
    if matches!(asked.action, Action::Install | Action::Upgrade) {
        packages.extend(asked.names.iter().filter_map(|word| package(&call, manager, word)));
        let is_group = asked.is_group || manager == Manager::Zypper && names_patterns(&arguments);
        packages.iter_mut().for_each(|package| package.is_group |= is_group);
    }
    // `xargs apt-get install`: the names are the input's.
    if asked.action == Action::Install && packages.is_empty() && call.reads_names() {
        packages.push(read_by_xargs(&call));
    }
    let is_dated = manager == Manager::Apt && names_a_day(&arguments);
    Some(OsCommand { call, manager, action: asked.action, packages, is_dated })
}

/// Whether apt is told the day of its archive. <https://manpages.debian.org/testing/apt/apt-get.8.en.html>
fn names_a_day(arguments: &Arguments<'_>) -> bool {
    let day = arguments.value(&["-S", "--snapshot"]).map(|value| value.text());
    day.is_some_and(|day| day.len() >= 8 && day.bytes().take(8).all(|byte| byte.is_ascii_digit()))
}

/// Whether what zypper is told to install stands for several packages.
fn names_patterns(arguments: &Arguments<'_>) -> bool {
    let kind = arguments.value(&["-t", "--type"]).map(|value| value.text());
    kind.is_some_and(|kind| matches!(kind, "pattern" | "product" | "patch" | "application"))
}

/// What the operands of a command ask for.
struct Asked<'a> {
    action: Action,
    is_group: bool,
    names: &'a [&'a Word],
}

impl<'a> Asked<'a> {
    fn of(manager: Manager, arguments: &'a Arguments<'a>) -> Self {
        let names = arguments.after_subcommand();
        let verb = arguments.subcommand().unwrap_or_default();
        // `dnf group install X`, `dnf module install X:1`.
        if manager == Manager::Dnf && matches!(verb, "group" | "groups" | "grp" | "module") {
            let (second, names) =
                names.split_first().map_or(("", names), |(verb, rest)| (verb.text.as_str(), rest));
            let action = match second {
                "install" | "in" => Action::Install,
                "update" | "upgrade" => Action::Upgrade,
                _ => Action::Other,
            };
            return Self { action, is_group: true, names };
        }
        let is_group = matches!(
            verb,
            "groupinstall" | "build-dep" | "builddep" | "build-depends" | "source-install" | "si"
        );
        Self { action: action(manager, verb), is_group, names }
    }
}

/// <https://manpages.debian.org/apt-get.8>, <https://dnf.readthedocs.io/en/latest/command_ref.html>,
/// <https://en.opensuse.org/SDB:Zypper_manual>
fn action(manager: Manager, verb: &str) -> Action {
    match (manager, verb) {
        (Manager::Apt, "install" | "reinstall" | "satisfy" | "build-dep" | "build-depends") => {
            Action::Install
        }
        (Manager::Apt, "upgrade" | "dist-upgrade" | "full-upgrade" | "safe-upgrade" | "dselect-upgrade") => {
            Action::Upgrade
        }
        (Manager::Apt, "update") => Action::Refresh,
        (Manager::Apk, "add") => Action::Install,
        (Manager::Apk, "upgrade") => Action::Upgrade,
        (Manager::Apk, "update") => Action::Refresh,
        (
            Manager::Dnf,
            "install" | "in" | "localinstall" | "reinstall" | "rei" | "downgrade" | "dg" | "groupinstall"
            | "builddep" | "install-n" | "install-na" | "install-nevra" | "debuginfo-install" | "swap",
        ) => Action::Install,
        (
            Manager::Dnf,
            "update" | "upgrade" | "up" | "update-minimal" | "upgrade-minimal" | "up-min" | "distro-sync"
            | "dsync" | "distrosync" | "upgrade-to" | "update-to" | "groupupdate" | "offline-upgrade",
        ) => Action::Upgrade,
        (Manager::Dnf, "makecache" | "check-update") => Action::Refresh,
        (Manager::Zypper, "install" | "in" | "source-install" | "si") => Action::Install,
        (
            Manager::Zypper,
            "update" | "up" | "dist-upgrade" | "dup" | "patch" | "install-new-recommends" | "inr",
        ) => Action::Upgrade,
        (Manager::Zypper, "refresh" | "ref") => Action::Refresh,
        _ => Action::Other,
    }
}

/// A word as a package; none for what is a file, a URL, or taken away.
fn package(call: &Call<'_>, manager: Manager, word: &Word) -> Option<OsPackage> {
    let text = word.text.as_str();
    let known = word.is_literal() && text != "{}";
    let is_file = text.starts_with(['.', '/', '~']) && manager != Manager::Apk
        || text.contains("://")
        || [".deb", ".rpm", ".apk"].iter().any(|ending| text.ends_with(ending));
    let is_removed = match manager {
        Manager::Apt => known && text.ends_with('-'),
        Manager::Apk => text.starts_with('!'),
        Manager::Dnf | Manager::Zypper => text.starts_with('-') || text.starts_with('!'),
    };
    if text.is_empty() || is_file || is_removed || text.starts_with(":::") {
        return None;
    }
    let (name, version) = match manager {
        Manager::Apt => apt(text),
        Manager::Apk => apk(text),
        Manager::Dnf => rpm(text),
        Manager::Zypper => zypper(text),
    };
    Some(OsPackage {
        span: call.script.place(word.span),
        exact_span: call.exact(word, 0..text.len()).filter(|_| known),
        text: text.to_owned(),
        name: name.to_owned(),
        is_exact: version == Version::Exact,
        is_constrained: version != Version::Any,
        known,
        is_group: manager == Manager::Dnf && text.starts_with('@'),
    })
}

/// What `xargs` hands to a command that names nothing itself.
fn read_by_xargs(call: &Call<'_>) -> OsPackage {
    OsPackage {
        span: call.span(),
        exact_span: None,
        text: "what xargs reads".to_owned(),
        name: String::new(),
        is_exact: false,
        is_constrained: false,
        known: false,
        is_group: false,
    }
}

impl Manager {
    /// The lock's name for its packages.
    pub(crate) fn ecosystem(self) -> &'static str {
        match self {
            Self::Apt => "deb",
            Self::Apk => "apk",
            Self::Dnf | Self::Zypper => "rpm",
        }
    }

    /// A package in one version, as its commands write it.
    pub(crate) fn pinned(self, name: &str, version: &str) -> String {
        match self {
            Self::Dnf => format!("{name}-{version}"),
            Self::Apt | Self::Apk | Self::Zypper => format!("{name}={version}"),
        }
    }
}
