//! `entry-order`: the tar lists the same entries in another order.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::compare::drift::Field;

/// See docs/causes/entry-order.md.
pub(crate) struct EntryOrder;

impl Cause for EntryOrder {
    declare!(
        "entry-order",
        "the tar lists its entries in another order",
        Profile::of(Reach::Any, "build both with the same builder and snapshotter, or tar --sort=name")
            .proved_by("same rows, another place in the tar")
            .looking_at(Fields::of(&[Field::Order]))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.fields.contains(&Field::Order) || !file.fields.iter().all(|field| field.is_metadata()) {
            return None;
        }
        // A place that decides what is unpacked, or hides what lower layers have, is no mere place.
        let marker = file.path.join(b".wh..wh..opq");
        let hides = file.layer.old.contains(&marker) != file.layer.new.contains(&marker);
        if file.layer.is_by_order || hides {
            return None;
        }
        let others: Vec<&str> =
            file.fields.iter().filter(|field| **field != Field::Order).map(|field| field.name()).collect();
        Some(Explanation::certain(match others.as_slice() {
            [] => "its place in the tar differs, nothing else".to_owned(),
            others => {
                format!("its place in the tar differs, and {}; its content does not", others.join(", "))
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn a_place_that_alone_differs_is_told_for_certain_and_with_content_not() {
        let pair = Pair::default().both("a", b"1", b"1").both("b", b"2", b"2").both("c", b"3", b"3");
        let moved = pair.reordered(&["b", "c", "a"]);
        assert_eq!(moved.explained_against_lock(), ["a: entry-order (certain)"]);
        let pair = Pair::default().both("a", b"1", b"x").both("b", b"2", b"2").both("c", b"3", b"3");
        assert_eq!(pair.reordered(&["b", "c", "a"]).explained(), ["a: "]);
    }

    #[test]
    fn a_mode_that_differs_too_is_not_explained() {
        let mut other = file("a", b"1");
        other.mode = 0o600;
        let pair = Pair::default().entries(file("a", b"1"), b"1", other, b"1").both("b", b"2", b"2");
        assert_eq!(pair.both("c", b"3", b"3").reordered(&["b", "c", "a"]).explained(), ["a: "]);
    }

    #[test]
    fn a_place_by_which_a_folder_hides_what_is_below_is_not_explained() {
        let pair = || Pair::default().both("a", b"1", b"1").both("b", b"2", b"2").both("c", b"3", b"3");
        let hides = pair().added("a/.wh..wh..opq", b"").reordered(&["b", "c", "a"]);
        assert_eq!(hides.explained()[0], "a: ");
    }
}
