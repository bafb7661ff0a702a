//! Paths inside layers: raw bytes, normalised, safe to print.
//!
//! Tar names need not be UTF-8 and come as `./usr/bin`, `/usr/bin`, `usr//bin/`; all three name one path. A path
//! here never starts or ends with `/`; the image's root is the empty path. What it refuses: a name that climbs out
//! of the root with `..`, and a name with a NUL byte, which no file system can hold.

use std::borrow::Borrow;
use std::fmt::{self, Write as _};

use super::runners;

/// A normalised path from the image's root.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LayerPath(Box<[u8]>);

/// Why a name is not a path inside an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// More `..` than folders before them.
    #[error("climbs out of the image's root with ..")]
    Escapes,
    /// A NUL byte.
    #[error("holds a NUL byte")]
    Nul,
}

impl LayerPath {
    /// The image's root.
    pub fn root() -> Self {
        Self::default()
    }

    /// Normalises a raw name: drops empty and `.` parts, resolves `..` by name.
    pub fn normalize(raw: &[u8]) -> Result<Self, PathError> {
        if raw.contains(&0) {
            return Err(PathError::Nul);
        }
        // Most names are paths as they stand.
        if raw.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b"..")) {
            return Ok(Self(raw.into()));
        }
        let mut path = Vec::with_capacity(raw.len());
        for part in raw.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." if path.is_empty() => return Err(PathError::Escapes),
                b".." => path.truncate(path.iter().rposition(|byte| *byte == b'/').unwrap_or(0)),
                part => push(&mut path, part),
            }
        }
        Ok(Self(path.into()))
    }

    /// Normalises like the kernel inside a chroot: `..` at the root stays at the root. For link targets.
    pub fn clamped(raw: &[u8]) -> Self {
        let mut path = Vec::with_capacity(raw.len());
        for part in raw.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => path.truncate(path.iter().rposition(|byte| *byte == b'/').unwrap_or(0)),
                part => push(&mut path, part),
            }
        }
        Self(path.into())
    }

    /// The bytes, without a slash at either end.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the image's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path above; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        (!self.is_root()).then(|| Self(self.folder().into()))
    }

    /// The bytes of the path above; empty for the root too.
    pub(crate) fn folder(&self) -> &[u8] {
        let end = memchr::memrchr(b'/', &self.0).unwrap_or(0);
        self.0.get(..end).unwrap_or_default()
    }

    /// The last part; empty for the root.
    pub fn file_name(&self) -> &[u8] {
        let start = memchr::memrchr(b'/', &self.0).map_or(0, |at| at + 1);
        self.0.get(start..).unwrap_or_default()
    }

    /// The parts from the root down; none for the root.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/').filter(|part| !part.is_empty())
    }

    /// This path with one more part below it.
    pub fn join(&self, part: &[u8]) -> Self {
        let mut path = Vec::with_capacity(self.0.len() + 1 + part.len());
        path.extend_from_slice(&self.0);
        push(&mut path, part);
        Self(path.into())
    }

    /// The bytes with one more behind them; for ranges over sorted paths.
    pub(crate) fn followed_by(&self, byte: u8) -> Self {
        Self([&*self.0, &[byte]].concat().into())
    }

    /// Whether this path is `folder` or lies below it.
    pub fn is_within(&self, folder: &Self) -> bool {
        folder.is_root()
            || match self.0.strip_prefix(&*folder.0) {
                Some(rest) => rest.is_empty() || rest.starts_with(b"/"),
                None => false,
            }
    }
}

fn push(path: &mut Vec<u8>, part: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(part);
}

/// Compared, and hashed, as its bytes are.
impl Borrow<[u8]> for LayerPath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for LayerPath {
    fn from(path: &str) -> Self {
        Self::clamped(path.as_bytes())
    }
}

impl fmt::Display for LayerPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() { f.write_str("/") } else { f.write_str(&printable(&self.0)) }
    }
}

impl fmt::Debug for LayerPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Of a long name the beginning, as [`printable`], with a sign that there is more.
pub fn printable_start(bytes: &[u8], most: usize) -> String {
    match bytes.split_at_checked(most).filter(|(_, rest)| !rest.is_empty()) {
        Some((start, _)) => printable(start) + "…",
        None => printable(bytes),
    }
}

/// A path and the folders above it, the root aside, from the path upwards.
pub(crate) fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(path).filter(|path| !path.is_empty()), |path: &&[u8]| {
        let path: &[u8] = path;
        memchr::memrchr(b'/', path).and_then(|end| path.get(..end))
    })
}

