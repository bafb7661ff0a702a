//! Dates in text: finds them, hides them, moves them.
//!
//! A date is told by its shape (ISO 8601, RFC 2822, ctime, what `date` prints, a log's) and by standing free: no
//! letter or digit touches it. Digits alone (seconds since the epoch, `20260822`) are a date only near a known time, and
//! so are those whose order may be another (`08/09/2026`).

mod builds;
mod format;

use std::sync::LazyLock;

use super::calendar::{self, DAY};
use super::lines;
use super::names::{self, Names};
use crate::base::path::LayerPath;
pub(crate) use builds::{Differing, differing};

/// How far from a known time a date may be to have been told by the same clock: a build, and a zone.
pub(crate) const NEAR: i64 = 2 * DAY;

/// Put in a date's place; text holds no NUL.
const HIDDEN: &[u8] = b"\0date";

const YEAR: i64 = 365 * DAY;

/// Formats that may begin with so many digits, none for a word, and go on behind them with that byte: most that stand free in
/// text begin none. Of two that match in one place the earlier counts.
fn formats(digits: usize, behind: u8) -> &'static [&'static str] {
    match (digits, behind) {
        (0, b'A'..=b'Z') => &[
            "%a, %e %b %Y %H:%M:%S",
            "%a, %D %b %Y %H:%M:%S",
            "%a %b %e %I:%M:%S %p %Z %Y",
            "%a %b %e %H:%M:%S %Z %Y",
            "%a %b %e %H:%M:%S %Y",
            "%a %e %b %Y %I:%M:%S %p",
            "%a %e %b %Y %H:%M:%S",
            "%L %D, %Y",
            "%b %e %Y %H:%M:%S",
            "%b %e %Y",
            "%b %e, %Y",
            "%b %e %H:%M:%S",
            "%b%d_%H-%M-%S",
        ],
        (1 | 2, b' ') => &["%D %L %Y", "%D %b %Y %H:%M:%S", "%D %b %Y"],
        (2, b'/') => &["%d/%b/%Y:%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y"],
        (2, b'-') => &["%d-%b-%Y %I:%M:%S %p", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y"],
        (2, b'.') => &["%d.%m.%Y %H:%M:%S", "%d.%m.%Y"],
        (2, b':') => &["%H:%M:%S"],
        (4, b'-') => &[
            "%Y-%m-%dT%H:%M:%S",
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%d  %H:%M:%S",
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%d %H:%M",
            "%Y-%m-%d_%H-%M-%S",
            "%Y-%m-%dT%H-%M-%S",
            "%Y-%m-%dT%H_%M_%S",
            "%Y-%m-%d-%H-%M-%S",
            "%Y-%m-%d",
        ],
        (4, b'/') => &["%Y/%m/%d %H:%M:%S", "%Y/%m/%d"],
        (4, b'.') => &["%Y.%m.%d %H:%M:%S", "%Y.%m.%d"],
        (8, _) => &[
            "%Y%m%dT%H%M%S",
            "%Y%m%d.%H%M%S",
            "%Y%m%d-%H%M%S",
            "%Y%m%d_%H%M%S",
            "%Y%m%d-%H%M",
            "%Y%m%d_%H%M",
            "%Y%m%d",
        ],
        (12, _) => &["%Y%m%d%H%M"],
        (14, _) => &["%Y%m%d%H%M%S"],
        // Seconds, and milli-, micro- and nanoseconds.
        (10 | 13 | 16 | 19, _) => &["%s"],
        _ => &[],
    }
}

/// A date in text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Date {
    start: usize,
    end: usize,
    format: &'static str,
    /// Seconds since the epoch, its zone not looked at; of a time without a day, seconds of a day.
    pub(crate) seconds: i64,
    /// Behind what the format says, from here on: a fraction, a zone.
    tail: usize,
    /// Seconds of the least that it tells.
    unit: i64,
}

