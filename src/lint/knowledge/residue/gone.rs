//! What a RUN takes away itself, and what it mounts.
//!
//! What it refuses to do: a pattern is compared by what stands before its first wildcard.

use crate::dockerfile::Flag;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::SourceScript;

/// What a RUN mounts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mounts {
    /// The folders.
    pub(super) targets: Vec<String>,
    /// Whether there are others, whose places a variable holds.
    pub(super) unknown: bool,
}

impl Mounts {
    /// Whether something is mounted in that folder: a command that removes the folder fails then.
    pub(super) fn stand_in(&self, folder: &str) -> bool {
        let is_inside = |target: &String| {
            let inside = target.trim_end_matches('/').strip_prefix(folder);
            inside.is_some_and(|rest| rest.starts_with('/'))
        };
        self.targets.iter().any(is_inside)
    }
}

/// The mounts of the RUN of a script. <https://docs.docker.com/reference/dockerfile/#run---mount>
pub(super) fn mounts(subject: &Subject<'_>, script: &SourceScript) -> Mounts {
    let own =
        subject.build.as_ref().zip(script.step).and_then(|(build, place)| build.at(place).zip(Some(build)));
    let mut mounts = Mounts::default();
    let Some((step, build)) = own else { return mounts };
    let target = |flag: &Flag| {
        let options = flag.options();
        ["target", "dst", "destination"].iter().find_map(|name| options.get(*name)).cloned()
    };
    for target in step.instruction.flags_named("mount").filter_map(target) {
        let target = target.trim_matches(['"', '\'']);
        match build.expand(step, target).ok().filter(|expanded| expanded.unset.is_empty()) {
            Some(expanded) => mounts.targets.push(expanded.text),
            None => mounts.unknown = true,
        }
    }
    mounts
}

/// Programs that are told a place to take it away.
pub(super) const REMOVING: [&str; 5] = ["rm", "find", "truncate", "unlink", "shred"];

/// Paths that are taken away or lie outside the layer.
pub(super) struct Gone {
    paths: Vec<String>,
    cleaned: Vec<&'static str>,
}

impl Gone {
    pub(super) fn of(script: &SourceScript, mounts: &Mounts) -> Self {
        let mut gone = Self { paths: mounts.targets.clone(), cleaned: Vec::new() };
        for command in &script.shell.commands {
            let words = || command.arguments().iter().map(|word| word.text.as_str());
            let cleans = |verbs: &[&str]| words().any(|word| verbs.contains(&word));
            match command.name.as_deref() {
                Some(name) if REMOVING.contains(&name) => gone.paths.extend(words().filter_map(place)),
                Some("tdnf") if cleans(&["clean"]) => gone.cleaned.push("/var/cache/tdnf"),
                Some("dnf" | "microdnf" | "dnf5") if cleans(&["clean"]) => {
                    gone.cleaned.push("/var/cache/dnf")
                }
                Some("yum") if cleans(&["clean"]) => gone.cleaned.push("/var/cache/yum"),
                Some("zypper") if cleans(&["clean", "cc"]) => gone.cleaned.push("/var/cache/zypp"),
                Some("pip") if cleans(&["cache"]) => gone.cleaned.push("/root/.cache/pip"),
                _ => {}
            }
        }
        gone
    }

    /// Whether a path, a folder above it, or all that lies in it is gone.
    pub(super) fn covers(&self, path: &str) -> bool {
        let is_above = |gone: &String| {
            let plain = gone.trim_end_matches('/');
            let (start, is_pattern) = match plain.find(['*', '?', '[', '{']) {
                Some(at) => (plain.get(..at).unwrap_or_default(), true),
                None => (plain, false),
            };
            match is_pattern {
                true => format!("{path}/").starts_with(start) || path.starts_with(start),
                false => path == start || path.strip_prefix(start).is_some_and(|rest| rest.starts_with('/')),
            }
        };
        self.cleaned.contains(&path) || self.paths.iter().any(is_above)
    }
}

/// A whole path as it is compared: one in any home as in root's, since a RUN has one.
pub(super) fn place(word: &str) -> Option<String> {
    let in_home = ["~/", "$HOME/", "${HOME}/"].iter().find_map(|home| word.strip_prefix(*home));
    let of_user = || word.strip_prefix("/home/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    match in_home.or_else(of_user) {
        Some(rest) => Some(format!("/root/{rest}")),
        None => word.starts_with('/').then(|| word.to_owned()),
    }
}
