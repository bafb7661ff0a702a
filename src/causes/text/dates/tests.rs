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
