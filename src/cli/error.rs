//! An error as the user reads it: what happened, and what to do.

use super::flags;
use crate::base::advice::Advice;
use crate::library;

/// Why a command could not be carried out.
#[derive(Debug)]
pub(super) struct CliError {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl CliError {
    pub(super) fn new(message: String) -> Self {
        Self { message, hint: None }
    }
}

impl<E: Advice + 'static> From<E> for CliError {
    /// The hint is the command line's own where it has a flag for it, else the error's.
    fn from(error: E) -> Self {
        let hint = flags::hint(&error).map(str::to_owned).or_else(|| error.hint());
        Self { message: error.to_string(), hint }
    }
}

impl From<library::Error> for CliError {
    fn from(error: library::Error) -> Self {
        let hint = flags::hint(error.cause()).map(str::to_owned).or_else(|| error.hint());
        Self { message: error.to_string(), hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freeze::FreezeError;
    use crate::image::{ChoiceFault, ImageError};
    use crate::lint::LintError;
    use crate::lockfile::LockError;

    #[test]
    fn a_flag_is_named_wherever_the_error_lies_in_others() {
        let error = || LockError::Missing("a.lock".into());
        let hint = Some("write one with: reprolock freeze IMAGE".to_owned());
        assert_eq!(CliError::from(error()).hint, hint);
        assert_eq!(CliError::from(FreezeError::Lock(error())).hint, hint);
        let error = ImageError::at("oci:dir", ChoiceFault::SeveralPlatforms { found: Vec::new() });
        let hint = Some("choose one with --platform OS/ARCH[/VARIANT]".to_owned());
        assert_eq!(CliError::from(FreezeError::Scan(error.into())).hint, hint);
    }

    #[test]
    fn what_no_flag_mends_keeps_its_own_hint() {
        let error = LintError::UnknownRule { name: "x".into(), close: Some("pip-unpinned") };
        assert_eq!(CliError::from(error).hint.as_deref(), Some("did you mean pip-unpinned?"));
    }
}
