//! Images in a Docker or Podman engine, over its API socket: `docker-daemon:NAME`.
//!
//! An engine gives an image as the tar that `docker save` writes, old or new, in one stream. It is spooled once
//! (`export`) and then read as any `docker-archive:` is; no other call gives the layers' bytes. The stream is
//! asked for only when the image is read.
//!
//! An engine of the classic store has thrown manifest and compressed blobs away: of its images, no manifest digest and
//! no blob digests are known, only diff_ids. What it says of an image without proof (`RepoDigests`, the names of
//! layers) is used for a base, whose layers the image itself proves, and is told in notes; never for a verdict.
//!
//! Refused: engines over ssh or Windows pipes, and names that are no names. Nothing is changed in the engine.

mod api;
mod context;
pub(crate) mod digests;
mod endpoint;
mod export;
pub(crate) mod find;
mod inspected;
pub(crate) mod name;
mod source;
