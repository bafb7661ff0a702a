//! Stanzas of `Name: value` lines, read as tolerantly as damage allows.
//!
//! Vocabulary (Debian Policy 5.1): a *stanza* is a run of fields, ended by an empty line; a line that starts with a
//! space or TAB *continues* the field above it. The headers of Python's core metadata (RFC 822) have the same shape
//! and are read here too, as the first stanza of the file.
//!
//! Lines may end in CRLF, the file without a newline or in the middle of a field; bytes need not be UTF-8. A line
//! that is no field is counted, not fatal. Only the fields asked for are kept, as slices of the file: memory is that
//! of the fields, and time that of one look at each line.

use std::ops::Range;

use crate::base::path::printable;
use crate::ecosystem::places::BrokenRows;

/// The fields asked for of one stanza.
#[derive(Debug, Default)]
pub(super) struct Stanza<'a> {
    /// The stanza's first line, from 1.
    pub(super) line: usize,
    /// All its lines.
    pub(super) bytes: &'a [u8],
    /// Lines that are neither field nor continuation.
    pub(super) broken: Broken,
    fields: Vec<Field<'a>>,
}

/// Lines of a stanza that are not fields.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Broken {
    /// The first of them, from 1.
    pub(super) first: usize,
    /// How many.
    pub(super) count: usize,
    /// What they are.
    pub(super) rows: BrokenRows,
}

#[derive(Debug)]
struct Field<'a> {
    name: &'static str,
    value: &'a [u8],
}

/// The stanzas of a file, one after the other.
pub(super) struct Stanzas<'a> {
    bytes: &'a [u8],
    names: &'static [&'static str],
    at: usize,
    line: usize,
}

/// The stanzas of `bytes`, each with those of its fields that `names` names (in any case).
pub(super) fn stanzas<'a>(bytes: &'a [u8], names: &'static [&'static str]) -> Stanzas<'a> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Stanzas { bytes, names, at: 0, line: 0 }
}

/// A value's first line as text.
pub(super) fn text(value: &[u8]) -> String {
    let first = value.split(|byte| *byte == b'\n').next().unwrap_or_default();
    printable(first.trim_ascii())
}

/// A value's lines as one line of text.
pub(super) fn unfolded(value: &[u8]) -> String {
    let lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.map(printable).collect::<Vec<_>>().join(" ")
}

impl<'a> Stanza<'a> {
    /// The first value of the field `name`, which was asked for.
    pub(super) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// Every value of the field `name`, in order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields.iter().filter(move |field| field.name == name).map(|field| field.value)
    }

    /// The first value of the field `name` as text, unless that is empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.first(name).map(text).filter(|text| !text.is_empty())
    }

    /// A field that stands more than once, of those asked for.
    pub(super) fn repeated(&self) -> Option<&'static str> {
        let names = self.fields.iter().map(|field| field.name);
        names.into_iter().find(|name| self.all(name).nth(1).is_some())
    }
}

impl<'a> Stanzas<'a> {
    /// The next line's range without its end; `None` after the last.
    fn next_line(&mut self) -> Option<Range<usize>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let start = self.at;
        self.at = start + length + 1;
        self.line += 1;
        let is_crlf = rest.get(..length).is_some_and(|line| line.ends_with(b"\r"));
        Some(start..start + length - usize::from(is_crlf))
    }

    fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    fn field(&self, line: &[u8]) -> Option<(Option<&'static str>, usize)> {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = line.get(..colon)?.trim_ascii_end();
        let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        let asked = self.names.iter().find(|asked| asked.as_bytes().eq_ignore_ascii_case(name));
        is_name.then(|| (asked.copied(), colon + 1))
    }
}

impl<'a> Iterator for Stanzas<'a> {
    type Item = Stanza<'a>;

