//! Why indexes could not be asked at all.

use std::path::PathBuf;

use crate::base::advice::Advice;

/// Why the hashes could not be looked up. What an index does not have is no error, but a reason for its package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Nobody said which index.
    #[error("no package index is configured")]
    NotConfigured,
    /// The network is off limits.
    #[error("ask {index} for hashes: {reason}")]
    Offline {
        /// The index.
        index: String,
        /// Why, in the caller's words.
        reason: &'static str,
    },
    /// What was given is no index's URL. It is not repeated: it may hold a password.
    #[error("{place}: expected the URL of an index (https://HOST/PATH), {reason}")]
    BadUrl {
        /// Where it was given.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It would be asked without TLS.
    #[error("the index {index} is on plain HTTP")]
    PlainHttp {
        /// The index.
        index: String,
    },
    /// pip's settings could not be read.
    #[error("read {}: {reason}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// There was no answer.
    #[error("ask {index} for {project}: {reason}")]
    Unreachable {
        /// The index.
        index: String,
        /// The project whose page was asked for.
        project: String,
        /// Why not.
        reason: String,
    },
    /// It wants to know who asks.
    #[error("ask {index} for {project}: expected 200, found {status}")]
    Login {
        /// The index.
        index: String,
        /// The project.
        project: String,
        /// The status.
        status: u16,
    },
    /// It said no, in a way that says nothing of the project.
    #[error("ask {index} for {project}: expected 200, found {status}")]
    Status {
        /// The index.
        index: String,
        /// The project.
        project: String,
        /// The status.
        status: u16,
    },
    /// What came is no page of the project.
    #[error("ask {index} for {project}: no page of an index: {reason}")]
    Page {
        /// The index.
        index: String,
        /// The project.
        project: String,
        /// Why not.
        reason: String,
    },
}

impl Advice for IndexError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotConfigured => {
                "name the one that the packages are from, or set PIP_INDEX_URL or pip's index-url to it"
            }
            Self::Offline { .. } => "allow the network, or do without the index's hashes",
            Self::BadUrl { .. } => {
                "write it as pip takes it, to the folder that holds a page for each project"
            }
            Self::PlainHttp { .. } => {
                "write https, or allow plain HTTP if the network between can be trusted"
            }
            Self::Settings { .. } => "mend the file, or name the index yourself",
            Self::Unreachable { .. } => "check the URL and the network, or do without the index's hashes",
            Self::Login { .. } => {
                "check the user and the password in the index's URL: https://USER:PASSWORD@HOST/PATH"
            }
            Self::Status { .. } => "try again later, or do without the index's hashes",
            Self::Page { .. } => {
                "check that the URL leads to an index: to the folder that holds a page for each project"
            }
        };
        Some(hint.to_owned())
    }
}
