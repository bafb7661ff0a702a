//! How slow a server may be.
//!
//! A server that sends a byte now and then is never silent, and would never end. What counts is how long its bytes were
//! waited for, and not how long whoever reads them took: after a slow start they must come at a least rate on average, and
//! whatever they are, a day is the end.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::base::limits;

/// The waiting for one document or blob, over all its responses.
#[derive(Debug)]
pub(crate) struct Pace {
    start: Duration,
    rate: u64,
    waited: Duration,
    received: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self::new(limits::SLOW_START, limits::LEAST_RATE)
    }
}

/// That a server is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooSlow {
    received: u64,
    waited: Duration,
}

impl Pace {
    /// A pace of `rate` bytes a second after `start`.
    pub(crate) fn new(start: Duration, rate: u64) -> Self {
        Self { start, rate, waited: Duration::ZERO, received: 0 }
    }

    /// What `bytes` gives, a piece of the response, if it comes in time.
    pub(crate) async fn next<T: AsRef<[u8]>, E>(
        &mut self,
        bytes: impl Future<Output = Result<Option<T>, E>>,
    ) -> Result<Result<Option<T>, E>, TooSlow> {
        let begun = Instant::now();
        let piece = tokio::time::timeout(self.left(), bytes).await;
        self.waited = self.waited.saturating_add(begun.elapsed());
        let piece = piece.map_err(|_| TooSlow { received: self.received, waited: self.waited })?;
        if let Ok(Some(bytes)) = &piece {
            self.received = self.received.saturating_add(bytes.as_ref().len() as u64);
        }
        Ok(piece)
    }

    /// How long the next piece may take.
    fn left(&self) -> Duration {
        let earned = Duration::from_secs(self.received / self.rate.max(1));
        self.start.saturating_add(earned).min(limits::TRANSFER).saturating_sub(self.waited)
    }
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { received, waited } = self;
        write!(f, "the server is too slow: {received} bytes came in {} seconds", waited.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes of one a second come before a pace gives up, in a time that passes by itself.
    async fn trickle(mut pace: Pace, bytes: usize, every: Duration) -> Result<u64, TooSlow> {
        loop {
            let piece = async {
                tokio::time::sleep(every).await;
                Ok::<_, ()>(Some(vec![0_u8; bytes]))
            };
            pace.next(piece).await?.unwrap();
            if pace.received > 64 << 20 {
                return Ok(pace.received);
            }
        }
    }

    fn paused<T>(future: impl Future<Output = T>) -> T {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_time().build().unwrap().block_on(future)
    }

    #[test]
    fn one_byte_at_a_time_ends() {
        let pace = || Pace::new(Duration::from_millis(60), 1 << 20);
        let slow = paused(trickle(pace(), 1, Duration::from_millis(5))).unwrap_err();
        assert!(slow.received < 20 && slow.waited < Duration::from_secs(2), "{slow:?}");
        // As much as there is, as fast as it is read.
        assert!(paused(trickle(pace(), 1 << 20, Duration::ZERO)).is_ok());
    }

    #[test]
    fn what_came_buys_time_and_a_day_is_the_end() {
        let mut pace = Pace::default();
        assert_eq!(pace.left(), limits::SLOW_START);
        pace.received = 100 * limits::LEAST_RATE;
        pace.waited = Duration::from_secs(150);
        assert_eq!(pace.left(), Duration::from_secs(70));
        pace.received = u64::MAX;
        assert_eq!(pace.left(), limits::TRANSFER - Duration::from_secs(150));
        pace.waited = limits::TRANSFER * 2;
        assert_eq!(pace.left(), Duration::ZERO);
    }
}
