//! Logical text: lines joined into one, of an instruction or a recipe, with a map from its offsets back to the source.
//!
//! Vocabulary: a *piece* is a run of bytes copied whole from one place of the source. Joining drops bytes (escape
//! characters, newlines, comment lines), so a stretch of logical text may come from several pieces.
//!
//! What it refuses to do: text that is not in the source, such as decoded JSON, is never put in, unless it stands for a place there:
//! the value of a variable for its name. Then each of its bytes is at that place.

use std::ops::Range;

use super::text::Span;

/// Text put together from pieces of a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logical {
    text: String,
    pieces: Vec<Piece>,
}

/// Where a run of bytes comes from; it lasts until the next piece begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    at: usize,
    source: usize,
    /// The last byte of the place that it stands for, where it is not copied.
    last: Option<usize>,
}

impl Logical {
    /// Nothing yet, standing at byte `source`.
    pub fn starting_at(source: usize) -> Self {
        Self { text: String::new(), pieces: vec![Piece { at: 0, source, last: None }] }
    }

    /// The text at `span` of `source`.
    pub fn of(source: &str, span: Span) -> Self {
        let mut logical = Self::starting_at(span.start);
        logical.push(source, span);
        logical
    }

    /// Adds the text at `span` of `source`.
    pub fn push(&mut self, source: &str, span: Span) {
        let text = span.text(source);
        if text.is_empty() {
            return;
        }
        self.begin(Piece { at: self.text.len(), source: span.start, last: None });
        self.text.push_str(text);
    }

    /// Adds `text`, which stands for what the source has at `span`.
    pub fn push_for(&mut self, text: &str, span: Span) {
        if text.is_empty() || span.is_empty() {
            return;
        }
        self.begin(Piece { at: self.text.len(), source: span.start, last: Some(span.end - 1) });
        self.text.push_str(text);
    }

    fn begin(&mut self, piece: Piece) {
        match self.pieces.last_mut() {
            Some(last) if last.at == piece.at => *last = piece,
            Some(last)
                if last.last.or(piece.last).is_none()
                    && last.source + (piece.at - last.at) == piece.source => {}
            _ => self.pieces.push(piece),
        }
    }

    /// The joined text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The source offset of the byte at logical `offset`; past the end, the byte after the last one.
    pub fn source_offset(&self, offset: usize) -> usize {
        if offset >= self.text.len() && offset > 0 {
            return self.source_offset(self.text.len() - 1) + 1;
        }
        self.piece(offset).map_or(0, |piece| {
            let own = piece.source + (offset - piece.at);
            piece.last.map_or(own, |last| own.min(last))
        })
    }

    /// The source span of a logical range: from its first byte to its last, dropped bytes between included.
    pub fn source_span(&self, range: Range<usize>) -> Span {
        let start = self.source_offset(range.start);
        if range.is_empty() {
            return Span::new(start, start);
        }
        let end = self.last_offset(range.end - 1) + 1;
        Span::new(start.min(end), end)
    }

    /// The source offset of a byte that ends a stretch: of text that stands for a place, that place's last.
    fn last_offset(&self, offset: usize) -> usize {
        let last = self.piece(offset).and_then(|piece| piece.last);
        last.unwrap_or_else(|| self.source_offset(offset))
    }

    /// The source span of all the text.
    pub fn span(&self) -> Span {
        self.source_span(0..self.text.len())
    }

    /// The part at a logical range, with its own map; empty where the range doesn't fit.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        let last = self.piece(range.start).and_then(|piece| piece.last);
        let mut pieces = vec![Piece { at: 0, source: self.source_offset(range.start), last }];
        let from = self.pieces.partition_point(|piece| piece.at <= range.start);
        let to = self.pieces.partition_point(|piece| piece.at < range.end);
        let inside = self.pieces.get(from..to).unwrap_or_default();
        pieces.extend(inside.iter().map(|piece| Piece { at: piece.at - range.start, ..*piece }));
        Self { text, pieces }
    }

    fn piece(&self, offset: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.at <= offset);
        self.pieces.get(after.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "RUN a \\\n  # note\n  b";

    fn joined() -> Logical {
        let mut logical = Logical::of(SOURCE, Span::new(0, 6));
        logical.push(SOURCE, Span::new(17, 20));
        logical
    }

    #[test]
    fn offsets_map_back_across_dropped_bytes() {
        let logical = joined();
        assert_eq!(logical.text(), "RUN a   b");
        assert_eq!(logical.source_offset(4), 4);
        assert_eq!(logical.source_offset(8), 19);
        assert_eq!(logical.source_offset(9), 20);
        assert_eq!(logical.source_span(8..9).text(SOURCE), "b");
        assert_eq!(logical.source_span(4..9), Span::new(4, 20));
    }

    #[test]
    fn a_span_that_ends_at_a_seam_does_not_reach_over_it() {
        assert_eq!(joined().source_span(4..6), Span::new(4, 6));
    }

    #[test]
    fn text_that_stands_for_a_place_is_at_that_place() {
        let source = "run $(IMG) x";
        let mut logical = Logical::of(source, Span::new(0, 4));
        logical.push_for("redis:7-alpine", Span::new(4, 10));
        logical.push(source, Span::new(10, 12));
        assert_eq!(logical.text(), "run redis:7-alpine x");
        assert_eq!(logical.source_span(4..18).text(source), "$(IMG)");
        assert_eq!(logical.source_span(4..9).text(source), "$(IMG)");
        assert_eq!(logical.source_span(19..20).text(source), "x");
        assert_eq!(logical.slice(4..20).source_span(0..16).text(source), "$(IMG) x");
    }

    #[test]
    fn a_slice_keeps_its_own_map() {
        let slice = joined().slice(4..9);
        assert_eq!(slice.text(), "a   b");
        assert_eq!(slice.source_span(4..5).text(SOURCE), "b");
        assert_eq!(slice.slice(4..5).span().text(SOURCE), "b");
        assert_eq!(joined().slice(9..9).span(), Span::new(20, 20));
    }
}
