//! `ssh-host-key`: the SSH host keys are made when the server is installed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Mends, Removal};
use crate::causes::engine::shape::{self, Seen};
use crate::formats::bytes::Cursor;

/// See docs/causes/ssh-host-key.md.
pub(crate) struct SshHostKey;

impl Cause for SshHostKey {
    declare!(
        "ssh-host-key",
        "host keys are made anew at install",
        Profile::of(
            Reach::Path,
            "rm -f /etc/ssh/ssh_host_* in the RUN that installs it; ssh-keygen -A at start"
        )
        .proved_by("the whole file is a key")
        .mended_by(&[Mends::Remove(&[Removal::Delete("/etc/ssh/ssh_host_*")])])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let name = file.path.file_name();
        if file.path.parent()?.as_bytes() != b"etc/ssh" || !name.starts_with(b"ssh_host_") {
            return None;
        }
        let is_key: fn(&[u8]) -> bool = if name.ends_with(b".pub") { is_public } else { is_private };
        match shape::seen(file)? {
            Seen::Both(old, new) => (is_key(old) && is_key(new))
                .then(|| Explanation::certain("all of the file is a key, on both sides another")),
            Seen::New(bytes) => is_key(bytes).then(|| Explanation::likely("all of the file is a key")),
            Seen::Alone(bytes) => is_key(bytes).then(|| Explanation::likely("a key, on one side alone")),
            Seen::Unread => None,
        }
    }
}

/// Whether the bytes are one PEM block of a private key, of base64 alone.
fn is_private(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_end();
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let [first, body @ .., last] = lines.as_slice() else { return false };
    let label = |line: &'_ [u8], start: &[u8]| {
        Some(line.strip_prefix(start)?.strip_suffix(b" PRIVATE KEY-----")?.to_vec())
    };
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    label(first, b"-----BEGIN ").is_some_and(|first| Some(first) == label(last, b"-----END "))
        && !body.is_empty()
        && body.iter().all(|line| line.iter().all(is_base64))
}

/// Whether the bytes are one line: a kind, a key in base64 that is of that kind, a comment of who made it where.
fn is_public(bytes: &[u8]) -> bool {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let (kind, key, comment) = match words.as_slice() {
        [kind, key] => (*kind, *key, &b""[..]),
        [kind, key, comment] => (*kind, *key, *comment),
        _ => return false,
    };
    let is_known = [&b"ssh-"[..], b"ecdsa-", b"sk-"].iter().any(|start| kind.starts_with(start));
    let blob = STANDARD.decode(key).unwrap_or_default();
    // The key begins with its own kind, behind its length.
    let own = Cursor::new(&blob).size_be().and_then(|length| blob.get(4..4 + length.min(64)));
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"@.-_".contains(byte);
    is_known && own == Some(kind) && comment.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::Pair;

    const KEY: &str = "etc/ssh/ssh_host_ed25519_key";

    fn private(key: &str) -> Vec<u8> {
        format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{key}\n-----END OPENSSH PRIVATE KEY-----\n")
            .into_bytes()
    }

    #[test]
    fn other_keys_are_told_for_certain_and_against_a_lock_likely() {
        let public = format!("{KEY}.pub");
        let line = |key: &str, host: &str| {
            let blob = STANDARD.encode([b"\0\0\0\x0bssh-ed25519", key.as_bytes()].concat());
            format!("ssh-ed25519 {blob} root@{host}\n").into_bytes()
        };
        let pair = Pair::default().both(KEY, &private("AAAA"), &private("BBBB")).both(
            &public,
            &line("one", "a"),
            &line("two", "b"),
        );
        let other = Pair::default().both(&public, &line("one", "a"), b"ssh-rsa AAAA root@a\n");
        assert_eq!(other.explained(), [format!("{public}: ")]);
        assert_eq!(
            pair.explained(),
            [format!("{KEY}: ssh-host-key (certain)"), format!("{public}: ssh-host-key (certain)")]
        );
        assert_eq!(pair.explained_against_lock()[0], format!("{KEY}: ssh-host-key (likely)"));
        let added = Pair::default().added(KEY, &private("AAAA"));
        assert_eq!(added.explained(), [format!("{KEY}: ssh-host-key (likely)")]);
    }

    #[test]
    fn a_key_with_something_behind_it_is_not_explained() {
        let more = [private("BBBB"), b"and more\n".to_vec()].concat();
        assert_eq!(Pair::default().both(KEY, &private("AAAA"), &more).explained(), [format!("{KEY}: ")]);
    }
}
