//! What an engine says of an image (`/images/NAME/json`): its word, which only the image's own bytes can prove.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::base::digest::Digest;
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::json::{or_default, texts};
use crate::image::manifest::media_type::{self, DocumentType};
use crate::image::manifest::platform::Platform;
use crate::image::registry::name::RegistryName;

/// What an engine says of an image.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Inspected {
    /// The config's digest, or with containerd's store that of the index or manifest.
    #[serde(deserialize_with = "or_default")]
    pub(crate) id: String,
    #[serde(deserialize_with = "texts")]
    pub(crate) repo_tags: Vec<String>,
    /// `NAME@DIGEST` for each registry it was pulled from or pushed to.
    #[serde(deserialize_with = "texts")]
    pub(crate) repo_digests: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    os: String,
    #[serde(deserialize_with = "or_default")]
    architecture: String,
    #[serde(deserialize_with = "or_default")]
    variant: String,
    /// Bytes of its layers, roughly.
    #[serde(deserialize_with = "or_default")]
    pub(crate) size: u64,
    #[serde(rename = "RootFS", deserialize_with = "or_default")]
    root_fs: RootFs,
    /// The index's or manifest's, where the store keeps one and the engine says so.
    descriptor: Option<Descriptor>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RootFs {
    #[serde(deserialize_with = "texts")]
    layers: Vec<String>,
}

impl Inspected {
    /// The platform that the rest is said of: of several, an engine chooses its own.
    pub(crate) fn platform(&self) -> Platform {
        Platform::new(&self.os, &self.architecture, Some(&self.variant))
    }

    /// The layers' diff_ids; `None` where they are not all digests.
    pub(crate) fn diff_ids(&self) -> Option<Vec<Digest>> {
        self.root_fs.layers.iter().map(|layer| layer.parse().ok()).collect()
    }

    /// The digests of the index and the manifest that the engine keeps, where it says so.
    pub(crate) fn documents(&self) -> (Option<Digest>, Option<Digest>) {
        let Some(descriptor) = &self.descriptor else { return (None, None) };
        let digest = descriptor.digest("", "").ok();
        match media_type::document(&descriptor.media_type) {
            DocumentType::Index => (digest, None),
            DocumentType::Manifest => (None, digest),
            _ => (None, None),
        }
    }

    /// The digest that the registry of `name` has the image by, of those it was pulled or pushed by; else the one that a
    /// store which keeps indexes and manifests has under its name. `None` where there are several, or none.
    pub(crate) fn known_as(&self, name: &str) -> Option<Digest> {
        let place = |name: &RegistryName| (name.registry().to_owned(), name.repository().to_owned());
        let own = place(&name.parse::<RegistryName>().ok()?);
        let names = self.repo_digests.iter().filter_map(|name| name.parse::<RegistryName>().ok());
        let digests: BTreeSet<Digest> =
            names.filter(|name| place(name) == own).filter_map(|name| name.digest()).collect();
        match digests.len() {
            0 => self.documents().0.or(self.documents().1),
            1 => digests.first().copied(),
            _ => None,
        }
    }

    /// The digest that registries have the image by; `None` where they have several.
    pub(crate) fn pulled_by(&self) -> Option<Digest> {
        let digests = self.repo_digests.iter().filter_map(|name| name.rsplit_once('@')?.1.parse().ok());
        let digests: BTreeSet<Digest> = digests.collect();
        digests.first().copied().filter(|_| digests.len() == 1)
    }
}
