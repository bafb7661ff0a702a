//! Zip archives (APPNOTE.TXT): the central directory, and each member unpacked. Zip64 is not read: what needs it is past
//! the size at which bytes are looked at.

use flate2::read::DeflateDecoder;
use memchr::memmem;

use crate::base::digest::Sha256;
use crate::base::limits;
use crate::formats::archives::members::{Member, Members, Names, Unpacker};
use crate::formats::bytes::Cursor;

/// Length of the end record, without its comment.
const END: usize = 22;

/// Extra fields that hold times: extended timestamps, NTFS, old Info-ZIP.
const TIME_FIELDS: [u16; 3] = [0x5455, 0x000a, 0x5855];

/// The flags of which no reader makes other bytes: how hard it was packed, a descriptor, UTF-8 names.
const FLAGS: u16 = 0b1000_0000_1110;

/// A member's sizes are behind its bytes, in a descriptor.
const HAS_DESCRIPTOR: u16 = 1 << 3;

/// Reads all members, and keeps the bytes of those named; `None` for what is no zip, or not a sound one.
pub(crate) fn read(bytes: &[u8], names: &Names) -> Option<Members> {
    let end = end_record(bytes)?;
    let mut cursor = Cursor::at(bytes, end)?;
    cursor.take(10)?;
    let count = usize::from(cursor.u16_le()?);
    let (size, offset) = (cursor.size_le()?, cursor.size_le()?);
    let start = end.checked_sub(size)?;
    // Whatever stands before the archive, as a shebang does, shifts every offset.
    let shift = start.checked_sub(offset)?;
    let mut central = Cursor::new(bytes.get(start..end)?);
    let mut unpacker = Unpacker::new(names);
    let mut members = Members::default();
    let mut spans = Vec::new();
    let mut room = start;
    for _ in 0..count.min(limits::NESTED_ARCHIVE_MEMBERS) {
        let (member, span) = member(bytes, &mut central, shift, &mut unpacker)?;
        // Members over each other would make one stretch of bytes unpack as often as there are members.
        room = room.checked_sub(span.1 - span.0)?;
        members.list.push(member);
        spans.push(span);
    }
    spans.sort_unstable();
    let first = spans.first().map_or(start, |span| span.0);
    // The numbers of disks and of entries on this one say nothing that the entries don't, and must not say else.
    members.around = [bytes.get(..first)?, bytes.get(end + 4..end + 8)?, bytes.get(end + 20..)?].concat();
    if Cursor::at(bytes, end + 8)?.u16_le()? != Cursor::at(bytes, end + 10)?.u16_le()? {
        return None;
    }
    members.has_gaps = !central.rest().is_empty() || !is_tight(&spans, start);
    Some(members)
}

/// Where the end record stands: nearest to the end, with just its comment behind it.
fn end_record(bytes: &[u8]) -> Option<usize> {
    let start = bytes.len().checked_sub(END)?.saturating_sub(0xffff);
    let ending = bytes.get(start..)?;
    memmem::rfind_iter(ending, b"PK\x05\x06").map(|at| start + at).find(|at| {
        let comment = Cursor::at(bytes, at + 20).and_then(|mut cursor| cursor.u16_le());
        comment.is_some_and(|length| at + END + usize::from(length) == bytes.len())
    })
}

/// Where a member starts and ends, and whether a descriptor follows it.
type Span = (usize, usize, bool);

/// Whether members follow one another up to the central directory.
fn is_tight(spans: &[Span], directory: usize) -> bool {
    let starts = spans.iter().skip(1).map(|span| span.0).chain([directory]);
    spans.iter().zip(starts).all(|((_, end, has_descriptor), next)| match next.checked_sub(*end) {
        Some(0) => true,
        Some(gap) => *has_descriptor && matches!(gap, 12 | 16 | 20 | 24),
        None => false,
    })
}

