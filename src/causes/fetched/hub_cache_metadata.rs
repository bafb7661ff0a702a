//! `hub-cache-metadata`: the model hub's client notes when it downloaded each file, and leaves locks and markers.

use crate::base::path::LayerPath;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::mends::{Extent, Mends};
use crate::compare::drift::{Change, Field};

/// See docs/causes/hub-cache-metadata.md.
pub(crate) struct HubCacheMetadata;

impl Cause for HubCacheMetadata {
    declare!(
        "hub-cache-metadata",
        "the model hub's client notes its downloads",
        Profile::of(
            Reach::Path,
            "end the download's RUN with: rm -rf DIR/.cache/huggingface \"$HF_HOME\"/hub/.locks"
        )
        .proved_by("path, and its time line")
        .mended_by(&[Mends::Rule("layer-residue", Extent::RunEnd)])
        .looking_at(Fields::ALL.without(Fields::of(&[Field::Mtime])))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if is_note(file.path) && file.change == Change::Modified && file.content_differs() {
            return match file.both() {
                Some((old, new)) => same_download(old, new),
                None => lines(file.new_bytes()?).map(|_| Explanation::likely("its path, and a time in it")),
            };
        }
        if is_marker(file.path) && file.change != Change::Modified {
            let side = file.new.or(file.old)?;
            return (side.entry.size == 0)
                .then(|| Explanation::likely("an empty lock or marker of the client"));
        }
        let is_log = below(file.path, &[b"xet", b"logs"]);
        is_log.then(|| Explanation::by_place("a log of the client"))
    }
}

/// `.cache/huggingface/download/…/<file>.metadata`
fn is_note(path: &LayerPath) -> bool {
    path.as_bytes().ends_with(b".metadata") && below(path, &[b".cache", b"huggingface", b"download"])
}

/// A lock, or the mark that a file does not exist at a revision.
fn is_marker(path: &LayerPath) -> bool {
    let is_lock = path.as_bytes().ends_with(b".lock");
    is_lock && (below(path, &[b".locks"]) || below(path, &[b".cache", b"huggingface"]))
        || below(path, &[b".no_exist"])
}

/// Whether the path lies below these folders, one in the other.
fn below(path: &LayerPath, folders: &[&[u8]]) -> bool {
    // Most paths have not even the first of them.
    if !path.parts().any(|part| folders.first() == Some(&part)) {
        return false;
    }
    let parts: Vec<&[u8]> = path.parts().collect();
    let (_, above) = parts.split_last().unwrap_or((&&b""[..], &[]));
    above.windows(folders.len()).any(|window| window == folders)
}

/// Commit, etag and time.
fn lines(bytes: &[u8]) -> Option<[&[u8]; 3]> {
    let mut lines = bytes.trim_ascii_end().split(|byte| *byte == b'\n');
    let (commit, etag, time) = (lines.next()?, lines.next()?, lines.next()?);
    let is_time = std::str::from_utf8(time).ok()?.parse::<f64>().is_ok();
    (is_time && lines.next().is_none()).then_some([commit, etag, time])
}

fn same_download(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let ([old_commit, old_etag, _], [commit, etag, _]) = (lines(old)?, lines(new)?);
    (old_commit == commit && old_etag == etag)
        .then(|| Explanation::certain("the same commit and etag at another time"))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const NOTE: &str = "models/.cache/huggingface/download/config.json.metadata";

    fn note(commit: &str, time: &str) -> Vec<u8> {
        format!("{commit}\netag\n{time}\n").into_bytes()
    }

    #[test]
    fn another_time_is_told_for_certain_and_likely_against_a_lock() {
        let pair = Pair::default().both(NOTE, &note("c", "1700000000.5"), &note("c", "1800000000.25"));
        assert_eq!(pair.explained(), [format!("{NOTE}: hub-cache-metadata (certain)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{NOTE}: hub-cache-metadata (likely)")]);
    }

    #[test]
    fn another_commit_is_not_its() {
        let pair = Pair::default().both(NOTE, &note("c", "1.5"), &note("d", "2.5"));
        assert_eq!(pair.explained(), [format!("{NOTE}: ")]);
    }

    #[test]
    fn locks_and_markers_on_one_side_are_likely() {
        let lock = "root/.cache/huggingface/hub/.locks/models--a--b/x.lock";
        assert_eq!(
            Pair::default().added(lock, b"").explained(),
            [format!("{lock}: hub-cache-metadata (likely)")]
        );
        assert_eq!(Pair::default().added(lock, b"x").explained(), [format!("{lock}: ")]);
    }
}
