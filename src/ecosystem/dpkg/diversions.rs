//! Where dpkg puts a file that another package has taken the place of (dpkg-divert(1)).
//!
//! `var/lib/dpkg/diversions` has three lines for each: the path, where it goes, and the package whose file stands at the path;
//! `:` for the administrator's own, by which no package's file stands there. A rest of one or two lines says nothing.

use std::collections::BTreeMap;

use super::Dpkg;
use crate::base::path::LayerPath;
use crate::ecosystem::places;
use crate::tree::FileTree;

/// Its name in dpkg's folder.
pub(super) const NAME: &[u8] = b"diversions";

/// Where the files of all packages but one go, by their paths without the slash before them.
#[derive(Debug, Default)]
pub(super) struct Diversions<'a>(BTreeMap<&'a [u8], (&'a [u8], &'a [u8])>);

impl<'a> Diversions<'a> {
    /// Those of the tree.
    pub(super) fn of(tree: &FileTree<'a>) -> Self {
        let bytes = places::bytes(tree, &LayerPath::from("var/lib/dpkg").join(NAME), &Dpkg);
        Self::read(bytes.unwrap_or_default())
    }

    fn read(bytes: &'a [u8]) -> Self {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let three = || Some((rooted(lines.next()?), (rooted(lines.next()?), lines.next()?)));
        Self(std::iter::from_fn(three).filter(|(path, _)| !path.is_empty()).collect())
    }

    /// Where the file is that `package` lists at `path`.
    pub(super) fn place<'p>(&self, path: &'p [u8], package: &[u8]) -> &'p [u8]
    where
        'a: 'p,
    {
        match self.0.get(rooted(path)) {
            Some((to, by)) if *by != package => to,
            _ => path,
        }
    }
}

fn rooted(path: &[u8]) -> &[u8] {
    path.strip_prefix(b"/").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_but_the_one_that_diverts_has_its_file_elsewhere() {
        let all = Diversions::read(b"/bin/sh\n/bin/sh.distrib\ndash\n/etc/x\n/etc/y\n:\n/half\n/done\n");
        assert_eq!(all.place(b"/bin/sh", b"bash"), b"bin/sh.distrib");
        assert_eq!(all.place(b"bin/sh", b"dash"), b"bin/sh");
        assert_eq!(all.place(b"/etc/x", b"dash"), b"etc/y");
        assert_eq!(all.place(b"/etc/z", b"dash"), b"/etc/z");
        assert_eq!(all.place(b"/half", b"dash"), b"done", "the last line may be empty");
        assert_eq!(Diversions::read(b"").place(b"", b""), b"");
    }
}
