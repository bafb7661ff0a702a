//! A section of `inspect` that is a table, or several under headings, and what is to be known before them.
//!
//! Whatever is told so needs no layout of its own in any format.

/// Rows of some columns, in groups.
pub(in crate::report) struct Listing {
    /// What is to be known before them, a sentence a line; it may quote.
    pub(in crate::report) lead: Vec<String>,
    /// The columns.
    pub(in crate::report) columns: &'static [Column],
    /// The groups, in order.
    pub(in crate::report) groups: Vec<ListedGroup>,
}

/// A column.
pub(in crate::report) struct Column {
    /// What is in it.
    pub(in crate::report) name: &'static str,
    /// How it is set.
    pub(in crate::report) set: Set,
}

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Set {
    /// Words, never cut.
    Words,
    /// Words that are cut where a line is too short; one column of a table may be.
    Elastic,
    /// Numbers, under each other.
    Number,
}

/// Rows under one heading.
pub(in crate::report) struct ListedGroup {
    /// The heading, quoted; empty for rows that need none.
    pub(in crate::report) heading: String,
    /// What the group is about, quoted: behind the heading, as far as there is room.
    pub(in crate::report) about: String,
    /// The rows, as many cells as there are columns, quoted.
    pub(in crate::report) rows: Vec<Vec<String>>,
}
