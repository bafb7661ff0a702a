//! What a lockfile knows that a fix can write down: digests and exact versions.
//!
//! Vocabulary: a *pin* is what the image that was frozen really had. It is given out only where it is the only one that
//! fits: a package that was there in two versions pins nothing.
//!
//! What it refuses to do: it guesses nothing that the lock doesn't hold.

use std::collections::BTreeMap;

use super::ImageName;
use crate::dockerfile::normalize_name;
use crate::lockfile::{Lockfile, model::Package};

/// The pins of a lockfile.
#[derive(Debug, Clone)]
pub struct Pins {
    /// The lockfile's name for people.
    pub path: String,
    /// The lockfile.
    pub lock: Lockfile,
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
    pub fn packages(&self, ecosystem: &str, name: &str) -> Vec<&Package> {
        let numbers = self.packages.get(&(ecosystem.to_owned(), key(ecosystem, name)));
        let list = self.lock.package.get(ecosystem).map(Vec::as_slice).unwrap_or_default();
        numbers.into_iter().flatten().filter_map(|number| list.get(*number)).collect()
    }

    /// The one version that was installed under that name: of a package manager's (`deb`, `apk`, `rpm`) the one for the
    /// image's architecture, or for all of them.
    pub fn version(&self, ecosystem: &str, name: &str) -> Option<&Package> {
        let mut found = self.packages(ecosystem, name).into_iter();
        let first = found.next()?;
        found.all(|other| other.version == first.version).then_some(first)
    }

    /// The digest of the base image, where the lock's base is the image called `name`.
    pub fn base_digest(&self, name: &ImageName) -> Option<String> {
        let base = self.lock.base.as_ref()?;
        let locked = ImageName::parse(base.reference.as_deref()?);
        base.digest.as_ref().filter(|_| same_image(&locked, name)).map(ToString::to_string)
    }

    /// The manifest's digest of the image that was locked, where it is the image called `name`.
    pub fn image_digest(&self, name: &ImageName) -> Option<String> {
        let locked = ImageName::parse(self.lock.image.reference.as_deref()?);
        let digest = self.lock.image.index.as_ref().or(self.lock.image.manifest.as_ref())?;
        same_image(&locked, name).then(|| digest.to_string())
    }

    /// The value of a build argument.
    pub fn build_arg(&self, name: &str) -> Option<&str> {
        self.lock.build.arg.iter().find(|arg| arg.name == name)?.value.as_deref()
    }
}

/// Whether two names ask for one image: a missing tag is `latest`.
fn same_image(one: &ImageName, other: &ImageName) -> bool {
    let tag = |name: &ImageName| name.tag.clone().unwrap_or_else(|| "latest".to_owned());
    one.short_repository() == other.short_repository() && tag(one) == tag(other)
}

fn key(ecosystem: &str, name: &str) -> String {
    match ecosystem {
        "python" => normalize_name(name),
        _ => name.to_owned(),
    }
}
