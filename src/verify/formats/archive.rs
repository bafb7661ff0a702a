//! Archives of any format this folder reads, told by their magic, compared member by member.

use std::io::{BufRead, BufReader};

use flate2::read::MultiGzDecoder;

use super::members::{self, Budget, Difference, Member, Members};
use super::{ar, zip};
use crate::base::digest::{Digest, Hasher};
use crate::base::limits;
use crate::layer::tar::{TarError, TarReader};

/// How two archives differ whose members are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Beside the members.
    Members(Difference),
    /// In the gzip frame alone: header, level or library.
    Gzip,
    /// In the gzip frame, and around the members of the tar inside.
    GzipAnd(Difference),
}

const GZIP: &[u8] = b"\x1f\x8b\x08";

/// Compares two archives; `None` where their members differ, or for what is no archive.
pub(crate) fn compare(old: &[u8], new: &[u8]) -> Option<Found> {
    let both = |magic: &[u8]| old.starts_with(magic) && new.starts_with(magic);
    if both(GZIP) {
        return gzip(old, new);
    }
    if both(ar::MAGIC) {
        return members::difference(&ar::read(old)?, &ar::read(new)?).map(Found::Members);
    }
    if is_tar(old) && is_tar(new) {
        return members::difference(&tar(old)?, &tar(new)?).map(Found::Members);
    }
    members::difference(&zip::read(old)?, &zip::read(new)?).map(Found::Members)
}

fn gzip(old: &[u8], new: &[u8]) -> Option<Found> {
    let unpacked = |bytes| Budget::new().digest(MultiGzDecoder::new(bytes));
    if unpacked(old)? == unpacked(new)? {
        return Some(Found::Gzip);
    }
    let tar = |bytes| tar(BufReader::new(MultiGzDecoder::new(bytes)));
    members::difference(&tar(old)?, &tar(new)?).map(Found::GzipAnd)
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

fn tar(mut input: impl BufRead) -> Option<Members> {
    let mut members = tar_members(&mut input)?;
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

fn tar_members(input: impl BufRead) -> Option<Members> {
    let mut reader = TarReader::new(input);
    let mut members = Members::default();
    let mut room = limits::NESTED_ARCHIVE_BYTES;
    while let Some(entry) = reader.next_entry().ok()? {
        room = room.checked_sub(entry.size)?;
        if members.list.len() >= limits::NESTED_ARCHIVE_MEMBERS || reader.holes() > 0 {
            return None;
        }
        let mut hasher = Hasher::sha256();
        let mut sink = |bytes: &[u8]| -> Result<(), TarError> {
            hasher.update(bytes);
            Ok(())
        };
        reader.read_content(&mut sink).ok()?;
        let Digest::Sha256(content) = hasher.finish() else { return None };
        let kind = format!("{} {:?} {:?} ", entry.kind.name(), entry.link, entry.device);
        let rights = format!("{:o} {} {} ", entry.mode, entry.uid, entry.gid);
        members.list.push(Member {
            name: [entry.path.as_bytes(), b"\0", kind.as_bytes()].concat(),
            content,
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
