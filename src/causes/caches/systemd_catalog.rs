//! `systemd-catalog`: the journal's message catalog stores its texts in the order of a hash table.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Mends, Removal};
use crate::causes::engine::shape::{self, Seen};
use crate::formats::bytes::Cursor;
use std::collections::BTreeMap;

/// See docs/causes/systemd-catalog.md.
pub(crate) struct SystemdCatalog;

/// systemd, src/libsystemd/sd-journal/catalog.c: the header's size, the count and size of items follow flags; an
/// item is an id of 16 bytes, a language of 32, and the place of its text.
const MAGIC: &[u8] = b"RHHHKSLP";
const KEY: usize = 48;

impl Cause for SystemdCatalog {
    declare!(
        "systemd-catalog",
        "the journal's catalog is stored unordered",
        Profile::of(Reach::Path, "rm -f /var/lib/systemd/catalog/database at the end of the RUN")
            .proved_by("same texts by id")
            .mended_by(&[Mends::Remove(&[Removal::Delete("/var/lib/systemd/catalog/database")])])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.is("var/lib/systemd/catalog/database") {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => {
                let (old, new) = (messages(old)?, messages(new)?);
                (old == new).then(|| {
                    Explanation::certain(format!(
                        "the same {} messages, stored in another order",
                        old.1.len()
                    ))
                })
            }
            seen => shape::by_magic(seen, MAGIC, "the journal's catalog"),
        }
    }
}

/// Texts by id and language.
type Messages<'a> = BTreeMap<&'a [u8], &'a [u8]>;

/// The header, and the text of each message, by its id and language. `None` where the database holds anything else.
fn messages(database: &[u8]) -> Option<(&[u8], Messages<'_>)> {
    database.starts_with(MAGIC).then_some(())?;
    let mut header = Cursor::at(database, 16)?;
    let (start, count, size) = (header.place_le()?, header.place_le()?, header.place_le()?);
    // What stands before the items, and beside each one's id and place, is the same for every catalog of one version.
    if size != KEY + 8 {
        return None;
    }
    let head = database.get(..start)?;
    let items = database.get(start..start.checked_add(count.checked_mul(size)?)?)?;
    let texts = database.get(start + items.len()..)?;
    let mut messages = BTreeMap::new();
    let mut places = BTreeMap::new();
    let mut last = None;
    // Many items may lead to one text; more than a few times all of the file is no catalog.
    let mut room = database.len().saturating_mul(4);
    for item in items.chunks_exact(size) {
        let place = Cursor::at(item, KEY)?.place_le()?;
        let text = Cursor::at(texts, place)?.c_string(room)?;
        room = room.checked_sub(text.len())?;
        let key = item.get(..KEY)?;
        // The journal looks for an id as in a dictionary.
        if last.replace(key).is_some_and(|last| last >= key) {
            return None;
        }
        places.insert(place, text.len() + 1);
        messages.insert(key, text);
    }
    // The texts stand one behind the other.
    let end = places.iter().try_fold(0, |end, (place, length)| (*place == end).then_some(end + length));
    (end == Some(texts.len())).then_some((head, messages))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const PATH: &str = "var/lib/systemd/catalog/database";

    /// Messages in the order their texts are stored in; the items are sorted by id.
    fn database(messages: &[(u8, &str)]) -> Vec<u8> {
        let mut texts = Vec::new();
        let mut items = Vec::new();
        for (id, text) in messages {
            items.push((*id, texts.len() as u64));
            texts.extend([text.as_bytes(), b"\0"].concat());
        }
        items.sort();
        let mut bytes = b"RHHHKSLP\0\0\0\0\0\0\0\0".to_vec();
        bytes.extend([40, items.len() as u64, 56].into_iter().flat_map(u64::to_le_bytes));
        for (id, offset) in items {
            bytes.extend([id; 48]);
            bytes.extend(offset.to_le_bytes());
        }
        [bytes, texts].concat()
    }

    #[test]
    fn texts_stored_in_another_order_are_told_for_certain() {
        let pair =
            Pair::default().both(PATH, &database(&[(1, "a"), (2, "b")]), &database(&[(2, "b"), (1, "a")]));
        assert_eq!(pair.explained(), [format!("{PATH}: systemd-catalog (certain)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: systemd-catalog (likely)")]);
    }

    #[test]
    fn another_text_and_a_header_that_lies_are_not_explained() {
        let old = database(&[(1, "a"), (2, "b")]);
        assert_eq!(
            Pair::default().both(PATH, &old, &database(&[(1, "a"), (2, "c")])).explained(),
            [format!("{PATH}: ")]
        );
        let mut huge = old.clone();
        huge[24..40].fill(0xff);
        assert_eq!(Pair::default().both(PATH, &old, &huge).explained(), [format!("{PATH}: ")]);
        let mut zero = old.clone();
        zero[32..40].fill(0);
        assert_eq!(Pair::default().both(PATH, &old, &zero).explained(), [format!("{PATH}: ")]);
    }
}
