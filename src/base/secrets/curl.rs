//! What curl takes: logins, cookies and passwords of certificates. Its short options may stand together (`-fsSLu USER:VALUE`), and
//! the last of them takes the rest or the next word.

use super::named;
use super::spans::Spans;
use super::words::Word;

/// The short options that take a value.
const TAKING: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/// The long options, by the short ones they are; the proxy's own have none.
const LONG: [(&str, char); 6] = [
    ("--user", 'u'),
    ("--proxy-user", 'u'),
    ("--cookie", 'b'),
    ("--cert", 'E'),
    ("--proxy-cert", 'E'),
    ("--socks5-basic", 'U'),
];

pub(super) fn find(spans: &mut Spans<'_>, after: &[Word]) {
    let text = spans.text;
    for (at, word) in after.iter().enumerate() {
        let option = word.text(text);
        let Some((letter, length)) = option_of(option) else { continue };
        let range = match after.get(at + 1) {
            _ if length < option.len() => word.range.start + length..word.range.end,
            Some(next) => next.range.clone(),
            None => continue,
        };
        let is_joined =
            option.starts_with("--") && text.get(range.clone()).is_some_and(|value| value.starts_with('='));
        let range = range.start + usize::from(is_joined)..range.end;
        let value = text.get(range.clone()).unwrap_or_default();
        let sign = match letter {
            'u' | 'U' => value.find(':'),
            'E' => value.rfind(':'),
            // Without the sign it names a file.
            'b' if value.contains('=') => {
                named::cookie(spans, range.start);
                continue;
            }
            _ => continue,
        };
        if let Some(sign) = sign {
            spans.push(range.start + sign + 1..range.end);
        }
    }
}

/// The letter of the option that takes a value, and where that begins in the word.
fn option_of(option: &str) -> Option<(char, usize)> {
    if option.starts_with("--") {
        let known = LONG.iter().find(|(name, _)| {
            option.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        });
        return known.map(|(name, letter)| (*letter, name.len()));
    }
    let letters = option.strip_prefix('-')?;
    let (at, letter) = letters.char_indices().find(|(_, letter)| TAKING.contains(*letter))?;
    let is_cluster = letters.get(..at)?.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
    is_cluster.then_some((letter, 1 + at + letter.len_utf8()))
}
