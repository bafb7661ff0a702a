//! Dates found, hidden and moved there and back.

use crate::causes::text::dates::*;

/// 2026-08-22T10:11:12Z, a Saturday.
const NOW: i64 = 1_787_393_472;

const WRITTEN: &[&str] = &[
    "2026-08-22T10:11:12Z",
    "2026-08-22T10:11:12.123456+02:00",
    "2026-08-22 10:11:12,123",
    "2026-08-22  10:11:12",
    "2026-08-22",
    "2026/08/22 10:11:12",
    "20260822T101112Z",
    "20260822101112",
    "20260822.101112",
    "Sat, 22 Aug 2026 10:11:12 +0000",
    "Sat, 22 Aug 2026 10:11:12 GMT",
    "Sat Aug 22 10:11:12 UTC 2026",
    "Sat Aug 22 10:11:12 AM UTC 2026",
    "Sat Aug 22 10:11:12 2026",
    "22/Aug/2026:10:11:12 +0000",
    "Aug 22 2026",
    "August 22, 2026",
    "22 August 2026",
    "1787393472",
    "1787393472.25",
    "10:11:12",
];

fn move_all(text: &[u8], near: i64, by: i64) -> Vec<u8> {
    moved(text, &of_clock(text, near), near, by).unwrap()
}

#[test]
fn dates_of_every_shape_are_found_whole() {
    for written in WRITTEN {
        let text = format!("at [{written}] end");
        assert_eq!(hidden(text.as_bytes(), NOW), b"at [\0date] end", "{written}");
    }
}

#[test]
fn a_date_moved_there_and_back_is_the_same_text() {
    for written in WRITTEN {
        for by in [3600 * 24 * 10, -3600 * 24 * 300, 86_399] {
            let text = format!("at {written}.\n");
            let there = move_all(text.as_bytes(), NOW, by);
            assert_eq!(move_all(&there, NOW + by, -by), text.as_bytes(), "{written} by {by}");
        }
    }
}

#[test]
fn a_date_moves_by_days_and_names() {
    let moved = |text: &str, by| String::from_utf8(move_all(text.as_bytes(), NOW, by)).unwrap();
    assert_eq!(moved("Sat Aug 22 10:11:12 UTC 2026", 86_400 * 10), "Tue Sep  1 10:11:12 UTC 2026");
    assert_eq!(moved("Sat, 22 Aug 2026 10:11:12 +0000", -11), "Sat, 22 Aug 2026 10:11:01 +0000");
    assert_eq!(moved("1787393472", 5), "1787393477");
}

/// `date`, `ls`, a mail and a log, at any time of day and on any day of the month.
#[test]
fn a_day_below_ten_is_written_as_its_tool_writes_it() {
    let zeroed = |day: u32| format!("{day:02}");
    let spaced = |day: u32| format!("{day:>2}");
    // The clock's day in August 2026, whose first is a Saturday, and a time of day.
    let date = |day: u32, hour: u32| {
        let name = ["Fri", "Sat", "Sun", "Mon", "Tue", "Wed", "Thu"][day as usize % 7];
        [
            format!("{name} Aug {} {hour:02}:05:09 UTC 2026", spaced(day)),
            format!("{name} Aug {} {hour:02}:05:09 2026", spaced(day)),
            format!("Aug {} {hour:02}:05:09 host", spaced(day)),
            format!("{name}, {} Aug 2026 {hour:02}:05:09 +0000", zeroed(day)),
            format!("{} Aug 2026 {hour:02}:05:09", zeroed(day)),
        ]
    };
    let near = |day: u32, hour: u32| {
        NOW - 10 * 3600 - 11 * 60 - 12 + (i64::from(day) - 22) * 86_400 + i64::from(hour) * 3600 + 309
    };
    for (day, hour) in (2..=31).flat_map(|day| (0..24).map(move |hour| (day, hour))) {
        let pairs = date(day, hour).into_iter().zip(date(day - 1, hour));
        for (at, (later, earlier)) in pairs.enumerate() {
            // A day of two digits does not tell how one of one is written after a month's name, or before it.
            if day == 10 && at == 4 {
                continue;
            }
            let moved = move_all(later.as_bytes(), near(day, hour), -86_400);
            assert_eq!(String::from_utf8(moved).unwrap(), earlier);
        }
    }
}

#[test]
fn what_only_looks_like_a_date_is_left_alone() {
    for text in [
        "v1787393472",
        "1234567890",
        "02:42:10:11:12:02",
        "20190102",
        "a2026-08-22",
        "1.2.1787393472",
        "2026-13-01",
    ] {
        assert_eq!(hidden(text.as_bytes(), NOW), text.as_bytes(), "{text}");
    }
}
