//! `apk-virtual-version`: a virtual package's version is the time it was made.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::moved;
use crate::causes::engine::shape::{self, Seen};

/// See docs/causes/apk-virtual-version.md.
pub(crate) struct ApkVirtualVersion;

impl Cause for ApkVirtualVersion {
    declare!(
        "apk-virtual-version",
        "a virtual package's version is its time",
        Profile::of(Reach::Path, "name its version: apk add --virtual .build-deps=0")
            .proved_by("only V: and C: of dotted names differ")
            .mended_by(&[Mends::Rule("apk-virtual-timestamp", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let is_world = file.is("etc/apk/world");
        if !is_world && !file.ends_with("lib/apk/db/installed") {
            return None;
        }
        let hide = if is_world { hidden_in_world } else { hidden_in_database };
        let (old, new) = match shape::seen(file)? {
            Seen::Both(old, new) => (hide(old), hide(new)),
            Seen::New(new) if is_world && hide(new).1 > 0 => return moved::with_old_time(file, new),
            _ => return None,
        };
        (old.1 > 0 && old == new).then(|| match are_times(file) {
            true => Explanation::certain("the versions of virtual packages, which are times, nothing else"),
            false => Explanation::likely("the versions of virtual packages, nothing else"),
        })
    }
}

/// Whether what stands for the version of each virtual package is a time as apk makes it.
fn are_times(file: &FileCase<'_>) -> bool {
    let is_time = |version: &[u8]| {
        let is_digits =
            |digits: &[u8], count: usize| digits.len() == count && digits.iter().all(u8::is_ascii_digit);
        version.split_at_checked(8).is_some_and(|(day, time)| {
            is_digits(day, 8) && time.strip_prefix(b".").is_some_and(|time| is_digits(time, 6))
        })
    };
    let all = |bytes: &[u8]| {
        let mut versions = Vec::new();
        let mut is_virtual = false;
        for line in bytes.split(|byte| *byte == b'\n') {
            is_virtual = line.starts_with(b"P:.") || is_virtual && !line.is_empty();
            if let Some(version) = line.strip_prefix(b"V:").filter(|_| is_virtual) {
                versions.push(version);
            }
            if line.starts_with(b".") {
                versions.extend(line.split(|byte| b"=<>~".contains(byte)).nth(1));
            }
        }
        versions.into_iter().all(is_time)
    };
    file.both().is_some_and(|(old, new)| all(old) && all(new))
}

/// The database with the version and the checksum of each virtual package hidden, and how many there are. The
/// checksum of a virtual package is made of its version.
fn hidden_in_database(bytes: &[u8]) -> (Vec<u8>, usize) {
    let (mut hidden, mut count) = (Vec::with_capacity(bytes.len()), 0);
    let mut package: Vec<&[u8]> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').chain([&b""[..]]) {
        package.push(line);
        if !line.is_empty() {
            continue;
        }
        let is_virtual = package.iter().any(|line| line.starts_with(b"P:."));
        count += usize::from(is_virtual);
        for line in package.drain(..) {
            let is_hidden = is_virtual && (line.starts_with(b"V:") || line.starts_with(b"C:"));
            hidden.extend_from_slice(if is_hidden { b"hidden" } else { line });
            hidden.push(b'\n');
        }
    }
    (hidden, count)
}

/// The list of what was asked for, with the versions of virtual packages hidden: `.build-deps=20260822.101112`.
fn hidden_in_world(bytes: &[u8]) -> (Vec<u8>, usize) {
    let (mut hidden, mut count) = (Vec::with_capacity(bytes.len()), 0);
    for line in bytes.split(|byte| *byte == b'\n') {
        let end = line.iter().position(|byte| b"=<>~".contains(byte)).filter(|_| line.starts_with(b"."));
        count += usize::from(end.is_some());
        hidden.extend_from_slice(end.and_then(|end| line.get(..end)).unwrap_or(line));
        hidden.push(b'\n');
    }
    (hidden, count)
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    const PATH: &str = "lib/apk/db/installed";

    fn database(version: &str, musl: &str) -> Vec<u8> {
        format!("C:Q1a=\nP:musl\nV:{musl}\n\nC:Q1{version}\nP:.build-deps\nV:{version}\nA:noarch\n\n")
            .into_bytes()
    }

    #[test]
    fn the_version_of_a_virtual_package_is_told_for_certain() {
        let (old, new) = (database("20260822.101112", "1"), database("20260823.010203", "1"));
        let pair = Pair::default().both(PATH, &old, &new).both(
            "etc/apk/world",
            b".build-deps=20260822.101112\nmusl\n",
            b".build-deps=20260823.010203\nmusl\n",
        );
        assert_eq!(
            pair.explained()
                .iter()
                .map(|explained| explained.split(", ").next().unwrap())
                .collect::<Vec<_>>(),
            [
                "etc/apk/world: apk-virtual-version (certain)",
                "lib/apk/db/installed: apk-virtual-version (certain)"
            ]
        );
        assert_eq!(Pair::default().both(PATH, &old, &new).explained_against_lock(), [format!("{PATH}: ")]);
    }

    #[test]
    fn against_a_lock_the_time_of_the_locked_list_proves_it() {
        let (old, new) = (b".build-deps=20260822.101112\nmusl\n", b".build-deps=20260823.001203\nmusl\n");
        let row = |bytes: &[u8], seconds| {
            let mut row = file("etc/apk/world", bytes);
            row.mtime.seconds = seconds;
            row
        };
        let pair = Pair::default().entries(row(old, 1_787_393_472), old, row(new, 1_787_443_923), new);
        assert!(pair.explained_against_lock()[0].starts_with("etc/apk/world: apk-virtual-version (certain)"));
        let plain = (b"musl=20260822.101112\n", b"musl=20260823.001203\n");
        let pair = Pair::default().both("etc/apk/world", plain.0, plain.1);
        assert_eq!(pair.explained_against_lock(), ["etc/apk/world: "]);
    }

    #[test]
    fn the_version_of_a_real_package_is_not_explained() {
        let (old, new) = (database("20260822.101112", "1"), database("20260823.010203", "2"));
        assert_eq!(Pair::default().both(PATH, &old, &new).explained(), [format!("{PATH}: ")]);
        assert_eq!(
            Pair::default().both("etc/apk/world", b"a=1\n", b"a=2\n").explained(),
            ["etc/apk/world: "]
        );
    }
}
