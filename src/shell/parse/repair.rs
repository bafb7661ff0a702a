//! Shell that the grammar does not know, rewritten so that it does.
//!
//! Two forms are met in real Dockerfiles: a heredoc's word before the command (`<<EOF bash -e`), and a keyword behind the
//! end of a compound command without a separator (`fi else`), which POSIX allows.
//!
//! What it refuses to do: bytes are moved or a blank is replaced, so that every place keeps its map; nothing is added.

use std::ops::Range;

use crate::shell::word::map::Map;

/// Keywords that may follow the end of a compound command.
const FOLLOWERS: &[&str] = &["else", "elif", "fi", "done", "esac", "then", "do", "}"];

/// Ends of compound commands.
const ENDS: &[&str] = &["fi", "done", "esac", "}", ")"];

/// The text with `;` in place of a blank between the end of a compound command and a keyword; the rest stands where it
/// stood. None where there is no such place.
pub(crate) fn separated(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut changed: Option<Vec<u8>> = None;
    let mut previous: Option<Range<usize>> = None;
    for word in words(text) {
        if let Some(before) = previous.replace(word.clone()) {
            let ends = text.get(before.clone()).is_some_and(|end| ENDS.iter().any(|one| is_end(end, one)));
            let bare = text.get(word.clone()).unwrap_or_default().trim_end_matches([';', ')']);
            let blanks = bytes.get(before.end..word.start).unwrap_or_default();
            if ends && FOLLOWERS.contains(&bare) && !blanks.contains(&b'\n') {
                let copy = changed.get_or_insert_with(|| bytes.to_vec());
                if let Some(blank) = copy.get_mut(before.end) {
                    *blank = b';';
                }
            }
        }
    }
    String::from_utf8(changed?).ok()
}

fn is_end(word: &str, end: &str) -> bool {
    word == end || (end == ")" && word.ends_with(')'))
}

/// Words between blanks.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split([' ', '\t', '\n']).filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some(start..start + word.len())
    })
}

/// The text with the heredocs that it begins with behind the command's words, and its map. None where it begins
/// otherwise.
pub(crate) fn heredocs_last(text: &str, map: &Map) -> Option<(String, Map)> {
    let start = text.len() - text.trim_start().len();
    let line_end = text.get(start..)?.find('\n').map(|length| start + length)?;
    let mut heredocs = start..start;
    let mut command = start;
    while text.get(command..line_end)?.starts_with("<<") && !text.get(command..line_end)?.starts_with("<<<") {
        heredocs.end = heredoc_word(text, command, line_end)?;
        let rest = text.get(heredocs.end..line_end)?;
        command = heredocs.end + (rest.len() - rest.trim_start().len());
    }
    let rest = text.get(command..line_end)?;
    let words = rest.find(['|', '&', ';', '<', '>', '#']).unwrap_or(rest.len());
    if heredocs.is_empty() || command == heredocs.end || rest.get(..words)?.trim().is_empty() {
        return None;
    }
    let (mut moved, mut moved_map) = (String::with_capacity(text.len()), Map::empty());
    let order =
        [0..start, command..command + words, heredocs.end..command, heredocs, command + words..text.len()];
    for range in order {
        moved_map.push_copied(moved.len(), map, range.clone());
        moved.push_str(text.get(range)?);
    }
    Some((moved, moved_map.tidy()))
}

/// Where the word that begins with `<<` ends.
fn heredoc_word(text: &str, start: usize, line_end: usize) -> Option<usize> {
    let mut quote = None;
    let mut begun = false;
    for (at, c) in text.get(start + 2..line_end)?.char_indices() {
        match (c, quote) {
            ('\'' | '"', None) => (quote, begun) = (Some(c), true),
            (c, Some(open)) if c == open => quote = None,
            (c, None) if c.is_whitespace() && begun => return Some(start + 2 + at),
            (c, None) => begun |= !c.is_whitespace() && c != '-',
            _ => {}
        }
    }
    (quote.is_none() && begun).then_some(line_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_takes_the_place_of_a_blank() {
        assert_eq!(separated("if a; then (b) fi").as_deref(), Some("if a; then (b);fi"));
        assert_eq!(
            separated("if a; then if b; then c; fi  else d; fi"),
            Some("if a; then if b; then c; fi; else d; fi".to_owned())
        );
        assert_eq!(separated("echo fi; else"), None);
        assert_eq!(separated("fi\nelse"), None);
    }

    #[test]
    fn heredocs_move_behind_the_words_of_their_command() {
        let moved = |text: &str| heredocs_last(text, &Map::Straight(0)).map(|(text, _)| text);
        assert_eq!(moved("<<E bash -e\nx\nE\n").as_deref(), Some("bash -e <<E\nx\nE\n"));
        assert_eq!(moved(" <<-'a b' <<C cat | d\nx").as_deref(), Some(" cat  <<-'a b' <<C| d\nx"));
        for text in ["<<E\nx\nE\n", "<<E | a\nx", "<<< a b\n", "a <<E\n", "<<E >f\nx"] {
            assert_eq!(moved(text), None, "{text}");
        }
        let (text, map) = heredocs_last("<<E bash\nx\nE\n", &Map::Straight(10)).unwrap();
        let at = text.find("bash").unwrap();
        assert_eq!(map.exact(at..at + 4).unwrap().start, 14);
    }
}
