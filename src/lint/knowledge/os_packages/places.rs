//! Where a package manager works, and whether it does anything.
//!
//! What it refuses to do: settings that a file holds are not read.

use crate::lint::knowledge::os_packages::{Manager, OsCommand};

impl OsCommand<'_> {
    /// Whether it works on another root, or keeps its lists and caches elsewhere.
    pub(crate) fn is_elsewhere(&self) -> bool {
        let names: &[&str] = match self.manager {
            Manager::Apt => &["Dir=", "RootDir=", "Dir::State", "Dir::Cache", "-oDir", "-oRootDir", "--root"],
            Manager::Apk => &["--root", "-p", "--cache-dir"],
            Manager::Dnf => &["--installroot"],
            Manager::Zypper => &["--root", "-R", "--installroot", "--cache-dir"],
        };
        let words = || self.call.arguments().iter().map(|word| word.text.as_str());
        let is_named = |name: &&str| match name.starts_with("-o") || !name.starts_with('-') {
            true => words().any(|word| word.starts_with(*name)),
            false => words().any(|word| word.split('=').next() == Some(*name)),
        };
        names.iter().any(is_named)
    }

    /// Whether it only says what it would do, or only downloads.
    pub(crate) fn installs_nothing(&self) -> bool {
        let names: &[&str] = match self.manager {
            Manager::Apt => &[
                "-s",
                "--simulate",
                "--dry-run",
                "--just-print",
                "--no-act",
                "--recon",
                "--print-uris",
                "-d",
                "--download-only",
            ],
            Manager::Apk => &["-s", "--simulate"],
            Manager::Dnf => &["--assumeno"],
            Manager::Zypper => &["-D", "--dry-run"],
        };
        self.call.arguments().iter().any(|word| names.contains(&word.text.as_str()))
    }
}
