//! Why linting could not go on as it was asked to.

use std::io;
use std::path::PathBuf;

use crate::base::advice::Advice;
use crate::base::text::Position;

/// What the user asked for and can't be had. Texts that can't be read are obstacles, and no errors.
#[derive(Debug, thiserror::Error)]
pub enum LintError {
    /// No rule has that id.
    #[error("there is no rule {name:?}")]
    UnknownRule {
        /// As the user wrote it.
        name: String,
        /// The rule whose id is closest.
        close: Option<&'static str>,
    },
    /// A pattern of paths that is none.
    #[error("read the pattern {pattern:?}: {reason}")]
    Pattern {
        /// As the user wrote it.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system said no to a fixed text; whose it is, the caller knows.
    #[error("can't be written: {0}")]
    Io(#[from] io::Error),
    /// The mode of the file to be fixed says that nobody may write to it.
    #[error("not fixed: it is read-only")]
    ReadOnly,
    /// The file to be fixed is a link.
    #[error("not fixed: it is a link, to {target}")]
    Link {
        /// Where it leads, as it stands there.
        target: String,
    },
    /// What is to be fixed is no file.
    #[error("not fixed: it is no regular file")]
    NotAFile,
    /// The way to the file to be fixed leads out of the repository.
    #[error("not fixed: the way to it leads out of the repository through a link")]
    LeadsOut,
    /// A baseline that says what it can't.
    #[error("{}:{}:{}: {problem}", path.display(), at.line, at.column)]
    Baseline {
        /// The file.
        path: PathBuf,
        /// Where in it.
        at: Position,
        /// What is wrong.
        problem: String,
    },
    /// The file system said no to a baseline.
    #[error("baseline {}: {source}", path.display())]
    BaselineIo {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no baseline to go by.
    #[error("no baseline at {}", path.display())]
    NoBaseline {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is no program to ask what changed.
    #[error("find what changed: there is no git")]
    NoGit,
    /// The current folder is in none.
    #[error("find what changed: the current folder is in no git repository")]
    NoRepository,
    /// No commit has that name.
    #[error("find what changed: git has no commit {revision:?}")]
    NoRevision {
        /// As the user wrote it.
        revision: String,
    },
    /// It and the current commit share no history that is at hand.
    #[error("find what changed: {revision} and HEAD have no commit in common here")]
    NoCommonCommit {
        /// As the user wrote it.
        revision: String,
    },
    /// git could not answer.
    #[error("find what changed: git says: {complaint}")]
    Git {
        /// The first line of what it said.
        complaint: String,
    },
    /// Somebody else wrote to the file to be fixed.
    #[error("not fixed: it has changed since it was read")]
    Changed,
}

impl Advice for LintError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownRule { close, .. } => close.map(|close| format!("did you mean {close}?")),
            Self::Pattern { .. } => Some("write docker/**, or *.dev for any folder".to_owned()),
            Self::Io(_) => Some("check that its folder can be written to".to_owned()),
            Self::ReadOnly => Some("make it writable".to_owned()),
            Self::Link { .. } | Self::LeadsOut => {
                Some("name the file that the link leads to, if it is meant".to_owned())
            }
            Self::Baseline { .. } => Some("docs/lint.md says what a baseline may hold".to_owned()),
            Self::BaselineIo { .. } => {
                Some("check that it, and its folder, can be read and written".to_owned())
            }
            Self::NoBaseline { .. } => Some("write one first".to_owned()),
            Self::NoGit => Some("install git".to_owned()),
            Self::NoRepository => Some("run it inside the repository".to_owned()),
            Self::NoRevision { .. } => {
                Some("fetch it first, as a remote's branch is: git fetch origin main".to_owned())
            }
            Self::NoCommonCommit { .. } => Some(
                "fetch more of the history (git fetch --unshallow; fetch-depth: 0 of actions/checkout)"
                    .to_owned(),
            ),
            Self::Git { .. } => None,
            Self::NotAFile => Some("name a regular file".to_owned()),
            Self::Changed => Some("run it again".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_no_flag() {
        let errors = [
            LintError::UnknownRule { name: "x".into(), close: Some("y") },
            LintError::UnknownRule { name: "x".into(), close: None },
            LintError::Pattern { pattern: "[".into(), reason: "open".into() },
            LintError::Io(io::ErrorKind::PermissionDenied.into()),
            LintError::ReadOnly,
            LintError::Changed,
        ];
        let hints: Vec<String> = errors.iter().filter_map(Advice::hint).collect();
        assert_eq!(hints.len(), errors.len() - 1);
        assert!(hints.iter().all(|hint| !hint.contains("--") && !hint.contains("reprolock")), "{hints:?}");
    }
}
