//! Image references as skopeo and buildah users write them, and opening what they name.
//!
//! A prefix says which transport it is (`oci:`, `docker://`); each has a file in `transports` and a line in its registry,
//! and what stands behind the prefix is its own to take apart. Without a prefix, a path that is there is looked into.
//! A bare word that is nothing on disk and does not look like a path is the engine's, where one answers and has it, and
//! else a registry's.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::base::digest::Digest;
use crate::image::error::ImageError;
use crate::image::options::OpenOptions;
use crate::image::registry::name::{PREFIX, RegistryName};
use crate::image::source::{ImageSource, Keeper, Place, Transport};
use crate::image::transports::{REGISTRY, bare, elsewhere, path};

/// An image reference, taken apart. It is displayed as it was written, its path and name escaped.
#[derive(Debug)]
pub struct Reference(Box<dyn Place>);

impl FromStr for Reference {
    type Err = ImageError;

    /// Takes a reference apart; looks at the disk for where a path ends.
    fn from_str(text: &str) -> Result<Self, ImageError> {
        // A path that is there wins over a name somebody else keeps, and over no form that says what it is a path to.
        let place = match with_prefix(text, false) {
            Some(place) => place,
            None if Path::new(text).exists() => Ok(bare::existing(text)),
            None => match with_prefix(text, true) {
                Some(place) => place,
                None => elsewhere::refusal(text).map_or_else(|| bare::place(text), Err),
            },
        };
        place.map(Self)
    }
}

/// What the transport that `text` begins with makes of it; of those that are served, or of the others.
fn with_prefix(text: &str, is_served: bool) -> Option<Result<Box<dyn Place>, ImageError>> {
    let mut transports = REGISTRY.iter().filter(|transport| transport.keeper().is_some() == is_served);
    transports.find_map(|transport| Some(transport.parse(text.strip_prefix(transport.prefix())?)))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Opens the source that a reference names; the image in it is not read yet.
pub fn open(reference: &Reference, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
    reference.0.open(options)
}

/// A reference as it is written in a file of `folder`, for who stands in the current one.
pub struct Written {
    /// The reference.
    pub text: String,
    /// The path that it names, where it names one.
    pub path: Option<PathBuf>,
}

/// What `text`, written in a file of `folder`, means from the current folder: a path leads on from there, a name is one
/// wherever it stands.
pub fn written_in(folder: &Path, text: &str) -> Written {
    let joined = |operand: &str| folder.join(operand).to_string_lossy().into_owned();
    let rebased = |prefix: &str, operand: &str| {
        let operand = joined(operand);
        let path = Some(path::split(&operand).0.into());
        Written { text: format!("{prefix}{operand}"), path }
    };
    let prefixed =
        REGISTRY.iter().find_map(|transport| Some((transport, text.strip_prefix(transport.prefix())?)));
    match prefixed {
        Some((transport, operand)) if transport.keeper().is_none() => rebased(transport.prefix(), operand),
        None if bare::is_path(&joined(text)) => rebased("", text),
        _ => Written { text: text.to_owned(), path: None },
    }
}

/// The forms of reference with a prefix (`oci:DIR[:TAG]`), and where each finds its images.
pub fn forms() -> impl Iterator<Item = (String, &'static str)> {
    let form = |transport: &&dyn Transport| {
        (format!("{}{}", transport.prefix(), transport.operand()), transport.summary())
    };
    REGISTRY.iter().map(form)
}

/// The form of reference that leads to `source` (`docker-archive`), for reports.
pub fn transport(source: &dyn ImageSource) -> &'static str {
    let reference = source.reference();
    let form = REGISTRY.iter().find(|transport| reference.starts_with(transport.prefix()));
    form.map_or("", |transport| transport.prefix().trim_end_matches([':', '/']))
}

/// Those who keep images for others, in the order in which they are asked, each with the prefix of its references.
pub fn keepers() -> impl Iterator<Item = (Keeper, &'static str)> {
    REGISTRY.iter().filter_map(|transport| Some((transport.keeper()?, transport.prefix())))
}

/// What each of `names`, which have no prefix, leads to where `keeper` keeps them: the digest that FROM has behind a pinned
/// name; or why it is not known. In the names' order.
pub fn digests(keeper: Keeper, names: &[String], options: &OpenOptions) -> Vec<Result<Digest, String>> {
    let transport = REGISTRY.iter().find(|transport| transport.keeper() == Some(keeper));
    transport.map(|transport| transport.digests(names, options)).unwrap_or_default()
}

/// What is said of the names whose digests are not known, each with the reason: of the first `most` a sentence each, and one of
/// the others, of which there are `beyond` more.
pub fn unknown_digests<'n>(
    missed: impl ExactSizeIterator<Item = (&'n str, &'n str)>,
    beyond: usize,
    most: usize,
) -> Vec<String> {
    let more = missed.len().saturating_sub(most) + beyond;
    let said = missed.take(most).map(|(name, reason)| format!("the digest of {name} is not known: {reason}"));
    let rest = (more > 0).then(|| format!("the digests of {more} more images are not known either"));
    said.chain(rest).collect()
}

/// The registry that the name of an image names, `docker.io` where it names none; `None` of what is no name. A prefix of a
/// registry's reference may stand before it.
pub fn registry(name: &str) -> Option<String> {
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    Some(name.parse::<RegistryName>().ok()?.registry().to_owned())
}
