//! The patterns of `${X#…}`, `${X%…}` and `${X/…/…}`: `*`, `?` and brackets.
//!
//! What it refuses to do: classes (`[[:alpha:]]`) and bash's extended patterns are not known; nor is work beyond a budget.

/// Comparisons of one pattern with one value.
const STEPS: usize = 1 << 18;

/// The value without what the pattern matches at its start or end.
pub(crate) fn remove(value: &str, pattern: &str, suffix: bool, longest: bool) -> Option<String> {
    let mut matcher = Matcher::new(pattern)?;
    let cuts = || value.char_indices().map(|(at, _)| at).chain([value.len()]);
    // A long match at the end begins early; one at the start ends late.
    let mut ordered: Vec<usize> = cuts().collect();
    if suffix != longest {
        ordered.reverse();
    }
    for cut in ordered {
        let (start, end) = value.split_at(cut);
        let (matched, kept) = if suffix { (end, start) } else { (start, end) };
        if matcher.matches(matched)? {
            return Some(kept.to_owned());
        }
    }
    Some(value.to_owned())
}

/// The value with what the pattern matches replaced, as long a match as there is.
pub(crate) fn replace(value: &str, pattern: &str, replacement: &str, all: bool) -> Option<String> {
    if pattern.is_empty() {
        return Some(value.to_owned());
    }
    let mut matcher = Matcher::new(pattern)?;
    let mut replaced = String::new();
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        let mut ends: Vec<usize> = rest.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
        let mut longest = None;
        while let Some(end) = ends.pop() {
            if matcher.matches(rest.get(..end)?)? {
                longest = Some(end);
                break;
            }
        }
        match longest {
            Some(end) => {
                replaced.push_str(replacement);
                rest = rest.get(end..)?;
                if !all {
                    break;
                }
            }
            None => {
                replaced.push(first);
                rest = rest.get(first.len_utf8()..)?;
            }
        }
        if replaced.len() > crate::base::limits::SHELL_VALUE_BYTES {
            return None;
        }
    }
    replaced.push_str(rest);
    Some(replaced)
}

enum Piece {
    Any,
    One,
    Char(char),
    Set { not: bool, chars: Vec<(char, char)> },
}

struct Matcher {
    pieces: Vec<Piece>,
    left: usize,
}

impl Matcher {
    fn new(pattern: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut chars = pattern.chars().peekable();
        while let Some(c) = chars.next() {
            pieces.push(match c {
                '*' => Piece::Any,
                '?' => Piece::One,
                '\\' => Piece::Char(chars.next()?),
                '[' => {
                    let not = chars.next_if(|c| matches!(c, '!' | '^')).is_some();
                    let mut set = Vec::new();
                    loop {
                        let from = chars.next()?;
                        if from == ']' && !set.is_empty() {
                            break;
                        }
                        if from == '[' {
                            return None;
                        }
                        let mut to = from;
                        if chars.next_if_eq(&'-').is_some() {
                            match chars.next_if(|c| *c != ']') {
                                Some(end) => to = end,
                                None => set.push(('-', '-')),
                            }
                        }
                        set.push((from, to));
                    }
                    Piece::Set { not, chars: set }
                }
                c => Piece::Char(c),
            });
        }
        Some(Self { pieces, left: STEPS })
    }

    /// Whether the pattern matches all of a text; none when the budget is used up.
    fn matches(&mut self, text: &str) -> Option<bool> {
        let chars: Vec<char> = text.chars().collect();
        let (mut piece, mut at) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        loop {
            self.left = self.left.checked_sub(1)?;
            let fits = match (self.pieces.get(piece), chars.get(at)) {
                (None, None) => return Some(true),
                (Some(Piece::Any), _) => {
                    star = Some((piece, at));
                    piece += 1;
                    continue;
                }
                (Some(Piece::One), Some(_)) => true,
                (Some(Piece::Char(wanted)), Some(c)) => wanted == c,
                (Some(Piece::Set { not, chars }), Some(c)) => {
                    chars.iter().any(|(from, to)| from <= c && c <= to) != *not
                }
                _ => false,
            };
            if fits {
                (piece, at) = (piece + 1, at + 1);
                continue;
            }
            let Some((begin, from)) = star.filter(|(_, from)| *from < chars.len()) else {
                return Some(false);
            };
            star = Some((begin, from + 1));
            (piece, at) = (begin + 1, from + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_or_longest_match_is_taken_off_either_end() {
        let removed = |pattern, suffix, longest| remove("12.4.1", pattern, suffix, longest).unwrap();
        assert_eq!(removed(".*", true, false), "12.4");
        assert_eq!(removed(".*", true, true), "12");
        assert_eq!(removed("*.", false, false), "4.1");
        assert_eq!(removed("*.", false, true), "1");
        assert_eq!(removed("x*", true, true), "12.4.1");
        assert_eq!(removed("[0-9]", true, true), "12.4.");
    }

    #[test]
    fn matches_are_replaced_once_or_everywhere() {
        assert_eq!(replace("12.4.1", ".", "-", false).unwrap(), "12-4.1");
        assert_eq!(replace("12.4.1", ".", "", true).unwrap(), "1241");
        assert_eq!(replace("aXbXc", "X*X", "-", true).unwrap(), "a-c");
        assert_eq!(replace("é.é", "é", "e", true).unwrap(), "e.e");
    }

    #[test]
    fn a_pattern_that_explodes_is_not_known() {
        assert_eq!(replace(&"a".repeat(2000), &"*a".repeat(40), "b", true), Some("b".to_owned()));
        assert_eq!(replace(&"a".repeat(5000), "a*b", "c", true), None);
        assert_eq!(remove("a", "[[:alpha:]]", true, true), None);
    }
}
