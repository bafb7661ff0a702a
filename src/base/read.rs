//! Reading what may be larger than it should be: all of it, or none under a cap.

use std::io::{self, Read};

/// All bytes of `reader`; `None` where there are more than `cap`. It reads one byte past the cap at most.
pub fn at_most(reader: impl Read, cap: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(cap.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= cap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_the_cap_is_read_whole_and_what_does_not_is_not_given() {
        assert_eq!(at_most(&b"four"[..], 4).unwrap().as_deref(), Some(&b"four"[..]));
        assert_eq!(at_most(&b"four"[..], 3).unwrap(), None);
        assert_eq!(at_most(io::repeat(0), 1 << 20).unwrap(), None);
    }

    #[test]
    fn the_cap_of_everything_is_no_cap() {
        assert_eq!(at_most(&b"four"[..], u64::MAX).unwrap().map(|bytes| bytes.len()), Some(4));
    }
}
