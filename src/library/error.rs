//! One error for all that the library does: what happened, and what to do about it.

use std::fmt;

use crate::base::advice::Advice;
use crate::base::secrets;

/// Why something could not be done. Its text says of what and what is wrong; [`Error::hint`] what to do about it.
pub struct Error {
    cause: Box<dyn Advice + Send + Sync>,
}

impl Error {
    /// What to do, where something can be done. It names no flag of the command line.
    pub fn hint(&self) -> Option<String> {
        self.cause.hint()
    }

    /// The error of the part that could not go on.
    pub(crate) fn cause(&self) -> &(dyn std::error::Error + 'static) {
        &*self.cause
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.cause.to_string();
        f.write_str(secrets::redact(&text).as_deref().unwrap_or(&text))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.cause, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.source()
    }
}

impl<E: Advice + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self { cause: Box::new(error) }
    }
}

/// What the library itself refuses.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Advice for Refusal {
    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lockfile::LockError;

    #[test]
    fn an_error_says_what_its_cause_says() {
        let error = Error::from(LockError::Missing("a.lock".into()));
        assert_eq!(error.to_string(), "no lockfile at a.lock");
        assert!(matches!(error.cause().downcast_ref(), Some(LockError::Missing(_))));
        let refusal = Refusal { message: "no".to_owned(), hint: Some("yes".to_owned()) };
        assert_eq!(Error::from(refusal).hint().as_deref(), Some("yes"));
    }

    #[test]
    fn it_crosses_threads() {
        fn crosses<T: Send + Sync + 'static>() {}
        crosses::<Error>();
    }
}
