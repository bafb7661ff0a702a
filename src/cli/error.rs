//! An error as the user reads it: what happened, and what to do.

use super::flags;
use crate::base::advice::Advice;

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

/// The hints of errors that have none by the trait.
macro_rules! advice {
    ($($error:ty => $hint:expr),* $(,)?) => {
        $(impl Advice for $error {
            fn hint(&self) -> Option<String> {
                let hint: fn(&Self) -> Option<String> = $hint;
                hint(self)
            }
        })*
    };
}

advice! {
    crate::image::ImageError => |error| error.hint(),
    crate::project::ProjectError => |error| Some(error.hint()),
    crate::scan::ScanError => |error| error.hint(),
    crate::lockfile::LockError => |error| error.hint().map(str::to_owned),
    crate::lockfile::attached::AttachedError => |error| match error {
        crate::lockfile::attached::AttachedError::Image(error) => error.hint(),
        crate::lockfile::attached::AttachedError::Lock(error) => error.hint().map(str::to_owned),
    },
    crate::freeze::FreezeError => |error| match error {
        crate::freeze::FreezeError::Scan(error) => error.hint(),
        crate::freeze::FreezeError::Build(error) => error.hint(),
        crate::freeze::FreezeError::Lock(error) => error.hint().map(str::to_owned),
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freeze::FreezeError;
    use crate::image::ImageError;
    use crate::lint::LintError;
    use crate::lockfile::LockError;

    #[test]
    fn a_flag_is_named_wherever_the_error_lies_in_others() {
        let error = || LockError::Missing("a.lock".into());
        let hint = Some("write one with: reprolock freeze IMAGE".to_owned());
        assert_eq!(CliError::from(error()).hint, hint);
        assert_eq!(CliError::from(FreezeError::Lock(error())).hint, hint);
        let error = ImageError::SeveralPlatforms { from: "oci:dir".into(), found: Vec::new() };
        let hint = Some("choose one with --platform OS/ARCH[/VARIANT]".to_owned());
        assert_eq!(CliError::from(FreezeError::Scan(error.into())).hint, hint);
    }

    #[test]
    fn what_no_flag_mends_keeps_its_own_hint() {
        let error = LintError::UnknownRule { name: "x".into(), close: Some("pip-unpinned") };
        assert_eq!(CliError::from(error).hint.as_deref(), Some("did you mean pip-unpinned?"));
    }
}
