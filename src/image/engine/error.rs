//! What can go wrong between here and an engine, and what to do about it.
//!
//! What an engine says is cut short and made printable when the error is made. Sockets are named as `DOCKER_HOST`
//! would name them.

use std::io;

/// Why an engine did not give an image.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Nobody listens where engines do.
    #[error("{from}: no engine answers: tried {}", tried.join(", "))]
    NoEngine {
        /// The reference.
        from: String,
        /// The sockets, each with why it was not to be.
        tried: Vec<String>,
    },
    /// An engine that does not answer.
    #[error("{from}: cannot reach the engine at {host}: {reason}")]
    Unreachable {
        /// The reference.
        from: String,
        /// The engine.
        host: String,
        /// The deepest reason known.
        reason: String,
    },
    /// A socket that this user may not use.
    #[error("{from}: cannot use the engine at {host}: permission denied")]
    Denied {
        /// The reference.
        from: String,
        /// The engine.
        host: String,
    },
    /// A certificate that is not trusted, or one of ours that is not.
    #[error("{from}: no trusted connection to the engine at {host}: {reason}")]
    Untrusted {
        /// The reference.
        from: String,
        /// The engine.
        host: String,
        /// The verifier's reason.
        reason: String,
    },
    /// An address that leads to no engine that can be read here.
    #[error("{from}: the engine of {setting}: expected unix:// or tcp://, found {found}")]
    Address {
        /// The reference.
        from: String,
        /// What names the address: a variable, a context.
        setting: String,
        /// The address.
        found: String,
    },
    /// A context or a certificate that cannot be read.
    #[error("{from}: find the engine: {reason}")]
    Setup {
        /// The reference.
        from: String,
        /// The file, and what is wrong with it.
        reason: String,
    },
    /// Somebody else answers.
    #[error("{from}: {host} does not answer as an engine does: {found}")]
    NotAnEngine {
        /// The reference.
        from: String,
        /// The address.
        host: String,
        /// What came.
        found: String,
    },
    /// An engine from before images were saved with a manifest.
    #[error("{from}: the engine at {host} is too old: expected API {expected} or later, found {found}")]
    OldApi {
        /// The reference.
        from: String,
        /// The engine.
        host: String,
        /// The oldest version that is read.
        expected: String,
        /// The engine's version.
        found: String,
    },
    /// An image that the engine has not.
    #[error("{from}: the engine at {host} has no such image{}", more(near, unasked.as_deref()))]
    NoImage {
        /// The reference.
        from: String,
        /// The engine.
        host: String,
        /// Names there that are much like it, the likeliest first.
        near: Vec<String>,
        /// Why another engine could not be asked, where there is another.
        unasked: Option<String>,
    },
    /// An answer that says no.
    #[error("{from}: {what} from {host}: {found}")]
    Status {
        /// The reference.
        from: String,
        /// The engine.
        host: String,
        /// What was asked for.
        what: &'static str,
        /// The status, and what the engine says.
        found: String,
    },
    /// An image that the engine did not give in full.
    #[error("{from}: the image's stream from {host} broke after {found} bytes: {reason}")]
    Broken {
        /// The reference.
        from: String,
        /// The engine.
        host: String,
        /// Bytes received.
        found: u64,
        /// How it broke, or what the engine says.
        reason: String,
    },
    /// An image that finds no room here.
    #[error("{from}: keep the image's stream in a temporary file, {found} of some {size} bytes: {source}")]
    Spool {
        /// The reference.
        from: String,
        /// Bytes written.
        found: u64,
        /// Bytes the engine says the image has.
        size: u64,
        /// The system's reason.
        source: io::Error,
    },
}

fn more(near: &[String], unasked: Option<&str>) -> String {
    let near = if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) };
    let unasked = unasked.map(|reason| format!("; another engine could not be asked: {reason}"));
    near + &unasked.unwrap_or_default()
}

impl EngineError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        let hint = match self {
            Self::NoEngine { .. } => {
                "start Docker, or Podman's socket (systemctl --user start podman.socket), or name another one in DOCKER_HOST"
            }
            Self::Unreachable { .. } => "check that the engine runs, and DOCKER_HOST and docker context ls",
            Self::Denied { .. } => {
                "become a member of the group that owns the socket (often docker), or use sudo or a rootless engine"
            }
            Self::Untrusted { .. } => {
                "put the right ca.pem, cert.pem and key.pem into the folder of DOCKER_CERT_PATH or the context, and set DOCKER_TLS_VERIFY where the engine speaks TLS"
            }
            Self::Address { found, .. } if found.starts_with("ssh:") => {
                "forward its socket and name it: ssh -nNT -L ./engine.sock:/var/run/docker.sock HOST, then DOCKER_HOST=unix://$PWD/engine.sock"
            }
            Self::Address { found, .. } if found.starts_with("npipe:") => {
                "run reprolock where the engine has a unix socket (in WSL), or save the image: docker save NAME -o image.tar"
            }
            Self::Address { .. } | Self::Setup { .. } => {
                "check DOCKER_HOST, DOCKER_CERT_PATH and docker context ls"
            }
            Self::NotAnEngine { .. } => {
                "check DOCKER_HOST; where the engine speaks TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"
            }
            Self::OldApi { .. } => "update the engine, or copy the image out with skopeo",
            Self::NoImage { .. } => "docker images or podman images lists what the engine has",
            Self::Status { .. } => "the engine's own words say why; its log may say more",
            Self::Broken { .. } => "try again; if it stays, look into the engine's log and its disk's room",
            Self::Spool { .. } => {
                "make room, or name a folder that has some in TMPDIR; nothing was left behind"
            }
        };
        hint.to_owned()
    }
}
