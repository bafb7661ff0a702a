//! Reads of what may be larger than it should be, and waits for what may take longer.

use std::io::{self, Read};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

/// How often a program is looked after.
const GLANCE: Duration = Duration::from_millis(2);

/// All bytes of `from`; none where there are more than `limit`, of which no more than one is read.
pub fn read(from: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= limit))
}

/// Waits for a program to end, and ends one that takes longer than `limit`; whether it succeeded.
pub fn wait(child: &mut Child, limit: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::other(format!("no answer in {} seconds", limit.as_secs())));
        }
        thread::sleep(GLANCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_at_the_limit_is_read_and_what_is_above_is_not() {
        assert_eq!(read(&b"abc"[..], 3).unwrap().as_deref(), Some(&b"abc"[..]));
        assert_eq!(read(&b"abcd"[..], 3).unwrap(), None);
        assert_eq!(read(io::repeat(0), 3).unwrap(), None);
        assert_eq!(read(&b"abc"[..], u64::MAX).unwrap().map(|bytes| bytes.len()), Some(3));
    }
}
