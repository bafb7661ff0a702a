//! A command at the end of a RUN, so that it runs where all before it went well, and the RUN fails where it failed before.
//!
//! What it refuses to do: it ends no RUN whose last command runs in the background, is in another's quotes, ends in a comment
//! or never comes to its end; none whose last command is a function or a script that the shell itself reads, since `set -e`
//! does not hold in what stands before `&&` (POSIX, the set utility); and none in a shell that takes a pattern without a
//! match for an error. A heredoc that some command reads is left alone.

use crate::base::text::Span;
use crate::dockerfile::{CodePlaces, InstructionArguments};
use crate::finding::Edit;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::SourceScript;
use crate::shell::{Command, ContextKind};

/// Commands after which nothing of the script runs, and those that read a script into the shell itself.
const ENDING: [&str; 4] = ["exit", "exec", "logout", "return"];
const READING: [&str; 3] = [".", "source", "eval"];

/// A command put in at the end of a RUN: behind `&&` on a line of its own, or in a heredoc at the end of its last line.
pub(crate) fn at_the_end(subject: &Subject<'_>, script: &SourceScript, command: &str) -> Option<Edit> {
    let last = last(script)?;
    let build = subject.build.as_ref()?;
    let place = script.step?;
    if command.contains(['*', '?', '[']) && fails_without_match(subject, script) {
        return None;
    }
    let end = script.place(last.span).end;
    let text = subject.text();
    let rest = text.get(end..script.span.end)?;
    let step = build.at(place)?;
    let InstructionArguments::Text(line) = &step.instruction.arguments else { return None };
    if let Some(first) = step.instruction.heredocs.first() {
        let next = rest.find('\n').map(|at| end + at + 1)?;
        let is_plain = text.get(end..next)?.trim().is_empty();
        let is_script = line.span() == first.word && next == first.body.end;
        // On a line of its own it would be the last command, whose status alone a heredoc's shell gives.
        return (is_plain && is_script).then(|| Edit::insert(end, format!(" && {command}")));
    }
    let newline = line_end(text, end);
    let escape = build.dockerfile.escape;
    rest.trim().is_empty().then(|| Edit::insert(end, format!(" {escape}{newline} && {command}")))
}

/// The last command of the script's own list, where another may follow it.
fn last(script: &SourceScript) -> Option<&Command> {
    let is_in_the_list = |command: &&Command| {
        use ContextKind::{And, Or, Script};
        script.shell.contexts_of(command).all(|context| matches!(context.kind, Script | And | Or))
    };
    let list = || script.shell.commands.iter().filter(is_in_the_list);
    let last = list().max_by_key(|command| command.span.end)?;
    let leaves = |command: &Command| {
        let by_itself = ENDING.iter().any(|name| command.is(name));
        by_itself || command.wrappers.iter().any(|wrapper| wrapper.name == "exec")
    };
    // `exec >log` goes on; `exec program` does not.
    let is_over = |command: &Command| leaves(command) && !(command.is("exec") && command.words.len() < 2);
    let is_over_before = || {
        list()
            .any(|command| !script.shell.is_conditional(command) && command.context == 0 && is_over(command))
    };
    if leaves(last) || is_over_before() || READING.iter().any(|name| last.is(name)) {
        return None;
    }
    let text = script_text(script)?;
    let is_function = last.name.as_ref().is_some_and(|name| defines(text, name));
    let is_left_running = runs_in_background(script, text) && !last.is("wait");
    (!is_function && !is_left_running).then_some(last)
}

fn script_text(script: &SourceScript) -> Option<&str> {
    match &script.places {
        CodePlaces::Joined(text) => Some(text.text()),
        CodePlaces::Same => None,
    }
}

/// Whether a script may define a function of that name.
fn defines(text: &str, name: &str) -> bool {
    let behind = text.match_indices(name).filter_map(|(at, _)| text.get(at + name.len()..));
    { behind }.any(|rest| rest.trim_start().starts_with("()")) || text.contains(&format!("function {name}"))
}

/// Whether a single `&` stands between commands.
fn runs_in_background(script: &SourceScript, text: &str) -> bool {
    let mut spans: Vec<Span> = script.shell.commands.iter().map(|command| command.span).collect();
    spans.extend(script.shell.assignments.iter().map(|assignment| assignment.span));
    spans.sort();
    let mut end = 0;
    let mut gaps = Vec::new();
    for span in spans {
        gaps.extend(text.get(end..span.start));
        end = end.max(span.end);
    }
    gaps.extend(text.get(end..));
    gaps.into_iter().any(|gap| {
        let gap =
            ["&&", ">&", "<&", "&>", "|&"].iter().fold(gap.to_owned(), |gap, known| gap.replace(known, " "));
        gap.lines().any(|line| line.split('#').next().unwrap_or_default().contains('&'))
    })
}

/// Whether the shell takes a pattern that matches nothing for an error: zsh, and bash told so.
fn fails_without_match(subject: &Subject<'_>, script: &SourceScript) -> bool {
    let shell = subject.build.as_ref().zip(script.step).and_then(|(build, (stage, index))| {
        let words = build.stages.shell(stage, index)?.arguments.words();
        Some(words.iter().any(|word| word.text.rsplit('/').next() == Some("zsh") || word.text == "failglob"))
    });
    let sets = |command: &Command| {
        command.is("shopt") && command.arguments().iter().any(|word| word.text == "failglob")
    };
    shell.unwrap_or(false) || script.shell.commands.iter().any(sets)
}

/// How the line that holds byte `at` ends; the last one as the line before it does.
fn line_end(text: &str, at: usize) -> &'static str {
    let own = text.get(at..).and_then(|rest| rest.find('\n')).map(|newline| at + newline);
    let newline = own.or_else(|| text.get(..at)?.rfind('\n'));
    let is_crlf = newline.and_then(|newline| text.get(..newline)).is_some_and(|line| line.ends_with('\r'));
    if is_crlf { "\r\n" } else { "\n" }
}
