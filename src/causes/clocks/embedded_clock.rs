//! `embedded-clock`: a text holds the time of the build.

use crate::causes::clocks::sqlite_content;
use crate::causes::compiled::ids;
use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::Alone;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::moved;
use crate::causes::engine::renamed;
use crate::causes::engine::shape::{self, Seen};
use crate::causes::engine::swap;
use crate::causes::text::dates::{self, Differing};
use crate::causes::text::lines;
use crate::compare::drift::Change;
use crate::formats::elf;
use crate::formats::tar::entry::Entry;

/// See docs/causes/embedded-clock.md.
pub(crate) struct EmbeddedClock;

impl Cause for EmbeddedClock {
    declare!(
        "embedded-clock",
        "it holds the time of the build",
        Profile::of(
            Reach::Any,
            "write no date, or that of SOURCE_DATE_EPOCH: date -u -d @$SOURCE_DATE_EPOCH"
        )
        .proved_by("equal once dates are hidden; dates moved back")
        .mended_by(&[Mends::Rule("clock-or-random", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if matches!(file.change, Change::Added | Change::Removed) {
            return in_path(file);
        }
        match shape::seen(file)? {
            Seen::Both(old, new) if holds_text(old) && holds_text(new) => {
                compare(file, old, new).or_else(|| swap::beside_dates(file, file.layer.swaps()))
            }
            Seen::Both(old, new) if elf::is_elf(old) && elf::is_elf(new) => compiled_in(file, old, new),
            Seen::Both(old, new) => sqlite_content::but_for_times(old, new),
            Seen::New(new) if holds_text(new) => moved::with_old_time(file, new)
                .or_else(|| swap::beside_dates(file, file.layer.swaps()))
                .or_else(|| with_fractions(file, new)),
            _ => None,
        }
    }
}

/// PDFs have their dates in text, between packed streams: `/CreationDate (D:20260822101112Z)`.
fn holds_text(bytes: &[u8]) -> bool {
    lines::is_text(bytes) || bytes.starts_with(b"%PDF-")
}

fn compare(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    file.dateless().filter(|(old, new)| old == new)?;
    let differing = dates::differing(old, new, file.written())?;
    explained(file, &differing, evidence(&differing))
}

/// Certain where the dates moved as far as the files did. A date that is only near the builds may be a setting; one that is
/// not, and another time of day, are: `timeout: 00:30:00`.
fn explained(file: &FileCase<'_>, differing: &Differing, evidence: String) -> Option<Explanation> {
    let tells_nothing = !file.tells_times() && file.written().0 == file.written().1;
    match () {
        () if differing.are_of_builds && file.tells_times() => Some(Explanation::certain(evidence)),
        () if differing.are_whole && (differing.are_near || tells_nothing) => {
            Some(Explanation::likely(evidence))
        }
        () => None,
    }
}

fn evidence(differing: &Differing) -> String {
    let count = match differing.count {
        1 => "1 date differs".to_owned(),
        count => format!("{count} dates differ"),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{count}, nothing else: {} became {}", text(&differing.first.0), text(&differing.first.1))
}

/// `__DATE__` and `__TIME__`, and the build id that follows from them.
fn compiled_in(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (ids::without_ids(old)?, ids::without_ids(new)?);
    let times = file.written();
    if old.len() != new.len() || dates::hidden(&old, times.0) != dates::hidden(&new, times.1) {
        return None;
    }
    let differing = dates::differing(&old, &new, times).filter(|differing| differing.are_near)?;
    explained(file, &differing, format!("compiled in, its build id aside: {}", evidence(&differing)))
}

/// Against a lock: a file of the locked size that notes the time of the build more finely than rows do.
fn with_fractions(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let fine = file.clock_dates().iter().find(|date| date.has_fraction(new))?;
    let same_size = file.old?.entry.size == new.len() as u64;
    same_size.then(|| {
        let text = String::from_utf8_lossy(fine.text(new)).into_owned();
        Explanation::likely(format!("as long as the locked file, and holds the time of the build: {text}"))
    })
}

/// Whether the time of the build is in the path, and the other side alone has the same under its own time.
fn in_path(file: &FileCase<'_>) -> Option<Explanation> {
    let Lone { entry, side, other: rows, .. } = file.lone()?;
    let undated = dates::undated(file.path, entry.mtime.seconds)?;
    let count = |side| file.layer.dated(side).get(&undated);
    let ((_, own), (path, others)) = (count(side)?, count(side.other())?);
    // Of more than the other side has, one is lost.
    if own > others {
        return None;
    }
    let other = rows.get(path).filter(|other| other.kind == entry.kind)?.entry;
    let link = |entry: &Entry| entry.link.as_deref().map(|link| dates::hidden(link, entry.mtime.seconds));
    let is_same = shape::is_alike(other, entry) && link(other) == link(entry);
    let (old, new) = if side == Alone::Old { (entry, other) } else { (other, entry) };
    let times = (old.mtime.seconds, new.mtime.seconds);
    let differing = dates::differing(old.path.as_bytes(), new.path.as_bytes(), times)?;
    let explanation = match is_same {
        true if differing.are_of_builds => {
            Explanation::certain(format!("the time of the build is in the name; else it is {path}"))
        }
        true => Explanation::likely(format!("a date near the build is in the name; else it is {path}")),
        false => Explanation::likely(format!(
            "the time of the build is in the name; else it is in the place of {path}, which holds other bytes"
        )),
    };
    renamed::of_both(explanation, file.layer, (file.path, path))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::elf::tests::elf;
    use crate::formats::tar::entry::tests::file;
    use crate::formats::tar::entry::{Entry, Mtime};

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
            assert_eq!(pair(old, new).explained(), ["etc/built: embedded-clock (certain)"], "{old}");
            assert_eq!(
                pair(old, new).explained_against_lock(),
                ["etc/built: embedded-clock (certain)"],
                "{old}"
            );
        }
    }

    #[test]
    fn a_pdfs_date_is_told_beside_its_packed_streams() {
        let (old, new) = ("%PDF-1.4\n\0(D:20260822101112Z)", "%PDF-1.4\n\0(D:20260823001203Z)");
        assert_eq!(pair(old, new).explained(), ["etc/built: embedded-clock (certain)"]);
        assert_eq!(pair(old, new).explained_against_lock(), ["etc/built: embedded-clock (certain)"]);
        assert_eq!(pair(&old[1..], &new[1..]).explained(), ["etc/built: "]);
    }

    #[test]
    fn dates_that_did_not_move_as_the_builds_did_are_likely_where_they_are_near_and_else_not_explained() {
        for (old, new, explained) in [
            // A cutoff a day before, an expiry a day behind, one that moved further, one that went back.
            ("2026-08-21 00:00:00", "2026-08-22 00:00:00", "embedded-clock (likely)"),
            ("2026-08-23 10:11:12", "2026-08-24 00:13:03", "embedded-clock (likely)"),
            ("2026-08-22 10:11:12", "2026-08-23 01:12:03", "embedded-clock (likely)"),
            ("2026-08-22 10:11:12", "2026-08-22 09:12:03", "embedded-clock (likely)"),
            ("2019-01-02", "2020-03-04", ""),
        ] {
            assert_eq!(pair(old, new).explained(), [format!("etc/built: {explained}")], "{old}");
            assert_eq!(pair(old, new).explained_against_lock(), ["etc/built: "]);
        }
    }

    #[test]
    fn a_date_that_a_build_counted_from_its_own_is_told_by_how_far_it_moved() {
        let pair = pair("until 2026-08-23 10:11:12", "until 2026-08-24 00:12:03");
        assert_eq!(pair.explained(), ["etc/built: embedded-clock (certain)"]);
        assert_eq!(pair.explained_against_lock(), pair.explained());
    }

    #[test]
    fn dates_in_files_of_one_time_are_held_against_the_images_and_never_certain() {
        let both = |old: &str, new: &str| {
            Pair::default().entries(written(0, old), old.as_bytes(), written(0, new), new.as_bytes())
        };
        let made = |pair: Pair| pair.created("2026-08-22T10:11:20Z", "2026-08-23T00:12:11Z");
        let built = || both("on 20260822101112 by make", "on 20260823001203 by make");
        assert_eq!(built().explained(), ["etc/built: "]);
        assert_eq!(made(built()).explained(), ["etc/built: embedded-clock (likely)"]);
        assert_eq!(made(built()).explained_against_lock(), ["etc/built: embedded-clock (likely)"]);
        let expiry = both("until 2030-01-01", "until 2031-01-01");
        assert_eq!(made(expiry).explained(), ["etc/built: "]);
        for (old, new) in
            [("timeout: 00:05:00", "timeout: 00:10:00"), ("timeout: 00:05:00", "timeout: 00:05:01")]
        {
            assert_eq!(both(old, new).explained(), ["etc/built: "]);
            assert_eq!(made(both(old, new)).explained(), ["etc/built: "]);
        }
    }

    #[test]
    fn a_date_that_both_sides_have_is_none_of_the_build() {
        let month = 30 * 86_400;
        // Near the time of one build alone, so that there alone the digits would be a date.
        let (old, new) = (
            "released 20260822\nbuilt 2026-08-22T10:11:12Z\n",
            "released 20260822\nbuilt 2026-09-21T10:11:12Z\n",
        );
        let pair = Pair::default().entries(
            written(OLD, old),
            old.as_bytes(),
            written(OLD + month, new),
            new.as_bytes(),
        );
        assert_eq!(pair.explained(), ["etc/built: embedded-clock (certain)"]);
    }

    #[test]
    fn another_time_of_day_that_no_clock_told_is_not_explained() {
        for (old, new) in [
            ("timeout: 00:30:00\n", "timeout: 01:30:00\n"),
            ("#SBATCH --time=01:00:00\n", "#SBATCH --time=12:00:00\n"),
            ("00:00:01,000 --> 00:00:02,000\n", "00:00:03,000 --> 00:00:04,000\n"),
            ("Jan 02 10:11:12 host x", "Feb 03 10:11:12 host x"),
            ("timeout: 00:05:00\n", "timeout: 14:05:51\n"),
        ] {
            assert_eq!(pair(old, new).explained(), ["etc/built: "], "{old}");
        }
        let of_build = pair("10:11:10 INFO start\n", "00:12:01 INFO start\n");
        assert_eq!(of_build.explained(), ["etc/built: embedded-clock (certain)"]);
    }

    #[test]
    fn less_than_a_second_is_proved_with_both_sides_and_likely_against_a_lock() {
        for (old, new) in [
            ("{\"at\": 1787393471.123456}", "{\"at\": 1787443922.654321}"),
            ("start: 1787393471123\n", "start: 1787443922654\n"),
            ("2026-08-22T10:11:11.123456\n", "2026-08-23T00:12:02.654321\n"),
        ] {
            assert_eq!(pair(old, new).explained(), ["etc/built: embedded-clock (certain)"], "{old}");
            assert_eq!(
                pair(old, new).explained_against_lock(),
                ["etc/built: embedded-clock (likely)"],
                "{old}"
            );
        }
    }

    #[test]
    fn a_date_and_a_build_argument_in_one_text_are_told_together() {
        let pair = pair(
            "{\"version\":\"1.4.2\",\"built\":\"2026-08-22T10:11:12Z\"}",
            "{\"version\":\"1.4.3\",\"built\":\"2026-08-23T00:12:03Z\"}",
        )
        .arg("V", "1.4.2", "1.4.3");
        let explained = ["etc/built: build-arg (certain), embedded-clock (certain)"];
        assert_eq!(pair.explained(), explained);
        assert_eq!(pair.explained_against_lock(), explained);
    }

    #[test]
    fn a_folder_named_by_the_time_is_told_with_what_is_in_it() {
        let at = |path: &str, seconds, bytes: &str| Entry { path: path.into(), ..written(seconds, bytes) };
        let pair = |old: &str, new: &str, old_bytes: &str, new_bytes: &str| {
            Pair::default()
                .removed_entry(at(old, OLD, old_bytes), old_bytes.as_bytes())
                .added_entry(at(new, NEW, new_bytes), new_bytes.as_bytes())
        };
        let (old, new) = ("out/2026-08-22/10-11-12/a.yaml", "out/2026-08-23/10-11-12/a.yaml");
        let explained = |word: &str| [old, new].map(|path| format!("{path}: embedded-clock ({word})"));
        assert_eq!(pair(old, new, "x", "x").explained_against_lock(), explained("certain"));
        assert_eq!(pair(old, new, "x", "y").explained_against_lock(), explained("likely"));
        for (old, new) in [("v/2019-01-02/a", "v/2020-01-02/a"), ("v/2019-01-02/a", "v/2026-08-23/a")] {
            assert_eq!(pair(old, new, "x", "x").explained(), [format!("{old}: "), format!("{new}: ")]);
        }
        // A file that both sides have did not get another name.
        let kept = || at("log/2026-08-22", OLD, "x");
        let added = Pair::default()
            .entries(kept(), b"x", kept(), b"x")
            .added_entry(at("log/2026-08-23", NEW, "x"), b"x");
        assert_eq!(added.explained(), ["log/2026-08-23: "]);
        let (old, new) = ("tmp/tmp.aB3dE6gH9j/2026-08-22/a", "tmp/tmp.9jgH6dE3aB/2026-08-23/a");
        assert_eq!(
            pair(old, new, "x", "x").explained(),
            [new, old].map(|path| format!("{path}: embedded-clock (certain)"))
        );
    }

    #[test]
    fn dates_compiled_in_are_told_beside_the_build_id_that_follows() {
        let library = |id: u8, date: &str| {
            let text = format!("\0{date}\0");
            elf(&[(".note.gnu.build-id", [id; 20].as_slice()), (".rodata", text.as_bytes())])
        };
        let (old, new) = (library(1, "Aug 22 2026 10:11:11"), library(2, "Aug 23 2026 00:12:02"));
        let both = |old: &[u8], new: &[u8]| {
            let at =
                |seconds, bytes: &[u8]| Entry { mtime: Mtime { seconds, nanos: 0 }, ..file("a.so", bytes) };
            Pair::default().entries(at(OLD, old), old, at(NEW, new), new).explained()
        };
        assert_eq!(both(&old, &new), ["a.so: embedded-clock (certain)"]);
        assert_eq!(both(&old, &library(2, "Aug 23 2027 00:12:02")), ["a.so: "]);
    }

    #[test]
    fn any_other_byte_that_differs_is_not_explained() {
        let pair = pair("on 2026-08-22T10:11:12Z v1", "on 2026-08-23T00:12:03Z v2");
        assert_eq!(pair.explained(), ["etc/built: "]);
        assert_eq!(pair.explained_against_lock(), ["etc/built: "]);
    }
}
