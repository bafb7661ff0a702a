//! Reads one word from a text: quotes, escapes and the expansions of POSIX shells and bash.
//!
//! What it refuses to do: it looks for no end of a word, which the grammar has found, and reads nothing inside a command
//! substitution.

use std::ops::Range;

use crate::shell::word::ends::{backticks, c_escape, parentheses};
use crate::shell::word::map::Map;
use crate::shell::word::parameter::{self, Parameter};
use crate::shell::word::{Expandable, ExpansionKind, Word};

/// Defaults of variables in defaults of variables that are read.
const DEPTH: usize = 16;

/// Bytes of `$[…]`, an old form of arithmetic, that are looked through for its end.
const BRACKET: usize = 256;

/// A text and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    pub(crate) map: &'a Map,
    /// Where its substitutions stand, in order.
    pub(crate) substitutions: &'a [Range<usize>],
}

/// Reads the word at a range of a text.
pub(crate) fn read_word(source: Source<'_>, range: Range<usize>) -> Word {
    Reader::new(source, range, 0).read(Quotes::None)
}

/// Reads a range as if it stood in double quotes, as heredocs and here-strings are.
pub(crate) fn read_document(source: Source<'_>, range: Range<usize>) -> Word {
    Reader::new(source, range, 0).read(Quotes::Document)
}

/// A default inside a variable.
pub(crate) fn read_operand(source: Source<'_>, range: Range<usize>, quoted: bool, depth: usize) -> Word {
    Reader::new(source, range, depth).read(if quoted { Quotes::Inherited } else { Quotes::None })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    /// Between double quotes of this word.
    Double,
    /// In double quotes that began before this word.
    Inherited,
    /// The body of a heredoc: as in double quotes, but these are plain there.
    Document,
}

struct Reader<'a> {
    source: Source<'a>,
    start: usize,
    at: usize,
    end: usize,
    depth: usize,
    text: String,
    map: Map,
    expansions: Vec<Expandable>,
    quoted: bool,
    /// Where braces opened in `text`, and the commas in them; `true` once there is a `..`.
    braces: Vec<(usize, Vec<usize>, bool)>,
}

impl<'a> Reader<'a> {
    fn new(source: Source<'a>, range: Range<usize>, depth: usize) -> Self {
        let (at, end) = (range.start, range.end.min(source.text.len()));
        Self {
            source,
            start: at,
            at,
            end,
            depth,
            text: String::with_capacity(end.saturating_sub(at)),
            map: Map::empty(),
            expansions: Vec::new(),
            quoted: false,
            braces: Vec::new(),
        }
    }

    fn read(mut self, quotes: Quotes) -> Word {
        let range = self.start..self.end;
        self.run(quotes);
        let span = self.source.map.span(range.clone());
        Word {
            span,
            verbatim: self.source.map.exact(range).is_some(),
            text: self.text,
            quoted: self.quoted,
            expansions: self.expansions,
            map: self.map.tidy(),
        }
    }

