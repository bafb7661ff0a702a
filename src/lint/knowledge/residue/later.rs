//! What the steps after a RUN do with what its package managers left.
//!
//! Vocabulary: a later step *reads* what is left where a command needs it: `apt-get install` the lists that an earlier
//! `apt-get update` fetched. Lists that are fetched anew, or taken away, are those of that RUN from then on.
//!
//! What it refuses to do: scripts of the context are not read; what runs one may read anything.

use std::collections::BTreeMap;

use crate::dockerfile::{CopySource, Keyword, StageBase};
use crate::lint::knowledge::os_packages::{Action, Manager, OsCommand, command};
use crate::lint::knowledge::residue::gone::{REMOVING, place};
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildFile;
use crate::lint::subject::shell_code::{Call, SourceScript};

/// Whether a later step reads something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Reading {
    /// None is known to.
    #[default]
    Nothing,
    /// A script that is not at hand may.
    Maybe,
    /// One does.
    Known,
}

/// What lists and caches are for: what reads them, by path.
const KEPT: [(&str, Kept); 6] = [
    ("/var/lib/apt/lists", Kept::AptLists),
    ("/var/cache/apk", Kept::ApkCache),
    ("/var/cache/dnf", Kept::DnfCache),
    ("/var/cache/yum", Kept::DnfCache),
    ("/var/cache/tdnf", Kept::DnfCache),
    ("/var/lib/dnf/history.sqlite", Kept::DnfHistory),
];

/// Places that a later step may name.
const NAMED: [&str; 8] = [
    "/var/log/apt",
    "/var/log/dpkg.log",
    "/var/log/alternatives.log",
    "/var/log/yum.log",
    "/var/log/dnf",
    "/var/log/zypp",
    "/.cache/pip",
    "/var/cache/zypp",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    AptLists,
    ApkCache,
    DnfCache,
    DnfHistory,
}

const ALL: [Kept; 4] = [Kept::AptLists, Kept::ApkCache, Kept::DnfCache, Kept::DnfHistory];

/// What follows a step.
#[derive(Debug, Clone, Copy, Default)]
struct After {
    kept: [Reading; ALL.len()],
    /// Whether a place is named, in the order of [`KEPT`] and [`NAMED`].
    named: [bool; KEPT.len() + NAMED.len()],
}

/// What follows each RUN of a Dockerfile.
pub(crate) struct Later<'s> {
    subject: &'s Subject<'s>,
    after: BTreeMap<(usize, usize), After>,
}

impl<'s> Later<'s> {
    /// What follows the RUNs of `subject`: from the last stage to the first, and in each from its end.
    pub(crate) fn of(subject: &'s Subject<'s>) -> Self {
        let mut later = Self { subject, after: BTreeMap::new() };
        let Some(build) = &subject.build else { return later };
        let stages = &build.stages.stages;
        let mut scripts: Vec<Vec<&SourceScript>> = vec![Vec::new(); stages.len()];
        for script in &subject.scripts {
            if let Some(own) = script.step.and_then(|(stage, _)| scripts.get_mut(stage)) {
                own.push(script);
            }
        }
        let mut ends: Vec<After> = vec![After::default(); stages.len()];
        taken(build, &mut ends);
        for stage in stages.iter().rev() {
            let mut after = ends.get(stage.index).copied().unwrap_or_default();
            for script in scripts.get(stage.index).into_iter().flatten().rev() {
                if let Some(step) = script.step {
                    later.after.entry(step).or_default().merge(&after);
                }
                after = later.before(script, after);
            }
            if let StageBase::Stage(below) = stage.base
                && let Some(end) = ends.get_mut(below)
            {
                end.merge(&after);
            }
        }
        later
    }

    /// Whether what follows a step reads what the step left at `path`.
    pub(super) fn reading(&self, step: (usize, usize), path: &str) -> Reading {
        let Some(after) = self.after.get(&step) else { return Reading::Nothing };
        let named = names().position(|name| path.contains(name));
        if named.and_then(|at| after.named.get(at)) == Some(&true) {
            return Reading::Known;
        }
        let kept = KEPT.iter().find(|(name, _)| *name == path);
        kept.and_then(|(_, kept)| after.kept.get(*kept as usize)).copied().unwrap_or_default()
    }

    /// What follows before a script, of what follows after it.
    fn before(&self, script: &SourceScript, after: After) -> After {
        let mut before = after;
        // From the last command to the first, as from step to step.
        for call in script.shell.commands.iter().rev().map(|command| self.subject.call(script, command)) {
            let is_sure = !script.shell.is_conditional(call.command);
            let own = command(call);
            for (kept, state) in ALL.into_iter().zip(&mut before.kept) {
                match effect(&call, own.as_ref(), kept) {
                    Effect::Reads => *state = Reading::Known,
                    Effect::Ends if is_sure => *state = Reading::Nothing,
                    Effect::MayRead => *state = (*state).max(Reading::Maybe),
                    Effect::Ends | Effect::None => {}
                }
            }
            if !removes(&call) {
                for (name, state) in names().zip(&mut before.named) {
                    *state |= call.command.words.iter().any(|word| word.text.contains(name));
                }
            }
        }
        before
    }
}

