//! `clock-version`: a package's version is made from the time of its build, as setuptools_scm does for a tree that is not clean:
//! its files drift with it, and no pin can hold it.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::shape;
use crate::causes::packages::listed::{self, HeldTo};
use crate::causes::text::dates;
use crate::compare::drift::{Change, Field};
use crate::compare::owners::Proof;

/// See docs/causes/clock-version.md.
pub(crate) struct ClockVersion;

/// A file's bytes, or what a link names.
const COVERS: Fields = Fields::BYTES.and(Fields::of(&[Field::Link]));

impl Cause for ClockVersion {
    declare!(
        "clock-version",
        "their package's version is the time of its build",
        Profile::of(
            Reach::Path,
            "build from a clean, tagged tree, or say the version: SETUPTOOLS_SCM_PRETEND_VERSION=1.2.3"
        )
        .proved_by("both versions, their dates aside")
        .looking_at(Fields::of(&[Field::Content, Field::Size, Field::Link])),
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let owner = file.layer.images.owners.get(file.path)?;
        let is_covered = file.change != Change::Modified
            || !file.fields.iter().all(|field| field.is_metadata())
                && file.fields.iter().all(|field| COVERS.contains(*field));
        let is_told = owner.proof == Proof::Listed || owner.proof == Proof::Named && !shape::is_code(file);
        let is_told = is_told && listed::held(file, owner) != HeldTo::Else;
        (is_covered && is_told && is_of_clock(file, &owner.package))
            .then(|| Explanation::likely(owner.package.as_str()).of(COVERS).of_package())
    }
}

/// Whether two versions (`python a 1.dev0+d20260822 → 1.dev0+d20260823`) differ in dates of the builds alone.
pub(super) fn is_of_clock(file: &FileCase<'_>, package: &str) -> bool {
    let Some((old, new)) = package.split_once(" → ") else { return false };
    let Some(old) = old.rsplit(' ').next() else { return false };
    let times = file.written();
    let hidden = |version: &str, time| dates::hidden(version.as_bytes(), time);
    old != new
        && dates::all_near(old.as_bytes(), times.0)
        && dates::all_near(new.as_bytes(), times.1)
        && hidden(old, times.0) == hidden(new, times.1)
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    fn explained(package: &str) -> Vec<String> {
        let written = |bytes: &[u8], seconds| {
            let mut row = file("lib/a.txt", bytes);
            row.mtime.seconds = seconds;
            row
        };
        let (old, new) = (written(b"1", 1_787_393_472), written(b"2", 1_787_443_923));
        Pair::default().entries(old, b"1", new, b"2").owner("lib/a.txt", package).explained()
    }

    #[test]
    fn a_version_that_is_the_day_of_the_build_is_told_apart_from_another_version() {
        let of_clock = "python a 1.dev0+d20260822 → 1.dev0+d20260823";
        assert_eq!(explained(of_clock), ["lib/a.txt: clock-version (likely)"]);
        assert_eq!(explained("python a 1.0 → 1.1"), ["lib/a.txt: package-version (likely)"]);
        // A release that is named by its day is pinned as any other.
        assert_eq!(explained("deb tzdata 2024a-0 → 2024b-0"), ["lib/a.txt: package-version (likely)"]);
    }
}
