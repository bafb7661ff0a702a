//! Build stages: what builds on what, which variables hold where, which images are named.

mod builder;
mod model;
mod named_images;
mod scope;

pub use model::{BuildInputs, Chain, CopySource, PREDEFINED_ARGS, Stage, StageBase, Stages, Step};
pub use named_images::{ImageMention, NamedBy, PLATFORM_ARGS, named_images};
pub use scope::{Binding, BindingKind, Scope};
