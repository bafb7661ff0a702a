//! Finds a layer's compression by its first bytes and undoes it: gzip of several members, zstd of several frames
//! (skippable ones included), or none.
//!
//! The bytes decide, not the media type: engines do the same, and a media type that says otherwise is only noted.
//! It refuses xz and bzip2, which the image-spec does not know, and zstd windows over 128 MiB, which would let a
//! small blob take gigabytes of memory.

use std::fmt;
use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;
use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode;

/// How a blob is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// A plain tar.
    None,
    /// RFC 1952, one or more members; estargz is gzip too.
    Gzip,
    /// RFC 8878, one or more frames; zstd:chunked is zstd too.
    Zstd,
}

/// A compression that no image may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the blob is compressed with {0}; expected gzip, zstd or a plain tar")]
pub struct Unsupported(pub &'static str);

/// The number of first bytes that tell.
pub const MAGIC_BYTES: usize = 6;

impl Compression {
    /// Tells the compression from a blob's first [`MAGIC_BYTES`] bytes, fewer where the blob is shorter.
    pub fn sniff(magic: &[u8]) -> Result<Self, Unsupported> {
        match magic {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Err(Unsupported("xz")),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => Err(Unsupported("bzip2")),
            _ => Ok(Self::None),
        }
    }

    /// The compression a media type names; `None` where it names none we know.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        match media_type {
            "application/vnd.docker.image.rootfs.diff.tar.gzip"
            | "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" => Some(Self::Gzip),
            "application/vnd.docker.image.rootfs.diff.tar.zstd" => Some(Self::Zstd),
            "application/vnd.docker.image.rootfs.diff.tar" => Some(Self::None),
            _ if media_type.ends_with(".tar+gzip") => Some(Self::Gzip),
            _ if media_type.ends_with(".tar+zstd") => Some(Self::Zstd),
            _ if media_type.ends_with(".tar") => Some(Self::None),
            _ => None,
        }
    }

    /// The name in the lockfile and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The compression of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Zstd].into_iter().find(|compression| compression.name() == name)
    }

    /// A reader of the uncompressed bytes of `blob`.
    pub fn decoder<'a, R: BufRead + Send + 'a>(self, blob: R) -> io::Result<Box<dyn Read + Send + 'a>> {
        Ok(match self {
            Self::None => Box::new(blob),
            Self::Gzip => Box::new(MultiGzDecoder::new(blob)),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(blob)?),
        })
    }
}

/// Whether zstd refused a frame for its window. The decoder's errors carry the name that zstd gives the code, and no more.
pub(super) fn wants_too_large_a_window(error: &io::Error) -> bool {
    let code = ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge as usize;
    // Codes are returned as negative sizes.
    error.to_string() == zstd::zstd_safe::get_error_name(code.wrapping_neg())
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Write;

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(blob: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Compression::sniff(blob).unwrap().decoder(blob)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn gzip_of_several_members_is_read_to_the_end() {
        assert_eq!(unpack(&[gzip(b"one "), gzip(b"two")].concat()).unwrap(), b"one two");
    }

    #[test]
    fn zstd_of_several_frames_with_skippable_ones_is_read_to_the_end() {
        let frame = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let blob = [skippable.clone(), frame(b"one "), skippable, frame(b"two")].concat();
        assert_eq!(unpack(&blob).unwrap(), b"one two");
    }

    #[test]
    fn a_cut_off_stream_is_an_error_and_not_an_end() {
        let blob = gzip(&[7; 5000]);
        assert!(unpack(&blob[..blob.len() - 4]).is_err());
        let blob = zstd::encode_all(&[7; 5000][..], 1).unwrap();
        assert!(unpack(&blob[..blob.len() - 2]).is_err());
    }

    #[test]
    fn a_frame_with_too_large_a_window_is_told_from_a_damaged_one() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.long_distance_matching(true).unwrap();
        encoder.window_log(28).unwrap();
        encoder.write_all(b"text").unwrap();
        let large = encoder.finish().unwrap();
        assert!(wants_too_large_a_window(&unpack(&large).unwrap_err()));
        let mut damaged = zstd::encode_all(&[7; 5000][..], 1).unwrap();
        damaged.truncate(9);
        assert!(!wants_too_large_a_window(&unpack(&damaged).unwrap_err()));
    }

    #[test]
    fn what_the_image_spec_does_not_know_is_refused_by_name() {
        assert_eq!(Compression::sniff(b"\xfd7zXZ\0"), Err(Unsupported("xz")));
        assert_eq!(Compression::sniff(b"BZh91AY"), Err(Unsupported("bzip2")));
        assert_eq!(Compression::sniff(b""), Ok(Compression::None));
    }
}
