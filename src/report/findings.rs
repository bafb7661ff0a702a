//! What all formats say of a lint run: counts, and findings with lines and columns.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::gathered;
use super::model::Checked;
use super::style::{counted, thousands};
use crate::base::digest::Sha256;
use crate::base::secrets;
use crate::base::text::{Lines, Position};
use crate::finding::{Edit, Finding, Fix, Safety, Severity, Turn};
use crate::lint::{GoneFinding, Hidden, Obstacle, ObstacleKind, Silenced, SourceText, profile_of};

/// A finding with its place.
pub(super) struct Placed<'a> {
    pub(super) source: &'a SourceText,
    pub(super) finding: Cow<'a, Finding>,
    /// Where it begins.
    pub(super) start: Position,
    /// The character after its last one.
    pub(super) end: Position,
    /// As people are told, the findings that it stands for: several of one kind, as of a list of requirements, or itself.
    pub(super) all: Vec<&'a Finding>,
    pub(super) lines: Rc<SourceLines>,
}

/// The lines of a source, and the last of them that was told without its secrets: findings of one line stand together.
pub(super) struct SourceLines {
    pub(super) lines: Lines,
    last: RefCell<Option<(usize, String)>>,
}

/// Bytes of a line that findings are known by; a longer one is known by its digest.
const LINE: usize = 4096;

impl Placed<'_> {
    /// The first and the last place of an edit.
    pub(super) fn range(&self, edit: &Edit) -> (Position, Position) {
        let at = |offset| self.lines.lines.position(&self.source.text, offset);
        (at(edit.span.start), at(edit.span.end))
    }

    /// What the finding's line is known by: its text without white space around it and without its secrets.
    pub(super) fn line(&self) -> String {
        let mut last = self.lines.last.borrow_mut();
        match &*last {
            Some((number, line)) if *number == self.start.line => line.clone(),
            _ => {
                let line = self.known_line();
                *last = Some((self.start.line, line.clone()));
                line
            }
        }
    }

    fn known_line(&self) -> String {
        let (text, at) = (&self.source.text, self.finding.span.start);
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let mut line =
            text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim().to_owned();
        secrets::hide(&mut line);
        if line.len() > LINE { Sha256::of(line.as_bytes()).hex() } else { line }
    }

    /// The fix, where it can be shown: one that writes a secret down would be another without it, so `--fix` alone has it.
    pub(super) fn fix(&self) -> Option<&Fix> {
        let fix = self.finding.fix.as_ref()?;
        fix.edits.iter().all(|edit| secrets::redact(&edit.text).is_none()).then_some(fix)
    }
}

/// The set of a rule.
pub(super) fn set(rule: &str) -> Option<&'static str> {
    profile_of(rule).map(|profile| profile.set.name())
}

/// All findings in the order they are reported.
pub(super) fn placed<'a>(checked: &Checked<'a>) -> impl Iterator<Item = Placed<'a>> {
    checked.sources.iter().flat_map(|linted| {
        let lines = Lines::of(if linted.findings.is_empty() { "" } else { &linted.source.text });
        let lines = Rc::new(SourceLines { lines, last: RefCell::new(None) });
        linted.findings.iter().map(move |finding| Placed {
            source: &linted.source,
            finding: Cow::Borrowed(finding),
            all: Vec::new(),
            start: lines.lines.position(&linted.source.text, finding.span.start),
            end: lines.lines.position(&linted.source.text, finding.span.end),
            lines: lines.clone(),
        })
    })
}

/// How many findings there are, of which kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// Files that were linted whole.
    pub(super) files: usize,
    /// Files that could not be, or not in all their parts.
    pub(super) unread: usize,
    /// Files that were linted, and whose fixes could not be written.
    pub(super) unfixed: usize,
    pub(super) files_with: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) infos: usize,
    pub(super) safe: usize,
    pub(super) not_safe: usize,
    /// Accepted by a baseline, and no longer found.
    pub(super) gone: usize,
    /// Accepted by a baseline, until a day that is past.
    pub(super) expired: usize,
    /// Where nothing changed.
    pub(super) unchanged: usize,
    /// About bytes, and for later.
    pub(super) later: usize,
    /// Files with a finding that fails the run.
    pub(super) failing: usize,
    /// Found, and silenced by comments or settings.
    pub(super) silenced: Silenced,
    /// Found, and not listed: of one text there are too many.
    pub(super) more: usize,
    /// Files that ignore files leave out.
    pub(super) hidden: Hidden,
}

