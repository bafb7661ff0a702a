//! The last gate before a report leaves: whatever a format forgot, no line of it is a command to a CI runner.
//!
//! Formats make text harmless where they know what it is. What stands at a line's start follows from how lines are wrapped,
//! and a command may be put together from two texts; so it is here, over the bytes as they leave, that commands are broken, in
//! the format's own way of writing a character.

use std::io::{self, Write};

use crate::base::runners;

/// How a format writes a character that is not to be taken as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// `\x23`, as names are shown.
    Text,
    /// `&#35;`
    Markup,
    /// `\u0023`: a text of JSON never stands at a line's start.
    Json,
    /// As in text; but lines that begin with `::` are the format's own.
    Annotations,
}

impl Guard {
    fn sign(self) -> &'static [u8] {
        match self {
            Self::Text | Self::Annotations => b"\\x23",
            Self::Markup => b"&#35;",
            Self::Json => b"\\u0023",
        }
    }

    /// `None` where colons at a line's start are left alone.
    fn colon(self) -> Option<&'static [u8]> {
        match self {
            Self::Text => Some(b"\\x3a"),
            Self::Markup => Some(b"&#58;"),
            Self::Json | Self::Annotations => None,
        }
    }
}

/// A writer that breaks commands on their way to another.
pub(super) struct Guarded<'w> {
    out: &'w mut dyn Write,
    guard: Guard,
    /// What may be the beginning of a command: `:`, or `#`, `##` and the letters behind them.
    held: Vec<u8>,
    /// Whether nothing but white space stands before it in its line. What is no ASCII counts as that: it may be.
    is_start: bool,
}

impl<'w> Guarded<'w> {
    pub(super) fn new(out: &'w mut dyn Write, guard: Guard) -> Self {
        Self { out, guard, held: Vec::new(), is_start: true }
    }

    /// Writes what was held back.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        self.out.write_all(&held)
    }

    fn take(&mut self, byte: u8, made: &mut Vec<u8>) {
        match (self.held.as_slice(), byte) {
            ([], _) => {}
            // The first of three signs begins nothing.
            (b"##", b'#') => {
                made.push(b'#');
                return;
            }
            (b"#", b'#') => {
                self.held.push(byte);
                return;
            }
            ([b'#', b'#', ..], b'[') => {
                self.held.push(byte);
                if runners::is_command(&self.held) {
                    made.extend_from_slice(self.guard.sign());
                    self.held.remove(0);
                }
                made.append(&mut self.held);
                return;
            }
            ([b'#', b'#', ..], letter) if letter.is_ascii_alphanumeric() && self.held.len() < HELD => {
                self.held.push(byte);
                return;
            }
            (b":", b':') => {
                made.extend_from_slice(self.guard.colon().unwrap_or(b":"));
                self.held.clear();
            }
            _ => made.append(&mut self.held),
        }
        let holds = byte == b'#' || byte == b':' && self.is_start && self.guard.colon().is_some();
        match holds {
            true => self.held.push(byte),
            false => made.push(byte),
        }
        self.is_start = matches!(byte, b'\n' | b'\r') || self.is_start && !matches!(byte, b'!'..=b'~');
    }
}

/// Bytes that are held at most.
const HELD: usize = 64;

impl Write for Guarded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut made = Vec::with_capacity(bytes.len() + self.held.len() + 8);
        bytes.iter().for_each(|byte| self.take(*byte, &mut made));
        self.out.write_all(&made)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// `text` without commands, as text shows it.
pub fn without_commands(text: &str) -> String {
    let mut out = Vec::new();
    let mut guarded = Guarded::new(&mut out, Guard::Text);
    // Writing into memory cannot fail.
    let _ = guarded.write_all(text.as_bytes()).and_then(|()| guarded.finish());
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same whether it comes at once or byte by byte.
    fn guarded(text: &str, guard: Guard) -> String {
        let write = |piece: usize| {
            let mut out = Vec::new();
            let mut writer = Guarded::new(&mut out, guard);
            text.as_bytes().chunks(piece).for_each(|piece| writer.write_all(piece).unwrap());
            writer.finish().unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(write(1), write(text.len().max(1)));
        write(1)
    }

    #[test]
    fn commands_are_broken_in_the_formats_own_way() {
        let text = "a ##[group]x\n  ::error::y\r\u{a0}::z\n###vso[b\n";
        let broken = "a \\x23#[group]x\n  \\x3a:error::y\r\u{a0}\\x3a:z\n#\\x23#vso[b\n";
        assert_eq!(guarded(text, Guard::Text), broken);
        assert_eq!(guarded("<p>##[a]\n::b", Guard::Markup), "<p>&#35;#[a]\n&#58;:b");
        assert_eq!(guarded("\"##vso[a]\"\n::", Guard::Json), "\"\\u0023#vso[a]\"\n::");
        assert_eq!(guarded("::error::##[a]\n", Guard::Annotations), "::error::\\x23#[a]\n");
    }

    #[test]
    fn all_else_stays_as_it_is() {
        let long = format!("##{}[", "a".repeat(1000));
        for text in
            ["", "#", "##", ":", "::", "a::b", ": ::b\n:", "## x [y]\n### z\n#[a]", "std::io\n:a:", &long]
        {
            let expected = if text == "::" { "\\x3a:" } else { text };
            assert_eq!(guarded(text, Guard::Text), expected);
        }
    }

    #[test]
    fn what_leaves_holds_no_command_whatever_comes() {
        let pieces = ["#", "##", "[", "a", ":", "::", "\n", "\r", " ", "vso", "é", "\u{2003}", "\\"];
        let mut state = 7_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            assert!(!runners::has_command(&guarded(&text, Guard::Text)), "{text:?}");
        }
    }
}
