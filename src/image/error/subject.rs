//! Whom a sentence about a fault speaks of.

use std::io;

/// What an error's sentence is about.
pub(super) struct Subject<'a> {
    /// The reference.
    pub(super) from: &'a str,
    /// The document, member, blob or file.
    pub(super) what: &'a str,
    /// The system's or a decoder's own reason.
    pub(super) cause: Option<&'a io::Error>,
}

impl Subject<'_> {
    /// The reason in the system's words; nothing where there is none.
    pub(super) fn reason(&self) -> String {
        self.cause.map(io::Error::to_string).unwrap_or_default()
    }
}
