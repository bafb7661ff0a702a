//! `base-moved`: the base image is another one.

use crate::causes::Cause;
use crate::causes::Explanation;
use crate::causes::LayerFacts;
use crate::causes::Reach;
use crate::compare::outcome::Presence;
use crate::compare::tier::Tier;

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
        include_str!("../../docs/causes/base-moved.md")
    }

    fn reach(&self) -> Reach {
        Reach::Any
    }

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        // Of a shorter list of layers, the base's may have been squashed with others: that is the shape's affair.
        let is_elsewhere = layer.presence == Presence::Removed && layer.layers.1 < layer.layers.0;
        let is_joined = matches!(layer.presence, Presence::Squashed | Presence::Split | Presence::Regrouped);
        (layer.is_base && layer.tier == Tier::Drifted && !is_elsewhere && !is_joined)
            .then(|| Explanation::certain("a layer of the base has another diff_id"))
    }
}
