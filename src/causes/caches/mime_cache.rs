//! `mime-cache`: the caches of shared MIME types list them in the order the folder gave them.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape::{self, Seen};
use crate::causes::text::lines::{self, Lines};

/// See docs/causes/mime-cache.md.
pub(crate) struct MimeCache;

/// Version 1, of which only the first number is held fast, in big-endian order (shared-mime-info).
const VERSION: &[u8] = &[0, 1, 0];

impl Cause for MimeCache {
    declare!(
        "mime-cache",
        "MIME types stand in the folder's order",
        Profile::of(
            Reach::Path,
            "run update-mime-database and update-desktop-database with LC_ALL=C, once, as the last step"
        )
        .proved_by("same lines in another order")
        .mended_by(&[Mends::Rule("locale-timezone", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let is_text = file.is_below("usr/share/mime") || file.is("usr/share/applications/mimeinfo.cache");
        if file.is("usr/share/mime/mime.cache") {
            return match shape::seen(file)? {
                Seen::Both(old, new) => (is_cache(old) && is_cache(new) && old.len() == new.len())
                    .then(|| Explanation::likely("two MIME caches of equal size")),
                seen => shape::by_magic(seen, VERSION, "a MIME cache"),
            };
        }
        match shape::seen(file).filter(|_| is_text)? {
            Seen::Both(old, new) if lines::is_text(old) && lines::is_text(new) => {
                (lines::compare_sets(old, new) == Lines::Reordered)
                    .then(|| Explanation::certain("the same lines in another order"))
            }
            _ => None,
        }
    }
}

fn is_cache(bytes: &[u8]) -> bool {
    bytes.starts_with(VERSION)
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    #[test]
    fn the_same_lines_in_another_order_are_told_for_certain() {
        let path = "usr/share/applications/mimeinfo.cache";
        let pair = Pair::default().both(path, b"[MIME Cache]\na=b\nc=d\n", b"[MIME Cache]\nc=d\na=b\n");
        assert_eq!(pair.explained(), [format!("{path}: mime-cache (certain)")]);
        let pair = Pair::default().both(path, b"a=b\n", b"a=c\n");
        assert_eq!(pair.explained(), [format!("{path}: ")]);
    }

    #[test]
    fn two_binary_caches_of_equal_size_are_likely() {
        let path = "usr/share/mime/mime.cache";
        let pair = Pair::default().both(path, b"\0\x01\0\x02ab", b"\0\x01\0\x02ba");
        assert_eq!(pair.explained(), [format!("{path}: mime-cache (likely)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{path}: mime-cache (likely)")]);
        assert_eq!(Pair::default().both(path, b"ab", b"ba").explained(), [format!("{path}: ")]);
    }
}
