//! What the Python packaging standards and installers say, read once for all floors above: names (PEP 503), requirements
//! and the files of them, RECORD, the commands that install, and what a Dockerfile installs from.
//!
//! What it refuses to do: it knows nothing of images, and asks no index.

mod install;
mod installed;
mod name;
pub mod record;
mod requirements;

pub use install::{AskedWord, Install, InstallFile, InstallOption, InstallVerb, Installer};
pub use installed::{InstalledRequirements, Installs, installed_requirements};
pub use name::normal_name;
pub use requirements::{
    EntryKind, FileRole, PipRequirement, ReadFile, RequirementSource, RequirementsEntry, RequirementsProblem,
    RequirementsText, RequirementsTree, Unread, parse_pep508,
};
