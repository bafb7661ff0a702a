//! What instructions hand to a shell, read by the shell's grammar: the one reading of commands that locks and rules share.
//!
//! What it refuses to do: scripts of other languages are not read, and code for another shell (PowerShell, cmd) only
//! where it is asked for, since the grammar is not its own.

use super::model::{Instruction, InstructionArguments};
use super::stages::Stages;
use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::shell::Script;

/// Shell code, read, with the way back to the source.
#[derive(Debug, Clone)]
pub struct ShellCode {
    /// The script.
    pub script: Script,
    /// Where it stands.
    pub places: CodePlaces,
}

/// Where a script's text stands in the source.
#[derive(Debug, Clone)]
pub enum CodePlaces {
    /// Joined from lines.
    Joined(Logical),
    /// The script's places are the source's.
    Same,
}

impl ShellCode {
    /// The code of an instruction that runs something, as number `index` of a stage sees its variables: RUN, CMD, ENTRYPOINT,
    /// HEALTHCHECK. None where no POSIX shell reads it.
    pub fn of(
        stages: &Stages<'_>,
        (stage, index): (usize, usize),
        instruction: &Instruction,
    ) -> Option<Self> {
        let is_text = matches!(command(instruction), InstructionArguments::Text(_));
        if is_text && !stages.reads_posix(stage, index) {
            return None;
        }
        Self::in_any_shell(stages, (stage, index), instruction)
    }

    /// The same whatever shell reads it: simple commands look alike in all of them.
    pub fn in_any_shell(
        stages: &Stages<'_>,
        (stage, index): (usize, usize),
        instruction: &Instruction,
    ) -> Option<Self> {
        let source = &stages.dockerfile.source;
        match command(instruction) {
            InstructionArguments::Exec(words) => {
                let words: Vec<(&str, Span)> =
                    words.iter().map(|word| (word.text.as_str(), word.span)).collect();
                Some(Self { script: Script::from_exec(source, &words), places: CodePlaces::Same })
            }
            InstructionArguments::Text(text) => {
                let is_whole = matches!(instruction.arguments, InstructionArguments::Text(_));
                let text = if is_whole { shell_text(instruction, source)? } else { text.clone() };
                let outside = |name: &str| stages.known(stage, index, name);
                let script = match stages.reads_windows(stage, index) {
                    true => Script::parse_windows(text.text()),
                    false => Script::parse_in(text.text(), &outside),
                };
                Some(Self { script, places: CodePlaces::Joined(text) })
            }
            _ => None,
        }
    }

    /// A text of its own: a recipe, a script.
    pub fn of_text(text: Logical) -> Self {
        Self { script: Script::parse(text.text()), places: CodePlaces::Joined(text) }
    }
}

impl CodePlaces {
    /// Where a span of the script stands in the source.
    pub fn of(&self, span: Span) -> Span {
        match self {
            Self::Joined(text) => text.source_span(span.start..span.end),
            Self::Same => span,
        }
    }
}

/// What is run: of HEALTHCHECK, what stands behind CMD.
fn command(instruction: &Instruction) -> &InstructionArguments {
    match &instruction.arguments {
        InstructionArguments::Health(_, inner) => inner,
        arguments => arguments,
    }
}

/// The text for the shell; none where a heredoc's `#!` line names something else than a shell.
fn shell_text(instruction: &Instruction, source: &str) -> Option<Logical> {
    let body = instruction.run_body(source)?;
    let is_shell = |program: &str| {
        let mut words = program.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        words.find(|word| *word != "env" && !word.starts_with('-')).is_some_and(is_shell_name)
    };
    body.interpreter.as_deref().is_none_or(is_shell).then_some(body.text)
}

impl Stages<'_> {
    /// Whether the SHELL in effect at instruction number `index` of a stage reads what a POSIX shell reads; no SHELL is
    /// `/bin/sh -c`.
    fn reads_posix(&self, stage: usize, index: usize) -> bool {
        let Some(shell) = self.shell(stage, index) else {
            return self.dockerfile.escape != '`';
        };
        let words = shell.arguments.words();
        words.iter().any(|word| is_shell_name(word.text.rsplit('/').next().unwrap_or_default()))
    }

    /// Whether the shell in effect there is one of Windows, as far as SHELL or the escape character tells: its paths have
    /// backslashes.
    fn reads_windows(&self, stage: usize, index: usize) -> bool {
        self.shell(stage, index).map_or(self.dockerfile.escape == '`', names_shell_of_windows)
    }
}

/// Whether a SHELL names one of Windows.
pub fn names_shell_of_windows(shell: &Instruction) -> bool {
    let program = shell.arguments.words().first().map_or("", |word| word.text.as_str());
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(name.trim_end_matches(".exe"), "powershell" | "pwsh" | "cmd")
}

fn is_shell_name(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "mksh" | "busybox")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::{BuildInputs, Dockerfile};

    /// The programs of the last instruction, and where their commands stand; none where no POSIX shell reads it.
    fn programs(text: &str) -> Option<Vec<String>> {
        let dockerfile = Dockerfile::parse(text);
        let stages = Stages::of(&dockerfile, &BuildInputs::default());
        let stage = stages.stages.last().unwrap();
        let index = stage.instructions.len() - 1;
        let code = ShellCode::of(&stages, (stage.index, index), stage.instructions[index].effective())?;
        let commands = code.script.commands.iter();
        Some(commands.map(|command| code.places.of(command.span).text(text).to_owned()).collect())
    }

    #[test]
    fn every_form_of_an_instruction_is_read_and_leads_back_to_the_source() {
        for (text, expected) in [
            ("FROM a\nRUN x \\\n # note\n 1 && y\n", vec!["x \\\n # note\n 1", "y"]),
            ("FROM a\nRUN [\"x\", \"1\"]\n", vec!["x\", \"1"]),
            ("FROM a\nRUN <<E\nx\ny 1\nE\n", vec!["x", "y 1"]),
            ("FROM a\nONBUILD RUN x\n", vec!["x"]),
            ("FROM a\nHEALTHCHECK --interval=1s CMD x 1\n", vec!["x 1"]),
            ("FROM a\nCMD x 1\n", vec!["x 1"]),
        ] {
            assert_eq!(programs(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn code_for_other_shells_is_left_alone() {
        assert_eq!(programs("FROM a\nSHELL [\"powershell\", \"-Command\"]\nRUN x\n"), None);
        assert_eq!(programs("# escape=`\nFROM a\nRUN x\n"), None);
        assert_eq!(programs("FROM a\nRUN <<E\n#!/usr/bin/env python3\nx\nE\n"), None);
        assert!(programs("FROM a\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN x\n").is_some());
        assert!(programs("# escape=`\nFROM a\nRUN [\"x\"]\n").is_some());
    }
}
