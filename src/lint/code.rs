//! Calls of functions in code of Python and R that a RUN hands to its interpreter.
//!
//! Vocabulary: the code is the text behind `python -c` or `Rscript -e`, the body of a heredoc that either reads, or that
//! of a RUN whose first line names it (`#!/usr/bin/env python3`). A call is a dotted name with `(` behind it, with its arguments.
//!
//! What it refuses to do: it knows no grammar but strings, comments and parentheses, follows no variable, and reads no file of the
//! build context. An argument that is more than one string is not known.

use super::{Call, Script, Subject};
use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::dockerfile::Keyword;
use crate::shell::{Target, Word};

/// A language, as far as its calls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Python.
    Python,
    /// R.
    R,
}

/// A text of code, with the way back to the source.
pub(super) struct Code<'s> {
    /// The code, the shell's variables filled in.
    pub(super) text: String,
    place: Place<'s>,
}

enum Place<'s> {
    Word { word: Word, script: &'s Script },
    Joined(Logical),
}

/// A call of a function.
#[derive(Debug, Clone, Default)]
pub(super) struct FunctionCall {
    /// The name with all before it: `AutoModel.from_pretrained`, `remotes::install_github`.
    pub(super) name: String,
    /// Where the name stands in the code.
    pub(super) range: (usize, usize),
    /// The arguments, in order.
    pub(super) arguments: Vec<Argument>,
}

/// An argument of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Argument {
    /// The name in `name=value`.
    pub(super) keyword: Option<String>,
    /// The strings in it, calls inside it included.
    pub(super) strings: Vec<String>,
    /// Where it stands in the code.
    pub(super) range: (usize, usize),
    /// The string that it is, where it is one and nothing else.
    pub(super) literal: Option<String>,
    parts: usize,
}

impl FunctionCall {
    /// The last part of the name.
    pub(super) fn last(&self) -> &str {
        self.name.rsplit(['.', ':']).next().unwrap_or_default()
    }

    /// The argument given by that name.
    pub(super) fn keyword(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.keyword.as_deref() == Some(name))
    }

    /// The first argument without a name, or the one of that name.
    pub(super) fn first_or(&self, names: &[&str]) -> Option<&Argument> {
        let named = names.iter().find_map(|name| self.keyword(name));
        named.or_else(|| self.arguments.iter().find(|argument| argument.keyword.is_none()))
    }
}

impl Code<'_> {
    /// Where bytes of the code stand in the source.
    pub(super) fn place(&self, range: (usize, usize)) -> Span {
        match &self.place {
            Place::Word { word, script } => script.place(word.source(range.0..range.1)),
            Place::Joined(text) => text.source_span(range.0..range.1),
        }
    }
}