impl After {
    fn merge(&mut self, other: &Self) {
        for (one, other) in self.kept.iter_mut().zip(other.kept) {
            *one = (*one).max(other);
        }
        for (one, other) in self.named.iter_mut().zip(other.named) {
            *one |= other;
        }
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    KEPT.iter().map(|(name, _)| *name).chain(NAMED)
}

/// What other stages take by path out of each stage.
fn taken(build: &BuildFile<'_>, ends: &mut [After]) {
    for step in build.steps_of(Keyword::Copy) {
        let from = step.instruction.flags_named("from").filter_map(|flag| flag.value.as_ref()).next();
        let from = from.and_then(|from| build.expand(step, &from.text).ok());
        let Some(CopySource::Stage(stage)) = from.map(|from| build.stages.copy_source(&from.text)) else {
            continue;
        };
        let words = step.instruction.arguments.words();
        let sources = words.split_last().map(|(_, sources)| sources).unwrap_or_default();
        for (name, state) in names().zip(ends.get_mut(stage).into_iter().flat_map(|end| &mut end.named)) {
            let is_taken = |text: &str| {
                let source = text.trim_end_matches(['/', '*', '.']);
                text.contains(name) || source.len() > 1 && format!("{name}/").contains(&format!("{source}/"))
            };
            *state |= sources.iter().any(|word| is_taken(&word.text) || word.text.ends_with("/.cache"));
        }
    }
}

/// What a command does with what was left before it.
enum Effect {
    Reads,
    MayRead,
    Ends,
    None,
}

/// Programs that read apt's lists, whatever they are told.
const APT_READERS: [&str; 8] = [
    "apt-cache",
    "apt-file",
    "rosdep",
    "mk-build-deps",
    "gdebi",
    "tasksel",
    "unattended-upgrade",
    "apt-rdepends",
];

/// Programs that run what is not at hand.
const RUNNERS: [&str; 12] = [
    "sh",
    "bash",
    "dash",
    "zsh",
    "ksh",
    ".",
    "source",
    "make",
    "just",
    "ansible-playbook",
    "run-parts",
    "eval",
];

fn effect(call: &Call<'_>, own: Option<&OsCommand<'_>>, kept: Kept) -> Effect {
    let words = || call.arguments().iter().map(|word| word.text.as_str());
    let has = |wanted: &[&str]| words().any(|word| wanted.contains(&word));
    if removes(call) {
        let own = KEPT.iter().filter(|(_, one)| *one == kept).map(|(path, _)| *path);
        let is_gone = |path: &str| words().filter_map(place).any(|word| word.starts_with(path));
        return if { own }.any(is_gone) { Effect::Ends } else { Effect::None };
    }
    if may_run_anything(call) {
        return Effect::MayRead;
    }
    let (manager, action) = own.map_or((None, Action::Other), |own| (Some(own.manager), own.action));
    match (kept, manager) {
        (Kept::AptLists, Some(Manager::Apt)) if !call.is("install_packages") => match action {
            Action::Refresh => Effect::Ends,
            Action::Install | Action::Upgrade => Effect::Reads,
            Action::Other
                if has(&["source", "download", "show", "search", "policy", "list", "changelog"]) =>
            {
                Effect::Reads
            }
            Action::Other => Effect::None,
        },
        (Kept::AptLists, None) if APT_READERS.iter().any(|name| call.is(name)) => Effect::Reads,
        (Kept::ApkCache, Some(Manager::Apk)) => match action {
            Action::Refresh => Effect::Ends,
            Action::Install | Action::Upgrade if has(&["--no-cache"]) => Effect::None,
            Action::Install | Action::Upgrade if has(&["-U", "--update-cache", "--update"]) => Effect::Ends,
            Action::Install | Action::Upgrade => Effect::Reads,
            Action::Other if has(&["fetch", "search", "policy", "fix"]) => Effect::Reads,
            Action::Other => Effect::None,
        },
        (Kept::DnfCache, Some(Manager::Dnf)) if has(&["-C", "--cacheonly"]) => Effect::Reads,
        (Kept::DnfHistory, Some(Manager::Dnf))
            if has(&["history", "remove", "erase", "autoremove", "mark", "swap"]) =>
        {
            Effect::Reads
        }
        _ => Effect::None,
    }
}

fn removes(call: &Call<'_>) -> bool {
    REMOVING.iter().any(|name| call.is(name))
}

/// Whether a command runs a script or a program that is not one of a distribution's.
fn may_run_anything(call: &Call<'_>) -> bool {
    let Some(first) = call.command.words.first() else { return false };
    let Some(name) = call.program() else { return true };
    if RUNNERS.contains(&name) {
        // What `sh -c` runs is read.
        return !call.arguments().iter().any(|word| word.text.starts_with('-') && word.text.ends_with('c'));
    }
    let folder = first.text.rsplit_once('/').map(|(folder, _)| folder);
    let is_installed = folder.is_none_or(|folder| folder.ends_with("bin"));
    !is_installed || name.ends_with(".sh")
}
