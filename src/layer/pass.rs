//! The single pass over a layer's blob: digest, decompression, diff_id, entries, file hashes, captures.
//!
//! Four stages on their own threads, joined by bounded pipes: read and hash the blob; decompress; hash the tar; walk
//! the tar and hash each file. A pass goes only as deep as asked: a blob whose digest decides is not unpacked.
//!
//! Whatever a later stage makes of the bytes, the blob is read and hashed to its end, so that a damaged blob is
//! called damaged, and not by the first symptom inside it.

mod walk;

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::Contents;
use super::decompress::{Compression, MAGIC_BYTES};
use super::error::LayerError;
use super::pipe::{PipeReader, Pool, Sender, pipe};
use super::total::Total;
use crate::base::digest::{Digest, Hasher, Sha256};
use crate::base::limits::Expansion;
use crate::base::path::LayerPath;
use walk::walk;

/// How much of a blob a pass looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Nothing: its descriptor is believed, and the blob is not opened. For callers who compare names, not bytes.
    Claim,
    /// Its digest alone.
    Blob,
    /// Its digest, and that of the tar inside.
    DiffId,
    /// Everything: entries, file hashes, captures.
    Entries,
}

/// Whether to keep a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// No.
    Nothing,
    /// Yes, for a catalog to read.
    Catalog,
    /// Where they are others than the locked ones, to explain the drift.
    Drift {
        /// The locked file's; `None` where there was none.
        locked: Option<Sha256>,
        /// Bytes that may be kept so in the whole layer.
        room: u64,
        /// Bytes of the largest file kept so.
        most: u64,
    },
}

/// What the manifest and the config say of a blob; each is checked where it is given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expected {
    /// The descriptor's digest.
    pub digest: Option<Digest>,
    /// The descriptor's size in bytes.
    pub size: Option<u64>,
    /// The config's diff_id.
    pub diff_id: Option<Digest>,
}

impl Expected {
    /// Whether the blob's digest and the diff_id are written in the same algorithm.
    fn is_one_algorithm(&self) -> bool {
        let algorithm = |digest: Option<Digest>| digest.map_or("sha256", |digest| digest.algorithm());
        algorithm(self.digest) == algorithm(self.diff_id)
    }
}

/// How to make a pass.
pub struct PassOptions<'a> {
    /// How deep to look.
    pub depth: Depth,
    /// How large the layer may unpack.
    pub expansion: Expansion,
    /// Which files' bytes to keep.
    pub wants: &'a (dyn Fn(&LayerPath) -> Keep + Sync),
    /// Told how many more bytes of the blob were read.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// What it counts towards, where it is one of an image's layers.
    pub total: Option<&'a Total>,
}

/// What a pass learnt.
#[derive(Debug)]
pub struct Pass {
    /// The blob's digest.
    pub digest: Digest,
    /// The blob's size in bytes.
    pub size: u64,
    /// What is inside; `None` where only the blob was asked for.
    pub unpacked: Option<Unpacked>,
}

/// The tar inside a blob.
#[derive(Debug)]
pub struct Unpacked {
    /// How the blob is compressed, by its bytes.
    pub compression: Compression,
    /// The tar's digest.
    pub diff_id: Digest,
    /// The tar's size in bytes.
    pub size: u64,
    /// Its entries; `None` where only the diff_id was asked for.
    pub contents: Option<Contents>,
}

/// Reads `blob` once, from its first byte to its last.
pub fn read(
    mut blob: impl Read + Send,
    expected: Expected,
    options: &PassOptions<'_>,
) -> Result<Pass, LayerError> {
    let pool = Pool::default();
    let counted = Counters::default();
    let first = pool.fill(&mut blob).map_err(LayerError::Read)?;
    let magic = first.get(..MAGIC_BYTES).unwrap_or(&first);
    let compression = (options.depth > Depth::Blob).then(|| Compression::sniff(magic)).transpose();
    thread::scope(|scope| {
        let (sender, packed) = pipe(&pool);
        let wants_inside = matches!(compression, Ok(Some(_)));
        let (pool, counted) = (&pool, &counted);
        let reading = scope.spawn(move || {
            let sender = wants_inside.then_some(sender);
            read_blob(blob, first, expected, sender.as_ref(), pool, counted, options)
        });
        let inside = match compression {
            Ok(Some(Compression::None)) if expected.is_one_algorithm() => {
                Some(Inside::Plain(walk_plain(packed, counted, options)))
            }
            Ok(Some(compression)) => {
                Some(Inside::Packed(unpack(scope, packed, compression, expected, pool, counted, options)))
            }
            _ => {
                drop(packed);
                None
            }
        };
        let (digest, size) = join(reading)?;
        // A blob that is what its descriptor says, and yet cannot be unpacked, is a fault of the image.
        compression?;
        let unpacked = match inside {
            None => None,
            Some(Inside::Packed(unpacked)) => Some(unpacked?),
            Some(Inside::Plain(contents)) => {
                let contents = contents?;
                Some(Unpacked { compression: Compression::None, diff_id: digest, size, contents })
            }
        };
        if let (Some(unpacked), Some(expected)) = (&unpacked, expected.diff_id)
            && unpacked.diff_id != expected
        {
            return Err(LayerError::DiffId { expected, found: unpacked.diff_id });
        }
        Ok(Pass { digest, size, unpacked })
    })
}

