//! `build-user`: a user was made from a build argument that the host decides: its number or its name.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::swap;
use crate::causes::engine::swaps;
use crate::compare::drift::{Change, Field};

/// The owner's numbers: an argument tells them whatever else of the file differs.
const NUMBERS: Fields = Fields::of(&[Field::Uid, Field::Gid]);

/// See docs/causes/build-user.md.
pub(crate) struct BuildUser;

const DATABASES: &[&str] = &[
    "etc/passwd",
    "etc/passwd-",
    "etc/group",
    "etc/group-",
    "etc/shadow",
    "etc/shadow-",
    "etc/gshadow",
    "etc/gshadow-",
    "etc/subuid",
    "etc/subuid-",
    "etc/subgid",
    "etc/subgid-",
];

impl Cause for BuildUser {
    declare!(
        "build-user",
        "the user is made from the host's build args",
        Profile::of(
            Reach::Path,
            "fix the user in the Dockerfile: ARG USER_UID=1000, and pass no --build-arg from $(id -u)"
        )
        .proved_by("the old value put back")
        .mended_by(&[Mends::Rule("host-identity", Extent::Stage)])
        .apart(NUMBERS)
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let args = file.layer.swaps();
        match file.change {
            _ if args.is_empty() => None,
            Change::Modified if file.content_differs() => {
                let is_user_file = DATABASES.iter().any(|path| file.is(path));
                is_user_file.then(|| swap::in_content(file, args)).flatten()
            }
            Change::Modified => by_number(file),
            Change::Added | Change::Removed => {
                let is_home =
                    file.is_below("home") || file.is_below("var/mail") || file.is_below("var/spool/mail");
                is_home.then(|| swap::in_path(file, args)).flatten()
            }
        }
    }
}

/// Whether the owner's numbers that differ are arguments' values.
fn by_number(file: &FileCase<'_>) -> Option<Explanation> {
    if !file.fields.iter().any(|field| NUMBERS.contains(*field)) {
        return None;
    }
    let (old, new) = (file.old?.entry, file.new?.entry);
    let mut names = Vec::new();
    let mut is_short = true;
    for (old, new) in [(old.uid, new.uid), (old.gid, new.gid)] {
        if old == new {
            continue;
        }
        names.push(file.layer.swaps().of_number(old, new)?);
        is_short &=
            swaps::is_short(old.to_string().as_bytes()) && swaps::is_short(new.to_string().as_bytes());
    }
    names.dedup();
    let evidence = format!("the owner's numbers are the values of {}", names.join(" and "));
    let explanation = if is_short { Explanation::likely(evidence) } else { Explanation::certain(evidence) };
    Some(explanation.of(NUMBERS))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Entry;
    use crate::formats::tar::entry::tests::file;

    fn owned(path: &str, uid: u64) -> Entry {
        Entry { uid, ..file(path, b"x") }
    }

    #[test]
    fn what_a_file_of_another_owner_holds_has_its_own_cause() {
        let day = |uid, seconds, text: &str| Entry {
            mtime: crate::formats::tar::entry::Mtime { seconds, nanos: 0 },
            ..Entry { uid, ..file("home/ada/built", text.as_bytes()) }
        };
        let (old, new) = ("2026-08-22", "2026-08-23");
        let entries = (day(1000, 1_787_393_472, old), day(1005, 1_787_479_872, new));
        let pair = Pair::default().arg("UID", "1000", "1005");
        let pair = pair.entries(entries.0, old.as_bytes(), entries.1, new.as_bytes());
        let explained = ["home/ada/built: build-user (certain), embedded-clock (certain)"];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn a_mode_or_owner_that_nothing_speaks_of_leaves_the_file_unexplained() {
        let shadow = |day: u32| format!("root:*:{day}:0:99999:7:::\n").into_bytes();
        let (old, new) = (shadow(20_000), shadow(20_001));
        let open = |entry: Entry| {
            Pair::default()
                .entries(file("etc/shadow", &old), &old, entry, &new)
                .created("2024-10-04T00:00:00Z", "2024-10-05T00:00:00Z")
                .explained()
        };
        let explained = |mode, uid| open(Entry { mode, uid, ..file("etc/shadow", &new) });
        assert_eq!(explained(0o644, 0), ["etc/shadow: shadow-last-change (certain)"]);
        assert_eq!(explained(0o666, 0), ["etc/shadow: "]);
        assert_eq!(explained(0o644, 1000), ["etc/shadow: "]);
    }

    #[test]
    fn owners_users_and_homes_made_from_an_argument_are_told_for_certain() {
        let pair = Pair::default()
            .arg("USER_UID", "1000", "1001")
            .arg("USERNAME", "ada", "bob")
            .both(
                "etc/passwd",
                b"ada:x:1000:1000::/home/ada:/bin/sh\n",
                b"bob:x:1001:1001::/home/bob:/bin/sh\n",
            )
            .entries(owned("srv/x", 1000), b"x", owned("srv/x", 1001), b"x")
            .removed("home/ada/.bashrc", b"x")
            .added("home/bob/.bashrc", b"x");
        let first = |explained: Vec<String>| -> Vec<String> {
            explained.iter().map(|explained| explained.split(", ").next().unwrap().to_owned()).collect()
        };
        let expected = [
            "etc/passwd: build-user (certain)",
            "home/ada/.bashrc: build-user (certain)",
            "home/bob/.bashrc: build-user (certain)",
            "srv/x: build-user (certain)",
        ];
        assert_eq!(first(pair.explained()), expected);
        assert_eq!(first(pair.explained_against_lock()), expected);
    }

    #[test]
    fn another_owner_and_another_shell_are_not_explained() {
        let pair = Pair::default()
            .arg("USER_UID", "1000", "1001")
            .both("etc/passwd", b"ada:x:1000::/bin/sh\n", b"ada:x:1001::/bin/zsh\n")
            .entries(owned("srv/x", 1000), b"x", owned("srv/x", 7), b"x");
        assert_eq!(pair.explained(), ["etc/passwd: ", "srv/x: "]);
    }
}
