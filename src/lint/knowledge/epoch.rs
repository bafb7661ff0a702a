//! SOURCE_DATE_EPOCH: whether a command sees it, whether its program reads it, and how a stage declares it.
//!
//! <https://reproducible-builds.org/specs/source-date-epoch/>, <https://docs.docker.com/build/ci/github-actions/reproducible-builds/>

use std::collections::BTreeSet;

use crate::dockerfile::{Instruction, InstructionArguments, Keyword};
use crate::finding::Fix;
use crate::lint::engine::edits::behind_from;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;

const NAME: &str = "SOURCE_DATE_EPOCH";

/// Whether a command of a RUN has the variable: by ARG or ENV of its stage or one below, or set in the script.
pub(crate) fn is_set(subject: &Subject<'_>, call: &Call<'_>) -> bool {
    let own = call.command.assignments.iter().any(|(name, _)| name == NAME);
    let exported = call.script.shell.last_assigned(call.command, NAME).is_some();
    own || exported || call.script.step.is_some_and(|(stage, index)| is_declared(subject, stage, index))
}

/// Whether a stage, or one that it is built on, declares the variable before instruction number `index`.
pub(crate) fn is_declared(subject: &Subject<'_>, stage: usize, index: usize) -> bool {
    let Some(build) = &subject.build else { return false };
    let chain = build.stages.below(stage);
    let setting = build.steps_of(Keyword::Arg).chain(build.steps_of(Keyword::Env));
    setting.into_iter().any(|step| {
        let comes_before = if step.stage == stage { step.index < index } else { chain.contains(&step.stage) };
        // ARG ends with its stage; ENV goes on.
        let reaches = step.stage == stage || step.instruction.keyword == Keyword::Env;
        comes_before && reaches && declares(step.instruction)
    })
}

fn declares(instruction: &Instruction) -> bool {
    match (&instruction.keyword, &instruction.arguments) {
        (Keyword::Arg, InstructionArguments::Words(words)) => {
            words.iter().any(|word| word.text.split('=').next() == Some(NAME))
        }
        (Keyword::Env, InstructionArguments::Pairs(pairs)) => pairs.iter().any(|pair| pair.key.text == NAME),
        _ => false,
    }
}

/// Whether what commands write into `/etc/shadow` takes its day from the variable.
///
/// The shadow suite does since 4.7 (`gettime` in its libmisc). passwd and chpasswd leave it to pam_unix, which writes today
/// (`pam_unix/passverify.c`), but for `chpasswd -e` and `-c`; so does newusers. Busybox's tools write today.
pub(crate) struct ShadowDays<'s, 'a> {
    subject: &'s Subject<'a>,
    /// The stages that run apk.
    with_apk: BTreeSet<usize>,
}

impl<'s, 'a> ShadowDays<'s, 'a> {
    /// Of the commands of `subject`.
    pub(crate) fn of(subject: &'s Subject<'a>) -> Self {
        let stages = subject.build_calls_of(&["apk"]).filter_map(|call| call.script.step);
        Self { subject, with_apk: stages.map(|(stage, _)| stage).collect() }
    }

    /// Whether what a command writes does.
    pub(crate) fn read_it(&self, call: &Call<'_>) -> bool {
        let has = |names: &[&str]| call.arguments().iter().any(|word| names.contains(&word.text.as_str()));
        let base = base_of(self.subject, call).unwrap_or_default();
        let is_busybox = || self.is_busybox(call, &base);
        let reads = match call.program() {
            Some("useradd" | "usermod") => true,
            Some("chpasswd") => has(&["-e", "--encrypted", "-c", "--crypt-method"]) && !is_busybox(),
            Some("adduser") => !is_busybox(),
            _ => false,
        };
        reads && !OLD_SHADOW.iter().any(|old| base.contains(old))
    }

    /// Whether a command's tools are busybox's: on Alpine, they are.
    fn is_busybox(&self, call: &Call<'_>, base: &str) -> bool {
        let is_run_by_it = call.command.wrappers.iter().any(|wrapper| wrapper.name == "busybox");
        let stages = call.script.step.zip(self.subject.build.as_ref());
        let has_apk = || {
            let chain = stages.map(|((stage, _), build)| build.stages.below(stage)).unwrap_or_default();
            chain.iter().any(|stage| self.with_apk.contains(stage))
        };
        is_run_by_it || base.contains("alpine") || base.contains("busybox") || has_apk()
    }
}

/// What a base's name says whose shadow suite is older than 4.7.
const OLD_SHADOW: [&str; 26] = [
    "debian:8",
    "debian:9",
    "debian:10",
    "jessie",
    "stretch",
    "buster",
    "ubuntu:14",
    "ubuntu:16",
    "ubuntu:18",
    "ubuntu14",
    "ubuntu16",
    "ubuntu18",
    "ubuntu-14",
    "ubuntu-16",
    "ubuntu-18",
    "trusty",
    "xenial",
    "bionic",
    "centos:6",
    "centos:7",
    "centos:8",
    "centos6",
    "centos7",
    "centos8",
    "ubi7",
    "ubi8",
];

/// Whether the `.pyc` files that a command makes hold a hash where the variable is set: Python 3.7 and later make them so
/// (PEP 552).
pub(crate) fn python_reads_it(subject: &Subject<'_>, call: &Call<'_>) -> bool {
    let is_old_program = call.written_programs().any(|name| {
        let version = name.strip_prefix("python").or_else(|| name.strip_prefix("pip"));
        version.is_some_and(is_old_python)
    });
    let base = base_of(subject, call).unwrap_or_default();
    let tag = base.rsplit('/').next().and_then(|name| name.strip_prefix("python:"));
    !is_old_program && !tag.is_some_and(is_old_python)
}

/// Whether a version is one of Python's before 3.7.
fn is_old_python(version: &str) -> bool {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(2), _) => true,
        (Some(3), Some(minor)) => minor < 7,
        _ => false,
    }
}

/// The image that a command's stage is made from in the end, variables filled in.
fn base_of(subject: &Subject<'_>, call: &Call<'_>) -> Option<String> {
    let (stage, _) = call.script.step?;
    let build = subject.build.as_ref()?;
    let first = build.stages.below(stage).first().copied()?;
    Some(build.stages.stages.get(first)?.expanded.text.to_ascii_lowercase())
}

/// An ARG behind the stage's FROM, with the locked value where there is one. BuildKit hands the variable of the
/// environment to an ARG of this name.
pub(crate) fn declared(subject: &Subject<'_>, stage: usize) -> Option<Fix> {
    let value = subject.locked_pins(stage).and_then(|pins| pins.lock.build.source_date_epoch);
    let value = value.map_or(String::new(), |seconds| format!("={seconds}"));
    Some(Fix::safe([behind_from(subject, stage, &format!("ARG {NAME}{value}"))?]))
}
