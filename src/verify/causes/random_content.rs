//! `random-content`: a small file holds a key, an id or a salt drawn at random.

use super::dates;
use super::shape::{self, Seen};
use super::{Cause, Explanation, FileCase, Reach};

/// See docs/causes/random-content.md.
pub(super) struct RandomContent;

/// Bytes of the largest file looked at, and the fewest that must differ: half an id of 128 bits in hex.
const MOST: usize = 64 << 10;
const LEAST: usize = 14;

/// Words that stand beside the digests of other things: those look drawn, and follow from what they are of.
const DIGESTS: &[&[u8]] =
    &[b"sha1", b"sha256", b"sha512", b"md5", b"blake", b"digest", b"checksum", b"integrity"];

/// Formats that look random because they are packed, or are known better.
const MAGICS: &[&[u8]] = &[
    &[0x1f, 0x8b],
    b"PK\x03\x04",
    &[0x28, 0xb5, 0x2f, 0xfd],
    &[0xfd, b'7', b'z', b'X', b'Z'],
    b"BZh",
    &[0x89, b'P', b'N', b'G'],
    &[0x7f, b'E', b'L', b'F'],
    b"SQLite format 3",
    &[0xff, 0xd8, 0xff],
    b"wOF",
];

impl Cause for RandomContent {
    fn id(&self) -> &'static str {
        "random-content"
    }

    fn summary(&self) -> &'static str {
        "it holds a key, id or salt drawn at random"
    }

    fn fix(&self) -> &'static str {
        "make it when the container starts, or COPY it in; never draw it in a RUN"
    }

    fn rule(&self) -> Option<&'static str> {
        Some("clock-or-random")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../../docs/causes/random-content.md")
    }

    fn reach(&self) -> Reach {
        Reach::Any
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let (old, new) = match shape::seen(file)? {
            Seen::Both(old, new) => (old, new),
            Seen::New(new) => return drawn_word(file, new),
            _ => return None,
        };
        if old.len() != new.len() || old.len() > MOST || is_told_better(old) || is_told_better(new) {
            return None;
        }
        let (old_time, new_time) = shape::written(file);
        if dates::hidden(old, old_time) == dates::hidden(new, new_time) {
            return None;
        }
        let differ: Vec<[u8; 2]> =
            old.iter().zip(new).filter(|(a, b)| a != b).map(|(a, b)| [*a, *b]).collect();
        let drawn = differ.concat();
        (differ.len() >= LEAST && is_random(&drawn)).then(|| {
            Explanation::likely(format!(
                "{} of {} bytes differ and look drawn at random",
                differ.len(),
                old.len()
            ))
        })
    }
}

/// Whether a cause that knows the format, or what the file speaks of, says more.
fn is_told_better(bytes: &[u8]) -> bool {
    let text = bytes.to_ascii_lowercase();
    MAGICS.iter().any(|magic| bytes.starts_with(magic))
        || DIGESTS.iter().any(|word| text.windows(word.len()).any(|window| window == *word))
}

/// Against a lock: whether half of a file of the locked size is one word that looks drawn, or all of it is drawn bytes.
fn drawn_word(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    if file.old?.entry.size != new.len() as u64 || new.len() > MOST || is_told_better(new) {
        return None;
    }
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"=:\"',;".contains(byte);
    let word = if new.contains(&0) || new.iter().any(|byte| *byte >= 0x80) {
        new
    } else {
        new.split(is_end).max_by_key(|word| word.len())?
    };
    let joined: Vec<u8> = word.iter().copied().filter(|byte| *byte != b'-').collect();
    let is_most = word.len() * 2 >= new.len();
    (is_most && joined.len() >= 2 * LEAST && is_random(&joined))
        .then(|| Explanation::likely(format!("{} of {} bytes look drawn at random", word.len(), new.len())))
}

/// Whether the bytes are as mixed as a drawing from the alphabet they seem to be of.
fn is_random(drawn: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| drawn.iter().any(is);
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_.".contains(byte);
    // How many symbols there are to draw from, and how much of the most that so few drawings can show must be shown.
    let (symbols, share) = match () {
        // Digits alone are a number.
        () if drawn.iter().all(u8::is_ascii_hexdigit) && has(u8::is_ascii_alphabetic) => (16.0_f64, 0.8),
        // Prose and numbers lack one of these.
        () if drawn.iter().all(is_word)
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_digit) =>
        {
            (64.0, 0.8)
        }
        // Text that is no word of one alphabet is text, not a drawing.
        () if drawn.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) => return false,
        () => (256.0, 0.85),
    };
    let total = drawn.len() as f64;
    let mut counts = [0_u32; 256];
    for byte in drawn {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    let entropy: f64 = shares.map(|share| -share * share.log2()).sum();
    entropy >= share * symbols.min(total).log2()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Pair;
    use crate::base::digest::Sha256;

    fn drawn(seed: &str) -> String {
        Sha256::of(seed.as_bytes()).hex()
    }

    #[test]
    fn keys_ids_and_salts_are_likely() {
        let pair = Pair::default()
            .both("id", drawn("a").as_bytes(), drawn("b").as_bytes())
            .both("key", b"K=q8Zt3VxA0cPLw7RmYbN5dHf2-e", b"K=Uj4sGk9XoT6iDrE1yWnB_hzC7vM")
            .both(
                "etc/shadow",
                b"ada:$6$q8Zt3VxA0cPLw7.m$YbN5dHf2x/eUj4sGk9XoT6iDr:20780::",
                b"ada:$6$E1yWnB.hzC7vMs3f$4GkPq8Zt0xA1cPLw7mRYbN5.:20781::",
            )
            .both("salt", &Sha256::of(b"a").0, &Sha256::of(b"b").0);
        assert_eq!(
            pair.told_against_lock(),
            ["etc/shadow: ", "id: random-content (likely)", "key: ", "salt: random-content (likely)"]
        );
        let told = |path: &str| format!("{path}: random-content (likely)");
        assert_eq!(pair.told(), ["etc/shadow", "id", "key", "salt"].map(told));
    }

    #[test]
    fn prose_counters_dates_and_archives_are_not_explained() {
        let pair = Pair::default()
            .both(
                "prose",
                b"the quick brown fox jumps over the dog",
                b"that lazy hound has slept all the day.",
            )
            .both("number", b"00000000000000000001", b"00000000000000000002")
            .both(
                "digest",
                format!("sha256:{}", drawn("a")).as_bytes(),
                format!("sha256:{}", drawn("b")).as_bytes(),
            )
            .both("size", &drawn("a").as_bytes()[..40], drawn("b").as_bytes())
            .both(
                "zip",
                &[b"PK\x03\x04", &Sha256::of(b"a").0[..]].concat(),
                &[b"PK\x03\x04", &Sha256::of(b"b").0[..]].concat(),
            );
        assert_eq!(pair.told(), ["digest: ", "number: ", "prose: ", "size: ", "zip: "]);
    }
}
