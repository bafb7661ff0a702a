//! Images in a Docker or Podman engine, over its API socket: `docker-daemon:NAME`.
//!
//! An engine gives an image as the tar that `docker save` writes, old or new, in one stream. It is spooled once
//! (`engine/export.rs`) and then read as any `docker-archive:` is; no other call gives the layers' bytes. The stream is
//! asked for only when the image is read.
//!
//! An engine of the classic store has thrown manifest and compressed blobs away: of its images, no manifest digest and
//! no blob digests are known, only diff_ids. What it says of an image without proof (`RepoDigests`, the names of
//! layers) is used for a base, whose layers the image itself proves, and is told in notes; never for a verdict.
//!
//! Refused: engines over ssh or Windows pipes, and names that are no names. Nothing is changed in the engine.

mod api;
mod context;
mod endpoint;
mod error;
mod export;
mod name;

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::OnceLock;

use super::archive::Archive;
use super::docker_archive::DockerSource;
use super::error::ImageError;
use super::media_type::{self, DocumentType};
use super::platform::Platform;
use super::reference::Options;
use super::server::ServerError;
use super::{Image, ImageSource, Layer, Outline};
use crate::base::digest::Digest;
use crate::base::limits::Expansion;
use api::{Api, Inspected};
use endpoint::{Endpoint, Surroundings};

pub use error::EngineError;
pub(super) use name::EngineName;

/// Before the name of an image in an engine.
pub(super) const PREFIX: &str = "docker-daemon:";

/// An image in an engine that answers and has it.
pub(super) struct EngineSource {
    api: Api,
    name: EngineName,
    reference: String,
    inspected: Inspected,
    expansion: Expansion,
    taken: OnceLock<DockerSource>,
}

/// What one engine said.
enum Said {
    Found(Box<EngineSource>),
    /// It has other names, of which these are near.
    NoImage(Vec<String>),
    Absent(&'static str),
}

/// Finds the engine that has the image: the one that is set, else the first of those that answer.
pub(super) fn find(name: &EngineName, options: &Options) -> Result<EngineSource, ImageError> {
    let from = format!("{PREFIX}{name}");
    let mut failed: Option<ImageError> = None;
    let mut without: Option<(String, Vec<String>)> = None;
    let mut tried = Vec::new();
    for endpoint in endpoint::all(&Surroundings::of_user(), &from)? {
        match ask(&endpoint, name, &from, options) {
            Ok(Said::Found(source)) => return Ok(*source),
            Ok(Said::NoImage(near)) => {
                without.get_or_insert_with(|| (endpoint.host, Vec::new())).1.extend(near);
            }
            Ok(Said::Absent(reason)) => tried.push(format!("{} ({reason})", endpoint.host)),
            Err(error) => failed = Some(failed.unwrap_or(error)),
        }
    }
    if let Some((host, near)) = without {
        let unasked = failed.map(|error| error.to_string());
        return Err(EngineError::NoImage { from, host, near, unasked }.into());
    }
    Err(failed.unwrap_or_else(|| EngineError::NoEngine { from, tried }.into()))
}

fn ask(endpoint: &Endpoint, name: &EngineName, from: &str, options: &Options) -> Result<Said, ImageError> {
    if options.access.offline && !endpoint.is_local() {
        return Err(ServerError::Offline { from: from.to_owned() }.into());
    }
    if let Some(reason) = endpoint.absent() {
        return Ok(Said::Absent(reason));
    }
    let api = Api::connect(endpoint, from)?;
    let Some(inspected) = api.inspect(name.as_str(), None)? else {
        // A list that does not come leaves the answer without a suggestion, and no more.
        return Ok(Said::NoImage(name.near(&api.names().unwrap_or_default())));
    };
    Ok(Said::Found(Box::new(EngineSource {
        api,
        name: name.clone(),
        reference: from.to_owned(),
        inspected,
        expansion: options.expansion,
        taken: OnceLock::new(),
    })))
}

impl EngineSource {
    /// The image's archive, taken out of the engine the first time.
    fn archive(&self, platform: Option<&Platform>) -> Result<&DockerSource, ImageError> {
        if let Some(taken) = self.taken.get() {
            return Ok(taken);
        }
        let Inspected { id, repo_tags, size, .. } = &self.inspected;
        let name = self.name.completed(id, repo_tags);
        let Some(response) = self.api.export(&name, platform)? else { return Err(self.gone(platform)) };
        // A user's cap is one layer's; it may only widen what all of them have together.
        let cap = self.expansion.bytes.max(Expansion::default().bytes);
        let file = export::spool(&self.api, response, *size, cap)?;
        let archive = Archive::of(file, self.reference.clone(), self.expansion)?;
        Ok(self.taken.get_or_init(|| DockerSource::new(archive, None)))
    }

