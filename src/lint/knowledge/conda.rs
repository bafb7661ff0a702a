//! Commands of conda, mamba and micromamba: what they install, and from which channels.
//!
//! What it refuses to do: it reads no environment file and solves nothing.

use std::collections::BTreeMap;

use crate::base::text::Span;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle};

/// A command that installs or updates.
pub(crate) struct CondaCommand<'s> {
    pub(crate) call: Call<'s>,
    pub(crate) program: &'s str,
    /// Packages named.
    pub(crate) specs: Vec<Spec>,
    /// Environment and explicit files.
    pub(crate) files: Vec<CondaSpec>,
    /// Channels named, in order.
    pub(crate) channels: Vec<CondaSpec>,
    /// Whether no other channel is asked, or the first one wins.
    pub(crate) strict: bool,
    /// Whether it updates what is there.
    pub(crate) updates: bool,
}

/// A package: `channel::name=version=build`.
pub(crate) struct Spec {
    pub(crate) text: String,
    pub(crate) span: Span,
    pub(crate) is_exact: bool,
    /// Whether one version is named, and only its build is open.
    pub(crate) has_version: bool,
    pub(crate) known: bool,
}

/// The value of an option.
pub(crate) struct CondaSpec {
    pub(crate) text: String,
    pub(crate) span: Span,
    /// Where the option begins.
    pub(crate) option: usize,
    /// Whether the option's bytes are the shell's.
    pub(crate) verbatim: bool,
}

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-c",
        "-n",
        "-p",
        "-f",
        "-r",
        "--channel",
        "--name",
        "--prefix",
        "--file",
        "--root-prefix",
        "--solver",
        "--platform",
        "--subdir",
        "--repodata-fn",
        "--experimental",
        "--rc-file",
        "--clone",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// The commands of RUN bodies that install or update.
pub(crate) fn commands<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = CondaCommand<'s>> {
    let programs = &["conda", "mamba", "micromamba"];
    // Whether a stage is strict is asked of all of its commands, and is the same for each of them.
    let mut strict: BTreeMap<Option<usize>, bool> = BTreeMap::new();
    for call in subject.calls_of(programs) {
        *strict.entry(call.script.step.map(|step| step.0)).or_default() |= is_strict(&call);
    }
    let calls = subject.build_calls_of(programs);
    calls.filter_map(move |call| {
        let stage = call.script.step.map(|step| step.0);
        command(call, strict.get(&stage).copied().unwrap_or_default())
    })
}

fn command(call: Call<'_>, is_stage_strict: bool) -> Option<CondaCommand<'_>> {
    let words = call.expanded();
    let arguments = Arguments::of(&words, &STYLE);
    let mut verb = arguments.subcommand()?;
    let mut operands = arguments.after_subcommand();
    let is_env = verb == "env";
    if is_env {
        (verb, operands) = (operands.first()?.text.as_str(), operands.get(1..).unwrap_or_default());
    }
    let updates = matches!(verb, "update" | "upgrade") && !is_env;
    if !updates && !matches!(verb, "install" | "create" | "update") {
        return None;
    }
    let spec = |word: &&crate::shell::Word| Spec {
        text: word.text.clone(),
        span: call.place(word),
        is_exact: is_exact(&word.text),
        has_version: has_version(&word.text),
        known: word.is_literal(),
    };
    let specs = if updates || is_env { Vec::new() } else { operands.iter().map(spec).collect() };
    let named = |names: &[&str]| -> Vec<CondaSpec> {
        let values = arguments.all(names).filter_map(|option| {
            let value = option.value.as_ref()?;
            let start = call.exact(option.word, 0..option.word.text.len());
            let span = call.script.place(value.span());
            let option = start.map_or(span.start, |span| span.start);
            Some(CondaSpec { text: value.text().to_owned(), span, option, verbatim: start.is_some() })
        });
        values.collect()
    };
    let files = named(&["-f", "--file"]);
    let channels = named(&["-c", "--channel"]);
    let strict = arguments.has(&["--override-channels", "--strict-channel-priority"]) || is_stage_strict;
    let program = call.program()?;
    Some(CondaCommand { specs, files, channels, strict, updates, program, call })
}

/// `name=version=build`, or `name==version=build`, without patterns.
pub(crate) fn is_exact(text: &str) -> bool {
    let text = text.rsplit("::").next().unwrap_or(text);
    // A URL or a file of one package names its bytes' place.
    if text.ends_with(".conda") || text.ends_with(".tar.bz2") {
        return true;
    }
    let mut parts = text.split('=').filter(|part| !part.is_empty());
    let (name, version, build) = (parts.next(), parts.next(), parts.next());
    name.is_some() && version.is_some() && build.is_some() && !text.contains(['*', '<', '>', '!', '~', '|'])
}

/// `name==version`: a single `=` lets in all that begins with it.
fn has_version(text: &str) -> bool {
    let version = text.split_once("==").map(|(_, version)| version);
    version.is_some_and(|version| {
        !version.is_empty() && !version.contains(['*', '<', '>', '=', '!', '~', '|', ','])
    })
}

/// Whether a command tells conda to keep to the first channel that has a package.
fn is_strict(call: &Call<'_>) -> bool {
    let words: Vec<&str> = call.arguments().iter().map(|word| word.text.as_str()).collect();
    words.contains(&"channel_priority") && words.contains(&"strict")
        || words.contains(&"--remove") && words.contains(&"defaults")
}
