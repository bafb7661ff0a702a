//! A bare name: in the engine where one answers and has it, else in a registry.
//!
//! No engine, one that has no such image, or one that cannot be asked: all of them leave it to the registry. Where that
//! has it neither, the error tells both, since a name that is only local is often looked for where it never was.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::image::engine::find::{self, Missing};
use crate::image::engine::name::EngineName;
use crate::image::error::{ImageError, ImageFault, ServerFault};
use crate::image::options::OpenOptions;
use crate::image::registry::name::RegistryName;
use crate::image::registry::source::RegistrySource;
use crate::image::source::{ImageSource, Place};
use crate::image::transports::resolved::Resolved;

/// How long an engine may take to answer before the registry is asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// A name in an engine or a registry: which of them, opening it tells.
#[derive(Debug)]
pub(super) struct Word(pub(super) RegistryName);

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.written())
    }
}

impl Place for Word {
    fn open(&self, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
        let Self(name) = self;
        let missing = match find::find(&EngineName::parse(name.written())?, options, PATIENCE) {
            Ok(source) => {
                let note = format!("{} was found in an engine", name.written());
                return Ok(Resolved::boxed(Box::new(source), note));
            }
            Err(missing) => missing,
        };
        let is_worth_telling = options.access.offline.is_some() || !missing.is_no_engine();
        let missed = Missed(Mutex::new(is_worth_telling.then_some(*missing)));
        match RegistrySource::new(name.clone(), &options.access) {
            Ok(registry) => {
                let note = format!("{} was found in a registry, {}", name.written(), name.registry());
                Ok(Resolved::boxed(Box::new(registry.explaining(move |error| missed.with(error))), note))
            }
            Err(error) => Err(missed.with(error)),
        }
    }
}

/// Why no engine gave it, until it is told; `None` where there is none.
struct Missed(Mutex<Option<Missing>>);

impl Missed {
    /// A registry's error together with the engine's, where it says that the image is not there or not to be had.
    fn with(&self, error: ImageError) -> ImageError {
        let is_of_place = matches!(
            &*error.kind,
            ImageFault::Server(
                ServerFault::NoImage { .. }
                    | ServerFault::NoCredentials { .. }
                    | ServerFault::Refused { .. }
                    | ServerFault::Unreachable { .. }
                    | ServerFault::Offline { .. }
            )
        );
        if !is_of_place {
            return error;
        }
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take().map(Missing::error) {
            Some(engine) => {
                let from = error.from.clone();
                let (registry, engine) = (Box::new(error), Box::new(engine));
                ImageError::at(from, ImageFault::Nowhere { registry, engine })
            }
            None => error,
        }
    }
}
