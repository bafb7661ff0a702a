//! Positions in source text: byte spans, and the lines and columns people count from 1.

/// A half-open range of byte offsets into a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Bytes covered.
    pub fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether no byte is covered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the byte at `offset` is covered.
    pub fn holds(&self, offset: usize) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The text covered, empty where the span does not fit `source`.
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.start..self.end).unwrap_or_default()
    }
}

/// A word of a text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceWord {
    /// What it says; quotes and escapes may have been taken off.
    pub text: String,
    /// Where it stands in the source; over joined lines it also covers what joining dropped.
    pub span: Span,
}

impl SourceWord {
    /// Whether the source holds just this text at the span, so that an edit may replace it.
    pub fn is_verbatim(&self, source: &str) -> bool {
        self.span.text(source) == self.text
    }
}

/// A place in a text: line and column from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Where each line of a text starts.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<usize>,
    /// How many characters begin before each block of the text, so that columns of a long line are not counted from its start.
    before: Vec<usize>,
}

/// Bytes of a block.
const BLOCK: usize = 1024;

impl Lines {
    /// Finds the lines of `source`; `\n` ends a line.
    pub fn of(source: &str) -> Self {
        let after_newline =
            source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(after_newline).collect();
        let counted = source.as_bytes().chunks(BLOCK).scan(0, |sum, block| {
            let before = *sum;
            *sum += begun(block);
            Some(before)
        });
        Self { starts, before: counted.collect() }
    }

    /// The line, from 1, that holds byte `offset`.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The byte that line `line`, from 1, starts at; of one that is not there, 0.
    pub fn start(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or_default()
    }

    /// The position of byte `offset` of `source`, which must be the text given to [`Lines::of`].
    pub fn position(&self, source: &str, offset: usize) -> Position {
        let line = self.line(offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let characters = match source.get(start..offset) {
            Some(text) if text.len() <= BLOCK => text.chars().count(),
            Some(_) => self.characters(source, offset).saturating_sub(self.characters(source, start)),
            None => 0,
        };
        Position { line, column: characters + 1 }
    }

    /// How many characters begin before a byte.
    fn characters(&self, source: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        let rest = source.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.before.get(block).copied().unwrap_or_default() + begun(rest)
    }
}

/// How many characters begin in these bytes of UTF-8.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The first `most` characters of a text, with a sign where there is more.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// `text` percent-encoded (RFC 3986 §2.1), but what is unreserved there and the bytes of `but`.
pub fn percent_encoded(text: &str, but: &[u8]) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || but.contains(&byte);
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match is_plain(byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `text` with its percent-escapes read (RFC 3986 §2.1); what is no escape stays as it is, and what is no UTF-8 is replaced.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let hex = behind.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        // A sign is no digit.
        let hex = hex.filter(|hex| *first == b'%' && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = if byte.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
        bytes.push(byte.unwrap_or(*first));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first `most` of some names in one line, and how many more there are: `a, b and 3 more`.
pub fn listed<T: AsRef<str>>(names: impl ExactSizeIterator<Item = T>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let mut text = String::new();
    for (at, name) in names.take(most).enumerate() {
        text.push_str(if at > 0 { ", " } else { "" });
        text.push_str(name.as_ref());
    }
    if more > 0 { format!("{text} and {more} more") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_says_how_many_it_leaves_out() {
        let of = |names: &[&str]| listed(names.iter(), 2);
        assert_eq!((of(&[]), of(&["a", "b"])), (String::new(), "a, b".to_owned()));
        assert_eq!(of(&["a", "b", "c", "d"]), "a, b and 2 more");
    }

    #[test]
    fn columns_of_long_lines_are_those_that_are_counted_from_the_start() {
        let line: String = (0..2000).map(|at| ["a", "é", "→", "𝄞"][at % 4]).collect();
        let source = format!("x{line}\n{line}\n\n{line}{line}");
        let lines = Lines::of(&source);
        for (offset, _) in source.char_indices().chain([(source.len(), ' ')]) {
            let start = source[..offset].rfind('\n').map_or(0, |at| at + 1);
            let column = source[start..offset].chars().count() + 1;
            assert_eq!(lines.position(&source, offset).column, column, "{offset}");
        }
    }

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let source = "FROM a\nRUN é x\n";
        let lines = Lines::of(source);
        assert_eq!(lines.position(source, 0), Position { line: 1, column: 1 });
        let x = source.find('x').unwrap();
        assert_eq!(lines.position(source, x), Position { line: 2, column: 7 });
        assert_eq!(lines.line(source.len()), 3);
    }
}