impl Date {
    /// Whether the clock that told `near` may have told this. A time without a day is near to any.
    pub(crate) fn is_near(&self, near: i64) -> bool {
        let apart = i64::try_from(self.seconds.abs_diff(near)).unwrap_or(i64::MAX);
        // The year that was taken for one without may be the one before or behind.
        !self.has_day() || apart <= NEAR || !self.has_year() && (YEAR - apart).abs() <= NEAR
    }

    /// The text of the date.
    pub(crate) fn text<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether it tells less than a second.
    pub(crate) fn has_fraction(&self, text: &[u8]) -> bool {
        let tail = text.get(self.tail..self.end).unwrap_or_default();
        matches!(tail, [b'.' | b',', ..]) || tail.len() >= 3 && tail.iter().all(u8::is_ascii_digit)
    }

    fn has_day(&self) -> bool {
        self.format != "%H:%M:%S"
    }

    fn has_year(&self) -> bool {
        self.format.contains("%Y") || self.format == "%s"
    }

    /// How far it moves where the text that it stands in, written at `near`, moves by so many seconds: a date without a time
    /// with the day, one without seconds with the minute.
    pub(crate) fn shift(&self, near: i64, by: i64) -> i64 {
        let unit = self.unit;
        (near.saturating_add(by).div_euclid(unit) - near.div_euclid(unit)).saturating_mul(unit)
    }
}

/// Whether a date may start with the byte, and whether one may stand right behind it: not behind a word, but for the two
/// letters that mark one, `v20260822` and setuptools_scm's `.d20260822`.
const STARTS: u8 = 1;
const LETS_START: u8 = 2;

static CLASSES: LazyLock<[u8; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let byte = u8::try_from(byte).unwrap_or_default();
        let starts = if byte.is_ascii_digit() || byte.is_ascii_uppercase() { STARTS } else { 0 };
        let is_in_word = byte.is_ascii_alphanumeric() && !matches!(byte, b'v' | b'd');
        starts | if is_in_word { 0 } else { LETS_START }
    })
});

/// The dates in `text`; `near` is when it was written.
pub(crate) fn find(text: &[u8], near: i64) -> Vec<Date> {
    let mut dates = Vec::new();
    let mut end = 0;
    let mut before = LETS_START;
    let classes = &*CLASSES;
    for (at, byte) in text.iter().enumerate() {
        let class = classes.get(usize::from(*byte)).copied().unwrap_or(0);
        // Without a branch: in text that looks drawn none could be foretold.
        let may_begin = class & (before / LETS_START) & STARTS != 0;
        before = class;
        if may_begin
            && at >= end
            && let Some(date) = date_at(text, at, near)
        {
            end = date.end;
            dates.push(date);
        }
    }
    dates
}

fn date_at(text: &[u8], at: usize, near: i64) -> Option<Date> {
    let before = at.checked_sub(1).and_then(|before| text.get(before)).copied().unwrap_or(b' ');
    let stands_free = !before.is_ascii_alphanumeric() || digits(text, at) == 8;
    stands_free.then(|| date(text, at, before, near))?
}

/// Two texts with their dates hidden in the lines that differ. `times` are when they were written.
pub(crate) fn hide_differing(old: &[u8], new: &[u8], times: (i64, i64)) -> (Vec<u8>, Vec<u8>) {
    lines::hide_differing(old, new, |old, new| (hidden(old, times.0), hidden(new, times.1)))
}

/// Whether `text` has a date and no other than those that the clock of `near` may have told.
pub(crate) fn all_near(text: &[u8], near: i64) -> bool {
    let dates = find(text, near);
    !dates.is_empty() && dates.iter().all(|date| date.is_near(near))
}

/// The path without the times of the build that it names, and without temporary names beside them; `None` where it names no
/// such time. `near` is when the file was written.
pub(crate) fn undated(path: &LayerPath, near: i64) -> Option<Vec<u8>> {
    let dates = of_clock(path.as_bytes(), near);
    if !dates.iter().any(Date::has_day) {
        return None;
    }
    Some(names::hide_hosts(&without(path.as_bytes(), &dates), Names::Sure))
}

/// The text with its dates hidden.
pub(crate) fn hidden(text: &[u8], near: i64) -> Vec<u8> {
    without(text, &find(text, near))
}

