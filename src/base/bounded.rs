//! Reads of what may be larger than it should be.

use std::io::{self, Read};

/// All bytes of `from`; none where there are more than `limit`, of which no more than one is read.
pub fn read(from: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= limit))
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
