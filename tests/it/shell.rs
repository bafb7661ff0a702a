//! The shell reader against the RUN instructions of real Dockerfiles, read from `REPROLOCK_CORPUS`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "functions that only tests call, and what they counted"
)]

use std::collections::BTreeMap;

use reprolock::internal::base::text::Span;
use reprolock::internal::dockerfile::{Dockerfile, Instruction, InstructionArguments, Keyword};
use reprolock::internal::shell::{Script, Target, Word};

use super::dockerfile::{Random, real_dockerfiles};

/// What the shell gets of a RUN: its joined line and the heredocs behind it, or the heredoc that stands for all of it.
fn body(source: &str, run: &Instruction) -> Option<String> {
    let InstructionArguments::Text(line) = &run.arguments else { return None };
    match run.heredocs.as_slice() {
        [] => Some(line.text().to_owned()),
        [only] if only.word == line.span() => Some(only.content.text().to_owned()),
        heredocs => {
            let mut text = line.text().to_owned();
            for heredoc in heredocs {
                text.push('\n');
                text.push_str(source[heredoc.body.start..heredoc.terminator.end].trim_end_matches('\n'));
            }
            Some(text)
        }
    }
}

fn bodies() -> Option<Vec<(String, String)>> {
    let mut bodies = Vec::new();
    for (path, source) in real_dockerfiles()? {
        let dockerfile = Dockerfile::parse(&source);
        let shells = dockerfile.instructions().filter(|instruction| instruction.keyword == Keyword::Shell);
        if shells.flat_map(|shell| shell.arguments.words()).any(|word| word.text.starts_with("powershell")) {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for instruction in dockerfile.instructions() {
            let instruction = instruction.effective();
            if instruction.keyword == Keyword::Run {
                bodies.extend(body(&source, instruction).map(|text| (name.clone(), text)));
            }
        }
    }
    Some(bodies)
}

fn words(script: &Script) -> Vec<&Word> {
    let mut words = Vec::new();
    for command in &script.commands {
        words.extend(&command.words);
        words.extend(command.wrappers.iter().flat_map(|wrapper| &wrapper.words));
        words.extend(command.assignments.iter().map(|(_, word)| word));
        words.extend(command.redirects.iter().filter_map(|redirect| match &redirect.target {
            Target::File(word) | Target::HereString(word) | Target::Heredoc(word) => Some(word),
            Target::Closed => None,
        }));
    }
    words
}

/// Every span fits, and what is said to stand in the text byte for byte does.
fn assert_places(text: &str, script: &Script, name: &str) {
    let slice = |span: Span| text.get(span.start..span.end).unwrap_or_else(|| panic!("{name}: {span:?}"));
    for command in &script.commands {
        slice(command.span);
        assert!(command.context < script.contexts.len(), "{name}");
        for redirect in &command.redirects {
            slice(redirect.span);
        }
    }
    for context in &script.contexts {
        assert!(context.owner.is_none_or(|owner| owner < script.commands.len()), "{name}");
    }
    for word in words(script) {
        let written = slice(word.span);
        if word.verbatim && !word.quoted && !written.contains('\\') && !written.contains('$') {
            assert_eq!(written, word.text, "{name}");
        }
        for (at, c) in word.text.char_indices() {
            let range = at..at + c.len_utf8();
            let place = word.source(range.clone());
            slice(place);
            assert!(word.span.start <= place.start && place.end <= word.span.end, "{name}: {word:?}");
            if let Some(span) = word.exact(range) {
                assert!(slice(span).chars().eq([c]), "{name}: {word:?}");
            }
        }
        for expansion in &word.expansions {
            assert!(word.text.get(expansion.range.clone()).is_some_and(|text| !text.is_empty()), "{name}");
        }
        let _ = word.fields(&|name| Some(format!("{name} value")));
    }
}

#[test]
fn real_run_instructions_are_read_without_error() {
    let Some(bodies) = bodies() else { return };
    let mut programs: BTreeMap<String, usize> = BTreeMap::new();
    let (mut commands, mut unnamed, mut nested, mut unread) = (0, Vec::new(), 0, Vec::new());
    for (name, text) in &bodies {
        let script = Script::parse(text);
        if script.has_errors || script.incomplete {
            unread.push(format!("{name}: {text}"));
        }
        assert_places(text, &script, name);
        for command in &script.commands {
            commands += 1;
            nested += usize::from(command.context != 0);
            match &command.name {
                Some(program) => *programs.entry(program.clone()).or_default() += 1,
                None => unnamed.push(text[command.span.start..command.span.end].to_owned()),
            }
        }
    }
    println!(
        "{} bodies, {commands} commands, {nested} in contexts, unnamed {unnamed:#?}: {programs:?}",
        bodies.len()
    );
    assert!(unread.is_empty(), "{}", unread.join("\n"));
    assert!(bodies.len() > 1000 && commands > 5000, "{} {commands}", bodies.len());
    assert!(programs["pip"] > 300 && programs["apt-get"] > 600, "{programs:?}");
}

#[test]
fn damaged_scripts_never_panic_and_keep_their_places() {
    let Some(bodies) = bodies() else { return };
    let mut random = Random(2025);
    let marks = [
        "'", "\"", "$(", "`", "${", "<<E\n", "\\", ")", "}", "{", "|", "&&", ";", "\n", "é", "sh -c \"", "((",
    ];
    for (name, text) in &bodies {
        let mut chars: Vec<String> = text.chars().map(String::from).collect();
        for _ in 0..=random.below(12) {
            let at = random.below(chars.len());
            match random.below(3) {
                0 if !chars.is_empty() => {
                    chars.remove(at);
                }
                _ => chars.insert(at, marks[random.below(marks.len())].to_owned()),
            }
        }
        let damaged = chars.concat();
        assert_places(&damaged, &Script::parse(&damaged), name);
    }
}
