//! Which scripts are parsed whole, and where others are cut.
//!
//! The parser recovers from errors in a time that grows with the square of what is open, and says so only at the end. A
//! script that is small, or that looks like one in which little is open, is parsed whole; the commands of others are
//! found piece by piece.
//!
//! What it refuses to do: it reads no quotes and no comments; it measures.

use std::ops::Range;

use crate::base::limits;

/// The pieces that a script is parsed in: one, or several that follow each other without a gap.
pub(crate) fn pieces(text: &str) -> Vec<Range<usize>> {
    if text.len() <= limits::SHELL_PIECE_BYTES {
        return std::iter::once(0..text.len()).collect();
    }
    let is_damaged = is_damaged(text);
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = cut(text, start, is_damaged);
        pieces.push(start..end);
        start = end;
    }
    pieces
}

/// Whether more is open at once, or closed that was not open, than any script has that was written to be run. Behind a word
/// that is a comparison's sign the parser looks for its pattern, up to the end of the line.
fn is_damaged(text: &str) -> bool {
    let (mut open, mut closed, mut pipes, mut inputs, mut signs) = (0usize, 0usize, 0usize, 0usize, 0usize);
    let mut before = b' ';
    for byte in text.bytes() {
        if byte == b'=' && before.is_ascii_whitespace() {
            signs += 1;
        }
        before = byte;
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' if open == 0 => closed += 1,
            b')' | b']' | b'}' => open -= 1,
            b'|' => pipes += 1,
            b'<' => inputs += 1,
            b';' | b'&' | b'\n' => (pipes, inputs, signs) = (0, 0, 0),
            _ => {}
        }
        if open.max(pipes).max(inputs).max(signs).max(closed / 8) > limits::SHELL_OPEN {
            return true;
        }
    }
    false
}

/// Where a piece that begins at `start` ends: behind the last line that fits, the first of a damaged script, else
/// behind a command or word, or where it is full.
fn cut(text: &str, start: usize, is_damaged: bool) -> usize {
    let most = if is_damaged { limits::SHELL_PIECE_BYTES } else { limits::SHELL_WHOLE_BYTES };
    let full = text.floor_char_boundary(start.saturating_add(most));
    let piece = text.get(start..full).unwrap_or_default();
    if full >= text.len() && !is_damaged {
        return text.len();
    }
    let line = if is_damaged { piece.find('\n') } else { piece.rfind('\n') };
    let shorter = || match full < text.len() {
        true => piece.rfind([';', '&', '|']).or_else(|| piece.rfind([' ', '\t'])),
        false => None,
    };
    start + line.or_else(shorter).map_or(piece.len(), |at| at + 1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_were_written_to_be_run_stay_whole() {
        let line = "for x in $(ls | sort); do if [ -f \"$x\" ]; then echo \"${x}\" | tee a; fi; done\n";
        let text = line.repeat(limits::SHELL_WHOLE_BYTES / line.len());
        assert!(pieces(&text).iter().eq(std::iter::once(&(0..text.len()))));
    }

    #[test]
    fn damaged_scripts_are_cut_between_lines_or_words() {
        let text = format!("a b\n{}", "$(".repeat(8000));
        let pieces = pieces(&text);
        assert_eq!(pieces[0], 0..4);
        assert!(pieces.iter().all(|piece| piece.len() <= limits::SHELL_PIECE_BYTES), "{pieces:?}");
        assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start), "{pieces:?}");
        assert_eq!(pieces.last().map(|piece| piece.end), Some(text.len()));
    }

    #[test]
    fn a_line_of_comparisons_is_cut_and_one_of_options_stays_whole() {
        assert!(pieces(&format!("pip install {}", "== ".repeat(8000))).len() > 20);
        assert_eq!(pieces(&format!("pip install {}", "a==1 --b=2 ".repeat(2000))).len(), 1);
    }

    #[test]
    fn cuts_fall_between_characters() {
        let text = format!("{}{}", "(".repeat(9000), "é".repeat(9000));
        assert!(pieces(&text).iter().all(|piece| text.get(piece.clone()).is_some()));
    }
}
