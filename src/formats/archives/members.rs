//! The members of an archive, whatever its format.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use crate::base::digest::{Digest, Hasher, Sha256};
use crate::base::limits;

/// Names of members whose bytes are wanted.
pub(crate) type Names = BTreeSet<Vec<u8>>;

/// One member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member {
    /// Its name; where the format has other kinds than files, its kind and target too.
    pub(crate) name: Vec<u8>,
    /// Of its bytes, unpacked.
    pub(crate) content: Sha256,
    /// The bytes, where they were wanted.
    pub(crate) bytes: Option<Vec<u8>>,
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

/// Unpacks members: how much they may still unpack to, all together, and whose bytes to keep.
pub(crate) struct Unpacker<'n> {
    room: u64,
    room_to_keep: u64,
    names: &'n Names,
}

/// What a member unpacked to.
pub(crate) struct Unpacked {
    pub(crate) content: Sha256,
    pub(crate) length: u64,
    pub(crate) bytes: Option<Vec<u8>>,
}

impl<'n> Unpacker<'n> {
    pub(crate) fn new(names: &'n Names) -> Self {
        Self { room: limits::NESTED_ARCHIVE_BYTES, room_to_keep: limits::NESTED_KEPT_BYTES, names }
    }

    /// Reads a member to its end; `None` past the caps.
    pub(crate) fn unpack(&mut self, name: &[u8], input: impl Read) -> Option<Unpacked> {
        let keeps = self.names.contains(name);
        let room = if keeps { self.room.min(self.room_to_keep) } else { self.room };
        let mut sink = Sink { hasher: Hasher::sha256(), kept: keeps.then(Vec::new) };
        let length = io::copy(&mut input.take(room.saturating_add(1)), &mut sink).ok()?;
        if length > room {
            return None;
        }
        self.room -= length;
        self.room_to_keep -= if keeps { length } else { 0 };
        match sink.hasher.finish() {
            Digest::Sha256(content) => Some(Unpacked { content, length, bytes: sink.kept }),
            Digest::Sha512(_) => None,
        }
    }
}

struct Sink {
    hasher: Hasher,
    kept: Option<Vec<u8>>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.update(bytes);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_and_only_what_is_wanted_is_kept() {
        let names = Names::from([b"kept".to_vec()]);
        let mut unpacker = Unpacker { room: 9, room_to_keep: 3, names: &names };
        assert!(unpacker.unpack(b"kept", io::repeat(0)).is_none());
        assert_eq!(unpacker.unpack(b"kept", &b"abc"[..]).unwrap().bytes.as_deref(), Some(&b"abc"[..]));
        assert_eq!(unpacker.unpack(b"other", io::repeat(0).take(6)).unwrap().bytes, None);
        assert!(unpacker.unpack(b"other", io::repeat(0)).is_none());
    }
}
