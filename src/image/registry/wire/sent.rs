//! What this process sent to a server to be let in, so that nobody is told of it when the server says it back.
//!
//! What is taken out is exactly that: a user's name where it stands as a word of its own, a password, both as basic
//! authentication has them, and tokens. A server that writes them in another way was told them all the same, and could write
//! them anywhere.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::base::limits;
use crate::base::secrets::REDACTED;
use crate::base::text::percent_encoded;
use crate::image::registry::wire::secret::{Credentials, Secret};

/// What was sent, the latest last.
#[derive(Default)]
pub(crate) struct Sent(Mutex<Vec<Word>>);

#[derive(Clone, PartialEq, Eq)]
struct Word {
    text: String,
    /// Whether it counts only where it stands alone: a short word may be a part of any other.
    is_alone: bool,
}

impl Sent {
    /// Keeps in mind what credentials hold, in each way that it may come back.
    pub(super) fn credentials(&self, credentials: &Credentials) {
        match &credentials.secret {
            Secret::Password { user, password } => {
                let pair = format!("{user}:{password}");
                for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
                    self.keep(engine.encode(&pair), false);
                }
                self.keep(escaped(password), false);
                self.keep(password.clone(), password.len() < SHORT);
                self.keep(user.clone(), true);
            }
            Secret::Identity(token) | Secret::Bearer(token) => self.token(token),
        }
    }

    /// Keeps a token in mind.
    pub(super) fn token(&self, token: &str) {
        self.keep(token.to_owned(), token.len() < SHORT);
    }

    fn keep(&self, text: String, is_alone: bool) {
        let word = Word { text, is_alone };
        let mut words = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if word.text.is_empty() || words.contains(&word) {
            return;
        }
        // Of tokens that are renewed without end, those that still open anything.
        if words.len() >= limits::SENT_WORDS {
            words.remove(0);
        }
        words.push(word);
    }

    /// What a server says, without what it was sent.
    pub(crate) fn without(&self, said: &str) -> String {
        let mut words = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // A password may hold the user's name, and a pair both.
        words.sort_by_key(|word| std::cmp::Reverse(word.text.len()));
        let mut said = said.to_owned();
        for Word { text, is_alone } in words {
            said = if is_alone { replaced(&said, &text) } else { said.replace(&text, REDACTED) };
        }
        said
    }
}

/// Bytes of what may stand in other words by chance.
const SHORT: usize = 6;

/// `said` with the word replaced where no letter or digit stands beside it.
fn replaced(said: &str, word: &str) -> String {
    let mut out = String::with_capacity(said.len());
    let mut from = 0;
    for (at, _) in said.match_indices(word) {
        let before = said.get(..at).and_then(|before| before.chars().next_back());
        let after = said.get(at + word.len()..).and_then(|after| after.chars().next());
        if [before, after].into_iter().flatten().any(char::is_alphanumeric) {
            continue;
        }
        out.push_str(said.get(from..at).unwrap_or_default());
        out.push_str(REDACTED);
        from = at + word.len();
    }
    out.push_str(said.get(from..).unwrap_or_default());
    out
}

/// As a URL's query has it.
fn escaped(text: &str) -> String {
    let escaped = percent_encoded(text, b"");
    // Without a sign in it, it is what it was, short or not.
    if escaped == text { String::new() } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(user: &str, password: &str) -> Sent {
        let sent = Sent::default();
        let secret = Secret::Password { user: user.into(), password: password.into() };
        sent.credentials(&Credentials { secret, account: String::new() });
        sent
    }

    #[test]
    fn what_was_sent_is_taken_out_in_each_way_that_it_comes_back() {
        let sent = sent("bob", "pa ss/bob:x+1");
        sent.token("tok.en-1");
        let pair = STANDARD.encode("bob:pa ss/bob:x+1");
        for said in [
            format!("no: Basic {pair}"),
            format!("no: Basic {}", pair.trim_end_matches('=')),
            "no, pa ss/bob:x+1".to_owned(),
            "no, ?p=pa%20ss%2Fbob%3Ax%2B1".to_owned(),
            "user 'bob' may not".to_owned(),
            "bob:pa ss/bob:x+1 is wrong".to_owned(),
            "Bearer tok.en-1 is old".to_owned(),
        ] {
            let shown = sent.without(&said);
            assert!(shown.contains(REDACTED), "{shown}");
            for word in ["bob", "pa ss", "x+1", "%20", "tok.en", pair.trim_end_matches('=')] {
                assert!(!shown.contains(word), "{shown}");
            }
        }
    }

    #[test]
    fn nothing_else_is_taken_out() {
        let sent = sent("a", "b1");
        for said in ["a1 is a bad tag", "denied: abacus/b12 is not ab1", ""] {
            assert_eq!(sent.without(said), said.replace(" a ", " [redacted] "));
        }
        assert_eq!(Sent::default().without("bob"), "bob");
        assert_eq!(super::replaced("", "x"), "");
    }

    #[test]
    fn what_is_kept_is_capped_and_the_latest_stays() {
        let sent = Sent::default();
        (0..limits::SENT_WORDS * 3).for_each(|number| sent.token(&format!("token-{number}")));
        assert_eq!(sent.0.lock().unwrap().len(), limits::SENT_WORDS);
        let last = format!("token-{}", limits::SENT_WORDS * 3 - 1);
        assert_eq!(sent.without(&last), REDACTED);
    }
}
