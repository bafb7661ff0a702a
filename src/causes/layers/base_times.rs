//! `base-times`: a layer of the base has the same files with other modification times: somebody wrote the base's layers anew.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::text::times;
use crate::compare::drift::Field;

/// See docs/causes/base-times.md.
pub(crate) struct BaseTimes;

impl Cause for BaseTimes {
    declare!(
        "base-times",
        "the base's layers were written anew with other times",
        Profile::of(
            Reach::Path,
            "leave the base's layers as they are (no squash, no --reproducible, no --timestamp over all), or rewrite both builds alike"
        )
        .proved_by("every field but mtime is equal, in a layer of the base")
        .looking_at(Fields::of(&[Field::Mtime]))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let (old, new) = (file.old?.entry.mtime, file.new?.entry.mtime);
        (file.layer.is_base && file.differs_only_in(&[Field::Mtime])).then(|| {
            Explanation::certain(format!(
                "{} in a layer of the base, which this build does not make",
                times::moved(old, new)
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn times_in_a_layer_of_the_base_are_told_apart_from_those_of_the_build() {
        let touched = |bytes: &[u8]| {
            let mut touched = file("a", bytes);
            touched.mtime.seconds = 9;
            touched
        };
        let pair = || Pair::default().entries(file("a", b"x"), b"x", touched(b"x"), b"x");
        assert_eq!(pair().of_base().explained_against_lock(), ["a: base-times (certain)"]);
        assert_eq!(pair().explained_against_lock(), ["a: timestamp-only (certain)"]);
        let other = Pair::default().entries(file("a", b"x"), b"x", touched(b"y"), b"y").of_base();
        assert_eq!(other.explained(), ["a: "]);
    }
}
