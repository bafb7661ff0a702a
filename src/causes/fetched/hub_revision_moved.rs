//! `hub-revision-moved`: a branch of a model's repository names another commit: the model itself moved.

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::compare::drift::Change;
use crate::compare::rows::ByPath;

/// See docs/causes/hub-revision-moved.md.
pub(crate) struct HubRevisionMoved;

impl Cause for HubRevisionMoved {
    declare!(
        "hub-revision-moved",
        "the model's branch names another commit",
        Profile::of(
            Reach::Path,
            "pin the model: hf download REPO --revision COMMIT, from_pretrained(…, revision=\"COMMIT\")"
        )
        .proved_by("another 40 hex digits")
        .mended_by(&[Mends::Rule("model-revision-unpinned", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if let Some(repository) = repository(file.path) {
            return match file.change {
                Change::Modified if !file.content_differs() => None,
                Change::Modified => reference(file, &repository),
                Change::Added | Change::Removed => snapshot(file, &repository),
            };
        }
        let is_note = file.ends_with(".metadata") && file.path.parts().any(|part| part == b"huggingface");
        let (old, new) = file.both().filter(|_| is_note)?;
        let first = |bytes| <[u8]>::split(bytes, |byte| *byte == b'\n').next();
        moved(first(old)?, first(new)?)
    }
}

/// `…/models--org--name`
fn repository(path: &LayerPath) -> Option<LayerPath> {
    let mut folder = path.parent()?;
    while !folder.is_root() {
        let name = folder.file_name();
        if [&b"models--"[..], b"datasets--", b"spaces--"].iter().any(|kind| name.starts_with(kind)) {
            return Some(folder);
        }
        folder = folder.parent()?;
    }
    None
}

fn is_commit(text: &[u8]) -> bool {
    text.len() == 40 && text.iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
}

fn moved(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let name = |commit: &[u8]| String::from_utf8_lossy(commit).into_owned();
    (is_commit(old) && is_commit(new) && old != new)
        .then(|| Explanation::certain(format!("commit {}; it was {}", name(new), name(old))))
}

fn reference(file: &FileCase<'_>, repository: &LayerPath) -> Option<Explanation> {
    if !file.path.is_within(&repository.join(b"refs")) {
        return None;
    }
    if let Some((old, new)) = file.both() {
        return moved(old.trim_ascii(), new.trim_ascii());
    }
    // The old commit named the folder of its snapshot.
    let new = file.new_bytes()?.trim_ascii();
    let old = commits(&file.layer.old, repository).into_iter().find(|commit| file.was(commit));
    match old {
        Some(old) => moved(&old, new),
        None => is_commit(new)
            .then(|| Explanation::likely(format!("commit {}; it was another", String::from_utf8_lossy(new)))),
    }
}

/// The commits of which a layer has snapshots.
fn commits(rows: &ByPath<'_>, repository: &LayerPath) -> Vec<Vec<u8>> {
    let folder = repository.join(b"snapshots");
    let start = folder.followed_by(b'/');
    let below = rows.from(&start).take_while(|row| row.path.is_within(&folder));
    let mut commits: Vec<Vec<u8>> = below.filter_map(|row| commit_of(&row.path, &folder)).collect();
    commits.dedup();
    commits
}

/// The commit whose snapshot the path belongs to.
fn commit_of(path: &LayerPath, snapshots: &LayerPath) -> Option<Vec<u8>> {
    let rest = path.as_bytes().strip_prefix(snapshots.as_bytes())?.strip_prefix(b"/")?;
    rest.split(|byte| *byte == b'/').next().filter(|name| is_commit(name)).map(<[u8]>::to_vec)
}

/// Files of a commit that a branch named on one side alone.
fn snapshot(file: &FileCase<'_>, repository: &LayerPath) -> Option<Explanation> {
    let folder = repository.join(b"refs");
    let content = |rows: &ByPath<'_>, path: &LayerPath| rows.get(path).and_then(|row| row.content);
    let start = folder.followed_by(b'/');
    let references = file.layer.old.from(&start).take_while(|row| row.path.is_within(&folder));
    let mut moved = references.filter_map(|row| {
        let (old, new) = (row.content?, content(&file.layer.new, &row.path)?);
        (old != new).then_some((old, new))
    });
    let commit = commit_of(file.path, &repository.join(b"snapshots"));
    match commit {
        Some(commit) => {
            let own = Sha256::of(&commit);
            let is_its = |(old, new): (Sha256, Sha256)| {
                if file.change == Change::Removed { old == own } else { new == own }
            };
            moved.any(is_its).then(|| {
                let side = if file.change == Change::Removed { "named" } else { "names now" };
                Explanation::by_place(format!(
                    "of commit {}, which a branch {side}; what it holds was not compared",
                    String::from_utf8_lossy(&commit)
                ))
            })
        }
        None => {
            let is_blob = file.path.is_within(&repository.join(b"blobs"));
            (is_blob && moved.next().is_some())
                .then(|| Explanation::by_place("a branch of its repository moved"))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const ROOT: &str = "root/.cache/huggingface/hub/models--a--b";

    fn pair() -> Pair {
        let (old, new) = ("a".repeat(40), "b".repeat(40));
        Pair::default()
            .both(&format!("{ROOT}/refs/main"), old.as_bytes(), new.as_bytes())
            .removed(&format!("{ROOT}/snapshots/{old}/config.json"), b"1")
            .added(&format!("{ROOT}/snapshots/{new}/config.json"), b"2")
            .added(&format!("{ROOT}/blobs/1234"), b"2")
    }

    #[test]
    fn a_branch_that_names_another_commit_is_told_for_certain() {
        let (old, new) = ("a".repeat(40), "b".repeat(40));
        let expected = [
            format!("{ROOT}/blobs/1234: hub-revision-moved (likely)"),
            format!("{ROOT}/refs/main: hub-revision-moved (certain)"),
            format!("{ROOT}/snapshots/{old}/config.json: hub-revision-moved (likely)"),
            format!("{ROOT}/snapshots/{new}/config.json: hub-revision-moved (likely)"),
        ];
        assert_eq!(pair().explained(), expected);
        assert_eq!(pair().explained_against_lock(), expected);
    }

    #[test]
    fn a_snapshot_that_no_branch_named_is_not_explained() {
        let path = format!("{ROOT}/snapshots/{}/config.json", "c".repeat(40));
        assert_eq!(Pair::default().added(&path, b"1").explained(), [format!("{path}: ")]);
    }
}
