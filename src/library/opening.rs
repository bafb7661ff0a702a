//! From a reference to an open image, and to what is known of its build.

use super::error::Error;
use super::options::{BuildOptions, ImageOptions};
use crate::base::secrets;
use crate::build::Inputs;
use crate::build::base::BaseImage;
use crate::build::lookup::Lookup;
use crate::compare::side::Readable;
use crate::image::reference::{self, Reference};
use crate::image::{Image, ImageSource, OpenOptions, Outline};

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
        let base = build.base.as_deref().map(find).transpose()?;
        Ok(Inputs {
            dockerfile: build.dockerfile.clone(),
            context: build.context.clone(),
            args: build.args.clone(),
            target: build.target.clone(),
            base,
            lookups: self.lookups(),
            attestations: self.source.attestations(&self.image),
        })
    }

    fn same_platform(&self) -> ImageOptions {
        ImageOptions { platform: Some(self.image.platform.clone()), ..self.options.clone() }
    }

    /// Where the image that FROM names is looked for: where this one came from others, from others. An image on disk is
    /// frozen without asking anybody.
    fn lookups(&self) -> Vec<Lookup> {
        let places = reference::served().filter(|_| self.source.is_served());
        let lookup = |place: &'static str| -> Lookup {
            let options = self.same_platform();
            Box::new(move |name| {
                base_image(&format!("{place}{name}"), &options).map_err(|error| error.to_string())
            })
        };
        places.map(lookup).collect()
    }
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
