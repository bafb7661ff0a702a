//! Rules of model weights and data sets by name.

pub(super) mod model_hub_unpinned;
pub(super) mod model_revision_unpinned;
