//! Excerpts of files that changed a little: the bytes around the first and the last difference, both sides.
//!
//! Excerpts go into reports that are passed around. So a file that not everybody in the image may read has none, nor
//! has one that holds what looks like a secret, nor one in a hidden folder of a user; and how many there are, and how
//! large, is bounded: some for each cause, more for what nothing explains.

use std::collections::BTreeMap;

use super::outcome::DriftExplanation;
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::base::secrets;
use crate::causes::{FileSide, FileSides};
use crate::compare::drift::{Drift, Facts};
use crate::formats::tar::entry::Kind;

/// What changed in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// How to show it, and where in the file it starts.
    pub form: Form,
    /// The old side's bytes.
    pub old: Box<[u8]>,
    /// The new side's bytes.
    pub new: Box<[u8]>,
    /// Whether more differs than stands here.
    pub is_cut: bool,
}

/// How an excerpt is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As UTF-8 text, from this line, from 1.
    Text {
        /// The first line.
        line: usize,
    },
    /// As bytes, from this offset.
    Hex {
        /// The first byte's place.
        offset: usize,
    },
}

/// Lines kept around a difference.
const CONTEXT: usize = 2;

/// Bytes of one row of a hex dump.
const ROW: usize = 16;

/// Excerpts for one cause, and for the files that nothing explains.
const EXPLAINED: usize = 8;
const UNEXPLAINED: usize = 200;

/// Gives excerpts to the drifts that have both sides' bytes at hand: some for each cause.
pub(super) fn fill<'d>(
    drifts: impl Iterator<Item = ((&'d Drift, &'d mut DriftExplanation), &'d FileSides<'d>)>,
) {
    let mut taken: BTreeMap<Option<&'static str>, usize> = BTreeMap::new();
    for ((drift, explanation), sides) in drifts {
        let bytes = |side: Option<FileSide<'d>>| side.and_then(|side| side.bytes);
        let (Some(old), Some(new)) = (bytes(sides.old), bytes(sides.new)) else { continue };
        let cause = explanation.causes.first().map(|best| best.cause.id());
        let count = taken.entry(cause).or_default();
        let room = if cause.is_some() { EXPLAINED } else { UNEXPLAINED };
        if *count >= room || !is_public(&drift.path, [&drift.old, &drift.new]) {
            continue;
        }
        explanation.preview = of(old, new).map(Box::new);
        *count += usize::from(explanation.preview.is_some());
    }
}

/// Files that hold secrets whatever their mode says: a shadow file that everybody may read is a fault, and no permission.
const PRIVATE: &[&[u8]] =
    &[b"etc/shadow", b"etc/shadow-", b"etc/gshadow", b"etc/gshadow-", b"etc/security/opasswd"];

/// What the names of private keys and of files with credentials begin or end with, wherever they stand.
const PRIVATE_ENDS: &[&str] = &[".key", ".pem", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk"];
const PRIVATE_NAMES: &[&str] = &[
    ".netrc",
    "_netrc",
    ".pgpass",
    ".pypirc",
    ".npmrc",
    ".htpasswd",
    ".git-credentials",
    ".env",
    "credentials",
    "shadow",
    "gshadow",
    "krb5.keytab",
    "master.passwd",
];
const PRIVATE_STARTS: &[&str] = &["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "ssh_host_", ".env."];

/// What the hash of a password begins with, as crypt(5) writes them.
const CRYPT: &[&str] = &["$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$argon2"];

/// Whether a file is one that holds secrets, by its path alone.
fn is_private(path: &LayerPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    let is_public_key = name.ends_with(".pub") || name.ends_with(".crt");
    PRIVATE.contains(&path.as_bytes())
        || PRIVATE_NAMES.contains(&name.as_str())
        || !is_public_key
            && (PRIVATE_ENDS.iter().any(|end| name.ends_with(end))
                || PRIVATE_STARTS.iter().any(|start| name.starts_with(start)))
}

/// Whether everybody in a container could read the file on both sides, and it is none that holds secrets.
fn is_public(path: &LayerPath, sides: [&Option<Facts>; 2]) -> bool {
    let mut parts = path.parts();
    let is_users = matches!(parts.next(), Some(b"root" | b"home"));
    let is_hidden = is_users && parts.any(|part| part.starts_with(b"."));
    let may_read = |facts: &Option<Facts>| {
        facts.as_ref().is_some_and(|facts| facts.kind == Kind::File && facts.mode & 0o004 != 0)
    };
    !is_hidden && !is_private(path) && sides.into_iter().all(may_read)
}

fn of(old: &[u8], new: &[u8]) -> Option<Preview> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(start..)?, new.get(start..)?);
    if old_rest.is_empty() && new_rest.is_empty() {
        return None;
    }
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let ends = (old.len() - end, new.len() - end);
    let preview = if is_text(old) && is_text(new) {
        text((old, new), start, ends)?
    } else {
        hex((old, new), start, ends)?
    };
    let first = match preview.form {
        Form::Text { line } => {
            old.split_inclusive(|byte| *byte == b'\n').take(line - 1).map(<[u8]>::len).sum()
        }
        Form::Hex { offset } => offset,
    };
    let is_secret = |bytes: &[u8]| is_secret_around(bytes, first, start);
    (!is_secret(old) && !is_secret(new)).then_some(preview)
}

