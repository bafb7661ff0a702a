//! Where engines listen: `DOCKER_HOST`, docker's contexts, `CONTAINER_HOST`, and the sockets that Docker and Podman
//! open by default.
//!
//! What is set is the only one: `DOCKER_HOST`, then a context, as docker has it, then Podman's `CONTAINER_HOST`. Else
//! each default socket that is there is asked. `tcp://` speaks TLS where `DOCKER_TLS_VERIFY` or `DOCKER_TLS` is set, or
//! the context has certificates; `unix://` needs none. Certificates are always checked: `DOCKER_TLS` without
//! `DOCKER_TLS_VERIFY`, and a context's `SkipTLSVerify`, ask for less than that and do not get it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, Identity, Url};

use crate::base::limits;
use crate::image::engine::context;
use crate::image::error::{EngineFault, ImageError, shown};
use crate::image::http::{self, Http};

/// Where docker listens for plain HTTP, and for TLS.
const PORTS: (u16, u16) = (2375, 2376);

/// An engine's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// As `DOCKER_HOST` has it.
    pub(crate) host: String,
    address: Address,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Address {
    Unix(PathBuf),
    /// With the folder of `ca.pem`, `cert.pem` and `key.pem` where TLS is spoken.
    Tcp(Url, Option<PathBuf>),
}

/// What decides which engines there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    docker_host: Option<String>,
    container_host: Option<String>,
    docker_context: Option<String>,
    /// Docker's folder of configuration.
    config: Option<PathBuf>,
    /// The folder with TLS files, where TLS is asked for.
    tls: Option<PathBuf>,
    runtime_dir: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl Surroundings {
    pub(crate) fn of_user() -> Self {
        let text = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        let config = text("DOCKER_CONFIG").map(PathBuf::from);
        let config = config.or_else(|| Some(home.as_ref()?.join(".docker")));
        let certificates = || text("DOCKER_CERT_PATH").map(PathBuf::from).or(config.clone());
        Self {
            docker_host: text("DOCKER_HOST"),
            container_host: text("CONTAINER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            tls: text("DOCKER_TLS_VERIFY").or(text("DOCKER_TLS")).and_then(|_| certificates()),
            runtime_dir: text("XDG_RUNTIME_DIR").map(PathBuf::from),
            home,
            config,
        }
    }

    /// The sockets that engines open by default: Docker's, rootless Docker's, Docker Desktop's, Podman's.
    fn sockets(&self) -> Vec<Endpoint> {
        let below = |folder: &Option<PathBuf>, path: &str| folder.as_ref().map(|folder| folder.join(path));
        let sockets = [
            Some(PathBuf::from("/var/run/docker.sock")),
            below(&self.runtime_dir, "docker.sock"),
            below(&self.home, ".docker/run/docker.sock"),
            below(&self.runtime_dir, "podman/podman.sock"),
            Some(PathBuf::from("/run/podman/podman.sock")),
        ];
        sockets.into_iter().flatten().map(Endpoint::unix).collect()
    }
}

/// The engines to ask for the reference `from`, in this order.
pub(crate) fn all(of: &Surroundings, from: &str) -> Result<Vec<Endpoint>, ImageError> {
    let set = |setting: &str, host: &str, tls| {
        let endpoint = Endpoint::parse(host, tls).ok_or_else(|| {
            ImageError::at(from, EngineFault::Address { setting: setting.to_owned(), found: shown(host) })
        });
        endpoint.map(|endpoint| vec![endpoint])
    };
    if let Some(host) = &of.docker_host {
        return set("DOCKER_HOST", host, of.tls.clone());
    }
    let setup = |reason| ImageError::at(from, EngineFault::Setup { reason });
    if let Some(config) = &of.config
        && let Some(context) = context::current(config, of.docker_context.as_deref()).map_err(setup)?
    {
        return set(&format!("docker's context \"{}\"", context.name), &context.host, context.tls);
    }
    if let Some(host) = &of.container_host {
        return set("CONTAINER_HOST", host, None);
    }
    Ok(of.sockets())
}

impl Endpoint {
    fn unix(path: PathBuf) -> Self {
        Self { host: shown(format!("unix://{}", path.display())), address: Address::Unix(path) }
    }

    fn parse(host: &str, tls: Option<PathBuf>) -> Option<Self> {
        if let Some(path) = host.strip_prefix("unix://") {
            return Some(Self::unix(path.into())).filter(|_| !path.is_empty());
        }
        let at = host.strip_prefix("tcp://").or_else(|| host.strip_prefix("http://"))?;
        let (scheme, default) = if tls.is_some() { ("https", PORTS.1) } else { ("http", PORTS.0) };
        // Taken apart under a scheme without a port of its own, which would hide that 80 was written.
        let at = Url::parse(&format!("tcp://{}/", at.trim_end_matches('/'))).ok()?;
        let server = at.host_str().filter(|server| !server.is_empty())?;
        let port = at.port().unwrap_or(default);
        let url = Url::parse(&format!("{scheme}://{server}:{port}{}", at.path())).ok()?;
        Some(Self { host: shown(host), address: Address::Tcp(url, tls) })
    }

    /// Why there is no engine here, where that can be told without asking.
    pub(crate) fn absent(&self) -> Option<&'static str> {
        match &self.address {
            Address::Unix(path) if matches!(path.try_exists(), Ok(false)) => Some("no such socket"),
            _ => None,
        }
    }

    /// Whether it is this machine's.
    pub(crate) fn is_local(&self) -> bool {
        match &self.address {
            Address::Unix(_) => true,
            Address::Tcp(url, _) => http::is_loopback(url),
        }
    }

    /// A client of the engine, and the URL that its calls stand below.
    pub(crate) fn client(&self, http: &Http, silence: Duration) -> Result<(Client, Url), String> {
        let url = match &self.address {
            Address::Unix(_) => Url::parse("http://engine/").map_err(|error| error.to_string())?,
            Address::Tcp(url, _) => url.clone(),
        };
        let client = http.client(&url, |builder| {
            let builder = builder.read_timeout(silence);
            match &self.address {
                #[cfg(unix)]
                Address::Unix(path) => Ok(builder.unix_socket(path.as_path()).no_proxy().tls_certs_only([])),
                #[cfg(not(unix))]
                Address::Unix(_) => Err(format!("{}: this system has no such sockets", self.host)),
                Address::Tcp(_, None) => Ok(builder.tls_certs_only([])),
                Address::Tcp(_, Some(folder)) => tls(builder, folder),
            }
        })?;
        Ok((client, url))
    }
}

