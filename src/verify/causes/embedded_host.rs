//! `embedded-host`: a text holds the name of the builder, of its container or of a temporary file.

use super::dates;
use super::mask::{self, Names};
use super::shape::{self, Seen};
use super::{Cause, Explanation, FileCase, Reach};

/// See docs/causes/embedded-host.md.
pub(super) struct EmbeddedHost;

impl Cause for EmbeddedHost {
    fn id(&self) -> &'static str {
        "embedded-host"
    }

    fn summary(&self) -> &'static str {
        "a text names the host or a temporary file"
    }

    fn fix(&self) -> &'static str {
        "leave out $(hostname) and build paths, or build in a fixed folder"
    }

    fn rule(&self) -> Option<&'static str> {
        Some("clock-or-random")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../../docs/causes/embedded-host.md")
    }

    fn reach(&self) -> Reach {
        Reach::Any
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let Seen::Both(old, new) = shape::seen(file)? else { return None };
        if !mask::is_text(old) || !mask::is_text(new) {
            return None;
        }
        let (old_time, new_time) = shape::written(file);
        let (old, new) = (dates::hidden(old, old_time), dates::hidden(new, new_time));
        let same = |names| mask::hide_hosts(&old, names) == mask::hide_hosts(&new, names);
        if old == new {
            return None;
        }
        if same(Names::Sure) {
            return Some(Explanation::certain(
                "equal once names of the host and of temporary files are hidden",
            ));
        }
        same(Names::Ids).then(|| Explanation::likely("equal once what looks like a container's id is hidden"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Pair;

    #[test]
    fn names_that_alone_differ_are_told() {
        let pair = Pair::default()
            .both(
                "a",
                b"built by root@box-1 in /tmp/tmp.aB3dE6gH9j\n",
                b"built by root@box-2 in /tmp/tmp.9jgH6dE3aB\n",
            )
            .both("b", b"on 0123456789ab\n", b"on ba9876543210\n");
        assert_eq!(pair.told(), ["a: embedded-host (certain)", "b: embedded-host (likely)"]);
    }

    #[test]
    fn dates_alone_other_bytes_and_old_bytes_that_are_not_there_are_not_explained() {
        let pair = Pair::default().both("a", b"root@box-1 x\n", b"root@box-2 y\n");
        assert_eq!(pair.told(), ["a: "]);
        let pair = Pair::default().both("a", b"root@box-1 x\n", b"root@box-2 x\n");
        assert_eq!(pair.told_against_lock(), ["a: "]);
    }
}
