//! From arguments to an open image and what is known of its build.

use crate::base::limits::Expansion;
use crate::build::Inputs;
use crate::build::base::BaseImage;
use crate::build::lookup::Lookup;
use crate::image::platform::Platform;
use crate::image::reference::{self, Reference};
use crate::image::{Access, Image, ImageSource, OpenOptions, Outline};

use super::args::{Build, Source};
use super::error::CliError;
use super::global::Global;

/// An image that was found, its layers not yet read.
pub(super) struct Opened {
    pub(super) source: Box<dyn ImageSource>,
    pub(super) image: Image,
    pub(super) expansion: Expansion,
    /// The image's name for people: its own, or the last part of what the user wrote. Never a folder of this machine.
    pub(super) name: String,
}

/// A source that is there, the image in it not yet read.
pub(super) struct OpenSource {
    pub(super) source: Box<dyn ImageSource>,
    pub(super) platform: Option<Platform>,
    expansion: Expansion,
    given: String,
}

pub(super) fn source(arguments: &Source, global: &Global) -> Result<OpenSource, CliError> {
    let expansion = arguments.max_unpacked_size.map_or_else(Expansion::default, Expansion::of_bytes);
    let platform = arguments.platform.as_deref().map(str::parse::<Platform>).transpose()?;
    let source = open(&arguments.image, expansion, global.access())?;
    Ok(OpenSource { source, platform, expansion, given: arguments.image.clone() })
}

impl OpenSource {
    pub(super) fn image(self) -> Result<Opened, CliError> {
        let image = self.source.image(self.platform.as_ref())?;
        let name = shown_name(image.name.as_deref(), &self.given);
        Ok(Opened { source: self.source, image, expansion: self.expansion, name })
    }
}

pub(super) fn image(arguments: &Source, global: &Global) -> Result<Opened, CliError> {
    source(arguments, global)?.image()
}

/// Another image, of the platform of the first and under its limits.
pub(super) fn other(text: &str, first: &Opened, global: &Global) -> Result<Opened, CliError> {
    let source = open(text, first.expansion, global.access())?;
    let platform = Some(first.image.platform.clone());
    OpenSource { source, platform, expansion: first.expansion, given: text.to_owned() }.image()
}

/// The image's own name; a tag alone says less than what the user wrote.
fn shown_name(name: Option<&str>, given: &str) -> String {
    let own = name.filter(|name| name.contains([':', '/', '@']));
    own.unwrap_or_else(|| last_part(given)).to_owned()
}

pub(super) fn inputs(build: &Build, opened: &Opened, global: &Global) -> Result<Inputs, CliError> {
    let (platform, expansion) = (opened.image.platform.clone(), opened.expansion);
    let find = base_finder(platform, expansion, global.access());
    let base = build.base.as_deref().map(find).transpose()?;
    Ok(Inputs {
        dockerfile: build.dockerfile.clone(),
        context: build.context.clone(),
        args: build.build_args.iter().cloned().collect(),
        target: build.target.clone(),
        base,
        lookups: lookups(opened, global),
        attestations: opened.source.attestations(&opened.image),
    })
}

/// Where the image that FROM names is looked for: where this one came from others, from others. An image on disk is
/// frozen without asking anybody.
fn lookups(opened: &Opened, global: &Global) -> Vec<Lookup> {
    let places = reference::served().filter(|_| opened.source.is_served());
    let lookup = |place: &'static str| -> Lookup {
        let platform = opened.image.platform.clone();
        let find = base_finder(platform, opened.expansion, global.access());
        Box::new(move |name| find(&format!("{place}{name}")).map_err(|error| error.message))
    };
    places.map(lookup).collect()
}

/// What is known of a base image by its reference.
fn base_finder(
    platform: Platform,
    expansion: Expansion,
    access: Access,
) -> impl Fn(&str) -> Result<BaseImage, CliError> {
    move |given| {
        let outline = open(given, expansion, access.clone())?.outline(Some(&platform))?;
        let Outline { name, index, manifest, pulled_by, diff_ids } = outline;
        Ok(BaseImage { given: last_part(given).to_owned(), name, index, manifest, pulled_by, diff_ids })
    }
}

fn open(text: &str, expansion: Expansion, access: Access) -> Result<Box<dyn ImageSource>, CliError> {
    let reference: Reference = text.parse()?;
    Ok(reference::open(&reference, &OpenOptions { expansion, access })?)
}

/// The last part of a path or reference.
pub(super) fn last_part(text: &str) -> &str {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or(text)
}
