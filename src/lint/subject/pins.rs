//! What a lockfile knows that a fix can write down: digests and exact versions.
//!
//! Vocabulary: a *pin* is what the image that was frozen really had. It is given out only where it is the only one that
//! fits: a package that was there in two versions pins nothing.
//!
//! What it refuses to do: it guesses nothing that the lock doesn't hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::digest::Digest;
use crate::ecosystem;
use crate::lint::subject::image_use::ImageName;
use crate::lint::subject::named_digests::key as key_of_image;
use crate::lockfile::Lockfile;
use crate::lockfile::model::{LockedNamedImage, LockedPackage};

/// An image's digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImagePin {
    /// `sha256:…`
    pub(crate) digest: String,
    /// Whether it is known to be of all that the name leads to: of the multi-platform index, where there is one. Else it may
    /// be one platform's manifest.
    pub(crate) is_index: bool,
}

/// The pins of a lockfile.
#[derive(Debug, Clone)]
pub struct Pins {
    /// The lockfile's name for people.
    pub(crate) path: String,
    /// The lockfile.
    pub(crate) lock: Lockfile,
    packages: BTreeMap<(String, String), Vec<usize>>,
}

impl Pins {
    /// Those of the lockfile called `path`.
    pub fn of(path: impl Into<String>, lock: Lockfile) -> Self {
        let mut packages: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (ecosystem, list) in &lock.package {
            for (number, package) in list.iter().enumerate() {
                let key = (ecosystem.clone(), key(ecosystem, &package.name));
                packages.entry(key).or_default().push(number);
            }
        }
        Self { path: path.into(), lock, packages }
    }

    /// All that was installed under that name.
    pub(crate) fn packages(&self, ecosystem: &str, name: &str) -> Vec<&LockedPackage> {
        let numbers = self.packages.get(&(ecosystem.to_owned(), key(ecosystem, name)));
        let list = self.lock.package.get(ecosystem).map(Vec::as_slice).unwrap_or_default();
        numbers.into_iter().flatten().filter_map(|number| list.get(*number)).collect()
    }

    /// The one version that was installed under that name: of a package manager's (`deb`, `apk`, `rpm`) the one for the
    /// image's architecture, or for all of them.
    pub(crate) fn version(&self, ecosystem: &str, name: &str) -> Option<&LockedPackage> {
        let mut packages = self.packages(ecosystem, name).into_iter();
        let first = packages.next()?;
        packages.all(|other| other.version == first.version).then_some(first)
    }

    /// The digest of the image called `name`, where the lock knows one and no other.
    pub(crate) fn image(&self, name: &ImageName) -> Option<ImagePin> {
        let base = self.lock.base.as_ref().filter(|base| names(base.reference.as_deref(), name));
        let named = self.named(name);
        let known: BTreeSet<Digest> =
            named.map(|image| image.digest).chain(base.and_then(|base| base.digest)).collect();
        let only = known.first().filter(|_| known.len() == 1)?;
        let is_index = base.is_some_and(|base| base.digest == Some(*only) && base.manifest.is_some())
            || self.named(name).any(|image| image.digest == *only && image.source.is_of_the_name());
        Some(ImagePin { digest: only.to_string(), is_index })
    }

    /// All digests that the lock knows for the image called `name`, its platform's manifest included.
    pub(crate) fn digests(&self, name: &ImageName) -> BTreeSet<String> {
        let base = self.lock.base.iter().filter(|base| names(base.reference.as_deref(), name));
        let named = self.named(name);
        let base = base.flat_map(|base| base.digest.into_iter().chain(base.manifest));
        base.chain(named.map(|image| image.digest)).map(|digest| digest.to_string()).collect()
    }

    fn named(&self, name: &ImageName) -> impl Iterator<Item = &LockedNamedImage> {
        self.lock.build.image.iter().filter(|image| names(Some(&image.reference), name))
    }

    /// The manifest's digest of the image that was locked, where it is the image called `name`.
    pub(crate) fn image_digest(&self, name: &ImageName) -> Option<String> {
        let digest = self.lock.image.index.as_ref().or(self.lock.image.manifest.as_ref())?;
        names(self.lock.image.reference.as_deref(), name).then(|| digest.to_string())
    }

    /// The value of a build argument.
    pub(crate) fn build_arg(&self, name: &str) -> Option<&str> {
        self.lock.build.arg.iter().find(|arg| arg.name == name)?.value.as_deref()
    }
}

/// Whether a locked reference is the image called `name`, by name and tag.
fn names(locked: Option<&str>, name: &ImageName) -> bool {
    locked.map(ImageName::parse).is_some_and(|locked| key_of_image(&locked) == key_of_image(name))
}

fn key(ecosystem: &str, name: &str) -> String {
    let normal = |ecosystem: &dyn ecosystem::Ecosystem| ecosystem.normal_name(name).into_owned();
    ecosystem::of_id(ecosystem).map_or_else(|| name.to_owned(), normal)
}
