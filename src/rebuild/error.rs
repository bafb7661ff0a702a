//! Why an image could not be rebuilt, or the rebuild not be planned.

use std::io;
use std::path::PathBuf;

use crate::base::advice::Advice;
use crate::base::source::SourceError;

/// Why there is no rebuild.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The lock does not say which Dockerfile it is of.
    #[error("the lockfile names no Dockerfile that lies in its context{}", .named.as_ref().map(|named| format!(": {named:?}")).unwrap_or_default())]
    NoDockerfile {
        /// What it names, where it names anything.
        named: Option<String>,
    },
    /// The Dockerfile could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is no such stage.
    #[error("the Dockerfile has no stage {0:?}")]
    NoSuchStage(String),
    /// Nothing tells to what times are fixed.
    #[error("no time to fix the build to is known: the lockfile has no source-date-epoch, and {} is in no commit", .context.display())]
    NoEpoch {
        /// The context.
        context: PathBuf,
    },
    /// A time that is none.
    #[error("SOURCE_DATE_EPOCH is a number of seconds since 1970, not {0:?}")]
    WrongEpoch(String),
    /// Arguments whose values the lock does not hold.
    #[error("the lockfile does not hold the value of {}, which looked secret", .0.join(", "))]
    RedactedArguments(Vec<String>),
    /// Secrets that the locked build was given.
    #[error("the locked build was given the secret {}", .0.join(", "))]
    LackingSecrets(Vec<String>),
    /// No builder answers.
    #[error("{} answers: {}", if name == "auto" { "no builder".to_owned() } else { format!("no {name}") }, .silent.join("; "))]
    NoBuilder {
        /// What was asked for.
        name: String,
        /// Who did not answer, and why.
        silent: Vec<String>,
    },
    /// The builder can't do it.
    #[error("{}", .0.join("; "))]
    Refused(Vec<String>),
    /// The builder failed.
    #[error("{builder} did not build the image ({status}){}", .step.as_ref().map(|step| format!(" at: {step}")).unwrap_or_default())]
    Failed {
        /// The builder.
        builder: &'static str,
        /// What it ended with.
        status: String,
        /// The step that failed, where its output tells.
        step: Option<String>,
        /// The end of its output.
        output: Vec<String>,
    },
    /// It was stopped by a signal.
    #[error("stopped by a signal")]
    Stopped,
    /// The folder for temporary files can't be used.
    #[error("{action} {}: {source}", .path.display())]
    Io {
        /// What was done.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

impl RebuildError {
    pub(super) fn io<'p>(
        action: &'static str,
        path: &'p std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self + 'p {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}

impl Advice for RebuildError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoBuilder { .. } => {
                "start one, or install buildah, which needs no daemon: apt-get install buildah".to_owned()
            }
            Self::Io { .. } => "name another folder for temporary files in TMPDIR".to_owned(),
            Self::Source(error) => return error.hint(),
            _ => return None,
        })
    }
}
