//! `conda-history`: conda notes when it changed an environment, and its changes in no fixed order.

use crate::causes::Cause;
use crate::causes::Explanation;
use crate::causes::FileCase;
use crate::causes::Reach;

/// See docs/causes/conda-history.md.
pub(super) struct CondaHistory;

/// `==> 2021-02-25 10:00:00 <==`
const DATE: std::ops::Range<usize> = 4..23;

impl Cause for CondaHistory {
    fn id(&self) -> &'static str {
        "conda-history"
    }

    fn summary(&self) -> &'static str {
        "conda notes when it changed what"
    }

    fn fix(&self) -> &'static str {
        "end conda's RUN with: truncate -s 0 /opt/conda/conda-meta/history (conda wants the file to exist)"
    }

    fn cleanup(&self) -> Option<&'static str> {
        Some("truncate -s 0 /opt/conda/conda-meta/history")
    }

    fn rule(&self) -> Option<&'static str> {
        Some("layer-residue")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../docs/causes/conda-history.md")
    }

    fn reach(&self) -> Reach {
        Reach::Path
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !(file.is("conda-meta/history") || file.ends_with("/conda-meta/history"))
            || !file.content_differs()
        {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => same_changes(old, new),
            (None, Some(new)) => at_old_time(file, new)
                .or_else(|| dates(new).next().map(|_| Explanation::likely("its path, and dates in it"))),
            (None, None) => Some(Explanation::likely("its path")),
        }
    }
}

/// The lines under each date, dates taken out; sorted where `is_sorted`.
fn sections(bytes: &[u8], is_sorted: bool) -> Vec<Vec<&[u8]>> {
    let mut sections: Vec<Vec<&[u8]>> = vec![Vec::new()];
    for line in bytes.split(|byte| *byte == b'\n') {
        if is_date(line) {
            sections.push(Vec::new());
        } else if let Some(section) = sections.last_mut() {
            section.push(line);
        }
    }
    if is_sorted {
        sections.iter_mut().for_each(|section| section.sort_unstable());
    }
    sections
}

fn is_date(line: &[u8]) -> bool {
    let shape = line.get(DATE).unwrap_or_default();
    line.starts_with(b"==> ")
        && line.ends_with(b" <==")
        && line.len() == DATE.end + 4
        && shape.iter().all(|byte| byte.is_ascii_digit() || b"- :".contains(byte))
}

fn dates(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| is_date(line)).filter_map(|line| line.get(DATE))
}

fn same_changes(old: &[u8], new: &[u8]) -> Option<Explanation> {
    if sections(old, false) == sections(new, false) {
        let count = dates(old).zip(dates(new)).filter(|(old, new)| old != new).count();
        return Some(Explanation::certain(format!("{count} dates differ, nothing else")));
    }
    (sections(old, true) == sections(new, true))
        .then(|| Explanation::certain("the same lines; dates or the order within a change differ"))
}

/// Puts the time at which the locked file was last written in the place of the newest date.
fn at_old_time(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let newest = dates(new).max()?;
    let text = String::from_utf8_lossy(newest).into_owned();
    let written = file.old?.entry.mtime.seconds;
    (-10..=0).find_map(|seconds| {
        let date = civil(written.checked_add(seconds)?)?;
        let line = |line: &[u8]| match is_date(line) && line.get(DATE) == Some(newest) {
            true => format!("==> {date} <==").into_bytes(),
            false => line.to_vec(),
        };
        let old: Vec<Vec<u8>> = new.split(|byte| *byte == b'\n').map(line).collect();
        file.was(&old.join(&b'\n')).then(|| {
            Explanation::certain(format!("with {date} in the place of {text} it is the locked file"))
        })
    })
}

/// A time in UTC as conda writes it. Days are counted from 0000-03-01, so that leap days end their years.
fn civil(seconds: i64) -> Option<String> {
    let (days, time) = (seconds.div_euclid(86_400).checked_add(719_468)?, seconds.rem_euclid(86_400));
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era.checked_mul(400)? + i64::from(month <= 2);
    let (hours, minutes) = (time / 3_600, time / 60 % 60);
    Some(format!("{year:04}-{month:02}-{day:02} {hours:02}:{minutes:02}:{:02}", time % 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    const PATH: &str = "opt/conda/conda-meta/history";

    fn history(date: &str, changes: &[&str]) -> Vec<u8> {
        format!("==> {date} <==\n# cmd: conda install\n{}\n", changes.join("\n")).into_bytes()
    }

    const A: &str = "+main/linux-64::a-1-0";
    const B: &str = "+main/linux-64::b-1-0";

    fn told(new: &[u8]) -> Vec<String> {
        Pair::default().both(PATH, &history("2021-02-25 10:00:00", &[A, B]), new).told()
    }

    #[test]
    fn times_are_written_as_conda_does() {
        assert_eq!(civil(0).as_deref(), Some("1970-01-01 00:00:00"));
        assert_eq!(civil(1_709_210_096).as_deref(), Some("2024-02-29 12:34:56"));
        assert_eq!(civil(951_782_400).as_deref(), Some("2000-02-29 00:00:00"));
    }

    #[test]
    fn dates_and_order_are_told_for_certain() {
        let first =
            |told: Vec<String>| told.first().and_then(|told| Some(told.split(", ").next()?.to_owned()));
        let certain = Some(format!("{PATH}: conda-history (certain)"));
        assert_eq!(first(told(&history("2024-02-29 12:34:56", &[A, B]))), certain);
        assert_eq!(first(told(&history("2024-02-29 12:34:56", &[B, A]))), certain);
    }

    #[test]
    fn another_package_is_not_explained() {
        assert_eq!(told(&history("2024-02-29 12:34:56", &[A])), [format!("{PATH}: ")]);
    }

    #[test]
    fn against_a_lock_the_locked_files_time_proves_it() {
        let (old, new) = (history("2024-02-29 12:34:56", &[A]), history("2026-02-25 10:00:00", &[A]));
        let mut row = file(PATH, &old);
        row.mtime.seconds = 1_709_210_097;
        let pair = Pair::default().entries(row, &old, file(PATH, &new), &new);
        assert_eq!(pair.told_against_lock(), [format!("{PATH}: conda-history (certain)")]);
        let pair = Pair::default().both(PATH, &old, &new);
        assert_eq!(pair.told_against_lock(), [format!("{PATH}: conda-history (likely)")]);
    }
}
