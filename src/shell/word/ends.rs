//! Where that ends which begins inside a word: backticks, parentheses, an escape of C.
//!
//! What it refuses to do: it reads nothing of what stands inside.

/// Bytes from an opening backtick to the closing one.
pub(crate) fn backticks(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\\' => escaped = !escaped,
            b'`' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Bytes up to where the parentheses of a text are closed, those in quotes apart.
pub(crate) fn parentheses(text: &str) -> usize {
    let (mut open, mut quote, mut escaped) = (0usize, None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            _ if escaped => escaped = false,
            (b'\\', None | Some(b'"')) => escaped = true,
            (b'\'' | b'"', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'(', None) => open += 1,
            (b')', None) if open <= 1 => return at + 1,
            (b')', None) => open -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The character that a C escape stands for, and the bytes of the escape.
pub(crate) fn c_escape(text: &str) -> (char, usize) {
    let Some(letter) = text.get(1..).and_then(|rest| rest.chars().next()) else { return ('\\', 1) };
    let number = |from: usize, radix: u32, most: usize| {
        let rest = text.get(from..).unwrap_or_default();
        let length = rest.bytes().take(most).take_while(|byte| char::from(*byte).is_digit(radix)).count();
        let value = u32::from_str_radix(rest.get(..length).unwrap_or_default(), radix).unwrap_or(0);
        (char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER), from + length)
    };
    match letter {
        'n' => ('\n', 2),
        't' => ('\t', 2),
        'r' => ('\r', 2),
        'a' => ('\x07', 2),
        'b' => ('\x08', 2),
        'e' | 'E' => ('\x1b', 2),
        'f' => ('\x0c', 2),
        'v' => ('\x0b', 2),
        'x' => number(2, 16, 2),
        'u' => number(2, 16, 4),
        'U' => number(2, 16, 8),
        '0'..='7' => number(1, 8, 3),
        other => (other, 1 + other.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_ends_where_it_is_closed() {
        assert_eq!(backticks("`a \\` b` c"), 8);
        assert_eq!(parentheses("(a (b) ')' \\) c) d"), 16);
        assert_eq!((backticks("`a"), parentheses("(a")), (2, 2));
    }

    #[test]
    fn escapes_of_c_stand_for_one_character() {
        for (text, expected) in [
            ("\\n.", ('\n', 2)),
            ("\\x41.", ('A', 4)),
            ("\\101.", ('A', 4)),
            ("\\u00e9.", ('é', 6)),
            ("\\é", ('é', 3)),
            ("\\", ('\\', 1)),
        ] {
            assert_eq!(c_escape(text), expected, "{text}");
        }
    }
}
