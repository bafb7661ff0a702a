//! The hints that name a flag or a command: the errors below say what is wrong, and here is what to write instead.
//!
//! What is not in this table is hinted at by the error itself ([`Advice`](crate::base::advice::Advice)).

use crate::image::{ArchiveFault, ChoiceFault, ImageError, ImageFault, ServerFault};
use crate::layer::error::LayerError;
use crate::project::ProjectError;
use crate::scan::ScanError;

pub(super) fn of_image(error: &ImageError) -> Option<&'static str> {
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

pub(super) fn of_scan(error: &ScanError) -> Option<&'static str> {
    match error {
        ScanError::Image(error) => of_image(error),
        ScanError::Layer { source: LayerError::Expansion { .. }, .. } => {
            Some("if the layer is meant to be that large, raise the limit with --max-unpacked-size")
        }
        ScanError::Layer { .. } => None,
    }
}

pub(super) fn of_project(error: &ProjectError) -> Option<&'static str> {
    match error {
        ProjectError::Missing(_) => Some("check the path given with --config"),
        ProjectError::Io { .. } => Some("check that it can be read, or name another file with --config"),
        ProjectError::Value { hint: None, .. } => {
            Some("docs/configuration.md lists every key; --config FILE names another file")
        }
        ProjectError::Value { hint: Some(_), .. } | ProjectError::TooLarge { .. } => None,
    }
}
