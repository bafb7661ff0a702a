//! A bare name: in the engine where one answers and has it, else in a registry.
//!
//! No engine, one that has no such image, or one that cannot be asked: all of them leave it to the registry. Where that
//! has it neither, the error tells both, since a name that is only local is often looked for where it never was.

use std::io::Read;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::artifact::Referrers;
use super::attestation::Attestations;
use super::engine::{self, EngineName, Missing};
use super::error::ImageError;
use super::platform::Platform;
use super::reference::Options;
use super::registry::{RegistryName, RegistrySource};
use super::server::ServerError;
use super::{Image, ImageSource, Layer, Named};

/// How long an engine may take to answer before the registry is asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// An image in a registry that no engine has.
struct NotInEngine {
    registry: RegistrySource,
    missed: Missed,
}

/// Why no engine gave it, until it is told; `None` where there is none.
struct Missed(Mutex<Option<Missing>>);

/// Opens what `name` leads to.
pub(super) fn open(name: &RegistryName, options: &Options) -> Result<Box<dyn ImageSource>, ImageError> {
    let missing = match engine::find(&EngineName::parse(name.written())?, options, PATIENCE) {
        Ok(source) => return Ok(Box::new(source)),
        Err(missing) => missing,
    };
    let is_told = options.access.offline || !missing.is_no_engine();
    let missed = Missed(Mutex::new(is_told.then_some(*missing)));
    match RegistrySource::new(name.clone(), &options.access) {
        Ok(registry) => Ok(Box::new(NotInEngine { registry, missed })),
        Err(error) => Err(missed.told_with(error)),
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
        if !is_of_place {
            return error;
        }
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take().map(Missing::error) {
            Some(engine) => ImageError::Nowhere { registry: Box::new(error), engine: Box::new(engine) },
            None => error,
        }
    }
}

impl ImageSource for NotInEngine {
    fn reference(&self) -> String {
        self.registry.reference()
    }

    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError> {
        self.registry.image(platform).map_err(|error| self.missed.told_with(error))
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        self.registry.open(layer)
    }

    fn named(&self, platform: Option<&Platform>) -> Result<Option<Named>, ImageError> {
        self.registry.named(platform).map_err(|error| self.missed.told_with(error))
    }

    fn attestations(&self, image: &Image) -> Attestations {
        self.registry.attestations(image)
    }

    fn referrers(&self) -> Option<&dyn Referrers> {
        self.registry.referrers()
    }

    fn is_served(&self) -> bool {
        self.registry.is_served()
    }

    fn is_remote(&self) -> bool {
        self.registry.is_remote()
    }
}
