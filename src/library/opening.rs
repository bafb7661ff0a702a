//! From a reference to an open image, and to what is known of its build.

use std::collections::BTreeMap;

use super::error::Error;
use super::options::{BuildOptions, ImageOptions};
use crate::base::digest::Digest;
use crate::base::secrets;
use crate::build::Inputs;
use crate::build::base::BaseImage;
use crate::build::lookup::{Lookup, Unknown};
use crate::compare::side::Readable;
use crate::image::reference::{self, Reference};
use crate::image::{Image, ImageSource, Keeper, OpenOptions, Outline};
use crate::package_index::PackageIndexes;

/// An image that was found, its layers not yet read.
pub(crate) struct Opened {
    pub(crate) source: Box<dyn ImageSource>,
    pub(crate) image: Image,
    /// As it was opened.
    pub(crate) options: ImageOptions,
    /// The image's name for people: its own, or the last part of what the user wrote. Never a folder of this machine.
    pub(crate) name: String,
}

/// A source that is there, the image in it not yet read.
pub(crate) struct OpenSource {
    pub(crate) source: Box<dyn ImageSource>,
    pub(crate) options: ImageOptions,
    given: String,
}

impl OpenSource {
    /// Opens what `given` refers to.
    pub(crate) fn of(given: &str, options: ImageOptions) -> Result<Self, Error> {
        Ok(Self { source: source(given, &options)?, options, given: given.to_owned() })
    }

    /// Reads the image's manifest and config.
    pub(crate) fn image(self) -> Result<Opened, Error> {
        let image = self.source.image(self.options.platform.as_ref())?;
        let name = shown_name(image.name.as_deref(), &self.given);
        Ok(Opened { source: self.source, image, options: self.options, name })
    }
}

impl Opened {
    /// The image that `given` refers to.
    pub(crate) fn of(given: &str, options: ImageOptions) -> Result<Self, Error> {
        OpenSource::of(given, options)?.image()
    }

    /// Another image, of the platform of this one and under its limits.
    pub(crate) fn other(&self, given: &str) -> Result<Self, Error> {
        Self::of(given, self.same_platform())
    }

    /// The form of reference by which it was found.
    pub(crate) fn transport(&self) -> &'static str {
        reference::transport(&*self.source)
    }

    /// Its layers, to be read.
    pub(crate) fn readable(&self) -> Readable<'_> {
        Readable { source: &*self.source, image: &self.image }
    }

    /// What is known of its build, and where to look for more.
    pub(crate) fn inputs(&self, build: &BuildOptions) -> Result<Inputs, Error> {
        let find = |given: &str| base_image(given, &self.same_platform());
        // What nobody may be asked is told before anybody is.
        let indexes = build.indexes.as_ref().map(|urls| PackageIndexes::of(&urls.0, &self.options.access));
        let indexes = indexes.transpose()?;
        let base = build.base.as_deref().map(find).transpose()?;
        Ok(Inputs {
            dockerfile: build.dockerfile.clone(),
            context: build.context.clone(),
            args: build.args.clone(),
            target: build.target.clone(),
            base,
            lookups: self.lookups(build),
            wants_images: true,
            unasked: self.options.access.offline.unwrap_or(build.unasked),
            hashes_from: build.hashes_from.clone(),
            indexes,
            attestations: self.source.attestations(&self.image),
        })
    }

    fn same_platform(&self) -> ImageOptions {
        ImageOptions { platform: Some(self.image.platform.clone()), ..self.options.clone() }
    }

    /// Where the images that the Dockerfile names are looked for: where this one came from others, from others, and in no
    /// registry but its own unless all may be asked. An image on disk is frozen without asking anybody.
    fn lookups(&self, build: &BuildOptions) -> Vec<Lookup> {
        let keepers = reference::keepers().filter(|_| build.online || self.source.is_served());
        keepers.map(|(keeper, prefix)| self.lookup(keeper, prefix, build)).collect()
    }

    fn lookup(&self, keeper: Keeper, prefix: &'static str, build: &BuildOptions) -> Lookup {
        let own = reference::registry(&self.source.reference()).filter(|_| self.source.is_remote());
        let asks_all = build.online || keeper == Keeper::Engine;
        let may_ask = move |name: &str| asks_all || own.is_some() && reference::registry(name) == own;
        let (options, unasked) = (self.same_platform(), build.unasked);
        let base = {
            let (options, may_ask) = (options.clone(), may_ask.clone());
            move |name: &str| {
                let mut options = options.clone();
                options.access.offline = options.access.offline.or((!may_ask(name)).then_some(unasked));
                base_image(&format!("{prefix}{name}"), &options).map_err(|error| error.to_string())
            }
        };
        let digests = move |names: &[String]| digests(keeper, names, &options, &may_ask);
        Lookup { keeper, base: Box::new(base), digests: Box::new(digests) }
    }
}

/// What `names` lead to where `keeper` keeps them; those that may not be asked for are not.
fn digests(
    keeper: Keeper,
    names: &[String],
    options: &ImageOptions,
    may_ask: &dyn Fn(&str) -> bool,
) -> Vec<Result<Digest, Unknown>> {
    let is_offline = keeper == Keeper::Registry && options.access.offline.is_some();
    let asked: Vec<String> = names.iter().filter(|name| !is_offline && may_ask(name)).cloned().collect();
    let options = OpenOptions { expansion: options.expansion, access: options.access.clone() };
    let answers = match asked.is_empty() {
        true => Vec::new(),
        false => reference::digests(keeper, &asked, &options),
    };
    let mut answers: BTreeMap<&String, Result<Digest, Unknown>> =
        asked.iter().zip(answers.into_iter().map(|answer| answer.map_err(Unknown::Missed))).collect();
    names.iter().map(|name| answers.remove(name).unwrap_or(Err(Unknown::Unasked))).collect()
}

/// What is known of a base image by its reference.
fn base_image(given: &str, options: &ImageOptions) -> Result<BaseImage, Error> {
    let outline = source(given, options)?.outline(options.platform.as_ref())?;
    let Outline { name, index, manifest, pulled_by, diff_ids } = outline;
    Ok(BaseImage { given: last_part(given).to_owned(), name, index, manifest, pulled_by, diff_ids })
}

fn source(given: &str, options: &ImageOptions) -> Result<Box<dyn ImageSource>, Error> {
    let reference: Reference = given.parse()?;
    let options = OpenOptions { expansion: options.expansion, access: options.access.clone() };
    Ok(reference::open(&reference, &options)?)
}

/// The image's own name; a tag alone says less than what the user wrote.
fn shown_name(name: Option<&str>, given: &str) -> String {
    let own = name.filter(|name| name.contains([':', '/', '@']));
    let mut name = own.unwrap_or_else(|| last_part(given)).to_owned();
    secrets::hide(&mut name);
    name
}

/// The last part of a path or reference.
pub(crate) fn last_part(text: &str) -> &str {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or(text)
}
