//! Installs that leave versions open, and the locked versions that close them.
//!
//! What it refuses to do: a version that the lock holds twice pins nothing, and a range that it may not fit is left to
//! people.

use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, confidence_in, listed};
use crate::lint::knowledge::os_packages::{Action, Manager, OsCommand, OsPackage};
use crate::lint::subject::Subject;

/// The finding of an install by `managers` that leaves versions open, if it does.
pub(crate) fn unpinned(
    subject: &Subject<'_>,
    command: &OsCommand<'_>,
    managers: &[Manager],
) -> Option<Draft> {
    if command.action != Action::Install || !managers.contains(&command.manager) || command.is_dated {
        return None;
    }
    let open: Vec<&OsPackage> = command.packages.iter().filter(|package| !package.is_exact).collect();
    let first = open.first()?;
    let names: Vec<String> = open.iter().map(|package| package.text.clone()).collect();
    let program = command.call.program().unwrap_or_default();
    // `nginx-1.30.3` of rpm's managers: several releases of one version may be there, one after the other.
    let is_release =
        |package: &&OsPackage| package.is_constrained && !package.text.contains(['*', '?', '<', '>']);
    let is_of_rpm = matches!(command.manager, Manager::Dnf | Manager::Zypper);
    let what = if is_of_rpm && open.iter().all(is_release) { "release" } else { "version" };
    let message = format!(
        "{program} installs {} in whatever {what} the archive has on the day of the build",
        listed(&names)
    );
    let known = open.iter().any(|package| package.known);
    let help = match open.iter().find(|package| package.known && !package.is_group) {
        // Alpine has no archive of old versions, dated or not: https://wiki.alpinelinux.org/wiki/Repositories
        Some(package) if command.manager == Manager::Apk => {
            let example = command.manager.pinned(&package.name, "1.2.3-r0");
            format!(
                "name the version: {example}, and keep the .apk or a mirror of your own: Alpine's goes with the next one"
            )
        }
        Some(package) => {
            let example = command.manager.pinned(&package.name, "1.2.3-1");
            format!("name the version: {example}, and install from a dated snapshot that keeps it")
        }
        None if first.is_group => {
            "install the packages that it stands for by name and version, from a dated snapshot".to_owned()
        }
        None => {
            "write the names here, each with its version, and install from a dated snapshot that keeps them"
                .to_owned()
        }
    };
    Some(
        Draft::at(first.span, message)
            .help(help)
            .confidence(confidence_in(known))
            .fix(pins(subject, command, &open)),
    )
}

/// The locked versions, for the packages whose version the lock can tell.
pub(crate) fn pins(subject: &Subject<'_>, command: &OsCommand<'_>, open: &[&OsPackage]) -> Option<Fix> {
    let pins = subject.locked_pins(command.call.script.step?.0)?;
    if takes_no_versions(command) {
        return None;
    }
    let ecosystem = command.manager.ecosystem();
    let edits = open.iter().filter(|package| !package.is_group).filter_map(|package| {
        let locked = pins.version(ecosystem, &package.name)?;
        let allowed = !package.is_constrained || is_within(&package.text, &locked.version);
        let span = package.exact_span.filter(|_| allowed)?;
        Some(Edit::replace(
            span,
            command.manager.pinned(&written_name(command.manager, package), &locked.version),
        ))
    });
    let edits: Vec<Edit> = edits.collect();
    (!edits.is_empty()).then(|| Fix::safe(edits))
}

/// The name with what else says which package is meant: apt's architecture (`libc6:i386`), apk's repository (`x@edge`).
fn written_name(manager: Manager, package: &OsPackage) -> String {
    let behind = match manager {
        Manager::Apt => package.text.split(['=', '/']).next().and_then(|name| name.split_once(':')),
        Manager::Apk => package.text.split(['=', '~', '<', '>']).next().and_then(|name| name.split_once('@')),
        Manager::Dnf | Manager::Zypper => None,
    };
    let joint = if manager == Manager::Apk { '@' } else { ':' };
    behind.map_or(package.name.clone(), |(name, more)| format!("{name}{joint}{more}"))
}

