//! The hints that name a flag or a command: the errors below say what is wrong, and here is what to write instead.
//!
//! What is not in this table is hinted at by the error itself ([`Advice`](crate::base::advice::Advice)).

use std::error::Error;

use crate::build::BuildError;
use crate::compare::error::CompareError;
use crate::export::ExportError;
use crate::freeze::FreezeError;
use crate::image::{ArchiveFault, ChoiceFault, ImageError, ImageFault, ServerFault};
use crate::layer::error::LayerError;
use crate::lint::LintError;
use crate::lockfile::LockError;
use crate::lockfile::attached::AttachedError;
use crate::package_index::IndexError;
use crate::project::ProjectError;
use crate::rebuild::error::RebuildError;
use crate::scan::ScanError;

/// What to write, for an error that a flag or a command can mend.
pub(super) fn hint(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = error.downcast_ref() {
        return of_image(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_scan(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_build(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_lock(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_project(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_lint(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_attached(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_export(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_index(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_rebuild(error);
    }
    match error.downcast_ref() {
        Some(CompareError::Scan(error)) => return of_scan(error),
        Some(CompareError::Index(error)) => return of_attached(error),
        None => {}
    }
    match error.downcast_ref()? {
        FreezeError::Scan(error) => of_scan(error),
        FreezeError::Build(error) => of_build(error),
        FreezeError::Index(error) => of_index(error),
        FreezeError::Lock(error) => of_lock(error),
    }
}

fn of_index(error: &IndexError) -> Option<&'static str> {
    match error {
        IndexError::NotConfigured => {
            Some("name the one that the packages are from with --index-url URL, or set PIP_INDEX_URL")
        }
        IndexError::PlainHttp { .. } => {
            Some("write https, or allow plain HTTP with --insecure if the network between can be trusted")
        }
        IndexError::Settings { .. } => Some("mend the file, or name the index with --index-url URL"),
        IndexError::Offline { .. } => Some("leave --offline out, or --resolve-hashes"),
        IndexError::Unreachable { .. } | IndexError::Status { .. } => {
            Some("check the URL and the network, or leave --resolve-hashes out")
        }
        IndexError::BadUrl { .. } | IndexError::Login { .. } | IndexError::Page { .. } => None,
    }
}

fn of_attached(error: &AttachedError) -> Option<&'static str> {
    match error {
        AttachedError::Image(error) => of_image(error),
        AttachedError::Lock(error) => of_lock(error),
    }
}

fn of_image(error: &ImageError) -> Option<&'static str> {
    match &*error.foremost().kind {
        ImageFault::Choice(ChoiceFault::NoSuchPlatform { .. } | ChoiceFault::SeveralPlatforms { .. }) => {
            Some("choose one with --platform OS/ARCH[/VARIANT]")
        }
        ImageFault::Archive(ArchiveFault::Expansion { .. }) => Some(
            "if the archive is to be trusted, raise the limit with --max-unpacked-size, or unpack it first",
        ),
        ImageFault::Server(ServerFault::Offline { .. }) => Some(
            "leave --offline out, or copy the image here first: skopeo copy REFERENCE oci-archive:image.tar",
        ),
        ImageFault::Server(ServerFault::PlainHttp { .. }) => {
            Some("if the network between can be trusted, allow plain HTTP with --insecure")
        }
        _ => None,
    }
}

fn of_scan(error: &ScanError) -> Option<&'static str> {
    match error {
        ScanError::Image(error) => of_image(error),
        ScanError::Layer { source: LayerError::Expansion { .. }, .. } => {
            Some("if the layer is meant to be that large, raise the limit with --max-unpacked-size")
        }
        ScanError::Layer { source: LayerError::Together { .. }, .. } => {
            Some("if the image is meant to be that large, raise the limit with --max-unpacked-size")
        }
        ScanError::Layer { .. } => None,
    }
}

fn of_build(error: &BuildError) -> Option<&'static str> {
    Some(match error {
        BuildError::Source(_) | BuildError::Requirements(_) => {
            "check the file, and that --context names the folder the image was built from"
        }
        BuildError::NoStage(_) => "give the Dockerfile that the image was built from with --file",
        BuildError::NoSuchStage { .. } => {
            "name a stage by its AS name or number, or leave --target out for the last"
        }
        BuildError::NoArchives { .. } => {
            "give --hashes-from what pip wrote with --report, in JSON, or a pylock.toml of version 1"
        }
        BuildError::NotItsBase { .. } => {
            "give the base image in the version that it was built on, or leave --base out"
        }
    })
}

fn of_lock(error: &LockError) -> Option<&'static str> {
    match error {
        LockError::Missing(_) => Some("write one with: reprolock freeze IMAGE"),
        LockError::Io { action: "write" | "remove", .. } => {
            Some("check that its folder is there and can be written to, or name another place with --output")
        }
        _ => None,
    }
}

fn of_export(error: &ExportError) -> Option<&'static str> {
    match error {
        ExportError::WholeImage { .. } => Some("leave --site and --exclude out"),
        ExportError::Several { .. } | ExportError::NoSuchSite { .. } => {
            Some("name one with --site PATH, as the lockfile does")
        }
        ExportError::NoSuchPackage { .. } => Some("check the name after --exclude"),
        ExportError::Lacking { lacking, .. } if lacking.keys().any(|lack| lack.is_of_archives()) => Some(
            "freeze again with what knows the archives (see reprolock freeze --help), or leave packages out with --exclude NAME",
        ),
        ExportError::Lacking { .. } => {
            Some("leave them out with --exclude NAME, and install them by other means")
        }
        ExportError::NoSuchExport { .. } | ExportError::Nothing { .. } => None,
    }
}

fn of_rebuild(error: &RebuildError) -> Option<&'static str> {
    Some(match error {
        RebuildError::NoDockerfile { .. } => "name it with --file, and its context with --context",
        RebuildError::Source(_) => {
            "check the file, and that --context names the folder the image was built from"
        }
        RebuildError::NoSuchStage(_) => "name a stage with --target by its AS name or number",
        RebuildError::NoEpoch { .. } | RebuildError::WrongEpoch(_) => {
            "give it in seconds: --build-arg SOURCE_DATE_EPOCH=1614211200"
        }
        RebuildError::RedactedArguments(_) => "give it: --build-arg NAME=VALUE",
        RebuildError::LackingSecrets(_) => "give it: --secret id=ID,src=FILE",
        RebuildError::Refused(_) => "name another builder with --builder",
        RebuildError::NoBuilder { .. }
        | RebuildError::Failed { .. }
        | RebuildError::Stopped
        | RebuildError::Io { .. } => return None,
    })
}

fn of_project(error: &ProjectError) -> Option<&'static str> {
    match error {
        ProjectError::Missing(_) => Some("check the path given with --config"),
        ProjectError::Io { .. } => Some("check that it can be read, or name another file with --config"),
        ProjectError::Value { hint: None, .. } => {
            Some("docs/configuration.md lists every key; --config FILE names another file")
        }
        ProjectError::LeadsOut(_) => {
            Some("name it with --config, if it is meant, or leave it out with --no-config")
        }
        ProjectError::Value { hint: Some(_), .. } | ProjectError::TooLarge { .. } => None,
    }
}

fn of_lint(error: &LintError) -> Option<&'static str> {
    match error {
        LintError::UnknownRule { close: None, .. } => Some("reprolock explain --list names them all"),
        LintError::NoBaseline { .. } => Some("write one first: add --write-baseline"),
        LintError::NoGit => Some("install git, or leave --changed out"),
        LintError::NoRepository => Some("run it inside the repository, or leave --changed out"),
        LintError::NoRevision { .. } => {
            Some("fetch it first (git fetch origin main), then name it as git does: --changed origin/main")
        }
        LintError::Git { .. } => Some("leave --changed out to see all findings"),
        LintError::Io(_) => Some("check that its folder can be written to; --diff shows the fixes"),
        LintError::ReadOnly => Some("make it writable, or look at the fixes with --diff"),
        _ => None,
    }
}
