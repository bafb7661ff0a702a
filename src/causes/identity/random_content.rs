//! `random-content`: a small file holds a key, an id or a salt drawn at random.

use memchr::memmem;

use crate::base::path::printable;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape::{self, Seen};
use crate::causes::identity::shadow_last_change::{ShadowLastChange, with_days_of};
use crate::causes::text::armour::{self, Armoured};
use crate::causes::text::lines;
use crate::causes::text::salts;
use crate::formats::jks::is_pkcs12;

/// See docs/causes/random-content.md.
pub(crate) struct RandomContent;

/// Bytes of the largest file looked at, and the fewest that must differ: half an id of 128 bits in hex.
const MOST: usize = 64 << 10;
const LEAST: usize = 14;

/// Bytes, not text, of the largest file that alone can be told from a format that packs well.
const MOST_BYTES: usize = 4 << 10;

/// Bytes of the shortest place in which a file that holds several drawings may differ: names of ten digits, some equal by
/// chance.
const PLACE: usize = 6;

/// Equal bytes that two drawings may have by chance in one place, between others that differ.
const CHANCE: usize = 3;

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
    b"RIFF",
    b"hsqs",
    &[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
    &[0x78, 0x9c],
    &[0x78, 0xda],
    b"!<arch>\n",
    b"070701",
    &[0x93, b'N', b'U', b'M', b'P', b'Y'],
];

