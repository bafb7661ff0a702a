//! Reads some files of a layer once more, to look into what a pass found to differ.
//!
//! The pass hashed everything; here the blob is unpacked as far as the last file asked for, and only the files asked for
//! are hashed: each has to be what its row says, so that no explanation goes by bytes that were exchanged in between.
//! Files are asked for by their places among the layer's entries, since a path may stand more than once.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::decompress::{Compression, MAGIC_BYTES};
use super::error::LayerError;
use crate::base::digest::{Digest, Sha256};
use crate::base::limits::Expansion;
use crate::formats::tar::TarReader;

/// Bytes read and unpacked at a time.
const BUFFER: usize = 128 << 10;

/// What files must hold, and how many bytes, by their places among a layer's entries, from 0 in the tar's order.
pub type Wanted = BTreeMap<usize, (Sha256, u64)>;

/// Bytes by which a file is told to be worth reading on.
pub const FIRST: usize = 8;

/// Files' bytes by their places.
pub type FileBytes = BTreeMap<usize, Arc<[u8]>>;

/// Reads the files of `blob` that are `wanted`, and nothing behind the last of them. The caller bounds their sizes: what
/// is read is held.
pub fn read(blob: impl Read + Send, wanted: &Wanted, expansion: Expansion) -> Result<FileBytes, LayerError> {
    let mut files = FileBytes::new();
    visit(
        blob,
        wanted,
        expansion,
        |_| true,
        |place, bytes| {
            files.insert(place, bytes.into());
            true
        },
    )?;
    Ok(files)
}

/// Looks at the files of `blob` that are `wanted`, one after the other, and at nothing behind the last of them. A file is read on
/// where `begins` takes its first bytes, up to [`FIRST`]; `look` says whether it made anything of it, and then the bytes are
/// held to their digest: what it says of others is worth nothing. One file is held at a time.
pub fn visit(
    blob: impl Read + Send,
    wanted: &Wanted,
    expansion: Expansion,
    begins: impl Fn(&[u8]) -> bool,
    mut look: impl FnMut(usize, Vec<u8>) -> bool,
) -> Result<(), LayerError> {
    let packed = AtomicU64::new(0);
    let mut blob = Counted { blob, count: &packed };
    let mut magic = Vec::new();
    (&mut blob).take(MAGIC_BYTES as u64).read_to_end(&mut magic).map_err(LayerError::Read)?;
    let compression = Compression::sniff(&magic)?;
    let blob = BufReader::with_capacity(BUFFER, magic.as_slice().chain(blob));
    let failed = |source| LayerError::Decompress { compression, source };
    let decoder = compression.decoder(blob).map_err(failed)?;
    let mut tar = TarReader::new(BufReader::with_capacity(BUFFER, decoder));
    let last = wanted.last_key_value().map(|(place, _)| *place);
    let mut place = 0;
    while last.is_some_and(|last| place <= last) {
        let Some(entry) = tar.next_entry()? else {
            return Err(LayerError::Changed { what: format!("its entry {place}"), found: "the end".into() });
        };
        let (packed, unpacked) = (packed.load(Ordering::Relaxed), tar.offset());
        if expansion.exceeded(packed, unpacked) {
            return Err(LayerError::Expansion { packed, unpacked });
        }
        if let Some((expected, size)) = wanted.get(&place).copied() {
            let changed = |other| LayerError::Changed { what: entry.path.to_string(), found: other };
            // A row that says less than there is would let more be held than the caller allows for.
            if entry.size != size {
                return Err(changed(format!("{} bytes", entry.size)));
            }
            let (mut bytes, mut is_read) = (Vec::new(), true);
            tar.read_content(&mut |piece| {
                if is_read {
                    bytes.extend_from_slice(piece);
                    is_read = bytes.len() < FIRST || bytes.get(..FIRST).is_some_and(&begins);
                }
                Ok(())
            })?;
            if is_read && begins(bytes.get(..FIRST.min(bytes.len())).unwrap_or_default()) {
                let digest = Sha256::of(&bytes);
                if look(place, bytes) && digest != expected {
                    return Err(changed(Digest::from(digest).to_string()));
                }
            }
        }
        place += 1;
    }
    Ok(())
}

/// Counts what is read of a blob.
struct Counted<'c, R> {
    blob: R,
    count: &'c AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.blob.read(buffer)?;
        self.count.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::testing::Tar;
    use crate::layer::decompress::tests::gzip;

    fn sample() -> Vec<u8> {
        Tar::default().file("a", b"first").file("b", &[7; 300_000]).file("a", b"last").end()
    }

    fn reread(blob: &[u8], wanted: &[(usize, &[u8])]) -> Result<Vec<(usize, Vec<u8>)>, LayerError> {
        let wanted =
            wanted.iter().map(|(place, bytes)| (*place, (Sha256::of(bytes), bytes.len() as u64))).collect();
        let files = read(blob, &wanted, Expansion::default())?;
        Ok(files.into_iter().map(|(place, bytes)| (place, bytes.to_vec())).collect())
    }

    #[test]
    fn files_are_read_by_their_places_in_any_compression() {
        let tar = sample();
        for blob in [tar.clone(), gzip(&tar), zstd::encode_all(tar.as_slice(), 1).unwrap()] {
            let files = reread(&blob, &[(0, b"first"), (2, b"last")]).unwrap();
            assert_eq!(files, [(0, b"first".to_vec()), (2, b"last".to_vec())]);
        }
    }

    #[test]
    fn nothing_is_read_behind_the_last_file() {
        let tar = sample();
        assert_eq!(reread(&tar[..1024], &[(0, b"first")]).unwrap(), [(0, b"first".to_vec())]);
        assert!(reread(&tar[..1024], &[(2, b"last")]).is_err());
    }

    #[test]
    fn a_file_that_became_another_is_an_error_that_names_it() {
        let error = reread(&sample(), &[(0, b"other")]).unwrap_err();
        assert!(error.to_string().starts_with("a is not what its row says: found sha256:"), "{error}");
        let error = reread(&sample(), &[(0, b"longer")]).unwrap_err();
        assert_eq!(error.to_string(), "a is not what its row says: found 5 bytes");
        let error = reread(&sample(), &[(3, b"")]).unwrap_err();
        assert_eq!(error.to_string(), "its entry 3 is not what its row says: found the end");
    }

    #[test]
    fn a_bomb_is_stopped() {
        let bomb = gzip(&Tar::default().file("a", &[0; 1 << 20]).file("b", b"").end());
        let wanted = [(1, (Sha256::of(b""), 0))].into();
        let small = Expansion { bytes: 1 << 19, ratio: 250 };
        assert!(matches!(read(bomb.as_slice(), &wanted, small), Err(LayerError::Expansion { .. })));
    }
}
