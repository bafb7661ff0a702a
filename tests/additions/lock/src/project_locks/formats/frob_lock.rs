//! `frob.lock`: a line `name version` for each package, with the group that asks for it behind where one does.

use crate::base::about::{About, AboutKind};
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields;
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{LockEntry, PartKind, ProjectLock};
use crate::shell::OptionStyle;

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "frob-lock",
    summary: "frob.lock",
    page: include_str!("../../../docs/project-locks/frob-lock.md"),
};

/// The `frob-lock` format.
pub(in crate::project_locks) struct FrobLock;

impl LockFormat for FrobLock {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["frob.lock"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["frob"]
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let mut lock = fields::with_main();
        for (at, line) in files.text().lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (name, version, group) = match words.as_slice() {
                [name, version] => (name, version, None),
                [name, version, group] => (name, version, Some(group)),
                _ => {
                    lock.problem(format!("line {} names no package in a version", at + 1));
                    continue;
                }
            };
            let entry = lock.enter(LockEntry::python(name, Some(version)));
            let edge = lock.edge(entry, "");
            match group {
                None => lock.add(PartKind::Main, "", true, edge),
                Some(group) => lock.add(PartKind::Group, group, false, edge),
            }
        }
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let arguments = call.arguments(&STYLE);
        let groups = asked::names(&arguments, &["--group"]);
        let ask = Ask { groups, is_vague: asked::is_vague(&arguments), ..Ask::default() };
        (arguments.subcommand() == Some("sync")).then_some(ask)
    }
}

/// What frob's commands take a value for.
const STYLE: OptionStyle = OptionStyle { values: &["--group"], single_dash: false, stop_at_operand: false };
