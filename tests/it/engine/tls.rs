//! Engines behind TLS, as `dockerd --tlsverify` speaks it: who is trusted on both sides.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::app;
use super::fake::{Engine, Held, Setup};
use crate::support::Place;

/// An authority, a server's certificate for 127.0.0.1 and a client's, under docker's names; false without openssl.
fn certificates(folder: &Path) -> bool {
    fs::create_dir_all(folder).unwrap();
    let openssl = |args: &str| {
        let output = Command::new("openssl").args(args.split(' ')).current_dir(folder).output();
        let Ok(output) = output else { return false };
        assert!(output.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
        true
    };
    fs::write(folder.join("san"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    fs::write(folder.join("client"), "extendedKeyUsage=clientAuth\n").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let signed = |name: &str, extensions: &str| {
        openssl(&format!("req {key} -keyout {name}key.pem -out {name}.csr -subj /CN={name}engine"))
            && openssl(&format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out {name}cert.pem -days 2 -extfile {extensions}"
            ))
    };
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=lab"))
        && signed("server-", "san")
        && signed("", "client")
}

/// An engine that asks its clients for a certificate.
fn engine(folder: &Path) -> Engine {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("ca.pem")).unwrap()).unwrap();
    let certificate = CertificateDer::from_pem_file(folder.join("server-cert.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server-key.pem")).unwrap();
    let config = ServerConfig::builder()
        .with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap())
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let held = Held::classic(&app("x"), "app:1");
    Engine::on_port_with(Setup::holding([held]), move |stream: TcpStream| {
        Some(StreamOwned::new(ServerConnection::new(config.clone()).ok()?, stream))
    })
}

#[test]
fn an_engine_behind_tls_is_asked_with_dockers_certificates() {
    let place = Place::new();
    let folder = place.path("certs");
    if !certificates(&folder) {
        eprintln!("skipped: openssl is not installed");
        return;
    }
    let engine = engine(&folder);
    let place = place.variable("DOCKER_HOST", &engine.host).variable("DOCKER_CERT_PATH", "certs");
    // Without DOCKER_TLS_VERIFY, docker speaks plain HTTP too.
    let (error, _) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    assert!(error.contains(&engine.host), "{error}");
    let place = place.variable("DOCKER_TLS_VERIFY", "1");
    let run = place.run(&["freeze", "docker-daemon:app:1"]);
    assert_eq!(run.code, 0, "{run}");

    // The authority of somebody else.
    let other = place.path("other");
    certificates(&other);
    fs::copy(other.join("ca.pem"), folder.join("ca.pem")).unwrap();
    let (error, hint) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    let start = format!("docker-daemon:app:1: no trusted connection to the engine at {}: ", engine.host);
    assert!(error.starts_with(&start), "{error}");
    assert!(hint.contains("DOCKER_CERT_PATH"), "{hint}");
    fs::write(folder.join("ca.pem"), "no certificate").unwrap();
    let (error, _) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    assert!(error.contains("find the engine: certs/ca.pem: expected certificates in PEM"), "{error}");
}
