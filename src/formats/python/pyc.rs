//! The header of compiled Python modules, as each version writes it (PEP 3147, PEP 552).

use crate::base::path::LayerPath;
use crate::formats::bytes::Cursor;

/// A compiled module: its header and its marshalled code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pyc<'a> {
    /// Which bytecode it is: the magic number's first half.
    pub(crate) magic: u16,
    /// What ties it to its source.
    pub(crate) header: Header,
    /// The marshalled code object.
    pub(crate) code: &'a [u8],
}

/// What ties a compiled module to its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// The source's mtime, modulo 2³², and from Python 3.3 on its size too.
    Times { mtime: u32, size: Option<u32> },
    /// A hash of the source (PEP 552), checked at import or not.
    Hash { hash: [u8; 8], is_checked: bool },
}

/// The last magic of Python 2.7.
const PYTHON_2: u16 = 62_211;

/// Reads the header; `None` for what is no compiled module.
pub(crate) fn parse(bytes: &[u8]) -> Option<Pyc<'_>> {
    let mut cursor = Cursor::new(bytes);
    let magic = cursor.u16_le()?;
    if cursor.array()? != *b"\r\n" {
        return None;
    }
    let header = match field_offset(magic)? {
        (8, _) => match cursor.u32_le()? {
            0 => Header::Times { mtime: cursor.u32_le()?, size: Some(cursor.u32_le()?) },
            flags if flags & !3 == 0 && flags & 1 == 1 => {
                Header::Hash { hash: cursor.array()?, is_checked: flags & 2 != 0 }
            }
            _ => return None,
        },
        (_, true) => Header::Times { mtime: cursor.u32_le()?, size: Some(cursor.u32_le()?) },
        _ => Header::Times { mtime: cursor.u32_le()?, size: None },
    };
    Some(Pyc { magic, header, code: cursor.rest() })
}

/// Where the mtime stands, and whether a size follows it.
fn field_offset(magic: u16) -> Option<(usize, bool)> {
    match magic {
        PYTHON_2 | 3000..=3189 => Some((4, false)),
        3190..=3389 => Some((4, true)),
        3390..=3999 => Some((8, true)),
        _ => None,
    }
}

/// The module with another mtime and size of its source in the header.
pub(crate) fn with_source(bytes: &[u8], mtime: u32, size: u32) -> Option<Vec<u8>> {
    let magic = parse(bytes)?.magic;
    let (offset, has_size) = field_offset(magic)?;
    let mut written = bytes.to_vec();
    if offset == 8 {
        written.get_mut(4..8)?.fill(0);
    }
    written.get_mut(offset..offset + 4)?.copy_from_slice(&mtime.to_le_bytes());
    if has_size {
        written.get_mut(offset + 4..offset + 8)?.copy_from_slice(&size.to_le_bytes());
    }
    Some(written)
}

/// `a/__pycache__/b.cpython-311.opt-1.pyc` is compiled from `a/b.py`, and so is `a/b.pyc`.
pub(crate) fn source_of(path: &LayerPath) -> Option<LayerPath> {
    let name = std::str::from_utf8(path.file_name()).ok()?;
    let stem = name.strip_suffix(".pyc").or_else(|| name.strip_suffix(".pyo"))?;
    let folder = path.parent()?;
    if folder.file_name() != b"__pycache__" {
        return Some(folder.join(format!("{stem}.py").as_bytes()));
    }
    let tagged = match stem.rsplit_once(".opt-") {
        Some((tagged, level)) if !level.contains('.') => tagged,
        _ => stem,
    };
    let (module, _) = tagged.rsplit_once('.')?;
    Some(folder.parent()?.join(format!("{module}.py").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_found_from_every_name() {
        let of = |path: &str| source_of(&path.into()).map(|source| source.to_string());
        assert_eq!(of("a/__pycache__/b.cpython-311.pyc").as_deref(), Some("a/b.py"));
        assert_eq!(of("a/__pycache__/b.cpython-311.opt-2.pyc").as_deref(), Some("a/b.py"));
        assert_eq!(of("a/__pycache__/b.c.pypy39.pyc").as_deref(), Some("a/b.c.py"));
        assert_eq!(of("a/b.pyc").as_deref(), Some("a/b.py"));
        assert_eq!(of("a/b.pyo").as_deref(), Some("a/b.py"));
        assert_eq!(of("a/b.py"), None);
        assert_eq!(of("a/__pycache__/b.pyc"), None);
    }

    #[test]
    fn each_versions_header_has_its_own_length() {
        let code = |magic: u16, length: usize| {
            let bytes = [&magic.to_le_bytes()[..], b"\r\n", &vec![0; length - 4], b"code"].concat();
            parse(&bytes).map(|pyc| pyc.code.to_vec())
        };
        for (magic, length) in [(62_211, 8), (3180, 8), (3379, 12), (3394, 16), (3495, 16), (3627, 16)] {
            assert_eq!(code(magic, length).as_deref(), Some(&b"code"[..]), "{magic}");
        }
        assert_eq!(code(5, 16), None);
    }
}
