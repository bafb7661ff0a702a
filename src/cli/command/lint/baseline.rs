//! The baseline that the command line or `reprolock.toml` names: read, written anew, and gone by.
//!
//! What it refuses to do: it knows no exception; `lint::baseline` does.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::cli::args::Lint;
use crate::cli::error::CliError;
use crate::lint::{Accepted, Baseline, Linted, Settings};
use crate::project::Project;

/// The baseline that is gone by or written, where there is one; before anything else is written.
pub(super) fn read(arguments: &Lint, project: &Project) -> Result<Option<Baseline>, CliError> {
    let Some(path) = path(arguments, project) else {
        return match arguments.write_baseline {
            true => Err(CliError {
                message: "--write-baseline writes the baseline, which nothing names".to_owned(),
                hint: Some(
                    "name it: --baseline lint-baseline.toml, or baseline in [lint] of reprolock.toml"
                        .to_owned(),
                ),
            }),
            false => Ok(None),
        };
    };
    Ok(Some(Baseline::read(&path, arguments.write_baseline)?))
}

/// Leaves out what the baseline accepts, and says what came of it.
pub(super) fn accept(
    arguments: &Lint,
    mut baseline: Baseline,
    linted: &mut [Linted],
    settings: &Settings,
) -> Result<Accepted, CliError> {
    if arguments.write_baseline {
        baseline = baseline.renewed(linted, settings);
        baseline.write()?;
    }
    Ok(baseline.accept(linted, settings, arguments.today.unwrap_or_else(today)))
}

/// The one that is named here, else the project's, which is named from its folder.
fn path(arguments: &Lint, project: &Project) -> Option<PathBuf> {
    let of_project = || {
        let folder = project.file.as_ref()?.parent()?;
        Some(folder.join(&project.lint.baseline.as_ref()?.text))
    };
    arguments.baseline.clone().or_else(of_project)
}

/// The day that it is in Greenwich.
fn today() -> Date {
    Offset::UTC.to_datetime(Timestamp::now()).date()
}
