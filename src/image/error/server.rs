//! What can go wrong between here and a registry.
//!
//! Nothing secret is in these texts: no password, no token, no query of a URL, which often carries a signature.
//! What a server says is cut short and made printable when the error is made.

use std::fmt;

use crate::image::error::subject::Subject;

/// Why a registry did not give an image.
#[derive(Debug, PartialEq, Eq)]
pub enum ServerFault {
    /// The network is off limits.
    Offline {
        /// Why, in the words of whoever forbids it.
        reason: String,
    },
    /// No connection.
    Unreachable {
        /// The server, with its port.
        host: String,
        /// The deepest reason known.
        reason: String,
    },
    /// A certificate that nobody here trusts.
    Certificate {
        /// The server, with its port.
        host: String,
        /// The verifier's reason.
        reason: String,
    },
    /// Plain HTTP where TLS was expected.
    PlainHttp {
        /// The server, with its port.
        host: String,
    },
    /// The client could not be set up.
    Setup {
        /// Why not.
        reason: String,
    },
    /// No credentials, and some are asked for.
    NoCredentials {
        /// The registry.
        host: String,
    },
    /// Credentials that do not open.
    Refused {
        /// The registry.
        host: String,
        /// Where the credentials come from; never the credentials.
        account: String,
    },
    /// A file of credentials that cannot be read.
    Credentials {
        /// Why not.
        reason: String,
    },
    /// A credential helper that failed.
    Helper {
        /// The registry.
        host: String,
        /// Why not.
        reason: String,
    },
    /// A token that was not given in a usable form.
    Token {
        /// The token server.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// An image that the server has not.
    NoImage {
        /// The server.
        host: String,
    },
    /// An answer that says no.
    Status {
        /// The status and what the server says, with the number of attempts.
        found: String,
        /// Whether it was asked for repeatedly.
        is_overload: bool,
    },
    /// Something pushed that was not taken.
    Declined {
        /// The status and what the server says.
        found: String,
    },
    /// A redirect that is not followed.
    Redirect {
        /// Where to, or how often.
        reason: String,
    },
    /// A connection that broke again and again.
    Broken {
        /// Bytes there should be.
        expected: String,
        /// Bytes received.
        found: u64,
        /// How it broke last.
        reason: String,
    },
}

impl ServerFault {
    pub(super) fn tell(&self, subject: &Subject<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { from, what, .. } = subject;
        match self {
            Self::Offline { reason } => {
                write!(f, "{from}: expected an image on this machine, found one to fetch, and {reason}")
            }
            Self::Unreachable { host, reason } => write!(f, "{from}: cannot reach {host}: {reason}"),
            Self::Certificate { host, reason } => {
                write!(f, "{from}: the certificate of {host} is not trusted: {reason}")
            }
            Self::PlainHttp { host } => write!(f, "{from}: expected TLS of {host}, found plain HTTP"),
            Self::Setup { reason } => write!(f, "{from}: set up the connection: {reason}"),
            Self::NoCredentials { host } => {
                write!(f, "{from}: {host} asks for credentials, and none are stored for it")
            }
            Self::Refused { host, account } => write!(f, "{from}: {host} refuses {account}"),
            Self::Credentials { reason } => write!(f, "read the credentials in {what}: {reason}"),
            Self::Helper { host, reason } => {
                write!(f, "ask {what} for the credentials of {host}: {reason}")
            }
            Self::Token { host, reason } => write!(f, "{from}: get a token from {host}: {reason}"),
            Self::NoImage { host } => write!(f, "{from}: {host} has no such image"),
            Self::Status { found, .. } => {
                write!(f, "{what} of {from}: expected an answer with it, found {found}")
            }
            Self::Declined { found } => {
                write!(f, "push {what} to {from}: expected it to be taken, found {found}")
            }
            Self::Redirect { reason } => write!(f, "{what} of {from}: redirected {reason}"),
            Self::Broken { expected, found, reason } => write!(
                f,
                "{what} of {from}: expected {expected} bytes, found {found} before the connection broke for good: {reason}"
            ),
        }
    }

    /// Whether a mirror that says so has not got the thing or cannot be asked, so that the next place may be.
    pub(crate) fn is_a_lack(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Certificate { .. }
            | Self::PlainHttp { .. }
            | Self::NoCredentials { .. }
            | Self::Refused { .. }
            | Self::Token { .. }
            | Self::NoImage { .. }
            | Self::Status { .. }
            | Self::Redirect { .. }
            | Self::Broken { .. } => true,
            Self::Offline { .. }
            | Self::Setup { .. }
            | Self::Credentials { .. }
            | Self::Helper { .. }
            | Self::Declined { .. } => false,
        }
    }

    /// What the user can do about it.
    pub(crate) fn hint(&self) -> String {
        let hint = match self {
            Self::Offline { .. } => "copy the image here first: skopeo copy REFERENCE oci-archive:image.tar",
            Self::Unreachable { .. } => {
                "check the name and port, the network, and HTTPS_PROXY and NO_PROXY; a path that is meant needs to exist"
            }
            Self::Certificate { host, .. } => {
                return format!(
                    "put the certificate authority into the system's store or into certs.d/{host}/ca.crt below /etc/docker or /etc/containers, or name it in SSL_CERT_FILE"
                );
            }
            Self::PlainHttp { .. } => "if the network between can be trusted, allow plain HTTP",
            Self::Setup { .. } => "check the certificates and the proxy settings named",
            Self::NoCredentials { host } | Self::Refused { host, .. } => {
                return format!(
                    "log in with docker login {host} or podman login {host}, and check that the name is right: many registries answer so for what does not exist"
                );
            }
            Self::Credentials { .. } => {
                "correct the file, or name another one in DOCKER_CONFIG (a folder) or REGISTRY_AUTH_FILE"
            }
            Self::Helper { .. } => {
                "run the helper by hand, or remove it from credsStore or credHelpers and log in again"
            }
            Self::Token { .. } => "try again; if it stays, the registry's token service is at fault",
            Self::NoImage { .. } => {
                "check the name and the tag; skopeo list-tags docker://NAME lists the tags there are"
            }
            Self::Status { is_overload: true, .. } => {
                "the registry is overloaded or limits requests; try again later, or log in to raise the limit"
            }
            Self::Status { .. } => "the registry's own words say why; try another tag or digest",
            Self::Declined { .. } => {
                "the registry's own words say why; the account logged in may lack the right to push"
            }
            Self::Redirect { .. } => {
                "the registry's storage is set up in a way that is not safe to follow; tell its operator"
            }
            Self::Broken { .. } => "check the network and try again; nothing was kept",
        };
        hint.to_owned()
    }
}
