//! `recompressed`: the tar is the same, its compression is not.

use crate::causes::Cause;
use crate::causes::Explanation;
use crate::causes::LayerFacts;
use crate::causes::Reach;
use crate::compare::tier::Tier;

/// See docs/causes/recompressed.md.
pub(super) struct Recompressed;

impl Cause for Recompressed {
    fn id(&self) -> &'static str {
        "recompressed"
    }

    fn summary(&self) -> &'static str {
        "the tar is the same, its compression is not"
    }

    fn fix(&self) -> &'static str {
        "pin the builder and its compression, or verify with --require layer (the default)"
    }

    fn doc(&self) -> &'static str {
        include_str!("../../docs/causes/recompressed.md")
    }

    fn reach(&self) -> Reach {
        Reach::Any
    }

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
