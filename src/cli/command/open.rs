//! From arguments to the library's options.

use crate::base::limits::Expansion;
use crate::image::platform::Platform;
use crate::library::opening::{OpenSource, Opened};
use crate::library::{BuildOptions, ImageOptions, IndexUrls};
use crate::package_index::{self, IndexError};

use crate::cli::args::{Build, Freeze, Source};
use crate::cli::error::CliError;
use crate::cli::global::Global;

pub(super) fn source(arguments: &Source, global: &Global) -> Result<OpenSource, CliError> {
    let expansion = arguments.max_unpacked_size.map_or_else(Expansion::default, Expansion::of_bytes);
    let platform = arguments.platform.as_deref().map(str::parse::<Platform>).transpose()?;
    let options = ImageOptions { platform, expansion, access: global.access() };
    Ok(OpenSource::of(&arguments.image, options)?)
}

pub(super) fn image(arguments: &Source, global: &Global) -> Result<Opened, CliError> {
    Ok(source(arguments, global)?.image()?)
}

/// What the user knows of the build, and whether others may be asked for more.
pub(super) fn build(arguments: &Build, online: bool) -> BuildOptions {
    BuildOptions {
        dockerfile: arguments.dockerfile.clone(),
        context: arguments.context.clone(),
        args: arguments.build_args.iter().cloned().collect(),
        target: arguments.target.clone(),
        base: arguments.base.clone(),
        hashes_from: arguments.hashes_from.clone(),
        indexes: None,
        online,
        unasked: "engines and registries other than the image's own are asked only with --online",
    }
}

/// The indexes that are asked for hashes: those that were named, else those of the settings of ours, else of pip's and uv's.
pub(super) fn indexes(arguments: &Freeze, global: &Global) -> Result<Option<IndexUrls>, CliError> {
    if !arguments.resolve_hashes {
        return Ok(None);
    }
    let of_project = &global.project.python.index_urls;
    let urls = match (arguments.index_url.as_slice(), of_project.as_slice()) {
        ([], []) => package_index::configured()?,
        ([], urls) | (urls, _) => urls.to_vec(),
    };
    match urls.is_empty() {
        true => Err(IndexError::NotConfigured.into()),
        false => Ok(Some(IndexUrls(urls))),
    }
}
