//! `git-metadata`: what git notes of a clone: when, by whose clock and inodes, and how its objects came packed.

use crate::base::path::LayerPath;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::text::names::{self, Names};
use crate::compare::drift::Change;
use crate::formats::git_index;

/// See docs/causes/git-metadata.md.
pub(crate) struct GitMetadata;

impl Cause for GitMetadata {
    declare!(
        "git-metadata",
        "git notes when and how it cloned",
        Profile::of(Reach::Path, "rm -rf .git in the RUN that cloned, or add .git to .dockerignore")
            .proved_by("index, logs, FETCH_HEAD by their formats")
            .mended_by(&[Mends::Rule("context-unbounded", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let inside = inside_git(file.path)?;
        if file.change != Change::Modified {
            return on_one_side(&inside);
        }
        if !file.content_differs() {
            return None;
        }
        match file.path.file_name() {
            b"index" => match file.both() {
                Some((old, new)) => same_files(old, new),
                None => git_index::entries(file.new_bytes()?)
                    .map(|_| Explanation::likely("it holds times and inodes")),
            },
            _ if inside.first().is_some_and(|part| part == b"logs") => log(file),
            b"FETCH_HEAD" | b"ORIG_HEAD" | b"HEAD" | b"packed-refs" | b"shallow" => commits(file),
            _ if inside.first().is_some_and(|part| part == b"refs") => commits(file),
            _ if is_pack(&inside) => Some(Explanation::by_place("packed anew by the clone")),
            _ => None,
        }
    }
}

/// The parts of the path below the innermost `.git`.
fn inside_git(path: &LayerPath) -> Option<Vec<Vec<u8>>> {
    // Most paths lie in none.
    if !path.parts().any(|part| part.ends_with(b".git")) {
        return None;
    }
    let parts: Vec<Vec<u8>> = path.parts().map(<[u8]>::to_vec).collect();
    let at = parts.iter().rposition(|part| part.ends_with(b".git"))?;
    let mut inside = parts.get(at + 1..)?;
    // A submodule's repository lies in .git/modules/<name>, and its name may have slashes.
    if inside.first().is_some_and(|part| part == b"modules") {
        let own = [&b"logs"[..], b"refs", b"objects"];
        let start = inside.iter().position(|part| own.contains(&part.as_slice()));
        inside = inside.get(start.unwrap_or(inside.len() - 1)..)?;
    }
    (!inside.is_empty()).then(|| inside.to_vec())
}

fn is_pack(inside: &[Vec<u8>]) -> bool {
    let folders = inside.iter().take(2).map(Vec::as_slice);
    folders.eq([&b"objects"[..], b"pack"]) || folders_are_info(inside)
}

fn folders_are_info(inside: &[Vec<u8>]) -> bool {
    inside.iter().take(2).map(Vec::as_slice).eq([&b"objects"[..], b"info"])
}

fn on_one_side(inside: &[Vec<u8>]) -> Option<Explanation> {
    if is_pack(inside) {
        return Some(Explanation::by_place("objects are packed anew by each clone"));
    }
    let last = inside.last()?;
    let is_object = inside.first().is_some_and(|part| part == b"objects")
        && inside.get(1).is_some_and(|part| part.len() == 2)
        && last.iter().all(u8::is_ascii_hexdigit);
    if is_object {
        return Some(Explanation::by_place("an object that one side's repository has"));
    }
    let notes = [&b"FETCH_HEAD"[..], b"ORIG_HEAD", b"gc.log", b"gc.pid", b"COMMIT_EDITMSG"];
    (notes.contains(&last.as_slice()) || inside.first().is_some_and(|part| part == b"logs"))
        .then(|| Explanation::by_place("a note of git's on one side"))
}

/// Whether two indexes list the same files.
fn same_files(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (git_index::entries(old)?, git_index::entries(new)?);
    (old == new).then(|| {
        Explanation::certain(format!("{} files are equal; their times, inodes or owners differ", new.0.len()))
    })
}

/// `<old> <new> Name <mail> 1614247200 +0000\tclone: from …`, the time and its zone cut out.
fn untimed(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mail = line.iter().position(|byte| *byte == b'>')?;
    let message = mail + line.get(mail..)?.iter().position(|byte| *byte == b'\t')?;
    let (seconds, zone) =
        str::from_utf8(line.get(mail + 1..message)?).ok()?.strip_prefix(' ')?.split_once(' ')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_zone = zone.strip_prefix(['+', '-']).is_some_and(|zone| zone.len() == 4 && is_number(zone));
    (is_number(seconds) && is_zone).then_some(())?;
    Some((line.get(..=mail)?, line.get(message..)?))
}

fn log(file: &FileCase<'_>) -> Option<Explanation> {
    if let Some((old, new)) = file.both() {
        return compare_logs(old, new);
    }
    let new = file.new_bytes()?;
    let written = file.old?.entry.mtime.seconds;
    let at = |time: i64| {
        let line = |line: &[u8]| match untimed(line) {
            Some((name, message)) => {
                let zone = line.get(name.len()..line.len() - message.len()).unwrap_or_default();
                let zone = zone.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
                [name, format!(" {time} ").as_bytes(), zone, message].concat()
            }
            None => line.to_vec(),
        };
        new.split(|byte| *byte == b'\n').map(line).collect::<Vec<_>>().join(&b'\n')
    };
    let time = (-5..=0).filter_map(|seconds| written.checked_add(seconds)).find(|time| file.was(&at(*time)));
    match time {
        Some(time) => Some(Explanation::certain(format!("with the time {time} it is the locked file"))),
        None => {
            let is_log = new.split(|byte| *byte == b'\n').any(|line| untimed(line).is_some());
            is_log.then(|| Explanation::likely("each of its lines holds a time"))
        }
    }
}

/// The committer's mail is made of the host's name where git is told none. A commit made in the build holds its time,
/// so the ids that a log notes follow.
fn compare_logs(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let rest = |bytes: &[u8], hide: &dyn Fn(&[u8]) -> Vec<u8>| {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let rest = |(name, message): (&[u8], &[u8])| (hide(name), message.to_vec());
        lines.map(|line| untimed(line).map(rest)).collect::<Option<Vec<_>>>()
    };
    let same = |hide: &dyn Fn(&[u8]) -> Vec<u8>| Some(rest(old, hide)? == rest(new, hide)?);
    if same(&<[u8]>::to_vec)? {
        return Some(Explanation::certain("the lines are equal but for their times"));
    }
    // Git writes `root@` and the host's name where it is told no mail.
    if same(&|name| names::hide_hosts(name, Names::Sure))? {
        return Some(Explanation::certain(
            "the lines are equal but for their times and the container's name",
        ));
    }
    let unnamed = |name: &[u8]| names::hide_hosts(name, Names::Likely);
    if same(&unnamed)? {
        return Some(Explanation::likely(
            "the lines are equal but for their times and what stands for the host's name",
        ));
    }
    same(&|name| without_commits(&unnamed(name)))?
        .then(|| Explanation::likely("the lines are equal but for their times and the commits they name"))
}

/// `<old> <new> Name <mail>` without the ids of the two commits.
fn without_commits(name: &[u8]) -> Vec<u8> {
    let mut words = name.splitn(3, |byte| *byte == b' ');
    let mut is_id =
        || words.next().is_some_and(|word| word.len() >= 40 && word.iter().all(u8::is_ascii_hexdigit));
    if is_id() && is_id() { words.next().unwrap_or_default().to_vec() } else { name.to_vec() }
}

/// Files that name commits: another one was cloned.
fn commits(file: &FileCase<'_>) -> Option<Explanation> {
    let Some((old, new)) = file.both() else {
        let new = first_commit(file.new_bytes()?)?;
        return Some(Explanation::likely(format!("names commit {new}")));
    };
    let (old_first, new_first) = (first_commit(old)?, first_commit(new)?);
    Some(if old_first == new_first {
        Explanation::likely("other commits or branches were cloned")
    } else {
        Explanation::likely(format!("names commit {new_first}; it was {old_first}"))
    })
}

fn first_commit(bytes: &[u8]) -> Option<String> {
    let mut words = bytes.split(|byte| !byte.is_ascii_alphanumeric());
    let word = words.find(|word| word.len() == 40 && word.iter().all(u8::is_ascii_hexdigit))?;
    Some(String::from_utf8_lossy(word).into_owned())
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::git_index::tests::index;
    use crate::formats::tar::entry::tests::file;

    fn line(time: u32, message: &str) -> Vec<u8> {
        let (none, commit) = ("0".repeat(40), "a".repeat(40));
        format!("{none} {commit} A B <a@example.org> {time} +0000\t{message}\n").into_bytes()
    }

    #[test]
    fn a_log_that_differs_in_times_alone_is_told_for_certain() {
        let pair = Pair::default().both("src/.git/logs/HEAD", &line(1, "clone"), &line(2, "clone"));
        assert_eq!(pair.explained(), ["src/.git/logs/HEAD: git-metadata (certain)"]);
        let pair = Pair::default().both("src/.git/logs/HEAD", &line(1, "clone"), &line(2, "pull"));
        assert_eq!(pair.explained(), ["src/.git/logs/HEAD: "]);
    }

    #[test]
    fn a_log_by_another_container_is_told_for_certain_and_one_by_another_host_or_of_other_commits_likely() {
        let of = |commit: &str, host: &str, time: u32| {
            let (none, commit) = ("0".repeat(40), commit.repeat(40));
            format!("{none} {commit} root <root@{host}.(none)> {time} +0000\tmerge main\n").into_bytes()
        };
        let explained = |new: &[u8]| {
            Pair::default().both(".git/logs/HEAD", &of("a", "box1", 1), new).explained().remove(0)
        };
        let of_container = |host: &str, time: u32| of("a", host, time);
        let containers = Pair::default().both(
            ".git/logs/HEAD",
            &of_container("0123456789ab", 1),
            &of_container("ba9876543210", 2),
        );
        assert!(containers.explained()[0].starts_with(".git/logs/HEAD: git-metadata (certain)"));
        assert!(explained(&of("a", "box2", 2)).starts_with(".git/logs/HEAD: git-metadata (likely)"));
        assert_eq!(explained(&of("b", "box2", 2)), ".git/logs/HEAD: git-metadata (likely)");
        assert_eq!(explained(&line(2, "pull")), ".git/logs/HEAD: ");
    }

    #[test]
    fn against_a_lock_the_locked_files_time_proves_a_log() {
        let (old, new) = (line(100, "clone"), line(200, "clone"));
        let mut row = file(".git/logs/HEAD", &old);
        row.mtime.seconds = 101;
        let pair = Pair::default().entries(row, &old, file(".git/logs/HEAD", &new), &new);
        assert_eq!(pair.explained_against_lock(), [".git/logs/HEAD: git-metadata (certain)"]);
    }

    #[test]
    fn other_commits_and_packs_are_likely() {
        let (old, new) = ("a".repeat(40), "b".repeat(40));
        let pair = Pair::default()
            .both("a/.git/FETCH_HEAD", old.as_bytes(), new.as_bytes())
            .added("a/.git/objects/pack/pack-1.idx", b"1")
            .both("a/config", b"1", b"2")
            .both("a/.git/config", b"1", b"2");
        let explained = [
            "a/.git/FETCH_HEAD: git-metadata (likely)",
            "a/.git/config: ",
            "a/.git/objects/pack/pack-1.idx: git-metadata (likely)",
            "a/config: ",
        ];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn times_and_inodes_are_told_for_certain() {
        let pair = Pair::default().both("a/.git/index", &index(1, 5), &index(2, 5));
        assert_eq!(pair.explained(), ["a/.git/index: git-metadata (certain)"]);
        assert_eq!(pair.explained_against_lock(), ["a/.git/index: git-metadata (likely)"]);
    }

    #[test]
    fn another_object_in_the_index_is_not_explained() {
        let pair = Pair::default().both("a/.git/index", &index(1, 5), &index(2, 6));
        assert_eq!(pair.explained(), ["a/.git/index: "]);
    }
}
