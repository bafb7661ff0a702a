//! `ldconfig-aux-cache`: ldconfig remembers inodes, devices and change times of the libraries it read.

use std::collections::BTreeMap;

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends, Removal};
use crate::causes::engine::shape::{self, Seen};
use crate::formats::bytes::Cursor;

/// See docs/causes/ldconfig-aux-cache.md.
pub(crate) struct LdconfigAuxCache;

const MAGIC: &[u8] = b"glibc-ld.so.auxcache-";

/// Bytes of the version behind the magic: `2.0`.
const VERSION: usize = 3;

/// Bytes of an entry (glibc, elf/cache.c): inode, change time, size and device of eight bytes each, then flags, the
/// name's place, the system's version, and padding that is never set.
const ENTRY: usize = 48;

/// Bytes of a name; Linux takes no longer path.
const NAME: usize = 4096;

impl Cause for LdconfigAuxCache {
    declare!(
        "ldconfig-aux-cache",
        "ldconfig keeps inodes and change times",
        Profile::of(Reach::Path, "rm -f /var/cache/ldconfig/aux-cache at the end of the RUN that installs")
            .proved_by("same libraries; inodes and times aside")
            .mended_by(&[
                Mends::Rule("layer-residue", Extent::RunEnd),
                Mends::Remove(&[Removal::Delete("/var/cache/ldconfig/aux-cache")])
            ])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.is("var/cache/ldconfig/aux-cache") {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => {
                let (old, new) = (libraries(old)?, libraries(new)?);
                Some(if old == new {
                    let count = old.1.len();
                    Explanation::certain(format!(
                        "the same {count} libraries; inodes, devices and change times differ"
                    ))
                } else {
                    Explanation::likely(format!("{} libraries became {}", old.1.len(), new.1.len()))
                })
            }
            seen => shape::by_magic(seen, MAGIC, "ldconfig's cache"),
        }
    }
}

/// Size, flags, the system's version and name: what an entry says of a library itself.
type Library<'a> = (&'a [u8], &'a [u8], &'a [u8], &'a [u8]);

/// The version, and the libraries of a cache, sorted. `None` where its strings hold anything else than their names.
fn libraries(cache: &[u8]) -> Option<(&[u8], Vec<Library<'_>>)> {
    let (version, cache) = cache.strip_prefix(MAGIC)?.split_at_checked(VERSION)?;
    let mut header = Cursor::new(cache);
    let (count, length) = (header.size_le()?, header.size_le()?);
    let entries = header.rest();
    let strings = entries.get(count.checked_mul(ENTRY)?..).filter(|strings| strings.len() == length)?;
    let mut libraries = Vec::new();
    let mut places = BTreeMap::new();
    for entry in entries.chunks_exact(ENTRY).take(count) {
        let place = Cursor::at(entry, 36)?.size_le()?;
        let name = Cursor::at(strings, place)?.c_string(NAME)?;
        // A library without a name points at the first byte, which is NUL.
        if place > 0 {
            places.insert(place, name.len() + 1);
        }
        libraries.push((entry.get(16..24)?, entry.get(32..36)?, entry.get(40..44)?, name));
    }
    // The names stand one behind the other.
    let end = places.iter().try_fold(1, |end, (place, length)| (*place == end).then_some(end + length));
    libraries.sort_unstable();
    let is_whole = strings.first() == Some(&0) && end == Some(strings.len());
    is_whole.then_some((version, libraries))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const PATH: &str = "var/cache/ldconfig/aux-cache";

    fn cache(libraries: &[(u64, u64)]) -> Vec<u8> {
        let count = u32::try_from(libraries.len()).unwrap();
        let mut bytes =
            [&b"glibc-ld.so.auxcache-2.0"[..], &count.to_le_bytes(), &9_u32.to_le_bytes()].concat();
        for (inode, size) in libraries {
            for field in [*inode, *inode, *size, *inode] {
                bytes.extend(field.to_le_bytes());
            }
            bytes.extend([3, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9]);
        }
        [&bytes[..], b"\0libc.so\0"].concat()
    }

    #[test]
    fn the_same_libraries_with_other_inodes_are_told_for_certain() {
        let pair = Pair::default().both(PATH, &cache(&[(1, 10), (2, 20)]), &cache(&[(7, 20), (8, 10)]));
        assert_eq!(pair.explained(), [format!("{PATH}: ldconfig-aux-cache (certain)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: ldconfig-aux-cache (likely)")]);
    }

    #[test]
    fn other_libraries_are_likely_and_other_bytes_no_cache() {
        let pair = Pair::default().both(PATH, &cache(&[(1, 10)]), &cache(&[(1, 11)]));
        assert_eq!(pair.explained(), [format!("{PATH}: ldconfig-aux-cache (likely)")]);
        assert_eq!(Pair::default().both(PATH, b"some", b"text").explained(), [format!("{PATH}: ")]);
        assert_eq!(
            Pair::default().added(PATH, &cache(&[])).explained(),
            [format!("{PATH}: ldconfig-aux-cache (likely)")]
        );
    }
}
