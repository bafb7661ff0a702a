//! What opens a registry. It is never printed.

use std::fmt;

/// What opens a registry.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    /// A name and a password.
    Password { user: String, password: String },
    /// A token that is traded for others (OAuth2's refresh token).
    Identity(String),
    /// A bearer token, ready to be sent.
    Bearer(String),
}

/// A secret and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) secret: Secret,
    /// "the credentials in FILE"; for messages.
    pub(crate) account: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