/// The files that could not be linted, or, where `is_linted`, that could not be fixed.
fn paths(obstacles: &[Obstacle], is_linted: bool) -> BTreeSet<&str> {
    let of_it = |obstacle: &&Obstacle| (obstacle.kind == ObstacleKind::NotFixed) == is_linted;
    obstacles.iter().filter(of_it).map(|obstacle| obstacle.path.as_str()).collect()
}

impl Counts {
    pub(super) fn of(checked: &Checked<'_>) -> Self {
        let Checked { sources, obstacles, hidden, fail_on, accepted } = checked;
        let (unread, unfixed) = (paths(obstacles, false), paths(obstacles, true));
        let files = sources.iter().filter(|linted| !unread.contains(linted.source.path.as_str())).count();
        let mut counts =
            Self { files, unread: unread.len(), unfixed: unfixed.len(), hidden: *hidden, ..Self::default() };
        if let Some(accepted) = accepted {
            (counts.gone, counts.expired) = (accepted.gone.len(), accepted.expired);
        }
        for linted in checked.sources {
            counts.files_with += usize::from(linted.findings.iter().any(|finding| finding.turn == Turn::Now));
            counts.silenced.comments += linted.silenced.comments;
            counts.silenced.settings += linted.silenced.settings;
            counts.silenced.baseline += linted.silenced.baseline;
            counts.more += linted.more;
            counts.unchanged += linted.unchanged;
            counts.later += linted.findings.iter().filter(|finding| finding.turn == Turn::Later).count();
            counts.failing += usize::from(linted.fails(*fail_on));
            for severity in gathered::severities(linted) {
                match severity {
                    Severity::Error => counts.errors += 1,
                    Severity::Warning => counts.warnings += 1,
                    Severity::Info => counts.infos += 1,
                }
            }
            // What was just tried is not offered.
            let is_tried = unfixed.contains(linted.source.path.as_str());
            let listed = linted.findings.iter().filter(|finding| finding.turn != Turn::Later && !is_tried);
            for finding in listed {
                match finding.fix.as_ref().map(|fix| fix.safety) {
                    Some(Safety::Safe) => counts.safe += 1,
                    Some(Safety::Unsafe) => counts.not_safe += 1,
                    None => {}
                }
            }
        }
        counts
    }

    pub(super) fn findings(&self) -> usize {
        self.errors + self.warnings + self.infos
    }

    /// `7 findings in 2 files: 5 errors, 2 warnings; silenced: 1 by comments`. What was silenced is part of it, so that no
    /// report reads like a clean one that is not.
    pub(super) fn sentence(&self) -> String {
        let mut sentence = self.listed();
        let more = (self.more > 0).then(|| format!("{} more not listed", thousands(self.more)));
        let silenced = self.silenced().map(|silenced| format!("silenced: {silenced}"));
        let is_partly = self.unread > 0 && !self.is_unread();
        let unread = is_partly.then(|| self.unread());
        let unfixed =
            (self.unfixed > 0).then(|| format!("{} could not be fixed", counted(self.unfixed, "file")));
        let parts = unread
            .into_iter()
            .chain(unfixed)
            .chain(more)
            .chain(self.unchanged())
            .chain(silenced)
            .chain(self.left_out());
        parts.for_each(|part| sentence.push_str(&format!("; {part}")));
        sentence
    }

    /// `1 by comments, 12 by settings`, where anything is silenced.
    pub(super) fn silenced(&self) -> Option<String> {
        let Silenced { comments, settings, baseline } = self.silenced;
        let by = [(comments, "comments"), (settings, "settings"), (baseline, "the baseline")];
        let by = by.into_iter().filter(|(count, _)| *count > 0);
        let by: Vec<String> = by.map(|(count, by)| format!("{} by {by}", thousands(count))).collect();
        (!by.is_empty()).then(|| by.join(", "))
    }

