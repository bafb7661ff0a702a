//! Baselines: findings of old code that are accepted until somebody edits what they stand in, counted down in each report.
//!
//! Vocabulary: an *exception* excuses a finding, in the shape of policies' exceptions. It goes by the file, the rule and the
//! *statement* that the finding begins in, so that lines may come and go around it; written by hand, without a text, by the line,
//! or by the file alone. It is *gone* where all of the file was looked at and nothing is left of it, and *expired* behind its last
//! day: then it excuses nothing.
//!
//! What it refuses to do: an exception never goes by the kind of a finding alone, and one of it excuses no two.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::base::checkout::absolute;
use crate::finding::{Finding, Turn};
use crate::lint::baseline::file::Exception;
use crate::lint::blocks::Blocks;
use crate::lint::engine::error::LintError;
use crate::lint::engine::session::Linted;
use crate::lint::engine::settings::Settings;
use crate::lint::rules;

/// A baseline's file and what it holds.
#[derive(Debug)]
pub struct Baseline {
    path: PathBuf,
    exceptions: Vec<Exception>,
    /// The folder that its paths start from, and the current one, both from the root.
    folder: PathBuf,
    here: PathBuf,
}

/// What came of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accepted {
    /// The file, as it was named.
    pub path: String,
    /// Exceptions that excuse a finding.
    pub count: usize,
    /// Exceptions whose last day is past, of findings that are there.
    pub expired: usize,
    /// Exceptions of what is no longer found.
    pub gone: Vec<GoneFinding>,
}

/// What an exception was for, and is not found any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoneFinding {
    /// The file, from the baseline's folder.
    pub path: String,
    /// Where it stood when the exception was written.
    pub line: Option<usize>,
    /// The rule.
    pub rule: &'static str,
    /// The statement that it stood in.
    pub text: Option<String>,
}

impl Baseline {
    /// Reads a file; an empty baseline where there is none, and `may_be_missing`.
    pub fn read(path: &Path, may_be_missing: bool) -> Result<Self, LintError> {
        let exceptions = match file::read(path)? {
            Some(exceptions) => exceptions,
            None if may_be_missing => Vec::new(),
            None => return Err(LintError::NoBaseline { path: path.into() }),
        };
        let here = std::env::current_dir().unwrap_or_default();
        let folder = absolute(&here, path.parent().unwrap_or(Path::new("")));
        Ok(Self { path: path.into(), exceptions, folder, here })
    }

    /// Takes out what is excused on the day `today`, and counts it.
    pub fn accept(&self, linted: &mut [Linted], settings: &Settings, today: Date) -> Accepted {
        let mut open = Open::of(&self.exceptions);
        let mut whole = BTreeSet::new();
        let (mut count, mut expired) = (0, 0);
        for linted in linted {
            let path = self.path_of(&linted.source.path);
            let findings = std::mem::take(&mut linted.findings);
            let blocks = Blocks::of(&linted.source);
            let is_told = |finding: &Finding| match open.take(&path, finding, &blocks) {
                None => true,
                Some(exception) if exception.expires.is_some_and(|day| day < today) => {
                    expired += 1;
                    true
                }
                Some(_) => false,
            };
            let all = findings.len();
            linted.findings = findings.into_iter().filter(is_told).collect();
            linted.silenced.baseline = all - linted.findings.len();
            count += linted.silenced.baseline;
            if linted.obstacles.is_empty() && linted.more == 0 {
                whole.insert(path);
            }
        }
        let mut gone: Vec<GoneFinding> =
            open.left().filter_map(|exception| self.gone(exception, &whole, settings)).collect();
        gone.sort();
        Accepted { path: self.path.to_string_lossy().replace('\\', "/"), count, expired, gone }
    }

    /// What is left of an exception that excuses nothing; none where it may excuse something in another run.
    fn gone(
        &self,
        exception: &Exception,
        whole: &BTreeSet<String>,
        settings: &Settings,
    ) -> Option<GoneFinding> {
        let rule = rules::find(exception.rule?)?;
        let place = self.folder.join(&exception.path);
        // Settings know a file by the name that it is linted by.
        let named = place.strip_prefix(&self.here).unwrap_or(&place).to_string_lossy().replace('\\', "/");
        let is_looked_for = settings.is_on(rule.profile(), &named) && settings.min_severity.is_none();
        let is_judged = whole.contains(&exception.path) || !place.exists();
        (is_looked_for && is_judged).then(|| GoneFinding {
            path: exception.path.clone(),
            line: exception.line,
            rule: rule.about().id,
            text: exception.text.clone(),
        })
    }

