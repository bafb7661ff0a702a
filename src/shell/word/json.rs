//! Words of the JSON form of an instruction.
//!
//! What it refuses to do: the JSON was read before; here its escapes get their places.

use crate::base::text::Span;
use crate::shell::word::Word;
use crate::shell::word::map::Map;

/// A string of JSON, with a map over its escapes.
pub(crate) fn json_word(source: &str, text: &str, span: Span) -> Word {
    let mut map = Map::empty();
    let outer = Map::Straight(span.start);
    let (raw, mut at, mut inner) = (span.text(source), 0, 0);
    while at < raw.len() {
        let rest = raw.get(at..).unwrap_or_default();
        let plain = rest.find('\\').unwrap_or(rest.len());
        if plain > 0 {
            map.push_copied(inner, &outer, at..at + plain);
            (at, inner) = (at + plain, inner + plain);
            continue;
        }
        let escaped = rest.as_bytes().get(1);
        let length = match escaped {
            Some(b'u') => 6,
            _ => 2,
        };
        let Some(c) = text.get(inner..).and_then(|text| text.chars().next()) else { break };
        // A character beyond the first plane takes two escapes.
        let length = if escaped == Some(&b'u') && c.len_utf8() == 4 { 12 } else { length };
        map.push_decoded(inner, &outer, at..(at + length).min(raw.len()));
        (at, inner) = (at + length, inner + c.len_utf8());
    }
    Word {
        span,
        text: text.to_owned(),
        verbatim: raw == text,
        quoted: true,
        expansions: Vec::new(),
        map: map.tidy(),
    }
}
