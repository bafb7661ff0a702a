//! Shell code of a source, and its commands as rules see them: with places in the source, and values filled in from the
//! Dockerfile's variables.
//!
//! What it refuses to do: it fills in no value that is not all known.

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::dockerfile::{CodePlaces, ShellCode};
use crate::lint::subject::build_file::BuildFile;
use crate::lint::subject::resolved::ResolvedText;
use crate::python::Install;
use crate::shell;

/// Shell code.
#[derive(Debug, Clone)]
pub(crate) struct SourceScript {
    /// What it is run for.
    pub(crate) purpose: Purpose,
    /// The instruction, recipe or file it stands in.
    pub(crate) span: Span,
    /// Stage and number of the instruction, in a Dockerfile.
    pub(crate) step: Option<(usize, usize)>,
    /// The script, read.
    pub(crate) shell: shell::Script,
    /// Where it stands in the source.
    pub(crate) places: CodePlaces,
}

/// What shell code is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// RUN: it makes a layer.
    Build,
    /// RUN of a shell of Windows: it makes a layer, and is read for what installs and downloads.
    Windows,
    /// CMD, ENTRYPOINT and HEALTHCHECK: it runs when a container does.
    Start,
    /// A script, a recipe, a command of a compose file: it runs on somebody's machine.
    Host,
}

/// A command of a script.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// The script.
    pub(crate) script: &'a SourceScript,
    /// The command.
    pub(crate) command: &'a shell::Command,
    pub(crate) build: Option<&'a BuildFile<'a>>,
    pub(crate) source: &'a str,
}

impl SourceScript {
    /// A text of a host's shell: a recipe or a script.
    pub(crate) fn on_host(text: Logical, span: Span) -> Self {
        let ShellCode { script: shell, places } = ShellCode::of_text(text);
        Self { purpose: Purpose::Host, span, step: None, shell, places }
    }

    /// Where a span of the script stands in the source.
    pub(crate) fn place(&self, span: Span) -> Span {
        self.places.of(span)
    }
}

impl<'a> Call<'a> {
    /// The program, without its folder.
    pub(crate) fn program(&self) -> Option<&'a str> {
        self.command.name.as_deref()
    }

    /// The program and those that it is run by, as they are written, without their folders.
    pub(crate) fn written_programs(&self) -> impl Iterator<Item = &'a str> {
        let wrappers = self.command.wrappers.iter().map(|wrapper| &wrapper.words);
        let words = std::iter::once(&self.command.words).chain(wrappers).filter_map(|words| words.first());
        words.map(|word| word.text.rsplit('/').next().unwrap_or_default())
    }

    /// Whether it is called `name`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.command.is(name)
    }

    /// Whether operands come from the input: xargs or parallel runs it.
    pub(crate) fn reads_names(&self) -> bool {
        self.command.wrappers.iter().any(|wrapper| matches!(wrapper.name.as_str(), "xargs" | "parallel"))
    }

    /// The words behind the program.
    pub(crate) fn arguments(&self) -> &'a [shell::Word] {
        self.command.arguments()
    }

    /// Whether its bytes in the source are those that the shell reads: it is in no quotes of another command.
    pub(crate) fn is_plain(&self) -> bool {
        let place = self.script.place(self.command.span);
        self.command.words.iter().all(|word| word.verbatim || word.quoted)
            && place.len() == self.command.span.len()
    }

    /// Where the command stands in the source.
    pub(crate) fn span(&self) -> Span {
        self.script.place(self.command.span)
    }

    /// Where the stage stands whose RUN it is in; elsewhere, its script.
    pub(crate) fn stage_area(&self) -> Span {
        let stage = self.script.step.and_then(|(stage, _)| self.build?.area(stage));
        stage.unwrap_or(self.script.span)
    }

    /// Where a word stands in the source.
    pub(crate) fn place(&self, word: &shell::Word) -> Span {
        self.script.place(word.span)
    }

    /// The bytes of the source that hold `range` of the word's text, where they do so byte for byte: an edit may
    /// replace them with plain text.
    pub(crate) fn exact(&self, word: &shell::Word, range: std::ops::Range<usize>) -> Option<Span> {
        let text = word.text.get(range.clone())?;
        let span = self.script.place(word.exact(range)?);
        (span.text(self.source) == text).then_some(span)
    }

    /// The word with its variables filled in.
    pub(crate) fn value(&self, word: &shell::Word) -> ResolvedText {
        let resolved = self.script.shell.resolve(self.command, word, &|name| self.outside(name));
        ResolvedText { text: self.with_commands(&resolved), ..self.resolution(&resolved, word) }
    }

    /// The word's text with `$X` put as `$(…)` where the script gives X the output of a command.
    fn with_commands(&self, word: &shell::Word) -> String {
        let mut text = word.text.clone();
        for name in word.variables().into_iter().map(|parameter| &parameter.name) {
            if let Some(shell::Assigned::Word(value)) = self.script.shell.last_assigned(self.command, name)
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
    pub(crate) fn expanded(&self) -> Vec<shell::Word> {
        let words = self.script.shell.expanded(self.command, &|name| self.outside(name));
        words.into_iter().skip(1).collect()
    }

    /// What the command installs, where it is an installer of Python packages.
    pub(crate) fn install(&self) -> Option<Install> {
        Install::of(&self.script.shell, self.command, &|name| self.outside(name))
    }

    /// What is known of a word of [`Call::expanded`].
    pub(crate) fn resolution(&self, resolved: &shell::Word, written: &shell::Word) -> ResolvedText {
        // In quotes, the place is that of what is inside.
        let exact = self.exact(written, 0..written.text.len()).filter(|_| written.is_literal());
        let span = exact.unwrap_or_else(|| self.place(written));
        let verbatim = exact.is_some();
        ResolvedText { span, text: resolved.text.clone(), known: resolved.is_literal(), verbatim }
    }

    /// The value of a variable where the command runs.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.script.shell.variable(self.command, name, &|name| self.outside(name))
    }

    /// The value of a Dockerfile's variable.
    fn outside(&self, name: &str) -> Option<String> {
        let (stage, index) = self.script.step?;
        self.build?.known(stage, index, name)
    }
}
