//! rpm's own database format, ndb (`Packages.db`; `lib/backend/ndb/rpmpkg.c` of rpm): pages of *slots* in front, each of which says
//! where a *blob* stands. What no slot names is what an erased package left.
//!
//! A blob has its number in front and behind it an Adler-32 of all that is before. A slot that names none is zero.

use std::collections::BTreeSet;

use crate::formats::bytes::Cursor;
use crate::formats::damage::{Damage, Tell};

const MAGIC: &[u8] = b"RpmP";
const SLOT: [u8; 4] = *b"Slot";
const BLOB: [u8; 4] = *b"BlbS";
const BLOB_END: [u8; 4] = *b"BlbE";

/// Bytes of a page of slots.
const PAGE: usize = 4096;

/// Bytes of the file's header, which stands in the place of two slots.
const HEADER: usize = 32;

/// Bytes of a slot, and what blobs are counted in.
const BLOCK: usize = 16;

const TAIL: usize = 12;

/// Takes the number of each blob that a slot names, and its bytes.
pub(crate) type VisitBlob<'v> = dyn FnMut(u32, &[u8]) + 'v;

/// Visits every blob that a slot names; `None` where this is no such database.
pub(crate) fn blobs(bytes: &[u8], visit: &mut VisitBlob<'_>, tell: &mut Tell<'_>) -> Option<()> {
    let mut header = Cursor::new(bytes);
    if header.take(4)? != MAGIC || header.u32_le()? != 0 {
        return None;
    }
    header.take(4)?;
    let pages = header.size_le()?;
    let next = header.u32_le()?;
    let Some(slots) = pages.checked_mul(PAGE).and_then(|end| bytes.get(HEADER..end)) else {
        tell(Damage::of("the header", "more slots than the file holds"));
        return Some(());
    };
    let behind = bytes.get(HEADER + slots.len()..).unwrap_or_default();
    if pages == 0 || behind.starts_with(&SLOT) {
        tell(Damage::of("the header", "there are more slots than it says"));
    }
    let mut numbers = BTreeSet::new();
    // Blobs do not overlap; where two do, for once, both are read.
    let mut budget = bytes.len().saturating_mul(2);
    for (at, slot) in (2..).zip(slots.as_chunks::<BLOCK>().0) {
        match named(slot) {
            Ok(None) => {}
            Ok(Some(slot)) if slot.length > budget => {
                tell(Damage::at("slot", at, "its blob is part of others, or longer than the file"));
            }
            // A blob has its number too, so that a slot that is wrong takes no other's.
            Ok(Some(slot)) => match blob(bytes, slot, &mut budget) {
                Ok(blob) if slot.number < next && numbers.insert(slot.number) => visit(slot.number, blob),
                Ok(_) => tell(Damage::at("slot", at, "its number is another's, or was never given")),
                Err(what) => tell(Damage::at("blob", slot.number.into(), what)),
            },
            Err(what) => tell(Damage::at("slot", at, what)),
        }
    }
    Some(())
}

#[derive(Clone, Copy)]
struct Slot {
    number: u32,
    start: usize,
    length: usize,
}

/// The blob that a slot names.
fn named(slot: &[u8; BLOCK]) -> Result<Option<Slot>, &'static str> {
    let mut fields = Cursor::new(slot);
    if fields.array() != Some(SLOT) {
        return Err("not one");
    }
    let mut word = || fields.u32_le().unwrap_or_default();
    match (word(), word(), word()) {
        (0, 0, 0) => Ok(None),
        (number, start, blocks) if number > 0 && start > 0 => {
            let bytes = |blocks: u32| usize::try_from(blocks).ok()?.checked_mul(BLOCK);
            bytes(start)
                .zip(bytes(blocks))
                .map(|(start, length)| Some(Slot { number, start, length }))
                .ok_or("not one")
        }
        _ => Err("neither free nor taken"),
    }
}

