//! Names that each build draws anew: what stands under one on the old side stands under another on the new.
//!
//! That is so only where the build made both. Where a layer below has one of them, a container has it on both sides, and the
//! two layers changed other files: nothing was renamed.

use super::explanation::{Certainty, Explanation};
use super::layer::{Alone, LayerCase, upwards};
use crate::base::path::LayerPath;

/// What is said of a path that has another name on the other side: nothing where a layer below has one of them, and no more
/// than likely where their files are not known.
pub(crate) fn of_both(
    explanation: Explanation,
    layer: &LayerCase<'_>,
    paths: (&LayerPath, &LayerPath),
) -> Option<Explanation> {
    let sides = [Alone::Old, Alone::New];
    // What stands on both sides is no other name of what stands on one.
    if sides.iter().all(|side| layer.rows(*side).contains(paths.1)) {
        return None;
    }
    let names = [(paths.0, paths.1), (paths.1, paths.0)];
    let mut all = sides.iter().flat_map(|side| names.map(|(path, other)| (*side, path, other)));
    if all.any(|(side, path, other)| is_held(layer, side, path, other)) {
        return None;
    }
    match sides.iter().all(|side| layer.knows_below(*side)) {
        true => Some(explanation),
        false => Some(Explanation { confidence: Certainty::Likely, ..explanation }),
    }
}

/// Whether the layers below hold the outermost folder of `path`, or itself, that is not one of the other path's too, or may do so
/// behind a link.
fn is_held(layer: &LayerCase<'_>, side: Alone, path: &LayerPath, other: &LayerPath) -> bool {
    let own = upwards(Some(path.clone())).take_while(|folder| !other.is_within(folder)).last();
    own.is_some_and(|own| {
        let (layers, below) = layer.below(side);
        below.get(layers, &own).is_some()
            || below.within(layers, &own).next().is_some()
            || layer.is_behind_link(side, &own)
    })
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Entry;
    use crate::formats::tar::entry::tests::{dir, file};

    /// A cause's id, the old and the new name, and what is around them.
    type Drawn = (&'static str, String, String, fn() -> Pair);

    /// Two names of one thing, each of which a build drew, and the cause that says so.
    fn drawn() -> Vec<Drawn> {
        let uv = |name: &str| format!("root/.cache/uv/archive-v0/{name}/core.txt");
        let nix = |digit: char| format!("nix/store/{digit}abcdfghijklmnpqrsvwxyz012345678-a-1/a");
        let plain: fn() -> Pair = Pair::default;
        vec![
            ("embedded-host", "srv/tmp.aB3dE5gH7j/x".to_owned(), "srv/tmp.zY9xW7vU5t/x".to_owned(), plain),
            ("installer-cache", uv("zzOX75Od13YJUj0G"), uv("4EBkLb18nWut1usZ"), plain),
            ("store-prefix", nix('0'), nix('1'), plain),
            ("build-arg", "opt/app-1.4.1/run".to_owned(), "opt/app-1.5.0/run".to_owned(), || {
                Pair::default().arg("V", "1.4.1", "1.5.0")
            }),
            (
                "embedded-clock",
                "log/run-2026-08-22.log".to_owned(),
                "log/run-2026-08-23.log".to_owned(),
                plain,
            ),
        ]
    }

    fn at(path: &str, is_old: bool) -> Entry {
        let mut row = file(path, b"x");
        row.mtime.seconds = if is_old { 1_787_393_472 } else { 1_787_479_872 };
        row
    }

    fn explained(pair: Pair, old: &str, new: &str) -> Vec<String> {
        pair.removed_entry(at(old, true), b"x").added_entry(at(new, false), b"x").explained()
    }

    #[test]
    fn names_that_layers_below_have_are_none_that_the_build_drew() {
        for (id, old, new, pair) in drawn() {
            let told = explained(pair(), &old, &new);
            assert!(told.iter().all(|line| line.contains(&format!("{id} (certain)"))), "{told:?}");
            for held in [&old, &new] {
                let told = explained(pair().below_both(file(held, b"base")), &old, &new);
                assert!(told.iter().all(|line| !line.contains("(certain)")), "{told:?}");
            }
            // The folder alone is enough, where the name is the folder's.
            if let Some((folder, _)) = new.rsplit_once('/').filter(|(folder, _)| !old.starts_with(*folder)) {
                let told = explained(pair().below_both(dir(folder)), &old, &new);
                assert!(told.iter().all(|line| !line.contains("(certain)")), "{told:?}");
            }
        }
    }

    #[test]
    fn of_two_that_are_the_same_one_may_be_lost() {
        for (id, old, new, pair) in drawn() {
            // What stands on both sides is no new name of what is lost.
            let both = pair().removed_entry(at(&old, true), b"x").entries(
                at(&new, true),
                b"x",
                at(&new, true),
                b"x",
            );
            let told = both.explained();
            assert!(told.iter().all(|line| !line.contains("(certain)")), "{id}: {told:?}");
        }
        let two = |more: &str, old: &str, new: &str| {
            explained(Pair::default().removed_entry(at(more, true), b"x"), old, new)
        };
        let told = [
            two("srv/tmp.cC3dE5gH7j/x", "srv/tmp.aB3dE5gH7j/x", "srv/tmp.zY9xW7vU5t/x"),
            two("log/run-2026-08-21.log", "log/run-2026-08-22.log", "log/run-2026-08-23.log"),
        ];
        for lines in &told {
            let lost = lines.iter().filter(|line| !line.contains("tmp.z") && !line.contains("-08-23"));
            assert!(lost.clone().count() == 2 && lost.clone().all(|line| line.ends_with(": ")), "{lines:?}");
        }
    }
}
