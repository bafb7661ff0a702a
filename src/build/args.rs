//! Build arguments: their values, and where each was learnt.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;
use super::history::{self, HistoryStep};
use super::provenance::Provenance;
use super::recorded::{Hints, Spot, spots};
use crate::base::text::listed;
use crate::dockerfile::{Binding, BindingKind, Chain, Instruction, InstructionArguments, Keyword, Stages};
use crate::lockfile::model::{Arg, ArgSource};

const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// Ambiguous arguments that a note names.
const NAMED: usize = 10;

/// The arguments of the image's own steps, by name. The history is believed before the provenance, that before the
/// command line, and that before the Dockerfile's defaults.
pub(super) fn locked(
    own: &[HistoryStep],
    provenance: Option<&Provenance>,
    command_line: &BTreeMap<String, String>,
    dockerfile: Option<(&Stages<'_>, &Chain<'_>)>,
    notes: &mut Vec<String>,
) -> Vec<Arg> {
    let history = history::arguments(own);
    let mut unclear: BTreeSet<&str> = own.iter().flat_map(|step| &step.unclear).map(String::as_str).collect();
    // What one step tells is no more than likely where another may have another value.
    let overridden = overridden(own);
    let doubted: BTreeSet<&str> = own.iter().flat_map(|step| doubted(step, &history)).collect();
    unclear
        .retain(|name| !history.contains_key(name) || !overridden.contains(name) && doubted.contains(name));
    notes.extend(unclear_note(&unclear));
    notes.extend(unseen_epoch(own, provenance));
    let declared = dockerfile.map(|(stages, chain)| declared(stages, chain)).unwrap_or_default();
    let attested =
        |name: &str| provenance.and_then(|provenance| provenance.args.get(name)).map(String::as_str);
    let mut names: BTreeSet<&str> = history.keys().copied().chain(declared.keys().copied()).collect();
    names.extend(provenance.into_iter().flat_map(|provenance| provenance.args.keys()).map(String::as_str));
    for name in command_line.keys() {
        if dockerfile.is_some() && !names.contains(name.as_str()) {
            notes.push(format!("--build-arg {name} is given, but no ARG of the Dockerfile declares it"));
        } else {
            names.insert(name);
        }
    }
    let mut args = Vec::new();
    for name in names {
        let given = command_line.get(name).map(String::as_str);
        let recorded = history.get(name).filter(|_| !unclear.contains(name));
        let recorded = recorded.map(|value| (*value, ArgSource::History));
        let recorded = recorded.or_else(|| attested(name).map(|value| (value, ArgSource::Provenance)));
        let (value, source) = match (recorded, given, declared.get(name)) {
            (Some((value, source)), given, _) => {
                if given.is_some_and(|given| given != value) {
                    notes.push(format!(
                        "--build-arg {name} is given, but the image was built with another value"
                    ));
                }
                (value, source)
            }
            (None, Some(value), _) => (value, ArgSource::CommandLine),
            // The image has a value, and which one cannot be told: the default may not be it.
            (None, None, _) if unclear.contains(name) => continue,
            (None, None, Some(Some(binding))) => (binding.value.as_str(), ArgSource::DockerfileDefault),
            (None, None, _) => continue,
        };
        args.push(Arg { name: name.to_owned(), value: Some(value.to_owned()), redacted: false, source });
    }
    args
}

/// The names that an ENV gives another value for the steps behind it: these tell nothing of the argument then.
fn overridden(own: &[HistoryStep]) -> BTreeSet<&str> {
    let words = own.iter().filter_map(|step| step.instruction.strip_prefix("ENV "));
    words.filter_map(|words| Some(words.split_once(['=', ' '])?.0)).collect()
}

