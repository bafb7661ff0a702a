//! TOML from a hand that nobody knows: what the parser would follow too deep is refused before it is parsed.
//!
//! The parser calls itself for each bracket that is open, also for those that a damaged text never closes: some thousands end
//! the program, and no error is told. Nothing but brackets is looked at here, and no bound but theirs is held.

use ::toml::de::Error;
use serde::Deserialize;
use serde::de::Error as _;
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// Brackets of one kind that are open at once; real files have three.
const OPEN: usize = 100;

/// What a text says, or what is wrong with it.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    if is_too_deep(text) {
        return Err(Error::custom(format!("more than {OPEN} brackets are open at once")));
    }
    ::toml::from_str(text)
}

/// The line of `text` that an error is on, from 1; none where it is of the whole.
pub fn line(error: &Error, text: &str) -> Option<usize> {
    let before = text.get(..error.span()?.start)?;
    Some(1 + before.bytes().filter(|byte| *byte == b'\n').count())
}

/// Kinds are counted apart: a bracket of another kind closes none, whatever it is taken for.
fn is_too_deep(text: &str) -> bool {
    let (mut square, mut curly) = (0_usize, 0_usize);
    Source::new(text).lex().any(|token| {
        match token.kind() {
            TokenKind::LeftSquareBracket => square += 1,
            TokenKind::RightSquareBracket => square = square.saturating_sub(1),
            TokenKind::LeftCurlyBracket => curly += 1,
            TokenKind::RightCurlyBracket => curly = curly.saturating_sub(1),
            _ => {}
        }
        square > OPEN || curly > OPEN
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_that_are_never_closed_are_refused_and_not_followed() {
        let blocks = [
            "a = {\n",
            "a = [\n",
            "a = { b = ",
            "a = [{ b = [",
            "[[p]]\na = { b = 1\n",
            "a = { b = 1 ]\n",
            "a = [ 1 }\n",
            "{",
            "[",
        ];
        for block in blocks {
            let read = from_str::<::toml::Table>(&block.repeat(20_000));
            assert_eq!(read.unwrap_err().message(), "more than 100 brackets are open at once", "{block}");
        }
    }

    #[test]
    fn brackets_that_are_closed_or_stand_in_strings_and_comments_are_no_depth() {
        let text =
            "[[p]]\na = { b = [1, [2]] } # [[[{{{\nc = \"[[[{{{\"\nd = '''{{{\n[[['''\n".repeat(10_000);
        let table = from_str::<::toml::Table>(&text).unwrap();
        assert_eq!(table["p"].as_array().unwrap().len(), 10_000);
        let deep = format!("a = {}{}\n", "[".repeat(60), "]".repeat(60));
        assert!(from_str::<::toml::Table>(&deep).is_ok());
    }

    #[test]
    fn keys_of_many_parts_end_no_program() {
        let key = format!("{}a", "a.".repeat(100_000));
        for text in [
            format!("{key} = 1\n"),
            format!("[{key}]\n"),
            format!("[[{key}]]\n"),
            format!("b = {{ {key} = 1 }}\n"),
        ] {
            drop(from_str::<::toml::Table>(&text));
        }
    }
}