/// The code of a language that RUNs of a Dockerfile run.
pub(super) fn code_of<'s>(subject: &'s Subject<'_>, language: Language) -> Vec<Code<'s>> {
    let calls = subject.build_calls();
    let mut found: Vec<Code<'_>> = calls.flat_map(|call| of_call(&call, language)).collect();
    let Some(build) = &subject.build else { return found };
    for step in build.steps_of(Keyword::Run) {
        let Some(body) = step.instruction.run_body(&build.dockerfile.source) else { continue };
        let program = body.interpreter.as_deref().unwrap_or_default();
        let is_run = program
            .split(['/', ' '])
            .any(|word| language.runs(word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')));
        if is_run {
            found.push(Code { text: body.text.text().to_owned(), place: Place::Joined(body.text) });
        }
    }
    found
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

fn of_call<'s>(call: &Call<'s>, language: Language) -> Vec<Code<'s>> {
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
    let made = texts
        .into_iter()
        .map(|word| Code { text: word.text.clone(), place: Place::Word { word, script: call.script } });
    made.collect()
}

/// The calls in a text of code, in the order of their names.
pub(super) fn function_calls(text: &str, language: Language) -> Vec<FunctionCall> {
    let mut reader = Reader { text, language, at: 0, open: Vec::new(), calls: Vec::new() };
    reader.read();
    reader.calls.sort_by_key(|call| call.range);
    reader.calls
}

/// Parentheses that are open at once; code nested deeper is not looked into.
const DEEPEST: usize = 256;

struct Reader<'t> {
    text: &'t str,
    language: Language,
    at: usize,
    /// What is open: a call, or parentheses of another kind.
    open: Vec<Option<FunctionCall>>,
    calls: Vec<FunctionCall>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn read(&mut self) {
        let mut name: Option<(usize, usize)> = None;
        while let Some(next) = self.rest().chars().next() {
            let start = self.at;
            match next {
                '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                '"' | '\'' => {
                    let value = self.string(next);
                    self.part(start, Some(value));
                    name = None;
                }
                _ if self.in_name(next) => {
                    let length = self.rest().find(|c| !self.in_name(c)).unwrap_or(self.rest().len());
                    self.at += length;
                    // `r"…"`, `b'…'`; what an f-string holds is not known.
                    let is_prefix = length <= 2 && self.rest().starts_with(['"', '\'']);
                    let plain = self
                        .text
                        .get(start..self.at)
                        .is_some_and(|name| matches!(name, "r" | "b" | "u" | "R"));
                    if is_prefix && plain {
                        continue;
                    }
                    self.part(start, None);
                    name = Some((start, self.at));
                }
                '(' | '[' | '{' => {
                    self.at += 1;
                    if self.open.len() >= DEEPEST {
                        return;
                    }
                    self.part(start, None);
                    let call = name.take().filter(|_| next == '(').map(|range| FunctionCall {
                        name: self.text.get(range.0..range.1).unwrap_or_default().to_owned(),
                        range,
                        arguments: vec![Argument::default()],
                    });
                    self.open.push(call);
                }
                ')' | ']' | '}' => {
                    self.at += 1;
                    self.close();
                    name = None;
                }
                ',' => {
                    self.at += 1;
                    if let Some(Some(call)) = self.open.last_mut() {
                        call.arguments.push(Argument::default());
                    }
                    name = None;
                }
                '=' => {
                    self.at += 1;
                    self.keyword(name.take());
                }
                _ => {
                    self.at += next.len_utf8();
                    if !next.is_whitespace() {
                        self.part(start, None);
                        name = None;
                    }
                }
            }
        }
        while !self.open.is_empty() {
            self.close();
        }
    }

    fn in_name(&self, c: char) -> bool {
        c.is_alphanumeric() || c == '_' || c == '.' || c == ':' && self.language == Language::R
    }

    /// The string that begins here, prefixes left out; reads on behind it.
    fn string(&mut self, quote: char) -> String {
        let triple = quote.to_string().repeat(3);
        let mark = if self.rest().starts_with(&triple) { triple } else { quote.to_string() };
        self.at += mark.len();
        let mut value = String::new();
        while let Some(next) = self.rest().chars().next() {
            if self.rest().starts_with(&mark) {
                self.at += mark.len();
                break;
            }
            self.at += next.len_utf8();
            if next == '\\' {
                let escaped = self.rest().chars().next().unwrap_or_default();
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                value.push(escaped);
            } else {
                value.push(next);
            }
        }
        value
    }

    /// A part of the argument that is read.
    fn part(&mut self, start: usize, string: Option<String>) {
        let end = self.at;
        let Some(argument) = self.argument() else { return };
        if argument.parts == 0 {
            argument.range.0 = start;
        }
        argument.range.1 = end;
        argument.parts += 1;
        argument.literal = string.clone().filter(|_| argument.parts == 1);
        argument.strings.extend(string);
    }

    fn argument(&mut self) -> Option<&mut Argument> {
        self.open.last_mut()?.as_mut()?.arguments.last_mut()
    }

    /// `name=` at the start of an argument.
    fn keyword(&mut self, name: Option<(usize, usize)>) {
        let text = name.and_then(|(start, end)| self.text.get(start..end)).map(str::to_owned);
        if let Some(argument) = self.argument()
            && argument.parts == 1
            && argument.keyword.is_none()
            && text.is_some()
        {
            *argument = Argument { keyword: text, ..Argument::default() };
        }
    }

    fn close(&mut self) {
        let end = self.at;
        let Some(closed) = self.open.pop() else { return };
        let strings: Vec<String> = closed
            .iter()
            .flat_map(|call| &call.arguments)
            .flat_map(|argument| argument.strings.clone())
            .take(64)
            .collect();
        if let Some(argument) = self.argument() {
            argument.range.1 = end;
            argument.parts += 1;
            argument.literal = None;
            argument.strings.extend(strings);
        }
        if let Some(mut call) = closed {
            call.arguments.retain(|argument| argument.parts > 0 || argument.keyword.is_some());
            self.calls.push(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, language: Language) -> Vec<String> {
        let told = |call: FunctionCall| {
            let arguments = call.arguments.iter().map(|argument| {
                let value = argument.literal.clone().unwrap_or_else(|| "?".to_owned());
                argument.keyword.as_ref().map_or(value.clone(), |name| format!("{name}={value}"))
            });
            format!("{}({})", call.name, arguments.collect::<Vec<_>>().join(", "))
        };
        function_calls(text, language).into_iter().map(told).collect()
    }

    #[test]
    fn calls_have_names_and_arguments() {
        let text = "from a import b; M.from_pretrained('x/y', revision=\"abc\", n=f(1, 'z')) # g('no')\nh(r'''a(b''')";
        assert_eq!(
            told(text, Language::Python),
            ["M.from_pretrained(x/y, revision=abc, n=?)", "f(?, z)", "h(a(b)"]
        );
        assert_eq!(
            told("remotes::install_github('a/b', upgrade = \"never\")", Language::R),
            ["remotes::install_github(a/b, upgrade=never)"]
        );
    }

    #[test]
    fn what_is_more_than_a_string_is_not_known() {
        assert_eq!(told("f('a' + x, f'{y}', 'it\\'s', name)", Language::Python), ["f(?, ?, it's, ?)"]);
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["f(", "f('", "'''", "f(a=", ")))", "f(,,)", "é(ü='ß", "\\", "f('\\"] {
            function_calls(text, Language::Python);
        }
        function_calls(&"f(".repeat(10_000), Language::R);
    }
}
