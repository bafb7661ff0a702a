//! `parent-folder`: one side's layer writes a folder anew that the layers below hold with the same rights, so that a container
//! sees no difference.

use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::text::times;
use crate::compare::rows::ByPath;
use crate::formats::tar::entry::{Entry, Kind};

/// See docs/causes/parent-folder.md.
pub(crate) struct ParentFolder;

/// What engines give a folder that no entry makes.
const MODE: u32 = 0o755;

impl Cause for ParentFolder {
    declare!(
        "parent-folder",
        "folders around files, in one side's layer alone",
        Profile::of(
            Reach::Any,
            "build both with the same builder (COPY --link writes no folders around what it copies)"
        )
        .proved_by("the layers below hold the same folder")
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let Lone { entry, side, other: rows, .. } = file.lone()?;
        if entry.kind != Kind::Directory || entry.whiteout().is_some() || is_hidden(file, rows) {
            return None;
        }
        let other = side.other();
        if !file.layer.knows_below(other) {
            return None;
        }
        let (layers, below) = file.layer.below(other);
        match below.get(layers, file.path) {
            Some(there) => is_alike(entry, there).then(|| {
                Explanation::certain(match entry.mtime == there.mtime {
                    true => "the layers below hold the same folder: a container sees no difference".to_owned(),
                    false => {
                        let [own, below] = times::both(entry.mtime, there.mtime);
                        format!(
                            "the layers below hold the same folder: a container sees no difference but its time, {own} and {below}"
                        )
                    }
                })
            }),
            None => {
                let from = file.path.followed_by(b'/');
                let is_around = rows.from(&from).next().is_some_and(|row| row.path.is_within(file.path));
                (is_plain(entry) && is_around && !file.layer.is_behind_link(other, file.path)).then(|| {
                    Explanation::likely("the other side has files in it and no entry for it: engines make it as root's, with mode 755")
                })
            }
        }
    }
}

/// Whether a folder is as engines make one that no entry makes.
pub(super) fn is_plain(entry: &Entry) -> bool {
    entry.mode == MODE && (entry.uid, entry.gid) == (0, 0) && entry.xattrs.is_empty()
}

/// Whether the other side's layer takes the folder away, or one around it.
fn is_hidden(file: &FileCase<'_>, rows: &ByPath<'_>) -> bool {
    let mut at = file.path.clone();
    while let Some(folder) = at.parent() {
        let marker = folder.join(&[b".wh.", at.file_name()].concat());
        if rows.contains(&marker) || rows.contains(&folder.join(b".wh..wh..opq")) {
            return true;
        }
        if folder.is_root() {
            break;
        }
        at = folder;
    }
    false
}

fn is_alike(a: &Entry, b: &Entry) -> bool {
    b.kind == Kind::Directory && (a.mode, a.uid, a.gid, &a.xattrs) == (b.mode, b.uid, b.gid, &b.xattrs)
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::{dir, file, link};
    use crate::formats::tar::entry::{Entry, Kind};

    fn pair() -> Pair {
        Pair::default().removed_entry(dir("usr"), b"").both("usr/tool", b"t", b"t")
    }

    #[test]
    fn a_folder_that_the_layers_below_hold_alike_is_told_for_certain() {
        assert_eq!(pair().below_both(dir("usr")).explained(), ["usr: parent-folder (certain)"]);
        let mut later = dir("usr");
        later.mtime.seconds = 9;
        assert_eq!(pair().below_both(later).explained_against_lock(), ["usr: parent-folder (certain)"]);
    }

    #[test]
    fn a_folder_of_other_rights_or_taken_away_is_not_explained() {
        for other in [Entry { mode: 0o777, ..dir("usr") }, Entry { uid: 1, ..dir("usr") }, file("usr", b"")] {
            assert_eq!(pair().below_both(other).explained(), ["usr: "]);
        }
        let gone = pair().below_both(dir("usr")).added(".wh.usr", b"");
        assert_eq!(gone.explained()[1], "usr: ");
    }

    #[test]
    fn a_folder_that_no_layer_holds_is_likely_where_engines_make_it_so() {
        assert_eq!(pair().explained(), ["usr: parent-folder (likely)"]);
        let open = Pair::default()
            .removed_entry(Entry { mode: 0o700, ..dir("usr") }, b"")
            .both("usr/tool", b"t", b"t");
        assert_eq!(open.explained(), ["usr: "]);
        assert_eq!(Pair::default().removed_entry(dir("usr"), b"").explained(), ["usr: "]);
    }

    #[test]
    fn a_folder_behind_a_link_of_the_base_is_not_told_to_be_made_by_engines() {
        let pair =
            || Pair::default().removed_entry(dir("var/run/app"), b"").both("var/run/app/a", b"t", b"t");
        assert_eq!(pair().explained(), ["var/run/app: parent-folder (likely)"]);
        let behind = pair().below_both(link(Kind::Symlink, "var/run", "/run"));
        assert_eq!(behind.explained(), ["var/run/app: "]);
    }
}
