//! `docker://NAME[:TAG]`: an image in a registry.

use std::fmt;

use crate::base::digest::Digest;
use crate::image::error::ImageError;
use crate::image::options::OpenOptions;
use crate::image::registry::digests;
use crate::image::registry::name::{PREFIX, RegistryName};
use crate::image::registry::source::RegistrySource;
use crate::image::source::{ImageSource, Keeper, Place, Transport};

/// A registry.
pub(super) struct Docker;

/// The image that a reference names.
#[derive(Debug)]
struct InRegistry(RegistryName);

impl Transport for Docker {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn operand(&self) -> &'static str {
        "NAME[:TAG]"
    }

    fn summary(&self) -> &'static str {
        "in a registry"
    }

    fn parse(&self, operand: &str) -> Result<Box<dyn Place>, ImageError> {
        Ok(Box::new(InRegistry(operand.parse()?)))
    }

    fn keeper(&self) -> Option<Keeper> {
        Some(Keeper::Registry)
    }

    fn digests(&self, names: &[String], options: &OpenOptions) -> Vec<Result<Digest, String>> {
        digests::of_names(names, &options.access)
    }
}

impl fmt::Display for InRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reference())
    }
}

impl Place for InRegistry {
    fn open(&self, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
        Ok(Box::new(RegistrySource::new(self.0.clone(), &options.access)?))
    }
}
