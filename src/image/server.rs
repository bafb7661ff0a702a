//! What can go wrong between here and a server that holds images, and what to do about it.
//!
//! Nothing secret is in these texts: no password, no token, no query of a URL, which often carries a signature.
//! What a server says is cut short and made printable when the error is made.

/// Why a registry or an engine did not give an image.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The network is off limits.
    #[error("{from}: expected an image on this machine, found one to fetch, and --offline is set")]
    Offline {
        /// The reference.
        from: String,
    },
    /// No connection.
    #[error("{from}: cannot reach {host}: {reason}")]
    Unreachable {
        /// The reference.
        from: String,
        /// The server, with its port.
        host: String,
        /// The deepest reason known.
        reason: String,
    },
    /// A certificate that nobody here trusts.
    #[error("{from}: the certificate of {host} is not trusted: {reason}")]
    Certificate {
        /// The reference.
        from: String,
        /// The server, with its port.
        host: String,
        /// The verifier's reason.
        reason: String,
    },
    /// Plain HTTP where TLS was expected.
    #[error("{from}: expected TLS of {host}, found plain HTTP")]
    PlainHttp {
        /// The reference.
        from: String,
        /// The server, with its port.
        host: String,
    },
    /// The client could not be set up.
    #[error("{from}: set up the connection: {reason}")]
    Setup {
        /// The reference.
        from: String,
        /// Why not.
        reason: String,
    },
    /// No credentials, and some are asked for.
    #[error("{from}: {host} asks for credentials, and none are stored for it")]
    NoCredentials {
        /// The reference.
        from: String,
        /// The registry.
        host: String,
    },
    /// Credentials that do not open.
    #[error("{from}: {host} refuses {account}")]
    Refused {
        /// The reference.
        from: String,
        /// The registry.
        host: String,
        /// Where the credentials come from; never the credentials.
        account: String,
    },
    /// A file of credentials that cannot be read.
    #[error("read the credentials in {file}: {reason}")]
    Credentials {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// A credential helper that failed.
    #[error("ask {helper} for the credentials of {host}: {reason}")]
    Helper {
        /// The program.
        helper: String,
        /// The registry.
        host: String,
        /// Why not.
        reason: String,
    },
    /// A token that was not given in a usable form.
    #[error("{from}: get a token from {host}: {reason}")]
    Token {
        /// The reference.
        from: String,
        /// The token server.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// An image that the server has not.
    #[error("{from}: {host} has no such image")]
    NoImage {
        /// The reference.
        from: String,
        /// The server.
        host: String,
    },
    /// An answer that says no.
    #[error("{what} of {from}: expected an answer with it, found {found}")]
    Status {
        /// The document or blob.
        what: String,
        /// The reference.
        from: String,
        /// The status and what the server says, with the number of attempts.
        found: String,
        /// Whether it was asked for repeatedly.
        is_overload: bool,
    },
    /// Something pushed that was not taken.
    #[error("push {what} to {to}: expected it to be taken, found {found}")]
    Declined {
        /// The manifest or blob.
        what: String,
        /// The reference.
        to: String,
        /// The status and what the server says.
        found: String,
    },
    /// A redirect that is not followed.
    #[error("{what} of {from}: redirected {reason}")]
    Redirect {
        /// The document or blob.
        what: String,
        /// The reference.
        from: String,
        /// Where to, or how often.
        reason: String,
    },
    /// Neither the mirrors nor the registry gave it.
    #[error("{last}; asked before it: {}", asked.join("; "))]
    Everywhere {
        /// Each mirror, and why it did not.
        asked: Vec<String>,
        /// Why the registry did not.
        last: Box<ServerError>,
    },
    /// A connection that broke again and again.
    #[error(
        "{what} of {from}: expected {expected} bytes, found {found} before the connection broke for good: {reason}"
    )]
    Broken {
        /// The document or blob.
        what: String,
        /// The reference.
        from: String,
        /// Bytes there should be.
        expected: String,
        /// Bytes received.
        found: u64,
        /// How it broke last.
        reason: String,
    },
}

impl ServerError {
    /// Whether a mirror that says so has not got the thing or cannot be asked, so that the next place may be.
    pub(super) fn is_a_lack(&self) -> bool {
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
            | Self::Declined { .. }
            | Self::Everywhere { .. } => false,
        }
    }

    /// What the user can do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Offline { .. } => {
                "leave --offline out, or copy the image here first: skopeo copy REFERENCE oci-archive:image.tar"
            }
            Self::Unreachable { .. } => {
                "check the name and port, the network, and HTTPS_PROXY and NO_PROXY; a path that is meant needs to exist"
            }
            Self::Certificate { host, .. } => {
                return Some(format!(
                    "put the certificate authority into the system's store or into certs.d/{host}/ca.crt below /etc/docker or /etc/containers, or name it in SSL_CERT_FILE"
                ));
            }
            Self::PlainHttp { .. } => {
                "if the network between can be trusted, allow plain HTTP with --insecure"
            }
            Self::Setup { .. } => "check the certificates and the proxy settings named",
            Self::NoCredentials { host, .. } | Self::Refused { host, .. } => {
                return Some(format!(
                    "log in with docker login {host} or podman login {host}, and check that the name is right: many registries answer so for what does not exist"
                ));
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
            Self::Everywhere { last, .. } => return last.hint(),
            Self::Broken { .. } => "check the network and try again; nothing was kept",
        };
        Some(hint.to_owned())
    }
}
