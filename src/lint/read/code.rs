//! Code of Python and R that a RUN hands to its interpreter.
//!
//! Vocabulary: the code is the text behind `python -c` or `Rscript -e`, the body of a heredoc that either reads, or that
//! of a RUN whose first line names it (`#!/usr/bin/env python3`).
//!
//! What it refuses to do: it reads no file of the build context.

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::dockerfile::Keyword;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::{Call, SourceScript};
use crate::shell::{Target, Word};

/// A language, as far as its calls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Python.
    Python,
    /// R.
    R,
}

/// A text of code, with the way back to the source.
pub(crate) struct ForeignCode<'s> {
    /// The code, the shell's variables filled in.
    pub(crate) text: String,
    place: Place<'s>,
}

enum Place<'s> {
    Word { word: Word, script: &'s SourceScript },
    Joined(Logical),
}

impl ForeignCode<'_> {
    /// Where bytes of the code stand in the source.
    pub(crate) fn place(&self, range: (usize, usize)) -> Span {
        match &self.place {
            Place::Word { word, script } => script.place(word.source(range.0..range.1)),
            Place::Joined(text) => text.source_span(range.0..range.1),
        }
    }
}

/// The code of a language that RUNs of a Dockerfile run.
pub(crate) fn code_of<'s>(subject: &'s Subject<'_>, language: Language) -> Vec<ForeignCode<'s>> {
    let calls = subject.build_calls();
    let mut codes: Vec<ForeignCode<'_>> = calls.flat_map(|call| of_call(&call, language)).collect();
    let Some(build) = &subject.build else { return codes };
    for step in build.steps_of(Keyword::Run) {
        let Some(body) = step.instruction.run_body(&build.dockerfile.source) else { continue };
        let program = body.interpreter.as_deref().unwrap_or_default();
        let is_run = program
            .split(['/', ' '])
            .any(|word| language.runs(word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')));
        if is_run {
            codes.push(ForeignCode { text: body.text.text().to_owned(), place: Place::Joined(body.text) });
        }
    }
    codes
}

impl Language {
    fn runs(self, program: &str) -> bool {
        match self {
            Self::Python => matches!(program, "python" | "pypy" | "ipython"),
            Self::R => matches!(program, "R" | "Rscript" | "r" | "littler"),
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::Python => "-c",
            Self::R => "-e",
        }
    }
}

fn of_call<'s>(call: &Call<'s>, language: Language) -> Vec<ForeignCode<'s>> {
    if !call.program().is_some_and(|program| language.runs(program)) {
        return Vec::new();
    }
    let words = call.expanded();
    let mut texts: Vec<Word> = Vec::new();
    for pair in words.windows(2) {
        if let [option, code] = pair
            && (option.text == language.option()
                || option.text.starts_with('-')
                    && !option.text.starts_with("--")
                    && option.text.ends_with('c')
                    && language == Language::Python)
        {
            texts.push(code.clone());
        }
    }
    if texts.is_empty() {
        texts.extend(call.command.redirects.iter().filter_map(|redirect| match &redirect.target {
            Target::Heredoc(word) | Target::HereString(word) => Some(word.clone()),
            _ => None,
        }));
    }
    let made = texts.into_iter().map(|word| ForeignCode {
        text: word.text.clone(),
        place: Place::Word { word, script: call.script },
    });
    made.collect()
}
