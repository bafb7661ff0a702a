//! An error as the user reads it: what happened, and what to do.

use super::flags;
use crate::base::advice::Advice as _;
use crate::build::BuildError;
use crate::freeze::FreezeError;
use crate::image::ImageError;
use crate::lint::SettingsError;
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
        let hint = flags::of_image(&error).map(str::to_owned).or_else(|| error.hint());
        Self { message: error.to_string(), hint }
    }
}

impl From<ProjectError> for CliError {
    fn from(error: ProjectError) -> Self {
        let hint = flags::of_project(&error).map(str::to_owned).or_else(|| error.hint());
        Self { message: error.to_string(), hint }
    }
}

impl From<ScanError> for CliError {
    fn from(error: ScanError) -> Self {
        let hint = flags::of_scan(&error).map(str::to_owned).or_else(|| error.hint());
        Self { message: error.to_string(), hint }
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

impl From<SettingsError> for CliError {
    fn from(error: SettingsError) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint()) }
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
