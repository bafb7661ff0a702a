//! Images in registries, over the OCI distribution protocol: `docker://NAME`.
//!
//! A tag or digest is asked for once; its raw bytes are hashed here, and everything below is found by digest. Blobs
//! are streamed into whoever reads them: several at once, resumed where they break, never stored. A manifest whose
//! digest is locked needs no other request.
//!
//! oci-client gives the media types and the shape of errors, and with it the HTTP stack. Its own pulling is not used:
//! it reads bodies without a cap, gives up on the first broken connection, drops the reasons of failed logins, and
//! forgets `Retry-After`. What it lacks stands here, from the bottom up: `name`, `access`; `wire` (a client of one
//! registry); `document`, `blob`, `upload`; `origins` (mirrors), `source`; `digests` (what many
//! names lead to); `listing` and `referrers` (what is kept beside an image).
//!
//! Refused: other schemes, credentials on plain HTTP, a certificate that is not trusted. Layers that only their own
//! `urls` serve are not fetched.

mod access;
mod blob;
pub(crate) mod digests;
mod document;
mod listing;
pub(crate) mod name;
mod origins;
mod referrers;
pub(crate) mod source;
mod upload;
mod wire;
