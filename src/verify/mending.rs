//! From what drifted to the edit of the Dockerfile that mends it, at the line that made it.
//!
//! Vocabulary: a *mending* is edits that go in together, with the causes and the lines that they are for. It comes from the
//! cause's lint rule, where the rule has a fix for that instruction or its stage; else from the command that the cause knows
//! to take its file away, put in at the RUN's end. A *hunk* is some lines that follow each other, before and after.
//!
//! What it refuses to do: it mends nothing whose line is not known, takes no file away that did not drift there, shows no secret
//! of a line, and offers no edits that don't go into one text together, or after which that text would be
//! read otherwise.

mod cleaning;
mod hunks;

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::Outcome;
use crate::base::secrets;
use crate::base::text::Span;
use crate::causes::{self, Cause, Extent, Mends};
use crate::compare::drift::Drift;
use crate::compare::outcome::LayerOutcome;
use crate::dockerfile::{Dockerfile, Instruction, Keyword, Stage};
use crate::finding::{Edit, Finding, Fix, apply};
use crate::lint::{self, BuildFile, Purpose, Settings, SourceText, Subject};
use cleaning::CauseFiles;
pub use hunks::Hunk;

/// Edits of the Dockerfile that go in together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mending {
    /// The causes that they mend, by id.
    pub causes: BTreeSet<&'static str>,
    /// The lint rule whose fix they are.
    pub rule: Option<&'static str>,
    /// The first lines of the instructions whose drift they mend.
    pub lines: BTreeSet<usize>,
    /// The edits, of bytes.
    pub fix: Fix,
    /// The same as whole lines.
    pub hunks: Vec<Hunk>,
}

/// The lint rule whose finding stands for what a cause explains, by where it stands.
fn rule_of(cause: &dyn Cause, is_there: impl Fn(Extent) -> bool) -> Option<(&'static str, Extent)> {
    cause.profile().mends.iter().find_map(|mends| match *mends {
        Mends::Rule(rule, extent) if is_there(extent) => Some((rule, extent)),
        _ => None,
    })
}

/// The rules of which the commands of [`cleaning`] stand for the findings.
fn rules_of_ends() -> BTreeSet<&'static str> {
    let of_end = |cause: &&'static dyn Cause| rule_of(*cause, |extent| extent == Extent::RunEnd);
    causes::REGISTRY.iter().filter_map(of_end).map(|(rule, _)| rule).collect()
}

/// What drifted, by the line that made it and by cause.
type Lines<'o> = BTreeMap<usize, BTreeMap<&'static str, CauseFiles<'o>>>;

/// The edits of `source`, a Dockerfile with the pins of its lock, that mend what `outcome` explains, in its order.
pub fn find(outcome: &Outcome, source: &SourceText) -> Vec<Mending> {
    let lines = lines(outcome);
    let bases = of_bases(outcome);
    if lines.is_empty() && bases.is_empty() {
        return Vec::new();
    }
    let mut mendings = lint::with_subject(source, |subject| {
        let Some(build) = &subject.build else { return Vec::new() };
        let settings = Settings {
            select: lint::rules::REGISTRY.iter().map(|rule| rule.about().id).collect(),
            ..Settings::default()
        };
        let all = All { subject, build, findings: lint::findings(subject, &settings) };
        let mut mendings: Vec<Mending> = Vec::new();
        for (line, causes) in &lines {
            all.at_line(*line, causes, &mut mendings);
        }
        for (id, rule) in &bases {
            all.of_base((*id, *rule), lines.keys().next_back().copied(), &mut mendings);
        }
        mendings
    });
    mendings.sort_by_key(|mending| mending.fix.edits.iter().map(|edit| edit.span.start).min());
    together(&source.text, mendings)
}

fn lines(outcome: &Outcome) -> Lines<'_> {
    let mut lines = Lines::new();
    for (layer, drift) in outcome.drifts() {
        let Some(best) = drift.best() else { continue };
        let made_by = made_by(layer.layer, drift.drift);
        for line in &made_by {
            let files = lines.entry(*line).or_default().entry(best.cause.id());
            let files = files.or_insert_with(|| CauseFiles { cause: best.cause, paths: Vec::new() });
            if made_by.len() == 1 {
                files.paths.push(&drift.drift.path);
            }
        }
    }
    lines
}

