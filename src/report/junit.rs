//! JUnit's XML, as CI servers read it: a suite a file that was linted, or an image; a case a finding, or a layer.
//!
//! There is no schema that all readers agree on; what is written here are the elements that all of them know. It has no
//! times and no host name.

use std::collections::BTreeMap;
use std::io;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::findings::Counts;
use super::format::Format;
use super::guard::Guard;
use super::model::{Checked, Matter, Report, Verified};
use super::notices::{Faults, Notice};
use super::style::{Style, counted, harmless};
use super::verdict::Verdict;
use crate::base::about::{About, AboutKind};
use crate::finding::Severity;

/// `--format junit`
pub(super) struct JUnit;

impl Format for JUnit {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: AboutKind::Format,
            id: "junit",
            summary: "for any CI server: a case for each finding or layer",
            page: include_str!("../../docs/formats/junit.md"),
        };
        &ABOUT
    }

    fn covers(&self, matter: Matter) -> bool {
        matter.has_findings()
    }

    fn guard(&self) -> Guard {
        Guard::Markup
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let Some(faults) = Faults::of(report) else { return Ok(()) };
        let notices = faults.notices();
        let suites = match faults {
            Faults::Sources(checked) => of_lint(checked, &notices),
            Faults::Image(verified) => vec![of_image(verified, &notices)],
        };
        let mut document = quick_junit::Report::new("reprolock");
        document.add_test_suites(suites.into_iter().map(Suite::element));
        // The crate's error hides the writer's own, which says whether the reader is gone.
        let mut writer = Watched { out, error: None };
        let written = document.serialize(&mut writer);
        match (writer.error, written) {
            (Some(error), _) => Err(error),
            (None, written) => written.map_err(io::Error::other),
        }
    }
}

/// A writer that keeps its first error.
struct Watched<'w> {
    out: &'w mut dyn io::Write,
    error: Option<io::Error>,
}

impl Watched<'_> {
    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            self.error.get_or_insert(error);
            kind.into()
        })
    }
}

impl io::Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.out.write(bytes);
        self.keep(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.out.flush();
        self.keep(result)
    }
}

struct Suite {
    name: String,
    /// The verdict, of images.
    verdict: Option<&'static str>,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    result: CaseResult,
}

enum CaseResult {
    Passed,
    /// It passed, and there is something to say of it.
    Noted(String),
    /// It was not told, and why.
    Skipped(String),
    /// What failed, and more of it.
    Failed {
        id: &'static str,
        message: String,
        more: String,
    },
    /// It could not be tried.
    Error(String),
}

impl Suite {
    fn element(self) -> TestSuite {
        let mut suite = TestSuite::new(text(&self.name));
        if let Some(verdict) = self.verdict {
            suite.add_property(("verdict", verdict));
        }
        suite.add_test_cases(self.cases.into_iter().map(|case| case.element(&self.name)));
        suite
    }
}

impl Case {
    fn element(self, suite: &str) -> TestCase {
        let status = match &self.result {
            CaseResult::Passed | CaseResult::Noted(_) => TestCaseStatus::success(),
            CaseResult::Skipped(why) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(text(why));
                status
            }
            CaseResult::Failed { id, message, more } => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type(*id).set_message(text(message)).set_description(text(more));
                status
            }
            CaseResult::Error(message) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(text(message));
                status
            }
        };
        let mut case = TestCase::new(text(&self.name), status);
        case.set_classname(text(suite));
        if let CaseResult::Noted(note) = &self.result {
            case.set_system_out(text(note));
        }
        case
    }
}

