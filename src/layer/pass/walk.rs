//! The last stage of a pass: the tar's entries, their files' hashes, and the bytes kept of some.
//!
//! It stops at the caps of `limits.rs`, and where the files with their holes pass the limit on unpacking.

use std::io;
use std::sync::atomic::Ordering;

use super::{Counters, Keep, PassOptions};
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::formats::tar::entry::{Entry, Kind};
use crate::formats::tar::{TarError, TarReader};
use crate::layer::error::LayerError;
use crate::layer::pipe::PipeReader;
use crate::layer::total::Total;
use crate::layer::{Capture, Contents};

/// Counts an entry towards what all layers may have.
fn count(total: Option<&Total>, names: u64) -> Result<(), LayerError> {
    let counted = total.map_or(Ok(()), |total| total.add_entry(names));
    counted.map_err(|(what, limit)| TarError::Limit { what, limit }.into())
}

/// Walks the tar: its entries in order, each file hashed, those wanted kept.
pub(super) fn walk(
    tar: PipeReader,
    counted: &Counters,
    options: &PassOptions<'_>,
) -> Result<Contents, LayerError> {
    let mut reader = TarReader::new(tar);
    let mut contents = Contents::default();
    let mut kept = Kept::default();
    let mut logical = 0_u64;
    let mut named = 0;
    while let Some(mut entry) = reader.next_entry()? {
        if contents.entries.len() >= limits::LAYER_ENTRIES {
            let limit = limits::LAYER_ENTRIES as u64;
            return Err(TarError::Limit { what: "a number of entries", limit }.into());
        }
        named += name_bytes(&entry);
        count(options.total, name_bytes(&entry))?;
        if named > limits::LAYER_NAMES_BYTES {
            return Err(TarError::Limit { what: "bytes of names", limit: limits::LAYER_NAMES_BYTES }.into());
        }
        if entry.kind == Kind::File {
            // Zeros take no time to claim, and all of it to hash.
            let unpacked = logical.saturating_add(reader.holes());
            if unpacked > options.expansion.bytes {
                return Err(LayerError::Expansion {
                    packed: counted.packed.load(Ordering::Relaxed),
                    unpacked,
                });
            }
            options.total.map_or(Ok(()), |total| total.add_unpacked(reader.holes()))?;
            let mut file = FileSink::new(entry.size, (options.wants)(&entry.path), &kept);
            let mut over = None;
            let read = reader.read_content(&mut |piece| {
                logical += piece.len() as u64;
                // A hole of a sparse file is bytes that no decompressor counts.
                let packed = counted.packed.load(Ordering::Relaxed);
                if options.expansion.exceeded(packed, logical) {
                    over = Some(LayerError::Expansion { packed, unpacked: logical });
                    return Err(io::Error::other("over the limit").into());
                }
                file.push(piece);
                Ok(())
            });
            if let Some(over) = over {
                return Err(over);
            }
            read?;
            let (content, capture) = file.finish(&mut kept);
            entry.content = Some(content);
            if let Some(capture) = capture {
                contents.captures.insert(contents.entries.len(), capture);
            }
        }
        contents.entries.push(entry);
    }
    (contents.end, contents.slack) = (reader.offset(), reader.slack());
    reader.drain()?;
    contents.entries.shrink_to_fit();
    Ok(contents)
}

/// Bytes that an entry holds outside its row.
fn name_bytes(entry: &Entry) -> u64 {
    let attributes = entry.xattrs.iter().map(|(name, value)| name.len() + value.len());
    let link = entry.link.as_ref().map_or(0, |link| link.len());
    (entry.path.as_bytes().len() + link + attributes.sum::<usize>()) as u64
}

/// Bytes kept so far of one layer.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) catalogs: u64,
    pub(super) drifts: u64,
}

/// Takes in one file's bytes: hashes all, keeps them where wanted and under the caps.
pub(super) struct FileSink {
    hasher: sha2::Sha256,
    keep: Keep,
    bytes: Option<Vec<u8>>,
    room: u64,
}

impl FileSink {
    pub(super) fn new(size: u64, keep: Keep, kept: &Kept) -> Self {
        let room = match keep {
            Keep::Nothing => 0,
            Keep::Catalog => limits::CAPTURE_BYTES.min(limits::CAPTURES_BYTES.saturating_sub(kept.catalogs)),
            Keep::Drift { room, most, .. } => most.min(room.saturating_sub(kept.drifts)),
        };
        let bytes = (keep != Keep::Nothing && size <= room).then(Vec::new);
        Self { hasher: sha2::Digest::new(), keep, bytes, room }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        sha2::Digest::update(&mut self.hasher, piece);
        if let Some(bytes) = &mut self.bytes {
            if (bytes.len() + piece.len()) as u64 > self.room {
                self.bytes = None;
            } else {
                bytes.extend_from_slice(piece);
            }
        }
    }

    pub(super) fn finish(self, kept: &mut Kept) -> (Sha256, Option<Capture>) {
        let content = Sha256(sha2::Digest::finalize(self.hasher).into());
        let capture = match (self.keep, self.bytes) {
            (Keep::Nothing, _) | (Keep::Drift { .. }, None) => None,
            (Keep::Drift { locked, .. }, _) if locked == Some(content) => None,
            (Keep::Catalog, None) => Some(Capture::TooLarge),
            (Keep::Catalog, Some(bytes)) => {
                kept.catalogs += bytes.len() as u64;
                Some(Capture::Kept(bytes.into()))
            }
            (Keep::Drift { .. }, Some(bytes)) => {
                kept.drifts += bytes.len() as u64;
                Some(Capture::Kept(bytes.into()))
            }
        };
        (content, capture)
    }
}
