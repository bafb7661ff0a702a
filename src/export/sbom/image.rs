//! The image itself, as bills of materials name it.
//!
//! Its package URL is of the type `oci`, by the manifest's digest; without one, as of a classic `docker save`, it has none.

use std::collections::BTreeMap;

use crate::base::secrets::REDACTED;
use crate::ecosystem::Purl;
use crate::lockfile::model::LockedImage;

/// The image.
pub(super) struct ImagePart {
    /// The name that it carries; else what Docker calls its ID.
    pub(super) name: String,
    /// The manifest's digest, else the config's.
    pub(super) version: String,
    pub(super) purl: Option<String>,
    /// What the lock says besides, by name.
    pub(super) properties: Vec<(&'static str, String)>,
}

impl ImagePart {
    pub(super) fn of(image: &LockedImage) -> Self {
        let config = image.config.to_string();
        let manifest = image.manifest.map(|digest| digest.to_string());
        let properties = [
            ("platform", Some(image.platform.clone())),
            ("manifest", manifest.clone()),
            ("config", Some(config.clone())),
        ];
        Self {
            name: image.reference.clone().unwrap_or_else(|| config.clone()),
            purl: purl(image, manifest.as_deref()),
            version: manifest.unwrap_or(config),
            properties: properties.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        }
    }
}

fn purl(image: &LockedImage, manifest: Option<&str>) -> Option<String> {
    let reference = image.reference.as_deref().filter(|reference| !reference.contains(REDACTED))?;
    let named = reference.split('@').next().unwrap_or_default();
    let last = named.rsplit('/').next().unwrap_or_default();
    let (name, tag) = match last.split_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (last, None),
    };
    let repository = tag.and_then(|tag| named.strip_suffix(tag)?.strip_suffix(':')).unwrap_or(named);
    let purl = Purl {
        kind: "oci",
        namespace: None,
        is_of_system: false,
        name: name.to_lowercase(),
        version: Some(manifest?.to_owned()),
        qualifiers: BTreeMap::new(),
    };
    purl.qualified("arch", image.platform.split('/').nth(1))
        .qualified("repository_url", Some(repository).filter(|repository| repository.contains('/')))
        .qualified("tag", tag)
        .text()
}
