//! `base-moved`: the base image is another one.

use super::{Cause, Explanation, LayerFacts, Reach};
use crate::verify::verdict::Tier;

/// See docs/causes/base-moved.md.
pub(super) struct BaseMoved;

impl Cause for BaseMoved {
    fn id(&self) -> &'static str {
        "base-moved"
    }

    fn summary(&self) -> &'static str {
        "the base image is another one"
    }

    fn fix(&self) -> &'static str {
        "pin the base by digest: FROM name:tag@sha256:…"
    }

    fn doc(&self) -> &'static str {
        include_str!("../../../docs/causes/base-moved.md")
    }

    fn reach(&self) -> Reach {
        Reach::Any
    }

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        (layer.is_base && layer.tier == Tier::Drifted)
            .then(|| Explanation::certain("a layer of the base has another diff_id"))
    }
}
