//! `man-index`: man-db's index holds the times of the pages it read.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends, Removal};
use crate::causes::engine::shape::{self, Seen};
use crate::causes::text::dates;
use crate::formats::bytes::Cursor;

/// See docs/causes/man-index.md.
pub(crate) struct ManIndex;

impl Cause for ManIndex {
    declare!(
        "man-index",
        "man-db's index holds the pages' times",
        Profile::of(
            Reach::Path,
            "rm -rf /var/cache/man at the end of the RUN, or path-exclude=/usr/share/man/* in dpkg.cfg.d"
        )
        .proved_by("equal once the pages' times are hidden")
        .mended_by(&[
            Mends::Rule("layer-residue", Extent::RunEnd),
            Mends::Remove(&[Removal::Delete("/var/cache/man")])
        ])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.is_below("var/cache/man") {
            return None;
        }
        if file.path.file_name() != b"index.db" {
            let seen = shape::seen(file)?;
            return (file.ends_with("/CACHEDIR.TAG") && matches!(seen, Seen::Alone(_) | Seen::Unread))
                .then(|| Explanation::likely("the tag of man-db's cache"));
        }
        match shape::seen(file)? {
            Seen::Both(old, new) if is_index(old) && is_index(new) => {
                let (old_time, new_time) = file.written();
                let same =
                    old.len() == new.len() && dates::hidden(old, old_time) == dates::hidden(new, new_time);
                let differing = dates::differing(old, new, (old_time, new_time));
                let are_near = differing.is_some_and(|differing| differing.are_near) && file.tells_times();
                Some(match same && are_near {
                    true => Explanation::certain("all but the pages' times is equal"),
                    false => Explanation::likely("man-db's index on both sides"),
                })
            }
            Seen::Both(..) => None,
            Seen::New(bytes) | Seen::Alone(bytes) => {
                is_index(bytes).then(|| Explanation::likely("man-db's index"))
            }
            Seen::Unread => Some(Explanation::by_place("its path")),
        }
    }
}

/// Whether the bytes are a GDBM file: one of its magics, in little-endian order (gdbm, src/gdbmconst.h).
fn is_index(bytes: &[u8]) -> bool {
    matches!(Cursor::new(bytes).u32_le(), Some(0x1357_9acd..=0x1357_9ad1))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;
    use crate::formats::tar::entry::{Entry, Mtime};

    const PATH: &str = "var/cache/man/index.db";

    fn index(page: &str, seconds: i64) -> (Entry, Vec<u8>) {
        let bytes = [b"\xcf\x9a\x57\x13\0\0".to_vec(), format!("{page}\0-\t1\t1\t{seconds}\t0").into_bytes()]
            .concat();
        (Entry { mtime: Mtime { seconds, nanos: 0 }, ..file(PATH, &bytes) }, bytes)
    }

    fn explained(old: (Entry, Vec<u8>), new: (Entry, Vec<u8>)) -> Vec<String> {
        Pair::default().entries(old.0, &old.1, new.0, &new.1).explained()
    }

    #[test]
    fn times_of_pages_that_alone_differ_are_told_for_certain() {
        let (old, new) = (index("ls", 1_787_393_472), index("ls", 1_787_400_000));
        assert_eq!(explained(old, new), [format!("{PATH}: man-index (certain)")]);
    }

    #[test]
    fn other_pages_are_likely_and_other_bytes_not_explained() {
        let (old, new) = (index("ls", 1_787_393_472), index("cp", 1_787_400_000));
        assert_eq!(explained(old.clone(), new), [format!("{PATH}: man-index (likely)")]);
        let pair = Pair::default().both(PATH, &old.1, b"text");
        assert_eq!(pair.explained(), [format!("{PATH}: ")]);
        let pair = Pair::default().both(PATH, b"text", &old.1);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: man-index (likely)")]);
    }
}
