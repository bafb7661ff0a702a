//! A bare name: in the engine where one answers and has it, else in a registry.
//!
//! No engine, one that has no such image, or one that cannot be asked: all of them leave it to the registry. Where that
//! has it neither, the error tells both, since a name that is only local is often looked for where it never was.

use std::io::Read;

use super::engine::{self, EngineError, EngineName};
use super::error::ImageError;
use super::platform::Platform;
use super::reference::Options;
use super::registry::{RegistryName, RegistrySource};
use super::server::ServerError;
use super::{Image, ImageSource, Layer, Named};

/// An image in a registry that no engine has.
struct NotInEngine {
    registry: RegistrySource,
    engine: Missed,
}

/// Why no engine gave it; `None` where there is none.
struct Missed(Option<(String, Option<String>)>);

/// Opens what `name` leads to.
pub(super) fn open(name: &RegistryName, options: &Options) -> Result<Box<dyn ImageSource>, ImageError> {
    let found = EngineName::parse(name.written()).and_then(|name| engine::find(&name, options));
    let engine = match found {
        Ok(source) => return Ok(Box::new(source)),
        Err(ImageError::Engine(EngineError::NoEngine { .. })) if !options.access.offline => Missed(None),
        Err(error) => Missed(Some((error.to_string(), error.hint()))),
    };
    match RegistrySource::new(name.clone(), options.access) {
        Ok(registry) => Ok(Box::new(NotInEngine { registry, engine })),
        Err(error) => Err(engine.told_with(error)),
    }
}

impl Missed {
    /// A registry's error together with the engine's, where it says that the image is not there or not to be had.
    fn told_with(&self, error: ImageError) -> ImageError {
        let is_of_place = matches!(
            &error,
            ImageError::Server(
                ServerError::NoImage { .. }
                    | ServerError::NoCredentials { .. }
                    | ServerError::Refused { .. }
                    | ServerError::Unreachable { .. }
                    | ServerError::Offline { .. }
            )
        );
        match &self.0 {
            Some((engine, hint)) if is_of_place => {
                ImageError::Nowhere { registry: Box::new(error), engine: engine.clone(), hint: hint.clone() }
            }
            _ => error,
        }
    }
}

impl ImageSource for NotInEngine {
    fn reference(&self) -> String {
        self.registry.reference()
    }

    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError> {
        self.registry.image(platform).map_err(|error| self.engine.told_with(error))
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        self.registry.open(layer)
    }

    fn named(&self, platform: Option<&Platform>) -> Result<Option<Named>, ImageError> {
        self.registry.named(platform).map_err(|error| self.engine.told_with(error))
    }

    fn is_served(&self) -> bool {
        self.registry.is_served()
    }

    fn is_remote(&self) -> bool {
        self.registry.is_remote()
    }
}
