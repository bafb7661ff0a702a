//! Salted password hashes in text, as crypt(5) writes them: `$6$SALT$HASH`. Each hashing draws another salt, so the
//! same password looks different in each build. Whether it is the same password, no one can tell from them.

/// The methods whose salt is drawn, by the name between the first two dollar signs.
const METHODS: &[&[u8]] = &[b"1", b"2a", b"2b", b"2y", b"5", b"6", b"7", b"y", b"gy", b"apr1"];

/// Characters of the shortest such hash behind its method: `$1$` with an empty salt.
const LEAST: usize = 23;

/// Of bcrypt's last field the salt comes first, and nothing parts it from the hash.
const BCRYPT_SALT: usize = 22;

/// How many salted hashes stand in the text.
pub(crate) fn count(text: &[u8]) -> usize {
    parts(text).iter().filter(|part| part.salt.is_some()).count()
}

/// How many salted hashes differ, each in its salt; `None` where anything else differs too, as one whose salt is
/// equal does: that is another password.
pub(crate) fn differ(old: &[u8], new: &[u8]) -> Option<usize> {
    let (olds, news) = (parts(old), parts(new));
    if olds.len() != news.len() {
        return None;
    }
    let mut count = 0;
    for (old, new) in olds.iter().zip(&news).filter(|(old, new)| old.text != new.text) {
        let (old_salt, new_salt) = (old.salt?, new.salt?);
        if old_salt == new_salt || old.method() != new.method() {
            return None;
        }
        count += 1;
    }
    (count > 0).then_some(count)
}

/// A salted hash with its salt, or the text between two of them.
struct Part<'t> {
    text: &'t [u8],
    salt: Option<&'t [u8]>,
}

impl Part<'_> {
    fn method(&self) -> Option<&[u8]> {
        self.text.split(|byte| *byte == b'$').nth(1)
    }
}

fn parts(text: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut at = 0;
    while let Some(dollar) = rest.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'$')) {
        let start = at + dollar;
        let (before, behind) = rest.split_at(start);
        let end = behind.iter().position(|byte| !is_of_hash(*byte)).unwrap_or(behind.len());
        let (word, behind) = behind.split_at(end);
        match salt(word) {
            Some(salt) => {
                parts.push(Part { text: before, salt: None });
                parts.push(Part { text: word, salt: Some(salt) });
                (rest, at) = (behind, 0);
            }
            None => at = start + end,
        }
    }
    parts.push(Part { text: rest, salt: None });
    parts
}

fn is_of_hash(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"$./=,".contains(&byte)
}

/// The method, its parameters and the salt of a word that is a salted hash.
fn salt(word: &[u8]) -> Option<&[u8]> {
    let method = word.split(|byte| *byte == b'$').nth(1)?;
    if !METHODS.contains(&method) || word.len() < method.len() + 2 + LEAST {
        return None;
    }
    let hash = word.rsplit(|byte| *byte == b'$').next()?;
    let salt = word.len() - hash.len();
    word.get(..if method.starts_with(b"2") { salt + BCRYPT_SALT.min(hash.len()) } else { salt })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "ada:$6$q8Zt3VxA0cPLw7.m$YbN5dHf2x/eUj4sGk9XoT6iDr:1::";
    const OTHER: &str = "ada:$6$E1yWnB.hzC7vMs3f$4GkPq8Zt0xA1cPLw7mRYbN5.b:1::";

    fn between(old: &str, new: &str) -> Option<usize> {
        differ(old.as_bytes(), new.as_bytes())
    }

    #[test]
    fn a_hash_with_another_salt_is_told() {
        assert_eq!(between(ONE, OTHER), Some(1));
        assert_eq!(between(ONE, ONE), None);
        let bcrypt = |salt: &str| format!("a=$2b$12${salt}DrE1yWnB.hzC7vMs3f4GkPq8Zt0xA1c\n");
        assert_eq!(between(&bcrypt("q8Zt3VxA0cPLw7RmYbN5dH"), &bcrypt("E1yWnB.hzC7vMs3f4GkPq8")), Some(1));
        assert_eq!(count(format!("{ONE}\nbob:!:1::\n{OTHER}").as_bytes()), 2);
    }

    #[test]
    fn another_password_or_any_other_byte_is_not() {
        assert_eq!(between(ONE, &ONE.replace("YbN5", "ZbN5")), None);
        assert_eq!(between(ONE, &OTHER.replace("$6$", "$5$")), None);
        assert_eq!(between(ONE, &OTHER.replace(":1:", ":2:")), None);
        assert_eq!(count(b"cost: $1 and $200, $6$short"), 0);
        assert_eq!(count(b"$$6$ $"), 0);
    }
}
