//! What every cause stands on: the trait and what is declared of a cause, what a cause says, the file and the layer that
//! it is asked about, and the shapes that several causes share.
//!
//! Nothing here knows a cause by name.

pub(super) mod attribution;
pub(super) mod below;
pub(super) mod case;
pub(super) mod cause;
pub(super) mod explanation;
pub(super) mod fields;
pub(super) mod layer;
pub(super) mod mends;
pub(super) mod moved;
pub(super) mod nested;
pub(super) mod renamed;
pub(super) mod shape;
pub(super) mod swap;
pub(super) mod swaps;
