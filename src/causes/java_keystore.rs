//! `java-keystore`: a Java keystore holds the time each certificate was put in.

use crate::causes::Cause;
use crate::causes::Explanation;
use crate::causes::FileCase;
use crate::causes::Reach;
use crate::causes::shape::{self, Seen};

/// See docs/causes/java-keystore.md.
pub(super) struct JavaKeystore;

const MAGIC: &[u8] = &[0xfe, 0xed, 0xfe, 0xed];

/// The tag of a trusted certificate, the bytes of a time in milliseconds, and of the SHA-1 at the end, which follows
/// from all before it.
const TRUSTED: u32 = 2;
const TIME: usize = 8;
const DIGEST: usize = 20;

type Entries<'a> = Vec<(&'a [u8], &'a [u8])>;

impl Cause for JavaKeystore {
    fn id(&self) -> &'static str {
        "java-keystore"
    }

    fn summary(&self) -> &'static str {
        "a keystore holds the time of each import"
    }

    fn fix(&self) -> &'static str {
        "run the import with SOURCE_DATE_EPOCH under faketime, or COPY a cacerts made once"
    }

    fn rule(&self) -> Option<&'static str> {
        Some("missing-source-date-epoch")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../docs/causes/java-keystore.md")
    }

    fn reach(&self) -> Reach {
        Reach::Format
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let name = file.path.file_name();
        if name != b"cacerts" && ![".jks", ".keystore", ".p12"].iter().any(|ending| file.ends_with(ending)) {
            return None;
        }
        // Others make such stores too, of keys that they draw.
        let is_javas = !file.ends_with(".p12");
        match shape::seen(file)? {
            Seen::Both(old, new) => match (entries(old), entries(new)) {
                (Some(old), Some(new)) => compare(old, new),
                _ => (is_javas && is_pkcs12(old) && is_pkcs12(new))
                    .then(|| Explanation::likely("two PKCS#12 stores: their salts are drawn at random, and what they hold cannot be compared")),
            },
            Seen::New(bytes) if is_javas && is_pkcs12(bytes) => Some(Explanation::likely("a PKCS#12 store")),
            seen => shape::by_magic(seen, MAGIC, "a Java keystore"),
        }
    }
}

fn compare(mut old: Entries<'_>, mut new: Entries<'_>) -> Option<Explanation> {
    let is_same_order = old == new;
    old.sort_unstable();
    new.sort_unstable();
    let count = old.len();
    (old == new).then(|| {
        let order = if is_same_order { "" } else { " in another order" };
        Explanation::certain(format!("the same {count} certificates{order}; the times of import differ"))
    })
}

/// The entries of a JKS store without their times: alias and certificate. `None` for private keys,
/// whose encryption is salted, and for what is no JKS store.
fn entries(store: &[u8]) -> Option<Entries<'_>> {
    let (body, _digest) = store.split_at_checked(store.len().checked_sub(DIGEST)?)?;
    let mut rest = body.strip_prefix(MAGIC)?;
    let count = be32(take(&mut rest, 8)?.get(4..)?)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let start = rest;
        if be32(take(&mut rest, 4)?)? != TRUSTED {
            return None;
        }
        let length = be16(take(&mut rest, 2)?)?;
        take(&mut rest, length)?;
        let alias = start.get(..start.len() - rest.len())?;
        take(&mut rest, TIME)?;
        let start = rest;
        let length = be16(take(&mut rest, 2)?)?;
        take(&mut rest, length)?;
        let length = be32(take(&mut rest, 4)?)?;
        take(&mut rest, length as usize)?;
        entries.push((alias, start.get(..start.len() - rest.len())?));
    }
    rest.is_empty().then_some(entries)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(taken)
}

fn be16(bytes: &[u8]) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(bytes.try_into().ok()?)))
}

fn be32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// A DER sequence of a long length, then version 3 (RFC 7292).
pub(super) fn is_pkcs12(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x30, 0x82]) && bytes.get(4..7) == Some(&[2, 1, 3])
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
        assert_eq!(pair.told(), [format!("{PATH}: java-keystore (certain)")]);
        assert_eq!(pair.told_against_lock(), [format!("{PATH}: java-keystore (likely)")]);
    }

    #[test]
    fn another_certificate_or_alias_is_not_explained() {
        let old = store(&[("a", 1, "one"), ("b", 1, "two")]);
        for new in [[("a", 7, "one"), ("b", 7, "2wo")], [("a", 7, "two"), ("b", 7, "one")]] {
            assert_eq!(Pair::default().both(PATH, &old, &store(&new)).told(), [format!("{PATH}: ")]);
        }
        assert_eq!(Pair::default().both(PATH, &old, &old[..40]).told(), [format!("{PATH}: ")]);
    }
}
