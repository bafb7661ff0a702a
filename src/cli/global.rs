//! What holds for every command: the global flags, and what the project's file adds to them.

use super::args::GlobalFlags;
use super::error::CliError;
use crate::image::{Access, Mirror};
use crate::project::{self, Project};
use crate::report::Format;

/// The global flags as they were meant, and the project.
pub(super) struct Global {
    /// How the result is written.
    pub(super) format: &'static dyn Format,
    /// What `reprolock.toml` says; nothing where there is none.
    pub(super) project: Project,
    offline: bool,
    insecure: bool,
}

impl Global {
    /// With the project's file, which is read here.
    pub(super) fn of_project(flags: &GlobalFlags) -> Result<Self, CliError> {
        let project = match flags.no_config {
            true => Project::default(),
            false => project::load(flags.config.as_deref())?,
        };
        Ok(Self::of(flags, project))
    }

    /// For a command that reads no project.
    pub(super) fn without_project(flags: &GlobalFlags) -> Self {
        Self::of(flags, Project::default())
    }

    fn of(flags: &GlobalFlags, project: Project) -> Self {
        // Every flag is named, so that none is forgotten: these are the terminal's, the pool's, and the file's above.
        let GlobalFlags {
            format,
            quiet: _,
            verbose: _,
            color: _,
            jobs: _,
            config: _,
            no_config: _,
            offline,
            insecure,
        } = flags;
        Self { format: format.0, project, offline: *offline, insecure: *insecure }
    }

    /// What is to be said of settings that are not used.
    pub(super) fn untrusted_note(&self) -> Option<String> {
        let file = self.project.file.as_ref().filter(|_| !self.project.untrusted.is_empty())?;
        let (file, sections) = (file.display(), self.project.untrusted.join(" and "));
        let are = if self.project.untrusted.len() == 1 { "is" } else { "are" };
        Some(format!(
            "{sections} of {file} {are} not used, since a repository's file could send credentials elsewhere; name it with --config {file}, or keep it in reprolock/reprolock.toml in your folder for settings"
        ))
    }

    /// What the command line and the project allow and know of registries.
    pub(super) fn access(&self) -> Access {
        let settings = &self.project.registry;
        let mirror = |mirror: &project::MirrorSetting| Mirror {
            prefix: mirror.prefix.clone(),
            location: mirror.location.clone(),
        };
        Access {
            insecure: self.insecure,
            insecure_hosts: settings.insecure.clone(),
            offline: self.offline.then_some("--offline is set"),
            mirrors: settings.mirrors.iter().map(mirror).collect(),
        }
    }
}
