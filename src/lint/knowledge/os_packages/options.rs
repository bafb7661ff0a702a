//! Which options of the operating systems' package managers take a value.
//!
//! What it refuses to do: it reads no command.

use crate::shell::OptionStyle;

/// Options of apt's, and those of what stands for it that take a value.
pub(crate) const APT: OptionStyle = OptionStyle {
    values: &[
        "-o",
        "-t",
        "-c",
        "-a",
        "-P",
        "--option",
        "--target-release",
        "--default-release",
        "--config-file",
        "--host-architecture",
        "--build-profiles",
        "-S",
        "--snapshot",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// Which of apk's options take a value.
pub(crate) const APK: OptionStyle = OptionStyle {
    values: &[
        "-t",
        "-X",
        "-p",
        "--virtual",
        "--repository",
        "--root",
        "--keys-dir",
        "--repositories-file",
        "--arch",
        "--cache-max-age",
        "--cache-dir",
        "--wait",
        "--timeout",
        "--progress-fd",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// Options of dnf's, yum's and their like's that take a value.
pub(crate) const DNF: OptionStyle = OptionStyle {
    values: &[
        "-c",
        "-d",
        "-e",
        "-x",
        "--enablerepo",
        "--disablerepo",
        "--setopt",
        "--releasever",
        "--installroot",
        "--exclude",
        "--repo",
        "--repoid",
        "--forcearch",
        "--comment",
        "--advisory",
        "--config",
        "--errorlevel",
        "--debuglevel",
        "--rpmverbosity",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// Options of zypper's that take a value.
pub(crate) const ZYPPER: OptionStyle = OptionStyle {
    values: &[
        "-R",
        "-C",
        "-r",
        "-t",
        "--root",
        "--repo",
        "--from",
        "--type",
        "--cache-dir",
        "--reposd-dir",
        "--installroot",
        "--releasever",
    ],
    single_dash: false,
    stop_at_operand: false,
};
