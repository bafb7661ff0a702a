//! Two trees side by side, path by path.
//!
//! What counts as a difference is the caller's: this only says what stands at each path on both sides.

use std::iter::Peekable;

use super::stack::{FileTree, Node};
use crate::base::path::LayerPath;
use crate::formats::tar::entry::Entry;

/// What stands at a path of one tree.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The entry itself.
    pub entry: &'a Entry,
    /// The file whose bytes it has: for a hardlink, the one it names.
    pub file: &'a Entry,
    /// Where it comes from.
    pub node: Node,
}

/// A path of either tree, and what stands there on each side.
pub type Joined<'t, 'a> = (&'t LayerPath, Option<Standing<'a>>, Option<Standing<'a>>);

/// Every path of either tree, sorted.
pub fn join<'t, 'a>(old: &'t FileTree<'a>, new: &'t FileTree<'a>) -> impl Iterator<Item = Joined<'t, 'a>> {
    let standing = |tree: &'t FileTree<'a>| {
        tree.iter().map(move |(path, entry, node)| {
            (path, Standing { entry, file: tree.file(node).unwrap_or(entry), node })
        })
    };
    let (mut old, mut new) = (standing(old).peekable(), standing(new).peekable());
    std::iter::from_fn(move || {
        let path = match (old.peek(), new.peek()) {
            (Some((a, _)), Some((b, _))) => *a.min(b),
            (Some((path, _)), None) | (None, Some((path, _))) => *path,
            (None, None) => return None,
        };
        Some((path, at(&mut old, path), at(&mut new, path)))
    })
}

fn at<'t, 'a: 't>(
    side: &mut Peekable<impl Iterator<Item = (&'t LayerPath, Standing<'a>)>>,
    path: &LayerPath,
) -> Option<Standing<'a>> {
    side.next_if(|(next, _)| *next == path).map(|(_, standing)| standing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::entry::Kind;
    use crate::formats::tar::entry::tests::{dir, file, link};
    use crate::layer::Contents;

    fn contents(entries: Vec<Entry>) -> Contents {
        Contents { entries, ..Contents::default() }
    }

    #[test]
    fn every_path_of_either_tree_is_told_once_in_order() {
        let old = contents(vec![dir("a"), file("a/x", b"1"), file("c", b"")]);
        let new = contents(vec![file("a/x", b"2"), file("b", b""), link(Kind::Hardlink, "d", "a/x")]);
        let (old, new) = (FileTree::stack([&old]), FileTree::stack([&new]));
        let told: Vec<String> = join(&old, &new)
            .map(|(path, old, new)| format!("{path} {}{}", u8::from(old.is_some()), u8::from(new.is_some())))
            .collect();
        assert_eq!(told, ["a 10", "a/x 11", "b 01", "c 10", "d 01"]);
        let linked = join(&old, &new).find_map(|(path, _, new)| new.filter(|_| *path == "d".into()));
        assert_eq!(linked.map(|linked| (linked.entry.kind, linked.file.size)), Some((Kind::Hardlink, 1)));
    }
}
