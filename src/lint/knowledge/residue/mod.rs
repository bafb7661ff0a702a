//! What package managers leave behind in the layer of a RUN, and what takes it away at its end.
//!
//! Vocabulary: a *trace* is a file or folder that is left. A *removal* is the commands that take traces away.
//!
//! What it refuses to do: it looks at nothing that a container needs; what a later RUN removes is still in this layer. It
//! removes nothing that a later step is known to read, nothing that only another user could, and no folder in which
//! something is mounted.

mod gone;
pub(crate) mod later;
mod run_end;
mod runner;

use crate::base::text::Span;
use crate::ecosystem::{self, ResidueStep};
use crate::finding::Safety;
use crate::lint::knowledge::os_packages::{Action, Manager, OsCommand, command};
use crate::lint::knowledge::requirement::PYTHON;
use crate::lint::knowledge::residue::gone::{Gone, mounts};
use crate::lint::knowledge::residue::later::{Later, Reading};
use crate::lint::knowledge::residue::runner::{Runner, runner};
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::User;
use crate::lint::subject::shell_code::{Call, SourceScript};

/// What one RUN leaves.
pub(crate) struct Left<'s> {
    pub(crate) script: &'s SourceScript,
    /// The first command that leaves something.
    pub(crate) span: Span,
    /// What is left, by path.
    pub(crate) names: Vec<String>,
    /// What takes it away, as far as anything can.
    pub(crate) removal: Option<Removal>,
    /// What of it a later step reads.
    pub(crate) read_later: Vec<String>,
}

/// Commands for the end of a RUN.
pub(crate) struct Removal {
    /// The commands, joined by `&&`.
    pub(crate) command: String,
    /// Unsafe where something later may read what goes.
    pub(crate) safety: Safety,
    /// Whether they need `sudo`.
    pub(crate) is_raised: bool,
}

/// A file or folder, the word that removes it, and who left it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    path: String,
    removal: &'static str,
    by: Runner,
    /// Whether it stands in the home of whoever left it.
    is_at_home: bool,
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
pub(crate) fn left<'s>(
    subject: &'s Subject<'_>,
    script: &'s SourceScript,
    later: &Later<'_>,
) -> Option<Left<'s>> {
    let mut traces: Vec<Trace> = Vec::new();
    let mut first = None;
    let calls = || script.shell.commands.iter().map(|command| subject.call(script, command));
    for call in calls() {
        if let Some(own) = command(call) {
            add(of_command(&own), &call, &mut traces, &mut first);
        }
    }
    // What pip keeps is told behind what the system's package managers leave.
    let user = script.step.map_or(User::Unknown, |place| subject.user(place));
    for call in calls().filter(|call| call.is("pip") && caches_wheels(user, call)) {
        let own = of_ecosystem(PYTHON, ResidueStep::Install, runner(&call));
        add(own.into_iter().map(|trace| Trace { is_at_home: true, ..trace }), &call, &mut traces, &mut first);
    }
    let mounts = mounts(subject, script);
    let gone = Gone::of(script, &mounts);
    traces.retain(|trace| !gone.covers(&trace.path));
    let user = match traces.iter().any(|trace| trace.by == Runner::Own && !trace.is_at_home) {
        // What the system's package managers do without sudo, only root can.
        true if user == User::Unknown => User::Root,
        _ => user,
    };
    let names: Vec<String> = traces.iter().map(|trace| trace.name(user)).collect();
    let step = script.step.unwrap_or_default();
    let (read, rest): (Vec<Trace>, Vec<Trace>) =
        traces.into_iter().partition(|trace| later.reading(step, &trace.path) == Reading::Known);
    let removable = rest.into_iter().filter(|trace| !mounts.stand_in(&trace.path)).collect::<Vec<_>>();
    let is_read = |trace: &Trace| later.reading(step, &trace.path) == Reading::Maybe;
    let safety = if removable.iter().any(is_read) { Safety::Unsafe } else { Safety::Safe };
    let removal = (!mounts.unknown).then(|| removal(user, &removable, safety)).flatten();
    let read_later = read.iter().map(|trace| trace.name(user)).collect();
    (!names.is_empty()).then_some(Left { script, span: first?, names, removal, read_later })
}

impl Trace {
    /// Its path as people write it.
    fn name(&self, user: User) -> String {
        match self.path.strip_prefix("/root/").filter(|_| self.is_in_unknown_home(user)) {
            Some(rest) => format!("~/{rest}"),
            None => self.path.clone(),
        }
    }

    fn is_in_unknown_home(&self, user: User) -> bool {
        self.is_at_home && self.by == Runner::Own && user == User::Unknown
    }
}

