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
