//! JSON that escapes more than JSON asks for: characters that would mislead on a terminal, or be markup in a page.
//!
//! Only texts hold such characters, and serde hands their plain parts over as they are; so a document is escaped while it
//! is written, and is never held whole.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::base::path::misleads;
use crate::base::runners;

/// Writes `document` in lines, for programs and for eyes, with a newline at its end.
pub(super) fn pretty(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let escaping = Escaping { inner: PrettyFormatter::new(), is_escaped: misleads };
    document.serialize(&mut Serializer::with_formatter(&mut *out, escaping))?;
    out.write_all(b"\n")
}

/// Writes `document` in one line, for a script element: no `<` of it can end the element or start a comment.
pub(super) fn embedded(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    // Besides markup, what a reader of the source would not see, or see elsewhere.
    let is_escaped = |c| matches!(c, '<' | '>' | '&') || misleads(c);
    let escaping = Escaping { inner: CompactFormatter, is_escaped };
    document.serialize(&mut Serializer::with_formatter(out, escaping))?;
    Ok(())
}

/// A layout, and the characters that are escaped in it, beside the sign that begins a runner's command.
struct Escaping<F> {
    inner: F,
    is_escaped: fn(char) -> bool,
}

/// Hands a step of the layout over as it is.
macro_rules! laid_out {
    ($($step:ident($($name:ident: $type:ty),*)),* $(,)?) => {
        $(fn $step<W: ?Sized + Write>(&mut self, writer: &mut W $(, $name: $type)*) -> io::Result<()> {
            self.inner.$step(writer $(, $name)*)
        })*
    };
}

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Most texts are ASCII that nobody escapes.
        let is_plain = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'&' | b'#');
        if fragment.bytes().all(is_plain) {
            return writer.write_all(fragment.as_bytes());
        }
        let is_sign = |rest: Option<&str>| rest.is_some_and(|rest| runners::is_command(rest.as_bytes()));
        let mut rest = fragment;
        let escaped = |rest: &str| {
            let mut signs = rest.char_indices();
            signs.find(|(at, c)| (self.is_escaped)(*c) || *c == '#' && is_sign(rest.get(*at..)))
        };
        while let Some((at, c)) = escaped(rest) {
            let (plain, from) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }

    laid_out! {
        begin_array(), end_array(), begin_array_value(first: bool), end_array_value(),
        begin_object(), end_object(), begin_object_key(first: bool), end_object_key(),
        begin_object_value(), end_object_value(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_cannot_end_its_element() {
        let value = serde_json::json!({ "</script><!--": "\u{2028}" });
        let json = written(|out| embedded(&value, out));
        assert!(!json.contains('<') && !json.contains('\u{2028}'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
    }

    #[test]
    fn what_misleads_is_escaped_in_keys_and_texts_and_reads_back() {
        let value = serde_json::json!({ "a\u{202e}": ["x\u{1b}\n\"é", {}], "b": [], "##[c]": "\u{e0041}" });
        let json = written(|out| pretty(&value, out));
        assert!(json.contains("\"\\u0023#[c]\": \"\\udb40\\udc41\""), "{json}");
        assert!(json.contains("\"a\\u202e\": [\n") && json.contains("\"x\\u001b\\n\\\"é\""), "{json}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
    }
}
