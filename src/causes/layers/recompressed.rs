//! `recompressed`: the tar is the same, its compression is not.

use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::LayerFacts;
use crate::compare::tier::Tier;

/// See docs/causes/recompressed.md.
pub(crate) struct Recompressed;

impl Cause for Recompressed {
    declare!(
        "recompressed",
        "the tar is the same, its compression is not",
        Profile::of(
            Reach::Any,
            "pin the builder and its compression, or verify with --require layer (the default)"
        )
        .proved_by("the diff_id is equal")
    );

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        let (old, new) = (layer.old?, layer.new?);
        (layer.tier == Tier::CompressionOnly).then(|| {
            Explanation::certain(format!(
                "the diff_id is equal; {} bytes of blob became {}",
                old.size, new.size
            ))
        })
    }
}