    /// The baseline of what is found: what it has of this already stays as somebody wrote it, and what is gone goes.
    pub fn renewed(mut self, linted: &[Linted], settings: &Settings) -> Self {
        let mut exceptions = Vec::new();
        let mut open = Open::of(&self.exceptions);
        let mut whole = BTreeSet::new();
        for linted in linted {
            let path = self.path_of(&linted.source.path);
            let blocks = Blocks::of(&linted.source);
            for finding in linted.findings.iter() {
                let (line, statement) = (blocks.line(finding), blocks.statement(finding));
                match open.take(&path, finding, &blocks) {
                    // One of a whole file, or of a line, stands for what it says.
                    Some(old) if old.text.is_none() => exceptions.push(old.clone()),
                    Some(old) => {
                        let mut old = old.clone();
                        old.line = Some(line);
                        exceptions.push(old);
                    }
                    None if finding.turn == Turn::Later => {}
                    None => exceptions.push(Exception::of(finding.rule, path.clone(), line, statement)),
                }
            }
            if linted.obstacles.is_empty() && linted.more == 0 {
                whole.insert(path);
            }
        }
        let left = open.left().filter(|exception| self.gone(exception, &whole, settings).is_none());
        exceptions.extend(left.cloned());
        exceptions.sort();
        exceptions.dedup_by(|one, other| one.text.is_none() && one == other);
        self.exceptions = exceptions;
        self
    }

    /// Writes it to its file, whole or not at all.
    pub fn write(&self) -> Result<(), LintError> {
        file::write(&self.path, &self.exceptions)
    }

    /// A source's path from the baseline's folder, with forward slashes.
    fn path_of(&self, path: &str) -> String {
        let whole = absolute(&self.here, Path::new(path));
        let above = self.folder.ancestors().enumerate();
        let mut ways = above.filter_map(|(up, folder)| Some((up, whole.strip_prefix(folder).ok()?)));
        match ways.next() {
            Some((up, rest)) => "../".repeat(up) + &rest.to_string_lossy().replace('\\', "/"),
            None => path.to_owned(),
        }
    }
}

/// The exceptions that have excused nothing yet.
struct Open<'a> {
    all: &'a [Exception],
    is_used: Vec<bool>,
    /// Those with a text, by path, rule and text: each excuses one finding.
    by_text: BTreeMap<(String, &'static str, String), Vec<usize>>,
    /// The others, by path and rule.
    by_place: BTreeMap<(String, &'static str), Vec<usize>>,
}

impl<'a> Open<'a> {
    fn of(all: &'a [Exception]) -> Self {
        let mut open = Self {
            all,
            is_used: vec![false; all.len()],
            by_text: BTreeMap::new(),
            by_place: BTreeMap::new(),
        };
        // From the end, so that the first of several is the first to be taken.
        for (number, exception) in all.iter().enumerate().rev() {
            let Some(rule) = exception.rule else { continue };
            let path = exception.path.clone();
            match &exception.text {
                Some(text) => open.by_text.entry((path, rule, text.clone())).or_default().push(number),
                None => open.by_place.entry((path, rule)).or_default().push(number),
            }
        }
        open
    }

    /// The exception that excuses a finding.
    fn take(&mut self, path: &str, finding: &Finding, blocks: &Blocks<'_>) -> Option<&'a Exception> {
        if self.all.is_empty() {
            return None;
        }
        let text = blocks.statement(finding);
        let own = self.by_text.get_mut(&(path.to_owned(), finding.rule, text)).and_then(Vec::pop);
        let of_place = || {
            let numbers = self.by_place.get(&(path.to_owned(), finding.rule))?;
            let fits = |number: &&usize| {
                let line = self.all.get(**number).and_then(|exception| exception.line);
                line.is_none_or(|line| line == blocks.line(finding))
            };
            numbers.iter().find(fits).copied()
        };
        let number = own.or_else(of_place)?;
        self.is_used.get_mut(number).into_iter().for_each(|is_used| *is_used = true);
        self.all.get(number)
    }

    fn left(&self) -> impl Iterator<Item = &'a Exception> {
        self.all
            .iter()
            .zip(self.is_used.clone())
            .filter(|(_, is_used)| !is_used)
            .map(|(exception, _)| exception)
    }
}
