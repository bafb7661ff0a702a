//! Marshalled Python code, read down to a digest that is blind to what compiling alone decides: which objects carry the
//! mark of sharing, which are written once and referred to, and in which order a set's items stand.
//!
//! Python 3.4 to 3.14 share the type codes (Python/marshal.c); code objects have one layout up to 3.7, another up to 3.10,
//! and another from 3.11.
//! Each object becomes a digest of its type and its parts' digests, so that a reference costs nothing to follow and
//! shared parts cannot unfold into exponential work.

use std::collections::BTreeSet;

use crate::base::digest::Sha256;
use crate::base::limits;
use crate::formats::bytes::Cursor;

/// Code, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    /// Of everything but the names of the files it was compiled under.
    pub(crate) code: Sha256,
    /// Of everything.
    pub(crate) whole: Sha256,
    /// The first of those names.
    pub(crate) file: Option<String>,
    /// How many different names there are.
    pub(crate) files: usize,
}

/// Marks an object that later references may name.
const REF: u8 = 0x80;

/// An object's digests: with the file names of code objects, and without.
type Digests = (Sha256, Sha256);

/// Reads the code behind a header of this magic; `None` for another version's, or for what does not parse.
pub(crate) fn read(magic: u16, bytes: &[u8]) -> Option<Code> {
    let layout = match magic {
        3310..=3394 => Layout { numbers: 5, before_file: 6, after_file: 1, after_line: 1 },
        3413..=3449 => Layout { numbers: 6, before_file: 6, after_file: 1, after_line: 1 },
        3495..=3699 => Layout { numbers: 5, before_file: 5, after_file: 2, after_line: 2 },
        _ => return None,
    };
    let mut walk = Walk {
        cursor: Cursor::new(bytes),
        layout,
        refs: Vec::new(),
        objects: 0,
        file: None,
        files: BTreeSet::new(),
    };
    let (whole, code) = walk.object(0)??;
    walk.cursor.rest().is_empty().then_some(Code { code, whole, file: walk.file, files: walk.files.len() })
}

/// The shape of a code object: numbers, objects before the file's name, after it, and behind the first line's number.
#[derive(Clone, Copy)]
struct Layout {
    numbers: usize,
    before_file: usize,
    after_file: usize,
    after_line: usize,
}

struct Walk<'a> {
    cursor: Cursor<'a>,
    layout: Layout,
    /// By number; `None` while the object is being read.
    refs: Vec<Option<Digests>>,
    objects: usize,
    file: Option<String>,
    /// The digests of the names of files.
    files: BTreeSet<Sha256>,
}