/// The names of which a step that can be read in several ways cannot have just the value that the history tells: it does not
/// stand there, or what stands behind it begins neither another argument nor the command.
fn doubted<'s>(step: &'s HistoryStep, history: &BTreeMap<&str, &str>) -> BTreeSet<&'s str> {
    let Some(recorded) = &step.recorded else { return BTreeSet::new() };
    let is_name = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let begins = |rest: &str| {
        let word = rest.split(' ').next().unwrap_or_default();
        word.starts_with('/') || word.split_once('=').is_some_and(|(name, _)| is_name(name))
    };
    let mut doubted: BTreeSet<&str> = step.unclear.iter().map(String::as_str).collect();
    // Once through the text for all names: an image may have as many as it likes.
    for Spot { at, name } in spots(&recorded.text, None) {
        let Some(value) = history.get(name).filter(|_| doubted.contains(name)) else { continue };
        let written = recorded.text.get(at + name.len() + 1..);
        if written.and_then(|rest| rest.strip_prefix(value)?.strip_prefix(' ')).is_some_and(begins) {
            doubted.remove(name);
        }
    }
    doubted
}

/// What the user should know of arguments whose values cannot be told apart.
fn unclear_note(names: &BTreeSet<&str>) -> Option<String> {
    let note = format!(
        "the history's build arguments are ambiguous, since values may hold spaces: {} may have other values than \
         those that are known from elsewhere",
        listed(names.iter(), NAMED)
    );
    (!names.is_empty()).then_some(note)
}

/// That the build's SOURCE_DATE_EPOCH reached no command, where BuildKit attests it: an argument that no ARG declares is
/// in no RUN's environment, while the exporter's `rewrite-timestamp` follows it all the same.
fn unseen_epoch(own: &[HistoryStep], provenance: Option<&Provenance>) -> Option<String> {
    provenance.filter(|provenance| provenance.args.contains_key(EPOCH))?;
    let names =
        |step: &HistoryStep| step.args.iter().any(|(name, _)| name == EPOCH) || step.unclear.contains(EPOCH);
    let ran = own.iter().any(|step| step.instruction.starts_with("RUN "));
    let note = "SOURCE_DATE_EPOCH was given to the build, but no RUN saw it, since no ARG of the stage declares it before one: \
                where rewrite-timestamp set the times of files afterwards, .pyc files that hold their source's time are \
                stale, and Python compiles them anew at each start";
    (ran && !own.iter().any(names)).then(|| note.to_owned())
}

/// Reads the arguments of each step again that `aligned` joins to an instruction: by the Dockerfile's own ARGs before
/// it, and by its command.
pub(super) fn read_again(
    steps: &mut [HistoryStep],
    aligned: &[Option<usize>],
    (stages, chain): (&Stages<'_>, &Chain<'_>),
    (command_line, provenance): (&BTreeMap<String, String>, Option<&Provenance>),
) {
    let bindings = declared(stages, chain);
    let commands: Vec<Option<String>> = chain.steps.iter().map(|step| command(step.instruction)).collect();
    let mut likely: BTreeMap<String, String> = BTreeMap::new();
    let default = |(name, binding): (&&str, &Option<&Binding>)| {
        Some(((*name).to_owned(), binding.as_ref()?.value.clone()))
    };
    likely.extend(bindings.iter().filter_map(default));
    let owned = |(name, value): (&String, &String)| (name.clone(), value.clone());
    likely.extend(command_line.iter().map(owned));
    likely.extend(provenance.into_iter().flat_map(|provenance| &provenance.args).map(owned));
    let shells: BTreeSet<String> = chain.steps.iter().filter_map(|step| shell(step.instruction)).collect();
    let mut shells: Vec<String> =
        history::DEFAULT_SHELLS.into_iter().map(str::to_owned).chain(shells).collect();
    history::by_length(&mut shells);
    let mut declared = Declared::default();
    let mut read = 0;
    for (step, at) in steps.iter_mut().zip(aligned) {
        let Some(at) = at else { continue };
        for before in chain.steps.get(read..*at).unwrap_or_default() {
            names(before.instruction).for_each(|name| declared.add(name));
        }
        read = *at;
        let command = commands.get(*at).and_then(Option::as_deref);
        step.read_again(Hints { declared: &declared, likely: &likely, shells: &shells, command });
    }
}

