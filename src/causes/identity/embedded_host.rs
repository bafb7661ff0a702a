//! `embedded-host`: a text holds the name of the builder, of its container or of a temporary file.

use crate::base::path::LayerPath;
use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::renamed;
use crate::causes::engine::shape::{self, Seen};
use crate::causes::text::lines;
use crate::causes::text::names::{self, Names};
use crate::compare::drift::Change;
use crate::compare::rows::ByPath;
use crate::formats::tar::entry::Entry;

/// See docs/causes/embedded-host.md.
pub(crate) struct EmbeddedHost;

/// Rows looked at for the other side's name.
const MOST: usize = 256;

impl Cause for EmbeddedHost {
    declare!(
        "embedded-host",
        "a text names the host or a temporary file",
        Profile::of(Reach::Any, "leave out $(hostname) and build paths, or build in a fixed folder")
            .proved_by("equal once names are hidden")
            .mended_by(&[Mends::Rule("clock-or-random", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if file.change != Change::Modified {
            return in_path(file);
        }
        let (old, new) = match shape::seen(file)? {
            Seen::Both(old, new) => (old, new),
            Seen::New(new) => return nothing_but_an_id(file, new),
            _ => return None,
        };
        if !lines::is_text(old) || !lines::is_text(new) {
            return None;
        }
        let (old, new) = file.dateless().filter(|(old, new)| old != new)?;
        // What is sure to be such a name may be one.
        file.nameless().filter(|(old, new)| old == new)?;
        if names::hide_hosts(old, Names::Sure) == names::hide_hosts(new, Names::Sure) {
            return Some(Explanation::certain(
                "equal once names of the host and of temporary files are hidden",
            ));
        }
        Some(Explanation::likely("equal once what looks like a host's name or a container's id is hidden"))
    }
}

/// Against a lock: whether a file of the locked size is what a container has for a host name, and nothing else.
fn nothing_but_an_id(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let name = new.strip_suffix(b"\n").unwrap_or(new);
    let is_id = name.len() == 12
        && names::hide_hosts(name, Names::Likely) == names::hide_hosts(b"0123456789ab", Names::Likely);
    (is_id && file.old?.entry.size == new.len() as u64)
        .then(|| Explanation::likely("what looks like a container's id, and nothing else"))
}

/// Whether a temporary name is in the path, and the other side has the same under another such name.
fn in_path(file: &FileCase<'_>) -> Option<Explanation> {
    let hidden = |path: &LayerPath| names::hide_hosts(path.as_bytes(), Names::Sure);
    let name = hidden(file.path);
    let hidden_at = name.iter().position(|byte| *byte == 0)?;
    let start = LayerPath::clamped(file.path.as_bytes().get(..hidden_at)?);
    let Lone { entry, own, other, .. } = file.lone()?;
    let link = |entry: &Entry| entry.link.as_deref().map(|link| names::hide_hosts(link, Names::Sure));
    // The paths of one side alone that are this one under another such name.
    let alike = |rows: &ByPath<'_>, others: &ByPath<'_>| -> Vec<LayerPath> {
        let near = rows.from(&start).take(MOST).filter(|row| !others.contains(&row.path));
        let alike = near.filter(|row| {
            shape::is_alike(row, entry) && link(row) == link(entry) && hidden(&row.path) == name
        });
        alike.map(|row| row.path.clone()).collect()
    };
    let others = alike(other, own);
    // Of more than the other side has, one is lost.
    let other = others.first().filter(|_| alike(own, other).len() <= others.len())?;
    let explanation = Explanation::certain(format!("the name is a temporary one; else it is {other}"));
    renamed::of_both(explanation, file.layer, (file.path, other))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::Entry;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn names_that_alone_differ_are_told() {
        let pair = Pair::default()
            .both(
                "a",
                b"built by root@0123456789ab in /tmp/tmp.aB3dE6gH9j\n",
                b"built by root@ba9876543210 in /tmp/tmp.9jgH6dE3aB\n",
            )
            .both("b", b"on 0123456789ab\n", b"on ba9876543210\n")
            .both("c", b"built by root@box-1\n", b"built by root@box-2\n");
        assert_eq!(
            pair.explained(),
            ["a: embedded-host (certain)", "b: embedded-host (likely)", "c: embedded-host (likely)"]
        );
    }

    #[test]
    fn a_temporary_file_left_under_another_name_is_told_for_certain() {
        let pair = Pair::default().removed("tmp/tmp.JY3vnMYDah", b"x").added("tmp/tmp.mAALAZy5AY", b"x");
        let explained =
            ["tmp/tmp.JY3vnMYDah: embedded-host (certain)", "tmp/tmp.mAALAZy5AY: embedded-host (certain)"];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
        let setuid = Entry { mode: 0o4755, ..file("tmp/tmp.mAALAZy5AY", b"x") };
        let pair = Pair::default().removed("tmp/tmp.JY3vnMYDah", b"x").added_entry(setuid, b"x");
        assert_eq!(pair.explained(), ["tmp/tmp.JY3vnMYDah: ", "tmp/tmp.mAALAZy5AY: "]);
        let pair = Pair::default().removed("tmp/tmp.JY3vnMYDah", b"x").added("tmp/tmp.mAALAZy5AY", b"y");
        assert_eq!(pair.explained(), ["tmp/tmp.JY3vnMYDah: ", "tmp/tmp.mAALAZy5AY: "]);
    }

    #[test]
    fn dates_alone_other_bytes_and_old_bytes_that_are_not_there_are_not_explained() {
        let pair = Pair::default().both("a", b"root@box-1 x\n", b"root@box-2 y\n");
        assert_eq!(pair.explained(), ["a: "]);
        let pair = Pair::default().both("a", b"root@box-1 x\n", b"root@box-2 x\n");
        assert_eq!(pair.explained_against_lock(), ["a: "]);
    }

    #[test]
    fn against_a_lock_a_file_that_is_a_containers_id_is_likely() {
        let pair = Pair::default()
            .both("etc/built-by", b"0123456789ab\n", b"ba9876543210\n")
            .both("etc/name", b"0123456789a\n", b"ba9876543210\n")
            .both("etc/number", b"012345678901\n", b"109876543210\n");
        let explained = ["etc/built-by: embedded-host (likely)", "etc/name: ", "etc/number: "];
        assert_eq!(pair.explained_against_lock(), explained);
    }
}
