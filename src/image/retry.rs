//! When to ask again, and how long to wait before: a registry's own `Retry-After`, else twice as long each time.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::base::limits;

/// The first pause.
const FIRST: Duration = Duration::from_millis(200);

/// Whether a status says to come back later.
pub(crate) fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// How long to wait before attempt number `attempt`, the first being 0; `None` when it is not worth waiting.
pub(crate) fn pause(attempt: u32, headers: Option<&HeaderMap>) -> Option<Duration> {
    if attempt >= limits::RETRIES {
        return None;
    }
    let own = FIRST.saturating_mul(1 << attempt.min(8));
    match headers.and_then(retry_after) {
        Some(asked) if asked > limits::RETRY_AFTER => None,
        Some(asked) => Some(asked.max(own)),
        None => Some(own),
    }
}

/// The seconds of `Retry-After`; a date there is left to our own pauses, since it needs clocks that agree.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(seconds: &str) -> HeaderMap {
        HeaderMap::from_iter([(RETRY_AFTER, seconds.parse().unwrap())])
    }

    #[test]
    fn pauses_double_and_end() {
        assert_eq!(pause(0, None), Some(FIRST));
        assert_eq!(pause(2, None), Some(FIRST * 4));
        assert_eq!(pause(limits::RETRIES, None), None);
    }

    #[test]
    fn the_registry_says_how_long_within_reason() {
        assert_eq!(pause(0, Some(&headers("3"))), Some(Duration::from_secs(3)));
        assert_eq!(pause(0, Some(&headers("0"))), Some(FIRST));
        assert_eq!(pause(0, Some(&headers("86400"))), None);
        assert_eq!(pause(0, Some(&headers("Wed, 21 Oct 2026 07:28:00 GMT"))), Some(FIRST));
    }
}