    fn next(&mut self) -> Option<Stanza<'a>> {
        let mut stanza = Stanza::default();
        // The range of the field that a continuation would extend, where that field was asked for.
        let mut open: Option<(&'static str, Range<usize>)> = None;
        let mut all: Option<Range<usize>> = None;
        while let Some(range) = self.next_line() {
            let line = self.slice(range.clone());
            if line.is_empty() {
                if stanza.line == 0 {
                    continue;
                }
                break;
            }
            all = Some(all.map_or(range.start, |all| all.start)..range.end);
            if stanza.line == 0 {
                stanza.line = self.line;
            } else if line.starts_with(b" ") || line.starts_with(b"\t") {
                if let Some((_, value)) = &mut open {
                    value.end = range.end;
                }
                continue;
            }
            if let Some((name, value)) = open.take() {
                stanza.fields.push(Field { name, value: self.slice(value) });
            }
            match self.field(line) {
                Some((Some(name), value)) => open = Some((name, range.start + value..range.end)),
                Some((None, _)) => {}
                None => stanza.broken.add(self.line, line),
            }
        }
        if let Some((name, value)) = open {
            stanza.fields.push(Field { name, value: self.slice(value) });
        }
        stanza.bytes = self.slice(all.unwrap_or_default());
        (stanza.line > 0).then_some(stanza)
    }
}

impl Broken {
    fn add(&mut self, number: usize, line: &[u8]) {
        if self.count == 0 {
            self.first = number;
        }
        self.count += 1;
        self.rows.add(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["Package", "Version", "Depends"];

    fn read(bytes: &[u8]) -> Vec<Stanza<'_>> {
        stanzas(bytes, NAMES).collect()
    }

    #[test]
    fn spaces_and_tabs_continue_a_field_even_where_they_hold_a_colon() {
        let stanzas = read(b"Package: a\nDepends: b,\n\tVersion: 9,\n c\nVersion: 1\n");
        assert_eq!(stanzas[0].first("Depends").map(unfolded).as_deref(), Some("b, Version: 9, c"));
        assert_eq!(stanzas[0].text("Version").as_deref(), Some("1"));
    }

    #[test]
    fn stanzas_end_at_empty_lines_and_at_the_end_with_or_without_a_newline() {
        for bytes in [&b"\n\nPackage: a\n\n\nPackage: b"[..], b"Package: a\r\n\r\nPackage: b\r\n"] {
            let names: Vec<_> = read(bytes).iter().filter_map(|stanza| stanza.text("Package")).collect();
            assert_eq!(names, ["a", "b"]);
        }
        assert_eq!(read(b"Package: a\n\nPackage: b")[1].line, 3);
    }

    #[test]
    fn field_names_are_read_in_any_case_and_the_first_of_two_counts() {
        let stanzas = read(b"PACKAGE: a\npackage: b\nVersion:1\n");
        assert_eq!(stanzas[0].text("Package").as_deref(), Some("a"));
        assert_eq!(stanzas[0].repeated(), Some("Package"));
        assert_eq!(stanzas[0].text("Version").as_deref(), Some("1"));
    }

    #[test]
    fn lines_that_are_no_fields_are_counted_and_the_rest_is_read() {
        let stanzas = read(b"Package: a\ngarbage\n: x\nsp ace: y\nVersion: 1\n");
        assert_eq!((stanzas[0].broken.first, stanzas[0].broken.count), (2, 3));
        let rows = |bytes| read(bytes)[0].broken.rows;
        assert_ne!(rows(b"Package: a\ngarbage\n"), rows(b"Package: a\ngarbagE\n"));
        assert_eq!(rows(b"Package: a\ngarbage\n"), rows(b"\nPackage: b\ngarbage\nVersion: 1"));
        assert_eq!(stanzas[0].text("Version").as_deref(), Some("1"));
    }

    #[test]
    fn a_first_line_that_continues_nothing_is_broken() {
        let stanza = &read(b" orphan\nPackage: a\n\n")[0];
        assert_eq!((stanza.broken.first, stanza.broken.count), (1, 1));
        assert_eq!(stanza.bytes, b" orphan\nPackage: a");
    }

    #[test]
    fn bytes_that_are_not_text_are_kept_printable() {
        assert_eq!(read(b"Package: a\xff\0\x1b\n")[0].text("Package").as_deref(), Some("a\\xff\\x00\\x1b"));
    }

    #[test]
    fn a_byte_order_mark_hides_no_field() {
        assert_eq!(read(b"\xef\xbb\xbfPackage: a")[0].text("Package").as_deref(), Some("a"));
    }

    #[test]
    fn a_file_of_one_long_line_or_of_many_short_ones_is_read_in_one_look() {
        let long = vec![b'x'; 10 << 20];
        assert_eq!(read(&long)[0].broken.count, 1);
        let many = b"Package: a\n\n".repeat(200_000);
        assert_eq!(stanzas(&many, NAMES).count(), 200_000);
        let fields = b"Version: 1\n".repeat(200_000);
        assert_eq!(read(&fields)[0].repeated(), Some("Version"));
    }
}
