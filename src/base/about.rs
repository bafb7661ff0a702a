//! What is known of a thing that users meet by its id, without an image or a text at hand: a rule, a cause, an
//! ecosystem, a verdict, a format, an export, a kind of file, a project's lock.
//!
//! Each item carries its own [`About`] beside its code; `explain`, SARIF's help and the tables of the docs are made of
//! them. Nothing here knows an item by name.

/// What an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// What sort of thing it is.
    pub kind: AboutKind,
    /// The id, in kebab-case; users write it in comments, settings and commands, so it never changes.
    pub id: &'static str,
    /// What it is, in a line: `FROM without a digest`.
    pub summary: &'static str,
    /// Its page, in Markdown, which begins with the id as its heading.
    pub page: &'static str,
}

/// What sort of thing an [`About`] speaks of, in the order in which lists give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AboutKind {
    /// A pattern that `lint` flags.
    Rule,
    /// Why a file or a layer drifts.
    Cause,
    /// A package manager whose databases are read.
    Ecosystem,
    /// What a report says of an image as a whole, or of a part that is no file.
    Verdict,
    /// A form in which reports are written.
    Format,
    /// A form in which a lock is exported.
    Export,
    /// A kind of file around Dockerfiles that is linted.
    File,
    /// A lock that a project keeps itself.
    ProjectLock,
    /// A program that images are rebuilt with.
    Builder,
}
