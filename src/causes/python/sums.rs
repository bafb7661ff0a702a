//! Lists of sums, as `sha256sum` writes them: a line for each file, its digest first. Where a file drifted, so does its line.

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::explanation::Explanation;

/// Digits of a sha256.
const DIGITS: usize = 64;

/// Puts the locked digests of the layer's files in the place of the new ones: whether that gives the old list.
pub(super) fn follow(file: &FileCase<'_>) -> Option<Explanation> {
    let new = file.new_bytes()?;
    // Most texts list nothing.
    new.split(|byte| *byte == b'\n').find_map(listed)?;
    let mut old = Vec::with_capacity(new.len());
    let mut changed = 0;
    for line in new.split_inclusive(|byte| *byte == b'\n') {
        match listed(line).and_then(|(digest, name)| before(file, digest, name)) {
            Some(digest) => {
                old.extend_from_slice(digest.hex().as_bytes());
                old.extend_from_slice(line.get(DIGITS..)?);
                changed += 1;
            }
            None => old.extend_from_slice(line),
        }
    }
    let noun = if changed == 1 { "file" } else { "files" };
    (changed > 0 && file.was(&old)).then(|| {
        Explanation::certain(format!("with the locked sha256 of {changed} {noun} it is the locked list"))
    })
}

/// The digest and the name on a line.
fn listed(line: &[u8]) -> Option<(Sha256, &[u8])> {
    let (digest, rest) = line.split_at_checked(DIGITS)?;
    let name = rest.strip_prefix(b"  ").or(rest.strip_prefix(b" *"))?.trim_ascii_end();
    Some((Sha256::from_hex(std::str::from_utf8(digest).ok()?)?, name))
}

/// What the file was whose digest is that now.
fn before(file: &FileCase<'_>, digest: Sha256, name: &[u8]) -> Option<Sha256> {
    let name = LayerPath::clamped(name);
    let path = file.layer.with_content(digest, name.file_name())?;
    file.layer.old.get(path)?.content.filter(|old| *old != digest)
}

#[cfg(test)]
mod tests {
    use crate::base::digest::Sha256;
    use crate::causes::testing::Pair;

    fn line(bytes: &[u8], name: &str) -> String {
        format!("{}  {name}\n", Sha256::of(bytes).hex())
    }

    #[test]
    fn sums_of_files_that_drifted_are_told_for_certain() {
        let list = |a: &[u8]| [line(a, "/data/a.json"), line(b"same", "b")].concat().into_bytes();
        let pair = Pair::default().both("data/a.json", b"one", b"two").both(
            "data/SHA256SUMS",
            &list(b"one"),
            &list(b"two"),
        );
        let explained = "data/SHA256SUMS: record-follows (certain)".to_owned();
        assert!(pair.explained().contains(&explained), "{:?}", pair.explained());
        assert!(pair.explained_against_lock().contains(&explained));
    }

    #[test]
    fn another_digest_than_the_files_is_not_explained() {
        let pair = Pair::default().both("a", b"one", b"two").both(
            "sums",
            line(b"one", "a").as_bytes(),
            line(b"three", "a").as_bytes(),
        );
        assert_eq!(pair.explained(), ["a: ", "sums: "]);
    }
}
