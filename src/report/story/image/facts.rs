//! What an image is or has as a whole, a fact a line below the title.

use crate::base::digest::Digest;
use crate::lockfile::Lockfile;
use crate::lockfile::model::{self, LockedBase};

/// Something that an image is or has, as a whole. Texts are quoted.
pub(in crate::report) enum Fact<'a> {
    /// Its name.
    Image(&'a str),
    /// Its platform.
    Platform(&'a str),
    /// Its manifest's digest.
    Manifest(Digest),
    /// Its config's digest.
    Config(Digest),
    /// When it was made, as it says.
    Created(&'a str),
    /// What made it, as it says.
    Builder(&'a str),
    /// The image that it was built from.
    Base(&'a LockedBase),
    /// Neither the image nor a Dockerfile told what it was built from.
    UnknownBase,
    /// Its layers.
    Layers(Holds),
    /// Its packages: how many of each ecosystem.
    Packages(Vec<(&'a str, usize)>),
    /// The requirements files that were installed from.
    Required(Vec<&'a str>),
}

/// What the layers of an image come to.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Holds {
    /// How many.
    pub(in crate::report) layers: usize,
    /// Bytes of their blobs.
    pub(in crate::report) size: u64,
    /// Bytes of their tars.
    pub(in crate::report) unpacked: u64,
    /// Their files.
    pub(in crate::report) files: usize,
}

pub(super) fn facts<'a>(name: &'a str, lock: &'a Lockfile) -> Vec<Fact<'a>> {
    let Lockfile { version: _, image, base, build, config: _, layer, catalog: _, package, agreement: _ } =
        lock;
    let model::LockedImage {
        reference: _,
        platform,
        media_type: _,
        index: _,
        manifest,
        config,
        created,
        distribution: _,
        distribution_version: _,
        files: _,
        detours: _,
    } = image;
    let base = match base {
        Some(base) => Some(Fact::Base(base)),
        // With a Dockerfile and no base, the image was built from scratch, or from a name that nothing told.
        None => build.dockerfile.is_none().then_some(Fact::UnknownBase),
    };
    let packages: Vec<(&str, usize)> =
        package.iter().map(|(ecosystem, packages)| (ecosystem.as_str(), packages.len())).collect();
    let required: Vec<&str> = build.requirements.iter().map(|file| file.path.as_str()).collect();
    let facts = [
        Some(Fact::Image(name)),
        Some(Fact::Platform(platform)),
        manifest.map(Fact::Manifest),
        Some(Fact::Config(*config)),
        created.as_deref().map(Fact::Created),
        build.builder.as_deref().map(Fact::Builder),
        base,
        Some(Fact::Layers(Holds {
            layers: layer.len(),
            size: layer.iter().map(|layer| layer.size).fold(0, u64::saturating_add),
            unpacked: layer.iter().map(|layer| layer.uncompressed_size).fold(0, u64::saturating_add),
            files: layer.iter().map(|layer| layer.files).sum(),
        })),
        (!packages.is_empty()).then_some(Fact::Packages(packages)),
        (!required.is_empty()).then_some(Fact::Required(required)),
    ];
    facts.into_iter().flatten().collect()
}
