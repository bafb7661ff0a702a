//! Linting: which lines of a Dockerfile, and of what is around it, can't reproduce, and what to write instead.
//!
//! Vocabulary: a *source* is a text that is linted; its *subject* is what was read out of it, once, for all rules. A
//! *rule* looks at a subject and pushes findings. *Pins* are what the lockfile knows, for fixes.
//!
//! Adding a rule: one file in `rules/` with a `struct` that implements [`Rule`], its line in [`rules::REGISTRY`], its page
//! `docs/rules/<id>.md`, and its fixtures `testdata/lint/<id>/{bad,good,fixed}.*`.
//!
//! What it refuses to do: it runs nothing, asks no registry and no index; what can't be known from the texts and the lock
//! lowers a finding's confidence.

mod bases;
mod build_file;
mod builds;
mod checksums;
mod code;
pub mod collect;
mod conda;
mod digest_fix;
mod downloads;
mod drift;
mod edits;
mod epoch;
mod findings;
mod fixing;
mod git;
mod images;
mod os_packages;
mod pins;
mod pip;
mod platforms;
mod python;
mod read;
mod residue;
mod rule;
pub mod rules;
mod run_end;
mod script;
mod session;
mod settings;
mod source;
mod subject;
mod suppress;
mod tags;
mod together;
mod tools;
mod value;
mod workspace;
mod write;

use crate::base::text::Span;
use crate::dockerfile::{BuildInputs, Dockerfile, Stages};
use crate::finding::{Confidence, Finding};
use crate::python::RequirementsFile;

pub use bases::{ArgDefault, End, LooseBase, loose_bases, reference_end};
pub use build_file::{BuildFile, BuildStep};
pub use builds::{BuildCall, ContainerUse, Mount, Setting};
pub use collect::Obstacle;
pub use digest_fix::{digest_digits, other_digest, pinned_at, pinned_in_default};
pub use findings::{Findings, Found};
pub use fixing::{Fixed, fix};
pub use images::{ImageName, ImageRole, ImageUse};
pub use pins::{ImagePin, Pins};
pub use platforms::{is_locked_platform, is_multi_platform, names_platform};
pub use python::{Head, LooseRevision, is_hashed_url, loose_revision, may_apply};
pub use rule::{About, Remedy, Rule, Set};
pub use run_end::RunEnd;
pub use script::{Call, Purpose, Script};
pub use session::{Change, Linted, run};
pub use settings::{Settings, SettingsError, pattern, rules_named};
pub use source::{Context, Kind, Source};
pub use subject::Subject;
pub use suppress::Suppression;
pub use together::Together;
pub use value::Value;
pub use workspace::with_requirements;
pub use write::{WriteError, write};

/// What the rules that are on find in a source, in the order of the text.
pub fn check(source: &Source, settings: &Settings) -> Vec<Finding> {
    with_subject(source, |subject| findings(subject, settings))
}

/// What `look` makes of a source, read once.
pub fn with_subject<T>(source: &Source, look: impl FnOnce(&Subject<'_>) -> T) -> T {
    match source.kind {
        Kind::Dockerfile => {
            let dockerfile = Dockerfile::parse(&source.text);
            let stages = Stages::of(&dockerfile, &BuildInputs::default());
            let build = BuildFile::of(&stages);
            let (scripts, images) = (script::of_build(&build), images::of_build(&build));
            let subject = Subject { scripts, images, build: Some(build), ..Subject::of(source) };
            look(&subject)
        }
        Kind::Requirements | Kind::Constraints => {
            let requirements = Some(RequirementsFile::parse(&source.text));
            look(&Subject { requirements, ..Subject::of(source) })
        }
        _ => look(&read::subject(source)),
    }
}

/// What the rules that are on find in what was read of a source, in the order of the text.
pub fn findings(subject: &Subject<'_>, settings: &Settings) -> Vec<Finding> {
    let source = subject.source;
    let mut findings = Vec::new();
    for rule in rules::REGISTRY {
        if settings.is_on(*rule, &source.path) {
            rule.check(subject, &mut Findings::new(rule.about(), &mut findings));
        }
    }
    let dockerfile = subject.build.as_ref().map(|build| build.dockerfile);
    let mut suppressions = suppress::suppressions(&source.text, dockerfile);
    suppress::silence(&mut findings, &mut suppressions);
    rules::check_suppressions(&suppressions, source, settings, &mut findings);
    for finding in &mut findings {
        finding.severity = settings.severity(finding.rule, finding.severity);
    }
    findings.retain(|finding| settings.min_severity.is_none_or(|least| finding.severity >= least));
    findings.sort_by(|one, other| (one.span, one.rule).cmp(&(other.span, other.rule)));
    findings.dedup();
    findings
}

/// How sure a rule can be of a value: not at all sure where part of it is unknown.
pub fn confidence_in(known: bool) -> Confidence {
    if known { Confidence::High } else { Confidence::Low }
}

/// The whole lines that `span` touches, the newline at their end included.
pub fn whole_lines(text: &str, span: Span) -> Span {
    let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let ends_a_line = !span.is_empty() && span.text(text).ends_with('\n');
    let rest = if ends_a_line { span.end - 1 } else { span.end };
    let end = text.get(rest..).and_then(|after| after.find('\n')).map_or(text.len(), |at| rest + at + 1);
    Span::new(start, end)
}

/// `a`, `a and b`, `a, b and 3 more`: names for a message.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}
