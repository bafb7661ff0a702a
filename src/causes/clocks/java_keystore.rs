//! `java-keystore`: a Java keystore holds the time each certificate was put in.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape::{self, Seen};
use crate::formats::jks::{self, Trusted};

/// See docs/causes/java-keystore.md.
pub(crate) struct JavaKeystore;

impl Cause for JavaKeystore {
    declare!(
        "java-keystore",
        "a keystore holds the time of each import",
        Profile::of(
            Reach::Format,
            "run the import with SOURCE_DATE_EPOCH under faketime, or COPY a cacerts made once"
        )
        .proved_by("same certificates; times of import aside")
        .mended_by(&[Mends::Rule("missing-source-date-epoch", Extent::Stage)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let name = file.path.file_name();
        if name != b"cacerts" && ![".jks", ".keystore", ".p12"].iter().any(|ending| file.ends_with(ending)) {
            return None;
        }
        // Others make such stores too, of keys that they draw.
        let is_javas = !file.ends_with(".p12");
        match shape::seen(file)? {
            Seen::Both(old, new) => match (jks::trusted(old), jks::trusted(new)) {
                (Some(old), Some(new)) => compare(old, new),
                _ => (is_javas && jks::is_pkcs12(old) && jks::is_pkcs12(new))
                    .then(|| Explanation::likely("two PKCS#12 stores: their salts are drawn at random, and what they hold cannot be compared")),
            },
            Seen::New(bytes) if is_javas && jks::is_pkcs12(bytes) => Some(Explanation::likely("a PKCS#12 store")),
            // A store that one side alone has is lost, or planted.
            Seen::Alone(_) => None,
            seen => shape::by_magic(seen, jks::MAGIC, "a Java keystore"),
        }
    }
}

fn compare(mut old: Vec<Trusted<'_>>, mut new: Vec<Trusted<'_>>) -> Option<Explanation> {
    let is_same_order = old == new;
    old.sort_unstable();
    new.sort_unstable();
    let count = old.len();
    (old == new).then(|| {
        let order = if is_same_order { "" } else { " in another order" };
        Explanation::certain(format!("the same {count} certificates{order}; the times of import differ, and the digest that follows from them"))
    })
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const PATH: &str = "etc/ssl/certs/java/cacerts";

    fn store(entries: &[(&str, u64, &str)]) -> Vec<u8> {
        let mut bytes = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, entries.len() as u8].to_vec();
        for (alias, time, certificate) in entries {
            bytes.extend([0, 0, 0, 2, 0, alias.len() as u8]);
            bytes.extend(alias.as_bytes());
            bytes.extend(time.to_be_bytes());
            bytes.extend(*b"\0\x05X.509\0\0\0");
            bytes.push(certificate.len() as u8);
            bytes.extend(certificate.as_bytes());
        }
        bytes.extend([entries.first().map_or(0, |entry| entry.1 as u8); 20]);
        bytes
    }

    #[test]
    fn times_of_import_and_order_are_told_for_certain() {
        let old = store(&[("a", 1, "one"), ("b", 1, "two")]);
        let pair = Pair::default().both(PATH, &old, &store(&[("b", 7, "two"), ("a", 7, "one")]));
        assert_eq!(pair.explained(), [format!("{PATH}: java-keystore (certain)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: java-keystore (likely)")]);
    }

    #[test]
    fn another_certificate_or_alias_is_not_explained() {
        let old = store(&[("a", 1, "one"), ("b", 1, "two")]);
        for new in [[("a", 7, "one"), ("b", 7, "2wo")], [("a", 7, "two"), ("b", 7, "one")]] {
            assert_eq!(Pair::default().both(PATH, &old, &store(&new)).explained(), [format!("{PATH}: ")]);
        }
        assert_eq!(Pair::default().both(PATH, &old, &old[..40]).explained(), [format!("{PATH}: ")]);
    }
}
