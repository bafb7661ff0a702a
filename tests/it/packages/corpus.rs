//! `verify --against OLD` and `diff OLD NEW` give one outcome, field by field, over the images of the corpus: each as the old
//! side of two others, under a lock with each scope of its file index in turn.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus, and says so where it does not.

use std::path::Path;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde_json::Value;

use crate::sources::entries;
use crate::support::Place;

/// Pairs that both compare, at least; others are of two platforms, or broken, and both refuse them with the same words.
const COMPARED: usize = 90;

/// What the two say of a pair; `None` where both refuse it.
fn both(old: &str, new: &str, scope: &str) -> Option<[Value; 2]> {
    let place = Place::new();
    let frozen = place.run(&["freeze", old, "--files", scope]);
    assert_eq!(frozen.code, 0, "{old}: {frozen}");
    let verified = place.run(&["verify", new, "--against", old, "--format", "json"]);
    let differed = place.run(&["diff", old, new, "--format", "json"]);
    assert_eq!(verified.code, differed.code, "{old} {new}: {verified}{differed}");
    if verified.code == 2 {
        assert_eq!(verified.stderr, differed.stderr, "{old} {new}");
        return None;
    }
    Some([verified, differed].map(|run| {
        let mut document = run.json();
        document.as_object_mut().unwrap().remove("schema").unwrap();
        document
    }))
}

#[test]
fn verify_against_an_image_and_diff_give_one_outcome_over_the_corpus() {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return;
    };
    let images = entries(&Path::new(&corpus).join("images"));
    let names: Vec<&str> = images.iter().map(|path| path.to_str().unwrap()).collect();
    let freezes = |name: &&&str| Place::new().run(&["freeze", name]).code == 0;
    let names: Vec<&str> = names.par_iter().filter(freezes).copied().collect();
    let pairs: Vec<(usize, usize)> =
        (0..names.len()).flat_map(|old| [1, 7].map(|step| (old, (old + step) % names.len()))).collect();
    let compared = |(old, new): &(usize, usize)| {
        let scope = ["own", "all", "none"][old % 3];
        let [verified, differed] = both(names[*old], names[*new], scope)?;
        // Field by field, so that the first that differs is named.
        for (field, value) in verified.as_object().unwrap() {
            assert_eq!(*value, differed[field], "{field} of {} and {}", names[*old], names[*new]);
        }
        assert_eq!(verified, differed);
        Some(())
    };
    let compared = pairs.par_iter().filter_map(compared).count();
    eprintln!("{compared} of {} pairs compared, all fields the same", pairs.len());
    assert!(compared >= COMPARED, "{compared} of {} pairs compared", pairs.len());
}
