//! What can go wrong between a reference and an image: one error for layouts, archives, registries and engines.
//!
//! [`ImageError`] says of which image (`from`), at what (`what`) and what is wrong (`kind`). The kinds stand in a file for
//! each ground on which things go wrong, each with its sentence and its hint: the reference, the choice of an image, its
//! documents, an archive, a server, an engine. Whatever comes out of an image is made printable when the error is made
//! (`shown`), so that a hostile name cannot reach a terminal. A hint stands apart from the text.
//!
//! No kind knows a source: sources turn their own troubles into these where they meet them.

mod archive;
mod choice;
mod document;
mod engine;
mod image_error;
mod list;
mod reference;
mod server;
mod shown;
mod subject;
#[cfg(test)]
mod tests;

pub use archive::ArchiveFault;
pub use choice::ChoiceFault;
pub use document::DocumentFault;
pub use engine::EngineFault;
pub use image_error::{ImageError, ImageFault};
pub use reference::ReferenceFault;
pub use server::ServerFault;
pub(crate) use shown::{behind_login, shown, shown_name};