/// Text for an element or attribute. What comes here is harmless, and XML 1.0 takes every character of it but two, that
/// are no XML at all, and that no one means (§2.2).
fn text(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn of_lint(checked: &Checked<'_>, notices: &[Notice<'_>]) -> Vec<Suite> {
    let mut by_path: BTreeMap<&str, Vec<&Notice<'_>>> = BTreeMap::new();
    for notice in notices {
        by_path.entry(notice.path.unwrap_or_default()).or_default().push(notice);
    }
    let mut suites: Vec<Suite> = Vec::new();
    for linted in checked.sources {
        let path = &linted.source.path;
        let mut cases: Vec<Case> = by_path
            .get(path.as_str())
            .into_iter()
            .flatten()
            .map(|notice| finding(notice, checked.fail_on))
            .collect();
        if cases.is_empty() && !checked.obstacles.iter().any(|obstacle| obstacle.path == *path) {
            cases.push(Case { name: "lint".to_owned(), result: CaseResult::Passed });
        }
        suites.push(Suite { name: harmless(path), verdict: None, cases });
    }
    let counts = Counts::of(checked);
    let more = (counts.more > 0).then(|| format!("{} not listed", counted(counts.more, "finding")));
    let silenced = counts.silenced().map(|silenced| format!("silenced: {silenced}"));
    let left_out = [
        ("findings", more),
        ("later", counts.later()),
        ("unchanged", counts.unchanged()),
        ("baseline", counts.counted_down()),
        ("silenced", silenced),
        ("ignored", counts.left_out()),
    ];
    let cases: Vec<Case> = left_out
        .into_iter()
        .filter_map(|(name, why)| Some(Case { name: name.to_owned(), result: CaseResult::Skipped(why?) }))
        .collect();
    if !cases.is_empty() {
        suites.push(Suite { name: "left out".to_owned(), verdict: None, cases });
    }
    for obstacle in checked.obstacles {
        let id = Verdict::of_obstacle(obstacle).id();
        let name = obstacle.at.map_or(id.to_owned(), |at| format!("{id}:{}", at.line));
        let case = Case { name, result: CaseResult::Error(harmless(&obstacle.message)) };
        let path = harmless(&obstacle.path);
        match suites.iter_mut().find(|suite| suite.name == path) {
            Some(suite) => suite.cases.push(case),
            None => suites.push(Suite { name: path, verdict: None, cases: vec![case] }),
        }
    }
    suites
}

fn finding(notice: &Notice<'_>, fail_on: Severity) -> Case {
    let place = notice.start.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let more = format!("{}{place}\n{}", notice.path.map(harmless).unwrap_or_default(), notice.text());
    let result = match notice.level >= fail_on {
        true => CaseResult::Failed { id: notice.id, message: notice.message.clone(), more },
        false => CaseResult::Noted(more),
    };
    Case { name: format!("{}{place}", notice.id), result }
}

/// A case for each layer, and one for each thing that differs beside them.
fn of_image(verified: &Verified<'_>, notices: &[Notice<'_>]) -> Suite {
    let layer = |layer: &crate::compare::outcome::LayerOutcome| {
        let what = layer.instruction.as_deref().map_or_else(|| "(no history)".to_owned(), harmless);
        let name = format!("layer {}: {what}", layer.index);
        let own = |notice: &&Notice<'_>| notice.layer == Some(layer.index) && notice.level == Severity::Error;
        let failed: Vec<&Notice<'_>> = notices.iter().filter(own).collect();
        let more: Vec<String> =
            failed.iter().map(|notice| format!("{}: {}", notice.id, notice.text())).collect();
        let result = match failed.first() {
            Some(first) => CaseResult::Failed {
                id: first.id,
                message: Verdict::of_layer(layer.tier, layer.presence).id().to_owned(),
                more: more.join("\n"),
            },
            None => CaseResult::Passed,
        };
        Case { name, result }
    };
    let mut cases: Vec<Case> = verified.outcome.facts.layers.iter().map(layer).collect();
    let beside = notices.iter().filter(|notice| notice.layer.is_none() && notice.level == Severity::Error);
    cases.extend(beside.map(|notice| Case {
        name: format!("{}: {}", notice.id, notice.message),
        result: CaseResult::Failed { id: notice.id, message: notice.message.clone(), more: notice.text() },
    }));
    // An image without layers is a result, too.
    if cases.is_empty() {
        cases.push(Case { name: verified.outcome.verdict.name().to_owned(), result: CaseResult::Passed });
    }
    Suite {
        name: format!("{} against {}", harmless(verified.image), harmless(verified.against)),
        verdict: Some(verified.outcome.verdict.name()),
        cases,
    }
}
