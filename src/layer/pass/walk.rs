//! The last stage of a pass: the tar's entries, their files' hashes, and the bytes kept of some.
//!
//! It stops at the caps of `limits.rs`, and where the files with their holes pass the limit on unpacking.

use std::io;
use std::sync::atomic::Ordering;

use super::{Counters, Options};
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::layer::entry::{Entry, Kind};
use crate::layer::error::LayerError;
use crate::layer::pipe::PipeReader;
use crate::layer::tar::{TarError, TarReader};
use crate::layer::{Capture, Contents};

/// Walks the tar: its entries in order, each file hashed, those wanted kept.
pub(super) fn walk(
    tar: PipeReader,
    counted: &Counters,
    options: &Options<'_>,
) -> Result<Contents, LayerError> {
    let mut reader = TarReader::new(tar);
    let mut contents = Contents::default();
    let mut kept = 0;
    let mut logical = 0_u64;
    let mut named = 0;
    while let Some(mut entry) = reader.next_entry()? {
        if contents.entries.len() >= limits::LAYER_ENTRIES {
            let limit = limits::LAYER_ENTRIES as u64;
            return Err(TarError::Limit { what: "a number of entries", limit }.into());
        }
        named += name_bytes(&entry);
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
            let mut file = FileSink::new(entry.size, (options.wants)(&entry.path), kept);
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
            let (content, capture) = file.finish();
            entry.content = Some(content);
            if let Some(capture) = capture {
                if let Capture::Kept(bytes) = &capture {
                    kept += bytes.len() as u64;
                }
                contents.captures.insert(contents.entries.len(), capture);
            }
        }
        contents.entries.push(entry);
    }
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

/// Takes in one file's bytes: hashes all, keeps them where wanted and under the caps.
pub(super) struct FileSink {
    hasher: sha2::Sha256,
    keep: Option<Capturing>,
}

enum Capturing {
    Bytes { bytes: Vec<u8>, room: u64 },
    TooLarge,
}

impl FileSink {
    pub(super) fn new(size: u64, wanted: bool, kept: u64) -> Self {
        let room = limits::CAPTURE_BYTES.min(limits::CAPTURES_BYTES.saturating_sub(kept));
        let keep = match wanted {
            false => None,
            true if size > room => Some(Capturing::TooLarge),
            true => Some(Capturing::Bytes { bytes: Vec::new(), room }),
        };
        Self { hasher: sha2::Digest::new(), keep }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        sha2::Digest::update(&mut self.hasher, piece);
        if let Some(Capturing::Bytes { bytes, room }) = &mut self.keep {
            if (bytes.len() + piece.len()) as u64 > *room {
                self.keep = Some(Capturing::TooLarge);
            } else {
                bytes.extend_from_slice(piece);
            }
        }
    }

    pub(super) fn finish(self) -> (Sha256, Option<Capture>) {
        let capture = self.keep.map(|keep| match keep {
            Capturing::Bytes { bytes, .. } => Capture::Kept(bytes.into()),
            Capturing::TooLarge => Capture::TooLarge,
        });
        (Sha256(sha2::Digest::finalize(self.hasher).into()), capture)
    }
}
