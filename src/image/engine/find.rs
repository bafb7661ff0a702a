//! Finding the engine that has an image, and saying why none does.

use std::sync::OnceLock;
use std::time::Duration;

use crate::image::engine::api::Api;
use crate::image::engine::endpoint::{self, Endpoint, Surroundings};
use crate::image::engine::inspected::Inspected;
use crate::image::engine::name::EngineName;
use crate::image::engine::source::EngineSource;
use crate::image::error::{EngineFault, ImageError, ServerFault};
use crate::image::options::OpenOptions;

/// Why no engine gives an image.
pub(crate) struct Missing {
    name: EngineName,
    from: String,
    /// Engines that answer and have it not.
    without: Vec<Api>,
    /// What went wrong first.
    failed: Option<ImageError>,
    /// Sockets that are not there.
    tried: Vec<String>,
}

/// Finds the engine that has the image: the one that is set, else the first of those that answer within `patience`.
pub(crate) fn find(
    name: &EngineName,
    options: &OpenOptions,
    patience: Duration,
) -> Result<EngineSource, Box<Missing>> {
    let from = name.reference();
    let mut missing =
        Missing { name: name.clone(), from, without: Vec::new(), failed: None, tried: Vec::new() };
    let endpoints = endpoint::all(&Surroundings::of_user(), &missing.from).unwrap_or_else(|error| {
        missing.failed = Some(error);
        Vec::new()
    });
    for endpoint in endpoints {
        if let Some(reason) = endpoint.absent() {
            missing.tried.push(format!("{} ({reason})", endpoint.host));
            continue;
        }
        match ask(&endpoint, name, &missing.from, options.access.offline, patience) {
            Ok((api, Some(inspected))) => {
                let Missing { name, from: reference, .. } = missing;
                let (expansion, taken) = (options.expansion, OnceLock::new());
                return Ok(EngineSource { api, name, reference, inspected, expansion, taken });
            }
            Ok((api, None)) => missing.without.push(api),
            Err(error) => missing.failed = Some(missing.failed.unwrap_or(error)),
        }
    }
    Err(Box::new(missing))
}

/// An engine that answers, and what it says of the image.
fn ask(
    endpoint: &Endpoint,
    name: &EngineName,
    from: &str,
    offline: Option<&'static str>,
    patience: Duration,
) -> Result<(Api, Option<Inspected>), ImageError> {
    if let Some(reason) = offline.filter(|_| !endpoint.is_local()) {
        return Err(ImageError::at(from, ServerFault::Offline { reason: reason.to_owned() }));
    }
    let api = Api::connect(endpoint, from, patience)?;
    let inspected = api.inspect(name.as_str(), None)?;
    Ok((api, inspected))
}

impl Missing {
    /// Whether there is no engine at all.
    pub(crate) fn is_no_engine(&self) -> bool {
        self.without.is_empty() && self.failed.is_none()
    }

    /// Whether all engines there are answered, and have no such image.
    pub(crate) fn is_answered(&self) -> bool {
        !self.without.is_empty() && self.failed.is_none()
    }

    /// Why there is none, without a look at what else there is.
    pub(crate) fn reason(self) -> String {
        if !self.is_answered() {
            return Self { without: Vec::new(), ..self }.error().to_string();
        }
        let hosts: Vec<&str> = self.without.iter().map(|api| api.host.as_str()).collect();
        format!("{}: {} has no such image", self.from, hosts.join(", "))
    }

    /// The error; engines that answered are asked for names that may have been meant.
    pub(crate) fn error(self) -> ImageError {
        let Self { name, from, without, failed, tried } = self;
        let Some(first) = without.first() else {
            return failed.unwrap_or_else(|| ImageError::at(from, EngineFault::NoEngine { tried }));
        };
        // A list that does not come leaves the error without a suggestion, and no more.
        let names = without.iter().flat_map(|api| api.names().unwrap_or_default()).collect::<Vec<_>>();
        let (near, unasked) = (name.near(&names), failed.map(|error| error.to_string()));
        ImageError::at(from, EngineFault::NoImage { host: first.host.clone(), near, unasked })
    }
}
