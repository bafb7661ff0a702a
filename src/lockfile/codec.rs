//! Lockfile to bytes and back.
//!
//! Reading is strict: unknown keys, a version from the future, and parts that contradict each other are errors, so
//! that a bad merge or a slip of the hand is seen here and not as a strange verdict. Older versions are read for ever.

use std::path::Path;

use super::encode;
use super::error::LockError;
use super::migration;
use super::model::{self, Lockfile};
use crate::layer::decompress::Compression;

/// The lockfile's canonical bytes.
pub fn encode(lock: &Lockfile) -> String {
    encode::encode(lock)
}

/// Reads a lockfile's text; `path` is for messages.
pub fn decode(text: &str, path: &Path) -> Result<Lockfile, LockError> {
    let read = match version(text, path)? {
        model::VERSION => toml::from_str(text),
        migration::VERSION => migration::read(text),
        other => {
            let supported = model::VERSION;
            return Err(LockError::Version { path: path.into(), found: other, supported });
        }
    };
    let lock: Lockfile = read.map_err(|error| malformed(text, path, &error))?;
    match contradiction(&lock) {
        Some(problem) => Err(LockError::Inconsistent { path: path.into(), problem }),
        None => Ok(lock),
    }
}

/// The version, looked at before anything else: a newer lockfile must not be called malformed for its new keys.
fn version(text: &str, path: &Path) -> Result<i64, LockError> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: i64,
    }
    let versioned = toml::from_str::<Versioned>(text);
    Ok(versioned.map_err(|error| malformed(text, path, &error))?.version)
}

fn malformed(text: &str, path: &Path, error: &toml::de::Error) -> LockError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let problem = error.message().lines().next().unwrap_or("not TOML").to_owned();
    LockError::Malformed { path: path.into(), line, problem }
}

fn contradiction(lock: &Lockfile) -> Option<String> {
    let layers = lock.layer.len();
    if let Some(base) = lock.base.as_ref().and_then(|base| base.layers)
        && base > layers
    {
        return Some(format!("the base has {base} layers, the image {layers}"));
    }
    for (index, layer) in lock.layer.iter().enumerate() {
        let Some(compression) = Compression::from_name(&layer.compression) else {
            return Some(format!("layer {index} has the unknown compression {:?}", layer.compression));
        };
        let is_plain = compression == Compression::None;
        if is_plain
            && (layer.size != layer.uncompressed_size || layer.digest.is_some_and(|d| d != layer.diff_id))
        {
            return Some(format!("layer {index} is not compressed, but its blob is not its tar"));
        }
    }
    let catalogs = lock.catalog.iter().map(|catalog| ("catalog", &catalog.path, catalog.layer));
    let packages = lock.package.values().flatten().map(|package| ("package", &package.name, package.layer));
    for (what, name, layer) in catalogs.chain(packages) {
        if layer >= layers {
            return Some(format!("{what} {name:?} stands in layer {layer}, but there are {layers} layers"));
        }
    }
    lock.build.arg.iter().find(|arg| arg.redacted == arg.value.is_some()).map(|arg| {
        let state = if arg.redacted { "both redacted and given" } else { "neither redacted nor given" };
        format!("the value of build argument {:?} is {state}", arg.name)
    })
}

#[cfg(test)]
mod tests;
