//! `opaque-folder`: a marker on one side hides a whole folder of the layers below, and files in it that the other side keeps.
//! It names them; the marker itself stays unexplained.

use crate::base::path::{LayerPath, printable};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::{Alone, LayerCase, LayerFacts};
use crate::formats::tar::entry::Whiteout;

/// See docs/causes/opaque-folder.md.
pub(crate) struct OpaqueFolder;

/// Paths that are named.
const NAMED: usize = 3;

/// Folders looked at around a path.
const DEPTH: usize = 256;

impl Cause for OpaqueFolder {
    declare!(
        "opaque-folder",
        "a marker hides more than the other side removes",
        Profile::of(
            Reach::Any,
            "find the RUN that removes and makes the folder anew (rm -rf d && mkdir d), and remove what is to go alone"
        )
        .proved_by("the layers below, without what both sides remove")
    );

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        let case = layer.case?;
        let lost: Vec<String> =
            [Alone::New, Alone::Old].into_iter().filter_map(|side| lost_on(case, side)).collect();
        (!lost.is_empty()).then(|| Explanation::certain(lost.join("; ")))
    }
}

/// What the markers of one side alone hide that the other side keeps, in words.
fn lost_on(case: &LayerCase<'_>, side: Alone) -> Option<String> {
    let markers = case.rows(side).iter().filter(|row| !case.rows(side.other()).contains(&row.path));
    let opaque = markers.filter_map(|row| match row.whiteout()? {
        Whiteout::Opaque(folder) => Some(folder),
        Whiteout::Path(_) | Whiteout::Bookkeeping => None,
    });
    let mut lost: Vec<LayerPath> = opaque.flat_map(|folder| hidden_alone(case, side, &folder)).collect();
    lost.sort();
    lost.dedup();
    let (word, other) = if side == Alone::New { ("new", "old") } else { ("old", "new") };
    let named: Vec<String> = lost.iter().take(NAMED).map(|path| printable(path.as_bytes())).collect();
    match lost.len() {
        0 => None,
        1 => Some(format!("{} is gone on the {word} side, and kept on the {other} one", named.join(""))),
        count => {
            let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
            Some(format!(
                "{}{more} are gone on the {word} side, and kept on the {other} one",
                named.join(", ")
            ))
        }
    }
}

/// The paths of the layers below that an opaque marker of one side hides, and that neither this side's layer has anew nor the
/// other side's removes.
pub(super) fn hidden_alone(case: &LayerCase<'_>, side: Alone, folder: &LayerPath) -> Vec<LayerPath> {
    let (own, other) = (case.rows(side), case.rows(side.other()));
    let (layers, below) = case.below(side);
    let is_anew = |path: &LayerPath| {
        own.contains(path)
            || own.from(&path.followed_by(b'/')).next().is_some_and(|row| row.path.is_within(path))
    };
    let hidden = below.within(layers, folder).map(|entry| &entry.path);
    hidden
        .filter(|path| !is_anew(path) && !is_removed(path, |marker| other.contains(marker)))
        .cloned()
        .collect()
}

/// Whether markers take a path away, or a folder around it.
fn is_removed(path: &LayerPath, stands: impl Fn(&LayerPath) -> bool) -> bool {
    let mut at = path.clone();
    for _ in 0..DEPTH {
        let Some(folder) = at.parent() else { return false };
        if stands(&folder.join(&[b".wh.", at.file_name()].concat())) || stands(&folder.join(b".wh..wh..opq"))
        {
            return true;
        }
        if folder.is_root() {
            return false;
        }
        at = folder;
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::{dir, file};

    fn pair() -> Pair {
        let pair = Pair::default().removed("d/.wh.x", b"").added("d/.wh..wh..opq", b"");
        pair.below_both(dir("d")).below_both(file("d/x", b"x"))
    }

    #[test]
    fn what_a_marker_hides_beside_what_the_other_side_removes_is_named_and_not_explained() {
        let more = || pair().below_both(file("d/y", b"y"));
        assert_eq!(
            more().explained_as_a_whole(),
            ["opaque-folder (certain): d/y is gone on the new side, and kept on the old one"]
        );
        assert_eq!(more().explained(), ["d/.wh..wh..opq: ", "d/.wh.x: whiteout-marker (certain)"]);
        assert_eq!(more().added("d/y", b"y").explained_as_a_whole(), [""; 0]);
    }

    #[test]
    fn a_marker_that_hides_what_the_other_side_removes_too_is_only_another_way_to_say_so() {
        assert_eq!(pair().explained_as_a_whole(), [""; 0]);
        assert_eq!(pair().explained()[0], "d/.wh..wh..opq: whiteout-marker (certain)");
    }
}
