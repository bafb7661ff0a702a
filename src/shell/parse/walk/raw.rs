//! What the walk finds: places in the text that was parsed, with no words read yet.
//!
//! What it refuses to do: nothing here is decoded.

use std::ops::Range;

/// A simple command.
#[derive(Debug, Default)]
pub(in crate::shell) struct RawCommand {
    pub(in crate::shell) range: Range<usize>,
    pub(in crate::shell) words: Vec<Range<usize>>,
    pub(in crate::shell) redirects: Vec<RawRedirect>,
    pub(in crate::shell) assignments: Vec<RawAssignment>,
    pub(in crate::shell) context: usize,
    pub(in crate::shell) pipeline: (usize, usize),
}

/// A redirect.
#[derive(Debug)]
pub(in crate::shell) struct RawRedirect {
    pub(in crate::shell) range: Range<usize>,
    /// From the descriptor to the end of the operator.
    pub(in crate::shell) operator: Range<usize>,
    pub(in crate::shell) target: RawTarget,
}

/// What a redirect leads to.
#[derive(Debug)]
pub(in crate::shell) enum RawTarget {
    File(Range<usize>),
    HereString(Range<usize>),
    Heredoc { start: Range<usize>, body: Range<usize> },
    Closed,
}

/// `X=1`, `X+=1`, `export X=1`, `unset X`, `for X in …`.
#[derive(Debug)]
pub(in crate::shell) struct RawAssignment {
    pub(in crate::shell) range: Range<usize>,
    pub(in crate::shell) name: Range<usize>,
    pub(in crate::shell) value: RawValue,
    pub(in crate::shell) exported: bool,
    pub(in crate::shell) context: usize,
}

/// What is assigned.
#[derive(Debug)]
pub(in crate::shell) enum RawValue {
    Word { value: Range<usize>, append: bool },
    OneOf(Vec<Range<usize>>),
    Unset,
    Unknown,
}

/// What a script does, in order.
#[derive(Debug)]
pub(in crate::shell) enum RawItem {
    Command(RawCommand),
    Assignment(RawAssignment),
}
