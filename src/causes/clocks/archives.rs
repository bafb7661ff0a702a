//! Two archives compared member by member, whatever their format.

use flate2::read::MultiGzDecoder;

use crate::formats::archives::{
    self,
    members::{Members, Names, Unpacker},
};

/// How two archives differ whose members are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unlike {
    /// Beside the members.
    Members(MemberCounts),
    /// In the gzip frame alone: header, level or library.
    Gzip,
    /// In the gzip frame, and around the members of the tar inside.
    GzipAnd(MemberCounts),
}

/// How two archives of equal members differ.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemberCounts {
    /// Members.
    pub(super) members: usize,
    /// Members with another time.
    pub(super) times: usize,
    /// Members with other modes, owners or comments.
    pub(super) attributes: usize,
    /// Members packed in another way.
    pub(super) packing: usize,
    /// Whether members stand in another order.
    pub(super) is_reordered: bool,
    /// Whether bytes that no member accounts for may differ.
    pub(super) has_gaps: bool,
}

/// Compares two archives; `None` where their members differ, or for what is no archive.
pub(super) fn compare(old: &[u8], new: &[u8]) -> Option<Unlike> {
    let names = Names::new();
    let is_gzip = old.starts_with(archives::GZIP) && new.starts_with(archives::GZIP);
    if is_gzip {
        let unpacked = |bytes| Unpacker::new(&names).unpack(b"", MultiGzDecoder::new(bytes));
        let (old, new) = (unpacked(old)?, unpacked(new)?);
        if (old.content, old.length) == (new.content, new.length) {
            return Some(Unlike::Gzip);
        }
    }
    let counts = difference(&archives::read(old, &names)?, &archives::read(new, &names)?)?;
    Some(if is_gzip { Unlike::GzipAnd(counts) } else { Unlike::Members(counts) })
}

/// Whether a name stands twice in an archive, whose members `order` sorts by name.
fn is_repeated(members: &Members, order: &[usize]) -> bool {
    let name = |at: &usize| members.list.get(*at).map(|member| &member.name);
    order.windows(2).any(|pair| matches!(pair, [a, b] if name(a) == name(b)))
}

/// How two archives differ; `None` where names, contents or what stands around the members do.
fn difference(old: &Members, new: &Members) -> Option<MemberCounts> {
    if old.around != new.around || old.list.is_empty() {
        return None;
    }
    let by_name = |members: &Members| {
        let mut list: Vec<usize> = (0..members.list.len()).collect();
        list.sort_by_key(|at| members.list.get(*at).map(|member| (&member.name, &member.content)));
        list
    };
    let (old_order, new_order) = (by_name(old), by_name(new));
    if old_order.len() != new_order.len() {
        return None;
    }
    let mut counts = MemberCounts {
        members: old_order.len(),
        is_reordered: old_order != new_order,
        // Of two members of one name the order tells which is unpacked last.
        has_gaps: old.has_gaps
            || new.has_gaps
            || is_repeated(old, &old_order)
            || is_repeated(new, &new_order),
        ..MemberCounts::default()
    };
    for (old_at, new_at) in old_order.iter().zip(&new_order) {
        let (old, new) = (old.list.get(*old_at)?, new.list.get(*new_at)?);
        if (&old.name, old.content) != (&new.name, new.content) {
            return None;
        }
        counts.times += usize::from(old.time != new.time);
        counts.attributes += usize::from(old.attributes != new.attributes);
        counts.packing += usize::from(old.packing != new.packing);
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;
    use crate::formats::archives::members::Member;

    fn member(name: &str, content: &str, time: u8) -> Member {
        Member {
            name: name.into(),
            content: Sha256::of(content.as_bytes()),
            bytes: None,
            time: vec![time],
            attributes: Vec::new(),
            packing: Vec::new(),
        }
    }

    fn archive(list: Vec<Member>) -> Members {
        Members { list, ..Members::default() }
    }

    #[test]
    fn times_and_order_are_told_apart_from_content() {
        let old = archive(vec![member("a", "1", 0), member("b", "2", 0)]);
        let counts = difference(&old, &archive(vec![member("b", "2", 1), member("a", "1", 0)])).unwrap();
        assert_eq!((counts.members, counts.times, counts.is_reordered), (2, 1, true));
        assert_eq!(difference(&old, &archive(vec![member("a", "1", 0), member("b", "3", 0)])), None);
        assert_eq!(difference(&old, &archive(vec![member("a", "1", 0)])), None);
    }
}
