//! Scripts inside a command: the text of `sh -c`, what a shell reads from a heredoc, `eval`, `find -exec`.
//!
//! What it refuses to do: scripts in files and at the other end of a pipe are not looked for.

use std::ops::Range;

use crate::base::text::Span;
use crate::shell::context::ContextKind;
use crate::shell::parse::windows;
use crate::shell::word::map::Map;
use crate::shell::word::{ExpansionKind, Word};
use crate::shell::{Command, Target};

/// What a command runs.
pub(crate) enum Inner {
    /// A text that a shell reads; what stands at `skip` was expanded by the shell outside.
    Text { text: String, map: Map, skip: Vec<Range<usize>>, kind: ContextKind },
    /// Words that are run as they are.
    Words { words: Vec<Word>, kind: ContextKind },
}

/// Whether a word, as written, is a shell's program.
pub(crate) fn is_shell_program(word: &str) -> bool {
    let name = word.trim_matches(['"', '\'']).rsplit('/').next().unwrap_or_default();
    is_shell(name)
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "mksh")
}

/// The scripts and commands inside a command.
pub(crate) fn inner(command: &Command) -> Vec<Inner> {
    let Some(name) = command.name.as_deref() else { return Vec::new() };
    let arguments = command.arguments();
    match name {
        name if is_shell(name) => shell(command).into_iter().collect(),
        "eval" if !arguments.is_empty() => vec![joined(arguments, ContextKind::Eval)],
        "trap" => arguments
            .iter()
            .find(|word| word.text != "--")
            .filter(|word| !matches!(word.text.as_str(), "" | "-" | "-l" | "-p"))
            .map(|word| of_word(word, ContextKind::Eval))
            .into_iter()
            .collect(),
        "su" | "runuser" | "sg" | "flock" | "script" => with_option(arguments),
        "scl" => arguments
            .iter()
            .skip(2)
            .rfind(|_| is_enable(arguments))
            .map_or_else(Vec::new, |word| vec![of_word(word, ContextKind::ShellText)]),
        "powershell" | "pwsh" => powershell(arguments),
        "find" => executed(arguments),
        _ => Vec::new(),
    }
}

fn is_enable(arguments: &[Word]) -> bool {
    arguments.first().is_some_and(|word| word.text == "enable")
}

/// The text behind `-c`, or what a shell without operands reads.
fn shell(command: &Command) -> Option<Inner> {
    let mut takes_text = false;
    let mut words = command.arguments().iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        if text == "-s" || text == "-" {
            break;
        }
        if matches!(text, "--rcfile" | "--init-file" | "-O" | "+O" | "-o" | "+o") {
            words.next();
        } else if text.starts_with('-') && !text.starts_with("--") {
            takes_text |= text.contains('c');
            if text.contains('o') {
                words.next();
            }
        } else if !text.starts_with('+') && !text.starts_with("--") {
            return takes_text.then(|| of_word(word, ContextKind::ShellText));
        }
    }
    let input = command.redirects.iter().rev().find_map(|redirect| match &redirect.target {
        Target::Heredoc(word) | Target::HereString(word) => Some(word),
        _ => None,
    })?;
    Some(of_word(input, ContextKind::ShellInput))
}

/// The text behind `-c` or `--command`.
fn with_option(arguments: &[Word]) -> Vec<Inner> {
    for (at, word) in arguments.iter().enumerate() {
        if let Some(start) = word.text.strip_prefix("--command=").map(|text| word.text.len() - text.len()) {
            return vec![of_word(&word.slice(start..word.text.len()), ContextKind::ShellText)];
        }
        let bundle = word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('c');
        if bundle || word.text == "--command" {
            let text = arguments.get(at + 1);
            return text.map(|word| of_word(word, ContextKind::ShellText)).into_iter().collect();
        }
    }
    Vec::new()
}

/// What stands behind `-Command`, or behind the options: PowerShell reads its words as one text.
fn powershell(arguments: &[Word]) -> Vec<Inner> {
    let is_command = |word: &Word| matches!(word.text.to_ascii_lowercase().as_str(), "-command" | "-c");
    let start = arguments.iter().position(is_command).map(|at| at + 1).or_else(|| bare(arguments));
    let Some(words) = start.and_then(|start| arguments.get(start..)).filter(|words| !words.is_empty()) else {
        return Vec::new();
    };
    match joined(words, ContextKind::ShellText) {
        Inner::Text { text, map, skip, kind } => {
            vec![Inner::Text { text: windows::as_posix(&text), map, skip, kind }]
        }
        words => vec![words],
    }
}

/// Where the command stands that is given without `-Command`; PowerShell takes a script's name in that place, too.
/// <https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_powershell_exe>
fn bare(arguments: &[Word]) -> Option<usize> {
    // Any beginning of these will do, and some short names.
    const TAKING: [&str; 7] = [
        "executionpolicy",
        "version",
        "inputformat",
        "outputformat",
        "windowstyle",
        "configurationname",
        "psconsolefile",
    ];
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        if !word.text.starts_with(['-', '/']) {
            return Some(at);
        }
        let name = word.text.trim_start_matches(['-', '/']).to_ascii_lowercase();
        at += match name.as_str() {
            "file" | "f" | "e" | "ec" | "enc" | "encodedcommand" => return None,
            "ep" | "ex" | "v" | "w" => 2,
            name if name.len() > 1 && TAKING.iter().any(|long| long.starts_with(name)) => 2,
            _ => 1,
        };
    }
    None
}

/// The commands behind `-exec`.
fn executed(arguments: &[Word]) -> Vec<Inner> {
    let mut commands = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if !matches!(word.text.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir") {
            continue;
        }
        let command: Vec<Word> =
            words.by_ref().take_while(|word| !matches!(word.text.as_str(), ";" | "+")).cloned().collect();
        if !command.is_empty() {
            commands.push(Inner::Words { words: command, kind: ContextKind::Exec });
        }
    }
    commands
}

fn of_word(word: &Word, kind: ContextKind) -> Inner {
    joined(std::slice::from_ref(word), kind)
}

/// The words with a blank between them, as `eval` reads them.
fn joined(words: &[Word], kind: ContextKind) -> Inner {
    let (mut text, mut map, mut skip) = (String::new(), Map::empty(), Vec::new());
    let mut end = None;
    for word in words {
        if let Some(end) = end {
            map.push_made(text.len(), Span::new(end, word.span.start.max(end)));
            text.push(' ');
        }
        end = Some(word.span.end);
        let expanded = |kind: &ExpansionKind| matches!(kind, ExpansionKind::Command | ExpansionKind::Process);
        let ranges = word.expansions.iter().filter(|expansion| expanded(&expansion.kind));
        // In a heredoc nothing was read yet.
        if kind != ContextKind::ShellInput {
            skip.extend(ranges.map(|part| part.range.start + text.len()..part.range.end + text.len()));
        }
        map.push_copied(text.len(), &word.map, 0..word.text.len());
        text.push_str(&word.text);
    }
    Inner::Text { text, map: map.tidy(), skip, kind }
}
