//! Words that CI runners take for commands when they stand in a log, whoever put them there.
//!
//! GitHub's runner and Azure's agent look for `##[` and `##vso[` anywhere in a line, TeamCity's for `##teamcity[`; GitHub's
//! looks for `::` at a line's start, behind white space too. What looks for any other word of this form is held off as well.

/// Letters and digits between the signs; no runner's word is longer.
const WORD: usize = 32;

/// Whether `text` begins with what begins a command anywhere in a line: `##[`, or a word between the two.
pub fn is_command(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"##") else { return false };
    let word = rest.iter().take(WORD).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    rest.get(word) == Some(&b'[')
}

/// Whether one of these stands anywhere in `text`, or `::` at the start of a line of it.
pub fn has_command(text: &str) -> bool {
    let signs = text.match_indices("##");
    let is_line = |line: &str| line.trim_start().starts_with("::");
    signs.filter_map(|(at, _)| text.as_bytes().get(at..)).any(|rest| is_command(rest) || has_later(rest))
        || text.split(['\n', '\r']).any(is_line)
}

/// Of a run of signs, only the last two may begin a command.
fn has_later(run: &[u8]) -> bool {
    let signs = run.iter().take_while(|byte| **byte == b'#').count();
    run.get(signs.saturating_sub(2)..).is_some_and(is_command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_known_wherever_they_stand() {
        for text in [
            "##[group]x",
            "a ##vso[task.setvariable]b",
            "####[x",
            "a\r::set-env::b",
            "\n \u{a0}::error::",
            "::x",
        ] {
            assert!(has_command(text), "{text:?}");
        }
        for text in ["## [x]", "#[x]", "std::path", "a ::b", "##[x".trim_end_matches("[x"), "## Heading"] {
            assert!(!has_command(text), "{text:?}");
        }
        assert!(!is_command(&[b"##", &b"a".repeat(100_000)[..], b"["].concat()));
    }
}
