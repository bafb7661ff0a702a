//! Dates in text: finds them, hides them, moves them.
//!
//! A date is told by its shape (ISO 8601, RFC 2822, ctime, what `date` prints, a log's) and by standing free: no
//! letter or digit touches it. Digits alone (seconds since the epoch, `20260822`) are a date only near a known time, and
//! so are those whose order may be another (`08/09/2026`).

use std::sync::LazyLock;

use super::mask::{self, Names};
use crate::base::path::LayerPath;
use crate::verify::calendar::{civil, days};

/// How far from a known time a date may be to have been told by the same clock: a build, and a zone.
pub(super) const NEAR: i64 = 2 * DAY;

/// Put in a date's place; text holds no NUL.
const HIDDEN: &[u8] = b"\0date";

const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;

/// How much longer one build may take from a time that it notes to the end of the file.
const SLACK: i64 = 600;

/// Formats that may begin with so many digits, none for a word, and go on behind them with that byte: most that stand free in
/// text begin none. As strftime(3) writes them, but that `D` is a day of one or two digits, `L` a long month's name, and `s` needs
/// ten digits. Of two that match in one place the earlier counts.
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

const DAYS: &[&str] = &["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A date in text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Date {
    start: usize,
    end: usize,
    format: &'static str,
    /// Seconds since the epoch, its zone not looked at; of a time without a day, seconds of a day.
    pub(super) seconds: i64,
    /// Behind what the format says, from here on: a fraction, a zone.
    tail: usize,
    /// Seconds of the least that it tells.
    unit: i64,
}

impl Date {
    /// Whether the clock that told `near` may have told this. A time without a day is near to any.
    pub(super) fn is_near(&self, near: i64) -> bool {
        let apart = i64::try_from(self.seconds.abs_diff(near)).unwrap_or(i64::MAX);
        // The year that was taken for one without may be the one before or behind.
        !self.has_day() || apart <= NEAR || !self.has_year() && (YEAR - apart).abs() <= NEAR
    }

    /// Whether the clocks that told `times` told `self` and `other` too: both are near, and of times without a day, as
    /// long apart.
    fn is_of_build(&self, other: &Self, times: (i64, i64)) -> bool {
        let apart =
            self.seconds.saturating_sub(other.seconds).saturating_sub(times.0.saturating_sub(times.1));
        let apart = apart.rem_euclid(DAY);
        self.is_near(times.0) && other.is_near(times.1) && (self.has_day() || apart.min(DAY - apart) <= SLACK)
    }

