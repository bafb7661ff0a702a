//! `opaque-folder`: a marker on one side hides a whole folder of the layers below, and files in it that the other side keeps.
//! It names them; the marker itself stays unexplained.

use std::collections::BTreeSet;

use crate::base::path::{LayerPath, printable};
use crate::base::text::listed;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::{Alone, LayerCase, LayerFacts, upwards};
use crate::causes::engine::shape;
use crate::causes::layers::parent_folder;
use crate::formats::tar::entry::{Entry, Kind, Whiteout};

/// See docs/causes/opaque-folder.md.
pub(crate) struct OpaqueFolder;

/// Paths that are named.
const NAMED: usize = 3;

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

/// What the markers of one side alone hide that the other side keeps as it is, in words.
fn lost_on(case: &LayerCase<'_>, side: Alone) -> Option<String> {
    let markers = case.rows(side).iter().filter(|row| !case.rows(side.other()).contains(&row.path));
    let opaque = markers.filter_map(|row| match row.whiteout()? {
        Whiteout::Opaque(folder) => Some(folder),
        Whiteout::Path(_) | Whiteout::Bookkeeping => None,
    });
    let opaque: Vec<LayerPath> = opaque.collect();
    let hidden: BTreeSet<(&LayerPath, Hidden)> =
        opaque.iter().flat_map(|folder| hidden_alone(case, side, folder)).collect();
    let (word, other) = if side == Alone::New { ("new", "old") } else { ("old", "new") };
    let of = |what: Hidden| -> Vec<&LayerPath> {
        hidden.iter().filter(|(_, is)| *is == what).map(|(path, _)| *path).collect()
    };
    let gone = subject(&of(Hidden::Gone))
        .map(|(paths, verb)| format!("{paths} {verb} gone on the {word} side, and kept on the {other} one"));
    let made = subject(&of(Hidden::MadeOther)).map(|(paths, verb)| {
        format!("{paths} {verb} made anew on the {word} side, other than what the {other} one keeps")
    });
    let words: Vec<String> = gone.into_iter().chain(made).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Some paths, of many the first, and the verb for them.
fn subject(paths: &[&LayerPath]) -> Option<(String, &'static str)> {
    let verb = if paths.len() == 1 { "is" } else { "are" };
    let named = || listed(paths.iter().map(|path| printable(path.as_bytes())), NAMED);
    (!paths.is_empty()).then(|| (named(), verb))
}

/// What became of a path below that a marker hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hidden {
    /// It is not there any more.
    Gone,
    /// The marker's layer has something else there.
    MadeOther,
}

/// The paths of the layers below that an opaque marker of one side hides and the other side keeps: what this side's layer does
/// not have anew, and what it has otherwise. What the other side's layer has or removes too is compared there.
pub(super) fn hidden_alone<'c>(
    case: &'c LayerCase<'_>,
    side: Alone,
    folder: &'c LayerPath,
) -> impl Iterator<Item = (&'c LayerPath, Hidden)> {
    let (own, other) = (case.rows(side), case.rows(side.other()));
    let (layers, below) = case.below(side);
    let became = move |entry: &Entry| {
        let path = &entry.path;
        let is_around =
            || own.from(&path.followed_by(b'/')).next().is_some_and(|row| row.path.is_within(path));
        let there = below.file(layers, path).unwrap_or(entry);
        match own.get(path) {
            Some(row) => {
                let row = shape::linked(row.entry, own).unwrap_or(row.entry);
                let is_same = shape::is_alike(row, there) && row.link == there.link;
                (!is_same).then_some(Hidden::MadeOther)
            }
            // Engines make the folder around a file that has no entry.
            None if entry.kind == Kind::Directory && is_around() => {
                (!parent_folder::is_plain(entry)).then_some(Hidden::MadeOther)
            }
            None => Some(Hidden::Gone),
        }
    };
    let hidden = below.within(layers, folder);
    let kept = hidden.filter(|entry| {
        let path = &entry.path;
        !other.contains(path) && !is_removed(path, |marker| other.contains(marker))
    });
    kept.filter_map(move |entry| Some((&entry.path, became(entry)?)))
}

/// Whether markers take a path away, or a folder around it.
fn is_removed(path: &LayerPath, stands: impl Fn(&LayerPath) -> bool) -> bool {
    upwards(Some(path.clone())).any(|at| {
        let is_marked = |folder: LayerPath| {
            stands(&folder.join(&[b".wh.", at.file_name()].concat())) || stands(&folder.join(b".wh..wh..opq"))
        };
        at.parent().is_some_and(is_marked)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn what_is_made_anew_other_than_the_other_side_keeps_it_is_named() {
        let keeps = |own: Entry| {
            let below =
                pair().below_both(file("d/y", b"y")).below_both(Entry { mode: 0o700, ..dir("d/sub") });
            below.below_both(file("d/sub/z", b"z")).added_entry(own, b"").added("d/sub/z", b"z")
        };
        let other = "opaque-folder (certain): d/sub, d/y are made anew on the new side, other than what the old one keeps";
        for own in [file("d/y", b"other"), Entry { mode: 0o666, ..file("d/y", b"y") }] {
            assert_eq!(keeps(own.clone()).explained_as_a_whole(), [other]);
            assert_eq!(keeps(own).explained()[0], "d/.wh..wh..opq: ");
        }
        // The same file anew is no loss; the folder around it is, since its own rights are not those that engines give one.
        let same = keeps(file("d/y", b"y"));
        assert_eq!(same.explained_as_a_whole(), [other.replace("d/sub, d/y are", "d/sub is")]);
        let whole = same.added_entry(Entry { mode: 0o700, ..dir("d/sub") }, b"");
        assert_eq!(whole.explained_as_a_whole(), [""; 0]);
    }
}
