//! Text out of an image, short and harmless to print.

use crate::base::path::printable;

/// `text` with what could act on a terminal escaped, cut where it is long.
pub(crate) fn shown(text: impl AsRef<[u8]>) -> String {
    const LONGEST: usize = 200;
    let mut shown = printable(text.as_ref());
    if let Some((at, _)) = shown.char_indices().nth(LONGEST) {
        shown.truncate(at);
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_is_shortened_and_escaped() {
        assert_eq!(shown("a\u{1b}[2Jb"), "a\\x1b[2Jb");
        assert_eq!(shown("x".repeat(10_000)).chars().count(), 201);
    }
}
