//! RECORD: the files that an installer wrote, as CSV rows of path, hash and size (PEP 376, PEP 627).
//!
//! The reader is this file's own: it borrows from the bytes, keeps each row as it is written, and is strict where CSV
//! readers at hand are not, since a digest over rows that were guessed at would claim too much.
//!
//! What it refuses to do: RECORD says what was written, not what is there now: nothing here looks at files, and paths
//! are as they stand.

use std::borrow::Cow;

/// A record, and its signatures: what stands beside a record, and is not in it with a hash (PEP 376, PEP 427).
pub const UNHASHED: [&[u8]; 3] = [b"RECORD", b"RECORD.jws", b"RECORD.p7s"];

/// Whether a file of this name is a record or signs one, so that no record can have a hash of it.
pub fn is_unhashed(name: &[u8]) -> bool {
    UNHASHED.contains(&name)
}

/// A field of a row, its quotes taken off.
pub type RecordField<'a> = Cow<'a, [u8]>;

/// One row of a RECORD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow<'a> {
    /// The path from the site directory, or from the root where it begins with a slash; never empty.
    pub path: RecordField<'a>,
    /// `sha256=…` in URL-safe base64 without padding, or empty.
    pub hash: RecordField<'a>,
    /// The size in decimal, or empty.
    pub size: RecordField<'a>,
    /// The row as it is written, with the line end behind it, where there is one.
    pub written: &'a [u8],
}

/// What is no row of path, hash and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenRow<'a> {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// That line, with its line end, where there is one. The next row begins behind it.
    pub written: &'a [u8],
}

/// The rows of a RECORD's bytes, in order. Empty lines are none.
pub fn rows(bytes: &[u8]) -> impl Iterator<Item = Result<RecordRow<'_>, BrokenRow<'_>>> {
    Rows { rest: bytes, line: 1 }
}

/// The rows of a CSV file (RFC 4180, and a bare LF as line end); what is no row is passed over by its line.
struct Rows<'a> {
    rest: &'a [u8],
    line: usize,
}

/// What stands behind a field.
#[derive(PartialEq)]
enum End {
    Field,
    Row,
}

impl<'a> Rows<'a> {
    fn fields(&mut self) -> Option<[RecordField<'a>; 3]> {
        let (path, after_path) = self.field()?;
        let (hash, after_hash) = self.field()?;
        let (size, after_size) = self.field()?;
        let is_three = (after_path, after_hash, after_size) == (End::Field, End::Field, End::Row);
        // NUL and LF end fields in the canonical form, so they must not stand in one; a path may hold an LF.
        let is_plain = !path.contains(&0) && [&hash, &size].iter().all(|field| is_plain(field));
        (is_three && is_plain && !path.is_empty()).then_some([path, hash, size])
    }

    fn field(&mut self) -> Option<(RecordField<'a>, End)> {
        match self.rest.strip_prefix(b"\"") {
            Some(quoted) => self.quoted(quoted),
            None => {
                let length = self.rest.iter().position(|byte| matches!(byte, b',' | b'\n'));
                let (field, rest) = self.rest.split_at_checked(length.unwrap_or(self.rest.len()))?;
                let ends_row = !rest.starts_with(b",");
                let field = if ends_row { field.strip_suffix(b"\r").unwrap_or(field) } else { field };
                self.rest = rest;
                Some((Cow::Borrowed(field), self.end()?))
            }
        }
    }

    fn quoted(&mut self, mut rest: &'a [u8]) -> Option<(RecordField<'a>, End)> {
        let mut field = Cow::Borrowed(&b""[..]);
        loop {
            let (text, after) = rest.split_at_checked(rest.iter().position(|byte| *byte == b'"')?)?;
            match &mut field {
                Cow::Borrowed(b"") => field = Cow::Borrowed(text),
                field => field.to_mut().extend_from_slice(text),
            }
            match after.strip_prefix(b"\"\"") {
                Some(after) => {
                    field.to_mut().push(b'"');
                    rest = after;
                }
                None => {
                    let after = after.get(1..)?;
                    self.rest = after.strip_prefix(b"\r").filter(|lf| lf.starts_with(b"\n")).unwrap_or(after);
                    return Some((field, self.end()?));
                }
            }
        }
    }

