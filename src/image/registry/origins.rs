//! The registry that a name names, and the mirrors before it.
//!
//! Each is asked in turn until one has what is wanted. The mirror that had the manifest is asked first for what the
//! manifest names. A mirror that does not answer, refuses or lacks something is passed over, and told of only where
//! nobody had it; one that answers with other bytes than the digest asked for is an error, since that is no lack.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::image::error::{ImageError, ImageFault, ServerFault};
use crate::image::http::Http;
use crate::image::options::Access;
use crate::image::registry::name::RegistryName;
use crate::image::registry::wire::client::Client;

/// Where an image may be fetched from: the mirrors in order, the registry itself last.
pub(crate) struct Origins {
    mirrors: Vec<Client>,
    registry: Client,
    /// The place among all of them that had the manifest.
    first: AtomicUsize,
}

/// That nobody had it: who was asked before the registry, and what the registry's error was, if it was not a plain no.
pub(crate) struct Nowhere {
    asked: Vec<String>,
    error: Option<ImageError>,
}

impl Origins {
    pub(crate) fn new(name: RegistryName, from: String, access: &Access) -> Result<Self, ImageError> {
        if let Some(reason) = access.offline {
            return Err(ImageError::at(from, ServerFault::Offline { reason: reason.to_owned() }));
        }
        let setup =
            |error: std::io::Error| ImageError::at(&from, ServerFault::Setup { reason: error.to_string() });
        let http = Arc::new(Http::new().map_err(setup)?);
        Self::over(http, name, from, access)
    }

    /// The same over connections that others use too.
    pub(crate) fn over(
        http: Arc<Http>,
        name: RegistryName,
        from: String,
        access: &Access,
    ) -> Result<Self, ImageError> {
        let client = |name: RegistryName, from| {
            let is_insecure = access.is_insecure(&name);
            Client::new(http.clone(), name, from, is_insecure)
        };
        let mirrors = access.mirrored(&name)?.into_iter().map(|name| {
            let from = name.reference();
            client(name, from)
        });
        Ok(Self { mirrors: mirrors.collect(), registry: client(name, from), first: AtomicUsize::new(0) })
    }

    /// The registry itself.
    pub(crate) fn registry(&self) -> &Client {
        &self.registry
    }

    /// What the first place that has it gives; `wants_manifest` where whoever has it is to be asked first from now on.
    pub(crate) fn find<'a, T>(
        &'a self,
        wants_manifest: bool,
        fetch: impl Fn(&'a Client) -> Result<Option<T>, ImageError>,
    ) -> Result<T, Nowhere> {
        let mut asked = Vec::new();
        let first = self.first.load(Ordering::Relaxed);
        for (at, mirror) in self.mirrors.iter().enumerate().skip(first) {
            asked.push(match fetch(mirror) {
                Ok(Some(fetched)) => {
                    if wants_manifest {
                        self.first.store(at, Ordering::Relaxed);
                    }
                    return Ok(fetched);
                }
                Ok(None) => format!("{}: it is not there", mirror.name().reference()),
                Err(error) if is_a_lack(&error) => error.to_string(),
                Err(error) => return Err(Nowhere { asked: Vec::new(), error: Some(error) }),
            });
        }
        if wants_manifest {
            self.first.store(self.mirrors.len(), Ordering::Relaxed);
        }
        match fetch(&self.registry) {
            Ok(Some(fetched)) => Ok(fetched),
            Ok(None) => Err(Nowhere { asked, error: None }),
            Err(error) => Err(Nowhere { asked, error: Some(error) }),
        }
    }
}

impl Nowhere {
    /// The error to tell; `missing` is what a plain no means.
    pub(crate) fn error(self, missing: impl FnOnce() -> ImageError) -> ImageError {
        let error = self.error.unwrap_or_else(missing);
        if self.asked.is_empty() || !matches!(*error.kind, ImageFault::Server(_)) {
            return error;
        }
        let from = error.from.clone();
        ImageError::at(from, ImageFault::Everywhere { asked: self.asked, last: Box::new(error) })
    }

    /// `None` for a plain no.
    pub(crate) fn absent<T>(self) -> Result<Option<T>, ImageError> {
        match self.error {
            None => Ok(None),
            Some(error) => Err(Self { asked: self.asked, error: None }.error(|| error)),
        }
    }
}

fn is_a_lack(error: &ImageError) -> bool {
    matches!(&*error.kind, ImageFault::Server(fault) if fault.is_a_lack())
}
