//! `docker://NAME[:TAG]`: an image in a registry.

use std::fmt;

use crate::image::error::ImageError;
use crate::image::options::OpenOptions;
use crate::image::registry::name::{PREFIX, RegistryName};
use crate::image::registry::source::RegistrySource;
use crate::image::source::{ImageSource, Place, Transport};

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

    fn is_served(&self) -> bool {
        true
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