fn member(
    bytes: &[u8],
    central: &mut Cursor<'_>,
    shift: usize,
    unpacker: &mut Unpacker<'_>,
) -> Option<(Member, Span)> {
    if central.array()? != *b"PK\x01\x02" {
        return None;
    }
    let version = central.u16_le()?;
    let needed = central.u16_le()?;
    let (flags, method) = (central.u16_le()?, central.u16_le()?);
    let dos_time = central.take(4)?;
    let checksum = central.u32_le()?;
    let (packed, unpacked) = (central.size_le()?, central.u32_le()?);
    let lengths = [central.u16_le()?, central.u16_le()?, central.u16_le()?].map(usize::from);
    let [name_length, extra_length, comment_length] = lengths;
    // The disk, and modes of the inside and of the outside.
    let modes = central.take(8)?;
    let start = central.size_le()?.checked_add(shift)?;
    let name = central.take(name_length)?;
    let extra = central.take(extra_length)?;
    let comment = central.take(comment_length)?;

    let Local { fixed, time: local_time, extra: local_extra, data, end } = local(
        bytes,
        start,
        &Claims { name, flags, method, checksum, packed, unpacked: usize::try_from(unpacked).ok()? },
    )?;
    let unpacked_to = match method {
        0 => unpacker.unpack(name, data)?,
        8 => unpacker.unpack(name, DeflateDecoder::new(data))?,
        _ => return None,
    };
    if unpacked_to.length != u64::from(unpacked) {
        return None;
    }
    let (times, others) = split_extra(extra);
    let (local_times, local_others) = split_extra(local_extra);
    let member = Member {
        name: name.to_vec(),
        content: unpacked_to.content,
        bytes: unpacked_to.bytes,
        time: [dos_time, local_time, &times, &local_times].concat(),
        attributes: [
            &version.to_le_bytes()[..],
            &checksum.to_le_bytes(),
            modes,
            comment,
            &others,
            &local_others,
        ]
        .concat(),
        packing: [&[needed, flags, method].map(u16::to_le_bytes).concat(), &fixed, &Sha256::of(data).0[..]]
            .concat(),
    };
    Some((member, (start, end, flags & HAS_DESCRIPTOR != 0)))
}

/// What the central directory says of a member, to which its own header is held.
struct Claims<'a> {
    name: &'a [u8],
    flags: u16,
    method: u16,
    checksum: u32,
    packed: usize,
    unpacked: usize,
}

/// A member's own header, and its data.
struct Local<'a> {
    /// The version, and whether the sizes come late.
    fixed: Vec<u8>,
    time: &'a [u8],
    extra: &'a [u8],
    data: &'a [u8],
    end: usize,
}

/// Reads the header at `start`; `None` where it says something else than the directory.
fn local<'a>(bytes: &'a [u8], start: usize, claims: &Claims<'_>) -> Option<Local<'a>> {
    let mut local = Cursor::at(bytes, start)?;
    if local.array()? != *b"PK\x03\x04" {
        return None;
    }
    let (needed, flags, method) = (local.take(2)?, local.u16_le()?, local.u16_le()?);
    let time = local.take(4)?;
    let (checksum, packed, unpacked) = (local.u32_le()?, local.size_le()?, local.size_le()?);
    // Behind the data a descriptor may say what is not known before.
    let is_late = claims.flags & HAS_DESCRIPTOR != 0 && checksum == 0;
    // ZIP64 has the sizes elsewhere.
    let fits = |own: usize, size: usize| own == size || own == u32::MAX as usize;
    let is_same =
        checksum == claims.checksum && fits(packed, claims.packed) && fits(unpacked, claims.unpacked);
    if method != claims.method || flags != claims.flags || flags & !FLAGS != 0 || !is_late && !is_same {
        return None;
    }
    let (name, extra) = (usize::from(local.u16_le()?), usize::from(local.u16_le()?));
    if local.take(name)? != claims.name {
        return None;
    }
    let extra = local.take(extra)?;
    let data = local.take(claims.packed)?;
    let end = bytes.len() - local.rest().len();
    let fixed = [needed, &[u8::from(is_late)]].concat();
    Some(Local { fixed, time, extra, data, end })
}