/// What is mended in a FROM: the causes that explain layers, each with its rule.
fn of_bases(outcome: &Outcome) -> BTreeMap<&'static str, &'static str> {
    let causes = outcome.layers().flat_map(|layer| layer.causes).map(|attribution| attribution.cause);
    let of_base = |cause: &'static dyn Cause| {
        let (rule, _) = rule_of(cause, |extent| extent == Extent::Base)?;
        Some((cause.id(), rule))
    };
    causes.filter_map(of_base).collect()
}

/// The lines of the instructions of which one made the file.
fn made_by(layer: &LayerOutcome, drift: &Drift) -> Vec<usize> {
    match drift.line {
        Some(line) => vec![line],
        None if layer.lines.is_empty() => layer.line.into_iter().collect(),
        None => layer.lines.clone(),
    }
}

/// A Dockerfile, and all that lint finds in it.
struct All<'s> {
    subject: &'s Subject<'s>,
    build: &'s BuildFile<'s>,
    findings: Vec<Finding>,
}

impl All<'_> {
    /// What mends the drift of the instruction that begins at `line`.
    fn at_line(
        &self,
        line: usize,
        causes: &BTreeMap<&'static str, CauseFiles<'_>>,
        mendings: &mut Vec<Mending>,
    ) {
        let mut instructions = self.build.dockerfile.instructions();
        let Some(instruction) = instructions.find(|instruction| instruction.lines.0 == line) else { return };
        for (id, files) in causes {
            let is_above = |extent| matches!(extent, Extent::Stage | Extent::Instruction);
            let Some((rule, extent)) = rule_of(files.cause, is_above) else { continue };
            let place = match extent {
                Extent::Stage => self.stage_of(instruction).map(whole),
                _ => Some(instruction.span),
            };
            if let Some(fix) = place.and_then(|place| self.fix(rule, place)) {
                self.add(mendings, ([*id].into(), Some(rule)), line, fix);
            }
        }
        let is_mended = |id: &&&str| {
            mendings.iter().any(|known| known.lines.contains(&line) && known.causes.contains(**id))
        };
        let mended: BTreeSet<&str> = causes.keys().filter(is_mended).copied().collect();
        let left = causes.iter().filter(|(id, _)| !mended.contains(*id)).map(|(id, files)| (*id, files));
        let has_fix = |rule: &&str| self.fix(rule, instruction.span).is_some();
        let residue = rules_of_ends().into_iter().find(has_fix);
        if let Some(cleaning) = cleaning::find(self.subject, line, residue, left.collect()) {
            self.add(mendings, (cleaning.causes, cleaning.rule), line, cleaning.fix);
        }
    }

    /// What holds the base to its digest: that of the stage which the last line is in, or of the last stage.
    fn of_base(
        &self,
        (id, rule): (&'static str, &'static str),
        line: Option<usize>,
        mendings: &mut Vec<Mending>,
    ) {
        let stages = &self.build.stages;
        let is_at = |instruction: &&Instruction| Some(instruction.lines.0) == line;
        let top = self.build.dockerfile.instructions().find(is_at).and_then(|last| self.stage_of(last));
        let Some(top) = top.or(stages.stages.last()) else { return };
        let root = stages.chain(top.index).stages.first().and_then(|root| stages.stages.get(*root));
        if let Some((root, fix)) = root.and_then(|root| Some((root, self.fix(rule, root.from.span)?))) {
            self.add(mendings, ([id].into(), Some(rule)), root.from.lines.0, fix);
        }
    }

    fn stage_of(&self, instruction: &Instruction) -> Option<&Stage<'_>> {
        self.build.stages.stages.iter().rfind(|stage| stage.from.span.start <= instruction.span.start)
    }

    /// The fixes of a rule's findings within `place`, as one.
    fn fix(&self, rule: &str, place: Span) -> Option<Fix> {
        let is_there = |finding: &&Finding| {
            finding.rule == rule && finding.span.start >= place.start && finding.span.end <= place.end
        };
        let fixes: Vec<&Fix> =
            self.findings.iter().filter(is_there).filter_map(|finding| finding.fix.as_ref()).collect();
        let (_, applied) = apply(self.subject.text(), &fixes);
        let fixes: Vec<&Fix> = applied.iter().filter_map(|number| fixes.get(*number).copied()).collect();
        let edits: BTreeSet<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
        let safety = fixes.iter().map(|fix| fix.safety).max()?;
        Some(Fix { safety, edits: edits.into_iter().cloned().collect() })
    }

    /// Takes a mending; one of the same edits is for more causes and lines then.
    fn add(
        &self,
        mendings: &mut Vec<Mending>,
        (causes, rule): (BTreeSet<&'static str>, Option<&'static str>),
        line: usize,
        fix: Fix,
    ) {
        if let Some(known) = mendings.iter_mut().find(|known| known.fix.edits == fix.edits) {
            known.causes.extend(causes);
            known.lines.insert(line);
            known.fix.safety = known.fix.safety.max(fix.safety);
            return;
        }
        let mut hunks = hunks::of(self.subject.text(), &fix.edits);
        // A report may be attached to the image and read by others than the Dockerfile is. What is put in holds no secret: an
        // edit without it would be another.
        if fix.edits.iter().any(|edit| secrets::redact(&edit.text).is_some()) {
            return;
        }
        for line in hunks.iter_mut().flat_map(|hunk| hunk.before.iter_mut().chain(&mut hunk.after)) {
            secrets::hide(line);
        }
        mendings.push(Mending { causes, rule, lines: [line].into(), fix, hunks });
    }
}

