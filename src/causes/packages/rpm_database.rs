//! `rpm-database`: rpm's database holds the time of each install, and leaves its journals behind.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::shape::{self, Seen};

/// See docs/causes/rpm-database.md.
pub(crate) struct RpmDatabase;

const FOLDERS: &[&[u8]] = &[b"var/lib/rpm", b"usr/lib/sysimage/rpm", b"usr/share/rpm"];

/// The files beside `Packages` in a Berkeley database.
const INDEXES: &[&[u8]] = &[
    b"Basenames",
    b"Conflictname",
    b"Dirnames",
    b"Enhancename",
    b"Filetriggername",
    b"Group",
    b"Installtid",
    b"Name",
    b"Obsoletename",
    b"Providename",
    b"Recommendname",
    b"Requirename",
    b"Sha1header",
    b"Sigmd5",
    b"Suggestname",
    b"Supplementname",
    b"Transfiletriggername",
    b"Triggername",
];

impl Cause for RpmDatabase {
    declare!(
        "rpm-database",
        "rpm records when each package was installed",
        Profile::of(
            Reach::Path,
            "rm -f /var/lib/rpm/__db.* and a -wal that is empty (another holds packages); build with SOURCE_DATE_EPOCH set"
        )
        .proved_by("known files of the database")
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let (folder, name) = (file.path.parent()?, file.path.file_name());
        if !FOLDERS.contains(&folder.as_bytes()) {
            return None;
        }
        let is_residue = name.ends_with(b"-shm")
            || name.ends_with(b"-wal")
            || name.starts_with(b"__db.")
            || name == b".rpm.lock"
            || name == b".dbenv.lock";
        let seen = shape::seen(file)?;
        if is_residue {
            return Some(Explanation::by_place("left by a database that was not closed"));
        }
        match (name, seen) {
            (b"rpmdb.sqlite", Seen::Both(old, new)) => (is_sqlite(old) && is_sqlite(new)).then(|| {
                Explanation::by_place(format!(
                    "rpm's database on both sides, {} and {} bytes",
                    old.len(),
                    new.len()
                ))
            }),
            (b"rpmdb.sqlite", Seen::New(bytes)) => {
                is_sqlite(bytes).then(|| Explanation::by_place("rpm's database"))
            }
            (
                b"Packages" | b"Packages.db" | b"rpmdb.sqlite" | b"Index.db",
                Seen::Both(..) | Seen::New(_) | Seen::Unread,
            ) => Some(Explanation::by_place("rpm's database, by its path")),
            _ if INDEXES.contains(&name) && !matches!(seen, Seen::Alone(_)) => {
                Some(Explanation::by_place("an index of rpm's database, by its path"))
            }
            _ => None,
        }
    }
}

fn is_sqlite(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SQLite format 3\0")
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    #[test]
    fn the_database_and_what_it_leaves_are_likely() {
        let pair = Pair::default()
            .both("var/lib/rpm/rpmdb.sqlite", b"SQLite format 3\0a", b"SQLite format 3\0b")
            .added("var/lib/rpm/rpmdb.sqlite-shm", b"x")
            .added("usr/lib/sysimage/rpm/.rpm.lock", b"");
        let explained = [
            "usr/lib/sysimage/rpm/.rpm.lock: rpm-database (likely)",
            "var/lib/rpm/rpmdb.sqlite: rpm-database (likely)",
            "var/lib/rpm/rpmdb.sqlite-shm: rpm-database (likely)",
        ];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn another_file_there_and_a_database_that_is_none_are_not_explained() {
        let pair = Pair::default().both("var/lib/rpm/notes", b"a", b"b").both(
            "var/lib/rpm/rpmdb.sqlite",
            b"a",
            b"b",
        );
        assert_eq!(pair.explained(), ["var/lib/rpm/notes: ", "var/lib/rpm/rpmdb.sqlite: "]);
    }
}
