//! What can go wrong between here and an engine.
//!
//! What an engine says is cut short and made printable when the error is made. Sockets are named as `DOCKER_HOST`
//! would name them.

use std::fmt;

use crate::image::error::subject::Subject;

/// Why an engine did not give an image.
#[derive(Debug, PartialEq, Eq)]
pub enum EngineFault {
    /// Nobody listens where engines do.
    NoEngine {
        /// The sockets, each with why it was not to be.
        tried: Vec<String>,
    },
    /// An engine that does not answer.
    Unreachable {
        /// The engine.
        host: String,
        /// The deepest reason known.
        reason: String,
    },
    /// A socket that this user may not use.
    Denied {
        /// The engine.
        host: String,
    },
    /// A certificate that is not trusted, or one of ours that is not.
    Untrusted {
        /// The engine.
        host: String,
        /// The verifier's reason.
        reason: String,
    },
    /// An address that leads to no engine that can be read here.
    Address {
        /// What names the address: a variable, a context.
        setting: String,
        /// The address.
        found: String,
    },
    /// A context or a certificate that cannot be read.
    Setup {
        /// The file, and what is wrong with it.
        reason: String,
    },
    /// Somebody else answers.
    NotAnEngine {
        /// The address.
        host: String,
        /// What came.
        found: String,
    },
    /// An engine from before images were saved with a manifest.
    OldApi {
        /// The engine.
        host: String,
        /// The oldest version that is read.
        expected: String,
        /// The engine's version.
        found: String,
    },
    /// An image that the engine has not.
    NoImage {
        /// The engine.
        host: String,
        /// Names there that are much like it, the likeliest first.
        near: Vec<String>,
        /// Why another engine could not be asked, where there is another.
        unasked: Option<String>,
    },
    /// An answer that says no.
    Status {
        /// The engine.
        host: String,
        /// The status, and what the engine says.
        found: String,
    },
    /// An image that the engine did not give in full.
    Broken {
        /// The engine.
        host: String,
        /// Bytes received.
        found: u64,
        /// How it broke, or what the engine says.
        reason: String,
    },
    /// An image that finds no room here.
    Spool {
        /// Bytes written.
        found: u64,
        /// Bytes the engine says the image has.
        size: u64,
    },
}

impl EngineFault {
    pub(super) fn tell(&self, subject: &Subject<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { from, what, .. } = subject;
        match self {
            Self::NoEngine { tried } => write!(f, "{from}: no engine answers: tried {}", tried.join(", ")),
            Self::Unreachable { host, reason } => {
                write!(f, "{from}: cannot reach the engine at {host}: {reason}")
            }
            Self::Denied { host } => {
                write!(f, "{from}: cannot use the engine at {host}: permission denied")
            }
            Self::Untrusted { host, reason } => {
                write!(f, "{from}: no trusted connection to the engine at {host}: {reason}")
            }
            Self::Address { setting, found } => {
                write!(f, "{from}: the engine of {setting}: expected unix:// or tcp://, found {found}")
            }
            Self::Setup { reason } => write!(f, "{from}: find the engine: {reason}"),
            Self::NotAnEngine { host, found } => {
                write!(f, "{from}: {host} does not answer as an engine does: {found}")
            }
            Self::OldApi { host, expected, found } => write!(
                f,
                "{from}: the engine at {host} is too old: expected API {expected} or later, found {found}"
            ),
            Self::NoImage { host, near, unasked } => {
                let more = more(near, unasked.as_deref());
                write!(f, "{from}: the engine at {host} has no such image{more}")
            }
            Self::Status { host, found } => write!(f, "{from}: {what} from {host}: {found}"),
            Self::Broken { host, found, reason } => {
                write!(f, "{from}: {what} from {host} broke after {found} bytes: {reason}")
            }
            Self::Spool { found, size } => write!(
                f,
                "{from}: keep {what} in a temporary file, {found} of some {size} bytes: {}",
                subject.reason()
            ),
        }
    }

    /// What the user can do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
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
        }
    }
}

fn more(near: &[String], unasked: Option<&str>) -> String {
    let near = if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) };
    let unasked = unasked.map(|reason| format!("; another engine could not be asked: {reason}"));
    near + &unasked.unwrap_or_default()
}
