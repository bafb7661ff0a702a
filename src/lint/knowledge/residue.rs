//! What package managers leave behind in the layer of a RUN.
//!
//! What it refuses to do: it looks at nothing that a container needs; what a later RUN removes is still in this layer.

use crate::base::text::Span;
use crate::dockerfile::{Flag, Keyword};
use crate::ecosystem::{self, ResidueStep};
use crate::lint::knowledge::os_packages::{Action, Manager, command};
use crate::lint::knowledge::requirement::PYTHON;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::{Call, SourceScript};

/// What one RUN leaves.
pub(crate) struct Left<'s> {
    pub(crate) script: &'s SourceScript,
    /// The first command that leaves something.
    pub(crate) span: Span,
    /// What is left, by path.
    pub(crate) names: Vec<String>,
    /// Commands that take it away.
    pub(crate) commands: Vec<String>,
}

/// A file or folder, and the word that removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    path: String,
    removal: &'static str,
}

/// What the tools leave whose packages no ecosystem reads: path and removal.
const DNF: &[(&str, &str)] = &[
    ("/var/cache/dnf", "/var/cache/dnf"),
    ("/var/log/dnf.log", "/var/log/dnf*"),
    ("/var/lib/dnf/history.sqlite", "/var/lib/dnf/history*"),
];
const TDNF: &[(&str, &str)] = &[("/var/cache/tdnf", "/var/cache/tdnf")];
const YUM: &[(&str, &str)] =
    &[("/var/cache/yum", "/var/cache/yum"), ("/var/log/yum.log", "/var/log/yum.log")];
const ZYPPER: &[(&str, &str)] =
    &[("/var/cache/zypp", "/var/cache/zypp"), ("/var/log/zypp", "/var/log/zypp*")];

/// What `script` leaves, if anything.
pub(crate) fn left<'s>(subject: &'s Subject<'_>, script: &'s SourceScript) -> Option<Left<'s>> {
    let mut traces: Vec<Trace> = Vec::new();
    let mut first = None;
    for call in script.shell.commands.iter().map(|command| subject.call(script, command)) {
        if let Some(own) = command(call) {
            add(of_command(own.manager, own.action, &call), &call, &mut traces, &mut first);
        }
    }
    // What pip keeps is told behind what the system's package managers leave.
    for call in script.shell.commands.iter().map(|command| subject.call(script, command)) {
        if call.is("pip") && caches_wheels(subject, &call) {
            add(of_ecosystem(PYTHON, ResidueStep::Install), &call, &mut traces, &mut first);
        }
    }
    let gone = Gone::of(subject, script);
    traces.retain(|trace| !gone.covers(&trace.path));
    let words: Vec<&str> = traces.iter().map(|trace| trace.removal).collect();
    let commands = vec![format!("rm -rf {}", words.join(" "))];
    let names: Vec<String> = traces.into_iter().map(|trace| trace.path).collect();
    (!names.is_empty()).then_some(Left { script, span: first?, names, commands })
}

fn add(own: Vec<Trace>, call: &Call<'_>, traces: &mut Vec<Trace>, first: &mut Option<Span>) {
    if !own.is_empty() {
        first.get_or_insert_with(|| call.span());
    }
    for trace in own {
        if !traces.contains(&trace) {
            traces.push(trace);
        }
    }
}

fn of_command(manager: Manager, action: Action, call: &Call<'_>) -> Vec<Trace> {
    let has = |option: &str| call.arguments().iter().any(|word| word.text == option);
    let step = match action {
        Action::Other => return Vec::new(),
        Action::Refresh => ResidueStep::Refresh,
        Action::Install | Action::Upgrade => ResidueStep::Install,
    };
    let written = match manager {
        Manager::Apk if has("--no-cache") => return Vec::new(),
        Manager::Apt | Manager::Apk => return of_ecosystem(manager.ecosystem(), step),
        Manager::Dnf if call.is("yum") => YUM,
        Manager::Dnf if call.is("tdnf") => TDNF,
        Manager::Dnf => DNF,
        Manager::Zypper => ZYPPER,
    };
    written.iter().map(|(path, removal)| Trace { path: (*path).to_owned(), removal }).collect()
}