    /// Reads to the end, or up to the quote that closes.
    fn run(&mut self, quotes: Quotes) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.escape(quotes),
                b'$' => self.dollar(quotes),
                b'`' => self.substitution(ExpansionKind::Command, quotes),
                b'"' if quotes == Quotes::Double => return,
                b'"' if matches!(quotes, Quotes::None | Quotes::Inherited) => self.double(),
                b'\'' if quotes == Quotes::None => self.single(),
                b'<' | b'>' if quotes == Quotes::None && self.known_substitution().is_some() => {
                    self.substitution(ExpansionKind::Process, quotes);
                }
                b'*' | b'?' if quotes == Quotes::None => self.mark(1, ExpansionKind::Glob),
                b'~' if quotes == Quotes::None && self.at == self.start => self.mark(1, ExpansionKind::Tilde),
                b'{' | b'}' | b',' | b'.' if quotes == Quotes::None => self.brace(byte),
                _ => self.plain(quotes),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.text.as_bytes().get(at).copied().filter(|_| at < self.end)
    }

    /// Copies the text up to `end`.
    fn copy(&mut self, end: usize) {
        let end = end.min(self.end);
        let Some(text) = self.source.text.get(self.at..end).filter(|text| !text.is_empty()) else {
            self.at = self.at.max(end);
            return;
        };
        self.map.push_copied(self.text.len(), self.source.map, self.at..end);
        self.text.push_str(text);
        self.at = end;
    }

    fn plain(&mut self, quotes: Quotes) {
        let rest = self.source.text.as_bytes().get(self.at + 1..self.end).unwrap_or_default();
        let ends = |byte: &u8| match quotes {
            Quotes::None => matches!(
                byte,
                b'\\' | b'$' | b'`' | b'"' | b'\'' | b'<' | b'>' | b'*' | b'?' | b'{' | b'}' | b',' | b'.'
            ),
            _ => matches!(byte, b'\\' | b'$' | b'`' | b'"'),
        };
        self.copy(self.at + 1 + rest.iter().position(ends).unwrap_or(rest.len()));
    }

    fn escape(&mut self, quotes: Quotes) {
        self.quoted |= quotes == Quotes::None;
        let next = self.byte(self.at + 1);
        let newline = match next {
            Some(b'\n') => 2,
            Some(b'\r') if self.byte(self.at + 2) == Some(b'\n') => 3,
            _ => 0,
        };
        let stands_for_the_next = match quotes {
            Quotes::None => next.is_some(),
            Quotes::Document => matches!(next, Some(b'$' | b'`' | b'\\')),
            Quotes::Double | Quotes::Inherited => matches!(next, Some(b'$' | b'`' | b'\\' | b'"' | b'}')),
        };
        if newline > 0 {
            self.at += newline;
        } else {
            self.escaped_char(usize::from(stands_for_the_next));
        }
    }

    /// Takes the next character; with the `skipped` bytes before it where there is a backslash.
    fn escaped_char(&mut self, skipped: usize) {
        let rest = self.source.text.get(self.at + skipped..self.end).unwrap_or_default();
        let Some(next) = rest.chars().next() else {
            self.at = self.end;
            return;
        };
        let end = self.at + skipped + next.len_utf8();
        if skipped == 0 {
            self.copy(end);
            return;
        }
        self.map.push_decoded(self.text.len(), self.source.map, self.at..end);
        self.text.push(next);
        self.at = end;
    }

    fn single(&mut self) {
        self.quoted = true;
        self.at += 1;
        let rest = self.source.text.get(self.at..self.end).unwrap_or_default();
        self.copy(self.at + rest.find('\'').unwrap_or(rest.len()));
        self.at += 1;
    }

    fn double(&mut self) {
        self.quoted = true;
        self.at += 1;
        self.run(Quotes::Double);
        self.at += 1;
    }

    /// Copies `length` bytes that are expanded.
    fn expansion(&mut self, length: usize, kind: ExpansionKind, quotes: Quotes) {
        let start = self.text.len();
        self.copy(self.at + length);
        let quoted = quotes != Quotes::None;
        self.expansions.push(Expandable { range: start..self.text.len(), quoted, kind });
    }

    fn mark(&mut self, length: usize, kind: ExpansionKind) {
        self.expansion(length, kind, Quotes::None);
    }

    fn known_substitution(&self) -> Option<usize> {
        let list = self.source.substitutions;
        let index = list.binary_search_by_key(&self.at, |range| range.start).ok()?;
        list.get(index).map(|range| range.end.min(self.end) - self.at)
    }

    fn substitution(&mut self, kind: ExpansionKind, quotes: Quotes) {
        let length = self.known_substitution().unwrap_or_else(|| {
            let rest = self.source.text.get(self.at..self.end).unwrap_or_default();
            if rest.starts_with('`') { backticks(rest) } else { parentheses(rest) }
        });
        self.expansion(length, kind, quotes);
    }

    fn dollar(&mut self, quotes: Quotes) {
        let rest = self.source.text.get(self.at..self.end).unwrap_or_default();
        match (self.byte(self.at + 1), self.byte(self.at + 2)) {
            (Some(b'('), Some(b'(')) if self.known_substitution().is_none() => {
                self.expansion(parentheses(rest), ExpansionKind::Arithmetic, quotes);
            }
            (Some(b'(' | b'`'), _) => self.substitution(ExpansionKind::Command, quotes),
            (Some(b'['), _) if rest.bytes().take(BRACKET).any(|byte| byte == b']') => {
                self.expansion(rest.find(']').unwrap_or(1) + 1, ExpansionKind::Arithmetic, quotes);
            }
            (Some(b'{'), _) => self.braced(quotes),
            (Some(b'\''), _) if quotes == Quotes::None => self.ansi_c(),
            (Some(b'"'), _) if quotes == Quotes::None => self.at += 1,
            (Some(byte), _) => match parameter::name_length(rest.get(1..).unwrap_or_default()) {
                0 if matches!(byte, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => {
                    let name = char::from(byte).to_string();
                    self.expansion(2, ExpansionKind::Parameter(Parameter::plain(name)), quotes);
                }
                0 => self.copy(self.at + 1),
                length => {
                    let name = rest.get(1..=length).unwrap_or_default().to_owned();
                    let kind = ExpansionKind::Parameter(Parameter::plain(name));
                    self.expansion(length + 1, kind, quotes);
                }
            },
            (None, _) => self.copy(self.at + 1),
        }
    }

    fn braced(&mut self, quotes: Quotes) {
        let rest = self.source.text.get(self.at..self.end).unwrap_or_default();
        let length = parameter::braced_length(rest);
        let inside = self.at + 2..(self.at + length).saturating_sub(1).max(self.at + 2);
        let quoted = quotes != Quotes::None;
        let parameter = match self.depth < DEPTH {
            true => parameter::parse(self.source, inside, quoted, self.depth + 1),
            false => Parameter::unknown(),
        };
        self.expansion(length, ExpansionKind::Parameter(parameter), quotes);
    }

    /// `$'…'`, whose escapes are C's.
    fn ansi_c(&mut self) {
        self.quoted = true;
        self.at += 2;
        while let Some(byte) = self.peek() {
            let rest = self.source.text.get(self.at..self.end).unwrap_or_default();
            match byte {
                b'\'' => break,
                b'\\' => {
                    let (decoded, length) = c_escape(rest);
                    self.map.push_decoded(self.text.len(), self.source.map, self.at..self.at + length);
                    self.text.push(decoded);
                    self.at += length;
                }
                _ => self.copy(self.at + rest.find(['\'', '\\']).unwrap_or(rest.len())),
            }
        }
        self.at += 1;
    }

    fn brace(&mut self, byte: u8) {
        let at = self.text.len();
        self.copy(self.at + 1);
        match byte {
            b'{' => self.braces.push((at, Vec::new(), false)),
            b',' => {
                if let Some((_, commas, _)) = self.braces.last_mut() {
                    commas.push(at);
                }
            }
            b'.' => {
                if let Some((_, _, sequence)) = self.braces.last_mut() {
                    *sequence |= self.text.ends_with("..");
                }
            }
            _ => {
                let Some((start, commas, sequence)) = self.braces.pop() else { return };
                if sequence || !commas.is_empty() {
                    let kind = ExpansionKind::Braces(commas);
                    let after = self.expansions.partition_point(|expansion| expansion.range.start < start);
                    let expansion = Expandable { range: start..self.text.len(), quoted: false, kind };
                    self.expansions.insert(after, expansion);
                }
            }
        }
    }
}
