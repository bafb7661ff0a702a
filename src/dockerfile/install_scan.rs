//! Finds `pip install -r FILE` and `uv pip install -r FILE` in shell text by its words.
//!
//! Vocabulary: a *command* is the words between separators (`;`, `&`, `|`, parentheses, newlines, backquotes). Quotes are
//! taken off without ending a command, so that `bash -c "pip install -r x"` reads like the command inside.
//!
//! What it refuses to do: no expansion, no aliases, no control flow; a `cd` holds for the rest of the text.

use super::{FileRole, Logical};
use crate::base::text::Span;

/// A requirements file that a command names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScannedFile {
    /// As written, quotes taken off.
    pub(super) path: String,
    pub(super) role: FileRole,
    /// Where the text has gone with `cd`, as written; empty for where it began.
    pub(super) folder: String,
    pub(super) span: Span,
    /// Where the installer's name stands, which tells commands apart.
    pub(super) command: Span,
}

struct CommandWord {
    text: String,
    span: Span,
}

/// The requirements files that the commands of a text install from.
pub(super) fn scan_commands(text: &Logical) -> Vec<ScannedFile> {
    let mut found = Vec::new();
    let mut folder = String::new();
    for command in commands(text) {
        if let [cd, to, ..] = command.as_slice()
            && cd.text == "cd"
        {
            folder = if to.text.starts_with('/') { to.text.clone() } else { format!("{folder}{}", to.text) };
            folder.push('/');
        } else if let Some((pip, arguments, positional)) = installer(&command) {
            found.extend(files(arguments, positional, &folder, pip.span));
        }
    }
    found
}

/// Splits a text into commands, and these into words.
fn commands(text: &Logical) -> Vec<Vec<CommandWord>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<(String, usize, usize)> = None;
    let mut chars = text.text().char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let separates = matches!(c, ';' | '&' | '|' | '(' | ')' | '\n' | '`');
        if separates || c.is_whitespace() || matches!(c, ',' | '[' | ']') && word.is_none() {
            end_word(text, &mut word, &mut commands);
            if separates {
                commands.push(Vec::new());
            }
            continue;
        }
        let (string, _, end) = word.get_or_insert_with(|| (String::new(), at, at));
        *end = at + c.len_utf8();
        match c {
            '\'' | '"' => {
                // Between the strings of a JSON array stand commas, and after them a bracket.
                let json = chars.next_if(|(_, next)| matches!(next, ',' | ']') && !string.is_empty());
                if json.is_some() {
                    end_word(text, &mut word, &mut commands);
                }
            }
            '\\' => {
                if let Some((at, escaped)) = chars.next_if(|(_, next)| !next.is_whitespace()) {
                    string.push(escaped);
                    *end = at + escaped.len_utf8();
                }
            }
            c => string.push(c),
        }
    }
    end_word(text, &mut word, &mut commands);
    commands
}

fn end_word(text: &Logical, word: &mut Option<(String, usize, usize)>, commands: &mut [Vec<CommandWord>]) {
    let Some((string, start, end)) = word.take() else { return };
    if let Some(command) = commands.last_mut().filter(|_| !string.is_empty()) {
        command.push(CommandWord { text: string, span: text.source_span(start..end) });
    }
}

/// The name of the installer and the words after `pip install` and its like; whether plain words among them are
/// requirements files.
fn installer(command: &[CommandWord]) -> Option<(&CommandWord, &[CommandWord], bool)> {
    let at = command.iter().position(|word| is_pip(&word.text))?;
    let rest = command.get(at + 1..)?;
    let verb = rest
        .iter()
        .position(|word| matches!(word.text.as_str(), "install" | "download" | "wheel" | "sync"))?;
    let positional = rest.get(verb).is_some_and(|word| word.text == "sync");
    Some((command.get(at)?, rest.get(verb + 1..)?, positional))
}

fn is_pip(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    name.strip_prefix("pip").is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

fn files(arguments: &[CommandWord], positional: bool, folder: &str, command: Span) -> Vec<ScannedFile> {
    let mut found = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let named = match option(&word.text) {
            Some((role, Some(path))) => Some((role, path.to_owned(), word.span)),
            Some((role, None)) => words.next().map(|next| (role, next.text.clone(), next.span)),
            None if positional && !word.text.starts_with('-') => {
                Some((FileRole::Requirements, word.text.clone(), word.span))
            }
            None => None,
        };
        found.extend(named.map(|(role, path, span)| ScannedFile {
            path,
            role,
            folder: folder.to_owned(),
            span,
            command,
        }));
    }
    // pip reads a URL too; that is no file of any context.
    found.retain(|file| !file.path.contains("://") && file.path != "-");
    found
}

/// `-r`, `-c` and their long forms, and the value attached to them.
fn option(word: &str) -> Option<(FileRole, Option<&str>)> {
    for (long, role) in [
        ("--requirements", FileRole::Requirements),
        ("--requirement", FileRole::Requirements),
        ("--constraints", FileRole::Constraints),
        ("--constraint", FileRole::Constraints),
    ] {
        match word.strip_prefix(long) {
            Some("") => return Some((role, None)),
            Some(rest) if rest.starts_with('=') => return Some((role, rest.strip_prefix('='))),
            _ => {}
        }
    }
    for (short, role) in [("-r", FileRole::Requirements), ("-c", FileRole::Constraints)] {
        if let Some(rest) = word.strip_prefix(short) {
            return Some((role, Some(rest).filter(|rest| !rest.is_empty())));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Vec<(String, String)> {
        let logical = Logical::of(text, Span::new(0, text.len()));
        scan_commands(&logical).into_iter().map(|file| (file.folder, file.path)).collect()
    }

    fn paths(text: &str) -> Vec<String> {
        scan(text).into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn files_are_found_behind_every_spelling_of_pip() {
        for text in [
            "pip install -r a.txt",
            "set -x; /venv/bin/pip3.11 install --no-cache-dir -ra.txt && rm a.txt",
            "FOO=1 python3 -m pip install --requirement=a.txt",
            "uv pip install --system --requirements a.txt",
            "uv pip sync a.txt",
            "bash -lc \"pip install -r a.txt\"",
            "[\"pip\", \"install\",\"-r\",\"a.txt\"]",
            "if true; then pip install -r 'a.txt'; fi",
        ] {
            assert_eq!(paths(text), ["a.txt"], "{text}");
        }
    }

    #[test]
    fn other_commands_name_no_requirements() {
        for text in [
            "grep -r a.txt",
            "pip install a.txt",
            "pip --version; rm -r b",
            "pip install -r https://example.org/a.txt",
        ] {
            assert!(paths(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn several_files_and_constraints_and_folders_are_kept_apart() {
        assert_eq!(paths("pip install -r a.txt -c b.txt -r c.txt"), ["a.txt", "b.txt", "c.txt"]);
        let folder = |folder: &str, path: &str| (folder.to_owned(), path.to_owned());
        let text = "cd /opt && cd x && pip install -r a.txt\ncd /y\npip install -r b.txt";
        assert_eq!(scan(text), [folder("/opt/x/", "a.txt"), folder("/y/", "b.txt")]);
    }
}