    /// Steps over what ends a field.
    fn end(&mut self) -> Option<End> {
        let (end, rest) = match self.rest {
            [b',', rest @ ..] => (End::Field, rest),
            [b'\n', rest @ ..] => (End::Row, rest),
            [] => (End::Row, &b""[..]),
            _ => return None,
        };
        self.rest = rest;
        Some(end)
    }
}

fn is_plain(field: &[u8]) -> bool {
    !field.iter().any(|byte| matches!(byte, 0 | b'\n'))
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<RecordRow<'a>, BrokenRow<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(rest) = self.rest.strip_prefix(b"\n").or_else(|| self.rest.strip_prefix(b"\r\n")) {
            self.rest = rest;
            self.line += 1;
        }
        let before = Some(self.rest).filter(|rest| !rest.is_empty())?;
        let line = self.line;
        let Some([path, hash, size]) = self.fields() else {
            let length = before.iter().position(|byte| *byte == b'\n').map_or(before.len(), |at| at + 1);
            let (written, rest) = before.split_at_checked(length)?;
            (self.rest, self.line) = (rest, line + 1);
            return Some(Err(BrokenRow { line, written }));
        };
        let written = before.get(..before.len() - self.rest.len()).unwrap_or_default();
        self.line += written.iter().filter(|byte| **byte == b'\n').count();
        Some(Ok(RecordRow { path, hash, size, written }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(record: &str) -> Vec<Result<[String; 3], usize>> {
        let text = |field: &RecordField<'_>| String::from_utf8_lossy(field).into_owned();
        let fields = |row: RecordRow<'_>| [&row.path, &row.hash, &row.size].map(text);
        rows(record.as_bytes()).map(|row| row.map(fields).map_err(|broken| broken.line)).collect()
    }

    fn row(path: &str, hash: &str, size: &str) -> Result<[String; 3], usize> {
        Ok([path, hash, size].map(str::to_owned))
    }

    #[test]
    fn quotes_commas_and_line_ends_are_read_as_csv() {
        let expected = [row("a,b\"c", "x", "1"), row("d.py", "", "")];
        assert_eq!(read("\"a,b\"\"c\",x,1\r\nd.py,,\r\n"), expected);
        assert_eq!(read("\n\n\"a,b\"\"c\",\"x\",\"1\"\nd.py,,"), expected);
        assert_eq!(read("\"a\nb\",x,1\nc\n"), [row("a\nb", "x", "1"), Err(3)]);
    }

    #[test]
    fn what_is_no_row_is_named_by_its_line_and_the_next_line_is_read() {
        for broken in
            ["a.py,x", "a.py", "a.py,x,1,2", ",x,1", "\"a.py,x,1", "\"a\"b,x,1", "a\0b,x,1", "a,\"x\ny\",1"]
        {
            let record = format!("ok.py,x,1\n\n{broken}\nok.py,,\n");
            let rows = read(&record);
            assert_eq!(rows[..2], [row("ok.py", "x", "1"), Err(3)], "{broken}");
            assert_eq!(rows.last(), Some(&row("ok.py", "", "")), "{broken}");
        }
    }

    #[test]
    fn rows_as_written_joined_are_the_record() {
        let record = b"\"a,b\",x,1\r\nnonsense\nc,,\nd,\"\ne,,";
        let whole = rows(record).flat_map(|row| row.map_or_else(|broken| broken.written, |row| row.written));
        assert_eq!(whole.copied().collect::<Vec<u8>>(), record);
    }

    #[test]
    fn hostile_records_are_read_in_one_look() {
        for line in ["\"\"", ",", "\"", "a", "../", "\"a\n", "a,\"\n", "\"\"\"\n"] {
            assert!(rows(line.repeat(5 << 20).as_bytes()).count() <= 5 << 20);
        }
    }
}
