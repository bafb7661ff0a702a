//! Dockerfiles and what is around them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::error::{Error, Refusal};
use super::judgement::{Judged, Judgement};
use crate::base::{limits, secrets};
use crate::finding::Severity;
use crate::image::{Access, Keeper, OpenOptions, reference};
use crate::lint::collect::{self, Collected, Request};
use crate::lint::{self, NamedDigests, Settings, SourceText, rules_named};
use crate::lockfile::store;

/// Images whose digests could not be learnt that are told one by one.
const UNKNOWN_TOLD: usize = 10;

/// Which rules are on, and what is known besides the texts. By default: the rules that are neither pedantic nor of the
/// runtime, and the lockfile and context that are found as the command line finds them.
#[derive(Debug, Clone, Default)]
pub struct LintOptions {
    settings: Settings,
    lock: Option<PathBuf>,
    context: Option<PathBuf>,
}

impl LintOptions {
    /// This rule alone, or with others that are selected; `all` is all of them. An error where there is no such rule.
    pub fn select(mut self, rule: &str) -> Result<Self, Error> {
        self.settings.select.extend(rules(rule)?);
        Ok(self)
    }

    /// Not this rule. An error where there is no such rule.
    pub fn ignore(mut self, rule: &str) -> Result<Self, Error> {
        self.settings.ignore.extend(rules(rule)?);
        Ok(self)
    }

    /// The pedantic rules too.
    pub fn pedantic(mut self) -> Self {
        self.settings.pedantic = true;
        self
    }

    /// The rules on what happens when a container runs too.
    pub fn runtime(mut self) -> Self {
        self.settings.runtime = true;
        self
    }

    /// The lockfile whose versions and digests the fixes that are shown are made of.
    pub fn lock(self, path: impl Into<PathBuf>) -> Self {
        Self { lock: Some(path.into()), ..self }
    }

    /// The build context of every Dockerfile.
    pub fn context(self, folder: impl Into<PathBuf>) -> Self {
        Self { context: Some(folder.into()), ..self }
    }
}

fn rules(name: &str) -> Result<BTreeSet<&'static str>, Error> {
    Ok(rules_named(name)?.into_iter().collect())
}

/// Says which lines of the files at `paths`, and of those below them that are folders, can't reproduce; of what is below
/// the current folder where there are no paths. Nothing is changed.
///
/// A finding is no error, and neither is a file that cannot be read: the judgement did not pass then, unless all that was found
/// is info. An error where there
/// is nothing to lint, or where the lockfile cannot be read.
///
/// ```
/// use reprolock::LintOptions;
///
/// let judgement = reprolock::lint(["testdata/seed/Dockerfile"], &LintOptions::default())?;
/// assert!(!judgement.passed());
/// let mut text = Vec::new();
/// judgement.render("text", &mut text)?;
/// assert!(String::from_utf8_lossy(&text).contains("image-unpinned-digest"));
///
/// let one = LintOptions::default().select("no-such-rule");
/// assert!(one.is_err());
/// # Ok::<(), reprolock::Error>(())
/// ```
pub fn lint<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
    options: &LintOptions,
) -> Result<Judgement, Error> {
    let lock = options.lock.as_ref().map(|path| Ok::<_, Error>((path.clone(), store::read(path)?)));
    let request = Request {
        paths: paths.into_iter().map(|path| path.as_ref().to_owned()).collect(),
        input: None,
        passes_over: false,
        context: options.context.clone(),
        lock: lock.transpose()?,
    };
    let Collected { sources, mut obstacles, hidden, divided: _ } = sources(&request)?;
    let linted = lint::run(sources, &options.settings, None);
    obstacles.extend(linted.iter().flat_map(|linted| linted.obstacles.iter().cloned()));
    secrets::hide_all(obstacles.iter_mut().map(|obstacle| &mut obstacle.message));
    obstacles.sort();
    Ok(Judgement { matter: Judged::Sources { linted, obstacles, hidden, fail_on: Severity::Warning } })
}

/// Asks the registries of the images that sources name without a digest what their names lead to, and gives it to the
/// sources, for fixes. What could not be learnt is told, a sentence each.
pub(crate) fn ask(sources: &mut [SourceText], access: &Access) -> Vec<String> {
    let mut names = lint::unpinned(sources);
    let beyond = names.len().saturating_sub(limits::ASKED_NAMES);
    names.truncate(limits::ASKED_NAMES);
    let options = OpenOptions { access: access.clone(), ..OpenOptions::default() };
    let answers = reference::digests(Keeper::Registry, &names, &options);
    let (mut digests, mut missed) = (Vec::new(), Vec::new());
    for (name, answer) in names.into_iter().zip(answers) {
        match answer {
            Ok(digest) => digests.push((name, digest.to_string())),
            Err(reason) => missed.push((name, reason)),
        }
    }
    let missed = missed.iter().map(|(name, reason)| (name.as_str(), reason.as_str()));
    let mut notes = reference::unknown_digests(missed, beyond, UNKNOWN_TOLD);
    secrets::hide_all(&mut notes);
    lint::with_digests(sources, NamedDigests::of(digests));
    notes
}

/// Reads what is to be linted; an error where that is nothing.
pub(crate) fn sources(request: &Request) -> Result<Collected, Error> {
    let collected = collect::collect(request);
    match collected.is_empty() && !request.passes_over {
        true => Err(nothing(request).into()),
        false => Ok(collected),
    }
}

fn nothing(request: &Request) -> Refusal {
    let places: Vec<String> = request.paths.iter().map(|path| path.display().to_string()).collect();
    let places = if places.is_empty() { "the current folder".to_owned() } else { places.join(", ") };
    Refusal {
        message: format!("found nothing to lint in {places}: no Dockerfile, compose file or the like"),
        hint: Some(
            "name a file, whatever it is called; ignored files are linted where they are named".to_owned(),
        ),
    }
}
