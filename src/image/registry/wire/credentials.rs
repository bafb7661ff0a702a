//! Credentials as docker and podman store them: `config.json`, `auth.json`, and the helpers they name.
//!
//! The files, first match wins: `REGISTRY_AUTH_FILE` alone where it is set; else `DOCKER_CONFIG/config.json` where
//! that is set, `XDG_RUNTIME_DIR/containers/auth.json`, `~/.config/containers/auth.json`, `~/.docker/config.json`.
//! In a file: `credHelpers` for the registry, then `auths`, by the longest part of the name as podman files it, then
//! `credsStore`. Nothing is written, and no secret leaves this file but as an `Authorization` header.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::Deserialize;

use crate::base::{bounded, limits};
use crate::image::error::{ImageError, ServerFault};
use crate::image::manifest::json::or_default;
use crate::image::registry::wire::helper;
use crate::image::registry::wire::secret::{Credentials, Secret};

/// Docker Hub, as its credentials are filed.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// Where credential files may be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    pub(crate) registry_auth_file: Option<PathBuf>,
    pub(crate) docker_config: Option<PathBuf>,
    pub(crate) runtime_dir: Option<PathBuf>,
    pub(crate) config_home: Option<PathBuf>,
    pub(crate) home: Option<PathBuf>,
}

impl Places {
    /// The places of whoever runs this.
    pub(crate) fn of_user() -> Self {
        let path = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        Self {
            registry_auth_file: path("REGISTRY_AUTH_FILE"),
            docker_config: path("DOCKER_CONFIG"),
            runtime_dir: path("XDG_RUNTIME_DIR"),
            config_home: path("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config"))),
            home,
        }
    }

    fn files(&self) -> Vec<PathBuf> {
        if let Some(file) = &self.registry_auth_file {
            return vec![file.clone()];
        }
        let under = |folder: &Option<PathBuf>, file: &str| folder.as_ref().map(|folder| folder.join(file));
        [
            under(&self.docker_config, "config.json"),
            under(&self.runtime_dir, "containers/auth.json"),
            under(&self.config_home, "containers/auth.json"),
            under(&self.home, ".docker/config.json"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct File {
    #[serde(deserialize_with = "or_default")]
    auths: BTreeMap<String, Option<Entry>>,
    #[serde(deserialize_with = "or_default")]
    creds_store: String,
    #[serde(deserialize_with = "or_default")]
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    #[serde(deserialize_with = "or_default")]
    auth: String,
    #[serde(deserialize_with = "or_default")]
    username: String,
    #[serde(deserialize_with = "or_default")]
    password: String,
    #[serde(deserialize_with = "or_default")]
    identitytoken: String,
    #[serde(deserialize_with = "or_default")]
    registrytoken: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entry(…)")
    }
}

/// The credentials stored for `repository` of `registry`; `None` where there are none.
pub(crate) fn find(
    places: &Places,
    registry: &str,
    repository: &str,
) -> Result<Option<Credentials>, ImageError> {
    for path in places.files() {
        let Some(file) = parse(&path)? else { continue };
        if let Some(credentials) = look(&file, &path, registry, repository)? {
            return Ok(Some(credentials));
        }
    }
    Ok(None)
}

/// The file at `path`; `None` where there is none.
fn parse(path: &Path) -> Result<Option<File>, ImageError> {
    let failed =
        |reason: String| ImageError::of(path.display().to_string(), "", ServerFault::Credentials { reason });
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(error.to_string())),
    };
    let cap = limits::CREDENTIALS_BYTES;
    let text = bounded::read(file, cap).map_err(|error| failed(error.to_string()))?;
    let text = text.ok_or_else(|| failed(format!("expected at most {cap} bytes, found more")))?;
    // Only the place: serde's words may quote a value, which may be a password.
    let place = |error: serde_json::Error| {
        failed(format!("expected docker's JSON, found something else in line {}", error.line()))
    };
    serde_json::from_slice(&text).map(Some).map_err(place)
}

fn look(
    file: &File,
    path: &Path,
    registry: &str,
    repository: &str,
) -> Result<Option<Credentials>, ImageError> {
    let hub = matches!(registry, "docker.io" | "index.docker.io" | "registry-1.docker.io");
    let asked_as = if hub { DOCKER_HUB_KEY } else { registry };
    let keys: Vec<&str> = if hub {
        vec![DOCKER_HUB_KEY, "docker.io", "index.docker.io", "registry-1.docker.io"]
    } else {
        vec![registry]
    };
    if let Some(name) = keys.iter().find_map(|key| file.cred_helpers.get(*key)) {
        return helper::ask(name, asked_as);
    }
    for key in keys.iter().flat_map(|registry| namespaces(registry, repository)) {
        let entry = file.auths.iter().find(|(written, _)| bare(written) == bare(&key));
        if let Some(secret) = entry.and_then(|(_, entry)| entry.as_ref()).and_then(secret) {
            let account = format!("the credentials in {}", path.display());
            return Ok(Some(Credentials { secret, account }));
        }
    }
    match file.creds_store.as_str() {
        "" => Ok(None),
        name => helper::ask(name, asked_as),
    }
}

/// The keys that podman files credentials under, the most particular first.
fn namespaces(registry: &str, repository: &str) -> Vec<String> {
    if registry == DOCKER_HUB_KEY {
        return vec![registry.to_owned()];
    }
    let mut keys = vec![format!("{registry}/{repository}")];
    let parents = repository.rmatch_indices('/').filter_map(|(at, _)| repository.get(..at));
    keys.extend(parents.map(|parent| format!("{registry}/{parent}")));
    keys.push(registry.to_owned());
    keys
}

/// A key without what old clients put around it: `https://host/v1/` is `host`.
fn bare(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key)
}

/// What an entry holds; an empty one says that a helper has it.
fn secret(entry: &Entry) -> Option<Secret> {
    if !entry.identitytoken.is_empty() {
        return Some(Secret::Identity(entry.identitytoken.clone()));
    }
    if !entry.registrytoken.is_empty() {
        return Some(Secret::Bearer(entry.registrytoken.clone()));
    }
    if !entry.username.is_empty() {
        return Some(Secret::Password { user: entry.username.clone(), password: entry.password.clone() });
    }
    let text = entry.auth.trim();
    let bytes = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?;
    let decoded = String::from_utf8(bytes).ok()?;
    let (user, password) = decoded.split_once(':')?;
    // Docker pads what it writes with NULs.
    let password = password.trim_end_matches('\0');
    (!user.is_empty()).then(|| Secret::Password { user: user.to_owned(), password: password.to_owned() })
}

#[cfg(test)]
mod tests;