impl Walk<'_> {
    /// Some(None) for the mark that ends a dict.
    fn object(&mut self, depth: usize) -> Option<Option<Digests>> {
        self.objects += 1;
        if depth > limits::MARSHAL_DEPTH || self.objects > limits::MARSHAL_OBJECTS {
            return None;
        }
        let byte = self.cursor.u8()?;
        let kind = byte & !REF;
        let slot = (byte & REF != 0).then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        });
        let digests = match kind {
            b'0' => return Some(None),
            b'N' | b'F' | b'T' | b'S' | b'.' => plain(kind, &[]),
            b'i' => plain(kind, self.cursor.take(4)?),
            b'g' => plain(kind, self.cursor.take(8)?),
            b'y' => plain(kind, self.cursor.take(16)?),
            b'l' => {
                let digits = self.cursor.array().map(i32::from_le_bytes)?;
                let length = usize::try_from(digits.unsigned_abs()).ok()?.checked_mul(2)?;
                let digits = [&digits.to_le_bytes()[..], self.cursor.take(length)?].concat();
                plain(kind, &digits)
            }
            b's' => plain(kind, self.sized()?),
            // Text is one thing, whether it is interned, short or all ASCII.
            b'u' | b't' | b'a' | b'A' => plain(b'u', self.sized()?),
            b'z' | b'Z' => {
                let length = usize::from(self.cursor.u8()?);
                plain(b'u', self.cursor.take(length)?)
            }
            b'r' => {
                let at = self.cursor.size_le()?;
                return Some(Some((*self.refs.get(at)?)?));
            }
            b')' => {
                let count = usize::from(self.cursor.u8()?);
                self.items(b'(', count, depth)?
            }
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.cursor.size_le()?;
                self.items(kind, count, depth)?
            }
            b':' => self.items(kind, 3, depth)?,
            b'{' => self.dict(depth)?,
            b'c' => self.code(depth)?,
            _ => return None,
        };
        if let Some(slot) = slot {
            *self.refs.get_mut(slot)? = Some(digests);
        }
        Some(Some(digests))
    }

    fn sized(&mut self) -> Option<&[u8]> {
        let length = self.cursor.size_le()?;
        self.cursor.take(length)
    }

    fn items(&mut self, kind: u8, count: usize, depth: usize) -> Option<Digests> {
        let mut parts = Vec::new();
        for _ in 0..count {
            parts.push(self.object(depth + 1)??);
        }
        if matches!(kind, b'<' | b'>') {
            parts.sort();
        }
        Some(joined(kind, &parts))
    }

    fn dict(&mut self, depth: usize) -> Option<Digests> {
        let mut parts = Vec::new();
        while let Some(key) = self.object(depth + 1)? {
            parts.push(key);
            parts.push(self.object(depth + 1)??);
        }
        Some(joined(b'{', &parts))
    }

    fn code(&mut self, depth: usize) -> Option<Digests> {
        let layout = self.layout;
        let mut parts = vec![plain(b'i', self.cursor.take(4 * layout.numbers)?)];
        for _ in 0..layout.before_file {
            parts.push(self.object(depth + 1)??);
        }
        let name = self.file_name();
        let (file, _) = self.object(depth + 1)??;
        if self.file.is_none() {
            self.file = name;
        }
        self.files.insert(file);
        parts.push((file, plain(b'N', &[]).1));
        for _ in 0..layout.after_file {
            parts.push(self.object(depth + 1)??);
        }
        parts.push(plain(b'i', self.cursor.take(4)?));
        for _ in 0..layout.after_line {
            parts.push(self.object(depth + 1)??);
        }
        Some(joined(b'c', &parts))
    }

    /// The text that comes next, where it is written out.
    fn file_name(&self) -> Option<String> {
        let mut ahead = self.cursor;
        let length = match ahead.u8()? & !REF {
            b'z' | b'Z' => usize::from(ahead.u8()?),
            b'u' | b't' | b'a' | b'A' => ahead.size_le()?,
            _ => return None,
        };
        ahead.take(length).map(|name| String::from_utf8_lossy(name).into_owned())
    }
}

fn plain(kind: u8, bytes: &[u8]) -> Digests {
    let digest = Sha256::of(&[&[kind], bytes].concat());
    (digest, digest)
}

fn joined(kind: u8, parts: &[Digests]) -> Digests {
    let of = |part: &dyn Fn(&Digests) -> Sha256| {
        let mut bytes = vec![kind, b'*'];
        for digests in parts {
            bytes.extend_from_slice(&part(digests).0);
        }
        Sha256::of(&bytes)
    };
    (of(&|digests| digests.0), of(&|digests| digests.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON_3_11: u16 = 3495;

    fn whole(bytes: &[u8]) -> Option<Sha256> {
        read(PYTHON_3_11, bytes).map(|code| code.whole)
    }

    #[test]
    fn marks_of_sharing_and_references_make_no_difference() {
        let written_twice = b")\x02z\x01az\x01a";
        let referred_to = b"\xa9\x02\xda\x01ar\x01\0\0\0";
        assert!(whole(written_twice).is_some());
        assert_eq!(whole(written_twice), whole(referred_to));
        assert_ne!(whole(written_twice), whole(b")\x02z\x01az\x01b"));
    }

    #[test]
    fn the_order_of_a_set_makes_no_difference_and_that_of_a_tuple_does() {
        assert_eq!(whole(b">\x02\0\0\0z\x01az\x01b"), whole(b">\x02\0\0\0z\x01bz\x01a"));
        assert_ne!(whole(b")\x02z\x01az\x01b"), whole(b")\x02z\x01bz\x01a"));
    }

    #[test]
    fn hostile_streams_are_refused() {
        assert_eq!(whole(&b")\x01".repeat(100_000)), None);
        assert_eq!(whole(b"(\xff\xff\xff\x7f"), None);
        assert_eq!(whole(b"\xa9\x01r\0\0\0\0"), None);
        assert_eq!(whole(b"s\xff\xff\xff\x7fab"), None);
        assert_eq!(whole(b"N more"), None);
    }

    #[test]
    fn references_to_references_do_not_unfold() {
        // Each tuple holds the one before it twice: 2^60 leaves, were they followed.
        let mut bytes = [&b"\xa8\x3d\0\0\0"[..], b"\xa9\x00"].concat();
        for depth in 1..61_u32 {
            let before = depth.to_le_bytes();
            bytes.extend_from_slice(&[&b"\xa9\x02r"[..], &before, b"r", &before].concat());
        }
        assert!(whole(&bytes).is_some());
    }
}
