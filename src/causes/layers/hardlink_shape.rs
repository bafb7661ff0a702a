//! `hardlink-shape`: one side stores a link where the other stores a copy of the same bytes.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::shape;
use crate::compare::drift::Field;
use crate::formats::tar::entry::{Entry, Kind};

/// What a path is, and the bytes that it leads to.
const COVERS: Fields = Fields::BYTES.and(Fields::of(&[Field::Type, Field::Link]));

/// See docs/causes/hardlink-shape.md.
pub(crate) struct HardlinkShape;

impl Cause for HardlinkShape {
    declare!(
        "hardlink-shape",
        "a link on one side, a copy on the other",
        Profile::of(Reach::Any, "build both with the same builder and snapshotter")
            .proved_by("the link's file has the copy's sha256")
            .looking_at(Fields::of(&[Field::Type, Field::Link]))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let (old, new) = (file.old?.entry, file.new?.entry);
        let is_link = |entry: &Entry| entry.kind == Kind::Hardlink;
        let is_same = is_link(old) && is_link(new) && old.link == new.link;
        if !file.fields.iter().all(|field| COVERS.contains(*field))
            || !(is_link(old) || is_link(new))
            || is_same
        {
            return None;
        }
        let (was, is) =
            (shape::linked(old, &file.layer.old)?.content, shape::linked(new, &file.layer.new)?.content);
        (was == is).then(|| {
            Explanation::certain(match (is_link(old), is_link(new)) {
                (true, true) => "another name of the same bytes comes first",
                (true, false) => "a hardlink became a copy of the same bytes",
                _ => "a file became a hardlink to the same bytes",
            })
            .of(COVERS)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Kind;
    use crate::formats::tar::entry::tests::{file, link};

    fn pair(copy: &[u8]) -> Pair {
        Pair::default().both("a", b"x", b"x").entries(
            link(Kind::Hardlink, "b", "a"),
            b"",
            file("b", copy),
            copy,
        )
    }

    #[test]
    fn a_link_and_a_copy_of_the_same_bytes_are_told_for_certain() {
        assert_eq!(pair(b"x").explained(), ["b: hardlink-shape (certain)"]);
        assert_eq!(pair(b"x").explained_against_lock(), ["b: hardlink-shape (certain)"]);
    }

    #[test]
    fn another_content_and_a_link_that_leads_nowhere_are_not_explained() {
        assert_eq!(pair(b"y").explained(), ["b: "]);
        let circle = Pair::default().entries(link(Kind::Hardlink, "b", "b"), b"", file("b", b"x"), b"x");
        assert_eq!(circle.explained(), ["b: "]);
    }
}
