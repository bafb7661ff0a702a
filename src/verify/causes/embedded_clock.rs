//! `embedded-clock`: a text holds the time of the build.

use super::dates::{self, Date};
use super::mask;
use super::shape::{self, Seen};
use super::{Cause, Explanation, FileCase, Reach};

/// See docs/causes/embedded-clock.md.
pub(super) struct EmbeddedClock;

impl Cause for EmbeddedClock {
    fn id(&self) -> &'static str {
        "embedded-clock"
    }

    fn summary(&self) -> &'static str {
        "a text holds the time of the build"
    }

    fn fix(&self) -> &'static str {
        "write no date, or that of SOURCE_DATE_EPOCH: date -u -d @$SOURCE_DATE_EPOCH"
    }

    fn rule(&self) -> Option<&'static str> {
        Some("clock-or-random")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../../docs/causes/embedded-clock.md")
    }

    fn reach(&self) -> Reach {
        Reach::Any
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        match shape::seen(file)? {
            Seen::Both(old, new) if holds_text(old) && holds_text(new) => compare(file, old, new),
            Seen::New(new) if holds_text(new) => mask::with_old_time(file, new),
            _ => None,
        }
    }
}

/// PDFs have their dates in text, between packed streams: `/CreationDate (D:20260822101112Z)`.
fn holds_text(bytes: &[u8]) -> bool {
    mask::is_text(bytes) || bytes.starts_with(b"%PDF-")
}

fn compare(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    file.dateless().filter(|(old, new)| old == new)?;
    let (old_time, new_time) = shape::written(file);
    let (olds, news) = (dates::find(old, old_time), dates::find(new, new_time));
    let differ: Vec<(&Date, &Date)> =
        olds.iter().zip(&news).filter(|(a, b)| a.text(old) != b.text(new)).collect();
    let (first_old, first_new) = differ.first()?;
    let count = match differ.len() {
        1 => "1 date differs".to_owned(),
        count => format!("{count} dates differ"),
    };
    let evidence = format!(
        "{count}, nothing else: {} became {}",
        String::from_utf8_lossy(first_old.text(old)),
        String::from_utf8_lossy(first_new.text(new))
    );
    let of_build = differ.iter().all(|(a, b)| a.is_near(old_time) && b.is_near(new_time));
    Some(if of_build { Explanation::certain(evidence) } else { Explanation::likely(evidence) })
}

#[cfg(test)]
mod tests {
    use super::super::testing::Pair;
    use crate::layer::entry::tests::file;
    use crate::layer::entry::{Entry, Mtime};

    /// 2026-08-22T10:11:12Z, and 14 hours and 51 seconds later.
    const OLD: i64 = 1_787_393_472;
    const NEW: i64 = OLD + 50_451;

    fn written(seconds: i64, bytes: &str) -> Entry {
        Entry { mtime: Mtime { seconds, nanos: 0 }, ..file("etc/built", bytes.as_bytes()) }
    }

    fn pair(old: &str, new: &str) -> Pair {
        Pair::default().entries(written(OLD, old), old.as_bytes(), written(NEW, new), new.as_bytes())
    }

    #[test]
    fn dates_that_alone_differ_are_told_for_certain_with_and_without_the_old_bytes() {
        for (old, new) in [
            ("on 2026-08-22T10:11:12Z by make", "on 2026-08-23T00:12:03Z by make"),
            ("Sat Aug 22 10:11:12 UTC 2026\n", "Sun Aug 23 00:12:03 UTC 2026\n"),
            ("{\"at\": 1787393471}", "{\"at\": 1787443922}"),
            ("#define DAY \"2026-08-22\"", "#define DAY \"2026-08-23\""),
        ] {
            assert_eq!(pair(old, new).told(), ["etc/built: embedded-clock (certain)"], "{old}");
            assert_eq!(pair(old, new).told_against_lock(), ["etc/built: embedded-clock (certain)"], "{old}");
        }
    }

    #[test]
    fn a_pdfs_date_is_told_beside_its_packed_streams() {
        let (old, new) = ("%PDF-1.4\n\0(D:20260822101112Z)", "%PDF-1.4\n\0(D:20260823001203Z)");
        assert_eq!(pair(old, new).told(), ["etc/built: embedded-clock (certain)"]);
        assert_eq!(pair(old, new).told_against_lock(), ["etc/built: embedded-clock (certain)"]);
        assert_eq!(pair(&old[1..], &new[1..]).told(), ["etc/built: "]);
    }

    #[test]
    fn dates_of_another_time_than_the_build_are_likely() {
        let pair = pair("released 2019-01-02", "released 2020-03-04");
        assert_eq!(pair.told(), ["etc/built: embedded-clock (likely)"]);
        assert_eq!(pair.told_against_lock(), ["etc/built: "]);
    }

    #[test]
    fn any_other_byte_that_differs_is_not_explained() {
        let pair = pair("on 2026-08-22T10:11:12Z v1", "on 2026-08-23T00:12:03Z v2");
        assert_eq!(pair.told(), ["etc/built: "]);
        assert_eq!(pair.told_against_lock(), ["etc/built: "]);
    }
}
