//! Days and dates, as the epoch counts them: the proleptic Gregorian calendar of years -9999 to 9999.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Days since the epoch; the days behind a month's last are those of the next month. `None` for no month.
pub(crate) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let first = Date::new(year.try_into().ok()?, month.try_into().ok()?, 1).ok()?;
    Some(of_date(first)? + day - 1)
}

/// The date of a day since the epoch.
pub(crate) fn date(day: i64) -> Option<Date> {
    Some(time(day.checked_mul(DAY)?)?.date())
}

/// The time in UTC of so many seconds since the epoch.
pub(crate) fn time(seconds: i64) -> Option<DateTime> {
    Some(Offset::UTC.to_datetime(Timestamp::from_second(seconds).ok()?))
}

/// The day since the epoch that `2021-02-25` names.
pub(crate) fn day(text: &str) -> Option<i64> {
    of_date(text.parse().ok()?)
}

fn of_date(date: Date) -> Option<i64> {
    let start = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    Some(start.as_second().div_euclid(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_others_reverse() {
        let days = |year, month, day| super::days(year, month, day).unwrap();
        assert_eq!((days(1970, 1, 1), days(2021, 2, 25), days(1969, 12, 31)), (0, 18_683, -1));
        assert_eq!(days(2026, 8, 22) * 86_400 + 36_672, 1_787_393_472);
        for day in [-800_000, -719_468, -1, 0, 59, 60, 18_321, 18_322, 20_000, 20_687, 47_482, 800_000] {
            let date = date(day).unwrap();
            assert_eq!(days(date.year().into(), date.month().into(), date.day().into()), day);
        }
    }

    #[test]
    fn a_day_that_its_month_does_not_have_is_one_of_the_next() {
        assert_eq!(days(2021, 2, 30), days(2021, 3, 2));
        assert_eq!((days(2021, 13, 1), date(i64::MAX)), (None, None));
    }

    #[test]
    fn a_day_is_read_from_its_text() {
        assert_eq!((day("2021-02-25"), day("2021-02-30"), day("yesterday")), (Some(18_683), None, None));
    }
}
