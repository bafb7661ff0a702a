//! `icon-cache`: GTK's icon cache lists icons in the order the folder gave them.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Mends, Removal};
use crate::causes::engine::shape::{self, Seen};

/// See docs/causes/icon-cache.md.
pub(crate) struct IconCache;

/// Version 1.0 in big-endian order (gtk, gtkiconcache).
const VERSION: &[u8] = &[0, 1, 0, 0];

impl Cause for IconCache {
    declare!(
        "icon-cache",
        "icons stand in the folder's order",
        Profile::of(
            Reach::Path,
            "rm -f /usr/share/icons/*/icon-theme.cache at the end of the RUN: it is built again when needed"
        )
        .proved_by("version, and equal size")
        .mended_by(&[Mends::Remove(&[Removal::Delete("/usr/share/icons/*/icon-theme.cache")])])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if file.path.file_name() != b"icon-theme.cache" {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => (is_cache(old) && is_cache(new) && old.len() == new.len())
                .then(|| Explanation::likely("two icon caches of equal size")),
            seen => shape::by_magic(seen, VERSION, "an icon cache"),
        }
    }
}

fn is_cache(bytes: &[u8]) -> bool {
    bytes.starts_with(VERSION)
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const PATH: &str = "usr/share/icons/hicolor/icon-theme.cache";

    #[test]
    fn two_caches_of_equal_size_are_likely() {
        let pair = Pair::default().both(PATH, b"\0\x01\0\0ab", b"\0\x01\0\0ba");
        assert_eq!(pair.explained(), [format!("{PATH}: icon-cache (likely)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: icon-cache (likely)")]);
    }

    #[test]
    fn other_bytes_and_another_size_are_not_explained() {
        assert_eq!(Pair::default().both(PATH, b"ab", b"ba").explained(), [format!("{PATH}: ")]);
        let pair = Pair::default().both(PATH, b"\0\x01\0\0ab", b"\0\x01\0\0abc");
        assert_eq!(pair.explained(), [format!("{PATH}: ")]);
    }
}
