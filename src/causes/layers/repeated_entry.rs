//! `repeated-entry`: a path stands more often in one side's tar than in the other's. Engines unpack entries in their order, so
//! the later one replaces the earlier.

use std::collections::BTreeMap;

use crate::base::path::{LayerPath, printable};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::{Alone, LayerCase, LayerFacts};

/// See docs/causes/repeated-entry.md.
pub(crate) struct RepeatedEntry;

/// Paths that are named of one side.
const NAMED: usize = 3;

impl Cause for RepeatedEntry {
    declare!(
        "repeated-entry",
        "entries stand twice in the tar",
        Profile::of(
            Reach::Any,
            "build both with the same builder, or write each path once: tar without --append"
        )
        .proved_by("the paths of both tars, counted")
    );

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        let case = layer.case?;
        let (old, new) = (repeated(case, Alone::Old)?, repeated(case, Alone::New)?);
        (old != new).then(|| Explanation::certain(format!("{}; {}", list(&new, "new"), list(&old, "old"))))
    }
}

/// The paths that stand more than once in one side's tar, and how often.
fn repeated<'a>(case: &LayerCase<'a>, side: Alone) -> Option<BTreeMap<&'a LayerPath, usize>> {
    let entries = case.entries(side)?;
    // Mostly none does.
    if case.rows(side).iter().count() == entries.len() {
        return Some(BTreeMap::new());
    }
    let mut counts = BTreeMap::new();
    for entry in entries {
        *counts.entry(&entry.path).or_insert(0) += 1;
    }
    counts.retain(|_, count| *count > 1);
    Some(counts)
}

fn list(paths: &BTreeMap<&LayerPath, usize>, side: &str) -> String {
    let one = |(path, count): (&&LayerPath, &usize)| {
        let path = printable(path.as_bytes());
        if *count == 2 { path } else { format!("{path} ({count} times)") }
    };
    let mut names: Vec<String> = paths.iter().take(NAMED).map(one).collect();
    if paths.len() > NAMED {
        names.push(format!("{} more", paths.len() - NAMED));
    }
    match paths.len() {
        0 => format!("none on the {side} side"),
        1 => format!("on the {side} side 1 path stands twice or more: {}", names.join("")),
        count => format!("on the {side} side {count} paths stand twice or more: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    #[test]
    fn paths_that_stand_twice_on_one_side_are_told_for_certain() {
        let pair = || Pair::default().both("a", b"1", b"1").both("b", b"2", b"2");
        assert_eq!(pair().explained_as_a_whole(), [""; 0]);
        assert_eq!(
            pair().removed("a", b"0").explained_as_a_whole(),
            [
                "repeated-entry (certain): none on the new side; on the old side 1 path stands twice or more: a"
            ]
        );
        assert_eq!(pair().removed("a", b"1").added("a", b"1").explained_as_a_whole(), [""; 0]);
    }
}
