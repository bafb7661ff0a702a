//! Dockerfiles, read the way BuildKit's frontend reads them, but losslessly and without giving up.
//!
//! Vocabulary: an *item* is a run of whole source lines (a directive, a comment, a blank line, an instruction with its
//! continuation lines and heredoc bodies); items follow each other without a gap, so their spans joined are the file.
//! *Logical text* is what is left of an instruction once its lines are joined, with a map back to the source. A
//! *problem* is something BuildKit would stop at ([`ProblemKind::Fatal`]) or something it merely warns of or refuses later.
//!
//! What it refuses to do: it reads no `.dockerignore`, resolves no image, runs no shell, and does not judge what it
//! read; RUN bodies are kept as logical text for a shell parser.

mod arguments;
mod copied;
mod directives;
mod heredoc;
mod install_scan;
mod lexer;
mod named_images;
mod parser;
mod pattern;
mod requirement_line;
mod requirements;
mod requirements_tree;
mod scope;
mod script;
mod stage_builder;
mod stages;
mod variables;
mod words;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::base::limits;
pub use crate::base::logical::Logical;
use crate::base::text::Span;

pub use copied::{InstalledRequirements, installed_requirements};
pub use directives::{Directive, DirectiveName, Syntax, detect_syntax};
pub use heredoc::Heredoc;
pub use named_images::{NamedBy, NamedImage, PLATFORM_ARGS, named_images};
pub use requirements::{Entry, EntryKind, FileRole, Requirement, RequirementsFile, Source};
pub use requirements_tree::{ReadFile, RequirementsProblem, RequirementsTree, Unread};
pub use scope::{Binding, BindingKind, Scope};
pub use script::RunBody;
pub use stages::{Base, BuildInputs, Chain, CopySource, PREDEFINED_ARGS, Stage, Stages, Step};
pub use words::{Environment, Expansion, ExpansionError, NoVariables, ShellWord, Variable, Words};

use arguments::parse_arguments;
use directives::DirectiveScanner;
use heredoc::{HeredocWord, heredoc_words};
use install_scan::{ScannedFile, scan_commands};
use lexer::{HeredocLines, Lexer, LogicalLine, Token};
use parser::{LineReader, is_blank, split_word};
use pattern::{Pattern, PatternError};
use requirement_line::{Token as RequirementToken, requirement, tokens};
use scope::View;
use stage_builder::build_stages;
use stages::triggers_below;
use words::WordReader;

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
    pub keyword_word: Word,
    /// `--name=value` words before the arguments.
    pub flags: Vec<Flag>,
    /// The arguments, in the form BuildKit gives them for this keyword.
    pub arguments: Arguments,
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

/// A piece of an instruction and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text: quotes and escapes kept, but for JSON strings and flags, which are decoded.
    pub text: String,
    /// Where it stands in the source; over continuation lines it also covers what joining dropped.
    pub span: Span,
}

/// A `--name` or `--name=value` word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The whole word, quotes and escapes taken off.
    pub word: Word,
    /// The name without dashes.
    pub name: String,
    /// What follows the first `=`.
    pub value: Option<Word>,
}

/// The arguments of an instruction.
#[derive(Debug, Clone)]
pub enum Arguments {
    /// None.
    None,
    /// One text to the end of the line: shell forms, USER, WORKDIR, STOPSIGNAL, MAINTAINER.
    Text(Logical),
    /// A JSON array of strings, decoded.
    Exec(Vec<Word>),
    /// Words split at white space; of ARG, at white space outside quotes.
    Words(Vec<Word>),
    /// Keys and values of ENV and LABEL.
    Pairs(Vec<Pair>),
    /// The instruction that ONBUILD keeps for later.
    Trigger(Box<Instruction>),
    /// `HEALTHCHECK kind …`: the kind (CMD, NONE) and what follows it.
    Health(Word, Box<Arguments>),
}

/// One key and value of ENV or LABEL, quotes kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key.
    pub key: Word,
    /// The value.
    pub value: Word,
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
    /// BuildKit's parser goes on; it warns, or its builder refuses the instruction.
    Warning,
}

/// Why a Dockerfile or requirements file can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system's reason.
    #[error("read {path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// More bytes than [`limits::SOURCE_TEXT_BYTES`].
    #[error("read {path}: larger than {limit} bytes", path = path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read.
        limit: u64,
    },
    /// Bytes that are not UTF-8.
    #[error("read {path}: not UTF-8 at byte {offset}", path = path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first byte that doesn't fit.
        offset: usize,
    },
    /// A folder, device or pipe.
    #[error("read {path}: not a regular file", path = path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A requirements file outside the build context.
    #[error("read {path}: leaves the build context", path = path.display())]
    Escapes {
        /// The path as it was named.
        path: PathBuf,
    },
}

impl Dockerfile {
    /// Parses a Dockerfile. Never fails: what is wrong is in [`Dockerfile::problems`].
    pub fn parse(source: &str) -> Self {
        let mut lexer = Lexer::new(source);
        let mut problems = Vec::new();
        let items = parser::parse(&mut lexer, &mut problems);
        problems.append(&mut lexer.problems);
        problems.sort_by_key(|problem| problem.span);
        let syntax = detect_syntax(source);
        Self { source: source.to_owned(), escape: lexer.escape(), syntax, items, problems }
    }

    /// Reads and parses the Dockerfile at `path`.
    pub fn read(path: &Path) -> Result<Self, Error> {
        read_source(path).map(|source| Self::parse(&source))
    }

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
            Arguments::Trigger(inner) => inner.effective(),
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

impl Arguments {
    /// The words of a list, JSON or not; empty for the other forms.
    pub fn words(&self) -> &[Word] {
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

impl Word {
    /// Whether the source holds just this text at the span, so that an edit may replace it.
    pub fn is_verbatim(&self, source: &str) -> bool {
        self.span.text(source) == self.text
    }
}

impl Keyword {
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

/// Reads a source file: a regular file, of bounded size, in UTF-8.
pub fn read_source(path: &Path) -> Result<String, Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    // Asked before opening: opening a pipe would wait for a writer.
    if !std::fs::metadata(path).map_err(io)?.is_file() {
        return Err(Error::NotAFile { path: path.to_owned() });
    }
    let limit = limits::SOURCE_TEXT_BYTES;
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(io)?.take(limit + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > limit {
        return Err(Error::TooLarge { path: path.to_owned(), limit });
    }
    String::from_utf8(bytes)
        .map_err(|error| Error::NotUtf8 { path: path.to_owned(), offset: error.utf8_error().valid_up_to() })
}

#[cfg(test)]
mod tests;
