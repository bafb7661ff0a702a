//! Text that is only text in GitHub's Markdown, and the pieces made of it: spans, tables, blocks, lists.

use crate::report::style::{harmless, thousands};

/// Characters of one name, value or sentence.
const WIDTH: usize = 200;

/// Text from an image as a code span, in a table or outside.
///
/// Nothing is markup within a code span but its own fence, made longer than any run of backticks in it, and in tables
/// the pipe, which [`table`] escapes.
pub(super) fn code(text: &str) -> String {
    // What is cut anyway is not worth escaping first.
    let ends = text
        .char_indices()
        .nth(2 * WIDTH)
        .map(|(at, _)| at)
        .zip(text.char_indices().rev().nth(2 * WIDTH).map(|(at, _)| at));
    match ends.and_then(|(head, tail)| Some((text.get(..head)?, text.get(tail.max(head)..)?))) {
        Some((head, tail)) => printed(&harmless(&format!("{head}{tail}"))),
        None => printed(&harmless(text)),
    }
}

/// The same of text that is already harmless on one line, as paths print themselves.
pub(super) fn printed(text: &str) -> String {
    let text = shortened(text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Words of our own, with what Markdown would act on escaped.
pub(super) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '#' | '&' | '@' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A sentence of ours that quotes what others wrote: whatever is no plain word stands in a code span, since a name, an
/// address or a number would call somebody or lead somewhere however it is escaped.
pub(super) fn prose(sentence: &str) -> String {
    let mut out = String::new();
    let mut quoted = String::new();
    for word in sentence.split(' ').filter(|word| !word.is_empty()) {
        let core = word.trim_start_matches('(').trim_end_matches([',', '.', ';', ':', ')', '?', '!']);
        if is_plain(core) {
            end(&mut out, &mut quoted);
            out.push_str(if out.is_empty() { "" } else { " " });
            out.push_str(word);
            continue;
        }
        quoted.push_str(if quoted.is_empty() { "" } else { " " });
        quoted.push_str(word);
    }
    end(&mut out, &mut quoted);
    out
}

/// Puts what was quoted behind what is written, signs at its end out of the code span.
fn end(out: &mut String, quoted: &mut String) {
    let text = std::mem::take(quoted);
    let core = text.trim_end_matches([',', ';', ':']);
    if !core.is_empty() {
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(&printed(core));
    }
    out.push_str(text.get(core.len()..).unwrap_or_default());
}

/// Whether a word is letters, or a number too short to be a commit's.
fn is_plain(word: &str) -> bool {
    let is_letters = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_hash = word.len() > 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    !is_hash && (word.split(['-', '\'']).all(is_letters) || word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The start and the end of a long text.
fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= WIDTH {
        return text.to_owned();
    }
    let (head, tail) = (WIDTH * 2 / 3, WIDTH / 3 - 1);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A table of `count` rows, as many as the limit allows; nothing where there are none.
pub(super) fn table(
    heads: &[&str],
    (rows, count): (impl Iterator<Item = Vec<String>>, usize),
    limit: usize,
) -> String {
    if count == 0 {
        return String::new();
    }
    // A backslash before a pipe escapes it, in code spans too, and whatever stands before that backslash.
    let escaped = |cell: &String| cell.replace('|', "\\|");
    let line =
        |cells: &[String]| format!("| {} |\n", cells.iter().map(escaped).collect::<Vec<_>>().join(" | "));
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rule = |head: &String| if head == "size" || head == "files" { "---:" } else { "---" }.to_owned();
    let mut out = line(&heads) + &line(&heads.iter().map(rule).collect::<Vec<_>>());
    for row in rows.take(limit) {
        out.push_str(&line(&row));
    }
    out + &more(count, limit)
}

/// `count` lines in a folded code block below what they are and how many; nothing where there are none.
///
/// A summary is HTML, where a backslash escapes nothing, and where a name could still call somebody.
pub(super) fn folded(
    (name, counted): (&str, &str),
    (lines, count): (impl Iterator<Item = String>, usize),
    limit: usize,
) -> String {
    if count == 0 || limit == 0 {
        return String::new();
    }
    let shown: Vec<String> = lines.take(limit).map(|line| shortened(&line)).collect();
    let block = block("text", &shown);
    let rest = more(count, limit);
    let name = harmless(name).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("\n<details><summary><code>{name}</code>: {counted}</summary>\n\n{block}{rest}\n</details>\n")
}

/// Lines that are each harmless, as a block of code in `language`.
pub(super) fn block(language: &str, lines: &[String]) -> String {
    let fence = "`".repeat(lines.iter().map(|line| longest_run(line) + 1).max().unwrap_or(0).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// Says what a list left out.
pub(super) fn more(count: usize, limit: usize) -> String {
    match count.checked_sub(limit) {
        None | Some(0) => String::new(),
        Some(rest) => format!("\n*and {} more; the formats html and json list all*\n", thousands(rest)),
    }
}

/// A heading and what stands below it; nothing where that is empty.
pub(super) fn headed(heading: &str, body: &str) -> String {
    if body.is_empty() { String::new() } else { format!("\n#### {}\n\n{body}", words(heading)) }
}

/// Sentences that may quote an image, a line each.
pub(super) fn notes(notes: &[String], limit: usize) -> String {
    let lines: String = notes.iter().take(limit).map(|note| format!("- {}\n", code(note))).collect();
    if notes.is_empty() { lines } else { lines + &more(notes.len(), limit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_whatever_it_is_given() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b"), "`a|b`");
        assert_eq!(code("a\nb\x1b[2J\u{202e}"), "`a b\\x1b[2J\\u{202e}`");
        assert_eq!(code("  "), "(empty)");
    }

    #[test]
    fn a_pipe_ends_no_cell() {
        let row = vec![code("a|b"), code("a\\|b")];
        let table = table(&["", ""], ([row].into_iter(), 1), 9);
        assert_eq!(table.lines().last(), Some("| `a\\|b` | `a\\\\|b` |"));
    }

    #[test]
    fn long_text_keeps_its_start_and_its_end() {
        let text = code(&format!("usr/{}/module.pyc", "x".repeat(60_000)));
        assert!(
            text.chars().count() < WIDTH + 4 && text.ends_with("module.pyc`") && text.starts_with("`usr/")
        );
    }

    #[test]
    fn words_are_no_markup() {
        assert_eq!(words("a <b> *c* @d #1 | e"), "a \\<b\\> \\*c\\* \\@d \\#1 | e");
    }

    #[test]
    fn what_a_sentence_quotes_stands_in_code_spans() {
        let cases = [
            (
                "the tag of python:3.12 may name another image, tomorrow",
                "the tag of `python:3.12` may name another image, tomorrow",
            ),
            (
                "pin pip install -r a.txt: it's a half-known thing",
                "pin pip install `-r a.txt`: it's a half-known thing",
            ),
            ("(see 12 of 34)", "(see 12 of 34)"),
            ("", ""),
        ];
        for (sentence, expected) in cases {
            assert_eq!(prose(sentence), expected);
        }
        for hostile in [
            "@team",
            "https://a.example",
            "www.a.example",
            "[a](b)",
            "#1",
            "GH-1",
            "a/b#1",
            "<b>",
            "*x*",
            "_x_",
            "~~x~~",
            "deadbeef",
            "0123456",
            "`x`",
            "``",
            "a|b",
            "&lt",
            "$x$",
            "!",
            ",@x",
            "a@b.c",
            "é",
        ] {
            let shown = prose(&format!("the word {hostile} is"));
            let spanned = shown.strip_prefix("the word `").and_then(|rest| rest.strip_suffix("` is"));
            assert!(spanned.is_some() || hostile == "!", "{shown}");
        }
    }

    #[test]
    fn a_block_is_fenced_past_any_fence_within() {
        let block = folded(("deb</summary>", "1 file"), (["````".to_owned()].into_iter(), 1), 5);
        assert!(block.contains("\n`````text\n````\n`````\n"), "{block}");
        assert!(block.contains("<summary><code>deb&lt;/summary&gt;</code>: 1 file</summary>"), "{block}");
    }
}
