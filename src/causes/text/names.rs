//! Names of hosts and temporary files, which two builds write differently into the same text.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::lines::hide_differing;

/// Put in a name's place; text holds no NUL.
const HIDDEN: &[u8] = b"\0host";

/// What stands right before a host's name.
const HOST_KEYS: &[&[u8]] = &[
    b"root@",
    b"HOSTNAME=",
    b"hostname=",
    b"hostname: ",
    b"\"hostname\": \"",
    b"\"hostname\":\"",
    b"Hostname: ",
];

/// What stands before the drawn end of a temporary name, and how long that end is.
const TEMPORARY: &[(&[u8], usize)] = &[
    (b"tmp.", 10),
    (b"pip-install-", 8),
    (b"pip-req-build-", 8),
    (b"pip-build-env-", 8),
    (b"pip-wheel-", 8),
    (b"pip-unpack-", 8),
    (b"pip-uninstall-", 8),
    (b"pip-modern-metadata-", 8),
    (b"pip-ephem-wheel-cache-", 8),
    (b"pip-standalone-pip-", 8),
    (b"pip-build-tracker-", 8),
    (b"pip-target-", 8),
    (b"pip-metadata-", 8),
    (b"mesonpy-", 8),
];

/// The same for names that are told by their folder alone, with what may follow the drawn part: elsewhere they are words
/// like others, `tmpl_config`.
const IN_TMP: &[(&[u8], usize, &[u8])] = &[
    // Busybox draws six where others draw ten.
    (b"tmp.", 6, b""),
    // Python's, also with an ending: `tmpe1hd9v6j_kernels`.
    (b"tmp", 8, b"_"),
    // gcc's
    (b"cc", 6, b"."),
    (b"hf_", 8, b""),
    (b"Rtmp", 6, b""),
];

/// Words of a line in which 64 hex digits are a container, not a digest of something.
const CONTAINERS: &[&[u8]] = &[b"docker", b"container", b"libpod", b"buildkit", b"buildah"];

static CONTAINER_WORDS: LazyLock<Vec<Finder<'static>>> =
    LazyLock::new(|| CONTAINERS.iter().map(|word| Finder::new(*word)).collect());

/// Which names to hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// Those that were made for one build: temporary names, and container ids in a host's place.
    Sure,
    /// What may be such a name: whatever stands in a host's place, and container ids anywhere, 12 hex digits, or 64
    /// where the line speaks of containers.
    Likely,
}

/// The text with names of hosts and temporary files hidden.
pub(crate) fn hide_hosts(text: &[u8], names: Names) -> Vec<u8> {
    let mut hidden = Vec::with_capacity(text.len());
    let speaks_of_them = |text: &[u8]| CONTAINER_WORDS.iter().any(|word| word.find(text).is_some());
    let has_containers = names == Names::Likely && speaks_of_them(text);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let of_container = has_containers && speaks_of_them(line);
        let (mut at, mut copied) = (0, 0);
        let mut before = b' ';
        while let Some(byte) = line.get(at).copied() {
            let rest = line.get(at..).unwrap_or_default();
            let name = match !is_name(before) && names.may_begin_with(byte) {
                true => host(rest, names)
                    .or_else(|| temporary(line.get(..at).unwrap_or_default(), rest, names))
                    .or_else(|| id(rest, names, of_container)),
                false => None,
            };
            match name {
                Some((kept, gone)) => {
                    hidden.extend_from_slice(line.get(copied..at + kept).unwrap_or_default());
                    hidden.extend_from_slice(HIDDEN);
                    at += kept + gone;
                    copied = at;
                }
                None => at += 1,
            }
            before = line.get(at - 1).copied().unwrap_or(b' ');
        }
        hidden.extend_from_slice(line.get(copied..).unwrap_or_default());
    }
    hidden
}

/// Two texts with names of hosts and temporary files hidden where they differ.
pub(crate) fn hide_differing_hosts(old: &[u8], new: &[u8], names: Names) -> (Vec<u8>, Vec<u8>) {
    hide_differing(old, new, |old, new| (hide_hosts(old, names), hide_hosts(new, names)))
}

/// The bytes with which a name to hide, or its key, may begin.
static BEGINNINGS: LazyLock<Vec<bool>> = LazyLock::new(|| {
    let begins = |byte: u8| {
        let is_first = |word: &[u8]| word.first() == Some(&byte);
        HOST_KEYS.iter().any(|key| is_first(key))
            || TEMPORARY.iter().any(|(prefix, _)| is_first(prefix))
            || IN_TMP.iter().any(|(prefix, ..)| is_first(prefix))
    };
    (0..=u8::MAX).map(begins).collect()
});

