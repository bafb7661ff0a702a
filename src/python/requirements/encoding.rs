//! The bytes of requirements files as pip reads them: a byte order mark tells, else a `coding:` comment in the first two lines (PEP 263),
//! else they are UTF-8. <https://github.com/pypa/pip/blob/main/src/pip/_internal/req/req_file.py>
//!
//! What it refuses to do: it guesses no encoding, and knows the few that such files are in.

use std::fs;
use std::path::Path;

use crate::base::source::{self, SourceError};
use crate::base::{bounded, limits};

/// Reads a requirements file, and whether its bytes are those of the text.
pub(super) fn read(path: &Path) -> Result<(String, bool), SourceError> {
    match source::read(path) {
        Ok(text) => Ok((text, true)),
        Err(SourceError::NotUtf8 { path, offset }) => {
            let bytes = fs::File::open(&path).and_then(|file| bounded::read(file, limits::SOURCE_TEXT_BYTES));
            let text = bytes.ok().flatten().and_then(|bytes| decode(&bytes));
            text.map(|text| (text, false)).ok_or(SourceError::NotUtf8 { path, offset })
        }
        Err(error) => Err(error),
    }
}

fn decode(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => wide(rest, u32::from_le_bytes),
        [0, 0, 0xfe, 0xff, rest @ ..] => wide(rest, u32::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match declared(bytes)?.as_str() {
            "latin-1" | "latin1" | "latin-9" | "iso-8859-1" | "iso8859-1" | "iso-8859-15" | "l1"
            | "cp1252" | "windows-1252" | "ascii" | "us-ascii" => {
                Some(bytes.iter().map(|byte| char::from(*byte)).collect())
            }
            _ => None,
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks();
    let units: Vec<u16> = pairs.iter().copied().map(unit).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

fn wide(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Option<String> {
    let (chunks, rest) = bytes.as_chunks();
    chunks
        .iter()
        .copied()
        .map(unit)
        .map(char::from_u32)
        .collect::<Option<String>>()
        .filter(|_| rest.is_empty())
}

/// The encoding that a comment in the first two lines names.
fn declared(bytes: &[u8]) -> Option<String> {
    let lines = bytes.split(|byte| *byte == b'\n').take(2).filter(|line| line.first() == Some(&b'#'));
    { lines }.find_map(|line| {
        let line = String::from_utf8_lossy(line);
        let rest = line.split_once("coding")?.1.strip_prefix([':', '='])?;
        let name: String = rest
            .trim_start()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
            .collect();
        Some(name.to_ascii_lowercase().replace('_', "-"))
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_mark_or_a_comment_tells_the_encoding() {
        let text = "numpy>=1\n";
        let little: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> =
            [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let wide: Vec<u8> = [0xff, 0xfe, 0, 0]
            .into_iter()
            .chain(text.chars().flat_map(|c| (c as u32).to_le_bytes()))
            .collect();
        for bytes in [little, big, wide] {
            assert_eq!(decode(&bytes).as_deref(), Some(text));
        }
        assert_eq!(
            decode(b"# -*- coding: latin-1 -*-\n# \xe9\nnumpy\n").unwrap().lines().nth(1),
            Some("# \u{e9}")
        );
        assert_eq!(decode(b"# \xe9\nnumpy\n"), None);
        assert_eq!(decode(&[0xff, 0xfe, 0x61]), None);
    }
}
