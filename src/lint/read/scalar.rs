//! Texts inside YAML, with the place of each byte: a `run:` of several lines is a script of its own.
//!
//! What it refuses to do: where it can't follow how a text is written (escapes by number), the rest of it stands for the whole
//! scalar's place.

use std::collections::BTreeSet;

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::lint::read::node::Node;
use crate::lint::subject::resolved::ResolvedText;

/// A text, and where each of its bytes stands in the source.
#[derive(Debug)]
pub(super) struct PlacedText<'n> {
    pub(super) text: &'n str,
    places: Vec<usize>,
    whole: Span,
}

impl<'n> PlacedText<'n> {
    /// The text of a node; none of what is no text.
    pub(super) fn of(node: &'n Node, source: &str) -> Option<Self> {
        let text = node.text()?;
        let whole = node.span;
        Some(Self { text, places: places(text, source.as_bytes(), whole), whole })
    }

    /// Where the bytes of a range stand, from the first to the last.
    pub(super) fn span(&self, range: std::ops::Range<usize>) -> Span {
        let at = |place: usize| self.places.get(place).copied();
        let (Some(start), Some(last)) = (at(range.start), range.end.checked_sub(1).and_then(at)) else {
            return self.whole;
        };
        if start <= last { Span::new(start, last + 1) } else { self.whole }
    }

    /// Adds a range as the source has it.
    pub(super) fn push(&self, range: std::ops::Range<usize>, source: &str, logical: &mut Logical) {
        let mut start = range.start;
        while start < range.end {
            let from = self.places.get(start).copied().unwrap_or(self.whole.start);
            let is_next = |at: &usize| {
                let place = from + (at - start);
                self.places.get(*at) == Some(&place)
                    && self.text.as_bytes().get(*at) == source.as_bytes().get(place)
            };
            let mut end = start + (start..range.end).take_while(is_next).count();
            while end > start && !self.text.is_char_boundary(end) {
                end -= 1;
            }
            let text = self.text.get(start..end).unwrap_or_default();
            let span = Span::new(from, from + text.len());
            if !text.is_empty() && span.text(source) == text {
                logical.push(source, span);
                start = end;
                continue;
            }
            let next =
                (start + 1..=range.end).find(|at| self.text.is_char_boundary(*at)).unwrap_or(range.end);
            logical.push_for(self.text.get(start..next).unwrap_or_default(), Span::new(from, from + 1));
            start = next;
        }
    }

    /// The lines that are not empty, each with its place.
    pub(super) fn lines(&self, source: &str) -> Vec<ResolvedText> {
        let mut at = 0;
        let mut lines = Vec::new();
        for line in self.text.split_inclusive('\n') {
            let trimmed = line.trim();
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            if trimmed.is_empty() {
                continue;
            }
            let span = self.span(start..start + trimmed.len());
            let known = !trimmed.contains('$');
            let verbatim = known && span.text(source) == trimmed;
            lines.push(ResolvedText { span, text: trimmed.to_owned(), known, verbatim });
        }
        lines
    }
}

/// Where each byte of a scalar's text stands.
fn places(text: &str, source: &[u8], whole: Span) -> Vec<usize> {
    let mut places = Vec::with_capacity(text.len());
    let mut at = whole.start;
    let byte = |at: usize| source.get(at).copied();
    let quote = byte(at).filter(|byte| matches!(byte, b'"' | b'\''));
    if quote.is_some() {
        at += 1;
    } else if matches!(byte(at), Some(b'|' | b'>')) {
        // The header of a block ends with its line.
        while byte(at).is_some_and(|byte| byte != b'\n') {
            at += 1;
        }
        at += 1;
    }
    let escaped = |look: usize| quote == Some(b'"') && byte(look) == Some(b'\\');
    // What is indented, folded or escaped has bytes of its own between.
    let is_between = |look: usize| {
        let is_quote = quote == Some(b'\'') && byte(look) == quote;
        byte(look).is_some_and(|byte| byte.is_ascii_whitespace()) || escaped(look) || is_quote
    };
    // The last byte that may come next, and what was looked for up to it in vain: nothing is looked for twice.
    let (mut last, mut missing) = (None, BTreeSet::new());
    for wanted in text.bytes() {
        let to = last.filter(|last| at <= *last && at < whole.end).unwrap_or_else(|| {
            missing.clear();
            let bound = whole.end.max(at + 1);
            (at..bound).find(|look| !is_between(*look)).unwrap_or(bound)
        });
        last = Some(to);
        let mut next = (at..=to).filter(|look| byte(*look) == Some(wanted));
        if let Some(look) = (!missing.contains(&wanted)).then(|| next.next()).flatten() {
            places.push(look);
            at = look + 1;
            continue;
        }
        missing.insert(wanted);
        places.push(at.min(source.len().saturating_sub(1)));
        // A line's end that was folded, or is written as `\n`.
        if wanted.is_ascii_whitespace() && escaped(at) {
            at += 2;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::read::yaml;

    fn placed(yaml_text: &str) -> (String, String) {
        let root = yaml::parse(yaml_text).unwrap();
        let node = root.get("run").unwrap();
        let placed = PlacedText::of(node, yaml_text).unwrap();
        let mut logical = Logical::starting_at(node.span.start);
        placed.push(0..placed.text.len(), yaml_text, &mut logical);
        let at = logical.text().find("redis").unwrap();
        (logical.text().to_owned(), logical.source_span(at..at + 7).text(yaml_text).to_owned())
    }

    #[test]
    fn each_way_to_write_a_text_has_its_places() {
        for text in [
            "run: docker run redis:7 x # c\n",
            "run: \"docker run redis:7 \\\"x\\\"\"\n",
            "run: 'docker run redis:7 ''x'''\n",
            "run: |\n    docker \\\n      run redis:7\n    x\nnext: 1\n",
            "run: |2-\n    docker run redis:7\n",
            "run: >-\n  docker run\n  redis:7\n\n  x\n",
            "run: docker run\n  redis:7\n",
            "run: \"docker\\nrun redis:7\"\n",
            "run: |\n  é docker run redis:7\n",
            "{run: \"é docker\nrun redis:7\nx\"}\n",
        ] {
            let (shell, image) = placed(text);
            assert_eq!(image, "redis:7", "{text}: {shell}");
        }
    }

    #[test]
    fn a_text_that_can_not_be_followed_has_places_all_the_same() {
        let text =
            format!("run: \"docker run redis:7 a{}\n  {}\"\n", " ".repeat(100), "\\x41 \\n".repeat(100));
        let root = yaml::parse(&text).unwrap();
        let placed = PlacedText::of(root.get("run").unwrap(), &text).unwrap();
        assert_eq!(placed.places.len(), placed.text.len());
        assert!(placed.places.is_sorted() && placed.places.iter().all(|place| *place < text.len()));
        assert_eq!(self::placed(&text).1, "redis:7");
    }
}
