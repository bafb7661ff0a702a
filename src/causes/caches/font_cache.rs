//! `font-cache`: fontconfig's cache holds the time of the folder it read.

use crate::base::path::LayerPath;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends, Removal};
use crate::causes::engine::shape::{self, Seen};
use crate::formats::bytes::Cursor;

/// See docs/causes/font-cache.md.
pub(crate) struct FontCache;

/// In little-endian order (fontconfig, src/fcint.h).
const MAGIC: &[u8] = &[0x04, 0xfc, 0x02, 0xfc];

/// Where the place of the folder's name, and its time in seconds and nanoseconds, stand in a cache of 64 bits.
const FOLDER: usize = 16;
const TIME: usize = 48;

const PLACES: &[&str] = &["var/cache/fontconfig", "usr/lib/fontconfig/cache"];

impl Cause for FontCache {
    declare!(
        "font-cache",
        "fontconfig keeps the time of each folder",
        Profile::of(Reach::Path, "rm -rf /var/cache/fontconfig/* at the end of the RUN that installs fonts")
            .proved_by("all but the folder's time is equal; the locked time put back")
            .mended_by(&[
                Mends::Rule("layer-residue", Extent::RunEnd),
                Mends::Remove(&[Removal::Delete("/var/cache/fontconfig/*")])
            ])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let is_there = PLACES.iter().any(|place| file.is_below(place))
            || file.path.parent().is_some_and(|folder| folder.as_bytes().ends_with(b".cache/fontconfig"));
        if !is_there {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => {
                let same = without_time(old)? == without_time(new)?;
                Some(match same {
                    true => Explanation::certain("all but the folder's time is equal"),
                    false => {
                        Explanation::likely("fontconfig's cache on both sides; more than the time differs")
                    }
                })
            }
            Seen::New(new) if new.starts_with(MAGIC) => {
                Some(with_old_time(file, new).unwrap_or_else(|| Explanation::likely("fontconfig's cache")))
            }
            Seen::Alone(tag)
                if file.path.file_name() == b"CACHEDIR.TAG" && tag.starts_with(b"Signature: ") =>
            {
                Some(Explanation::likely("the tag of fontconfig's cache, on one side alone"))
            }
            seen => shape::by_magic(seen, MAGIC, "fontconfig's cache"),
        }
    }
}

/// What stands before and behind the time.
fn without_time(cache: &[u8]) -> Option<(&[u8], &[u8])> {
    cache.starts_with(MAGIC).then_some(())?;
    Some((cache.get(..TIME)?, cache.get(TIME + 16..)?))
}

/// Puts the locked time of the folder that the cache is of into it.
fn with_old_time(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let name = Cursor::at(new, FOLDER)?.place_le()?;
    let folder = LayerPath::normalize(Cursor::at(new, name)?.c_string(new.len())?).ok()?;
    let mtime = file.layer.old.get(&folder)?.mtime;
    let mut old = new.to_vec();
    // fontconfig keeps 32 bits of the seconds, then 64 of the nanoseconds.
    old.get_mut(TIME..TIME + 4)?.copy_from_slice(&(mtime.seconds as u32).to_le_bytes());
    old.get_mut(TIME + 8..TIME + 16)?.copy_from_slice(&u64::from(mtime.nanos).to_le_bytes());
    file.was(&old)
        .then(|| Explanation::certain(format!("with the locked time of {folder} it is the locked file")))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::dir;
    use crate::formats::tar::entry::{Entry, Mtime};

    const PATH: &str = "var/cache/fontconfig/0123-le64.cache-8";

    fn cache(seconds: u32, end: &[u8]) -> Vec<u8> {
        let mut bytes = [0; 64];
        bytes[..4].copy_from_slice(&[0x04, 0xfc, 0x02, 0xfc]);
        bytes[16] = 64;
        bytes[48..52].copy_from_slice(&seconds.to_le_bytes());
        [&bytes[..], b"/usr/share/fonts\0", end].concat()
    }

    fn fonts(seconds: i64) -> Entry {
        Entry { mtime: Mtime { seconds, nanos: 0 }, ..dir("usr/share/fonts") }
    }

    #[test]
    fn a_folders_time_that_alone_differs_is_told_for_certain_with_and_without_the_old_bytes() {
        let pair = Pair::default().entries(fonts(5), b"", fonts(9), b"").both(
            PATH,
            &cache(5, b"x"),
            &cache(9, b"x"),
        );
        assert_eq!(pair.explained()[1], format!("{PATH}: font-cache (certain)"));
        assert_eq!(pair.explained_against_lock()[1], format!("{PATH}: font-cache (certain)"));
    }

    #[test]
    fn other_fonts_are_likely_and_other_bytes_not_explained() {
        let pair = Pair::default().both(PATH, &cache(5, b"x"), &cache(9, b"y"));
        assert_eq!(pair.explained(), [format!("{PATH}: font-cache (likely)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: font-cache (likely)")]);
        assert_eq!(Pair::default().both(PATH, b"a", b"b").explained(), [format!("{PATH}: ")]);
    }
}