    /// The text of the date.
    pub(super) fn text<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether it tells less than a second.
    pub(super) fn has_fraction(&self, text: &[u8]) -> bool {
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
    pub(super) fn shift(&self, near: i64, by: i64) -> i64 {
        let unit = self.unit;
        (near.saturating_add(by).div_euclid(unit) - near.div_euclid(unit)).saturating_mul(unit)
    }
}

fn unit(format: &str) -> i64 {
    match format {
        "%s" => 1,
        format if format.contains("%S") => 1,
        format if format.contains("%M") => 60,
        _ => DAY,
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
pub(super) fn find(text: &[u8], near: i64) -> Vec<Date> {
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
pub(super) struct Differing {
    /// How many differ.
    pub(super) count: usize,
    /// The first of them on both sides.
    pub(super) first: (Vec<u8>, Vec<u8>),
    /// Whether all of them were told by the clocks of the two builds.
    pub(super) are_of_build: bool,
    /// Whether all of them name a day and a year.
    pub(super) are_whole: bool,
}

/// How the dates differ of two texts that are the same without; `None` where they don't. `times` are when the texts were
/// written. A date in a line that is the same on both sides is none of the build's.
pub(super) fn differing(old: &[u8], new: &[u8], times: (i64, i64)) -> Option<Differing> {
    let is_whole = |date: &Date| date.has_day() && date.has_year();
    let mut differing: Option<Differing> = None;
    let mut has_more = false;
    for (old, new) in mask::side_by_side(old, new).into_iter().filter(|(old, new)| old != new) {
        let (olds, news) = (find(old, times.0), find(new, times.1));
        has_more |= olds.len() != news.len();
        for (a, b) in olds.iter().zip(&news).filter(|(a, b)| a.text(old) != b.text(new)) {
            let found = differing.get_or_insert_with(|| Differing {
                count: 0,
                first: (a.text(old).to_vec(), b.text(new).to_vec()),
                are_of_build: true,
                are_whole: true,
            });
            found.count += 1;
            found.are_of_build &= a.is_of_build(b, times);
            found.are_whole &= is_whole(a) && is_whole(b);
        }
    }
    differing.map(|found| Differing { are_of_build: found.are_of_build && !has_more, ..found })
}

/// Two texts with their dates hidden in the lines that differ. `times` are when they were written.
pub(super) fn hide_differing(old: &[u8], new: &[u8], times: (i64, i64)) -> (Vec<u8>, Vec<u8>) {
    mask::hide_differing(old, new, |old, new| (hidden(old, times.0), hidden(new, times.1)))
}

/// Whether all dates that differ were told by the clocks of the two builds.
pub(super) fn of_build(old: &[u8], new: &[u8], times: (i64, i64)) -> bool {
    differing(old, new, times).is_some_and(|differing| differing.are_of_build)
}

/// The path without the times of the build that it names, and without temporary names beside them; `None` where it names no
/// such time. `near` is when the file was written.
pub(super) fn undated(path: &LayerPath, near: i64) -> Option<Vec<u8>> {
    let dates = told(path.as_bytes(), near);
    if !dates.iter().any(Date::has_day) {
        return None;
    }
    Some(mask::hide_hosts(&without(path.as_bytes(), &dates), Names::Sure))
}

/// The text with its dates hidden.
pub(super) fn hidden(text: &[u8], near: i64) -> Vec<u8> {
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
pub(super) fn told(text: &[u8], near: i64) -> Vec<Date> {
    find(text, near).into_iter().filter(|date| date.is_near(near)).collect()
}

/// The text, written at `near`, with these of its dates moved by `by` seconds.
pub(super) fn moved(text: &[u8], dates: &[Date], near: i64, by: i64) -> Option<Vec<u8>> {
    let mut moved = Vec::with_capacity(text.len());
    let mut at = 0;
    for date in dates {
        moved.extend_from_slice(text.get(at..date.start)?);
        let by = date.shift(near, by);
        write(&mut moved, date.format, date.seconds.saturating_add(by), text.get(date.start..date.tail)?);
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
    let year = if formats.is_empty() { return None } else { civil(near.div_euclid(DAY)).0 };
    formats.iter().find_map(|format| {
        let mut parts = Parts { year, ..Parts::default() };
        let mut rest = text.get(start..)?;
        let mut letters = format.bytes();
        while let Some(letter) = letters.next() {
            rest = match letter {
                b'%' => parts.take(letters.next()?, rest)?,
                letter => rest.strip_prefix(&[letter])?,
            };
        }
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
        let date = Date { start, end, format, seconds: parts.seconds()?, tail, unit: unit(format) };
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

#[derive(Default)]
struct Parts {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    is_afternoon: bool,
    epoch: Option<i64>,
}

impl Parts {
    /// Takes what `letter` stands for from the start of `text`, and gives the rest.
    fn take<'a>(&mut self, letter: u8, text: &'a [u8]) -> Option<&'a [u8]> {
        let (value, rest) = match letter {
            b'Y' => number(text, 4, 1970..=2199)?,
            b'm' => number(text, 2, 1..=12)?,
            b'd' => number(text, 2, 1..=31)?,
            b'e' => match text.strip_prefix(b" ") {
                Some(text) => number(text, 1, 1..=9)?,
                None => number(text, 2, 1..=31)?,
            },
            b'D' => number(text, 2, 1..=31).or_else(|| number(text, 1, 1..=9))?,
            b'H' => number(text, 2, 0..=23)?,
            b'I' => number(text, 2, 1..=12)?,
            b'M' => number(text, 2, 0..=59)?,
            b'S' => number(text, 2, 0..=60)?,
            b's' => number(text, 10, 0..=9_999_999_999)?,
            b'a' => name(text, DAYS, 3)?,
            b'b' => name(text, MONTHS, 3)?,
            b'L' => name(text, MONTHS, usize::MAX)?,
            b'p' => {
                (i64::from(text.starts_with(b"PM")), text.strip_prefix(b"AM").or(text.strip_prefix(b"PM"))?)
            }
            b'Z' => (0, zone(text)?),
            _ => return None,
        };
        match letter {
            b'Y' => self.year = value,
            b'm' => self.month = value,
            b'b' | b'L' => self.month = value + 1,
            b'd' | b'e' | b'D' => self.day = value,
            b'H' => self.hour = value,
            b'I' => self.hour = value % 12,
            b'M' => self.minute = value,
            b'S' => self.second = value,
            b'p' => self.is_afternoon = value == 1,
            b's' => self.epoch = Some(value),
            _ => {}
        }
        Some(rest)
    }

    fn seconds(&self) -> Option<i64> {
        let hour = self.hour + if self.is_afternoon { 12 } else { 0 };
        let time = hour * 3600 + self.minute * 60 + self.second;
        match (self.epoch, self.month) {
            (Some(epoch), _) => Some(epoch),
            (None, 0) => Some(time),
            (None, month) => days(self.year, month, self.day).checked_mul(DAY)?.checked_add(time),
        }
    }
}

fn number(text: &[u8], width: usize, range: std::ops::RangeInclusive<i64>) -> Option<(i64, &[u8])> {
    let (digits, rest) = text.split_at_checked(width)?;
    let mut value = 0;
    for digit in digits {
        value = value * 10 + i64::from(digit.checked_sub(b'0').filter(|digit| *digit <= 9)?);
    }
    range.contains(&value).then_some((value, rest))
}

fn name<'a>(text: &'a [u8], names: &[&str], letters: usize) -> Option<(i64, &'a [u8])> {
    names.iter().zip(0..).find_map(|(name, at)| {
        let short = name.get(..letters.min(name.len()))?;
        Some((at, text.strip_prefix(short.as_bytes())?))
    })
}

fn zone(text: &[u8]) -> Option<&[u8]> {
    let length = text.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    match text {
        [b'+' | b'-', a, b, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
            Some(number(rest, 2, 0..=59).map_or(rest, |(_, rest)| rest))
        }
        _ if (3..=5).contains(&length) => text.get(length..),
        _ => None,
    }
}

/// Writes a time as `format` does; `old` is the date that stood there, for a zone's name.
fn write(text: &mut Vec<u8>, format: &str, seconds: i64, old: &[u8]) {
    let (day, time) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, of_month) = civil(day);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    let named = |names: &'static [&'static str], at: i64, letters: usize| {
        let name = usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default();
        name.as_bytes().get(..letters.min(name.len())).unwrap_or_default()
    };
    let mut letters = format.bytes();
    while let Some(letter) = letters.next() {
        match (letter, if letter == b'%' { letters.next() } else { None }) {
            (_, Some(b'Y')) => digits_of(text, year, 4, b'0'),
            (_, Some(b'm')) => digits_of(text, month, 2, b'0'),
            (_, Some(b'd')) => digits_of(text, of_month, 2, b'0'),
            // `%e` reads a day below ten with a zero too; it is written as it was.
            (_, Some(b'e')) if old.windows(2).any(|pair| pair == b" 0") => digits_of(text, of_month, 2, b'0'),
            (_, Some(b'e')) => digits_of(text, of_month, 2, b' '),
            (_, Some(b'D')) => digits_of(text, of_month, 1, b'0'),
            (_, Some(b'H')) => digits_of(text, hour, 2, b'0'),
            (_, Some(b'I')) => digits_of(text, (hour + 11) % 12 + 1, 2, b'0'),
            (_, Some(b'M')) => digits_of(text, minute, 2, b'0'),
            (_, Some(b'S')) => digits_of(text, second, 2, b'0'),
            (_, Some(b's')) => digits_of(text, seconds, 10, b'0'),
            (_, Some(b'a')) => text.extend_from_slice(named(DAYS, (day + 4).rem_euclid(7), 3)),
            (_, Some(b'b')) => text.extend_from_slice(named(MONTHS, month - 1, 3)),
            (_, Some(b'L')) => text.extend_from_slice(named(MONTHS, month - 1, usize::MAX)),
            (_, Some(b'p')) => text.extend_from_slice(if hour < 12 { b"AM" } else { b"PM" }),
            (_, Some(b'Z')) => {
                let mut words = old.rsplit(|byte| *byte == b' ').skip(1);
                text.extend_from_slice(words.next().unwrap_or_default());
            }
            (letter, _) => text.push(letter),
        }
    }
}

/// Writes a number that is not negative, filled up to so many places.
fn digits_of(text: &mut Vec<u8>, number: i64, places: u32, fill: u8) {
    let longest = number.checked_ilog10().unwrap_or(0).max(places.saturating_sub(1));
    for place in (0..=longest).rev() {
        let shifted = number / 10_i64.pow(place.min(18));
        let digit = b'0' + u8::try_from(shifted.rem_euclid(10)).unwrap_or_default();
        text.push(if shifted == 0 && place > 0 { fill } else { digit });
    }
}

#[cfg(test)]
mod tests;