/// What the stages behind the first made of the blob. A plain tar's diff_id is its blob's digest: hashing once is
/// enough.
enum Inside {
    Plain(Result<Option<Contents>, LayerError>),
    Packed(Result<Unpacked, LayerError>),
}

#[derive(Default)]
struct Counters {
    packed: AtomicU64,
    unpacked: AtomicU64,
}

/// The first stage: hashes the blob and passes it on while anyone listens.
fn read_blob(
    mut blob: impl Read,
    first: Vec<u8>,
    expected: Expected,
    sender: Option<&Sender>,
    pool: &Pool,
    counted: &Counters,
    options: &PassOptions<'_>,
) -> Result<(Digest, u64), LayerError> {
    let mut hasher = expected.digest.map_or_else(Hasher::sha256, |digest| Hasher::like(&digest));
    let mut size = 0;
    let mut listening = sender.is_some();
    let mut chunk = Arc::new(first);
    while !chunk.is_empty() {
        size += chunk.len() as u64;
        counted.packed.store(size, Ordering::Relaxed);
        if let Some(limit) = expected.size.filter(|limit| size > *limit) {
            return Err(LayerError::Size { expected: limit, found: "more".into() });
        }
        listening = listening && sender.is_some_and(|sender| sender.send(&chunk));
        hasher.update(&chunk);
        (options.progress)(chunk.len() as u64);
        if let Some(total) = options.total {
            total.add_packed(chunk.len() as u64);
        }
        pool.take_back(chunk);
        let next = pool.fill(&mut blob).inspect_err(|error| {
            if let Some(sender) = sender {
                sender.fail(io::Error::new(error.kind(), "the blob could not be read on"));
            }
        });
        chunk = Arc::new(next.map_err(LayerError::Read)?);
    }
    if let Some(limit) = expected.size.filter(|limit| size != *limit) {
        return Err(LayerError::Size { expected: limit, found: size.to_string() });
    }
    let digest = hasher.finish();
    match expected.digest {
        Some(expected) if digest != expected => Err(LayerError::Digest { expected, found: digest }),
        _ => Ok((digest, size)),
    }
}

fn walk_plain(
    tar: PipeReader,
    counted: &Counters,
    options: &PassOptions<'_>,
) -> Result<Option<Contents>, LayerError> {
    (options.depth == Depth::Entries).then(|| walk(tar, counted, options)).transpose()
}

/// The stages behind the first: decompress, hash the tar, and on this thread walk it.
fn unpack<'scope, 'env>(
    scope: &'scope thread::Scope<'scope, 'env>,
    packed: PipeReader,
    compression: Compression,
    expected: Expected,
    pool: &'scope Pool,
    counted: &'scope Counters,
    options: &'scope PassOptions<'env>,
) -> Result<Unpacked, LayerError> {
    let caps = (options.expansion, options.total);
    let (to_hasher, to_hash) = pipe(pool);
    let (to_walker, to_walk) = pipe(pool);
    let walks = options.depth == Depth::Entries;
    let decoding = scope.spawn(move || {
        let walker = walks.then_some(to_walker);
        decompress(packed, compression, caps, [Some(&to_hasher), walker.as_ref()], pool, counted)
    });
    let hasher = expected.diff_id.map_or_else(Hasher::sha256, |digest| Hasher::like(&digest));
    let hashing = scope.spawn(move || hash(to_hash, hasher));
    let contents = walks.then(|| walk(to_walk, counted, options));
    // In the order of cause before symptom: what cannot be decompressed cannot be walked.
    join(decoding)?;
    let (diff_id, size) = join(hashing).map_err(LayerError::Read)?;
    Ok(Unpacked { compression, diff_id, size, contents: contents.transpose()? })
}

fn decompress(
    packed: PipeReader,
    compression: Compression,
    (expansion, total): (Expansion, Option<&Total>),
    listeners: [Option<&Sender>; 2],
    pool: &Pool,
    counted: &Counters,
) -> Result<(), LayerError> {
    let failed = |source: io::Error| {
        for sender in listeners.iter().flatten() {
            sender.fail(io::Error::new(source.kind(), "the layer could not be unpacked on"));
        }
        LayerError::Decompress { compression, source }
    };
    let mut decoder = compression.decoder(packed).map_err(failed)?;
    let mut unpacked = 0;
    loop {
        let chunk = Arc::new(pool.fill(&mut decoder).map_err(failed)?);
        if chunk.is_empty() {
            return Ok(());
        }
        unpacked += chunk.len() as u64;
        counted.unpacked.store(unpacked, Ordering::Relaxed);
        let packed = counted.packed.load(Ordering::Relaxed);
        if expansion.exceeded(packed, unpacked) {
            failed(io::Error::other("over the limit"));
            return Err(LayerError::Expansion { packed, unpacked });
        }
        if let Some(Err(error)) = total.map(|total| total.add_unpacked(chunk.len() as u64)) {
            failed(io::Error::other("over the limit"));
            return Err(error);
        }
        let mut heard = false;
        for sender in listeners.iter().flatten() {
            heard |= sender.send(&chunk);
        }
        if !heard {
            return Ok(());
        }
        pool.take_back(chunk);
    }
}

fn hash(mut tar: PipeReader, mut hasher: Hasher) -> io::Result<(Digest, u64)> {
    let mut size = 0;
    while let Some(chunk) = tar.next_chunk()? {
        hasher.update(chunk);
        size += chunk.len() as u64;
    }
    Ok((hasher.finish(), size))
}

fn join<T>(handle: thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests;
