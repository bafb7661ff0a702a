//! Archives of any format, told by their magic and read member by member: zip, tar, ar, and what is packed as a whole.

pub(crate) mod ar;
pub(crate) mod members;
pub(crate) mod zip;

use std::io::{BufRead, BufReader};

use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

use crate::base::digest::{Digest, Hasher};
use crate::base::limits;
use crate::formats::tar::{TarError, TarReader};
use members::{Member, Members, Names, Unpacker};

pub(crate) const GZIP: &[u8] = b"\x1f\x8b\x08";

/// Reads all members of an archive, and keeps the bytes of those named.
pub(crate) fn read(bytes: &[u8], names: &Names) -> Option<Members> {
    if let Some(unpacked) = unpacked(bytes) {
        return tar(unpacked, names).or_else(|| single(self::unpacked(bytes)?, names));
    }
    if bytes.starts_with(ar::MAGIC) {
        return ar::read(bytes);
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return tar(bytes, names);
    }
    zip::read(bytes, names)
}

/// The name of the only member of what is packed and no archive.
const CONTENT: &[u8] = b"content";

const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const XZ: &[u8] = b"\xfd7zXZ\0";

/// KiB of the largest dictionary that xz's presets ask for.
const XZ_DICTIONARY_KIB: u32 = 65 << 10;

/// The bytes of what is packed as a whole.
fn unpacked(bytes: &[u8]) -> Option<Box<dyn BufRead + '_>> {
    Some(match bytes {
        _ if bytes.starts_with(GZIP) => Box::new(BufReader::new(MultiGzDecoder::new(bytes))),
        _ if bytes.starts_with(ZSTD) => Box::new(BufReader::new(zstd::Decoder::with_buffer(bytes).ok()?)),
        _ if bytes.starts_with(XZ) => {
            Box::new(BufReader::new(XzReader::new_mem_limit(bytes, true, XZ_DICTIONARY_KIB)))
        }
        _ => return None,
    })
}

/// What is packed and no archive, as one of one member.
fn single(input: impl BufRead, names: &Names) -> Option<Members> {
    let mut unpacker = Unpacker::new(names);
    let unpacked = unpacker.unpack(CONTENT, input)?;
    let (time, attributes, packing) = Default::default();
    let member = Member {
        name: CONTENT.to_vec(),
        content: unpacked.content,
        bytes: unpacked.bytes,
        time,
        attributes,
        packing,
    };
    // What the frame says beside the content is not looked at.
    Some(Members { list: vec![member], has_gaps: true, ..Members::default() })
}

fn tar(mut input: impl BufRead, names: &Names) -> Option<Members> {
    let mut members = tar_members(&mut input, names)?;
    // Behind the end of an archive stands padding, or what an extractor asked to go on would read.
    let mut rest = [0; 4096];
    for _ in 0..limits::NESTED_ARCHIVE_BYTES / 4096 {
        match input.read(&mut rest).ok()? {
            0 => return Some(members),
            read => members.has_gaps |= rest.iter().take(read).any(|byte| *byte != 0),
        }
    }
    None
}

fn tar_members(input: impl BufRead, names: &Names) -> Option<Members> {
    let mut reader = TarReader::new(input);
    let mut members = Members::default();
    let mut room = limits::NESTED_ARCHIVE_BYTES;
    let mut room_to_keep = limits::NESTED_KEPT_BYTES;
    while let Some(entry) = reader.next_entry().ok()? {
        room = room.checked_sub(entry.size)?;
        if members.list.len() >= limits::NESTED_ARCHIVE_MEMBERS || reader.holes() > 0 {
            return None;
        }
        let mut bytes = names.contains(entry.path.as_bytes()).then(Vec::new);
        room_to_keep = room_to_keep.checked_sub(if bytes.is_some() { entry.size } else { 0 })?;
        let mut hasher = Hasher::sha256();
        let mut sink = |read: &[u8]| -> Result<(), TarError> {
            hasher.update(read);
            if let Some(bytes) = &mut bytes {
                bytes.extend_from_slice(read);
            }
            Ok(())
        };
        reader.read_content(&mut sink).ok()?;
        let Digest::Sha256(content) = hasher.finish() else { return None };
        let kind = format!("{} {:?} {:?} ", entry.kind.name(), entry.link, entry.device);
        let rights = format!("{:o} {} {} ", entry.mode, entry.uid, entry.gid);
        members.list.push(Member {
            name: [entry.path.as_bytes(), b"\0", kind.as_bytes()].concat(),
            content,
            bytes,
            time: format!("{}.{}", entry.mtime.seconds, entry.mtime.nanos).into_bytes(),
            attributes: [
                rights.as_bytes(),
                &entry.uname,
                b"\0",
                &entry.gname,
                format!("{:?}", entry.xattrs).as_bytes(),
            ]
            .concat(),
            packing: format!("{:?}", entry.dialect).into_bytes(),
        });
    }
    Some(members)
}
