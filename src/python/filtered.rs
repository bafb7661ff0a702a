//! Lists of requirements that a script makes of another one on the way: `grep -v torch a.txt > b.txt`, `<(sed … a.txt)`,
//! `cat a.txt | xargs pip install`. What is installed is a part of the first, so that its lines are those that count.
//!
//! What it refuses to do: it runs no filter, and follows what a program writes no further than one step.

use crate::shell::{Command, ContextKind, Script, Target, Word};

/// Programs that hand on lines of a file, and how many operands come before it.
const FILTERS: &[(&str, usize)] = &[
    ("cat", 0),
    ("cp", 0),
    ("mv", 0),
    ("head", 0),
    ("tail", 0),
    ("sort", 0),
    ("uniq", 0),
    ("cut", 0),
    ("tac", 0),
    ("grep", 1),
    ("egrep", 1),
    ("fgrep", 1),
    ("sed", 1),
    ("awk", 1),
    ("gawk", 1),
];

/// The file whose lines `script` has put at `path` before command number `at`.
pub(super) fn made_of(script: &Script, at: usize, path: &str) -> Option<Word> {
    let before = script.commands.get(..at)?;
    before.iter().rev().find_map(|command| {
        let is_copy = matches!(command.name.as_deref(), Some("cp" | "mv"));
        let writes = match is_copy {
            true => command.arguments().last().is_some_and(|word| word.text == path),
            false => command.redirects.iter().any(|redirect| match &redirect.target {
                Target::File(word) => redirect.operator.contains('>') && word.text == path,
                _ => false,
            }),
        };
        writes.then(|| first_of(script, command)).flatten()
    })
}

/// The file whose lines stand in a word of command number `at`, or come down its pipe.
pub(super) fn read_by(script: &Script, at: usize, word: Option<&Word>) -> Option<Word> {
    let command = script.commands.get(at)?;
    script.commands.iter().find_map(|inner| {
        let feeds = match word {
            Some(word) => {
                let is_inside = word.span.start <= inner.span.start && inner.span.end <= word.span.end;
                let mut around = script.contexts_of(inner);
                is_inside
                    && around
                        .any(|context| context.kind == ContextKind::Substitution && context.owner == Some(at))
            }
            None => inner.pipeline == command.pipeline && inner.position < command.position,
        };
        feeds.then(|| source(inner)).flatten()
    })
}

/// The file that the first command of a pipeline reads.
fn first_of(script: &Script, command: &Command) -> Option<Word> {
    let same = script.commands.iter().filter(|other| other.pipeline == command.pipeline);
    source(same.min_by_key(|other| other.position)?)
}

/// The file that a filter reads.
fn source(command: &Command) -> Option<Word> {
    let name = command.name.as_deref()?;
    let (_, skipped) = FILTERS.iter().find(|(filter, _)| *filter == name)?;
    // A pattern given by an option is no operand.
    let has_pattern = command.arguments().iter().any(|word| matches!(word.text.as_str(), "-e" | "-f"));
    let mut operands: Vec<&Word> =
        command.arguments().iter().filter(|word| !word.text.starts_with('-')).collect();
    let is_copy = matches!(name, "cp" | "mv");
    if is_copy {
        operands.pop();
    }
    let skipped = if has_pattern { 1.min(*skipped) } else { *skipped };
    let file = operands.get(skipped..)?.last()?;
    let read = command.redirects.iter().find_map(|redirect| match &redirect.target {
        Target::File(word) if redirect.operator == "<" => Some(word),
        _ => None,
    });
    Some(read.unwrap_or(file))
        .filter(|word| word.is_literal() && !word.text.is_empty())
        .map(|word| (*word).clone())
}
