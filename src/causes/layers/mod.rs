//! The layers as they are written, and what the builder leaves in them: lists of layers, headers, order, times, markers.

pub(super) mod base_moved;
pub(super) mod base_times;
pub(super) mod entry_order;
pub(super) mod estargz;
pub(super) mod hardlink_shape;
pub(super) mod layer_shape;
pub(super) mod mountpoint_residue;
pub(super) mod opaque_folder;
pub(super) mod parent_folder;
pub(super) mod recompressed;
pub(super) mod repeated_entry;
pub(super) mod tar_dialect;
pub(super) mod timestamp_only;
pub(super) mod whiteout_marker;