/// Bytes around an excerpt that may say that a part of it is secret.
const AROUND: usize = 2 * limits::SECRET_BYTES;

/// Whether a secret stands in an excerpt, or reaches into it. It is of the line or row that begins at `first`, around `start`.
fn is_secret_around(bytes: &[u8], first: usize, start: usize) -> bool {
    let from = first.max(start.saturating_sub(limits::PREVIEW_BYTES)).saturating_sub(AROUND);
    let end = start.saturating_add(limits::PREVIEW_BYTES + AROUND).min(bytes.len());
    let text = String::from_utf8_lossy(bytes.get(from..end).unwrap_or_default());
    let is_hashed = CRYPT.iter().any(|sign| text.contains(sign));
    is_hashed || text.contains("PRIVATE KEY") || secrets::redact(&text).is_some()
}

/// Whether this reads as text: UTF-8 without the control characters that no text has, but for a terminal's escape.
fn is_text(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, 8..=13 | 0x1b);
    !bytes.iter().any(is_control) && std::str::from_utf8(bytes).is_ok()
}

fn text(sides: (&[u8], &[u8]), start: usize, ends: (usize, usize)) -> Option<Preview> {
    let before = sides.0.get(..start)?;
    let mut newlines = before.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
    let first = newlines.nth(CONTEXT).map_or(0, |(at, _)| at + 1);
    // A text on one line would bring all of itself along.
    let first = boundary(sides.0, first.max(start.saturating_sub(limits::PREVIEW_BYTES / 4)));
    let line = sides.0.get(..first)?.iter().filter(|byte| **byte == b'\n').count() + 1;
    let side = |bytes: &[u8], end: usize| -> Option<(Box<[u8]>, bool)> {
        let newlines = bytes.get(end..)?.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let last = newlines.map(|(at, _)| end + at).nth(CONTEXT).unwrap_or(bytes.len());
        let cap = first + limits::PREVIEW_BYTES;
        let last = boundary(bytes, last.min(cap)).max(first);
        Some((bytes.get(first..last)?.into(), end > cap))
    };
    let (old, old_cut) = side(sides.0, ends.0)?;
    let (new, new_cut) = side(sides.1, ends.1)?;
    Some(Preview { form: Form::Text { line }, old, new, is_cut: old_cut || new_cut })
}

fn hex(sides: (&[u8], &[u8]), start: usize, ends: (usize, usize)) -> Option<Preview> {
    let offset = (start - start % ROW).saturating_sub(ROW);
    let cap = offset + limits::PREVIEW_BYTES / ROW;
    let side = |bytes: &[u8], end: usize| {
        let last = (end.next_multiple_of(ROW) + ROW).min(cap).min(bytes.len());
        bytes.get(offset..last).map(Box::from)
    };
    let (old, new) = (side(sides.0, ends.0)?, side(sides.1, ends.1)?);
    Some(Preview { form: Form::Hex { offset }, old, new, is_cut: ends.0.max(ends.1) > cap })
}

