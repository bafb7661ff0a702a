//! Heredocs of RUN, COPY and ADD: the `<<EOF` words of a line, and their bodies.
//!
//! A heredoc word is an optional descriptor, `<<`, an optional `-` and a name, in one word; the name may be quoted in
//! whole or part, which turns expansion off, and white space may stand between `<<` and the name. The escape character
//! here is always the backslash, whatever the escape directive says.
//!
//! What it refuses to do: it takes no heredoc out of quotes or JSON, and expands nothing.

use std::ops::Range;

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::dockerfile::words::{NoVariables, Words};

/// A heredoc of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The name that ends the body, without quotes.
    pub name: String,
    /// The file descriptor before `<<`; 0 where there is none.
    pub descriptor: u32,
    /// Whether variables in the body are expanded: no part of the name is quoted.
    pub expand: bool,
    /// `<<-`: tabs before each line are taken off.
    pub strip_tabs: bool,
    /// Where the `<<EOF` word stands.
    pub word: Span,
    /// The lines of the body in the source, without the line that ends them.
    pub body: Span,
    /// The line that ends the body.
    pub terminator: Span,
    /// The body, tabs taken off where asked, with its map to the source.
    pub content: Logical,
}

/// A `<<EOF` word, before its body is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeredocWord {
    pub(super) name: String,
    pub(super) descriptor: u32,
    pub(super) expand: bool,
    pub(super) strip_tabs: bool,
    pub(super) range: Range<usize>,
}

/// The lines of a heredoc.
#[derive(Debug)]
pub(super) struct HeredocLines {
    pub(super) body: Span,
    pub(super) terminator: Span,
}

impl Heredoc {
    pub(super) fn new(source: &str, word: HeredocWord, span: Span, lines: HeredocLines) -> Self {
        let content =
            if word.strip_tabs { without_tabs(source, lines.body) } else { Logical::of(source, lines.body) };
        Self {
            name: word.name,
            descriptor: word.descriptor,
            expand: word.expand,
            strip_tabs: word.strip_tabs,
            word: span,
            body: lines.body,
            terminator: lines.terminator,
            content,
        }
    }
}

fn without_tabs(source: &str, body: Span) -> Logical {
    let mut content = Logical::starting_at(body.start);
    let mut start = body.start;
    for line in body.text(source).split_inclusive('\n') {
        let end = start + line.len();
        content.push(source, Span::new(end - line.trim_start_matches('\t').len(), end));
        start = end;
    }
    content
}

/// The heredoc words of a joined line.
pub(super) fn heredoc_words(line: &str) -> Result<Vec<HeredocWord>, String> {
    // A line that is no list of words, for want of a quote, has no heredocs: the shell will complain, not BuildKit.
    let Ok(expansion) = raw_words().expand(line, &NoVariables) else { return Ok(Vec::new()) };
    let heredocs = expansion.words.iter().map(|word| heredoc_word(&word.text, word.range.clone()));
    heredocs.filter_map(Result::transpose).collect()
}

fn raw_words() -> Words {
    Words { raw_quotes: true, raw_escapes: true, keep_unset: true, ..Words::new('\\') }
}

fn heredoc_word(word: &str, range: Range<usize>) -> Result<Option<HeredocWord>, String> {
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (descriptor, rest) = word.split_at(digits);
    let Some(rest) = rest.strip_prefix("<<") else { return Ok(None) };
    let (strip_tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{c}']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let Some((name, expand)) = heredoc_name(rest)? else { return Ok(None) };
    let descriptor = descriptor.parse().unwrap_or(if descriptor.is_empty() { 0 } else { u32::MAX });
    Ok(Some(HeredocWord { name, descriptor, expand, strip_tabs, range }))
}

/// The name without its quotes, and whether it had none.
fn heredoc_name(text: &str) -> Result<Option<(String, bool)>, String> {
    let plain = Words { keep_unset: true, ..Words::new('\\') };
    let raw = Words { raw_quotes: true, ..plain };
    let plain = plain.expand(text, &NoVariables).map_err(|error| error.to_string())?;
    let raw = raw.expand(text, &NoVariables).map_err(|error| error.to_string())?;
    let ([name], [quoted]) = (plain.words.as_slice(), raw.words.as_slice()) else { return Ok(None) };
    let quotes = |text: &str| text.chars().filter(|c| matches!(c, '\'' | '"')).count();
    Ok(Some((name.text.clone(), quotes(&name.text) == quotes(&quoted.text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<String> {
        heredoc_words(line).unwrap().into_iter().map(|word| word.name).collect()
    }

    #[test]
    fn a_word_of_two_angles_and_a_name_is_a_heredoc() {
        assert_eq!(names("COPY <<one.txt <<-two /to/"), ["one.txt", "two"]);
        assert_eq!(names("RUN << -END"), ["-END"]);
        assert_eq!(names("RUN <<  END > log"), ["END"]);
        assert_eq!(names("RUN <<$END"), ["$END"]);
        assert_eq!(names("RUN <<'two words'"), ["two words"]);
    }

    #[test]
    fn quotes_shifts_and_here_strings_are_no_heredocs() {
        for line in [
            "RUN '<<A'",
            "RUN \"<<A\"",
            "RUN <<<A",
            "RUN a<<A",
            "RUN cat <<",
            "RUN <<-",
            "RUN <<'A",
            "RUN 1<A",
        ] {
            assert!(names(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_quote_anywhere_in_the_name_turns_expansion_off() {
        for (line, name, expand) in [
            ("<<a'b'", "ab", false),
            ("<<\"a\"", "a", false),
            ("<<a\\'b", "a'b", true),
            ("<<'a'b\\'c", "ab'c", false),
        ] {
            let words = heredoc_words(line).unwrap();
            assert_eq!((words[0].name.as_str(), words[0].expand), (name, expand), "{line}");
        }
    }

    #[test]
    fn a_descriptor_may_stand_before_the_angles() {
        assert_eq!(heredoc_words("RUN 3<<X").unwrap()[0].descriptor, 3);
        assert_eq!(heredoc_words("RUN 3<<X").unwrap()[0].range, 4..8);
    }
}