    /// Why an image that was there is not given.
    fn gone(&self, platform: Option<&Platform>) -> ImageError {
        match platform {
            Some(asked) if self.api.exports_platforms() => ImageError::NoSuchPlatform {
                from: self.reference.clone(),
                expected: asked.to_string(),
                found: vec![self.inspected.platform().to_string()],
            },
            _ => {
                let (from, host) = (self.reference.clone(), self.api.host.clone());
                EngineError::NoImage { from, host, near: Vec::new(), unasked: None }.into()
            }
        }
    }

    /// What the engine says of `platform`, where it says it without giving the image.
    fn described(&self, platform: Option<&Platform>) -> Result<Option<Outline>, ImageError> {
        let Some(asked) = platform else { return Ok(None) };
        let other = match self.inspected.platform() == *asked {
            true => None,
            false if self.api.describes_platforms() => self.api.inspect(self.name.as_str(), Some(asked))?,
            false => return Ok(None),
        };
        let inspected = other.as_ref().unwrap_or(&self.inspected);
        let Some(diff_ids) = inspected.diff_ids().filter(|_| inspected.platform() == *asked) else {
            return Ok(None);
        };
        let (index, manifest) = self.documents();
        let digest = index.or(manifest).or_else(|| self.pulled_by());
        Ok(Some(Outline { name: inspected.repo_tags.first().cloned(), digest, manifest, diff_ids }))
    }

    /// The digests of the index and the manifest that the engine keeps, where it says so.
    fn documents(&self) -> (Option<Digest>, Option<Digest>) {
        let Some(descriptor) = &self.inspected.descriptor else { return (None, None) };
        let digest = descriptor.digest("", "").ok();
        match media_type::document(&descriptor.media_type) {
            DocumentType::Index => (digest, None),
            DocumentType::Manifest => (None, digest),
            _ => (None, None),
        }
    }

    /// The digest that registries have the image by; `None` where they have several.
    fn pulled_by(&self) -> Option<Digest> {
        let digests = self.inspected.repo_digests.iter();
        let digests: BTreeSet<Digest> =
            digests.filter_map(|name| name.rsplit_once('@')?.1.parse().ok()).collect();
        digests.first().copied().filter(|_| digests.len() == 1)
    }
}

impl ImageSource for EngineSource {
    fn reference(&self) -> String {
        self.reference.clone()
    }

    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError> {
        let mut image = self.archive(platform)?.image(platform)?;
        // The stream of one platform leaves out the index that it was picked from.
        if image.manifest.is_some() && image.index.is_none() {
            image.index = self.documents().0;
        }
        Ok(image)
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        self.archive(None)?.open(layer)
    }

    fn outline(&self, platform: Option<&Platform>) -> Result<Outline, ImageError> {
        match self.described(platform)? {
            Some(outline) => Ok(outline),
            None => self.image(platform).map(Outline::of),
        }
    }

    fn notes(&self, image: &Image) -> Vec<String> {
        if image.manifest.is_some() {
            return Vec::new();
        }
        let mut notes = vec![
            "the engine keeps neither the manifest nor compressed layers: their digests are not known"
                .to_owned(),
        ];
        // What was said of a name that leads elsewhere by now is not said of this image.
        let is_same = self.inspected.id == image.config_digest.to_string();
        let names: BTreeSet<&String> = self.inspected.repo_digests.iter().filter(|_| is_same).collect();
        notes.extend(
            names.into_iter().map(|name| {
                format!("the engine says that a registry has it as {}", super::error::shown(name))
            }),
        );
        notes
    }

    fn is_served(&self) -> bool {
        true
    }
}