impl Names {
    /// Whether such a name may begin with the byte: most begin none.
    fn may_begin_with(self, byte: u8) -> bool {
        let is_id = self == Self::Likely && (byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        is_id || BEGINNINGS.get(usize::from(byte)).is_some_and(|begins| *begins)
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn run(text: &[u8], is: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|byte| is(**byte)).count()
}

/// What is kept of a host's name with its key, and how much is hidden.
fn host(text: &[u8], names: Names) -> Option<(usize, usize)> {
    HOST_KEYS.iter().find_map(|key| {
        let name = text.strip_prefix(*key)?;
        let length = run(name, |byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        // Git puts a domain behind a name that has none.
        let name = name.get(..length)?.split(|byte| *byte == b'.').next()?;
        let fits = names == Names::Likely || is_container(name);
        (length > 0 && fits).then_some((key.len(), length))
    })
}

/// Whether a name is what engines call a container's host: 12 hex digits.
fn is_container(name: &[u8]) -> bool {
    let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    name.len() == 12
        && name.iter().all(is_hex)
        && name.iter().any(u8::is_ascii_digit)
        && name.iter().any(u8::is_ascii_lowercase)
}

/// What is kept of a temporary name, and how much is hidden, where one begins `text`; `before` is what stands before it.
fn temporary(before: &[u8], text: &[u8], names: Names) -> Option<(usize, usize)> {
    let drawn = |prefix: &[u8], length: usize| {
        let name = text.strip_prefix(prefix)?;
        let is_mixed =
            name.get(..length)?.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        // Of eight letters drawn some one in twelve has no digit, and may be a word.
        let is_mixed = is_mixed || names == Names::Likely && before.ends_with(b"tmp/");
        Some((run(name, is_name), name)).filter(|(run, _)| is_mixed && *run >= length)
    };
    let anywhere = TEMPORARY.iter().find_map(|(prefix, length)| {
        let (run, _) = drawn(prefix, *length)?;
        (run == *length).then_some((prefix.len(), *length))
    });
    let in_tmp = || {
        IN_TMP.iter().find_map(|(prefix, length, ending)| {
            let (run, name) = drawn(prefix, *length)?;
            let is_ended = name.get(*length).is_some_and(|byte| ending.contains(byte));
            (run == *length || is_ended).then_some((prefix.len(), *length))
        })
    };
    anywhere.or_else(|| in_tmp().filter(|_| before.ends_with(b"tmp/")))
}

fn id(text: &[u8], names: Names, of_container: bool) -> Option<(usize, usize)> {
    let length = run(text, is_name);
    let word = text.get(..length)?;
    let is_long = length == 64 && of_container && word.iter().all(u8::is_ascii_hexdigit);
    (names == Names::Likely && (is_container(word) || is_long)).then_some((0, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sure(text: &str) -> String {
        String::from_utf8(hide_hosts(text.as_bytes(), Names::Sure)).unwrap().replace('\0', "!")
    }

    #[test]
    fn names_of_hosts_and_temporary_files_are_hidden() {
        assert_eq!(
            sure("by root@3f2a0123beef in /tmp/tmp.aB3dE6gH9j/x"),
            "by root@!host in /tmp/tmp.!host/x"
        );
        assert_eq!(
            sure("/tmp/pip-install-ab_1cd2e/x HOSTNAME=0123456789ab.local\n"),
            "/tmp/pip-install-!host/x HOSTNAME=!host\n"
        );
        assert_eq!(sure("/tmp/tmpe1hd9v6j_kernels /tmp/tmp.Hof9mn"), "/tmp/tmp!host_kernels /tmp/tmp.!host");
        for word in ["tmp_result1 = f(x)", "load(\"tmpl_config\")", "ccache_a.c", "/tmp/template"] {
            assert_eq!(sure(word), word);
        }
        assert_eq!(sure("HOSTNAME=db-1 root@alpha.org\n"), "HOSTNAME=db-1 root@alpha.org\n");
        assert_eq!(sure("/tmp/cc1aB2cD.o cc1aB2cD"), "/tmp/cc!host.o cc1aB2cD");
        assert_eq!(sure("0123456789ab"), "0123456789ab");
        assert_eq!(sure("/tmp/tmpabcdefgh/x"), "/tmp/tmpabcdefgh/x");
        assert_eq!(hide_hosts(b"/tmp/tmpabcdefgh/x", Names::Likely), b"/tmp/tmp\0host/x");
    }

    #[test]
    fn ids_of_containers_are_hidden_where_they_may_be() {
        let hide = |text: String| hide_hosts(text.as_bytes(), Names::Likely);
        assert_eq!(hide("in 0123456789ab.".into()), b"in \0host.");
        assert_eq!(hide(format!("sha {}", "0a".repeat(32))), format!("sha {}", "0a".repeat(32)).as_bytes());
        assert_eq!(hide(format!("docker {}", "0a".repeat(32))), b"docker \0host");
    }

    #[test]
    fn names_in_lines_that_are_the_same_are_let_be() {
        let hide = |old: &str, new: &str| {
            let (old, new) = hide_differing_hosts(old.as_bytes(), new.as_bytes(), Names::Likely);
            [old, new].map(|text| String::from_utf8(text).unwrap().replace('\0', "!"))
        };
        assert_eq!(
            hide("on 0123456789ab\nby root@a\n", "on 0123456789ab\nby root@b\n"),
            ["on 0123456789ab\nby root@!host\n", "on 0123456789ab\nby root@!host\n"]
        );
        assert_eq!(hide("on 0123456789ab\n", "on 0123456789ab\n\n"), ["on !host\n", "on !host\n\n"]);
    }
}
