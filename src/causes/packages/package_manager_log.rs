//! `package-manager-log`: package managers log what they did, with the time.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends, Removal};
use crate::causes::engine::moved;
use crate::causes::engine::shape::{self, Seen};
use crate::causes::text::lines::{self, Lines};

/// See docs/causes/package-manager-log.md.
pub(crate) struct PackageManagerLog;

/// How the names of logs in var/log begin.
const NAMES: &[&[u8]] = &[
    b"dpkg.log",
    b"alternatives.log",
    b"bootstrap.log",
    b"dnf",
    b"yum.log",
    b"hawkey.log",
    b"tdnf.log",
    b"microdnf",
    b"zypper.log",
    b"pacman.log",
    b"apk.log",
    b"up2date",
];

/// Folders of which every file is such a log.
const FOLDERS: &[&str] = &["var/log/apt", "var/log/zypp", "var/log/YaST2", "var/log/rhsm"];

impl Cause for PackageManagerLog {
    declare!(
        "package-manager-log",
        "package managers log with the time",
        Profile::of(
            Reach::Path,
            "rm -rf /var/log/dpkg.log /var/log/alternatives.log /var/log/apt/* at the end of the RUN"
        )
        .proved_by("lines are equal once dates are hidden")
        .mended_by(&[
            Mends::Rule("layer-residue", Extent::RunEnd),
            Mends::Remove(&[
                Removal::Delete("/var/log/dpkg.log"),
                Removal::Delete("/var/log/alternatives.log"),
                Removal::Delete("/var/log/apt/*")
            ])
        ])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !is_log(file) {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) if lines::is_text(old) && lines::is_text(new) => {
                let (old_time, new_time) = file.written();
                let (lines, are_of_builds) = moved::compare_logs((old, old_time), (new, new_time));
                let proved = |evidence: &str| match are_of_builds && file.tells_times() {
                    true => Explanation::certain(evidence),
                    false => Explanation::likely(format!(
                        "{evidence}, some of which are not of the builds' clocks"
                    )),
                };
                Some(match lines {
                    Lines::Same => proved("the same lines once dates are hidden"),
                    Lines::Reordered => proved("the same lines, in another order, once dates are hidden"),
                    Lines::Differ(count) => {
                        Explanation::likely(format!("{count} lines differ though dates are hidden"))
                    }
                })
            }
            Seen::Alone(_) => Some(Explanation::by_place("a log of a package manager, on one side alone")),
            Seen::New(new) if lines::is_text(new) => {
                Some(moved::with_old_time(file, new).unwrap_or_else(|| Explanation::by_place("its path")))
            }
            _ => Some(Explanation::by_place("its path")),
        }
    }
}

fn is_log(file: &FileCase<'_>) -> bool {
    let name = file.path.file_name();
    match file.path.parent().as_ref().map(|folder| folder.as_bytes()) {
        Some(b"var/log") => NAMES.iter().any(|log| name.starts_with(log)),
        Some(_) => FOLDERS.iter().any(|folder| file.is_below(folder)),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    const OLD: &[u8] = b"2026-08-22 10:11:12 install libc6:amd64 <none> 2.36-9\n";
    const NEW: &[u8] = b"2026-08-23 01:02:03 install libc6:amd64 <none> 2.36-9\n";

    #[test]
    fn a_log_whose_dates_alone_differ_is_told_for_certain() {
        let explained = |new: &[u8]| {
            let (mut old_row, mut new_row) = (file("var/log/dpkg.log", OLD), file("var/log/dpkg.log", new));
            (old_row.mtime.seconds, new_row.mtime.seconds) = (1_787_393_473, 1_787_446_924);
            let pair = Pair::default().entries(old_row, OLD, new_row, new);
            pair.explained().remove(0).split(", ").next().map(str::to_owned)
        };
        let told = |word: &str| Some(format!("var/log/dpkg.log: package-manager-log ({word})"));
        assert_eq!(explained(NEW), told("certain"));
        assert_eq!(
            explained(&NEW.iter().map(|byte| if *byte == b'3' { b'4' } else { *byte }).collect::<Vec<_>>()),
            told("likely")
        );
        assert_eq!(explained(b"2016-08-23 01:02:03 install libc6:amd64 <none> 2.36-9\n"), told("likely"));
        let pair = Pair::default().both("var/log/dpkg.log", OLD, NEW);
        assert_eq!(pair.explained_against_lock(), ["var/log/dpkg.log: package-manager-log (likely)"]);
    }

    #[test]
    fn a_log_whose_lines_differ_is_likely() {
        let other = b"2026-08-23 01:02:03 install libc6:amd64 <none> 2.36-10\n";
        let pair = Pair::default().both("var/log/apt/history.log", OLD, other).added("var/log/yum.log", OLD);
        assert_eq!(
            pair.explained(),
            [
                "var/log/apt/history.log: package-manager-log (likely)",
                "var/log/yum.log: package-manager-log (likely)"
            ]
        );
    }

    #[test]
    fn another_log_and_another_mode_are_not_explained() {
        assert_eq!(
            Pair::default().both("var/log/nginx.log", b"a", b"b").explained(),
            ["var/log/nginx.log: "]
        );
    }
}
