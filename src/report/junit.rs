//! JUnit's XML, as CI servers read it: a suite a file that was linted, or an image; a case a finding, or a layer.
//!
//! There is no schema that all readers agree on; what is written here are the elements that all of them know. It has no
//! times and no host name.

use std::collections::BTreeMap;

use super::model::{Checked, Matter, Report, Verified};
use super::notices::{Notice, notices};
use super::story;
use super::style::{Style, harmless};
use crate::finding::Severity;

/// `--format junit`
pub struct JUnit;

impl super::Format for JUnit {
    fn id(&self) -> &'static str {
        "junit"
    }

    fn covers(&self, matter: Matter) -> bool {
        matter.has_findings()
    }

    fn render(&self, report: &Report<'_>, _: &Style) -> String {
        let found = notices(report);
        let suites = match report {
            Report::Lint(checked) => of_lint(checked, &found),
            Report::Verify(verified) | Report::Diff(verified) => vec![of_image(verified, &found)],
            Report::Freeze(_) | Report::Inspect(_) => Vec::new(),
        };
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        out.push_str(&format!(
            "<testsuites name=\"reprolock\"{}>\n",
            totals(suites.iter().flat_map(|suite| &suite.cases))
        ));
        for suite in &suites {
            let totals = totals(suite.cases.iter());
            out.push_str(&format!("  <testsuite name=\"{}\"{totals}>\n", escaped(&suite.name)));
            if let Some(verdict) = suite.verdict {
                let property = format!("<property name=\"verdict\" value=\"{verdict}\"/>");
                out.push_str(&format!("    <properties>\n      {property}\n    </properties>\n"));
            }
            out.extend(suite.cases.iter().map(|case| element(case, &suite.name)));
            out.push_str("  </testsuite>\n");
        }
        out.push_str("</testsuites>\n");
        out
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
    result: Outcome,
}

enum Outcome {
    Passed,
    /// What failed, and more of it.
    Failed(&'static str, String, String),
    /// It could not be tried.
    Error(String),
}

fn of_lint(checked: &Checked<'_>, found: &[Notice<'_>]) -> Vec<Suite> {
    let mut by_path: BTreeMap<&str, Vec<&Notice<'_>>> = BTreeMap::new();
    for notice in found {
        by_path.entry(notice.path.unwrap_or_default()).or_default().push(notice);
    }
    let mut suites: Vec<Suite> = Vec::new();
    for linted in checked.sources {
        let path = &linted.source.path;
        let mut cases: Vec<Case> =
            by_path.get(path.as_str()).into_iter().flatten().map(|notice| finding(notice)).collect();
        if cases.is_empty() && !checked.obstacles.iter().any(|obstacle| obstacle.path == *path) {
            cases.push(Case { name: "lint".to_owned(), result: Outcome::Passed });
        }
        suites.push(Suite { name: harmless(path), verdict: None, cases });
    }
    for obstacle in checked.obstacles {
        let name = obstacle.at.map_or("read".to_owned(), |at| format!("parse:{}", at.line));
        let case = Case { name, result: Outcome::Error(harmless(&obstacle.message)) };
        let path = harmless(&obstacle.path);
        match suites.iter_mut().find(|suite| suite.name == path) {
            Some(suite) => suite.cases.push(case),
            None => suites.push(Suite { name: path, verdict: None, cases: vec![case] }),
        }
    }
    suites
}

fn finding(notice: &Notice<'_>) -> Case {
    let place = notice.start.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let more = format!("{}{place}\n{}", notice.path.map(harmless).unwrap_or_default(), notice.text());
    Case {
        name: format!("{}{place}", notice.id),
        result: Outcome::Failed(notice.id, notice.message.clone(), more),
    }
}

/// A case for each layer, and one for each thing that differs beside them.
fn of_image(verified: &Verified<'_>, found: &[Notice<'_>]) -> Suite {
    let layer = |layer: &crate::compare::outcome::LayerOutcome| {
        let what = layer.instruction.as_deref().map_or_else(|| "(no history)".to_owned(), harmless);
        let name = format!("layer {}: {what}", layer.index);
        let own = |notice: &&Notice<'_>| notice.layer == Some(layer.index) && notice.level == Severity::Error;
        let failed: Vec<&Notice<'_>> = found.iter().filter(own).collect();
        let more: Vec<String> =
            failed.iter().map(|notice| format!("{}: {}", notice.id, notice.text())).collect();
        let result = match failed.first() {
            Some(first) => Outcome::Failed(first.id, story::standing(layer).to_owned(), more.join("\n")),
            None => Outcome::Passed,
        };
        Case { name, result }
    };
    let mut cases: Vec<Case> = verified.outcome.facts.layers.iter().map(layer).collect();
    let beside = found.iter().filter(|notice| notice.layer.is_none() && notice.level == Severity::Error);
    cases.extend(beside.map(|notice| Case {
        name: format!("{}: {}", notice.id, notice.message),
        result: Outcome::Failed(notice.id, notice.message.clone(), notice.text()),
    }));
    // An image without layers is a result, too.
    if cases.is_empty() {
        cases.push(Case { name: verified.outcome.verdict.name().to_owned(), result: Outcome::Passed });
    }
    Suite {
        name: format!("{} against {}", harmless(verified.image), harmless(verified.against)),
        verdict: Some(verified.outcome.verdict.name()),
        cases,
    }
}

fn totals<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    for case in cases {
        tests += 1;
        failures += usize::from(matches!(case.result, Outcome::Failed(..)));
        errors += usize::from(matches!(case.result, Outcome::Error(_)));
    }
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")
}

fn element(case: &Case, suite: &str) -> String {
    let head = format!("    <testcase name=\"{}\" classname=\"{}\"", escaped(&case.name), escaped(suite));
    match &case.result {
        Outcome::Passed => format!("{head}/>\n"),
        Outcome::Failed(kind, message, more) => format!(
            "{head}>\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>\n    </testcase>\n",
            escaped(message),
            escaped(more)
        ),
        Outcome::Error(message) => {
            format!("{head}>\n      <error message=\"{}\"/>\n    </testcase>\n", escaped(message))
        }
    }
}

/// Text in an element or attribute. What comes here is harmless: XML 1.0 takes every character of it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // The two that are no XML at all, and that no one means (XML 1.0 §2.2).
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
