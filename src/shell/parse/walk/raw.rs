//! What the walk finds: places in the text that was parsed, with no words read yet.
//!
//! What it refuses to do: nothing here is decoded.

use std::ops::Range;

/// A simple command.
#[derive(Debug, Default)]
pub(crate) struct RawCommand {
    pub(crate) range: Range<usize>,
    pub(crate) words: Vec<Range<usize>>,
    pub(crate) redirects: Vec<RawRedirect>,
    pub(crate) assignments: Vec<RawAssignment>,
    pub(crate) context: usize,
    pub(crate) pipeline: (usize, usize),
}

/// A redirect.
#[derive(Debug)]
pub(crate) struct RawRedirect {
    pub(crate) range: Range<usize>,
    /// From the descriptor to the end of the operator.
    pub(crate) operator: Range<usize>,
    pub(crate) target: RawTarget,
}

/// What a redirect leads to.
#[derive(Debug)]
pub(crate) enum RawTarget {
    File(Range<usize>),
    HereString(Range<usize>),
    Heredoc { start: Range<usize>, body: Range<usize> },
    Closed,
}

/// `X=1`, `X+=1`, `export X=1`, `unset X`, `for X in …`.
#[derive(Debug)]
pub(crate) struct RawAssignment {
    pub(crate) range: Range<usize>,
    pub(crate) name: Range<usize>,
    pub(crate) value: RawValue,
    pub(crate) exported: bool,
    pub(crate) context: usize,
}

/// What is assigned.
#[derive(Debug)]
pub(crate) enum RawValue {
    Word { value: Range<usize>, append: bool },
    OneOf(Vec<Range<usize>>),
    Unset,
    Unknown,
}

/// What a script does, in order.
#[derive(Debug)]
pub(crate) enum RawItem {
    Command(RawCommand),
    Assignment(RawAssignment),
}
