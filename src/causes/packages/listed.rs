//! Files held to what the lists of their own packages say of them.

use crate::causes::engine::case::{FileCase, FileSide};
use crate::causes::engine::shape;
use crate::compare::owners::{ListedSums, Owner};
use crate::formats::tar::entry::{Entry, Kind};

/// What the sums of its package say of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeldTo {
    /// On each side that has it, it is what the package's list there says.
    Listed,
    /// No sum says otherwise; on a side there is none, or the bytes are not at hand.
    Nothing,
    /// A list says otherwise.
    Else,
}

/// Rights that a file of a package has at most: it belongs to its owner, and runs as nobody else.
const ODD_MODE: u32 = 0o7022;

/// Holds the file to the sums of both sides' lists.
pub(super) fn held(file: &FileCase<'_>, owner: &Owner) -> HeldTo {
    let sides = [(file.old, &owner.sums.0, &file.layer.old), (file.new, &owner.sums.1, &file.layer.new)];
    let mut all = HeldTo::Listed;
    for (side, sums, rows) in sides {
        let Some(side) = side else { continue };
        let row = if side.entry.kind == Kind::Hardlink {
            shape::linked(side.entry, rows)
        } else {
            Some(side.entry)
        };
        match row.map_or(HeldTo::Nothing, |entry| one(FileSide { entry, ..side }, sums)) {
            HeldTo::Listed => {}
            HeldTo::Nothing => all = HeldTo::Nothing,
            HeldTo::Else => return HeldTo::Else,
        }
    }
    all
}

fn one(FileSide { entry, bytes }: FileSide<'_>, sums: &ListedSums) -> HeldTo {
    let Some(sums) = sums else { return HeldTo::Nothing };
    let fits: Vec<Option<bool>> = match (entry.kind, &entry.link) {
        (Kind::File, _) => sums.iter().map(|sum| sum.is_of(entry.content, bytes)).collect(),
        // apk sums what a link names.
        (Kind::Symlink, Some(link)) if !sums.is_empty() => {
            sums.iter().map(|sum| Some(sum.is_of_bytes(link))).collect()
        }
        _ => return HeldTo::Nothing,
    };
    match () {
        () if fits.contains(&Some(true)) => HeldTo::Listed,
        () if fits.contains(&None) => HeldTo::Nothing,
        () => HeldTo::Else,
    }
}

/// Whether a row has nothing that a list of files could not tell: its rights are those of a file of a package.
pub(super) fn is_plain(entry: &Entry) -> bool {
    entry.mode & ODD_MODE == 0 && entry.xattrs.is_empty()
}
