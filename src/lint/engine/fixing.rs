//! Fixing to convergence: the fixes of what is told go in, the text is parsed and linted again, until there is nothing left to fix.
//!
//! What it refuses to do: a text that BuildKit would no longer read is never the result; the fixes of that round are
//! tried one by one, and the one that broke it is left out.

use std::collections::BTreeSet;

use crate::dockerfile::Dockerfile;
use crate::finding::{Finding, Fix, Safety, Turn, apply};
use crate::lint::engine::check::check;
use crate::lint::engine::settings::Settings;
use crate::lint::subject::source::{SourceKind, SourceText};

/// Rounds until a text must have settled; real ones take two or three.
const ROUNDS: usize = 24;

/// Fixes that are tried one by one where together they break the text: as many as read this many bytes, and a few at least.
const TRIED_BYTES: usize = 16 << 20;
const TRIES: usize = 4;

/// What came of fixing a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The text with its fixes in.
    pub text: String,
    /// How many fixes went in, by rule, in the rules' order.
    pub count: usize,
    /// The rules that were fixed.
    pub rules: BTreeSet<&'static str>,
    /// Whether there was nothing left to fix in the end.
    pub settled: bool,
}

/// Fixes `source` as far as `allowed` goes.
pub fn fix(source: &SourceText, settings: &Settings, allowed: Safety) -> Fixed {
    let mut fixed = Fixed { text: source.text.clone(), count: 0, rules: BTreeSet::new(), settled: false };
    let mut seen = BTreeSet::from([source.text.clone()]);
    let mut current = source.clone();
    for _ in 0..ROUNDS {
        let findings = check(&current, settings);
        let wanted: Vec<(&Finding, &Fix)> = findings
            .iter()
            .filter(|finding| finding.turn != Turn::Later)
            .filter_map(|finding| Some((finding, finding.fix.as_ref().filter(|fix| fix.safety <= allowed)?)))
            .collect();
        let (text, applied) = round(&current, &wanted);
        if applied.is_empty() {
            fixed.settled = true;
            break;
        }
        if !seen.insert(text.clone()) {
            break;
        }
        fixed.count += applied.len();
        fixed
            .rules
            .extend(applied.iter().filter_map(|number| wanted.get(*number)).map(|(finding, _)| finding.rule));
        current.text = text;
    }
    fixed.text = current.text;
    fixed
}

/// The text after one round, and the numbers of the fixes that went in.
fn round(source: &SourceText, wanted: &[(&Finding, &Fix)]) -> (String, Vec<usize>) {
    let fixes: Vec<&Fix> = wanted.iter().map(|(_, fix)| *fix).collect();
    let (text, applied) = apply(&source.text, &fixes);
    if reads_as_well(source, &text) {
        return (text, applied);
    }
    // Each try reads all of the text again.
    let tries = (TRIED_BYTES / source.text.len().max(1)).max(TRIES);
    for number in applied.into_iter().take(tries) {
        let Some(fix) = fixes.get(number) else { continue };
        let (text, applied) = apply(&source.text, &[fix]);
        if !applied.is_empty() && reads_as_well(source, &text) {
            return (text, vec![number]);
        }
    }
    (source.text.clone(), Vec::new())
}

/// Whether `text` has no more than the fatal problems that the source had.
fn reads_as_well(source: &SourceText, text: &str) -> bool {
    let problems = |text: &str| Dockerfile::parse(text).fatal_problems().count();
    source.kind != SourceKind::Dockerfile || problems(text) <= problems(&source.text)
}