    /// `2 of the baseline are gone: …`, and what of it is past its day, where there is any.
    pub(super) fn counted_down(&self) -> Option<String> {
        let noun = |count: usize| if count == 1 { "is" } else { "are" };
        let gone = (self.gone > 0).then(|| {
            format!(
                "{} of the baseline {} gone: --write-baseline drops what is gone",
                thousands(self.gone),
                noun(self.gone)
            )
        });
        let expired = (self.expired > 0).then(|| {
            format!("{} of the baseline {} past the last day", thousands(self.expired), noun(self.expired))
        });
        let parts: Vec<String> = gone.into_iter().chain(expired).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// `12 where nothing changed`, where there are any.
    pub(super) fn unchanged(&self) -> Option<String> {
        (self.unchanged > 0).then(|| format!("{} where nothing changed", thousands(self.unchanged)))
    }

    /// `2 files left out by ignore files`, where there are any.
    pub(super) fn left_out(&self) -> Option<String> {
        let Hidden { files, is_cut } = self.hidden;
        match (files, is_cut) {
            (0, false) => None,
            (0, true) => Some("not all that ignore files leave out was looked at".to_owned()),
            (files, false) => Some(format!("{} left out by ignore files", counted(files, "file"))),
            (files, true) => Some(format!("at least {} left out by ignore files", counted(files, "file"))),
        }
    }

    /// Whether nothing that there is could be linted.
    fn is_unread(&self) -> bool {
        self.findings() == 0 && self.files == 0 && self.unread > 0
    }

    fn unread(&self) -> String {
        format!("{} could not be linted", counted(self.unread, "file"))
    }

    fn listed(&self) -> String {
        if self.is_unread() {
            return self.unread();
        }
        if self.findings() == 0 {
            let findings =
                if self.silenced.count() > 0 { "no finding that is not silenced" } else { "no findings" };
            return format!("{findings} in {}", counted(self.files, "file"));
        }
        let kinds = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")];
        let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(count, noun)| kind(count, noun)).collect();
        let findings = counted(self.findings(), "finding");
        let none = if self.failing == 0 { "; none fails" } else { "" };
        format!("{findings} in {}: {}{none}", counted(self.files_with, "file"), kinds.join(", "))
    }

    /// `21 more about bytes, once …`: what is for later, and how to see it now.
    pub(super) fn later(&self) -> Option<String> {
        let about = format!("{} more about bytes, once these are pinned", thousands(self.later));
        (self.later > 0).then(|| format!("{about}; see them now with --select bytes"))
    }

    /// What is said beside the sentence.
    pub(super) fn aside(&self) -> impl Iterator<Item = String> + use<> {
        self.later().into_iter().chain(self.counted_down())
    }

    /// `3 can be fixed with --fix`, where any can.
    pub(super) fn fixable(&self) -> Option<String> {
        match (self.safe, self.not_safe) {
            (0, 0) => None,
            (0, count) => Some(format!("{count} can be fixed with --fix --unsafe-fixes")),
            (safe, 0) => Some(format!("{safe} can be fixed with --fix")),
            (safe, count) => {
                Some(format!("{safe} can be fixed with --fix, {count} more with --unsafe-fixes"))
            }
        }
    }
}

/// `info` has no plural.
fn kind(count: usize, noun: &str) -> String {
    if noun == "info" { format!("{count} info") } else { counted(count, noun) }
}

/// The files that fixes changed: name, how many fixes, and the rules.
pub(super) fn fixed<'a>(checked: &Checked<'a>) -> impl Iterator<Item = (&'a str, usize, Vec<&'static str>)> {
    checked.sources.iter().filter_map(|linted| {
        let fixed = &linted.change.as_ref()?.fixed;
        Some((linted.source.path.as_str(), fixed.count, fixed.rules.iter().copied().collect()))
    })
}

/// `docker/Dockerfile: apt-unpinned: apt-get install -y curl`; quoted.
pub(super) fn gone_line(gone: &GoneFinding) -> String {
    let GoneFinding { path, line, rule, text } = gone;
    let line = line.map_or(String::new(), |line| format!(":{line}"));
    let text = text.as_ref().map_or(String::new(), |text| format!(": {text}"));
    format!("{path}{line}: {rule}{text}")
}
