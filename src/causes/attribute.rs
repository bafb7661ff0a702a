//! Asks causes about files and layers, and puts together what they say by the fields that they speak of.
//!
//! No cause is known by name here: which are worth asking follows from what each declares it looks at.

use std::sync::LazyLock;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::engine::attribution::{Attribution, sort};
use super::engine::case::{FileCase, FileSides};
use super::engine::cause::Cause;
use super::engine::explanation::Certainty;
use super::engine::fields::Fields;
use super::engine::layer::{LayerCase, LayerFacts};
use super::engine::nested;
use super::engine::shape;
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
fn explain(file: &FileCase<'_>) -> Vec<Attribution> {
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
    let differing = if file.change == Change::Modified { Fields::of(file.fields) } else { Fields::ALL };
    let mut attributions: Vec<Attribution> = asked(differing)
        .filter_map(|cause| Some(Attribution { cause, explanation: cause.explain(file)? }))
        .collect();
    if attributions.iter().any(|one| one.explanation.is_by_place) && shape::is_code(file) {
        attributions.retain(|one| !one.explanation.is_by_place);
    }
    sort(&mut attributions);
    attributions
}

/// The causes that are worth asking about a file that differs in these fields.
fn asked(differing: Fields) -> impl Iterator<Item = &'static dyn Cause> {
    let is_metadata = !differing.meets(Fields::ALL.without(Fields::METADATA));
    let causes: &'static [&'static dyn Cause] = if is_metadata { &OF_METADATA } else { REGISTRY };
    causes.iter().copied().filter(move |cause| cause.profile().looks_at.meets(differing))
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
pub fn attribute(drifts: &[Drift], sides: &[FileSides<'_>], layer: &LayerCase<'_>) -> Vec<Vec<Attribution>> {
    let one = |(drift, sides): (&Drift, &FileSides<'_>)| {
        explain(&FileCase::new(drift, layer, sides.old, sides.new))
    };
    drifts.par_iter().zip(sides).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::Pair;
    use crate::compare::drift::Field;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn of_a_file_whose_time_alone_differs_few_causes_are_asked() {
        let ids: Vec<&str> = asked(Fields::of(&[Field::Mtime])).map(<dyn Cause>::id).collect();
        assert_eq!(ids, ["base-times", "timestamp-only"]);
    }

    #[test]
    fn every_cause_of_files_is_asked_about_some_field() {
        assert_eq!(asked(Fields::ALL).count(), REGISTRY.len());
        let of_content = asked(Fields::CONTENT).count();
        assert!(of_content < REGISTRY.len() && of_content > REGISTRY.len() / 2, "{of_content}");
        let of_metadata: Vec<&str> = asked(Fields::METADATA).map(<dyn Cause>::id).collect();
        let slow = REGISTRY.iter().filter(|cause| cause.profile().looks_at.meets(Fields::METADATA));
        assert_eq!(of_metadata, slow.map(|cause| cause.id()).collect::<Vec<_>>());
    }

    /// What explains a file that a build argument's number owns, of these bytes and of another mode perhaps.
    fn owned(bytes: (&[u8], &[u8]), mode: u32) -> Vec<String> {
        let (mut old, mut new) = (file("opt/a", bytes.0), file("opt/a", bytes.1));
        (old.uid, new.uid, new.mode) = (1000, 1010, mode);
        Pair::default().arg("USER_UID", "1000", "1010").entries(old, bytes.0, new, bytes.1).explained()
    }

    #[test]
    fn what_explains_an_owner_leaves_the_rest_to_others() {
        let mode = file("opt/a", b"").mode;
        let dates: (&[u8], &[u8]) = (b"built 2021-02-25 10:00:00\n", b"built 2022-02-25 10:00:00\n");
        assert_eq!(owned((b"x", b"x"), mode), ["opt/a: build-user (certain)"]);
        assert_eq!(owned(dates, mode), ["opt/a: build-user (likely), embedded-clock (likely)"]);
        assert_eq!(owned((b"one", b"two"), mode), ["opt/a: "]);
        assert_eq!(owned((b"x", b"x"), mode ^ 0o111), ["opt/a: "]);
    }
}
