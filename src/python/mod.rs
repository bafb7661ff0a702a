//! What the Python packaging standards and installers say, read once for all floors above: names (PEP 503), requirements
//! and the files of them, RECORD, the commands that install, and what a Dockerfile installs from.
//!
//! What it refuses to do: it knows nothing of images, and asks no index.

pub mod archives;
mod filtered;
pub mod index;
mod install;
mod installed;
mod installer;
mod name;
mod options;
pub mod record;
mod requirements;

pub use install::{AskedWord, Install, InstallFile, InstallOption};
pub use installed::{InstalledRequirements, Installs, XARGS, installed_requirements};
pub use installer::{InstallVerb, Installer};
pub use name::normal_name;
pub use options::UV as UV_OPTIONS;
pub use requirements::{
    EntryKind, FileRole, LineOption, PipRequirement, ReadFile, RequirementSource, RequirementsEntry,
    RequirementsProblem, RequirementsText, RequirementsTree, Unread, parse_marker, parse_pep508,
};
