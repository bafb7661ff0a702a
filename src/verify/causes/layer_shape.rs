//! `layer-shape`: a layer stands on one side alone: another builder, a squash, an instruction more or less.

use super::{Cause, Explanation, LayerFacts, Reach};
use crate::verify::outcome::Presence;

/// See docs/causes/layer-shape.md.
pub(super) struct LayerShape;

impl Cause for LayerShape {
    fn id(&self) -> &'static str {
        "layer-shape"
    }

    fn summary(&self) -> &'static str {
        "a layer stands on one side alone"
    }

    fn fix(&self) -> &'static str {
        "build both with the same Dockerfile, builder and squash options"
    }

    fn doc(&self) -> &'static str {
        include_str!("../../../docs/causes/layer-shape.md")
    }

    fn reach(&self) -> Reach {
        Reach::Any
    }

    fn explain_layer(&self, layer: &LayerFacts) -> Option<Explanation> {
        let (old, new) = layer.layers;
        (layer.presence != Presence::Both).then(|| Explanation::certain(format!("{old} layers became {new}")))
    }
}
