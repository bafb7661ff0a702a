//! Times of files in words, with their fractions where these alone differ.

use crate::formats::tar::entry::Mtime;

/// A second has so many nanoseconds.
const SECOND: i128 = 1_000_000_000;

/// `mtime 5 became 9 (+4 s)`, `mtime 5.25 became 5 (-0.25 s)`.
pub(crate) fn moved(old: Mtime, new: Mtime) -> String {
    let [old_text, new_text] = both(old, new);
    let by = nanos(new) - nanos(old);
    let sign = if by < 0 { '-' } else { '+' };
    // What is apart by seconds is not told to the nanosecond.
    let by =
        if old.seconds == new.seconds { by } else { SECOND * i128::from(new.seconds.abs_diff(old.seconds)) };
    format!("mtime {old_text} became {new_text} ({sign}{} s)", text(by.abs()))
}

/// Two times, with their fractions where their seconds are the same.
pub(crate) fn both(a: Mtime, b: Mtime) -> [String; 2] {
    match a.seconds == b.seconds {
        true => [a, b].map(|time| signed(nanos(time))),
        false => [a, b].map(|time| time.seconds.to_string()),
    }
}

fn nanos(time: Mtime) -> i128 {
    i128::from(time.seconds) * SECOND + i128::from(time.nanos)
}

fn signed(nanos: i128) -> String {
    if nanos < 0 { format!("-{}", text(-nanos)) } else { text(nanos) }
}

fn text(nanos: i128) -> String {
    let (seconds, rest) = (nanos / SECOND, nanos % SECOND);
    match rest {
        0 => seconds.to_string(),
        rest => format!("{seconds}.{}", format!("{rest:09}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_told_where_they_alone_differ() {
        let time = |seconds, nanos| Mtime { seconds, nanos };
        for (old, new, told) in [
            (time(5, 0), time(9, 0), "mtime 5 became 9 (+4 s)"),
            (time(9, 1), time(5, 2), "mtime 9 became 5 (-4 s)"),
            (time(5, 250_000_000), time(5, 0), "mtime 5.25 became 5 (-0.25 s)"),
            (time(5, 0), time(5, 1), "mtime 5 became 5.000000001 (+0.000000001 s)"),
            (time(-1, 500_000_000), time(-1, 0), "mtime -0.5 became -1 (-0.5 s)"),
        ] {
            assert_eq!(moved(old, new), told);
        }
    }
}
