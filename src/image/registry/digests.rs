//! What many names lead to in their registries: the digest that each tag has there now.
//!
//! Each name is asked for once, several at a time over shared connections; the bytes that come are hashed here, and the
//! registry's own word for their digest, where it gives one, must be the same. A HEAD, which some registries count less, would
//! leave that word alone.
//!
//! What it refuses to do: a server that cannot be reached, or asks for fewer requests, is not asked for the other names.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::base::digest::Digest;
use crate::base::limits;
use crate::image::error::{ImageError, ImageFault, ServerFault};
use crate::image::http::Http;
use crate::image::options::Access;
use crate::image::registry::name::RegistryName;
use crate::image::registry::origins::Origins;
use crate::image::registry::source::RegistrySource;

/// What each name leads to, in their order, or why that is not known.
pub(crate) fn of_names(names: &[String], access: &Access) -> Vec<Result<Digest, String>> {
    let http = match Http::new() {
        Ok(http) => Arc::new(http),
        Err(error) => return names.iter().map(|_| Err(format!("set up the connection: {error}"))).collect(),
    };
    let answers: Vec<OnceLock<Result<Digest, String>>> = names.iter().map(|_| OnceLock::new()).collect();
    let (next, closed) = (AtomicUsize::new(0), Closed::default());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(name), Some(answer)) = (names.get(at), answers.get(at)) else { break };
            // Each place is one worker's.
            let _ = answer.set(one(name, &http, access, &closed));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..names.len().min(limits::ASKED_TOGETHER) {
            scope.spawn(work);
        }
        work();
    });
    let taken =
        |answer: OnceLock<_>| answer.into_inner().unwrap_or_else(|| Err("it was not asked".to_owned()));
    answers.into_iter().map(taken).collect()
}

fn one(name: &str, http: &Arc<Http>, access: &Access, closed: &Closed) -> Result<Digest, String> {
    let name: RegistryName = name.parse().map_err(|error: ImageError| error.to_string())?;
    let registry = name.registry().to_owned();
    if let Some(reason) = closed.reason(&registry) {
        return Err(reason);
    }
    if let Some(reason) = access.offline {
        let error = ImageError::at(name.reference(), ServerFault::Offline { reason: reason.to_owned() });
        return Err(error.to_string());
    }
    let reference = name.reference();
    let digest = Origins::over(http.clone(), name, reference.clone(), access)
        .and_then(|origins| RegistrySource::of(origins, reference).digest());
    digest.map_err(|error| {
        if is_of_the_server(&error) {
            closed.close(registry, &error);
        }
        error.to_string()
    })
}

/// Whether an error would be the same for every other name there.
fn is_of_the_server(error: &ImageError) -> bool {
    use ServerFault::{Certificate, PlainHttp, Setup, Status, Unreachable};
    matches!(
        &*error.foremost().kind,
        ImageFault::Server(
            Unreachable { .. }
                | Certificate { .. }
                | PlainHttp { .. }
                | Setup { .. }
                | Status { is_overload: true, .. }
        )
    )
}

/// Registries that are not asked again, and why.
#[derive(Default)]
struct Closed(Mutex<BTreeMap<String, String>>);

impl Closed {
    fn reason(&self, registry: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(registry).cloned()
    }

    fn close(&self, registry: String, error: &ImageError) {
        let reason = format!("{registry} was not asked again after: {error}");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(registry).or_insert(reason);
    }
}