/// Whether a command names dependencies, sources or what is replaced, and not packages in the versions that are installed.
fn takes_no_versions(command: &OsCommand<'_>) -> bool {
    const VERBS: [&str; 10] = [
        "satisfy",
        "build-dep",
        "build-depends",
        "builddep",
        "source-install",
        "si",
        "swap",
        "reinstall",
        "rei",
        "localinstall",
    ];
    let words = command.call.arguments().iter();
    let verb = { words }.map(|word| word.text.as_str()).find(|word| !word.starts_with('-'));
    verb.is_some_and(|verb| VERBS.contains(&verb)) || command.call.is("yum-builddep")
}

/// Whether a version is one that `name=1.2.*` allows; other ranges are left to people.
fn is_within(text: &str, version: &str) -> bool {
    let wanted = text.split_once('=').map(|(_, wanted)| wanted);
    wanted.and_then(|wanted| wanted.strip_suffix('*')).is_some_and(|start| version.starts_with(start))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, lock};

    /// The command once it is fixed, with a lock that has `x` in the version `1:2-3` of every package manager.
    fn fixed(rule: &'static str, command: &str) -> String {
        let digest = "sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914";
        let mut text = format!(
            "version = 1\n\n[image]\nplatform = \"linux/amd64\"\nconfig = {digest:?}\n\n[[layer]]\ndiff-id = {digest:?}\ncontent = {digest:?}\nsize = 1\nuncompressed-size = 1\ncompression = \"none\"\nfiles = 1\n"
        );
        for ecosystem in ["apk", "deb", "rpm"] {
            text += &format!(
                "\n[[package.{ecosystem}]]\nname = \"x\"\nversion = \"1:2-3\"\nlocation = \"db\"\nlayer = 0\n"
            );
        }
        let case = dockerfile(rule, &format!("FROM a\nRUN {command}\n")).locked(lock(&text));
        case.fixed().trim_start_matches("FROM a\nRUN ").trim_end().to_owned()
    }

    #[test]
    fn a_version_is_written_where_each_tool_takes_it() {
        for (rule, command, expected) in [
            ("apt-unpinned", "apt-get install x", "apt-get install x=1:2-3"),
            ("apt-unpinned", "apt-get install x:i386", "apt-get install x:i386=1:2-3"),
            ("apt-unpinned", "apt-get install -t y x", "apt-get install -t y x=1:2-3"),
            ("apt-unpinned", "aptitude -y install 'x'", "aptitude -y install 'x=1:2-3'"),
            ("apk-unpinned", "apk add x", "apk add x=1:2-3"),
            ("apk-unpinned", "apk add x@edge", "apk add x@edge=1:2-3"),
            ("apk-unpinned", "apk add -t x x", "apk add -t x x=1:2-3"),
            ("rpm-unpinned", "dnf install x", "dnf install x-1:2-3"),
            ("rpm-unpinned", "zypper in x", "zypper in x=1:2-3"),
        ] {
            assert_eq!(fixed(rule, command), expected);
        }
    }

    #[test]
    fn what_takes_no_version_keeps_its_words() {
        for (rule, command) in [
            ("apt-unpinned", "apt-get satisfy x"),
            ("apt-unpinned", "apt-get build-dep x"),
            ("apt-unpinned", "apt-get install x/stable"),
            ("apt-unpinned", "apt-get install 'x*'"),
            ("apt-unpinned", "apt-get install ./x"),
            ("apk-unpinned", "apk add 'x>1'"),
            ("rpm-unpinned", "dnf swap x y"),
            ("rpm-unpinned", "dnf builddep x"),
            ("rpm-unpinned", "yum-builddep x"),
            ("rpm-unpinned", "dnf group install x"),
            ("rpm-unpinned", "dnf install @x"),
            ("rpm-unpinned", "zypper si x"),
        ] {
            assert_eq!(fixed(rule, command), command);
        }
    }
}
