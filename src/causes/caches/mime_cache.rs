//! `mime-cache`: the caches of shared MIME types list them in the order the folder gave them.

use std::collections::BTreeMap;

use crate::base::path::LayerPath;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape::{self, Seen};
use crate::causes::text::lines;

/// See docs/causes/mime-cache.md.
pub(crate) struct MimeCache;

/// Version 1, of which only the first number is held fast, in big-endian order (shared-mime-info).
const VERSION: &[u8] = &[0, 1, 0];

/// The lists that are caches, a type or a pattern on each line. Descriptions of types are none: their lines have an order.
const LISTS: [&str; 9] = [
    "usr/share/applications/mimeinfo.cache",
    "usr/share/mime/XMLnamespaces",
    "usr/share/mime/aliases",
    "usr/share/mime/generic-icons",
    "usr/share/mime/globs",
    "usr/share/mime/globs2",
    "usr/share/mime/icons",
    "usr/share/mime/subclasses",
    "usr/share/mime/types",
];

impl Cause for MimeCache {
    declare!(
        "mime-cache",
        "MIME types stand in the folder's order",
        Profile::of(
            Reach::Path,
            "run update-mime-database and update-desktop-database with LC_ALL=C, once, as the last step"
        )
        .proved_by("same lines of each group in another order")
        .mended_by(&[Mends::Rule("locale-timezone", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if file.is("usr/share/mime/mime.cache") {
            return match shape::seen(file)? {
                Seen::Both(old, new) => (is_cache(old) && is_cache(new) && old.len() == new.len())
                    .then(|| Explanation::likely("two MIME caches of equal size")),
                seen => shape::by_magic(seen, VERSION, "a MIME cache"),
            };
        }
        let is_list = LISTS.iter().any(|list| file.is(list));
        match shape::seen(file).filter(|_| is_list)? {
            Seen::Both(old, new) if lines::is_text(old) && lines::is_text(new) => {
                let key = key(file.path);
                (groups(old, key)? == groups(new, key)?)
                    .then(|| Explanation::certain("the same lines, each in its group, in another order"))
            }
            _ => None,
        }
    }
}

/// The lines of each group, by what they are of; of a list without groups, in one. Lines that are of the same stay in their order:
/// of two, the first counts. `None` where a group stands twice.
fn groups(text: &[u8], key: fn(&[u8]) -> &[u8]) -> Option<BTreeMap<&[u8], Vec<&[u8]>>> {
    let mut groups: BTreeMap<&[u8], Vec<&[u8]>> = BTreeMap::new();
    let mut group = &b""[..];
    for line in text.split(|byte| *byte == b'\n') {
        match line {
            [b'[', .., b']'] => {
                group = line;
                if groups.insert(group, Vec::new()).is_some() {
                    return None;
                }
            }
            line => groups.entry(group).or_default().push(line),
        }
    }
    groups.values_mut().for_each(|lines| lines.sort_by_key(|line| key(line)));
    Some(groups)
}

/// What a line is of: the pattern in `50:text/x-c:*.c`, the type in `type=programs`, `type:icon` and `type parent`.
fn key(path: &LayerPath) -> fn(&[u8]) -> &[u8] {
    match path.file_name().starts_with(b"globs") {
        true => |line| line.rsplit(|byte| *byte == b':').next().unwrap_or_default(),
        false => |line| line.split(|byte| b"=: ".contains(byte)).next().unwrap_or_default(),
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
    fn lines_of_another_group_and_the_order_of_lines_of_one_pattern_are_not_explained() {
        let explained =
            |path: &str, old: &[u8], new: &[u8]| Pair::default().both(path, old, new).explained().remove(0);
        let (path, globs) = ("usr/share/applications/mimeinfo.cache", "usr/share/mime/globs2");
        assert_eq!(explained(path, b"[A]\na=1\n[B]\nb=2\n", b"[A]\nb=2\n[B]\na=1\n"), format!("{path}: "));
        assert_eq!(
            explained(path, b"[A]\na=1\nc=3\n[B]\nb=2\n", b"[A]\nc=3\na=1\n[B]\nb=2\n"),
            format!("{path}: mime-cache (certain)")
        );
        assert_eq!(explained(path, b"a=1\na=2\n", b"a=2\na=1\n"), format!("{path}: "));
        let (c, d) = ("50:text/x-c:*.c\n", "50:text/x-d:*.d\n");
        assert_eq!(
            explained(globs, format!("{c}{d}").as_bytes(), format!("{d}{c}").as_bytes()),
            format!("{globs}: mime-cache (certain)")
        );
        let other = "50:text/other:*.c\n";
        assert_eq!(
            explained(globs, format!("{c}{other}").as_bytes(), format!("{other}{c}").as_bytes()),
            format!("{globs}: ")
        );
        let xml = "usr/share/mime/packages/a.xml";
        assert_eq!(explained(xml, b"<a>\n<b>\n", b"<b>\n<a>\n"), format!("{xml}: "));
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
