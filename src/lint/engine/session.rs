//! A run over sources: each checked, and where that is asked for, fixed.

use rayon::prelude::*;

use crate::base::limits;
use crate::base::text::Lines;
use crate::dockerfile::{BuildInputs, Dockerfile, Problem, Stages, refusals};
use crate::finding::{Finding, Safety, Severity, Turn};
use crate::lint::collect::obstacle::{Obstacle, too_long};
use crate::lint::engine::check::{Checked, Silenced, checked};
use crate::lint::engine::fixing::{Fixed, fix};
use crate::lint::engine::settings::Settings;
use crate::lint::subject::source::{SourceKind, SourceText};

/// A source that was linted.
#[derive(Debug, Clone)]
pub struct Linted {
    /// The source; where it was fixed, with its fixed text.
    pub source: SourceText,
    /// What was found; where it was fixed, what is left.
    pub findings: Vec<Finding>,
    /// What came of fixing it, where its text changed.
    pub change: Option<TextChange>,
    /// Where it could not be parsed.
    pub obstacles: Vec<Obstacle>,
    /// What was found and silenced.
    pub silenced: Silenced,
    /// What was found and left out, since nothing changed there.
    pub unchanged: usize,
    /// Findings beside those that are listed: a text that has more than anyone reads.
    pub more: usize,
}

/// A text that fixes changed.
#[derive(Debug, Clone)]
pub struct TextChange {
    /// The text before.
    pub before: String,
    /// What was done; its text is the source's now.
    pub fixed: Fixed,
}

/// Checks each source, and fixes it as far as `fixes` goes. Results are in the sources' order.
pub fn run(sources: Vec<SourceText>, settings: &Settings, fixes: Option<Safety>) -> Vec<Linted> {
    sources.into_par_iter().map(|source| one(source, settings, fixes)).collect()
}

fn one(mut source: SourceText, settings: &Settings, fixes: Option<Safety>) -> Linted {
    let obstacles = if source.kind == SourceKind::Dockerfile { unparsed(&source) } else { Vec::new() };
    // What doesn't parse is left alone: no telling what an edit would do to it. Nothing is found in another file that can't
    // be read, so nothing is fixed there.
    let fixed = fixes
        .filter(|_| obstacles.is_empty() && !source.is_part)
        .map(|allowed| fix(&source, settings, allowed));
    let change = fixed.filter(|fixed| fixed.text != source.text).map(|fixed| {
        let before = std::mem::replace(&mut source.text, fixed.text.clone());
        TextChange { before, fixed }
    });
    let mut linted = Linted {
        findings: Vec::new(),
        source,
        change,
        obstacles,
        silenced: Silenced::default(),
        unchanged: 0,
        more: 0,
    };
    linted.check(settings);
    linted
}

impl Linted {
    /// Whether something is found that matters as much as `least`.
    pub fn fails(&self, least: Severity) -> bool {
        self.findings.iter().any(|finding| finding.turn == Turn::Now && finding.severity >= least)
    }

    /// Undoes the fixes, which could not be written.
    pub fn revert(&mut self, settings: &Settings) {
        if let Some(change) = self.change.take() {
            self.source.text = change.before;
            self.check(settings);
        }
    }

    fn check(&mut self, settings: &Settings) {
        let Checked { mut findings, silenced, unread, is_cut } = checked(&self.source, settings);
        if is_cut {
            self.obstacles = vec![too_long(&self.source.path)];
        }
        if let Some(language) = unread {
            let message = format!("can't be read as {language}, or nests too deep");
            let hint = "what it builds and runs is not checked";
            self.obstacles = vec![Obstacle::new(self.source.path.clone(), message).hint(hint)];
        }
        self.more = findings.len().saturating_sub(limits::FINDINGS);
        findings.truncate(limits::FINDINGS);
        (self.findings, self.silenced) = (findings, silenced);
    }
}

/// The places where BuildKit's parser would stop; where it would not, those that its builder refuses.
fn unparsed(source: &SourceText) -> Vec<Obstacle> {
    let dockerfile = Dockerfile::parse(&source.text);
    let lines = Lines::of(&source.text);
    let mut problems: Vec<Problem> = dockerfile.fatal_problems().cloned().collect();
    if problems.is_empty() {
        problems = refusals(&Stages::of(&dockerfile, &BuildInputs::default()));
    }
    let obstacle = |problem: &Problem, message: String| Obstacle {
        at: Some(lines.position(&source.text, problem.span.start)),
        ..Obstacle::new(source.path.clone(), message)
    };
    let (listed, rest) = problems.split_at(problems.len().min(limits::PROBLEMS));
    let mut obstacles: Vec<Obstacle> =
        listed.iter().map(|problem| obstacle(problem, problem.message.clone())).collect();
    obstacles.extend(
        rest.first().map(|next| obstacle(next, format!("and {} more places like these", rest.len()))),
    );
    obstacles
}