/// A stage from its FROM to the end of its last instruction.
fn whole(stage: &Stage<'_>) -> Span {
    let last = stage.instructions.last().map_or(stage.from.span.end, |last| last.span.end);
    Span::new(stage.from.span.start, last)
}

/// Those that go into one text together; none where it would be read otherwise than it was.
fn together(text: &str, mendings: Vec<Mending>) -> Vec<Mending> {
    let fixes: Vec<&Fix> = mendings.iter().map(|mending| &mending.fix).collect();
    let (edited, applied) = apply(text, &fixes);
    if mendings.is_empty() || !reads_alike(text, &edited) {
        return Vec::new();
    }
    let applied: BTreeSet<usize> = applied.into_iter().collect();
    mendings
        .into_iter()
        .enumerate()
        .filter(|(at, _)| applied.contains(at))
        .map(|(_, mending)| mending)
        .collect()
}

/// Whether an edited Dockerfile has the instructions that it had, ARG apart, and each RUN its commands or more.
fn reads_alike(text: &str, edited: &str) -> bool {
    let [old, new] = [text, edited].map(shape);
    let keeps = |(old, new): (&usize, &usize)| old <= new;
    old.keywords == new.keywords
        && new.problems <= old.problems
        && old.commands.len() == new.commands.len()
        && old.commands.iter().zip(&new.commands).all(keeps)
}

/// What an edit must not change of a Dockerfile.
struct Shape {
    keywords: Vec<Keyword>,
    problems: usize,
    /// How many commands each RUN has.
    commands: Vec<usize>,
}

fn shape(text: &str) -> Shape {
    let dockerfile = Dockerfile::parse(text);
    let keywords = dockerfile.instructions().map(|instruction| instruction.keyword);
    let source = SourceText::new("", lint::SourceKind::Dockerfile, text);
    let commands = lint::with_subject(&source, |subject| {
        let runs = subject.scripts.iter().filter(|script| script.purpose == Purpose::Build);
        runs.map(|script| script.shell.commands.len()).collect()
    });
    Shape {
        keywords: keywords.filter(|keyword| *keyword != Keyword::Arg).collect(),
        problems: dockerfile.fatal_problems().count(),
        commands,
    }
}

#[cfg(test)]
mod tests;
