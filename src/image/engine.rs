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
mod inspected;
mod name;

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

use super::archive::Archive;
use super::attestation::Attestations;
use super::docker_archive::DockerSource;
use super::error::ImageError;
use super::platform::Platform;
use super::reference::Options;
use super::server::ServerError;
use super::{Image, ImageSource, Layer, Outline};
use crate::base::limits::Expansion;
use api::Api;
use endpoint::{Endpoint, Surroundings};
use inspected::Inspected;

pub use error::EngineError;
pub(super) use name::EngineName;

/// Before the name of an image in an engine.
pub(super) const PREFIX: &str = "docker-daemon:";
/// How long an engine that was asked for by name may take to answer: systemd may have to start it first.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// An image in an engine that answers and has it.
pub(super) struct EngineSource {
    api: Api,
    name: EngineName,
    reference: String,
    inspected: Inspected,
    expansion: Expansion,
    taken: OnceLock<DockerSource>,
}

/// Why no engine gives an image.
pub(super) struct Missing {
    name: EngineName,
    from: String,
    /// Engines that answer and have it not.
    without: Vec<Api>,
    /// What went wrong first.
    failed: Option<ImageError>,
    /// Sockets that are not there.
    tried: Vec<String>,
}

/// Finds the engine that has the image: the one that is set, else the first of those that answer within `patience`.
pub(super) fn find(
    name: &EngineName,
    options: &Options,
    patience: Duration,
) -> Result<EngineSource, Box<Missing>> {
    let from = format!("{PREFIX}{name}");
    let mut missing =
        Missing { name: name.clone(), from, without: Vec::new(), failed: None, tried: Vec::new() };
    let endpoints = endpoint::all(&Surroundings::of_user(), &missing.from).unwrap_or_else(|error| {
        missing.failed = Some(error.into());
        Vec::new()
    });
    for endpoint in endpoints {
        if let Some(reason) = endpoint.absent() {
            missing.tried.push(format!("{} ({reason})", endpoint.host));
            continue;
        }
        match ask(&endpoint, name, &missing.from, options.access.offline, patience) {
            Ok((api, Some(inspected))) => {
                let Missing { name, from: reference, .. } = missing;
                let (expansion, taken) = (options.expansion, OnceLock::new());
                return Ok(EngineSource { api, name, reference, inspected, expansion, taken });
            }
            Ok((api, None)) => missing.without.push(api),
            Err(error) => missing.failed = Some(missing.failed.unwrap_or(error)),
        }
    }
    Err(Box::new(missing))
}

/// An engine that answers, and what it says of the image.
fn ask(
    endpoint: &Endpoint,
    name: &EngineName,
    from: &str,
    offline: bool,
    patience: Duration,
) -> Result<(Api, Option<Inspected>), ImageError> {
    if offline && !endpoint.is_local() {
        return Err(ServerError::Offline { from: from.to_owned() }.into());
    }
    let api = Api::connect(endpoint, from, patience)?;
    let inspected = api.inspect(name.as_str(), None)?;
    Ok((api, inspected))
}

impl Missing {
    /// Whether there is no engine at all.
    pub(super) fn is_no_engine(&self) -> bool {
        self.without.is_empty() && self.failed.is_none()
    }

    /// The error; engines that answered are asked for names that may have been meant.
    pub(super) fn error(self) -> ImageError {
        let Self { name, from, without, failed, tried } = self;
        let Some(first) = without.first() else {
            return failed.unwrap_or_else(|| EngineError::NoEngine { from, tried }.into());
        };
        // A list that does not come leaves the error without a suggestion, and no more.
        let names = without.iter().flat_map(|api| api.names().unwrap_or_default()).collect::<Vec<_>>();
        let (near, unasked) = (name.near(&names), failed.map(|error| error.to_string()));
        EngineError::NoImage { from, host: first.host.clone(), near, unasked }.into()
    }
}

impl EngineSource {
    /// The image's archive, taken out of the engine the first time.
    fn archive(&self, platform: Option<&Platform>) -> Result<&DockerSource, ImageError> {
        if let Some(taken) = self.taken.get() {
            return Ok(taken);
        }
        let Inspected { id, repo_tags, size, .. } = &self.inspected;
        let name = self.name.completed(id, repo_tags);
        // One platform comes without the index and the attestations in it, so it is asked for only where it is another
        // one than the engine would choose: then there may be several.
        let other = platform.filter(|asked| self.inspected.platform() != **asked);
        let Some(response) = self.api.export(&name, other)? else { return Err(self.gone(other)) };
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
        let (index, manifest) = self.inspected.documents();
        let (name, pulled_by) = (inspected.repo_tags.first().cloned(), self.inspected.pulled_by());
        Ok(Some(Outline { name, index, manifest, pulled_by, diff_ids }))
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
            image.index = self.inspected.documents().0;
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

    fn attestations(&self, image: &Image) -> Attestations {
        self.taken.get().map(|taken| taken.attestations(image)).unwrap_or_default()
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
