//! Asks causes about files and layers, and puts together what they say by the fields that they speak of.
//!
//! No cause is known by name here: which are worth asking follows from what each declares it looks at.

use std::sync::LazyLock;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::engine::attribution::{Attribution, sort};
use super::engine::case::{FileCase, Sides};
use super::engine::cause::Cause;
use super::engine::explanation::Certainty;
use super::engine::fields::Fields;
use super::engine::layer::{LayerCase, LayerFacts};
use super::engine::nested;
use super::registry::REGISTRY;
use crate::compare::drift::{Change, Drift};

/// Some of the causes.
type Causes = Vec<&'static dyn Cause>;

fn causes(is_one: impl Fn(&dyn Cause) -> bool) -> Causes {
    REGISTRY.iter().copied().filter(|cause| is_one(*cause)).collect()
}

/// The causes that have anything to say of a file that differs in metadata alone, as most do.
static OF_METADATA: LazyLock<Causes> =
    LazyLock::new(|| causes(|cause| cause.profile().looks_at.meets(Fields::METADATA)));

/// The causes that explain some fields by themselves.
static APART: LazyLock<Causes> = LazyLock::new(|| causes(|cause| cause.profile().apart != Fields::NONE));

/// Every cause that explains the file, or what drifted inside of it, the best first.
pub fn explain(file: &FileCase<'_>) -> Vec<Attribution> {
    let mut apart = explain_apart(file);
    let rest = covered(&apart).but(file.fields);
    let is_covered = !apart.is_empty() && rest.is_empty();
    let file = &file.of_fields(&rest);
    let mut whole = if is_covered { Vec::new() } else { explain_whole(file) };
    if !is_covered && whole.first().is_none_or(|best| best.explanation.confidence > Certainty::Certain) {
        whole.extend(nested::explain(file, &|member| explain_whole(member).into_iter().next()));
    }
    // What is left open is not explained: another mode beside another date is another mode.
    if file.change == Change::Modified && !covered(&whole).and(Fields::METADATA).but(&rest).is_empty() {
        return Vec::new();
    }
    sort(&mut whole);
    // The file is as sure as the rest of it is.
    if let Some(rest) = whole.first().map(|best| best.explanation.confidence) {
        for attribution in &mut apart {
            attribution.explanation.confidence = attribution.explanation.confidence.max(rest);
        }
    }
    whole.extend(apart);
    sort(&mut whole);
    whole
}

/// What explains some fields of a file that both sides have, whatever else of it differs.
fn explain_apart(file: &FileCase<'_>) -> Vec<Attribution> {
    let one = |cause: &&'static dyn Cause| {
        let fields = cause.profile().apart.among(file.fields);
        let explanation = if fields.is_empty() { None } else { cause.explain(&file.of_fields(&fields)) };
        Some(Attribution { cause: *cause, explanation: explanation? })
    };
    APART.iter().filter_map(one).collect()
}

/// Every cause that explains the file as a whole, the best first.
fn explain_whole(file: &FileCase<'_>) -> Vec<Attribution> {
    let fields = Fields::of(file.fields);
    let is_metadata = file.change == Change::Modified && !fields.meets(Fields::ALL.without(Fields::METADATA));
    let causes: &[&'static dyn Cause] = if is_metadata { &OF_METADATA } else { REGISTRY };
    let looks = |cause: &&&'static dyn Cause| {
        file.change != Change::Modified || cause.profile().looks_at.meets(fields)
    };
    let mut attributions: Vec<Attribution> = causes
        .iter()
        .filter(looks)
        .filter_map(|cause| Some(Attribution { cause: *cause, explanation: cause.explain(file)? }))
        .collect();
    sort(&mut attributions);
    attributions
}

/// The fields of which at least one of them speaks.
fn covered(attributions: &[Attribution]) -> Fields {
    attributions.iter().fold(Fields::NONE, |all, attribution| all.and(attribution.explanation.covers))
}

/// Every cause that explains the layer as a whole, the best first.
pub fn explain_layer(layer: &LayerFacts<'_>) -> Vec<Attribution> {
    let mut attributions: Vec<Attribution> = REGISTRY
        .iter()
        .filter_map(|cause| Some(Attribution { cause: *cause, explanation: cause.explain_layer(layer)? }))
        .collect();
    attributions.sort_by_key(|attribution| (attribution.explanation.confidence, attribution.cause.id()));
    attributions
}

/// What explains each drift of one layer, of which `sides` has each, side by side in the current rayon pool.
pub fn attribute(drifts: &[Drift], sides: &[Sides<'_>], layer: &LayerCase<'_>) -> Vec<Vec<Attribution>> {
    let one =
        |(drift, sides): (&Drift, &Sides<'_>)| explain(&FileCase::new(drift, layer, sides.old, sides.new));
    drifts.par_iter().zip(sides).map(one).collect()
}
