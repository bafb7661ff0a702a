//! What a registry asks for in a 401 (`WWW-Authenticate`): basic, or bearer with a token from the realm it names.

use http_auth::parser::ChallengeParser;
use http_auth::{ChallengeRef, ParamValue};
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};

use crate::image::registry::wire::secret::{Credentials, Secret};

/// What a registry asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A name and a password with each request.
    Basic,
    /// A token from `realm`.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// The challenge of a 401 that can be answered; bearer before basic, as docker has it.
pub(crate) fn of(headers: &HeaderMap) -> Option<Challenge> {
    let mut basic = None;
    for header in headers.get_all(WWW_AUTHENTICATE) {
        let Ok(text) = header.to_str() else { continue };
        for challenge in parse(text) {
            let param = |name: &str| {
                let named = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                named
                    .map(|(_, value): &(&str, ParamValue<'_>)| value.to_unescaped())
                    .filter(|v| !v.is_empty())
            };
            if challenge.scheme.eq_ignore_ascii_case("bearer")
                && let Some(realm) = param("realm")
            {
                return Some(Challenge::Bearer { realm, service: param("service"), scope: param("scope") });
            }
            if challenge.scheme.eq_ignore_ascii_case("basic") {
                basic = Some(Challenge::Basic);
            }
        }
    }
    basic
}

/// The challenges of one header. One that the grammar has not (`Negotiate` with a token) hides none of the others.
fn parse(text: &str) -> Vec<ChallengeRef<'_>> {
    const MOST: usize = 16;
    let mut challenges = Vec::new();
    let commas = text.match_indices(',').filter_map(|(at, _)| text.get(at + 1..));
    for rest in std::iter::once(text).chain(commas).take(MOST) {
        let read: Vec<_> = ChallengeParser::new(rest.trim_start()).collect();
        let is_whole = read.iter().all(Result::is_ok);
        challenges.extend(read.into_iter().flatten());
        if is_whole {
            break;
        }
    }
    challenges
}

/// The header that `credentials` become in a registry that asks for basic authentication.
pub(crate) fn basic(credentials: &Credentials) -> Option<HeaderValue> {
    match &credentials.secret {
        Secret::Password { user, password } => {
            use base64::Engine as _;
            let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            secret_header(&format!("Basic {pair}"))
        }
        Secret::Bearer(token) => bearer(token),
        Secret::Identity(_) => None,
    }
}

/// The header that a token becomes.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    secret_header(&format!("Bearer {token}"))
}

fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(header: &str) -> Option<Challenge> {
        of(&HeaderMap::from_iter([(WWW_AUTHENTICATE, header.parse().unwrap())]))
    }

    #[test]
    fn a_bearer_challenge_is_taken_apart() {
        let text =
            r#"Bearer realm="https://auth.example.com/token",service="reg",scope="repository:a/b:pull,push""#;
        let expected = Challenge::Bearer {
            realm: "https://auth.example.com/token".into(),
            service: Some("reg".into()),
            scope: Some("repository:a/b:pull,push".into()),
        };
        assert_eq!(asked(text), Some(expected));
    }

    #[test]
    fn bearer_goes_before_basic_and_others_are_passed_over() {
        assert_eq!(asked(r#"Basic realm="x""#), Some(Challenge::Basic));
        let both = asked(r#"Basic realm="x", Bearer realm="https://a.io/t""#);
        assert!(matches!(both, Some(Challenge::Bearer { service: None, scope: None, .. })));
        assert_eq!(asked("Negotiate"), None);
        assert_eq!(asked("Bearer"), None);
        assert_eq!(asked("\"\\"), None);
    }

    #[test]
    fn a_challenge_that_cannot_be_read_hides_no_other() {
        for text in [
            r#"Negotiate, BASIC realm="Repository Manager""#,
            r#"Negotiate YII+/w==, Basic realm="x""#,
            r#"Basic realm="x", Negotiate YII+/w=="#,
            r#"NTLM TlRMTVNTUAAC==, Digest qop="auth,auth-int", basic realm="a, b""#,
        ] {
            assert_eq!(asked(text), Some(Challenge::Basic), "{text}");
        }
        let bearer = asked(r#"Negotiate YII=, Bearer realm="https://a.io/t",service="s""#);
        assert!(matches!(bearer, Some(Challenge::Bearer { service: Some(_), .. })), "{bearer:?}");
    }
}
