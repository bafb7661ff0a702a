//! Redirects and the bodies of heredocs, read from where they stand.
//!
//! What it refuses to do: what a descriptor leads to is not followed.

use std::ops::Range;

use crate::shell::parse::walk::{RawRedirect, RawTarget};
use crate::shell::word::Word;
use crate::shell::word::map::Map;
use crate::shell::word::reader::{Source, read_document, read_word};
use crate::shell::{Redirect, Target};

/// Reads a redirect.
pub(crate) fn redirect(source: Source<'_>, raw: RawRedirect) -> Redirect {
    let written = source.text.get(raw.operator.clone()).unwrap_or_default();
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (descriptor, operator) = written.split_at(digits);
    let mut range = raw.range;
    let target = match raw.target {
        RawTarget::File(word) => Target::File(read_word(source, word)),
        RawTarget::HereString(word) => Target::HereString(read_word(source, word)),
        RawTarget::Closed => Target::Closed,
        RawTarget::Heredoc { start, body } => {
            range.end = start.end.max(range.start);
            let name = source.text.get(start).unwrap_or_default();
            let is_quoted = name.contains(['\'', '"', '\\']);
            Target::Heredoc(heredoc(source, body, is_quoted, operator.trim().ends_with('-')))
        }
    };
    Redirect {
        span: source.map.span(range),
        descriptor: descriptor.parse().ok(),
        operator: operator.trim().to_owned(),
        target,
    }
}

/// The body of a heredoc, as the command reads it.
fn heredoc(source: Source<'_>, body: Range<usize>, is_quoted: bool, strip_tabs: bool) -> Word {
    let (mut text, mut map) = (String::new(), Map::empty());
    let mut at = body.start;
    for line in source.text.get(body.clone()).unwrap_or_default().split_inclusive('\n') {
        let kept = if strip_tabs { line.trim_start_matches('\t') } else { line };
        let end = at + line.len();
        map.push_copied(text.len(), source.map, end - kept.len()..end);
        text.push_str(kept);
        at = end;
    }
    let map = map.tidy();
    let span = source.map.span(body);
    let word = match is_quoted {
        true => Word { span, text, verbatim: true, quoted: true, expansions: Vec::new(), map },
        false => {
            let inner = Source { text: &text, map: &map, substitutions: &[] };
            Word { quoted: true, ..read_document(inner, 0..text.len()) }
        }
    };
    let verbatim = word.map.exact(0..word.text.len()) == Some(span);
    Word { span, verbatim, ..word }
}
