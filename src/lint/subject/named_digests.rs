//! Digests of images by name, as whoever keeps the images was asked for them.
//!
//! They are what the names lead to today; a lock's word, which is of the image that was frozen, goes before.

use std::collections::BTreeMap;

use crate::lint::subject::image_use::ImageName;

/// The digests that names lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedDigests(BTreeMap<String, String>);

impl NamedDigests {
    /// Of names as sources write them, each with a tag or none, and their digests (`sha256:…`).
    pub fn of(digests: impl IntoIterator<Item = (String, String)>) -> Self {
        let named = |(name, digest): (String, String)| (key(&ImageName::parse(&name)), digest);
        Self(digests.into_iter().map(named).collect())
    }

    /// That of the image called `name`, its own digest left aside.
    pub(crate) fn get(&self, name: &ImageName) -> Option<&str> {
        self.0.get(&key(name)).map(String::as_str)
    }
}

/// A name as it is one for all who write it: without Docker's defaults.
pub(crate) fn key(name: &ImageName) -> String {
    format!("{}:{}", name.short_repository(), name.tag.as_deref().unwrap_or("latest"))
}
