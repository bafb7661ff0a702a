//! `machine-id`: a machine id is drawn at random when systemd or dbus is installed.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Mends, Removal};
use crate::causes::engine::shape::{self, Seen};

/// See docs/causes/machine-id.md.
pub(crate) struct MachineId;

impl Cause for MachineId {
    declare!(
        "machine-id",
        "the machine id is drawn at random",
        Profile::of(
            Reach::Path,
            "truncate -s 0 /etc/machine-id and rm -f /var/lib/dbus/machine-id at the end of the RUN"
        )
        .proved_by("the whole file is an id")
        .mended_by(&[Mends::Remove(&[
            Removal::Empty("/etc/machine-id"),
            Removal::Delete("/var/lib/dbus/machine-id")
        ])])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !(file.is("etc/machine-id") || file.is("var/lib/dbus/machine-id")) {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => {
                (is_id(old) && is_id(new)).then(|| Explanation::certain("the file is nothing but the id"))
            }
            Seen::New(new) if file.was(b"") || file.was(b"uninitialized\n") => {
                is_id(new).then(|| Explanation::certain("the locked file held no id"))
            }
            Seen::New(new) => is_id(new).then(|| Explanation::likely("an id, and nothing else")),
            Seen::Alone(bytes) => is_id(bytes).then(|| Explanation::likely("an id, on one side alone")),
            Seen::Unread => None,
        }
    }
}

/// Whether the bytes are an id, or what stands for one yet to be drawn (machine-id(5)).
fn is_id(bytes: &[u8]) -> bool {
    let id = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let is_hex = id.len() == 32 && id.iter().all(|byte| byte.is_ascii_hexdigit());
    is_hex || id.is_empty() || id == b"uninitialized"
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const OLD: &[u8] = b"0123456789abcdef0123456789abcdef\n";
    const NEW: &[u8] = b"fedcba9876543210fedcba9876543210\n";

    #[test]
    fn another_id_is_told_for_certain_and_against_a_lock_likely() {
        let pair = Pair::default().both("etc/machine-id", OLD, NEW);
        assert_eq!(pair.explained()[0].split(", ").next(), Some("etc/machine-id: machine-id (certain)"));
        let explained = &pair.explained_against_lock()[0];
        assert_eq!(explained.split(", ").next(), Some("etc/machine-id: machine-id (likely)"));
    }

    #[test]
    fn an_id_where_the_locked_file_was_empty_is_told_for_certain() {
        let pair = Pair::default().both("etc/machine-id", b"", NEW);
        assert_eq!(pair.explained_against_lock(), ["etc/machine-id: machine-id (certain)"]);
        let added = Pair::default().added("var/lib/dbus/machine-id", NEW);
        assert_eq!(added.explained(), ["var/lib/dbus/machine-id: machine-id (likely)"]);
    }

    #[test]
    fn what_is_no_id_is_not_explained() {
        assert_eq!(Pair::default().both("etc/machine-id", OLD, b"x\n").explained(), ["etc/machine-id: "]);
    }
}
