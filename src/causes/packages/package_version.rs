//! `package-version`: the file belongs to a package that another version of was installed, or that one side has alone.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::shape;
use crate::causes::packages::clock_version;
use crate::causes::python::sources;
use crate::compare::drift::{Change, Field};
use crate::compare::owners::Proof;

/// A file's bytes, or what a link names.
const COVERS: Fields = Fields::BYTES.and(Fields::of(&[Field::Link]));

/// See docs/causes/package-version.md.
pub(crate) struct PackageVersion;

impl Cause for PackageVersion {
    declare!(
        "package-version",
        "their package is of another version",
        Profile::of(
            Reach::Path,
            "pin the version exactly: name=1.2-3 (apt, apk), name==1.2 (pip); lint --fix reads them from the lock"
        )
        .proved_by("the catalogs, and the package's own list")
        .looking_at(Fields::of(&[Field::Content, Field::Size, Field::Link])),
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let owner = file.layer.images.owners.get(file.path)?;
        let package = owner.package.as_str();
        let explanation = match file.change {
            _ if owner.proof == Proof::Contradicted || clock_version::is_of_clock(file, package) => None,
            // By its name alone no code is the package's.
            _ if owner.proof == Proof::Named && shape::is_code(file) && !sources::is_of_source(file) => None,
            // A list names code, and says nothing that its bytes were held to.
            Change::Added | Change::Removed if owner.proof == Proof::Listed && !shape::is_code(file) => {
                Some(Explanation::certain(package))
            }
            Change::Added | Change::Removed => Some(Explanation::likely(package)),
            Change::Modified if file.fields.iter().all(|field| field.is_metadata()) => None,
            // The package's own bytes are not at hand: a script may have changed the file since.
            Change::Modified if file.fields.iter().all(|field| COVERS.contains(*field)) => {
                Some(Explanation::likely(package))
            }
            Change::Modified => None,
        };
        Some(explanation?.of(COVERS).of_package())
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    const PACKAGE: &str = "python numpy 2.4.1 → 2.4.2";

    #[test]
    fn files_of_a_package_of_another_version_are_told() {
        let pair = Pair::default()
            .both("lib/numpy/__init__.py", b"1", b"2")
            .owner("lib/numpy/__init__.py", PACKAGE)
            .added("lib/numpy/data.txt", b"2")
            .owner("lib/numpy/data.txt", PACKAGE)
            .added("lib/numpy/new.py", b"2")
            .owner("lib/numpy/new.py", PACKAGE)
            .both("lib/other.py", b"1", b"2");
        let explained = [
            "lib/numpy/__init__.py: package-version (likely)",
            "lib/numpy/data.txt: package-version (certain)",
            "lib/numpy/new.py: package-version (likely)",
            "lib/other.py: ",
        ];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn another_mode_is_not_the_packages_version() {
        let mut other = file("a", b"2");
        other.mode = 0o600;
        let pair = Pair::default().entries(file("a", b"1"), b"1", other, b"2").owner("a", PACKAGE);
        assert_eq!(pair.explained(), ["a: "]);
    }
}