/// Extra fields that hold times, and the others.
fn split_extra(extra: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut times, mut others) = (Vec::new(), Vec::new());
    let mut cursor = Cursor::new(extra);
    let mut next = || {
        let id = cursor.u16_le()?;
        let length = usize::from(cursor.u16_le()?);
        Some((id, cursor.take(length)?))
    };
    while let Some((id, value)) = next() {
        let kept = if TIME_FIELDS.contains(&id) { &mut times } else { &mut others };
        kept.extend_from_slice(&id.to_le_bytes());
        kept.extend_from_slice(value);
    }
    others.extend_from_slice(cursor.rest());
    (times, others)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A zip of stored members: name, content, DOS time and date.
    pub(crate) fn stored(members: &[(&str, &[u8], u32)]) -> Vec<u8> {
        let (mut bytes, mut central) = (Vec::new(), Vec::new());
        for (name, content, time) in members {
            let offset = u32::try_from(bytes.len()).unwrap();
            let size = u32::try_from(content.len()).unwrap().to_le_bytes();
            let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let shared =
                [&[20, 0, 0, 0, 0, 0], &time.to_le_bytes()[..], &[0; 4], &size, &size, &name_length].concat();
            bytes
                .extend_from_slice(&[b"PK\x03\x04", &shared[..], &[0; 2], name.as_bytes(), content].concat());
            central.extend_from_slice(
                &[b"PK\x01\x02\x14\0", &shared[..], &[0; 12], &offset.to_le_bytes(), name.as_bytes()]
                    .concat(),
            );
        }
        let count = u16::try_from(members.len()).unwrap().to_le_bytes();
        let (size, offset) = (u32::try_from(central.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
        bytes.extend_from_slice(&central);
        bytes.extend_from_slice(
            &[b"PK\x05\x06\0\0\0\0", &count[..], &count, &size.to_le_bytes(), &offset.to_le_bytes(), &[0; 2]]
                .concat(),
        );
        bytes
    }

    #[test]
    fn members_are_read_with_a_prefix_and_without() {
        let zip = stored(&[("a", b"one", 1), ("b", b"two", 2)]);
        let members = read(&zip, &Names::new()).unwrap();
        assert_eq!(members.list.len(), 2);
        assert!(!members.has_gaps);
        assert_eq!(members.list[1].content, Sha256::of(b"two"));
        let prefixed = read(&[b"#!/bin/sh\n", &zip[..]].concat(), &Names::new()).unwrap();
        assert_eq!(prefixed.list, members.list);
        assert_ne!(prefixed.around, members.around);
    }

    #[test]
    fn members_over_each_other_are_refused_before_they_are_unpacked() {
        let zip = stored(&[("a", &[7; 1000], 1), ("a", &[7; 1000], 1)]);
        let directory = zip.len() - END - 2 * 47;
        let mut over = zip.clone();
        // The second one of the directory names the first one's bytes.
        over[directory + 47 + 42..directory + 47 + 46].fill(0);
        assert!(read(&over, &Names::new()).is_some_and(|members| members.has_gaps));
        let row = &zip[directory..directory + 47];
        let many = [&zip[..directory], &row.repeat(3)].concat();
        let count = 3_u16.to_le_bytes();
        let size = (3_u32 * 47).to_le_bytes();
        let offset = u32::try_from(directory).unwrap().to_le_bytes();
        let end = [b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &offset, &[0; 2]].concat();
        assert_eq!(read(&[many, end].concat(), &Names::new()), None);
    }

    #[test]
    fn any_cut_or_flipped_byte_is_survived() {
        let zip = stored(&[("a", b"one", 1), ("b", b"two", 2)]);
        for at in 0..zip.len() {
            let mut broken = zip.clone();
            broken[at] ^= 0xff;
            let _ = read(&broken, &Names::new());
            assert_eq!(read(&zip[..at], &Names::new()), None);
        }
    }
}
