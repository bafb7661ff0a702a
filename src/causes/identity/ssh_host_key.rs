//! `ssh-host-key`: the SSH host keys are made when the server is installed.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Mends, Removal};
use crate::causes::engine::shape::{self, Seen};

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
            Seen::Unread => Some(Explanation::likely("its path")),
        }
    }
}

/// Whether the bytes are one PEM block of a private key.
fn is_private(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_end();
    let lines = text.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"-----"));
    text.starts_with(b"-----BEGIN ") && text.ends_with(b" PRIVATE KEY-----") && lines.count() == 2
}

/// Whether the bytes are one line: a kind, a key, a comment.
fn is_public(bytes: &[u8]) -> bool {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let is_known = [&b"ssh-"[..], b"ecdsa-", b"sk-"].iter().any(|kind| line.starts_with(kind));
    is_known && !line.contains(&b'\n') && line.split(|byte| *byte == b' ').count() >= 2
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const KEY: &str = "etc/ssh/ssh_host_ed25519_key";

    fn private(key: &str) -> Vec<u8> {
        format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{key}\n-----END OPENSSH PRIVATE KEY-----\n")
            .into_bytes()
    }

    #[test]
    fn other_keys_are_told_for_certain_and_against_a_lock_likely() {
        let public = format!("{KEY}.pub");
        let pair = Pair::default().both(KEY, &private("AAAA"), &private("BBBB")).both(
            &public,
            b"ssh-ed25519 AAAA root@a\n",
            b"ssh-ed25519 BBBB root@b\n",
        );
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
