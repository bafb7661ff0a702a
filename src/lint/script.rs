//! Shell code of a source, and its commands as rules see them: with places in the source, and values filled in from the
//! Dockerfile's variables.
//!
//! What it refuses to do: code for another shell (PowerShell, cmd) and scripts of other languages are not read.

use super::{BuildFile, BuildStep, Value};
use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::dockerfile::{CodePlaces, Keyword, ShellCode};
use crate::python::Install;
use crate::shell;

/// Shell code.
#[derive(Debug, Clone)]
pub struct Script {
    /// What it is run for.
    pub purpose: Purpose,
    /// The instruction, recipe or file it stands in.
    pub span: Span,
    /// Stage and number of the instruction, in a Dockerfile.
    pub step: Option<(usize, usize)>,
    /// The script, read.
    pub shell: shell::Script,
    places: CodePlaces,
}

/// What shell code is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// RUN: it makes a layer.
    Build,
    /// CMD, ENTRYPOINT and HEALTHCHECK: it runs when a container does.
    Start,
    /// A script, a recipe, a command of a compose file: it runs on somebody's machine.
    Host,
}

/// A command of a script.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The script.
    pub script: &'a Script,
    /// The command.
    pub command: &'a shell::Command,
    pub(super) build: Option<&'a BuildFile<'a>>,
    pub(super) source: &'a str,
}

/// The scripts of a Dockerfile.
pub(super) fn of_build(build: &BuildFile<'_>) -> Vec<Script> {
    let scripts = build.steps.iter().filter_map(|step| {
        let purpose = match step.instruction.keyword {
            Keyword::Run => Purpose::Build,
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => Purpose::Start,
            _ => return None,
        };
        of_step(build, *step, purpose)
    });
    scripts.collect()
}

fn of_step(build: &BuildFile<'_>, step: BuildStep<'_>, purpose: Purpose) -> Option<Script> {
    let place = (step.stage, step.index);
    let code = ShellCode::of(build.stages, place, step.instruction)?;
    let ShellCode { script: shell, places } = code;
    Some(Script { purpose, span: step.instruction.span, step: Some(place), shell, places })
}

impl Script {
    /// A text of a host's shell: a recipe or a script.
    pub fn on_host(text: Logical, span: Span) -> Self {
        let ShellCode { script: shell, places } = ShellCode::of_text(text);
        Self { purpose: Purpose::Host, span, step: None, shell, places }
    }

    /// Where a span of the script stands in the source.
    pub fn place(&self, span: Span) -> Span {
        self.places.of(span)
    }
}

