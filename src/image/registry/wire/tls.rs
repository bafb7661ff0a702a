//! Whom to trust: the system's certificate authorities, and docker's and podman's folders for one registry each.
//!
//! `certs.d/HOST[:PORT]/` below `/etc/docker`, `/etc/containers` and the user's own configuration: `*.crt` are
//! authorities, trusted for this host alone, a `*.cert` with its `*.key` says who we are. `SSL_CERT_FILE` and
//! `SSL_CERT_DIR` take the place of the system's store where they are set. No check is ever left out.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::{Certificate, ClientBuilder, Identity};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::base::limits;
use crate::image::http;
use crate::image::registry::wire::credentials::Places;

/// Adds what `certs.d` has for `host` to a client.
pub(crate) fn setup(builder: ClientBuilder, host: &str, places: &Places) -> Result<ClientBuilder, String> {
    let mut builder = builder;
    for folder in folders(host, places) {
        let mut files: Vec<PathBuf> = match fs::read_dir(&folder) {
            Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
            Err(_) => continue,
        };
        files.sort();
        let with = |extension: &'static str| {
            files.iter().filter(move |file| file.extension().is_some_and(|own| own == extension))
        };
        for file in with("crt") {
            let pem = read(file)?;
            check(file, &pem)?;
            let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(file, &error))?;
            builder = builder.tls_certs_merge(authorities);
        }
        if let Some(file) = with("cert").next() {
            let mut pem = read(file)?;
            pem.push(b'\n');
            pem.extend(read(&file.with_extension("key"))?);
            builder = builder.identity(Identity::from_pem(&pem).map_err(|error| unusable(file, &error))?);
        }
    }
    Ok(builder)
}

fn folders(host: &str, places: &Places) -> Vec<PathBuf> {
    // A host becomes the name of a folder: nothing that leads elsewhere may pass.
    if host.is_empty() || host.starts_with('.') || host.contains(['/', '\\']) {
        return Vec::new();
    }
    let own = |folder: &Option<PathBuf>, name: &str| folder.as_ref().map(|folder| folder.join(name));
    [
        own(&places.config_home, "containers/certs.d"),
        own(&places.config_home, "docker/certs.d"),
        own(&places.home, ".docker/certs.d"),
        Some("/etc/containers/certs.d".into()),
        Some("/etc/docker/certs.d".into()),
    ]
    .into_iter()
    .flatten()
    .map(|folder| folder.join(host))
    .collect()
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    http::small_file(file, limits::CREDENTIALS_BYTES)
}

/// Reads the certificates once for themselves: of several files, the client would not say which one it cannot use.
fn check(file: &Path, pem: &[u8]) -> Result<(), String> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| unusable(file, &error))?;
        store.add(certificate).map_err(|error| unusable(file, &error))?;
    }
    Ok(())
}

/// That a file holds no certificates.
fn unusable(file: &Path, error: &(dyn Error + 'static)) -> String {
    format!(
        "{}: expected certificates in PEM, found something else: {}",
        file.display(),
        http::innermost(error)
    )
}
