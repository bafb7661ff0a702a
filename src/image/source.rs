//! What a source of images is: the place that holds one, and the form of reference that leads there.
//!
//! Vocabulary: a *transport* is a form of reference (`oci:DIR`), as the tools that copy images call it; a *place* is what
//! one reference of that form names, not yet looked at; a *source* is that place, opened.

use std::fmt;
use std::io::Read;

use crate::base::digest::Digest;
use crate::image::artifact::Referrers;
use crate::image::error::ImageError;
use crate::image::manifest::platform::Platform;
use crate::image::model::{Attestations, Image, Layer, Named, Outline};
use crate::image::options::OpenOptions;

/// A place that holds an image.
pub trait ImageSource: Send + Sync {
    /// The image as a user would write it (`oci:dir:tag`), for messages.
    fn reference(&self) -> String;

    /// Reads the manifest and config. `platform` picks from an index; without it an index of several is an error
    /// that lists them.
    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError>;

    /// Opens a layer's blob, still compressed, from its first byte.
    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError>;

    /// What the image's manifest names, its bytes held to its digest, where that costs less than [`Self::image`].
    fn named(&self, _platform: Option<&Platform>) -> Result<Option<Named>, ImageError> {
        Ok(None)
    }

    /// What keeps documents beside the image, where something does.
    fn referrers(&self) -> Option<&dyn Referrers> {
        None
    }

    /// What the image is built of, where that costs less than [`Self::image`]. It may be no more than a claim: whoever
    /// asks holds the layers to bytes that were read.
    fn outline(&self, platform: Option<&Platform>) -> Result<Outline, ImageError> {
        self.image(platform).map(Outline::of)
    }

    /// What this place does not keep of `image`, and what it says of it without proof; for people.
    fn notes(&self, _image: &Image) -> Vec<String> {
        Vec::new()
    }

    /// Whether somebody else keeps it, an engine or a registry, who may then be asked for its base too.
    fn is_served(&self) -> bool {
        false
    }

    /// The provenance that lies beside an image of this source. What is broken of it is a note, never an error.
    fn attestations(&self, _image: &Image) -> Attestations {
        Attestations::default()
    }

    /// Whether a layer's bytes are elsewhere, so that one whose digest its checked manifest names may be left there.
    fn is_remote(&self) -> bool {
        false
    }
}

/// Somebody else who keeps images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keeper {
    /// An engine, whose word for a digest nothing proves.
    Engine,
    /// The registry that an image's name names, whose answer is held to its digest.
    Registry,
}

/// A form of reference.
pub(crate) trait Transport: Sync {
    /// What its references begin with: `oci:`.
    fn prefix(&self) -> &'static str;

    /// What stands behind that, for help: `DIR[:TAG]`.
    fn operand(&self) -> &'static str;

    /// The same in a hint, where that has another word for a part of it.
    fn hinted_operand(&self) -> &'static str {
        self.operand()
    }

    /// Where its images are, for help: `an OCI image layout`.
    fn summary(&self) -> &'static str;

    /// Takes apart what stands behind the prefix. It may look at the disk for where a path ends, and opens nothing.
    fn parse(&self, operand: &str) -> Result<Box<dyn Place>, ImageError>;

    /// Who keeps its images, where that is somebody else: who may be asked for a base, and whose names give way to a path
    /// that is there.
    fn keeper(&self) -> Option<Keeper> {
        None
    }

    /// Of a keeper's, the digest that each of `names` leads to there, in their order, or why that is not known.
    fn digests(&self, names: &[String], _options: &OpenOptions) -> Vec<Result<Digest, String>> {
        names.iter().map(|name| Err(format!("nobody keeps {name}"))).collect()
    }
}

/// What a reference names. It is displayed as users write it.
pub(crate) trait Place: fmt::Display + fmt::Debug + Send + Sync {
    /// Opens it; the image in it is not read yet.
    fn open(&self, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError>;
}
