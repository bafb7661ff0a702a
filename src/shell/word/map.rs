//! Where the bytes of a text stand in the outermost text that it came from.
//!
//! Vocabulary: the *outermost* text is what [`super::Script`] was given; a *piece* is a run of bytes of the inner text. A
//! piece is *exact* where it was copied byte for byte, and inexact where an escape stands for other bytes.
//!
//! What it refuses to do: it guesses no place; a byte that was decoded maps to the whole escape.

use std::ops::Range;

use crate::base::text::Span;

/// A map from offsets of an inner text to spans of the outermost one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Map {
    /// Copied whole from this place.
    Straight(usize),
    /// Put together; pieces follow each other without a gap in the inner text.
    Pieces(Vec<Piece>),
}

/// A run of inner bytes, up to where the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    at: usize,
    outer: Span,
    exact: bool,
}

impl Map {
    /// A map to which pieces are added.
    pub(crate) fn empty() -> Self {
        Self::Pieces(Vec::new())
    }

    /// The outer span of an inner range: from its first byte to its last.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        match self {
            Self::Straight(start) => Span::new(start + range.start, start + range.end),
            Self::Pieces(pieces) => {
                let Some(first) = piece(pieces, range.start) else { return Span::default() };
                let start = if first.exact {
                    first.outer.start + (range.start - first.at)
                } else {
                    first.outer.start
                };
                if range.is_empty() {
                    return Span::new(start.min(first.outer.end), start.min(first.outer.end));
                }
                let Some(last) = piece(pieces, range.end - 1) else { return Span::new(start, start) };
                let (last_start, end) = match last.exact {
                    true => (
                        last.outer.start + (range.end - 1 - last.at),
                        last.outer.start + (range.end - last.at),
                    ),
                    false => (last.outer.start, last.outer.end),
                };
                // Pieces may have been moved before each other.
                Span::new(start.min(last_start), end.max(start))
            }
        }
    }

    /// The outer span whose bytes are those of the inner range, if there is one.
    pub(crate) fn exact(&self, range: Range<usize>) -> Option<Span> {
        if let Self::Pieces(pieces) = self {
            let first = piece(pieces, range.start).filter(|piece| piece.exact)?;
            if range.end.saturating_sub(first.at) > first.outer.len() {
                return None;
            }
        }
        Some(self.span(range))
    }

    /// Adds, at inner offset `at`, the bytes that stand at `range` of a text with the map `of`.
    pub(crate) fn push_copied(&mut self, at: usize, of: &Self, range: Range<usize>) {
        match of {
            Self::Straight(_) => self.push(Piece { at, outer: of.span(range), exact: true }),
            Self::Pieces(pieces) => {
                let first = pieces.partition_point(|piece| piece.at <= range.start).saturating_sub(1);
                for (index, piece) in pieces.iter().enumerate().skip(first) {
                    let start = piece.at.max(range.start);
                    let end = pieces.get(index + 1).map_or(range.end, |next| next.at.min(range.end));
                    if piece.at >= range.end {
                        break;
                    }
                    let outer = if piece.exact { of.span(start..end) } else { piece.outer };
                    self.push(Piece { at: at + (start - range.start), outer, exact: piece.exact });
                }
            }
        }
    }

    /// Adds, at inner offset `at`, bytes that the text at `range` of a text with the map `of` stands for.
    pub(crate) fn push_decoded(&mut self, at: usize, of: &Self, range: Range<usize>) {
        self.push(Piece { at, outer: of.span(range), exact: false });
    }

    /// Adds, at inner offset `at`, bytes that stand for all of `outer`.
    pub(crate) fn push_made(&mut self, at: usize, outer: Span) {
        self.push(Piece { at, outer, exact: false });
    }

    fn push(&mut self, piece: Piece) {
        let Self::Pieces(pieces) = self else { return };
        match pieces.last_mut() {
            Some(last) if last.at == piece.at => *last = piece,
            Some(last)
                if last.exact
                    && piece.exact
                    && last.outer.end == piece.outer.start
                    && last.outer.len() == piece.at - last.at =>
            {
                last.outer.end = piece.outer.end;
            }
            _ => pieces.push(piece),
        }
    }

    /// The same map, without a list where one run is all there is.
    pub(crate) fn tidy(self) -> Self {
        match &self {
            Self::Pieces(pieces) => match pieces.as_slice() {
                [only] if only.exact && only.at == 0 => Self::Straight(only.outer.start),
                _ => self,
            },
            Self::Straight(_) => self,
        }
    }
}

fn piece(pieces: &[Piece], offset: usize) -> Option<&Piece> {
    let after = pieces.partition_point(|piece| piece.at <= offset);
    pieces.get(after.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ab` copied from 10, one byte decoded from 12..14, `cd` copied from 14.
    fn decoded_in_the_middle() -> Map {
        let source = Map::Straight(10);
        let mut map = Map::empty();
        map.push_copied(0, &source, 0..2);
        map.push_decoded(2, &source, 2..4);
        map.push_copied(3, &source, 4..6);
        map
    }

    #[test]
    fn copied_bytes_map_to_themselves_and_decoded_ones_to_their_escape() {
        let map = decoded_in_the_middle();
        assert_eq!(map.span(0..5), Span::new(10, 16));
        assert_eq!(map.span(2..3), Span::new(12, 14));
        assert_eq!(map.span(3..4), Span::new(14, 15));
        assert_eq!(map.exact(0..2), Some(Span::new(10, 12)));
        assert_eq!(map.exact(3..5), Some(Span::new(14, 16)));
        assert_eq!(map.exact(1..4), None);
        assert_eq!(map.exact(2..3), None);
    }

    #[test]
    fn maps_of_maps_lead_to_the_outermost_text() {
        let outer = decoded_in_the_middle();
        let mut inner = Map::empty();
        inner.push_copied(0, &outer, 1..4);
        assert_eq!(inner.span(0..1), Span::new(11, 12));
        assert_eq!(inner.span(1..2), Span::new(12, 14));
        assert_eq!(inner.exact(2..3), Some(Span::new(14, 15)));
    }

    #[test]
    fn neighbours_become_one_run() {
        let source = Map::Straight(3);
        let mut map = Map::empty();
        map.push_copied(0, &source, 0..2);
        map.push_copied(2, &source, 2..5);
        assert_eq!(map.tidy(), Map::Straight(3));
    }
}
