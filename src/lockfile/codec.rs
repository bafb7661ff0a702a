//! Lockfile to bytes and back.
//!
//! Reading is strict: unknown keys, a version from the future, and parts that contradict each other are errors, so
//! that a bad merge or a slip of the hand is seen here and not as a strange verdict. Older versions are read for ever.

use std::path::Path;

use super::contradictions;
use super::encode;
use super::error::LockError;
use super::migration;
use super::model::{self, Lockfile};

/// The lockfile's canonical bytes.
pub fn encode(lock: &Lockfile) -> String {
    encode::encode(lock)
}

/// Reads a lockfile's text; `path` is for messages.
pub fn decode(text: &str, path: &Path) -> Result<Lockfile, LockError> {
    let read = match version(text, path)? {
        model::VERSION => crate::base::toml::from_str(text),
        migration::VERSION => migration::read(text),
        other => {
            let supported = model::VERSION;
            return Err(LockError::Version { path: path.into(), found: other, supported });
        }
    };
    let lock: Lockfile = read.map_err(|error| malformed(text, path, &error))?;
    match contradictions::of_lock(&lock) {
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
    let versioned = crate::base::toml::from_str::<Versioned>(text);
    Ok(versioned.map_err(|error| malformed(text, path, &error))?.version)
}

fn malformed(text: &str, path: &Path, error: &toml::de::Error) -> LockError {
    let line = crate::base::toml::line(error, text).unwrap_or(1);
    let problem = error.message().lines().next().unwrap_or("not TOML").to_owned();
    LockError::Malformed { path: path.into(), line, problem }
}

#[cfg(test)]
mod tests;