/// The commands that take `traces` away, run by `user`; none where that user can't.
fn removal(user: User, traces: &[Trace], safety: Safety) -> Option<Removal> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for trace in traces {
        let prefix = match (trace.by, user) {
            (Runner::Other | Runner::Elsewhere, _) | (Runner::Own, User::Other) => continue,
            (_, User::Root) | (Runner::Own, User::Unknown) => String::new(),
            (Runner::Raised(by), User::Unknown | User::Other) => format!("{by} "),
        };
        let word = match trace.removal.strip_prefix("/root/").filter(|_| trace.is_in_unknown_home(user)) {
            Some(rest) => format!("~/{rest}"),
            None => trace.removal.to_owned(),
        };
        match commands.iter_mut().find(|(other, _)| *other == prefix) {
            Some((_, words)) => words.push(word),
            None => commands.push((prefix, vec![word])),
        }
    }
    let is_raised = commands.iter().any(|(prefix, _)| !prefix.is_empty());
    let commands = commands.iter().map(|(prefix, words)| format!("{prefix}rm -rf {}", words.join(" ")));
    let command = commands.collect::<Vec<_>>().join(" && ");
    (!command.is_empty()).then_some(Removal { command, safety, is_raised })
}

fn add(
    own: impl IntoIterator<Item = Trace>,
    call: &Call<'_>,
    traces: &mut Vec<Trace>,
    first: &mut Option<Span>,
) {
    for trace in own {
        first.get_or_insert_with(|| call.span());
        match traces.iter_mut().find(|known| known.path == trace.path) {
            // Where root itself left it too, root can take it away.
            Some(known) if trace.by == Runner::Own => known.by = Runner::Own,
            Some(_) => {}
            None => traces.push(trace),
        }
    }
}

fn of_command(command: &OsCommand<'_>) -> Vec<Trace> {
    let call = &command.call;
    let has = |option: &str| call.arguments().iter().any(|word| word.text == option);
    let step = match command.action {
        Action::Other => return Vec::new(),
        Action::Refresh => ResidueStep::Refresh,
        Action::Install | Action::Upgrade => ResidueStep::Install,
    };
    let by = runner(call);
    if by == Runner::Elsewhere || command.is_elsewhere() || command.installs_nothing() {
        return Vec::new();
    }
    let written = match command.manager {
        Manager::Apk if has("--no-cache") => return Vec::new(),
        Manager::Apt | Manager::Apk => return of_ecosystem(command.manager.ecosystem(), step, by),
        Manager::Dnf if call.is("yum") => YUM,
        Manager::Dnf if call.is("tdnf") => TDNF,
        Manager::Dnf => DNF,
        Manager::Zypper => ZYPPER,
    };
    let trace = |(path, removal): &(&str, &'static str)| Trace {
        path: (*path).to_owned(),
        removal,
        by,
        is_at_home: false,
    };
    written.iter().map(trace).collect()
}

/// What a step of an ecosystem's package manager leaves for sure.
fn of_ecosystem(id: &str, step: ResidueStep, by: Runner) -> Vec<Trace> {
    let all = ecosystem::of_id(id).map(|ecosystem| ecosystem.residue()).unwrap_or_default();
    let left = all.iter().filter(|residue| residue.left_by.contains(&step));
    let trace = |residue: &ecosystem::Residue| Trace {
        path: residue.shown(),
        removal: residue.removal,
        by,
        is_at_home: false,
    };
    left.map(trace).collect()
}

/// Whether a command of pip keeps what it downloads in a place that is known.
fn caches_wheels(user: User, call: &Call<'_>) -> bool {
    let has = |option: &str| call.arguments().iter().any(|word| word.text == option);
    let is_elsewhere = || {
        call.arguments()
            .iter()
            .any(|word| word.text == "--cache-dir" || word.text.starts_with("--cache-dir="))
    };
    let is_told = |name: &str| {
        let own = call.command.assignments.iter().any(|(set, _)| set == name);
        own || call.variable(name).is_some()
    };
    has("install")
        && !has("--no-cache-dir")
        && !is_elsewhere()
        && user != User::Other
        && !matches!(runner(call), Runner::Other | Runner::Elsewhere)
        && !["PIP_NO_CACHE_DIR", "PIP_CACHE_DIR", "XDG_CACHE_HOME"].into_iter().any(is_told)
}

/// The folders that the RUN of a script mounts, so that nothing in them gets into its layer.
pub(crate) fn kept_out(subject: &Subject<'_>, script: &SourceScript) -> Vec<String> {
    mounts(subject, script).targets
}
