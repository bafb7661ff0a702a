//! `timestamp-only`: nothing differs but the modification time.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::text::times;
use crate::compare::drift::Field;

/// See docs/causes/timestamp-only.md.
pub(crate) struct TimestampOnly;

impl Cause for TimestampOnly {
    declare!(
        "timestamp-only",
        "only the modification time differs",
        Profile::of(
            Reach::Any,
            "build with SOURCE_DATE_EPOCH and the exporter's rewrite-timestamp=true (buildah: --timestamp)"
        )
        .proved_by("every field but mtime is equal")
        .mended_by(&[Mends::Rule("missing-source-date-epoch", Extent::Stage)])
        .looking_at(Fields::of(&[Field::Mtime]))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let (old, new) = (file.old?.entry.mtime, file.new?.entry.mtime);
        // A layer of the base is not made by this build.
        (!file.layer.is_base && file.differs_only_in(&[Field::Mtime]))
            .then(|| Explanation::certain(times::moved(old, new)))
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Mtime;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn a_file_that_differs_in_its_mtime_alone_is_told_for_certain() {
        let mut touched = file("a", b"x");
        touched.mtime = Mtime { seconds: 9, nanos: 0 };
        let mut changed = file("b", b"y");
        changed.mtime = touched.mtime;
        changed.mode = 0o600;
        let pair = Pair::default().entries(file("a", b"x"), b"x", touched, b"x").entries(
            file("b", b"y"),
            b"y",
            changed,
            b"y",
        );
        assert_eq!(pair.explained_against_lock(), ["a: timestamp-only (certain)", "b: "]);
    }
}
