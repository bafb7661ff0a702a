//! `shadow-last-change`: etc/shadow holds the day each password was last changed, and useradd writes today's.

use std::collections::BTreeSet;

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::Alone;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::text::calendar::{self, DAY};
use crate::causes::text::salts;

/// See docs/causes/shadow-last-change.md.
pub(crate) struct ShadowLastChange;

/// The field that holds days since the epoch (shadow(5)), from 0.
const LAST_CHANGE: usize = 2;

impl Cause for ShadowLastChange {
    declare!(
        "shadow-last-change",
        "etc/shadow holds the day of each password's last change",
        Profile::of(
            Reach::Path,
            "export SOURCE_DATE_EPOCH to useradd's RUN, or set the locked day: chage -d YYYY-MM-DD USER"
        )
        .proved_by("field 3 alone differs; the locked day put back")
        .mended_by(&[Mends::Rule("shadow-date", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !(file.is("etc/shadow") || file.is("etc/shadow-")) || !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => same_but_for_days(file, old, new).or_else(|| beside_salts(old, new)),
            (None, Some(new)) => old_day(file, new),
            (None, None) => None,
        }
    }
}

fn same_but_for_days(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old_rows, new_rows) = (rows(old), rows(new));
    let (mut changed, mut are_of_builds, mut dates) = (0, true, BTreeSet::new());
    for (old, new) in old_rows.iter().zip(&new_rows) {
        let differs: Vec<usize> =
            old.iter().zip(new).enumerate().filter(|(_, (a, b))| a != b).map(|(field, _)| field).collect();
        if old.len() != new.len() || !differs.iter().all(|field| *field == LAST_CHANGE) {
            return None;
        }
        if !differs.is_empty() {
            changed += 1;
            // No day is another setting, and 0 asks for another password.
            let (old, new) = (day(old).filter(|day| *day > 0)?, day(new).filter(|day| *day > 0)?);
            dates.insert(date(old));
            are_of_builds &=
                build_days(file, Alone::Old).contains(&old) && build_days(file, Alone::New).contains(&new);
        }
    }
    let rows = if changed == 1 { "row" } else { "rows" };
    // Several days are several edits: none of them is the one to set.
    let was = match dates.first().filter(|_| dates.len() == 1) {
        Some(date) => format!("; it was {date}"),
        None => String::new(),
    };
    (old_rows.len() == new_rows.len() && changed > 0).then(|| match are_of_builds {
        true => Explanation::certain(format!(
            "field 3 of {changed} {rows} differs, and is the day of the build; nothing else{was}"
        )),
        false => Explanation::likely(format!(
            "field 3 of {changed} {rows} differs, nothing else; it is not the day of the build{was}"
        )),
    })
}

/// The days that one side's build may have taken for today's: that of the file and that of the image, and those beside them.
fn build_days(file: &FileCase<'_>, side: Alone) -> Vec<i64> {
    let (row, created) = match side {
        Alone::Old => (file.old, file.layer.images.created.0),
        Alone::New => (file.new, file.layer.images.created.1),
    };
    let own = row.map(|row| row.entry.mtime.seconds.div_euclid(DAY));
    own.into_iter().flat_map(|own| [own, own - 1, own + 1]).chain(days(created)).collect()
}

/// A day as `chage -d` takes it.
fn date(day: i64) -> String {
    calendar::date(day).map_or_else(|| day.to_string(), |date| date.to_string())
}

fn day(row: &Vec<&[u8]>) -> Option<i64> {
    std::str::from_utf8(row.get(LAST_CHANGE)?).ok()?.parse().ok()
}

/// Where passwords are hashed with other salts too: whether they are the same passwords, the hashes do not say.
fn beside_salts(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let with_days = with_days_of(old, new)?;
    salts::differ(&with_days, new).filter(|_| with_days != old)?;
    Some(Explanation::likely("field 3 and the salts of passwords differ, nothing else"))
}

/// The old rows with the days of the new ones.
pub(super) fn with_days_of(old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let (mut old_rows, new_rows) = (rows(old), rows(new));
    if old_rows.len() != new_rows.len() {
        return None;
    }
    for (old, new) in old_rows.iter_mut().zip(&new_rows) {
        if let (Some(old), Some(new)) = (old.get_mut(LAST_CHANGE), new.get(LAST_CHANGE)) {
            *old = new;
        }
    }
    Some(old_rows.iter().map(|row| row.join(&b':')).collect::<Vec<_>>().join(&b'\n'))
}

/// Puts each day the old image may be from in the place of the newest day.
fn old_day(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let rows = rows(new);
    let newest = rows.iter().filter_map(day).max()?;
    let with = |old: i64| -> Vec<u8> {
        let text = old.to_string();
        let row = |row: &Vec<&[u8]>| {
            let mut fields = row.clone();
            if day(row) == Some(newest)
                && let Some(field) = fields.get_mut(LAST_CHANGE)
            {
                *field = text.as_bytes();
            }
            fields.join(&b':')
        };
        rows.iter().map(row).collect::<Vec<_>>().join(&b'\n')
    };
    // The old file was written when its password was set, so its own day comes first.
    let old = build_days(file, Alone::Old).into_iter().find(|old| *old > 0 && file.was(&with(*old)))?;
    let evidence = format!("with day {old} ({}) in the place of {newest} it is the locked file", date(old));
    Some(match build_days(file, Alone::New).contains(&newest) {
        true => Explanation::certain(evidence),
        false => Explanation::likely(format!("{evidence}; {newest} is not the day of the build")),
    })
}

/// The day of an RFC 3339 time and its neighbours, as days since the epoch: the time may be of another zone than the
/// builder's clock, and a build may pass midnight.
fn days(created: Option<&str>) -> Vec<i64> {
    let day = created.and_then(|created| calendar::day(created.get(..10)?));
    day.map_or_else(Vec::new, |day| vec![day, day - 1, day + 1])
}

fn rows(bytes: &[u8]) -> Vec<Vec<&[u8]>> {
    bytes.split(|byte| *byte == b'\n').map(|row| row.split(|byte| *byte == b':').collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::days;
    use crate::causes::testing::Pair;

    const OLD: &[u8] = b"root:*:18000:0:99999:7:::\nvorph:!:18683:0:99999:7:::\n";
    const NEW: &[u8] = b"root:*:18000:0:99999:7:::\nvorph:!:20780:0:99999:7:::\n";

    /// The days 18683 and 20780.
    fn made(pair: Pair) -> Pair {
        pair.created("2021-02-25T10:00:00Z", "2026-11-23T10:00:00Z")
    }

    fn shadow(day: &str) -> Vec<u8> {
        format!("root:*:18000:0:99999:7:::\nvorph:!:{day}:0:99999:7:::\n").into_bytes()
    }

    #[test]
    fn a_day_of_the_builds_that_alone_differs_is_told_for_certain() {
        let pair = || made(Pair::default().both("etc/shadow", OLD, NEW));
        assert_eq!(pair().explained(), ["etc/shadow: shadow-last-change (certain)"]);
        assert_eq!(pair().explained_against_lock(), ["etc/shadow: shadow-last-change (certain)"]);
        let other = Pair::default()
            .both("etc/shadow", OLD, NEW)
            .created("2019-04-14T00:00:00Z", "2026-11-23T10:00:00Z");
        assert_eq!(other.explained(), ["etc/shadow: shadow-last-change (likely)"]);
        assert_eq!(other.explained_against_lock(), ["etc/shadow: "]);
    }

    #[test]
    fn the_locked_day_is_told_as_chage_takes_it() {
        let evidence = |old: &[u8], new: &[u8]| {
            let pair = made(Pair::default().both("etc/shadow", old, new));
            pair.evidence()
        };
        assert_eq!(
            evidence(OLD, NEW),
            ["field 3 of 1 row differs, and is the day of the build; nothing else; it was 2021-02-25"]
        );
        let two = |days: [&str; 2]| format!("a:*:{}:0:::::\nb:*:{}:0:::::\n", days[0], days[1]).into_bytes();
        assert_eq!(
            evidence(&two(["18683", "18684"]), &two(["20780", "20780"])),
            ["field 3 of 2 rows differs, and is the day of the build; nothing else"]
        );
    }

    #[test]
    fn a_day_that_is_a_setting_is_not_explained() {
        for day in ["0", "", "-1", "never"] {
            let pair = || made(Pair::default().both("etc/shadow", OLD, &shadow(day)));
            assert_eq!(pair().explained(), ["etc/shadow: "], "{day}");
        }
        let pair = made(Pair::default().both("etc/shadow", OLD, &shadow("20001")));
        assert_eq!(pair.explained(), ["etc/shadow: shadow-last-change (likely)"]);
        assert_eq!(pair.explained_against_lock(), ["etc/shadow: shadow-last-change (likely)"]);
    }

    #[test]
    fn a_day_beside_another_salt_is_likely() {
        let rows =
            |salt: &str, day: &str| format!("ada:$6${salt}$YbN5dHf2xeUj4sGk9XoT6iDr:{day}:0:99999:7:::\n");
        let (old, new) = (rows("q8Zt3VxA", "20779"), rows("E1yWnBhz", "20780"));
        let pair = Pair::default().both("etc/shadow", old.as_bytes(), new.as_bytes());
        assert_eq!(pair.explained(), ["etc/shadow: shadow-last-change (likely), random-content (likely)"]);
    }

    #[test]
    fn another_password_is_not_explained() {
        let other = b"root:*:18000:0:99999:7:::\nvorph:$6$x:20780:0:99999:7:::\n";
        assert_eq!(Pair::default().both("etc/shadow", OLD, other).explained(), ["etc/shadow: "]);
    }

    #[test]
    fn a_time_gives_its_day_and_the_days_beside_it() {
        assert_eq!(days(Some("1970-01-01T00:00:00Z")), [0, -1, 1]);
        assert_eq!(days(Some("2021-02-25T10:00:00.123Z")), [18_683, 18_682, 18_684]);
        assert_eq!(days(Some("2024-02-29"))[0] + 1, days(Some("2024-03-01"))[0]);
        assert_eq!(days(Some("yesterday")), [0_i64; 0]);
        assert_eq!(days(None), [0_i64; 0]);
    }
}
