//! The wildcard patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}`: `*`, `?` and literals.
//!
//! What it refuses to do: bracket expressions, as BuildKit; and work without end: a pattern over a value may take only
//! so many steps.

/// Steps of one substitution: thousands of times what a real value needs.
const STEPS: usize = 20_000_000;

/// Why a pattern can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PatternError {
    /// A backslash before something that needs none.
    Escape(char),
    /// A backslash at the end.
    TrailingEscape,
    /// [`STEPS`] are not enough.
    TooCostly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Literal(char),
    One,
    Many,
}

/// A pattern, read.
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

impl Pattern {
    /// Reads a pattern; backslashes escape wildcards, `}`, `/` and themselves.
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '*' => Part::Many,
                '?' => Part::One,
                '\\' => match chars.next().ok_or(PatternError::TrailingEscape)? {
                    escaped @ ('*' | '?' | '\\' | '}' | '/') => Part::Literal(escaped),
                    other => return Err(PatternError::Escape(other)),
                },
                c => Part::Literal(c),
            });
        }
        Ok(Self { parts })
    }

    /// `value` without the shortest or longest match at its start.
    pub(crate) fn trim_start(&self, value: &str, longest: bool) -> Result<String, PatternError> {
        let chars: Vec<char> = value.chars().collect();
        let end = self.match_end(&chars, longest, &mut STEPS.clone())?;
        Ok(chars.iter().skip(end.unwrap_or(0)).collect())
    }

    /// `value` without the shortest or longest match at its end.
    pub(crate) fn trim_end(&self, value: &str, longest: bool) -> Result<String, PatternError> {
        let reversed = Self { parts: self.parts.iter().rev().copied().collect() };
        let backwards: String = value.chars().rev().collect();
        let kept = reversed.trim_start(&backwards, longest)?;
        Ok(kept.chars().rev().collect())
    }

    /// `value` with the first or all leftmost longest matches replaced.
    pub(crate) fn replace(&self, value: &str, replacement: &str, all: bool) -> Result<String, PatternError> {
        let chars: Vec<char> = value.chars().collect();
        let (mut result, mut at, mut matched_to) = (String::new(), 0, None);
        let mut steps = STEPS;
        while let Some(rest) = chars.get(at..) {
            let end = self.match_end(rest, true, &mut steps)?.map(|length| at + length);
            // No empty match right after a match, as in Go's regular expressions.
            let end = end.filter(|end| *end > at || matched_to != Some(at));
            if let Some(end) = end {
                result.push_str(replacement);
                matched_to = Some(end);
                if !all {
                    result.extend(chars.iter().skip(end));
                    return Ok(result);
                }
            }
            match end {
                Some(end) if end > at => at = end,
                _ => {
                    result.extend(chars.get(at));
                    at += 1;
                }
            }
        }
        Ok(result)
    }

    /// Where the shortest or longest match from the start of `chars` ends.
    ///
    /// Follows all ways through the pattern side by side, so that no input makes it try them one after another.
    fn match_end(
        &self,
        chars: &[char],
        longest: bool,
        steps: &mut usize,
    ) -> Result<Option<usize>, PatternError> {
        let mut states = vec![false; self.parts.len() + 1];
        if let Some(first) = states.first_mut() {
            *first = true;
        }
        self.skip_stars(&mut states);
        let mut end = None;
        for at in 0..=chars.len() {
            if states.last() == Some(&true) {
                end = Some(at);
                if !longest {
                    break;
                }
            }
            let Some(c) = chars.get(at) else { break };
            if !states.contains(&true) {
                break;
            }
            *steps = steps.checked_sub(states.len()).ok_or(PatternError::TooCostly)?;
            states = self.advance(&states, *c);
        }
        Ok(end)
    }

    fn advance(&self, states: &[bool], c: char) -> Vec<bool> {
        let mut next = vec![false; states.len()];
        for (index, (part, on)) in self.parts.iter().zip(states).enumerate() {
            let target = match part {
                Part::Literal(literal) if *literal == c => index + 1,
                Part::One if c != '\n' => index + 1,
                Part::Many if c != '\n' => index,
                _ => continue,
            };
            if let (true, Some(slot)) = (*on, next.get_mut(target)) {
                *slot = true;
            }
        }
        self.skip_stars(&mut next);
        next
    }

    fn skip_stars(&self, states: &mut [bool]) {
        let mut carried = false;
        for (index, state) in states.iter_mut().enumerate() {
            *state |= carried;
            carried = *state && self.parts.get(index) == Some(&Part::Many);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn ends_are_trimmed_by_the_shortest_or_the_longest_match() {
        assert_eq!(pattern("*-").trim_start("a-b-c", false).unwrap(), "b-c");
        assert_eq!(pattern("*-").trim_start("a-b-c", true).unwrap(), "c");
        assert_eq!(pattern("-*").trim_end("a-b-c", false).unwrap(), "a-b");
        assert_eq!(pattern("-*").trim_end("a-b-c", true).unwrap(), "a");
        assert_eq!(pattern("x*").trim_start("abc", true).unwrap(), "abc");
        assert_eq!(pattern("?").trim_start("한글", false).unwrap(), "글");
    }

    #[test]
    fn matches_are_replaced_once_or_everywhere() {
        assert_eq!(pattern(".").replace("1.2.3", "-", false).unwrap(), "1-2.3");
        assert_eq!(pattern(".").replace("1.2.3", "", true).unwrap(), "123");
        assert_eq!(pattern("*").replace("abc", "x", true).unwrap(), "x");
        assert_eq!(pattern("z").replace("abc", "x", true).unwrap(), "abc");
        assert_eq!(pattern("\\*").replace("a*b", "x", true).unwrap(), "axb");
    }

    #[test]
    fn hostile_patterns_stop() {
        let value = "a".repeat(20_000);
        let result = pattern(&"*a".repeat(2_000)).replace(&value, "", true);
        assert_eq!(result, Err(PatternError::TooCostly));
        assert_eq!(Pattern::parse("\\n").err(), Some(PatternError::Escape('n')));
    }
}
