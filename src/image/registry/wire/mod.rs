//! A client of one registry: requests and what goes wrong with them, credentials, certificates, redirects, retries.
//!
//! From the bottom up: `request`, `retry`, `failure`; `secret`, `helper`, `credentials`; `tls`; `challenge`; `client`, to
//! which `token` adds how a bearer challenge is answered.

mod challenge;
pub(crate) mod client;
mod credentials;
pub(crate) mod failure;
mod helper;
pub(crate) mod request;
pub(crate) mod retry;
mod secret;
mod tls;
mod token;
