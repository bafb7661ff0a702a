//! Images as the OCI image-spec describes them, wherever they are kept.
//!
//! An [`ImageSource`] finds one image (manifest, config, layer descriptors) and opens its layers' blobs as streams.
//! It checks the digests and sizes of the small documents it parses; layers are checked by the pass that reads them.
//! It never unpacks a layer and never assumes the host's platform.
//!
//! From the bottom up: `error` and its `advice`; `manifest` (what the documents say); `names`, `model`, [`artifact`],
//! `options` and `source` (what the parts below and above share: which image is meant, an image, what is kept beside it,
//! how to open it, the traits); `layout` (an OCI layout, wherever its blobs are); `archive` (tars); `pace`, `retry`, `http`, `fetch`
//! (a document of another server), `registry`, `engine`; `transports`, a file for each form of reference, with their registry; [`mod@reference`] on top, which reads
//! them all.

mod advice;
mod archive;
pub mod artifact;
mod engine;
mod error;
pub(crate) mod fetch;
pub(crate) mod http;
mod layout;
mod manifest;
mod model;
mod names;
mod options;
mod pace;
pub mod reference;
mod registry;
mod retry;
mod source;
#[cfg(test)]
mod tests;
mod transports;

pub use error::{
    ArchiveFault, ChoiceFault, DocumentFault, EngineFault, ImageError, ImageFault, ReferenceFault,
    ServerFault,
};
pub use manifest::{config, platform};
pub use model::{Attestations, Image, Layer, Named, Outline};
pub use options::{Access, Mirror, OpenOptions};
pub use source::{ImageSource, Keeper};
