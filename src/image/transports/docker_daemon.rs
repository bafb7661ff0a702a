//! `docker-daemon:NAME[:TAG]`: an image in a Docker or Podman engine.

use std::fmt;
use std::time::Duration;

use crate::base::digest::Digest;
use crate::image::engine::name::{EngineName, PREFIX};
use crate::image::engine::{digests, find};
use crate::image::error::ImageError;
use crate::image::options::OpenOptions;
use crate::image::source::{ImageSource, Keeper, Place, Transport};

/// How long an engine that was asked for by name may take to answer: systemd may have to start it first.
const PATIENCE: Duration = Duration::from_secs(30);

/// An engine.
pub(super) struct DockerDaemon;

/// The image that a reference names.
#[derive(Debug)]
struct InEngine(EngineName);

impl Transport for DockerDaemon {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn operand(&self) -> &'static str {
        "NAME[:TAG]"
    }

    fn summary(&self) -> &'static str {
        "in a Docker or Podman engine"
    }

    fn parse(&self, operand: &str) -> Result<Box<dyn Place>, ImageError> {
        Ok(Box::new(InEngine(EngineName::parse(operand)?)))
    }

    fn keeper(&self) -> Option<Keeper> {
        Some(Keeper::Engine)
    }

    fn digests(&self, names: &[String], options: &OpenOptions) -> Vec<Result<Digest, String>> {
        digests::of_names(names, options, PATIENCE)
    }
}

impl fmt::Display for InEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reference())
    }
}

impl Place for InEngine {
    fn open(&self, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
        match find::find(&self.0, options, PATIENCE) {
            Ok(source) => Ok(Box::new(source)),
            Err(missing) => Err(missing.error()),
        }
    }
}