/// The place at or before `at` where a character starts.
fn boundary(text: &[u8], at: usize) -> usize {
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let mut at = at.min(text.len());
    while at > 0 && is_inside(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::drift;
    use crate::formats::tar::entry::Entry;
    use crate::formats::tar::entry::tests::file;

    fn excerpt(old: &str, new: &str) -> Option<(usize, String, String)> {
        let preview = of(old.as_bytes(), new.as_bytes())?;
        let Form::Text { line } = preview.form else { return None };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Some((line, text(&preview.old), text(&preview.new)))
    }

    #[test]
    fn a_changed_line_comes_with_the_lines_around_it() {
        let shown = excerpt("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nfour\n5\n6\n7\n").unwrap();
        assert_eq!(shown, (2, "2\n3\n4\n5\n6".into(), "2\n3\nfour\n5\n6".into()));
        assert_eq!(excerpt("same", "same"), None);
    }

    #[test]
    fn an_excerpt_is_bounded_however_long_the_line_and_never_splits_a_character() {
        let long = "é".repeat(50_000);
        let (_, old, new) = excerpt(&long, &format!("{long}x{long}")).unwrap();
        assert!(old.len() <= limits::PREVIEW_BYTES && new.len() <= limits::PREVIEW_BYTES);
        assert!(new.contains('x'));
    }

    #[test]
    fn what_holds_secrets_has_no_excerpt_whatever_its_mode() {
        for path in [
            "etc/shadow",
            "etc/shadow-",
            "etc/gshadow",
            "usr/etc/shadow",
            "etc/ssl/private/server.key",
            "srv/tls.PEM",
            "srv/id_ed25519",
            "etc/ssh/ssh_host_rsa_key",
            "app/.env",
            "app/.env.production",
            "app/.npmrc",
        ] {
            assert!(is_private(&path.into()), "{path}");
        }
        for path in [
            "etc/passwd",
            "etc/ssh/ssh_host_rsa_key.pub",
            "usr/lib/python3/shadow.py",
            "etc/ssl/a.crt",
            "monkey",
        ] {
            assert!(!is_private(&path.into()), "{path}");
        }
        assert_eq!(excerpt("a\nroot:$6$salt$hash:1:\n", "b\nroot:$6$salt$hash:1:\n"), None);
    }

    #[test]
    fn bytes_are_cut_at_rows() {
        let (mut old, mut new) = (vec![0; 4096], vec![0; 4096]);
        (old[1000], new[1000]) = (1, 2);
        let preview = of(&old, &new).unwrap();
        assert_eq!((preview.form, preview.old.len()), (Form::Hex { offset: 976 }, 48));
        assert!(!preview.is_cut);
        (old[4000], new[4000]) = (1, 2);
        assert!(of(&old, &new).unwrap().is_cut);
    }

    #[test]
    fn however_many_files_drift_few_have_an_excerpt() {
        let entries = |text: &str| -> Vec<Entry> {
            (0..2000).map(|at| file(&format!("usr/{at}"), text.as_bytes())).collect()
        };
        let (old, new) = (entries("old"), entries("new"));
        let side = |entry, bytes: &'static str| Some(FileSide { entry, bytes: Some(bytes.as_bytes()) });
        let both = |(old, new)| FileSides { old: side(old, "old"), new: side(new, "new") };
        let sides: Vec<FileSides<'_>> = old.iter().zip(&new).map(both).collect();
        let drifts = drift::between(&old, &new);
        let mut explained: Vec<DriftExplanation> =
            drifts.iter().map(|_| DriftExplanation::default()).collect();
        let cause = crate::causes::find("random-content");
        for drift in explained.iter_mut().skip(1000) {
            let explanation = crate::causes::Explanation::likely("");
            drift.causes =
                cause.map(|cause| crate::causes::Attribution { cause, explanation }).into_iter().collect();
        }
        fill(drifts.iter().zip(&mut explained).zip(&sides));
        let excerpts =
            |drifts: &[DriftExplanation]| drifts.iter().filter(|drift| drift.preview.is_some()).count();
        assert_eq!((excerpts(&explained[..1000]), excerpts(&explained[1000..])), (UNEXPLAINED, EXPLAINED));
    }

    #[test]
    fn bytes_that_no_text_has_are_shown_as_bytes() {
        assert!(is_text("a\tb\r\n\u{1b}[1mé".as_bytes()));
        assert!(!is_text(b"a\0") && !is_text(b"a\x01") && !is_text(b"a\xff"));
    }

    #[test]
    fn secrets_stay_out() {
        assert_eq!(excerpt("-----BEGIN PRIVATE KEY-----\na", "-----BEGIN PRIVATE KEY-----\nb"), None);
        assert_eq!(excerpt("HF_TOKEN=abc\n", "HF_TOKEN=xyz\n"), None);
        // Nor a part of one that begins before the excerpt does.
        let long = |end: &str| format!("https://me:{}{end}@example.org/", "a".repeat(1500));
        assert_eq!(excerpt(&long("x"), &long("y")), None);
        let with_mode = |path: &str, mode| Entry { mode, ..file(path, b"") };
        let public = |path: &str, mode| {
            let (old, new) = (with_mode(path, mode), Entry { size: 9, ..with_mode(path, mode) });
            let drifts = drift::between(&[old], &[new]);
            is_public(&drifts[0].path, [&drifts[0].old, &drifts[0].new])
        };
        assert!(public("etc/motd", 0o644));
        assert!(!public("etc/shadow", 0o640));
        assert!(!public("root/.netrc", 0o644));
    }
}
