//! Java keystores: the certificates in a JKS store, and what marks a PKCS#12 store, whose contents are encrypted.

use crate::formats::bytes::Cursor;

pub(crate) const MAGIC: &[u8] = &[0xfe, 0xed, 0xfe, 0xed];

/// The tag of a trusted certificate.
const TRUSTED: u32 = 2;

/// Bytes of the time at which it was put in.
const TIME: usize = 8;

/// Bytes of the SHA-1 at the end, which follows from all before it.
const DIGEST: usize = 20;

/// A trusted certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trusted<'a> {
    /// Its name, behind its tag and length.
    pub(crate) alias: &'a [u8],
    /// Its kind and its bytes, behind their lengths.
    pub(crate) certificate: &'a [u8],
}

/// The certificates of a JKS store, without the times at which they were put in. `None` for private keys, whose
/// encryption is salted, and for what is no JKS store.
pub(crate) fn trusted(store: &[u8]) -> Option<Vec<Trusted<'_>>> {
    let (body, _digest) = store.split_at_checked(store.len().checked_sub(DIGEST)?)?;
    let mut cursor = Cursor::new(body.strip_prefix(MAGIC)?);
    if !matches!(cursor.u32_be()?, 1 | 2) {
        return None;
    }
    let count = cursor.u32_be()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let start = cursor;
        if cursor.u32_be()? != TRUSTED {
            return None;
        }
        let length = cursor.u16_be()?;
        cursor.take(length.into())?;
        let alias = cursor.since(&start)?;
        cursor.take(TIME)?;
        let start = cursor;
        let length = cursor.u16_be()?;
        cursor.take(length.into())?;
        let length = cursor.size_be()?;
        cursor.take(length)?;
        entries.push(Trusted { alias, certificate: cursor.since(&start)? });
    }
    cursor.rest().is_empty().then_some(entries)
}

/// A DER sequence of a long length, then version 3 (RFC 7292).
pub(crate) fn is_pkcs12(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x30, 0x82]) && bytes.get(4..7) == Some(&[2, 1, 3])
}