/// The names that an ARG declares.
fn names(instruction: &Instruction) -> impl Iterator<Item = &str> {
    let words = match &instruction.arguments {
        InstructionArguments::Words(words) if instruction.keyword == Keyword::Arg => words.as_slice(),
        _ => &[],
    };
    words.iter().map(|word| word.text.split('=').next().unwrap_or_default())
}

/// The words of a SHELL.
fn shell(instruction: &Instruction) -> Option<String> {
    let InstructionArguments::Exec(words) = &instruction.arguments else { return None };
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    (instruction.keyword == Keyword::Shell).then(|| words.join(" "))
}

/// The command of a RUN, as builders record it.
fn command(instruction: &Instruction) -> Option<String> {
    let text = match &instruction.arguments {
        _ if instruction.keyword != Keyword::Run || !instruction.heredocs.is_empty() => return None,
        InstructionArguments::Exec(words) => {
            words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
        }
        InstructionArguments::Text(text) => text.text().to_owned(),
        _ => return None,
    };
    Some(text)
}

/// The build's SOURCE_DATE_EPOCH, where an argument gives it.
pub(super) fn source_date_epoch(args: &[Arg]) -> Option<i64> {
    let arg = args.iter().find(|arg| arg.name == EPOCH)?;
    arg.value.as_deref()?.parse().ok()
}

/// The arguments that FROM or a stage of the chain declares, with the default each has in the end.
fn declared<'a>(stages: &'a Stages<'_>, chain: &Chain<'_>) -> BTreeMap<&'a str, Option<&'a Binding>> {
    let chained = chain.stages.iter().filter_map(|index| stages.stages.get(*index)).map(|stage| &stage.scope);
    let mut declared = BTreeMap::new();
    for scope in std::iter::once(&stages.global).chain(chained) {
        for name in scope.names() {
            let is_arg = |binding: &&Binding| {
                matches!(
                    binding.kind,
                    BindingKind::Default | BindingKind::Global | BindingKind::BuildArgument
                )
            };
            if let Some(binding) = scope.all(name).iter().rev().find(is_arg) {
                let known = binding.unset.is_empty().then_some(binding);
                declared.insert(name, known);
            }
        }
    }
    declared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::recorded::{ListedBy, Recorded};

    fn step(text: &str, args: &[(&str, &str)], unclear: &[&str]) -> HistoryStep {
        HistoryStep {
            recorded: Recorded::of(text, ListedBy::BuildKit),
            args: args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            unclear: unclear.iter().map(|name| (*name).to_owned()).collect(),
            ..HistoryStep::default()
        }
    }

    #[test]
    fn what_a_step_tells_is_taken_where_an_ambiguous_one_can_only_say_the_same() {
        let clear = || step("|1 B=x /bin/sh -c a", &[("B", "x")], &[]);
        let told = |text: &str| {
            let mut notes = Vec::new();
            let own = [clear(), step(text, &[], &["A", "B"])];
            let args = locked(&own, None, &BTreeMap::new(), None, &mut notes);
            (args.iter().map(|arg| arg.name.clone()).collect::<Vec<_>>(), notes.join("; ").contains(" B"))
        };
        let (known, unknown) = (vec!["B".to_owned()], Vec::<String>::new());
        assert_eq!(told("|2 A=1 B=x /bin/sh -c A=2 b"), (known.clone(), false));
        assert_eq!(told("|2 B=x A=1 /bin/sh -c A=2 b"), (known, false));
        // It may be `x y` there, or another altogether.
        assert_eq!(told("|2 A=1 B=x y /bin/sh -c b"), (unknown.clone(), true));
        assert_eq!(told("|2 A=1 B=z /bin/sh -c b"), (unknown, true));
    }
}
