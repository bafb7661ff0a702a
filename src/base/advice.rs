//! What a user can do about an error: a sentence apart from the error's text.

/// An error that knows what to do about it.
pub trait Advice: std::error::Error {
    /// What to do, where something can be done. It names no flag of the command line: the library's callers have none.
    fn hint(&self) -> Option<String>;
}
