//! Dates in text: finds them, hides them, moves them.
//!
//! A date is told by its shape (ISO 8601, RFC 2822, ctime, what `date` prints, a log's) and by standing free: no
//! letter or digit touches it. Digits alone (seconds since the epoch, `20260822`) are a date only near a known time, and
//! so are those whose order may be another (`08/09/2026`).

mod format;

use std::sync::LazyLock;

use super::calendar::{self, DAY};
use super::lines;
use super::names::{self, Names};
use crate::base::path::LayerPath;

/// How far from a known time a date may be to have been told by the same clock: a build, and a zone.
pub(crate) const NEAR: i64 = 2 * DAY;

/// Put in a date's place; text holds no NUL.
const HIDDEN: &[u8] = b"\0date";

const YEAR: i64 = 365 * DAY;

/// How much longer one build may take from a time that it notes to the end of the file.
const SLACK: i64 = 600;

/// How long before the end of its file a build notes a time that is surely of its clock, and how long behind: a file system
/// may cut the second.
const BEFORE: i64 = 3600;
const BEHIND: i64 = 2;

/// Seconds that builds must be apart for a date that is not right before its file's end to be known by how far it moved.
const EXACT: u64 = 60;

/// The same of a time without a day, which a setting may be too.
const MOMENT: i64 = 60;

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

    /// Whether the clocks of the builds told `self` in `text` and `other` in `other_text`: each right before its file's end, and
    /// as long apart as the files are. Where both files have one time, nothing is.
    fn is_of_builds(&self, text: &[u8], other: &Self, other_text: &[u8], times: (i64, i64)) -> bool {
        let (old, new) = (self.behind(text, times.0), other.behind(other_text, times.1));
        let apart = times.0.abs_diff(times.1);
        let slack = i64::try_from(apart / 10).unwrap_or(SLACK).clamp(BEHIND, SLACK);
        let before = if self.has_day() { BEFORE } else { MOMENT };
        let fits = |behind: i64| (-before - self.unit < behind) && behind <= BEHIND;
        let moved = old.abs_diff(new) < (slack + self.unit).unsigned_abs();
        // What a build counts from its own time on moves to the second.
        let is_near = self.is_near(times.0) && other.is_near(times.1);
        let is_exact = self.has_day() && self.unit == 1 && is_near && apart >= EXACT;
        let is_told =
            fits(old) && fits(new) && moved || is_exact && old.abs_diff(new) <= BEHIND.unsigned_abs();
        apart > 0 && self.format == other.format && is_told
    }

    /// Whether they may have told them: both are near, and of times without a day, as long apart as the files are.
    fn may_be_of_builds(&self, other: &Self, times: (i64, i64)) -> bool {
        let apart =
            self.seconds.saturating_sub(other.seconds).saturating_sub(times.0.saturating_sub(times.1));
        let apart = apart.rem_euclid(DAY);
        let is_near = self.is_near(times.0) && other.is_near(times.1);
        is_near && times.0 != times.1 && (self.has_day() || apart.min(DAY - apart) <= SLACK)
    }

    /// How long behind `near` it is, in UTC; of a time without a day, behind the nearest such time, and of one without a year
    /// likewise.
    fn behind(&self, text: &[u8], near: i64) -> i64 {
        let behind = self.seconds.saturating_sub(self.zone(text)).saturating_sub(near);
        let nearest = |of: i64| {
            let rest = behind.rem_euclid(of);
            if rest > of / 2 { rest - of } else { rest }
        };
        match () {
            () if !self.has_day() => nearest(DAY),
            () if !self.has_year() && behind.abs() > YEAR / 2 => [YEAR, YEAR + DAY]
                .map(nearest)
                .into_iter()
                .min_by_key(|behind| behind.abs())
                .unwrap_or(behind),
            () => behind,
        }
    }

    /// Seconds that its zone is before UTC, where it names one.
    fn zone(&self, text: &[u8]) -> i64 {
        let tail = text.get(self.tail..self.end).unwrap_or_default();
        let Some(at) = tail.iter().position(|byte| b"+-".contains(byte)) else { return 0 };
        let digits: Vec<i64> = (tail.iter().skip(at + 1))
            .filter(|byte| byte.is_ascii_digit())
            .map(|byte| i64::from(byte - b'0'))
            .collect();
        let [a, b, c, d] = digits.as_slice() else { return 0 };
        let seconds = (a * 10 + b) * 3600 + (c * 10 + d) * 60;
        if tail.get(at) == Some(&b'-') { -seconds } else { seconds }
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

/// How the dates of two texts differ that are the same without their dates.
pub(crate) struct Differing {
    /// How many differ.
    pub(crate) count: usize,
    /// The first of them on both sides.
    pub(crate) first: (Vec<u8>, Vec<u8>),
    /// Whether the clocks of the two builds told all of them: they moved as far as the builds did.
    pub(crate) are_of_builds: bool,
    /// Whether all of them are near the builds' times.
    pub(crate) are_near: bool,
    /// Whether all of them name a day and a year.
    pub(crate) are_whole: bool,
}

/// How the dates differ of two texts that are the same without; `None` where they don't. `times` are when the texts were
/// written. A date in a line that is the same on both sides is none of the build's.
pub(crate) fn differing(old: &[u8], new: &[u8], times: (i64, i64)) -> Option<Differing> {
    let is_whole = |date: &Date| date.has_day() && date.has_year();
    let mut differing: Option<Differing> = None;
    let mut has_more = false;
    for (old, new) in lines::side_by_side(old, new).into_iter().filter(|(old, new)| old != new) {
        let (olds, news) = (find(old, times.0), find(new, times.1));
        has_more |= olds.len() != news.len();
        for (a, b) in olds.iter().zip(&news).filter(|(a, b)| a.text(old) != b.text(new)) {
            let all = differing.get_or_insert_with(|| Differing {
                count: 0,
                first: (a.text(old).to_vec(), b.text(new).to_vec()),
                are_of_builds: true,
                are_near: true,
                are_whole: true,
            });
            all.count += 1;
            all.are_of_builds &= a.is_of_builds(old, b, new, times);
            all.are_near &= a.may_be_of_builds(b, times);
            all.are_whole &= is_whole(a) && is_whole(b);
        }
    }
    differing.map(|all| Differing {
        are_of_builds: all.are_of_builds && !has_more,
        are_near: all.are_near && !has_more,
        ..all
    })
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