/// TLS as `docker --tlsverify` speaks it: one authority, and a certificate of our own where there is one.
fn tls(builder: ClientBuilder, folder: &Path) -> Result<ClientBuilder, String> {
    let read = |name: &str| http::small_file(&folder.join(name), limits::CREDENTIALS_BYTES);
    let malformed = |name: &str, reason: &str| {
        format!("{}: expected certificates in PEM, found {reason}", folder.join(name).display())
    };
    let unusable = |name: &str, error: &reqwest::Error| malformed(name, &http::innermost(error));
    let mut builder = builder;
    if folder.join("ca.pem").exists() {
        let authorities = Certificate::from_pem_bundle(&read("ca.pem")?);
        let authorities = authorities.map_err(|error| unusable("ca.pem", &error))?;
        if authorities.is_empty() {
            return Err(malformed("ca.pem", "none"));
        }
        builder = builder.tls_certs_only(authorities);
    }
    if folder.join("cert.pem").exists() {
        let mut pem = read("cert.pem")?;
        pem.push(b'\n');
        pem.extend(read("key.pem")?);
        builder = builder.identity(Identity::from_pem(&pem).map_err(|error| unusable("cert.pem", &error))?);
    }
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(of: &Surroundings) -> Vec<String> {
        all(of, "docker-daemon:a").unwrap().into_iter().map(|endpoint| endpoint.host).collect()
    }

    #[test]
    fn the_default_sockets_are_dockers_and_podmans() {
        let of = Surroundings {
            runtime_dir: Some("/run/u".into()),
            home: Some("/home/u".into()),
            ..Surroundings::default()
        };
        let defaults = [
            "unix:///var/run/docker.sock",
            "unix:///run/u/docker.sock",
            "unix:///home/u/.docker/run/docker.sock",
            "unix:///run/u/podman/podman.sock",
            "unix:///run/podman/podman.sock",
        ];
        assert_eq!(hosts(&of), defaults);
    }

    #[test]
    fn what_is_set_is_the_only_engine() {
        let mut of =
            Surroundings { container_host: Some("unix:///podman.sock".into()), ..Surroundings::default() };
        assert_eq!(hosts(&of), ["unix:///podman.sock"]);
        of.docker_host = Some("tcp://127.0.0.1:2375".into());
        assert_eq!(hosts(&of), ["tcp://127.0.0.1:2375"]);
        for other in
            ["ssh://me@host", "npipe:////./pipe/docker_engine", "fd://", "unix://", "tcp://", "nonsense"]
        {
            of.docker_host = Some(other.into());
            let error = all(&of, "docker-daemon:a").unwrap_err();
            let text = format!(
                "docker-daemon:a: the engine of DOCKER_HOST: expected unix:// or tcp://, found {other}"
            );
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn a_port_that_is_left_out_is_dockers() {
        let url = |host: &str, tls: Option<&str>| match Endpoint::parse(host, tls.map(PathBuf::from))
            .unwrap()
            .address
        {
            Address::Tcp(url, _) => url.to_string(),
            Address::Unix(path) => path.display().to_string(),
        };
        assert_eq!(url("tcp://build.example.org", None), "http://build.example.org:2375/");
        assert_eq!(url("tcp://build.example.org/", Some("/tls")), "https://build.example.org:2376/");
        assert_eq!(url("tcp://[::1]:99", None), "http://[::1]:99/");
        assert_eq!(url("http://10.0.0.1:80", None), "http://10.0.0.1/");
        assert_eq!(url("tcp://10.0.0.1:2375/engine", None), "http://10.0.0.1:2375/engine/");
    }

    #[test]
    fn another_machine_is_not_local() {
        let is_local = |host: &str| Endpoint::parse(host, None).unwrap().is_local();
        assert!(is_local("unix:///a.sock") && is_local("tcp://127.0.0.1") && is_local("tcp://localhost:1"));
        assert!(!is_local("tcp://10.0.0.1:2375") && !is_local("tcp://build.example.org"));
    }
}