/// What a step of an ecosystem's package manager leaves for sure.
fn of_ecosystem(id: &str, step: ResidueStep) -> Vec<Trace> {
    let all = ecosystem::of_id(id).map(|ecosystem| ecosystem.residue()).unwrap_or_default();
    let left = all.iter().filter(|residue| residue.left_by.contains(&step));
    left.map(|residue| Trace { path: residue.shown(), removal: residue.removal }).collect()
}

/// Whether a command of pip keeps what it downloads.
fn caches_wheels(subject: &Subject<'_>, call: &Call<'_>) -> bool {
    let has = |option: &str| call.arguments().iter().any(|word| word.text == option);
    let is_told = |name: &str| {
        let own = call.command.assignments.iter().any(|(set, _)| set == name);
        own || call.variable(name).is_some()
    };
    let is_root = subject.build.as_ref().is_some_and(|build| {
        let users = build.steps_of(Keyword::User);
        let step = call.script.step;
        !users
            .into_iter()
            .any(|user| step.is_some_and(|(stage, index)| user.stage == stage && user.index < index))
    });
    has("install")
        && !has("--no-cache-dir")
        && is_root
        && !["PIP_NO_CACHE_DIR", "PIP_CACHE_DIR", "XDG_CACHE_HOME"].into_iter().any(is_told)
}

/// The folders that the RUN of a script mounts, so that nothing in them gets into its layer.
pub(crate) fn kept_out(subject: &Subject<'_>, script: &SourceScript) -> Vec<String> {
    let own = subject.build.as_ref().zip(script.step).and_then(|(build, place)| build.at(place));
    let target = |flag: &Flag| {
        let options = flag.options();
        let is_kept_out = matches!(options.get("type").map(String::as_str), Some("cache" | "tmpfs"));
        let target = ["target", "dst", "destination"].iter().find_map(|name| options.get(*name));
        target.filter(|_| is_kept_out).cloned()
    };
    own.into_iter().flat_map(|step| step.instruction.flags_named("mount")).filter_map(target).collect()
}

/// Paths that are taken away or lie outside the layer.
struct Gone {
    paths: Vec<String>,
    cleaned: Vec<&'static str>,
}

impl Gone {
    fn of(subject: &Subject<'_>, script: &SourceScript) -> Self {
        let mut gone = Self { paths: Vec::new(), cleaned: Vec::new() };
        gone.paths.extend(kept_out(subject, script));
        for command in &script.shell.commands {
            let words = || command.arguments().iter().map(|word| word.text.as_str());
            match command.name.as_deref() {
                Some("rm" | "find" | "truncate" | "unlink" | "shred") => {
                    gone.paths.extend(words().filter(|word| word.starts_with('/')).map(str::to_owned));
                }
                Some("tdnf") if words().any(|word| word == "clean") => gone.cleaned.push("/var/cache/tdnf"),
                Some("dnf" | "microdnf" | "dnf5") if words().any(|word| word == "clean") => {
                    gone.cleaned.push("/var/cache/dnf")
                }
                Some("yum") if words().any(|word| word == "clean") => gone.cleaned.push("/var/cache/yum"),
                Some("zypper") if words().any(|word| word == "clean" || word == "cc") => {
                    gone.cleaned.push("/var/cache/zypp")
                }
                Some("pip") if words().any(|word| word == "cache") => gone.cleaned.push("/root/.cache/pip"),
                _ => {}
            }
        }
        gone
    }

    /// Whether a path, a folder above it, or all that lies in it is gone.
    fn covers(&self, path: &str) -> bool {
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
