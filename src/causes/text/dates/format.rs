//! Formats of dates, as strftime(3) writes them: reads a time as one does, and writes it. Of its own are `D`, a day of one or two
//! digits, `L`, a long month's name, and that `s` needs ten digits.

use crate::causes::text::calendar::{self, DAY};

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

/// Seconds of the least that a format tells.
pub(super) fn unit(format: &str) -> i64 {
    match format {
        "%s" => 1,
        format if format.contains("%S") => 1,
        format if format.contains("%M") => 60,
        _ => DAY,
    }
}

/// Reads a time from the start of `text`, and gives its seconds, as [`super::Date`] has them, and the rest. `year` is that of one
/// without.
pub(super) fn read<'t>(format: &str, text: &'t [u8], year: i64) -> Option<(i64, &'t [u8])> {
    let mut parts = Parts { year, ..Parts::default() };
    let mut rest = text;
    let mut letters = format.bytes();
    while let Some(letter) = letters.next() {
        rest = match letter {
            b'%' => parts.take(letters.next()?, rest)?,
            letter => rest.strip_prefix(&[letter])?,
        };
    }
    Some((parts.seconds()?, rest))
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
            (None, month) => calendar::days(self.year, month, self.day)?.checked_mul(DAY)?.checked_add(time),
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

/// Writes a time as `format` does; `old` is the date that stood there, for a zone's name. `None` for one past year 9999.
pub(super) fn write(text: &mut Vec<u8>, format: &str, seconds: i64, old: &[u8]) -> Option<()> {
    let (day, time) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let date = calendar::date(day)?;
    let (year, month, of_month) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    let named = |names: &'static [&'static str], at: i64, letters: usize| {
        let name = usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default();
        name.as_bytes().get(..letters.min(name.len())).unwrap_or_default()
    };
    let mut letters = format.bytes();
    let start = text.len();
    while let Some(letter) = letters.next() {
        match (letter, if letter == b'%' { letters.next() } else { None }) {
            (_, Some(b'Y')) => digits_of(text, year, 4, b'0'),
            (_, Some(b'm')) => digits_of(text, month, 2, b'0'),
            (_, Some(b'd')) => digits_of(text, of_month, 2, b'0'),
            (_, Some(b'e')) => {
                let fill = fill_of_day(format, old.get(text.len() - start));
                digits_of(text, of_month, 2, fill);
            }
            (_, Some(b'D')) => {
                let places = if old.get(text.len() - start) == Some(&b'0') { 2 } else { 1 };
                digits_of(text, of_month, places, b'0');
            }
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
    Some(())
}

/// What stands before a day below ten where `%e` read a day that began with `first`: all before it is as long in any date. From ten
/// on nothing tells; dates behind a comma are those of mails and of HTTP, which have a zero there.
fn fill_of_day(format: &str, first: Option<&u8>) -> u8 {
    match first {
        Some(fill @ (b' ' | b'0')) => *fill,
        _ if format.starts_with("%a,") => b'0',
        _ => b' ',
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
