//! `mountpoint-residue`: what the builder mounts while it runs a step leaves its mount point behind.

use crate::base::path::LayerPath;
use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::shape;
use crate::compare::drift::Change;
use crate::formats::tar::entry::Kind;

/// See docs/causes/mountpoint-residue.md.
pub(crate) struct MountpointResidue;

const PLACES: &[(&str, &str)] = &[
    ("proc", "proc is mounted over"),
    ("sys", "sys is mounted over"),
    ("dev", "dev is mounted over"),
    ("etc/resolv.conf", "the runtime writes it for each container"),
    ("etc/hosts", "the runtime writes it for each container"),
    ("etc/hostname", "the runtime writes it for each container"),
    ("etc/mtab", "the runtime makes it for each container"),
    (".dockerenv", "the runtime makes it for each container"),
    ("run/.containerenv", "the runtime makes it for each container"),
    ("run/secrets", "secrets are mounted there"),
];

impl Cause for MountpointResidue {
    declare!(
        "mountpoint-residue",
        "a mount point that the builder left",
        Profile::of(
            Reach::Path,
            "none in the Dockerfile: build both with the same builder; these are mounted over when it runs"
        )
        .proved_by("its path")
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        // These are mounted over when a container runs, so that no one sees what is in them.
        if file.change == Change::Modified && !shape::in_content_alone(file) {
            return None;
        }
        let what = PLACES.iter().find(|(place, _)| file.is_below(place)).map(|(_, what)| *what);
        what.or_else(|| holds_places_alone(file).then_some("made for what is mounted in it"))
            .map(Explanation::by_place)
    }
}

/// Whether this is a folder of one side alone that has nothing in it but such places.
fn holds_places_alone(file: &FileCase<'_>) -> bool {
    let Some(Lone { entry, own: rows, .. }) = file.lone() else { return false };
    // Only a folder that some place lies in is worth the look.
    let is_around = |(place, _): &(&str, &str)| LayerPath::from(*place).is_within(file.path);
    if entry.kind != Kind::Directory || !PLACES.iter().any(is_around) {
        return false;
    }
    let is_place = |path: &LayerPath| PLACES.iter().any(|(place, _)| path.is_within(&(*place).into()));
    let from = rows.from(&file.path.followed_by(b'/'));
    let mut below = from.take_while(|row| row.path.is_within(file.path)).peekable();
    below.peek().is_some() && below.all(|row| is_place(&row.path))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::dir;

    #[test]
    fn mount_points_on_one_side_and_the_runtimes_files_are_likely() {
        let pair = Pair::default()
            .added("proc/.keep", b"")
            .both("etc/resolv.conf", b"nameserver 10.0.0.1\n", b"nameserver 10.0.0.2\n")
            .removed("etc/hostname", b"box\n");
        let explained = [
            "etc/hostname: mountpoint-residue (likely)",
            "etc/resolv.conf: mountpoint-residue (likely)",
            "proc/.keep: mountpoint-residue (likely)",
        ];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn a_folder_made_for_them_alone_is_likely_too() {
        let pair = || Pair::default().added_entry(dir("etc"), b"").added("etc/hosts", b"");
        assert_eq!(pair().explained()[0], "etc: mountpoint-residue (likely)");
        assert_eq!(pair().added("etc/motd", b"").explained()[0], "etc: ");
    }

    #[test]
    fn another_mode_and_another_place_are_not_explained() {
        let mut open = dir("proc");
        open.mode = 0o777;
        let pair = Pair::default().entries(dir("proc"), b"", open, b"").added("etc/hosts.allow", b"");
        assert_eq!(pair.explained(), ["etc/hosts.allow: ", "proc: "]);
    }
}
