//! The members of an archive, whatever its format, and how two archives' members differ.

use std::io::{self, Read, Write};

use crate::base::digest::{Digest, Hasher, Sha256};
use crate::base::limits;

/// One member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member {
    /// Its name; where the format has other kinds than files, its kind and target too.
    pub(crate) name: Vec<u8>,
    /// Of its bytes, unpacked.
    pub(crate) content: Sha256,
    /// Its times, as the format writes them.
    pub(crate) time: Vec<u8>,
    /// Modes, owners, comments: what an extractor restores beside times.
    pub(crate) attributes: Vec<u8>,
    /// How it is packed: method, packed bytes, dialect.
    pub(crate) packing: Vec<u8>,
}

/// An archive, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Members {
    /// In the archive's order.
    pub(crate) list: Vec<Member>,
    /// Bytes that belong to the archive as a whole: a prefix, a comment.
    pub(crate) around: Vec<u8>,
    /// Whether there are bytes that no member accounts for.
    pub(crate) has_gaps: bool,
}

/// How two archives of equal members differ.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Members.
    pub(crate) members: usize,
    /// Members with another time.
    pub(crate) times: usize,
    /// Members with other modes, owners or comments.
    pub(crate) attributes: usize,
    /// Members packed in another way.
    pub(crate) packing: usize,
    /// Whether members stand in another order.
    pub(crate) is_reordered: bool,
    /// Whether bytes that no member accounts for may differ.
    pub(crate) has_gaps: bool,
}

/// What members may still unpack to, all together.
pub(crate) struct Budget(u64);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(limits::NESTED_ARCHIVE_BYTES)
    }

    /// Reads to the end, within the budget: the digest and the number of bytes.
    pub(crate) fn digest(&mut self, input: impl Read) -> Option<(Sha256, u64)> {
        let mut sink = Sink(Hasher::sha256());
        let read = io::copy(&mut input.take(self.0.saturating_add(1)), &mut sink).ok()?;
        self.0 = self.0.checked_sub(read)?;
        match sink.0.finish() {
            Digest::Sha256(sha) => Some((sha, read)),
            Digest::Sha512(_) => None,
        }
    }
}

struct Sink(Hasher);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How two archives differ; `None` where names, contents or what stands around the members do.
pub(crate) fn difference(old: &Members, new: &Members) -> Option<Difference> {
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
    let mut found = Difference {
        members: old_order.len(),
        is_reordered: old_order != new_order,
        has_gaps: old.has_gaps || new.has_gaps,
        ..Difference::default()
    };
    for (old_at, new_at) in old_order.iter().zip(&new_order) {
        let (old, new) = (old.list.get(*old_at)?, new.list.get(*new_at)?);
        if (&old.name, old.content) != (&new.name, new.content) {
            return None;
        }
        found.times += usize::from(old.time != new.time);
        found.attributes += usize::from(old.attributes != new.attributes);
        found.packing += usize::from(old.packing != new.packing);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, content: &str, time: u8) -> Member {
        Member {
            name: name.into(),
            content: Sha256::of(content.as_bytes()),
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
        let found = difference(&old, &archive(vec![member("b", "2", 1), member("a", "1", 0)])).unwrap();
        assert_eq!((found.members, found.times, found.is_reordered), (2, 1, true));
        assert_eq!(difference(&old, &archive(vec![member("a", "1", 0), member("b", "3", 0)])), None);
        assert_eq!(difference(&old, &archive(vec![member("a", "1", 0)])), None);
    }

    #[test]
    fn a_bomb_is_refused() {
        assert!(Budget(9).digest(io::repeat(0).take(9)).is_some());
        assert_eq!(Budget(9).digest(io::repeat(0)), None);
    }
}
