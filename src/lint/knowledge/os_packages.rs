//! What commands of the operating systems' package managers do: which packages they install, in which versions.
//!
//! Vocabulary: a package is *exact* where the command names one version and release of it; a range, a prefix, a release of
//! the distribution (`/stable`) is not.
//!
//! What it refuses to do: it asks no archive what a pattern stands for; local files and URLs are not the archive's.

use crate::base::text::Span;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, confidence_in, listed};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, Style, Word};

/// A package manager with its own commands and way to name versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Manager {
    /// apt, apt-get, aptitude.
    Apt,
    /// apk.
    Apk,
    /// yum, dnf, microdnf, tdnf.
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
}

const APT: Style = Style {
    values: &[
        "-o",
        "-t",
        "-c",
        "-a",
        "-P",
        "--option",
        "--target-release",
        "--default-release",
        "--config-file",
        "--host-architecture",
        "--build-profiles",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// Which of apk's options take a value.
pub(crate) const APK: Style = Style {
    values: &[
        "-t",
        "-X",
        "-p",
        "--virtual",
        "--repository",
        "--root",
        "--keys-dir",
        "--repositories-file",
        "--arch",
        "--cache-max-age",
        "--cache-dir",
        "--wait",
        "--timeout",
        "--progress-fd",
    ],
    single_dash: false,
    stop_at_operand: false,
};

const DNF: Style = Style {
    values: &[
        "-c",
        "-d",
        "-e",
        "-x",
        "--enablerepo",
        "--disablerepo",
        "--setopt",
        "--releasever",
        "--installroot",
        "--exclude",
        "--repo",
        "--repoid",
        "--forcearch",
        "--comment",
        "--advisory",
        "--config",
        "--errorlevel",
        "--debuglevel",
        "--rpmverbosity",
    ],
    single_dash: false,
    stop_at_operand: false,
};

const ZYPPER: Style = Style {
    values: &[
        "-R",
        "-C",
        "-r",
        "-t",
        "--root",
        "--repo",
        "--from",
        "--type",
        "--cache-dir",
        "--reposd-dir",
        "--installroot",
        "--releasever",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// The package managers' commands in RUN bodies.
pub(crate) fn commands<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = OsCommand<'s>> {
    let calls = subject.build_calls();
    calls.filter_map(command)
}

/// What a command of a package manager does; none for other commands.
pub(crate) fn command(call: Call<'_>) -> Option<OsCommand<'_>> {
    let (manager, style) = match call.program()? {
        "apt" | "apt-get" | "aptitude" => (Manager::Apt, &APT),
        "apk" => (Manager::Apk, &APK),
        "yum" | "dnf" | "microdnf" | "tdnf" | "dnf5" => (Manager::Dnf, &DNF),
        "zypper" => (Manager::Zypper, &ZYPPER),
        _ => return None,
    };
    let words = call.expanded();
    let arguments = Arguments::of(&words, style);
    let action = arguments.subcommand().map_or(Action::Other, |verb| action(manager, verb));
    let mut packages = Vec::new();
    if matches!(action, Action::Install | Action::Upgrade) {
        packages.extend(arguments.after_subcommand().iter().filter_map(|word| package(&call, manager, word)));
    }
    Some(OsCommand { call, manager, action, packages })
}

fn action(manager: Manager, verb: &str) -> Action {
    match (manager, verb) {
        (Manager::Apt, "install" | "reinstall" | "satisfy" | "build-dep") => Action::Install,
        (Manager::Apt, "upgrade" | "dist-upgrade" | "full-upgrade" | "safe-upgrade") => Action::Upgrade,
        (Manager::Apt, "update") => Action::Refresh,
        (Manager::Apk, "add") => Action::Install,
        (Manager::Apk, "upgrade") => Action::Upgrade,
        (Manager::Apk, "update") => Action::Refresh,
        (Manager::Dnf, "install" | "localinstall" | "reinstall" | "groupinstall") => Action::Install,
        (
            Manager::Dnf,
            "update" | "upgrade" | "up" | "update-minimal" | "upgrade-minimal" | "distro-sync" | "dsync",
        ) => Action::Upgrade,
        (Manager::Dnf, "makecache" | "check-update") => Action::Refresh,
        (Manager::Zypper, "install" | "in") => Action::Install,
        (Manager::Zypper, "update" | "up" | "dist-upgrade" | "dup" | "patch") => Action::Upgrade,
        (Manager::Zypper, "refresh" | "ref") => Action::Refresh,
        _ => Action::Other,
    }
}

/// A word as a package; none for what is a file, a URL, or taken away.
fn package(call: &Call<'_>, manager: Manager, word: &Word) -> Option<OsPackage> {
    let text = word.text.as_str();
    let known = word.is_literal();
    let is_file = text.starts_with(['.', '/', '~']) && manager != Manager::Apk
        || text.contains("://")
        || [".deb", ".rpm", ".apk"].iter().any(|ending| text.ends_with(ending)) && text.contains('/');
    let is_removed = match manager {
        Manager::Apt => known && text.ends_with('-'),
        Manager::Apk => text.starts_with('!'),
        Manager::Dnf | Manager::Zypper => text.starts_with('-') || text.starts_with('!'),
    };
    if text.is_empty() || is_file || is_removed {
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
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Any,
    Partly,
    Exact,
}

/// `name[:arch][=version|/release][+]`
fn apt(text: &str) -> (&str, Version) {
    let (name, version) = match text.split_once(['=', '/']) {
        Some((name, version)) if text.get(name.len()..).is_some_and(|rest| rest.starts_with('=')) => {
            let exact = !version.is_empty() && !version.contains(['*', '?', '[']);
            (name, if exact { Version::Exact } else { Version::Partly })
        }
        Some((name, _)) => (name, Version::Partly),
        None => (text, Version::Any),
    };
    (name.split(':').next().unwrap_or(name), version)
}

/// `name[@repository][=version|~version|<version…]`
fn apk(text: &str) -> (&str, Version) {
    let end = text.find(['=', '~', '<', '>']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let version = match rest.strip_prefix('=').or(rest.strip_prefix("==")) {
        _ if rest.is_empty() => Version::Any,
        Some(version) if !version.is_empty() && !version.starts_with(['~', '=']) => Version::Exact,
        _ => Version::Partly,
    };
    (name.split('@').next().unwrap_or(name), version)
}

/// `name[-[epoch:]version[-release]][.arch]`
fn rpm(text: &str) -> (&str, Version) {
    let starts_version = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let mut parts = text.rsplitn(3, '-');
    let (last, middle, first) = (parts.next(), parts.next(), parts.next());
    let has_pattern = text.contains(['*', '?', '[']);
    match (first, middle, last) {
        // The name `libcublas-12-4` ends in numbers too, but not in a release.
        (Some(first), Some(middle), Some(last))
            if starts_version(middle)
                && starts_version(last)
                && (middle.contains('.') || last.contains('.')) =>
        {
            (first, if has_pattern { Version::Partly } else { Version::Exact })
        }
        (_, Some(_), Some(last)) if starts_version(last) && last.contains('.') => {
            (text.get(..text.len() - last.len() - 1).unwrap_or(text), Version::Partly)
        }
        _ => (text, if has_pattern { Version::Partly } else { Version::Any }),
    }
}

/// `name[=version]`, or as rpm writes it.
fn zypper(text: &str) -> (&str, Version) {
    match text.split_once('=') {
        Some((name, version)) => {
            let name = name.trim_end_matches(['<', '>']);
            let exact =
                text.get(name.len()..).is_some_and(|rest| rest.starts_with('=')) && version.contains('-');
            (name, if exact { Version::Exact } else { Version::Partly })
        }
        None => rpm(text),
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
    fn pinned(self, name: &str, version: &str) -> String {
        match self {
            Self::Dnf => format!("{name}-{version}"),
            Self::Apt | Self::Apk | Self::Zypper => format!("{name}={version}"),
        }
    }
}

/// The finding of an install by `managers` that leaves versions open, if it does.
pub(crate) fn unpinned(
    subject: &Subject<'_>,
    command: &OsCommand<'_>,
    managers: &[Manager],
) -> Option<Draft> {
    if command.action != Action::Install || !managers.contains(&command.manager) {
        return None;
    }
    let open: Vec<&OsPackage> = command.packages.iter().filter(|package| !package.is_exact).collect();
    let first = open.first()?;
    let names: Vec<String> = open.iter().map(|package| package.text.clone()).collect();
    let program = command.call.program().unwrap_or_default();
    let message = format!(
        "{program} installs {} in whatever version the archive has on the day of the build",
        listed(&names)
    );
    let known = open.iter().any(|package| package.known);
    let example = command
        .manager
        .pinned(&first.name, if command.manager == Manager::Apk { "1.2.3-r0" } else { "1.2.3-1" });
    Some(
        Draft::at(first.span, message)
            .help(format!("name the version: {example}, and install from a dated snapshot that keeps it"))
            .confidence(confidence_in(known))
            .fix(pins(subject, command, &open)),
    )
}

/// The locked versions, for the packages whose version the lock can tell.
pub(crate) fn pins(subject: &Subject<'_>, command: &OsCommand<'_>, open: &[&OsPackage]) -> Option<Fix> {
    let pins = subject.locked_pins(command.call.script.step?.0)?;
    let ecosystem = command.manager.ecosystem();
    let edits = open.iter().filter_map(|package| {
        let locked = pins.version(ecosystem, &package.name)?;
        let allowed = !package.is_constrained || is_within(&package.text, &locked.version);
        let span = package.exact_span.filter(|_| allowed)?;
        let architecture = package.text.split(['=', '/']).next()?.split_once(':');
        let name = architecture
            .map_or(package.name.clone(), |(name, architecture)| format!("{name}:{architecture}"));
        Some(Edit::replace(span, command.manager.pinned(&name, &locked.version)))
    });
    let edits: Vec<Edit> = edits.collect();
    (!edits.is_empty()).then(|| Fix::safe(edits))
}

/// Whether a version is one that `name=1.2.*` allows; other ranges are left to people.
fn is_within(text: &str, version: &str) -> bool {
    let wanted = text.split_once('=').map(|(_, wanted)| wanted);
    wanted.and_then(|wanted| wanted.strip_suffix('*')).is_some_and(|start| version.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_debian_version_has_an_equals_sign_and_no_pattern() {
        assert_eq!(apt("curl=7.88.1-10+deb12u8"), ("curl", Version::Exact));
        assert_eq!(apt("libcudnn8=8.9.*"), ("libcudnn8", Version::Partly));
        assert_eq!(apt("curl/stable"), ("curl", Version::Partly));
        assert_eq!(apt("libc6:i386"), ("libc6", Version::Any));
        assert_eq!(apt("g++"), ("g++", Version::Any));
    }

    #[test]
    fn an_exact_alpine_version_has_an_equals_sign() {
        assert_eq!(apk("git=2.45.2-r0"), ("git", Version::Exact));
        assert_eq!(apk("git~2.45"), ("git", Version::Partly));
        assert_eq!(apk("git=~2.45"), ("git", Version::Partly));
        assert_eq!(apk("git>2"), ("git", Version::Partly));
        assert_eq!(apk("git@edge"), ("git", Version::Any));
    }

    #[test]
    fn an_exact_rpm_has_version_and_release() {
        assert_eq!(rpm("gcc-11.5.0-2.el9"), ("gcc", Version::Exact));
        assert_eq!(rpm("gcc-c++-11.5.0-2.el9.x86_64"), ("gcc-c++", Version::Exact));
        assert_eq!(rpm("gcc-11.5.0"), ("gcc", Version::Partly));
        assert_eq!(rpm("java-17-openjdk"), ("java-17-openjdk", Version::Any));
        assert_eq!(rpm("python3-devel"), ("python3-devel", Version::Any));
        assert_eq!(rpm("libcublas-12-4"), ("libcublas-12-4", Version::Any));
        assert_eq!(zypper("gcc=11.5.0-2"), ("gcc", Version::Exact));
        assert_eq!(zypper("gcc>=11"), ("gcc", Version::Partly));
    }
}