impl<'a> Call<'a> {
    /// The program, without its folder.
    pub fn program(&self) -> Option<&'a str> {
        self.command.name.as_deref()
    }

    /// Whether it is called `name`.
    pub fn is(&self, name: &str) -> bool {
        self.command.is(name)
    }

    /// The words behind the program.
    pub fn arguments(&self) -> &'a [shell::Word] {
        self.command.arguments()
    }

    /// Whether its bytes in the source are those that the shell reads: it is in no quotes of another command.
    pub fn is_plain(&self) -> bool {
        let place = self.script.place(self.command.span);
        self.command.words.iter().all(|word| word.verbatim || word.quoted)
            && place.len() == self.command.span.len()
    }

    /// Where the command stands in the source.
    pub fn span(&self) -> Span {
        self.script.place(self.command.span)
    }

    /// Where a word stands in the source.
    pub fn place(&self, word: &shell::Word) -> Span {
        self.script.place(word.span)
    }

    /// The bytes of the source that hold `range` of the word's text, where they do so byte for byte: an edit may
    /// replace them with plain text.
    pub fn exact(&self, word: &shell::Word, range: std::ops::Range<usize>) -> Option<Span> {
        let text = word.text.get(range.clone())?;
        let span = self.script.place(word.exact(range)?);
        (span.text(self.source) == text).then_some(span)
    }

    /// The word with its variables filled in.
    pub fn value(&self, word: &shell::Word) -> Value {
        let resolved = self.script.shell.resolve(self.command, word, &|name| self.outside(name));
        Value { text: self.with_commands(&resolved), ..self.told(&resolved, word) }
    }

    /// The word's text with `$X` put as `$(…)` where the script gives X the output of a command.
    fn with_commands(&self, word: &shell::Word) -> String {
        let mut text = word.text.clone();
        let before = self.script.shell.assignments.get(..self.command.assignments_before).unwrap_or_default();
        for name in word.variables().into_iter().map(|parameter| &parameter.name) {
            let given = before.iter().rev().find(|assignment| assignment.name == *name);
            if let Some(shell::Assigned::Word(value)) = given.map(|assignment| &assignment.value)
                && value.has_substitution()
            {
                text = text
                    .replace(&format!("${{{name}}}"), &value.text)
                    .replace(&format!("${name}"), &value.text);
            }
        }
        text
    }

    /// The words behind the program as the shell makes them: variables filled in, values split at white space, braces
    /// taken apart.
    pub fn expanded(&self) -> Vec<shell::Word> {
        let words = self.script.shell.expanded(self.command, &|name| self.outside(name));
        words.into_iter().skip(1).collect()
    }

    /// What the command installs, where it is an installer of Python packages.
    pub(super) fn install(&self) -> Option<Install> {
        Install::of(&self.script.shell, self.command, &|name| self.outside(name))
    }

    /// What is known of a word of [`Call::expanded`].
    pub fn told(&self, resolved: &shell::Word, written: &shell::Word) -> Value {
        let span = self.place(written);
        let verbatim = written.verbatim && written.is_literal() && span.text(self.source) == written.text;
        Value { span, text: resolved.text.clone(), known: resolved.is_literal(), verbatim }
    }

    /// The value of a variable where the command runs.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.script.shell.variable(self.command, name, &|name| self.outside(name))
    }

    /// The value of a Dockerfile's variable.
    fn outside(&self, name: &str) -> Option<String> {
        let (stage, index) = self.script.step?;
        self.build?.known(stage, index, name)
    }

    /// The instruction it stands in, in a Dockerfile.
    pub fn instruction(&self) -> Option<BuildStep<'a>> {
        let (stage, index) = self.script.step?;
        self.build?.steps.iter().copied().find(|step| step.stage == stage && step.index == index)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Settings, Source, check};
    use crate::dockerfile::{BuildInputs, Dockerfile, Stages};
    use crate::lint::{BuildFile, Subject};

    /// The programs run, and the words behind them filled in.
    fn run(text: &str) -> Vec<String> {
        let source = Source::new("Dockerfile", Kind::Dockerfile, text);
        let dockerfile = Dockerfile::parse(text);
        let stages = Stages::of(&dockerfile, &BuildInputs::default());
        let build = BuildFile::of(&stages);
        let scripts = super::of_build(&build);
        let subject = Subject { scripts, build: Some(build), ..Subject::of(&source) };
        let told = |call: super::Call<'_>| {
            let words = call.arguments().iter().map(|word| call.value(word).text);
            let words: Vec<String> =
                std::iter::once(call.program().unwrap_or("?").to_owned()).chain(words).collect();
            words.join(" ")
        };
        subject.calls().map(told).collect()
    }

    #[test]
    fn commands_are_found_in_every_form_of_run() {
        let text = "FROM a\nARG V=1\nENV W=2\nRUN pip install a==$V \\\n # note\n b==${W}\nRUN [\"pip\", \"install\", \"c\"]\nRUN <<EOF\nX=3\npip install d==$X\nEOF\nONBUILD RUN sh -c 'pip install e'\nRUN bash <<EOF\npip install f\nEOF\nCMD pip install g\n";
        let found: Vec<String> = run(text).into_iter().filter(|line| line.starts_with("pip")).collect();
        let expected = ["a==1 b==2", "c", "d==3", "e", "f"].map(|words| format!("pip install {words}"));
        assert_eq!(found, expected);
    }

    #[test]
    fn code_for_other_shells_is_left_alone() {
        assert!(run("FROM a\nSHELL [\"powershell\", \"-Command\"]\nRUN curl x\n").is_empty());
        assert!(run("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\ncurl\nEOF\n").is_empty());
        assert_eq!(
            run("FROM a\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl x\n"),
            ["curl x"]
        );
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in
            ["RUN", "FROM", "RUN <<", "FROM a\nRUN []", "FROM a\nHEALTHCHECK CMD", "ONBUILD ONBUILD RUN x"]
        {
            check(&Source::new("Dockerfile", Kind::Dockerfile, text), &Settings::default());
        }
    }
}
