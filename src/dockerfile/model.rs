//! What a Dockerfile is made of: items, instructions, their flags and arguments.
//!
//! What it refuses to do: it reads nothing; `parse` makes these.

use std::collections::BTreeMap;

use super::parse::{Directive, Heredoc, Syntax};
use crate::base::logical::Logical;
use crate::base::text::{SourceWord, Span};

/// A Dockerfile, whole: whatever the source, the items cover it.
#[derive(Debug, Clone)]
pub struct Dockerfile {
    /// The text that was parsed; every span points into it.
    pub source: String,
    /// The escape character in effect, `\` or a backtick.
    pub escape: char,
    /// What names the frontend that reads this file, where something does.
    pub syntax: Option<Syntax>,
    /// All lines of the source, in order and without gaps.
    pub items: Vec<Item>,
    /// What BuildKit would refuse or warn of, in source order.
    pub problems: Vec<Problem>,
}

/// Some whole lines of a Dockerfile.
#[derive(Debug, Clone)]
pub struct Item {
    /// All bytes of the lines, with the newline that ends them.
    pub span: Span,
    /// What the lines are.
    pub kind: ItemKind,
}

/// What some lines of a Dockerfile are.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// The UTF-8 mark some editors put before the first line.
    ByteOrderMark,
    /// `# escape=…`, `# syntax=…`, `# check=…` before anything else.
    Directive(Directive),
    /// A comment line outside instructions; also a shebang.
    Comment,
    /// An empty line outside instructions.
    Blank,
    /// An instruction.
    Instruction(Box<Instruction>),
}

/// One instruction, with its continuation lines and heredocs.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// From the first byte of the first line to the last of the last line; for the instruction inside ONBUILD, from
    /// its keyword to the end of its arguments.
    pub span: Span,
    /// First and last line, from 1, heredoc bodies included.
    pub lines: (usize, usize),
    /// Which instruction it is.
    pub keyword: Keyword,
    /// The keyword as written.
    pub keyword_word: SourceWord,
    /// `--name=value` words before the arguments.
    pub flags: Vec<Flag>,
    /// The arguments, in the form BuildKit gives them for this keyword.
    pub arguments: InstructionArguments,
    /// Bodies of `<<EOF` words, in order; those of `ONBUILD RUN <<EOF` belong to the RUN.
    pub heredocs: Vec<Heredoc>,
    /// Comment lines between continuation lines.
    pub comments: Vec<Span>,
    /// The joined line, keyword and flags included.
    pub logical: Logical,
}

/// The keywords of the Dockerfile reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // each is the keyword it is named after
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// None of them; BuildKit's parser takes the line and its builder refuses it.
    Unknown,
}

/// A `--name` or `--name=value` word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The whole word, quotes and escapes taken off.
    pub word: SourceWord,
    /// The name without dashes.
    pub name: String,
    /// What follows the first `=`.
    pub value: Option<SourceWord>,
}

/// The arguments of an instruction.
#[derive(Debug, Clone)]
pub enum InstructionArguments {
    /// None.
    None,
    /// One text to the end of the line: shell forms, USER, WORKDIR, STOPSIGNAL, MAINTAINER.
    Text(Logical),
    /// A JSON array of strings, decoded.
    Exec(Vec<SourceWord>),
    /// Words split at white space; of ARG, at white space outside quotes.
    Words(Vec<SourceWord>),
    /// Keys and values of ENV and LABEL.
    Pairs(Vec<Pair>),
    /// The instruction that ONBUILD keeps for later.
    Trigger(Box<Instruction>),
    /// `HEALTHCHECK kind …`: the kind (CMD, NONE) and what follows it.
    Health(SourceWord, Box<InstructionArguments>),
}

/// One key and value of ENV or LABEL, quotes kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key.
    pub key: SourceWord,
    /// The value.
    pub value: SourceWord,
    /// Written `key=value`, not `key value`.
    pub equals: bool,
}

/// Something wrong with a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What, for people; lowercase.
    pub message: String,
    /// How bad.
    pub kind: ProblemKind,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// BuildKit's parser stops here.
    Fatal,
    /// BuildKit's parser goes on, and its builder stops here; all that it stops at is in `refusals`.
    Refused,
    /// BuildKit goes on, and may warn.
    Warning,
}

impl Dockerfile {
    /// The instructions, in order.
    pub fn instructions(&self) -> impl DoubleEndedIterator<Item = &Instruction> {
        self.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Instruction(instruction) => Some(&**instruction),
            _ => None,
        })
    }

    /// The directives in effect, in order.
    pub fn directives(&self) -> impl Iterator<Item = &Directive> {
        self.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Directive(directive) => Some(directive),
            _ => None,
        })
    }

    /// The problems at which BuildKit's parser would stop.
    pub fn fatal_problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.kind == ProblemKind::Fatal)
    }
}

impl Instruction {
    /// The instruction that does the work: the one inside ONBUILD, or this one.
    pub fn effective(&self) -> &Self {
        match &self.arguments {
            InstructionArguments::Trigger(inner) => inner.effective(),
            _ => self,
        }
    }

    /// The first flag called `name` (without dashes).
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }

    /// All flags called `name`; `--mount` may come several times.
    pub fn flags_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Flag> {
        self.flags.iter().filter(move |flag| flag.name == name)
    }
}

impl Flag {
    /// The `key=value` parts of a `--mount`, by key in lowercase; a key alone has an empty value.
    pub fn options(&self) -> BTreeMap<String, String> {
        let text = self.value.as_ref().map(|value| value.text.as_str()).unwrap_or_default();
        let parts = text.split(',').map(|part| part.split_once('=').unwrap_or((part, "")));
        parts.map(|(key, value)| (key.trim().to_lowercase(), value.to_owned())).collect()
    }
}

impl InstructionArguments {
    /// The words of a list, JSON or not; empty for the other forms.
    pub fn words(&self) -> &[SourceWord] {
        match self {
            Self::Words(words) | Self::Exec(words) => words,
            _ => &[],
        }
    }

    /// The single text of a shell form; none for the other forms.
    pub fn text(&self) -> Option<&Logical> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The keys and values of ENV and LABEL; empty for the other forms.
    pub fn pairs(&self) -> &[Pair] {
        match self {
            Self::Pairs(pairs) => pairs,
            _ => &[],
        }
    }
}

impl Keyword {
    /// Whether an instruction of it makes a layer; WORKDIR makes one where its folder is new.
    pub fn makes_a_layer(self) -> bool {
        matches!(self, Self::Run | Self::Copy | Self::Add)
    }

    /// The keyword spelt `text` in any case.
    pub fn of(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "add" => Self::Add,
            "arg" => Self::Arg,
            "cmd" => Self::Cmd,
            "copy" => Self::Copy,
            "entrypoint" => Self::Entrypoint,
            "env" => Self::Env,
            "expose" => Self::Expose,
            "from" => Self::From,
            "healthcheck" => Self::Healthcheck,
            "label" => Self::Label,
            "maintainer" => Self::Maintainer,
            "onbuild" => Self::Onbuild,
            "run" => Self::Run,
            "shell" => Self::Shell,
            "stopsignal" => Self::Stopsignal,
            "user" => Self::User,
            "volume" => Self::Volume,
            "workdir" => Self::Workdir,
            _ => Self::Unknown,
        }
    }
}
