//! An error as the user reads it: what happened, and what to do.

use crate::base::advice::Advice as _;
use crate::build::BuildError;
use crate::freeze::FreezeError;
use crate::image::ImageError;
use crate::lint::LintError;
use crate::lockfile::LockError;
use crate::lockfile::attached::AttachedError;
use crate::project::ProjectError;
use crate::scan::ScanError;

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

impl From<ImageError> for CliError {
    fn from(error: ImageError) -> Self {
        Self { message: error.to_string(), hint: error.hint() }
    }
}

impl From<ProjectError> for CliError {
    fn from(error: ProjectError) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint()) }
    }
}

impl From<ScanError> for CliError {
    fn from(error: ScanError) -> Self {
        Self { message: error.to_string(), hint: error.hint() }
    }
}

impl From<LockError> for CliError {
    fn from(error: LockError) -> Self {
        Self { message: error.to_string(), hint: error.hint().map(str::to_owned) }
    }
}

impl From<AttachedError> for CliError {
    fn from(error: AttachedError) -> Self {
        match error {
            AttachedError::Image(error) => error.into(),
            AttachedError::Lock(error) => error.into(),
        }
    }
}

impl From<BuildError> for CliError {
    fn from(error: BuildError) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint().to_owned()) }
    }
}

impl From<LintError> for CliError {
    fn from(error: LintError) -> Self {
        let hint = error.hint();
        let hint = match &error {
            LintError::UnknownRule { close: None, .. } => {
                Some("reprolock explain --list names them all".to_owned())
            }
            LintError::Io(_) => hint.map(|hint| format!("{hint}; --diff shows the fixes")),
            LintError::ReadOnly => hint.map(|hint| format!("{hint}, or look at the fixes with --diff")),
            _ => hint,
        };
        Self { message: error.to_string(), hint }
    }
}

impl From<FreezeError> for CliError {
    fn from(error: FreezeError) -> Self {
        match error {
            FreezeError::Scan(error) => error.into(),
            FreezeError::Build(error) => error.into(),
            FreezeError::Lock(error) => error.into(),
        }
    }
}
