//! `base-moved`: the base image is another one.

use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::LayerFacts;
use crate::causes::engine::mends::{Extent, Mends};
use crate::compare::outcome::Presence;
use crate::compare::tier::Tier;

/// See docs/causes/base-moved.md.
pub(crate) struct BaseMoved;

impl Cause for BaseMoved {
    declare!(
        "base-moved",
        "the base image is another one",
        Profile::of(Reach::Any, "pin the base by digest: FROM name:tag@sha256:…")
            .proved_by("a layer of the base has another diff_id")
            .mended_by(&[Mends::Rule("image-unpinned-digest", Extent::Base)])
    );

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        // Of a shorter list of layers, the base's may have been squashed with others: that is the shape's affair.
        let is_elsewhere = layer.presence == Presence::Removed && layer.layers.1 < layer.layers.0;
        let is_joined = matches!(layer.presence, Presence::Squashed | Presence::Split | Presence::Regrouped);
        (layer.is_base && layer.tier == Tier::Drifted && !is_elsewhere && !is_joined)
            .then(|| Explanation::certain("a layer of the base has another diff_id"))
    }
}
