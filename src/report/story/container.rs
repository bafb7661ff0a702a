//! What a container sees of the drift: where the lists of layers differ, and where later layers replace what drifted.

use std::collections::BTreeSet;

use crate::compare::drift::{Change, Drift};
use crate::report::style::{counted, thousands};
use crate::verify::Outcome;

/// What a container sees of the drift.
pub(in crate::report) struct Seen<'a> {
    /// In sentences, one or more.
    pub(in crate::report) sentences: Vec<String>,
    /// The paths that differ in a container and are no layer's drift: those of layers that one side alone has.
    pub(in crate::report) others: Vec<&'a Drift>,
}

/// The paths that differ in a container and in no layer that both sides have.
pub(super) fn of_one_side(outcome: &Outcome) -> Vec<&Drift> {
    let Some(container) = &outcome.facts.container else { return Vec::new() };
    let by_layer: BTreeSet<_> = outcome.drifts().map(|(_, drift)| &drift.drift.path).collect();
    container.drifts.iter().filter(|drift| !by_layer.contains(&drift.path)).collect()
}

/// What a container sees; `None` where there is nothing to say of it.
pub(in crate::report) fn of(outcome: &Outcome) -> Option<Seen<'_>> {
    let mut sentences = Vec::new();
    let others = of_one_side(outcome);
    if let Some(container) = &outcome.facts.container {
        let all = container.drifts.len();
        sentences.push(match (all, others.len()) {
            (0, _) => "nothing differs: merged, the layers of both sides are the same files".to_owned(),
            (all, 0) => format!("{}, told above by layer", differ(all)),
            (all, rest) if rest < all => {
                format!("{}: {} in layers that one side alone has", differ(all), changes(&others))
            }
            (all, _) => format!("{}: {}", differ(all), changes(&others)),
        });
    }
    match outcome.drifts().filter(|(_, drift)| drift.is_overwritten).count() {
        0 => {}
        1 => sentences
            .push("1 drifted file is not seen: later layers replace or remove it on both sides".to_owned()),
        count => sentences.push(format!(
            "{} drifted files are not seen: later layers replace or remove them on both sides",
            thousands(count)
        )),
    }
    (!sentences.is_empty()).then_some(Seen { sentences, others })
}

fn differ(paths: usize) -> String {
    let verb = if paths == 1 { "differs" } else { "differ" };
    format!("{} {verb}", counted(paths, "path"))
}

/// `12 added, 2 modified`
fn changes(drifts: &[&Drift]) -> String {
    let count = |change| drifts.iter().filter(|drift| drift.change == change).count();
    let counts =
        [Change::Added, Change::Removed, Change::Modified].map(|change| (change.name(), count(change)));
    let some = counts.iter().filter(|(_, count)| *count > 0);
    some.map(|(name, count)| format!("{} {name}", thousands(*count))).collect::<Vec<_>>().join(", ")
}