impl Cause for RandomContent {
    declare!(
        "random-content",
        "it holds what was drawn at random: a key, an id, a salt",
        Profile::of(Reach::Any, "seed what draws it, make it when the container starts, or COPY it in")
            .proved_by("entropy of what differs")
            .mended_by(&[Mends::Rule("clock-or-random", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        // Git and cargo draw nothing: their ids are digests. Pieces of an archive are packed.
        let is_of_digests = |part: &[u8]| part.ends_with(b".git") || part == b".fingerprint";
        if file.path.parts().any(is_of_digests) || is_piece(file.path.file_name()) || shape::is_code(file) {
            return None;
        }
        let (old, new) = match shape::seen(file)? {
            Seen::Both(old, new) if is_pkcs12(old) && is_pkcs12(new) => {
                return Some(Explanation::likely(
                    "two PKCS#12 stores: their salts are drawn, what they hold cannot be compared",
                ));
            }
            Seen::Both(old, new) => (old, new),
            Seen::New(new) => return drawn_word(file, new).or_else(|| salted(file, new)),
            _ => return None,
        };
        if let Some(count) = other_salts(file, old, new) {
            return Some(Explanation::likely(format!("{} hashed with another salt", passwords(count))));
        }
        if let Some(explanation) = other_keys(old, new) {
            return Some(explanation);
        }
        if old.len() != new.len() || old.len() > MOST {
            return None;
        }
        // What dates and hosts' names differ in is not drawn.
        let are_texts = lines::is_text(old) && lines::is_text(new);
        let known = if are_texts { file.nameless() } else { None };
        let both = known.filter(|(old, new)| old.len() == new.len()).unwrap_or((old, new));
        let differ = drawn(both.0, both.1)?;
        let looks_drawn = is_random(&differ.concat());
        // A hash looks drawn, and is another one for another password.
        let is_drawn = looks_drawn && salts::count(old) == 0 && !is_told_better(old) && !is_told_better(new);
        is_drawn.then(|| {
            Explanation::likely(format!(
                "{} of {} bytes differ and look drawn at random",
                differ.len(),
                old.len()
            ))
        })
    }
}

/// Whether a name is that of a piece of a split archive: `a.zip`, `a.z01`, `a.zip.001`, `a.7z.002`.
fn is_piece(name: &[u8]) -> bool {
    let ending = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let digits = ending.strip_prefix(b"z").unwrap_or(ending);
    ending == b"zip" || (2..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// The bytes that differ, where they stand together in places that are each long enough for a drawing: digits and words
/// that differ here and there are an edit.
fn drawn(old: &[u8], new: &[u8]) -> Option<Vec<[u8; 2]>> {
    let mut differ = Vec::new();
    let (mut start, mut last) = (0, None);
    for (at, (a, b)) in old.iter().zip(new).enumerate().filter(|(_, (a, b))| a != b) {
        match last {
            Some(last) if at - last <= CHANCE + 1 => {}
            Some(last) if last + 1 - start < PLACE => return None,
            _ => start = at,
        }
        last = Some(at);
        differ.push([*a, *b]);
    }
    (last? + 1 - start >= PLACE && differ.len() >= LEAST).then_some(differ)
}

/// Whether a text lists digests of files, as sha256sum does, or is a commit and nothing else.
fn lists_digests(text: &[u8]) -> bool {
    let digits = |line: &[u8]| line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let is_listed = |line: &[u8]| {
        let length = digits(line);
        let behind = line.get(length..).unwrap_or_default();
        matches!(length, 32 | 40 | 56 | 64 | 96 | 128)
            && (behind.starts_with(b"  ") || behind.starts_with(b" *"))
    };
    let is_commit = text.trim_ascii().len() == 40 && digits(text) == 40;
    is_commit || text.split(|byte| *byte == b'\n').any(is_listed)
}

/// Whether a cause that knows the format, or what the file speaks of, says more.
fn is_told_better(bytes: &[u8]) -> bool {
    if lists_digests(bytes) {
        return true;
    }
    let text = bytes.to_ascii_lowercase();
    MAGICS.iter().any(|magic| bytes.starts_with(magic))
        || DIGESTS.iter().any(|word| memmem::find(&text, word).is_some())
}

/// Against a lock: whether half of a file of the locked size is one word that looks drawn, or all of it is drawn bytes.
fn drawn_word(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    if file.old?.entry.size != new.len() as u64 || new.len() > MOST {
        return None;
    }
    if let Some((label, body)) = sole_block(new) {
        let is_drawn = is_random(&armour::joined(body)) && !is_told_better(new);
        return is_drawn.then(|| Explanation::likely(format!("a {}, and nothing else", printable(label))));
    }
    let is_bytes = new.contains(&0) || !new.is_ascii();
    let word = match is_bytes {
        true => Some(new).filter(|new| new.len() <= MOST_BYTES)?,
        false => middle_word(new)?,
    };
    if word.len() * 2 < new.len() {
        return None;
    }
    let joined: Vec<u8> = word.iter().copied().filter(|byte| *byte != b'-').collect();
    (joined.len() >= 2 * LEAST && is_random(&joined) && !is_told_better(new))
        .then(|| Explanation::likely(format!("{} of {} bytes look drawn at random", word.len(), new.len())))
}

/// The word in the middle of a text, or that ends there: no other can be half of it.
fn middle_word(text: &[u8]) -> Option<&[u8]> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"=:\"',;".contains(byte);
    let (before, behind) = text.split_at(text.len() / 2);
    let start = before.iter().rposition(is_end).map_or(0, |at| at + 1);
    let end = before.len() + behind.iter().position(is_end).unwrap_or(behind.len());
    text.get(start..end)
}

/// The only block of a text that is nothing else.
fn sole_block(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let armoured = armour::read(text)?;
    let is_bare = armoured.around.iter().all(|text| text.trim_ascii().is_empty());
    armoured.blocks.first().copied().filter(|_| is_bare && armoured.blocks.len() == 1)
}

/// Whether two texts are alike but for keys and certificates in the same places, which look drawn on both sides.
fn other_keys(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (armour::read(old)?, armour::read(new)?);
    let labels = |armoured: &Armoured<'_>| -> Vec<Vec<u8>> {
        armoured.blocks.iter().map(|(label, _)| label.to_vec()).collect()
    };
    if old.around != new.around || labels(&old) != labels(&new) {
        return None;
    }
    let pairs = old.blocks.iter().zip(&new.blocks).filter(|(old, new)| old != new);
    let others: Vec<_> = pairs.collect();
    let drawn = |body: &[u8]| is_random(&armour::joined(body));
    let (label, _) = others.first()?.0;
    others.iter().all(|((_, old), (_, new))| drawn(old) && drawn(new)).then(|| {
        let (count, label) = (others.len(), printable(label));
        Explanation::likely(match count {
            1 => format!("another {label}, nothing else"),
            count => format!("{count} other blocks as {label}, nothing else"),
        })
    })
}

/// How many passwords are hashed with another salt, where nothing else differs but the day they were set on.
fn other_salts(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<usize> {
    let is_shadow = file.is("etc/shadow") || file.is("etc/shadow-");
    let with_days = || if is_shadow { with_days_of(old, new) } else { None };
    salts::differ(old, new).or_else(|| salts::differ(&with_days()?, new))
}

/// Against a lock: whether a file of the locked size holds salted hashes, and nothing says more of it.
fn salted(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let count = salts::count(new);
    let fits =
        count > 0 && file.old?.entry.size == new.len() as u64 && ShadowLastChange.explain(file).is_none();
    fits.then(|| Explanation::likely(format!("{} hashed with a salt drawn at random", passwords(count))))
}

fn passwords(count: usize) -> String {
    if count == 1 { "1 password".to_owned() } else { format!("{count} passwords") }
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
    use crate::base::digest::Sha256;
    use crate::causes::testing::Pair;

    fn drawn(seed: &str) -> String {
        Sha256::of(seed.as_bytes()).hex()
    }

    #[test]
    fn keys_and_ids_are_likely() {
        let pair = Pair::default()
            .both("id", drawn("a").as_bytes(), drawn("b").as_bytes())
            .both("key", b"K=q8Zt3VxA0cPLw7RmYbN5dHf2-eT", b"K=Uj4sGk9XoT6iDrE1yWnB_hzC7vM")
            .both("salt", &Sha256::of(b"a").0, &Sha256::of(b"b").0);
        let explained = |path: &str| format!("{path}: random-content (likely)");
        assert_eq!(pair.explained(), ["id", "key", "salt"].map(explained));
        assert_eq!(pair.explained_against_lock(), [explained("id"), "key: ".to_owned(), explained("salt")]);
    }

    #[test]
    fn the_word_that_is_half_of_a_text_is_in_its_middle() {
        for (text, word) in [
            ("abc d", "abc"),
            ("a bcd", "bcd"),
            ("abc=def", "abc"),
            ("a=b", "a"),
            ("abc=", "abc"),
            ("abcd", "abcd"),
        ] {
            let middle = super::middle_word(text.as_bytes()).unwrap();
            assert!(middle == word.as_bytes() || middle.len() * 2 < text.len(), "{text}");
            assert_eq!(middle.len() * 2 >= text.len(), word.len() * 2 >= text.len(), "{text}");
        }
    }

    #[test]
    fn against_a_lock_many_drawn_bytes_may_be_packed_ones_and_are_not_explained() {
        let bytes = |seed: &str, count: usize| -> Vec<u8> {
            (0..count).flat_map(|at| Sha256::of(format!("{seed}{at}").as_bytes()).0).collect()
        };
        let pair = Pair::default().both("few", &bytes("a", 64), &bytes("b", 64)).both(
            "many",
            &bytes("a", 600),
            &bytes("b", 600),
        );
        assert_eq!(pair.explained_against_lock(), ["few: random-content (likely)", "many: "]);
    }

    #[test]
    fn against_a_lock_a_private_key_of_equal_length_is_likely() {
        let letter = |byte: &u8| {
            char::from(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[usize::from(byte % 64)],
            )
        };
        let armour = |label: &str, seed: &str| {
            let drawn = [Sha256::of(seed.as_bytes()).0, Sha256::of(drawn(seed).as_bytes()).0].concat();
            let body: String = drawn.iter().map(letter).collect();
            format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n").into_bytes()
        };
        let pair = Pair::default()
            .both("key", &armour("OPENSSH PRIVATE KEY", "a"), &armour("OPENSSH PRIVATE KEY", "b"))
            .both("two", &armour("RSA PRIVATE KEY", "a")[1..], &armour("RSA PRIVATE KEY", "b"));
        assert_eq!(pair.explained_against_lock(), ["key: random-content (likely)", "two: "]);
        let of_another_length =
            [&armour("EC PRIVATE KEY", "b")[..60], &armour("EC PRIVATE KEY", "b")[70..]].concat();
        let pair = Pair::default().both("key", &armour("EC PRIVATE KEY", "a"), &of_another_length);
        assert_eq!(pair.explained(), ["key: random-content (likely)"]);
    }

    #[test]
    fn a_password_hashed_with_another_salt_is_likely_and_another_password_is_not_explained() {
        let rows = |salt: &str, hash: &str| format!("root:*:1::\nada:$6${salt}${hash}:2::\n").into_bytes();
        let old = rows("q8Zt3VxA", "YbN5dHf2xeUj4sGk9XoT6iDr");
        let new = rows("E1yWnBhz", "4GkPq8Zt0xA1cPLw7mRYbN5.");
        let pair = Pair::default().both("etc/shadow", &old, &new).both("etc/gshadow", &old, &new);
        let explained = ["etc/gshadow: random-content (likely)", "etc/shadow: random-content (likely)"];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
        let other = rows("q8Zt3VxA", "4GkPq8Zt0xA1cPLw7mRYbN5.");
        assert_eq!(Pair::default().both("etc/gshadow", &old, &other).explained(), ["etc/gshadow: "]);
    }

    #[test]
    fn sums_commits_and_edits_here_and_there_were_not_drawn() {
        let pair = Pair::default()
            .both(
                "sums.txt",
                format!("{}  a.json\n", drawn("a")).as_bytes(),
                format!("{}  a.json\n", drawn("b")).as_bytes(),
            )
            .both("REVISION", &drawn("a").as_bytes()[..40], &drawn("b").as_bytes()[..40])
            .both("x.py", b"x = 'QuickBrown7Fox'\ny = 3\n", b"x = 'LazyJumps9Dogs'\ny = 4\n");
        let none = ["REVISION: ", "sums.txt: ", "x.py: "];
        assert_eq!(pair.explained(), none);
        assert_eq!(pair.explained_against_lock(), none);
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
            .both("a/.git/x", drawn("a").as_bytes(), drawn("b").as_bytes())
            .both("b.z01", drawn("a").as_bytes(), drawn("b").as_bytes())
            .both("c/.fingerprint/lib-c", &drawn("a").as_bytes()[..16], &drawn("b").as_bytes()[..16])
            .both("size", &drawn("a").as_bytes()[..40], drawn("b").as_bytes())
            .both(
                "zip",
                &[b"PK\x03\x04", &Sha256::of(b"a").0[..]].concat(),
                &[b"PK\x03\x04", &Sha256::of(b"b").0[..]].concat(),
            );
        assert_eq!(
            pair.explained(),
            [
                "a/.git/x: ",
                "b.z01: ",
                "c/.fingerprint/lib-c: ",
                "digest: ",
                "number: ",
                "prose: ",
                "size: ",
                "zip: "
            ]
        );
    }
}