/// Bytes from an image as text that no terminal, log or CI annotation acts on.
///
/// Printable UTF-8 stays; control characters, what can't be seen, and bytes that are not UTF-8 become `\xNN` or `\u{…}`,
/// and so does the sign that begins a runner's command; a backslash is doubled, so two different names never print the same.
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for (at, c) in chunk.valid().char_indices() {
            match c {
                '\\' => text.push_str("\\\\"),
                '#' if runners::is_command(chunk.valid().as_bytes().get(at..).unwrap_or_default()) => {
                    escape_byte(&mut text, b'#');
                }
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                c if c.is_ascii_control() => escape_byte(&mut text, c as u8),
                c if misleads(c) => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            escape_byte(&mut text, *byte);
        }
    }
    text
}

fn escape_byte(text: &mut String, byte: u8) {
    // Writing to a String cannot fail.
    let _ = write!(text, "\\x{byte:02x}");
}

/// Whether a terminal or a reader may take `c` for something else: control characters, those that reorder text, and those
/// that nobody sees (Unicode's Default_Ignorable_Code_Point, UAX #44, and format characters of its kind), with which a hostile
/// name could look like another, or say something to a program that no reader of it sees.
pub fn misleads(c: char) -> bool {
    // Most text is ASCII.
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Reads back what [`printable`] wrote; `None` for an escape it never writes.
pub fn unprintable(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        bytes.extend_from_slice(plain.as_bytes());
        let escape = escape.get(1..)?;
        let kind = escape.chars().next()?;
        rest = escape.get(kind.len_utf8()..)?;
        match kind {
            '\\' => bytes.push(b'\\'),
            'n' => bytes.push(b'\n'),
            't' => bytes.push(b'\t'),
            'x' => {
                bytes.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
                rest = rest.get(2..)?;
            }
            'u' => {
                let (code, after) = rest.strip_prefix('{')?.split_once('}')?;
                let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            _ => return None,
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(raw: &str) -> LayerPath {
        LayerPath::normalize(raw.as_bytes()).unwrap()
    }

    #[test]
    fn the_three_ways_tools_write_a_name_are_one_path() {
        assert_eq!(path("./usr/bin"), path("usr/bin/"));
        assert_eq!(path("/usr//./bin"), path("usr/bin"));
        assert_eq!(path("usr/lib/../bin"), path("usr/bin"));
        assert!(path("./").is_root());
    }

    #[test]
    fn a_name_that_leaves_the_root_or_holds_a_nul_is_refused() {
        assert_eq!(LayerPath::normalize(b"../etc/passwd"), Err(PathError::Escapes));
        assert_eq!(LayerPath::normalize(b"a/../../b"), Err(PathError::Escapes));
        assert_eq!(LayerPath::normalize(b"a\0b"), Err(PathError::Nul));
    }

    #[test]
    fn a_link_target_is_clamped_at_the_root() {
        assert_eq!(LayerPath::clamped(b"../../etc"), path("etc"));
    }

    #[test]
    fn parents_and_parts_end_at_the_root() {
        assert_eq!(path("a/b").parent(), Some(path("a")));
        assert_eq!(path("a").parent(), Some(LayerPath::root()));
        assert_eq!(LayerPath::root().parent(), None);
        assert_eq!(path("a/b").parts().collect::<Vec<_>>(), [b"a", b"b"]);
    }

    #[test]
    fn within_a_folder_means_whole_parts() {
        assert!(path("usr/lib/x").is_within(&path("usr/lib")));
        assert!(!path("usr/libexec").is_within(&path("usr/lib")));
        assert!(path("anything").is_within(&LayerPath::root()));
    }

    #[test]
    fn hostile_names_print_as_harmless_text_and_read_back() {
        for raw in [
            &b"\x1b[2Jx"[..],
            b"a\\b",
            b"caf\xc3\xa9",
            b"\xff\xfe",
            "a\u{202e}b".as_bytes(),
            "a\u{61c}b\u{e0041}\u{ad}".as_bytes(),
            b"n\nt\t",
            b"##[group]##vso[x]###[y]#",
        ] {
            let text = printable(raw);
            assert!(!text.contains(misleads) && !text.contains("##[") && !text.contains("##vso["), "{text}");
            assert_eq!(unprintable(&text).as_deref(), Some(raw));
        }
    }
}