fn blob<'b>(bytes: &'b [u8], slot: Slot, budget: &mut usize) -> Result<&'b [u8], &'static str> {
    let read = || {
        let whole = bytes.get(slot.start..)?.get(..slot.length)?;
        let summed = whole.len().checked_sub(TAIL)?;
        let (summed, mut tail) = (whole.get(..summed)?, Cursor::at(whole, summed)?);
        let mut head = Cursor::new(summed);
        let (magic, number, _, length) = (head.array()?, head.u32_le()?, head.u32_le()?, head.size_le()?);
        let (sum, again, end) = (tail.u32_le()?, tail.size_le()?, tail.array()?);
        let is_framed = magic == BLOB && number == slot.number && again == length && end == BLOB_END;
        Some((is_framed.then(|| head.take(length)).flatten()?, summed, sum))
    };
    let (blob, summed, sum) = read().ok_or("not where its slot says")?;
    *budget = budget.saturating_sub(slot.length);
    if adler32(summed) == sum { Ok(blob) } else { Err("its checksum is not that of what was written") }
}

/// RFC 1950, section 8.2.
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    /// As many bytes as can be added before the sums overflow.
    const RUN: usize = 5552;
    let (mut one, mut other) = (1_u32, 0_u32);
    for run in bytes.chunks(RUN) {
        for byte in run {
            one += u32::from(*byte);
            other += one;
        }
        one %= MODULUS;
        other %= MODULUS;
    }
    other << 16 | one
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A database of these blobs, each with its number, in this order, and of blobs that were erased.
    pub(crate) fn database(blobs: &[(u32, &[u8])], erased: &[&[u8]]) -> Vec<u8> {
        let mut slots: Vec<u8> = Vec::new();
        let mut bytes: Vec<u8> = Vec::new();
        let all = erased.iter().map(|blob| (0, *blob)).chain(blobs.iter().copied());
        for (number, blob) in all {
            let start = PAGE + bytes.len();
            let mut whole =
                [&BLOB[..], &number.to_le_bytes(), &[1, 0, 0, 0], &(blob.len() as u32).to_le_bytes(), blob]
                    .concat();
            whole.resize((whole.len() + TAIL).next_multiple_of(BLOCK) - TAIL, 0);
            whole.extend(adler32(&whole).to_le_bytes());
            whole.extend((blob.len() as u32).to_le_bytes());
            whole.extend(BLOB_END);
            if number > 0 {
                let place = [number, (start / BLOCK) as u32, (whole.len() / BLOCK) as u32];
                slots.extend(SLOT);
                slots.extend(place.into_iter().flat_map(u32::to_le_bytes));
            }
            bytes.extend(whole);
        }
        let next = blobs.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
        let mut file = [MAGIC, &[0; 4], &[1, 0, 0, 0], &[1, 0, 0, 0], &next.to_le_bytes(), &[0; 12]].concat();
        file.extend(slots);
        while file.len() < PAGE {
            file.extend(SLOT);
            file.extend([0; 12]);
        }
        [file, bytes].concat()
    }

    fn read(bytes: &[u8]) -> (Vec<(u32, Vec<u8>)>, Vec<String>) {
        let (mut all, mut told) = (Vec::new(), Vec::new());
        blobs(bytes, &mut |number, blob| all.push((number, blob.to_vec())), &mut |damage| {
            told.push(damage.to_string());
        });
        (all, told)
    }

    #[test]
    fn what_slots_name_is_there_and_nothing_else() {
        let blobs: &[(u32, &[u8])] = &[(3, b"three"), (1, b"sixteen bytes ok"), (2, b"")];
        let expected: Vec<_> = blobs.iter().map(|(number, blob)| (*number, blob.to_vec())).collect();
        assert_eq!(read(&database(blobs, &[b"gone"])), (expected, Vec::new()));
        assert_eq!(read(&database(&[], &[])), (Vec::new(), Vec::new()));
    }

    #[test]
    fn every_flip_of_a_bit_that_counts_is_told_and_costs_no_other_blob() {
        let sound = database(&[(1, b"one"), (2, b"two")], &[]);
        let whole = read(&sound).0;
        // The generation and what nothing says anything of may be anything.
        let is_free = |at: usize| (8..12).contains(&at) || (16..HEADER).contains(&at);
        for at in (0..sound.len()).filter(|at| !is_free(*at)) {
            for bit in 0..8 {
                let mut flipped = sound.clone();
                flipped[at] ^= 1 << bit;
                let (all, told) = read(&flipped);
                assert!(
                    !told.is_empty() || super::blobs(&flipped, &mut |_, _| {}, &mut |_| {}).is_none(),
                    "{at} {bit}"
                );
                assert!(all.iter().all(|blob| whole.contains(blob)), "{at} {bit}: {all:?}");
                assert!(at < HEADER || all.len() >= whole.len() - 1, "{at} {bit}: {all:?}");
            }
        }
    }
}
