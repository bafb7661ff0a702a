//! From arguments to an open image and what is known of its build.

use crate::base::limits::Expansion;
use crate::build::Inputs;
use crate::build::base::BaseImage;
use crate::image::platform::Platform;
use crate::image::reference::{self, Reference};
use crate::image::{Image, ImageSource};

use super::args::{Build, Source};
use super::error::CliError;

/// An image that was found, its layers not yet read.
pub(super) struct Opened {
    pub(super) source: Box<dyn ImageSource>,
    pub(super) image: Image,
    pub(super) expansion: Expansion,
    /// The image's name for people: its own, or the last part of what the user wrote. Never a folder of this machine.
    pub(super) name: String,
}

pub(super) fn image(arguments: &Source) -> Result<Opened, CliError> {
    let expansion = arguments.max_unpacked_size.map_or_else(Expansion::default, Expansion::of_bytes);
    let platform = arguments.platform.as_deref().map(str::parse::<Platform>).transpose()?;
    let (source, image) = open(&arguments.image, platform.as_ref(), expansion)?;
    let name = image.name.clone().unwrap_or_else(|| last_part(&arguments.image).to_owned());
    Ok(Opened { source, image, expansion, name })
}

/// Another image, of the platform of the first and under its limits.
pub(super) fn other(text: &str, first: &Opened) -> Result<Opened, CliError> {
    let expansion = first.expansion;
    let (source, image) = open(text, Some(&first.image.platform), expansion)?;
    let name = image.name.clone().unwrap_or_else(|| last_part(text).to_owned());
    Ok(Opened { source, image, expansion, name })
}

pub(super) fn inputs(build: &Build, opened: &Opened) -> Result<Inputs, CliError> {
    let base = build.base.as_deref().map(|given| {
        let (_, image) = open(given, Some(&opened.image.platform), opened.expansion)?;
        let diff_ids = image.layers.iter().map(|layer| layer.diff_id).collect();
        let digest = image.index.or(image.manifest);
        Ok::<_, CliError>(BaseImage {
            given: last_part(given).to_owned(),
            name: image.name,
            digest,
            diff_ids,
        })
    });
    Ok(Inputs {
        dockerfile: build.dockerfile.clone(),
        context: build.context.clone(),
        args: build.build_args.iter().cloned().collect(),
        target: build.target.clone(),
        base: base.transpose()?,
    })
}

fn open(
    text: &str,
    platform: Option<&Platform>,
    expansion: Expansion,
) -> Result<(Box<dyn ImageSource>, Image), CliError> {
    let reference: Reference = text.parse()?;
    let source = reference::open(&reference, &reference::Options { expansion })?;
    let image = source.image(platform)?;
    Ok((source, image))
}

/// The last part of a path or reference.
pub(super) fn last_part(text: &str) -> &str {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or(text)
}
