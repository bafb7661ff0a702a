//! Values of build arguments, swapped back: the new file with the old values is the old file, or it is not.

use super::case::{FileCase, Lone};
use super::explanation::Explanation;
use super::layer::Alone;
use super::moved;
use super::renamed;
use super::shape::{self, Seen};
use super::swaps::{Put, Swaps};
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::text::dates;
use crate::causes::text::lines;
use crate::formats::tar::entry::Entry;

/// Whether the file's content differs in the values of arguments alone, or in these and in dates.
pub(crate) fn in_content(file: &FileCase<'_>, swaps: &Swaps) -> Option<Explanation> {
    let plain = match shape::seen(file)? {
        Seen::Both(old, new) => swaps.tell_apart(old, new),
        Seen::New(new) => swaps.old_of(new).filter(|old| file.was(&old.bytes)).map(|old| old.used),
        _ => None,
    };
    match plain {
        Some(used) => {
            Some(used.explanation(format!("equal with the old value of {used} in the new one's place")))
        }
        None => beside_dates(file, swaps),
    }
}

/// Whether the file's content differs in the values of arguments and in the time of the build, and in nothing else.
pub(crate) fn beside_dates(file: &FileCase<'_>, swaps: &Swaps) -> Option<Explanation> {
    let mut are_proved = file.tells_times();
    let used = match shape::seen(file)? {
        _ if swaps.is_empty() => None,
        Seen::Both(old, new) if lines::is_text(old) && lines::is_text(new) => {
            let differing = dates::differing(old, new, file.written())?;
            are_proved &= differing.are_of_builds;
            let (old, new) = file.dateless().filter(|_| differing.are_near)?;
            swaps.tell_apart(old, new)
        }
        Seen::New(new) if lines::is_text(new) => {
            let was = |moved: &[u8]| swaps.old_of(moved).filter(|old| file.was(&old.bytes));
            moved::moved_to_old(file, new, &|moved| was(moved).is_some())
                .and_then(|(_, moved)| Some(was(&moved)?.used))
        }
        _ => None,
    };
    used.map(|used| {
        let evidence =
            format!("equal with the old value of {used} in the new one's place, and but for its dates");
        if are_proved { used.explanation(evidence) } else { Explanation::likely(evidence) }
    })
}

/// Whether the file stands on the other side where an argument's other value is in its path, with the same content, or
/// with one that differs in the values of arguments alone.
pub(crate) fn in_path(file: &FileCase<'_>, swaps: &Swaps) -> Option<Explanation> {
    let Lone { entry, side, other: rows, .. } = file.lone()?;
    let there = match side {
        Alone::New => swaps.swapped(file.path.as_bytes(), Put::Old)?,
        Alone::Old => swaps.swapped(file.path.as_bytes(), Put::New)?,
    };
    let path = LayerPath::normalize(&there.bytes).ok()?;
    let other = rows.get(&path)?.entry;
    let (old, new) = if side == Alone::New { (other, entry) } else { (entry, other) };
    let link = |new: &Entry| Some(swaps.old_of(new.link.as_deref()?)?.bytes.into());
    let is_number = |old, new| old == new || swaps.of_number(old, new).is_some();
    let same = old.kind == new.kind
        && old.mode == new.mode
        && old.xattrs == new.xattrs
        && old.device == new.device
        && is_number(old.uid, new.uid)
        && is_number(old.gid, new.gid)
        && (old.link == new.link || old.link == link(new));
    let used = there.used;
    if !same {
        return None;
    }
    let evidence = if old.content == new.content {
        format!("the value of {used} is in the path; else it is {path}")
    } else {
        let was = swaps.old_of(file.layer.new_bytes(&new.path)?)?;
        (Some(Sha256::of(&was.bytes)) == old.content).then_some(())?;
        format!("the value of {used} is in the path and in the file; else it is {path}")
    };
    renamed::of_both(used.explanation(evidence), file.layer, (file.path, &path))
}
