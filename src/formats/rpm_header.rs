//! Headers of rpm packages, as rpm's databases keep them: two numbers, an index of tags, and the data that it points into
//! (`lib/header.c` of rpm).
//!
//! What the package itself brought is one *region* in front, which rpm's digests of the header are of; what rpm added when it
//! installed the package, its *dribbles*, stands behind; of old packages it goes before a tag of the region, of sealed ones it has tags of its own.

use std::collections::BTreeSet;

use crate::base::digest::unhex;
use crate::formats::bytes::Cursor;

/// The tag of a region that is as the package brought it.
const IMMUTABLE: u32 = 63;
const SHA1_HEADER: u32 = 269;
const SHA256_HEADER: u32 = 273;

/// What stands in front of the region in a package, and counts in its digests.
const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0];

const ENTRY: usize = 16;

/// Entries of one header; rpm takes no more, and real ones have some hundred.
const ENTRIES: usize = 0xffff;

/// A header.
pub(crate) struct Header<'a> {
    tags: Vec<Tag>,
    /// The index, as it is stored.
    index: &'a [u8],
    data: &'a [u8],
}

#[derive(Clone, Copy)]
struct Tag {
    tag: u32,
    kind: u32,
    offset: u32,
    count: u32,
}

/// Whether a header is what its own digest says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    Whole,
    Broken,
    /// It has no digest, as packages of old have none.
    None,
}

impl<'a> Header<'a> {
    /// Reads the index; `None` where the bytes are not just a header.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let (entries, length) = (cursor.size_be()?, cursor.size_be()?);
        let index = cursor.take(entries.checked_mul(ENTRY)?)?;
        let data = cursor.rest();
        if data.len() != length || entries == 0 || entries > ENTRIES {
            return None;
        }
        let mut cursor = Cursor::new(index);
        let mut tag = || {
            let [tag, kind, offset, count] =
                [cursor.u32_be()?, cursor.u32_be()?, cursor.u32_be()?, cursor.u32_be()?];
            Some(Tag { tag, kind, offset, count })
        };
        let tags: Option<Vec<Tag>> = (0..entries).map(|_| tag()).collect();
        Some(Self { tags: tags?, index, data })
    }

    /// A tag's kind, count and data from its place on.
    fn find(&self, tag: u32) -> Option<(u32, usize, &'a [u8])> {
        let tag = self.tags.iter().rev().find(|entry| entry.tag == tag)?;
        let data = self.data.get(usize::try_from(tag.offset).ok()?..)?;
        Some((tag.kind, usize::try_from(tag.count).ok()?, data))
    }

    /// Whether it has the tag, of whatever kind and whether or not it can be read.
    pub(crate) fn has(&self, tag: u32) -> bool {
        self.tags.iter().any(|entry| entry.tag == tag)
    }

    /// A tag's text; of several the first.
    pub(crate) fn text(&self, tag: u32) -> Option<&'a [u8]> {
        self.texts(tag)?.next()
    }

    /// A tag's texts.
    pub(crate) fn texts(&self, tag: u32) -> Option<impl Iterator<Item = &'a [u8]> + use<'a>> {
        const TEXT: u32 = 6;
        const TEXTS: u32 = 8;
        const TRANSLATED: u32 = 9;
        let (kind, count, data) = self.find(tag)?;
        let count = match kind {
            TEXT => 1,
            TEXTS | TRANSLATED => count,
            _ => return None,
        };
        let mut data = Cursor::new(data);
        Some((0..count).map_while(move |_| data.c_string(usize::MAX)))
    }

    /// A tag's numbers of 8, 16 or 32 bits; `None` also where some of them are missing.
    pub(crate) fn numbers(&self, tag: u32) -> Option<impl Iterator<Item = u32> + use<'a>> {
        let (kind, count, data) = self.find(tag)?;
        let size = match kind {
            1 | 2 => 1,
            3 => 2,
            4 => 4,
            _ => return None,
        };
        let bytes = data.get(..count.checked_mul(size)?)?;
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
        Some(bytes.chunks_exact(size).map(number))
    }

    /// A tag's one number.
    pub(crate) fn number(&self, tag: u32) -> Option<u32> {
        self.numbers(tag)?.next()
    }

    /// A tag's bytes.
    pub(crate) fn bytes(&self, tag: u32) -> Option<&'a [u8]> {
        const BYTES: u32 = 7;
        let (kind, count, data) = self.find(tag)?;
        if kind == BYTES { data.get(..count) } else { None }
    }

    /// Whether the region is what the header's own digest says: the SHA-256, or the SHA-1 of older packages.
    pub(crate) fn seal(&self) -> Seal {
        let (sha256, sha1) = (self.text(SHA256_HEADER), self.text(SHA1_HEADER));
        if sha256.is_none() && sha1.is_none() {
            return Seal::None;
        }
        let Some(region) = self.region().filter(|_| !self.is_overlaid()) else { return Seal::Broken };
        let written = |hex: &'a [u8]| std::str::from_utf8(hex).ok();
        let is_whole = match sha256 {
            Some(hex) => written(hex).and_then(unhex) == Some(region.digest::<sha2::Sha256>().into()),
            None => sha1.and_then(written).and_then(unhex) == Some(region.digest::<sha1::Sha1>().into()),
        };
        if is_whole { Seal::Whole } else { Seal::Broken }
    }

    /// Whether a dribble stands for a tag of the region: rpm adds tags that packages do not bring, once each.
    fn is_overlaid(&self) -> bool {
        let entries = self.region_length().unwrap_or_default() / ENTRY;
        let (region, dribbles) = self.tags.split_at(entries.min(self.tags.len()));
        let mut tags: BTreeSet<u32> = region.iter().map(|entry| entry.tag).collect();
        !dribbles.iter().all(|entry| tags.insert(entry.tag))
    }

    /// Bytes of the region's index: its data end with an entry that says so by a negative offset.
    fn region_length(&self) -> Option<usize> {
        let region = self.tags.first().filter(|first| first.tag == IMMUTABLE)?;
        let mut trailer = Cursor::at(self.data, usize::try_from(region.offset).ok()?)?;
        trailer.take(8)?;
        usize::try_from(trailer.u32_be()?.cast_signed().unsigned_abs()).ok()
    }

    /// What the digests are of: the region as it stood in the package.
    fn region(&self) -> Option<Region<'a>> {
        let region = self.tags.first().filter(|first| first.tag == IMMUTABLE)?;
        let trailer = usize::try_from(region.offset).ok()?;
        let length = self.region_length()?;
        let index = self.index.get(..length)?;
        let data = self.data.get(..trailer.checked_add(ENTRY)?)?;
        let [entries, size] = [index.len() / ENTRY, data.len()].map(|number| u32::try_from(number).ok());
        Some(Region { entries: entries?, size: size?, index, data })
    }
}

/// A region of a header.
struct Region<'a> {
    entries: u32,
    size: u32,
    index: &'a [u8],
    data: &'a [u8],
}

impl Region<'_> {
    fn digest<D: sha2::Digest>(&self) -> sha2::digest::Output<D> {
        let mut digest = D::new();
        let [entries, size] = [self.entries, self.size].map(u32::to_be_bytes);
        [&MAGIC[..], &entries, &size, self.index, self.data].iter().for_each(|part| digest.update(part));
        digest.finalize()
    }
}

#[cfg(test)]
pub(crate) mod tests;
