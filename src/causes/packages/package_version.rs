//! `package-version`: the file belongs to a package that another version of was installed, or that one side has alone.

use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::shape;
use crate::causes::packages::clock_version;
use crate::causes::packages::listed::{self, HeldTo};
use crate::causes::python::sources;
use crate::compare::drift::{Change, Field};
use crate::compare::owners::{Owner, Proof};
use crate::formats::tar::entry::Kind;

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
        .proved_by("the catalogs; the package's own list and its sums")
        .looking_at(Fields::of(&[Field::Content, Field::Size, Field::Link])),
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let owner = file.layer.images.owners.get(file.path)?;
        let package = owner.package.as_str();
        let held = listed::held(file, owner);
        let is_other = owner.proof == Proof::Contradicted || held == HeldTo::Else;
        let explanation = match file.change {
            _ if is_other || clock_version::is_of_clock(file, package) => None,
            // By its name alone no code is the package's.
            _ if owner.proof == Proof::Named && shape::is_code(file) && !sources::is_of_source(file) => None,
            // What is run is no less what somebody else's list may say.
            Change::Added | Change::Removed if is_proved(file, owner, held) && !shape::is_code(file) => {
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

/// Whether its package's list names a file of one side alone, and says what it holds; of a folder there is nothing to say.
fn is_proved(file: &FileCase<'_>, owner: &Owner, held: HeldTo) -> bool {
    let Some(Lone { entry, .. }) = file.lone() else { return false };
    let is_told = held == HeldTo::Listed || entry.kind == Kind::Directory;
    owner.proof == Proof::Listed && is_told && listed::is_plain(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::checksum::Checksum;
    use crate::base::digest::Sha256;
    use crate::causes::testing::Pair;
    use crate::compare::pairing::Side;
    use crate::formats::tar::entry::Entry;
    use crate::formats::tar::entry::tests::{dir, file};

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
            "lib/numpy/data.txt: package-version (likely)",
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

    /// `data` of one side alone, or of both, whose package's list says that it holds this.
    fn held(pair: Pair, old: Option<&[u8]>, new: Option<&[u8]>) -> String {
        let sums = |listed: Option<&[u8]>| {
            listed.map(|bytes| {
                let hash = format!("sha256={}", Sha256::of(bytes).url_base64());
                vec![Checksum::of_record(hash.as_bytes()).unwrap()]
            })
        };
        let owner = Owner::new(PACKAGE, Proof::Listed);
        let owner = owner.with_sums(Side::Old, sums(old)).with_sums(Side::New, sums(new));
        pair.owned("data", owner).explained().remove(0)
    }

    #[test]
    fn a_file_that_is_not_what_its_packages_list_says_is_not_explained() {
        let added = || Pair::default().added("data", b"2");
        let both = || Pair::default().both("data", b"1", b"2");
        assert_eq!(held(added(), None, Some(b"2")), "data: package-version (certain)");
        assert_eq!(held(added(), None, None), "data: package-version (likely)");
        assert_eq!(held(added(), None, Some(b"3")), "data: ");
        assert_eq!(held(both(), None, Some(b"2")), "data: package-version (likely)");
        assert_eq!(held(both(), Some(b"1"), Some(b"2")), "data: package-version (likely)");
        assert_eq!(held(both(), Some(b"2"), Some(b"2")), "data: ");
        assert_eq!(held(both(), None, Some(b"1")), "data: ");
        let removed = Pair::default().removed("data", b"1");
        assert_eq!(held(removed, Some(b"1"), None), "data: package-version (certain)");
    }

    #[test]
    fn a_file_that_the_list_has_no_sum_of_and_rights_that_it_cannot_tell_are_not_certain() {
        let unsaid = Owner::new(PACKAGE, Proof::Listed).with_sums(Side::New, Some(Vec::new()));
        assert_eq!(Pair::default().added("a", b"2").owned("a", unsaid.clone()).explained(), ["a: "]);
        let folder = |mode| {
            let folder = Entry { mode, ..dir("a") };
            Pair::default().added_entry(folder, b"").owned("a", unsaid.clone()).explained()
        };
        assert_eq!(folder(0o755), ["a: package-version (certain)"]);
        assert_eq!(folder(0o1777), ["a: package-version (likely)"]);
    }
}
