//! The commands of a build: what is run, and the same as a person can paste it into a shell.
//!
//! Vocabulary: a *piece* is part of one argument: text, a secret value, or a path in the folder that the build works in. The folder
//! is another one each time, so commands name it by `$work` alone until they are run.
//!
//! What it refuses to do: a secret value is run and never shown (the shell is asked for it by its name), and what a lock or a
//! Dockerfile puts into a command acts on no terminal and no runner: it is quoted as escapes.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::path::misleads;
use crate::base::runners;

/// Columns of a line of a command that is shown.
const WIDTH: usize = 100;

/// Part of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The value of a variable that is not shown.
    Secret {
        name: String,
        value: String,
    },
    /// A path in the folder that the build works in.
    Work(String),
}

/// One argument of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument(Vec<Piece>);

impl Argument {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    /// `path` in the folder that the build works in.
    pub fn work(path: impl Into<String>) -> Self {
        Self(vec![Piece::Work(path.into())])
    }

    /// The same with `other` behind it.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The same with the value of `name`, which is not shown, behind it.
    pub fn secret(mut self, name: &str, value: &str) -> Self {
        self.0.push(Piece::Secret { name: name.to_owned(), value: value.to_owned() });
        self
    }

    /// As it is run in the folder `work`.
    pub fn run(&self, work: &Path) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Secret { value, .. } => value.clone(),
            Piece::Work(path) => work.join(path).to_string_lossy().into_owned(),
        };
        self.0.iter().map(piece).collect()
    }

    /// As a word of a shell.
    fn word(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => quoted(text),
            Piece::Secret { name, .. } => format!("\"${name}\""),
            Piece::Work(path) => format!("\"$work/{path}\""),
        };
        match self.0.as_slice() {
            [Piece::Text(text)] if text.is_empty() => "''".to_owned(),
            pieces => pieces.iter().map(piece).collect(),
        }
    }

    fn is_option(&self) -> bool {
        matches!(self.0.first(), Some(Piece::Text(text)) if text.starts_with('-') && text.len() > 1)
    }
}

/// A program with its arguments and what its environment has more than ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program's name.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
}

/// The same in a folder, ready to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyCommand {
    /// The program's name.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
}

impl Invocation {
    /// `program`, without arguments so far.
    pub fn new(program: &str) -> Self {
        Self { program: program.to_owned(), arguments: Vec::new(), environment: Vec::new() }
    }

    /// With arguments of plain text.
    pub fn with<T: Into<String>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(texts.into_iter().map(Argument::text));
        self
    }

    /// With arguments.
    pub fn with_all(mut self, arguments: impl IntoIterator<Item = Argument>) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// With a variable in its environment.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As it is run in the folder `work`.
    pub fn ready(&self, work: &Path) -> ReadyCommand {
        ReadyCommand {
            program: self.program.clone(),
            arguments: self.arguments.iter().map(|argument| argument.run(work)).collect(),
            environment: self.environment.clone(),
        }
    }

    /// As it is pasted into a shell: one line where it is short, else an option a line.
    pub fn shell(&self) -> String {
        let variables = self.environment.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        let mut words: Vec<String> = variables.collect();
        words.push(quoted(&self.program));
        let start = words.len();
        words.extend(self.arguments.iter().map(Argument::word));
        let line = words.join(" ");
        if line.chars().count() <= WIDTH {
            return line;
        }
        let mut text = String::new();
        let is_option = |at: usize| {
            at.checked_sub(start).and_then(|at| self.arguments.get(at)).is_some_and(Argument::is_option)
        };
        for (at, word) in words.iter().enumerate() {
            let gap = match at {
                0 => "",
                _ if is_option(at) => " \\\n  ",
                _ => " ",
            };
            text.push_str(gap);
            text.push_str(word);
        }
        text
    }
}

/// `text` as a word of a POSIX shell; what acts on a terminal or a runner becomes an escape, which bash, zsh and ksh know.
pub fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) && !runners::has_command(text) {
        return text.to_owned();
    }
    let acts = runners::has_command(text);
    if !acts && !text.chars().any(misleads) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let escaped = |c: char| match c {
        '\'' | '\\' => format!("\\{c}"),
        '#' | ':' if acts => format!("\\x{:02x}", u32::from(c)),
        c if misleads(c) => {
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\x{byte:02x}")).collect()
        }
        c => c.to_string(),
    };
    format!("$'{}'", text.chars().map(escaped).collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_every_word_as_the_program_gets_it() {
        for text in [
            "",
            "a",
            "a b",
            "it's",
            "$HOME `id` \"x\"",
            "\\",
            "a\nb",
            "\u{1b}[31m",
            "::error::x",
            "##[group]",
            "é\u{202e}'\\",
            "*",
            "~",
            "-",
        ] {
            let shown = quoted(text);
            assert!(!shown.chars().any(misleads) && !runners::has_command(&shown), "{shown:?}");
            let output = Command::new("bash").arg("-c").arg(format!("printf %s {shown}")).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{shown}");
        }
    }

    #[test]
    fn a_secret_is_run_and_not_shown_and_the_folder_is_named_by_its_variable() {
        let token = Argument::text("--build-arg=TOKEN=").secret("TOKEN", "hunter2");
        let archive = Argument::text("oci-archive:").and(Argument::work("image.oci.tar"));
        let command = Invocation::new("x").with_all([token, archive]).variable("A", "b c");
        assert_eq!(
            command.shell(),
            "A='b c' x --build-arg=TOKEN=\"$TOKEN\" oci-archive:\"$work/image.oci.tar\""
        );
        let ready = command.ready(Path::new("/t"));
        assert_eq!(ready.arguments, ["--build-arg=TOKEN=hunter2", "oci-archive:/t/image.oci.tar"]);
    }

    #[test]
    fn a_long_command_has_an_option_a_line() {
        let long = "x".repeat(90);
        let command = Invocation::new("buildah").with(["build", "--a", long.as_str(), "--b", "."]);
        assert_eq!(command.shell(), format!("buildah build \\\n  --a {long} \\\n  --b ."));
    }
}
