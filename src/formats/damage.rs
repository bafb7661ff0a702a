//! What of a file's bytes could not be read, and where: for readers that go on behind it.

use std::fmt;

/// A part of a file that is not as its format has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damage {
    part: &'static str,
    number: Option<u64>,
    what: &'static str,
}

/// Takes damages, in the order in which they are met.
pub(crate) type Tell<'t> = dyn FnMut(Damage) + 't;

impl Damage {
    /// Of a part that the file has once.
    pub(crate) fn of(part: &'static str, what: &'static str) -> Self {
        Self { part, number: None, what }
    }

    /// Of one of many parts of a kind.
    pub(crate) fn at(part: &'static str, number: u64, what: &'static str) -> Self {
        Self { part, number: Some(number), what }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, number, what } = self;
        match number {
            Some(number) => write!(f, "{part} {number}: {what}"),
            None => write!(f, "{part}: {what}"),
        }
    }
}
