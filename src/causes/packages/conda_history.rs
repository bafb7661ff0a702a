//! `conda-history`: conda notes when it changed an environment, and its changes in no fixed order.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends, Removal};
use crate::causes::text::calendar;
use crate::causes::text::dates as clock;

/// See docs/causes/conda-history.md.
pub(crate) struct CondaHistory;

/// `==> 2021-02-25 10:00:00 <==`
const DATE: std::ops::Range<usize> = 4..23;

impl Cause for CondaHistory {
    declare!(
        "conda-history",
        "conda notes when it changed what",
        Profile::of(
            Reach::Path,
            "end conda's RUN with: truncate -s 0 /opt/conda/conda-meta/history (conda wants the file to exist)"
        )
        .proved_by("lines equal once dates are hidden")
        .mended_by(&[
            Mends::Rule("layer-residue", Extent::RunEnd),
            Mends::Remove(&[Removal::Empty("/opt/conda/conda-meta/history")]),
        ]),
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !(file.is("conda-meta/history") || file.ends_with("/conda-meta/history"))
            || !file.content_differs()
        {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => same_changes(file, old, new),
            (None, Some(new)) => at_old_time(file, new)
                .or_else(|| dates(new).next().map(|_| Explanation::likely("its path, and dates in it"))),
            (None, None) => Some(Explanation::by_place("its path")),
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

fn same_changes(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    let count = dates(old).zip(dates(new)).filter(|(old, new)| old != new).count();
    let is_ordered = sections(old, false) == sections(new, false);
    if !is_ordered && sections(old, true) != sections(new, true) {
        return None;
    }
    let evidence = match is_ordered {
        true if count == 1 => "1 date differs, nothing else".to_owned(),
        true => format!("{count} dates differ, nothing else"),
        false => "the same lines; dates or the order within a change differ".to_owned(),
    };
    let (old_time, new_time) = file.written();
    let differing = dates(old).zip(dates(new)).filter(|(old, new)| old != new);
    let mut are_of_builds = differing.map(|(old, new)| {
        clock::all_near(old, old_time) && clock::all_near(new, new_time) && file.tells_times()
    });
    Some(match are_of_builds.all(|is_near| is_near) {
        true => Explanation::certain(evidence),
        false => Explanation::likely(format!("{evidence}; some are not of the builds' clocks")),
    })
}

/// Puts the time at which the locked file was last written in the place of the newest date.
fn at_old_time(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let newest = dates(new).max()?;
    let text = String::from_utf8_lossy(newest).into_owned();
    let written = file.old?.entry.mtime.seconds;
    (-10..=0).find_map(|seconds| {
        let date = as_written(written.checked_add(seconds)?)?;
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

/// A time in UTC as conda writes it.
fn as_written(seconds: i64) -> Option<String> {
    Some(calendar::time(seconds)?.strftime("%Y-%m-%d %H:%M:%S").to_string())
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

    fn explained(new: &[u8]) -> Vec<String> {
        let old = history("2021-02-25 10:00:00", &[A, B]);
        let (mut old_row, mut new_row) = (file(PATH, &old), file(PATH, new));
        (old_row.mtime.seconds, new_row.mtime.seconds) = (1_614_247_201, 1_709_210_097);
        Pair::default().entries(old_row, &old, new_row, new).explained()
    }

    #[test]
    fn times_are_written_as_conda_does() {
        assert_eq!(as_written(0).as_deref(), Some("1970-01-01 00:00:00"));
        assert_eq!(as_written(1_709_210_096).as_deref(), Some("2024-02-29 12:34:56"));
        assert_eq!(as_written(951_782_400).as_deref(), Some("2000-02-29 00:00:00"));
    }

    #[test]
    fn one_date_is_counted_as_one() {
        let (old, new) = (history("2021-02-25 10:00:00", &[A]), history("2024-02-29 12:34:56", &[A]));
        let evidence = |old: &[u8], new: &[u8]| Pair::default().both(PATH, old, new).evidence();
        assert!(evidence(&old, &new)[0].starts_with("1 date differs, nothing else"));
        assert!(evidence(&old.repeat(2), &new.repeat(2))[0].starts_with("2 dates differ, nothing else"));
    }

    #[test]
    fn dates_and_order_are_told_for_certain() {
        let first = |explained: Vec<String>| {
            explained.first().and_then(|explained| Some(explained.split(", ").next()?.to_owned()))
        };
        let certain = Some(format!("{PATH}: conda-history (certain)"));
        assert_eq!(first(explained(&history("2024-02-29 12:34:56", &[A, B]))), certain);
        assert_eq!(first(explained(&history("2024-02-29 12:34:56", &[B, A]))), certain);
        let likely = Some(format!("{PATH}: conda-history (likely)"));
        assert_eq!(first(explained(&history("2014-02-28 12:34:56", &[A, B]))), likely);
    }

    #[test]
    fn another_package_is_not_explained() {
        assert_eq!(explained(&history("2024-02-29 12:34:56", &[A])), [format!("{PATH}: ")]);
    }

    #[test]
    fn against_a_lock_the_locked_files_time_proves_it() {
        let (old, new) = (history("2024-02-29 12:34:56", &[A]), history("2026-02-25 10:00:00", &[A]));
        let mut row = file(PATH, &old);
        row.mtime.seconds = 1_709_210_097;
        let pair = Pair::default().entries(row, &old, file(PATH, &new), &new);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: conda-history (certain)")]);
        let pair = Pair::default().both(PATH, &old, &new);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: conda-history (likely)")]);
    }
}