fn without(text: &[u8], dates: &[Date]) -> Vec<u8> {
    let mut hidden = Vec::with_capacity(text.len());
    let mut at = 0;
    for date in dates {
        hidden.extend_from_slice(text.get(at..date.start).unwrap_or_default());
        hidden.extend_from_slice(HIDDEN);
        at = date.end;
    }
    hidden.extend_from_slice(text.get(at..).unwrap_or_default());
    hidden
}

/// The dates in `text` that the clock of `near` told.
pub(crate) fn of_clock(text: &[u8], near: i64) -> Vec<Date> {
    find(text, near).into_iter().filter(|date| date.is_near(near)).collect()
}

/// The text, written at `near`, with these of its dates moved by `by` seconds.
pub(crate) fn moved(text: &[u8], dates: &[Date], near: i64, by: i64) -> Option<Vec<u8>> {
    let mut moved = Vec::with_capacity(text.len());
    let mut at = 0;
    for date in dates {
        moved.extend_from_slice(text.get(at..date.start)?);
        let by = date.shift(near, by);
        format::write(
            &mut moved,
            date.format,
            date.seconds.saturating_add(by),
            text.get(date.start..date.tail)?,
        )?;
        moved.extend_from_slice(text.get(date.tail..date.end)?);
        at = date.end;
    }
    moved.extend_from_slice(text.get(at..)?);
    Some(moved)
}

/// How many digits stand at `at`, as far as it matters.
fn digits(text: &[u8], at: usize) -> usize {
    text.iter().skip(at).take(20).take_while(|byte| byte.is_ascii_digit()).count()
}

fn date(text: &[u8], start: usize, before: u8, near: i64) -> Option<Date> {
    let digits = digits(text, start);
    let behind = text.get(start + digits).copied().unwrap_or(b' ');
    let formats = formats(digits, behind);
    if formats.is_empty() {
        return None;
    }
    // No clock is past year 9999.
    let year = calendar::date(near.div_euclid(DAY)).map_or(0, |date| i64::from(date.year()));
    formats.iter().find_map(|format| {
        let (seconds, rest) = format::read(format, text.get(start..)?, year)?;
        let tail = text.len() - rest.len();
        let end = match *format {
            "%s" if digits > 10 => start + digits,
            "%s" => tail + tail_length(rest),
            format if format.contains("%M") => tail + tail_length(rest),
            _ => tail,
        };
        let after = text.get(end).copied().unwrap_or(b' ');
        if after.is_ascii_alphanumeric() || *format == "%H:%M:%S" && (before == b':' || after == b':') {
            return None;
        }
        let date = Date { start, end, format, seconds, tail, unit: format::unit(format) };
        let is_bare = !format.bytes().any(|byte| b"-/: ".contains(&byte))
            || ["%d/%m", "%m/%d", "%d.%m", "%Y.%m"].iter().any(|start| format.starts_with(start));
        (!is_bare || date.is_near(near) && before != b'.').then_some(date)
    })
}

/// How long the fraction and the zone at the start of `rest` are.
fn tail_length(rest: &[u8]) -> usize {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let fraction = match rest {
        [b'.' | b',', behind @ ..] if (1..=9).contains(&digits(behind)) => 1 + digits(behind),
        _ => 0,
    };
    let rest = rest.get(fraction..).unwrap_or_default();
    let spaced = usize::from(rest.first() == Some(&b' '));
    let zone = match rest.get(spaced..).unwrap_or_default() {
        [b'Z', ..] if spaced == 0 => 1,
        [b'U', b'T', b'C', ..] | [b'G', b'M', b'T', ..] => spaced + 3,
        [b'+' | b'-', behind @ ..] => match behind {
            [a, b, b':', c, d, ..] if digits(&[*a, *b, *c, *d]) == 4 => spaced + 6,
            _ if digits(behind) == 4 => spaced + 5,
            _ => 0,
        },
        _ => 0,
    };
    fraction + zone
}

#[cfg(test)]
mod tests;
