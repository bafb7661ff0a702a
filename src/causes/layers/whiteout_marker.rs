//! `whiteout-marker`: how a removal is marked depends on the builder's file system.

use crate::base::path::LayerPath;
use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::layer::upwards;
use crate::causes::layers::opaque_folder::hidden_alone;
use crate::compare::drift::{Change, Field};
use crate::formats::tar::entry::Whiteout;

/// See docs/causes/whiteout-marker.md.
pub(crate) struct WhiteoutMarker;

/// A marker is what it names: what else its entry says means nothing.
const COVERS: Fields = Fields::ALL;

impl Cause for WhiteoutMarker {
    declare!(
        "whiteout-marker",
        "removals are marked by the file system",
        Profile::of(Reach::Format, "build both with the same builder and snapshotter")
            .proved_by("the other side hides the folder")
            .looking_at(Fields::ALL.without(Fields::of(&[Field::Mtime])))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        Some(marked(file)?.of(COVERS))
    }
}

fn marked(file: &FileCase<'_>) -> Option<Explanation> {
    let side = file.new.or(file.old)?.entry;
    let whiteout = side.whiteout()?;
    if file.change == Change::Modified {
        let both = file.old?.entry.whiteout() == file.new?.entry.whiteout();
        // A file's time is the time's business.
        let more = !file.differs_only_in(&[Field::Mtime]);
        return (both && more)
            .then(|| Explanation::certain("a whiteout's owner, mode and content mean nothing"));
    }
    let other = if file.new.is_some() { &file.layer.old } else { &file.layer.new };
    match whiteout {
        Whiteout::Bookkeeping => Some(Explanation::certain("bookkeeping of the builder's file system")),
        Whiteout::Path(path) => match opaque_around(&path, |marker| other.contains(marker)) {
            Some(folder) => {
                Some(Explanation::certain(format!("the other side hides all of {folder} instead")))
            }
            None => removes_nothing(file, &path)
                .then(|| Explanation::certain("the layers below have nothing there: it takes nothing away")),
        },
        // What else it hides is lost on this side: it is named for the layer, and explained by nothing.
        Whiteout::Opaque(folder) => {
            let Lone { side, .. } = file.lone()?;
            let is_same = file.layer.knows_below(side)
                && !file.layer.is_behind_link(side, &folder.join(b"x"))
                && hidden_alone(file.layer, side, &folder).next().is_none();
            is_same.then(|| {
                Explanation::certain(format!("all that it hides of {folder} is gone on the other side too"))
            })
        }
    }
}

/// Whether the layers below have nothing at a path.
fn removes_nothing(file: &FileCase<'_>, path: &LayerPath) -> bool {
    let Some(Lone { side, .. }) = file.lone() else { return false };
    let (layers, below) = file.layer.below(side);
    file.layer.knows_below(side)
        && !file.layer.is_behind_link(side, path)
        && below.get(layers, path).is_none()
        && below.within(layers, path).next().is_none()
}

/// The nearest folder around `path` whose opaque marker stands.
fn opaque_around(path: &LayerPath, stands: impl Fn(&LayerPath) -> bool) -> Option<LayerPath> {
    upwards(path.parent()).find(|folder| stands(&folder.join(b".wh..wh..opq")))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Kind;
    use crate::formats::tar::entry::tests::{self, file};

    #[test]
    fn one_marker_for_a_folder_and_one_for_each_file_are_told() {
        let pair =
            Pair::default().removed("a/.wh.x", b"").added("a/.wh..wh..opq", b"").added(".wh..wh.aufs", b"");
        let explained = [
            ".wh..wh.aufs: whiteout-marker (certain)",
            "a/.wh..wh..opq: whiteout-marker (certain)",
            "a/.wh.x: whiteout-marker (certain)",
        ];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn a_markers_own_mode_is_told_for_certain() {
        let mut other = file("a/.wh.x", b"");
        other.mode = 0;
        let pair = Pair::default().entries(file("a/.wh.x", b""), b"", other, b"");
        assert_eq!(pair.explained(), ["a/.wh.x: whiteout-marker (certain)"]);
    }

    #[test]
    fn a_markers_time_is_a_time_like_any_other() {
        let mut other = file("a/.wh.x", b"");
        other.mtime.seconds += 1;
        let pair = Pair::default().entries(file("a/.wh.x", b""), b"", other, b"");
        assert_eq!(pair.explained(), ["a/.wh.x: timestamp-only (certain)"]);
    }

    #[test]
    fn a_file_that_one_side_alone_removed_is_not_explained() {
        let pair = || Pair::default().added("a/.wh.x", b"");
        assert_eq!(pair().below_both(file("a/x", b"x")).explained(), ["a/.wh.x: "]);
        assert_eq!(pair().explained(), ["a/.wh.x: whiteout-marker (certain)"]);
    }

    #[test]
    fn a_marker_behind_a_link_of_the_base_may_take_something_away() {
        let link = |path, target| tests::link(Kind::Symlink, path, target);
        let pair = Pair::default().added("bin/.wh.sudo", b"").added("lib/.wh..wh..opq", b"");
        let pair = pair.below_both(link("bin", "usr/bin")).below_both(link("lib", "usr/lib"));
        assert_eq!(pair.explained(), ["bin/.wh.sudo: ", "lib/.wh..wh..opq: "]);
    }
}
