//! Docker's contexts: named engines, kept below docker's folder of configuration.
//!
//! `DOCKER_CONTEXT`, else `currentContext` of `config.json`, names one. It stands in `contexts/meta/HASH/meta.json`, its
//! certificates in `contexts/tls/HASH/docker`, where HASH is the sha256 of the name. `default` is none: it stands for
//! the sockets that engines open by default.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::base::digest::Sha256;
use crate::base::limits;
use crate::image::error::shown;
use crate::image::http;
use crate::image::manifest::json::or_default;

/// A context in use.
pub(crate) struct Context {
    /// Its name, for messages.
    pub(crate) name: String,
    /// The engine's address.
    pub(crate) host: String,
    /// The folder with its certificates, where it has one.
    pub(crate) tls: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Config {
    #[serde(deserialize_with = "or_default")]
    current_context: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Endpoint,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    host: String,
}

/// The context in use; `None` where it is the default one.
pub(crate) fn current(config: &Path, asked: Option<&str>) -> Result<Option<Context>, String> {
    let name = match asked {
        Some(name) => name.to_owned(),
        None => named_in(config),
    };
    if matches!(name.as_str(), "" | "default") {
        return Ok(None);
    }
    let id = Sha256::of(name.as_bytes()).hex();
    let failed = |reason: String| format!("docker's context \"{}\": {reason}", shown(&name));
    let meta = config.join("contexts/meta").join(&id).join("meta.json");
    let bytes = http::small_file(&meta, limits::CREDENTIALS_BYTES).map_err(failed)?;
    let malformed = |_| failed(format!("{}: expected the address of a docker endpoint", meta.display()));
    let meta: Meta = serde_json::from_slice(&bytes).map_err(malformed)?;
    let tls = config.join("contexts/tls").join(&id).join("docker");
    let tls = Some(tls).filter(|folder| folder.is_dir());
    Ok(Some(Context { name: shown(&name), host: meta.endpoints.docker.host, tls }))
}

/// What `config.json` names; nothing where it cannot be read, as docker has it.
fn named_in(config: &Path) -> String {
    let bytes = http::small_file(&config.join("config.json"), limits::CREDENTIALS_BYTES);
    let config = bytes.ok().and_then(|bytes| serde_json::from_slice::<Config>(&bytes).ok());
    config.unwrap_or_default().current_context
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(meta: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let lab = folder.path().join("contexts/meta").join(Sha256::of(b"lab").hex());
        fs::create_dir_all(&lab).unwrap();
        fs::write(lab.join("meta.json"), meta).unwrap();
        fs::write(folder.path().join("config.json"), r#"{"currentContext":"lab","auths":{}}"#).unwrap();
        folder
    }

    const META: &str = r#"{"Name":"lab","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///lab.sock","SkipTLSVerify":false}}}"#;

    #[test]
    fn the_context_is_found_by_the_hash_of_its_name() {
        let folder = folder(META);
        let context = current(folder.path(), None).unwrap().unwrap();
        assert_eq!((context.name.as_str(), context.host.as_str()), ("lab", "unix:///lab.sock"));
        assert_eq!(context.tls, None);
        let tls = folder.path().join("contexts/tls").join(Sha256::of(b"lab").hex()).join("docker");
        fs::create_dir_all(&tls).unwrap();
        assert_eq!(current(folder.path(), None).unwrap().unwrap().tls, Some(tls));
    }

    #[test]
    fn the_default_context_is_none() {
        let folder = folder(META);
        assert!(current(folder.path(), Some("default")).unwrap().is_none());
        fs::write(folder.path().join("config.json"), "not json").unwrap();
        assert!(current(folder.path(), None).unwrap().is_none());
    }

    #[test]
    fn a_context_that_is_set_and_cannot_be_read_is_an_error() {
        let folder = folder(r#"{"Endpoints":{"kubernetes":{}}}"#);
        let error = current(folder.path(), None).err().unwrap();
        assert!(
            error.starts_with("docker's context \"lab\": ") && error.ends_with("a docker endpoint"),
            "{error}"
        );
        let error = current(folder.path(), Some("gone")).err().unwrap();
        assert!(error.starts_with("docker's context \"gone\": "), "{error}");
    }
}
