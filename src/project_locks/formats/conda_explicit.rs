//! Explicit files of conda (`conda list --explicit`, conda-lock's `conda-linux-64.lock`): a URL a line, mostly with a checksum.
//!
//! What it refuses to do: a list of names is no lock; there has to be the line `@EXPLICIT`.

use super::conda_entries::{self, Sums};
use crate::base::about::{About, AboutKind};
use crate::formats::conda;
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields;
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{PartKind, ProjectLock};
use crate::shell::OptionStyle;

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "conda-explicit",
    summary: "explicit files of conda",
    page: include_str!("../../../docs/project-locks/conda-explicit.md"),
};

/// The `conda-explicit` format.
pub(in crate::project_locks) struct CondaExplicit;

/// What stands in a line of its own above the URLs.
const MARK: &str = "@EXPLICIT";

impl LockFormat for CondaExplicit {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["conda-linux-64.lock", "conda-linux-aarch64.lock", "explicit.txt", "spec-file.txt"]
    }

    fn is_named(&self, name: &str) -> bool {
        let is_explicit =
            name.contains("explicit") && [".txt", ".lock"].iter().any(|end| name.ends_with(end));
        self.names().contains(&name)
            || is_explicit
            || name.starts_with("conda-linux-") && name.ends_with(".lock")
    }

    fn programs(&self) -> &'static [&'static str] {
        &["conda", "mamba", "micromamba"]
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let lines = || files.text().lines().map(str::trim);
        if !lines().any(|line| line == MARK) {
            return Err(format!("it has no line {MARK}"));
        }
        let subdir = conda::linux_subdir(&files.platform.architecture);
        let platform = lines().find_map(|line| line.strip_prefix("# platform:"));
        let is_for_others = platform.is_some_and(|platform| Some(platform.trim()) != subdir);
        let mut lock = fields::with_main();
        for (at, line) in lines().enumerate().filter(|(_, line)| line.contains('/') && !line.starts_with('#'))
        {
            let Some(entry) = conda_entries::of_archive(line, sums(line)) else {
                lock.problem(format!("line {} is not the URL of an archive", at + 1));
                continue;
            };
            let own = conda::subdir_of(line.split('#').next().unwrap_or_default());
            let is_for_other = own.is_some_and(|own| own != "noarch" && Some(own) != subdir);
            let at = lock.enter(entry);
            let edge = if is_for_others || is_for_other { lock.never(at) } else { lock.edge(at, "") };
            lock.add(PartKind::Main, "", true, edge);
        }
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let arguments = call.arguments(&STYLE);
        let is_install = ["create", "install", "update"].contains(&arguments.subcommand()?);
        let files = arguments.all(&["-f", "--file"]).filter_map(|option| option.value.as_ref());
        let is_own = |file: &&str| self.is_named(file.rsplit('/').next().unwrap_or_default());
        let place = files.filter(|_| is_install).map(|file| file.text()).find(is_own)?.to_owned();
        Some(Ask { place, is_vague: asked::is_vague(&arguments), ..Ask::default() })
    }
}

/// What conda's and micromamba's commands take a value for.
const STYLE: OptionStyle = OptionStyle {
    values: &["-c", "-f", "-n", "-p", "-r", "--channel", "--file", "--name", "--prefix", "--root-prefix"],
    single_dash: false,
    stop_at_operand: false,
};

/// The checksum behind an URL's `#`: an MD5, or a SHA-256 by its length or its word.
fn sums(line: &str) -> Sums<'_> {
    let Some((_, hex)) = line.split_once('#') else { return Sums::default() };
    let named = hex.strip_prefix("sha256:").or_else(|| hex.strip_prefix("sha256="));
    match named.or((hex.len() == 64).then_some(hex)) {
        Some(sha256) => Sums { sha256: Some(sha256), md5: None },
        None => Sums { sha256: None, md5: Some(hex) },
    }
}
