//! An image in an engine, as a source.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::OnceLock;

use crate::base::limits::Expansion;
use crate::image::archive::docker::DockerSource;
use crate::image::archive::tar::Archive;
use crate::image::engine::api::Api;
use crate::image::engine::export;
use crate::image::engine::inspected::Inspected;
use crate::image::engine::name::EngineName;
use crate::image::error::{ChoiceFault, EngineFault, ImageError, shown};
use crate::image::manifest::platform::Platform;
use crate::image::model::{Attestations, Image, Layer, Outline};
use crate::image::source::ImageSource;

/// An image in an engine that answers and has it.
pub(crate) struct EngineSource {
    pub(super) api: Api,
    pub(super) name: EngineName,
    pub(super) reference: String,
    pub(super) inspected: Inspected,
    pub(super) expansion: Expansion,
    pub(super) taken: OnceLock<DockerSource>,
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
        let file = export::spool(&self.api, response, *size, self.expansion.of_all().bytes)?;
        let archive = Archive::of(file, self.reference.clone(), self.expansion)?;
        Ok(self.taken.get_or_init(|| DockerSource::new(archive, None)))
    }

    /// Why an image that was there is not given.
    fn gone(&self, platform: Option<&Platform>) -> ImageError {
        match platform {
            Some(asked) if self.api.exports_platforms() => ImageError::at(
                &self.reference,
                ChoiceFault::NoSuchPlatform {
                    expected: asked.to_string(),
                    found: vec![self.inspected.platform().to_string()],
                },
            ),
            _ => {
                let (from, host) = (self.reference.clone(), self.api.host.clone());
                ImageError::at(from, EngineFault::NoImage { host, near: Vec::new(), unasked: None })
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
            names
                .into_iter()
                .map(|name| format!("the engine says that a registry has it as {}", shown(name))),
        );
        notes
    }

    fn is_served(&self) -> bool {
        true
    }
}
