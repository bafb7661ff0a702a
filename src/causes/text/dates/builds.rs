//! Dates that differ between two texts, held against the clocks of the two builds: a clock's date moves as far as the builds are
//! apart. What does not may be a setting: a cutoff, an expiry, a timeout.

use super::{DAY, Date, YEAR, find, lines};

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

impl Date {
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
