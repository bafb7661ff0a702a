//! A client of one registry: requests and what goes wrong with them, credentials, certificates, redirects.
//!
//! From the bottom up: `request`, `failure`; `secret`, `sent`, `helper`, `credentials`; `tls`; `challenge`, `asker`;
//! `client`, to which `admission` adds how a challenge is found and answered, and `token` where a bearer token comes from.

mod admission;
mod asker;
mod challenge;
pub(crate) mod client;
mod credentials;
pub(crate) mod failure;
mod helper;
pub(crate) mod request;
mod secret;
pub(crate) mod sent;
mod tls;
mod token;
