//! The story of `verify` and `diff`.

use super::container;
use super::drifted::DriftedFiles;
use super::edits::Mended;
use super::layers;
use super::section::{Body, ChangedRow, ChangedRows, Section, Story, Title, Topic};
use super::why;
use crate::base::digest::Digest;
use crate::compare::config::Difference;
use crate::compare::outcome::{Comparison, LayerOutcome, Presence};
use crate::compare::packages::{Changed, Changes, Listed};
use crate::compare::tier::Tier;
use crate::policy::Require;
use crate::report::model::Verified;
use crate::report::style::{counted, thousands};
use crate::verify::Outcome;
use crate::verify::outcome::CauseCount;

/// What two sides are, and how alike.
pub(in crate::report) struct Comparing<'a> {
    /// The image's name, quoted.
    pub(in crate::report) image: &'a str,
    /// The lockfile's or the other image's name, quoted.
    pub(in crate::report) against: &'a str,
    /// The image's platform.
    pub(in crate::report) platform: &'a str,
    /// How alike they are.
    pub(in crate::report) tier: Tier,
    /// What differs, counted: `4 of 7 layers, 2,972 files, 2 causes, nothing unexplained`.
    pub(in crate::report) detail: String,
    /// What was asked.
    pub(in crate::report) require: Require,
    /// Whether it is good enough for what was asked.
    pub(in crate::report) passed: bool,
    /// The old and the new manifest's digest, where there is one.
    pub(in crate::report) manifests: (Option<Digest>, Option<Digest>),
}

pub(super) fn of<'a>(verified: &'a Verified<'a>) -> Story<'a> {
    let Verified { image, against, platform, base, dockerfile, outcome } = verified;
    let Outcome { facts, explanations: _, verdict, passed, require, edits, notes } = outcome;
    let Comparison { manifests, layers: _, container: _, config, args, packages } = facts;
    let counts = outcome.causes();
    let mut sections = vec![Section::new(Topic::Layers, Body::Tiers(layers::compared(outcome, *base)))];
    let mut tell = |topic, body: Option<Body<'a>>| {
        sections.extend(body.map(|body| Section::new(topic, body)));
    };
    tell(Topic::Why, why::of(outcome, &counts, *dockerfile).map(Body::Why));
    let edit = |mending| Mended { mending, elsewhere: None, dockerfile: *dockerfile };
    tell(Topic::Edits, (!edits.is_empty()).then(|| Body::Edits(edits.iter().map(edit).collect())));
    tell(Topic::Files, files(outcome, &counts).map(Body::Files));
    tell(Topic::Container, container::of(outcome).map(Body::Container));
    tell(Topic::Manifest, digests(*require, *manifests));
    tell(Topic::Config, differences(config));
    tell(Topic::Args, differences(args));
    tell(Topic::Packages, changes(packages));
    tell(Topic::Notes, (!notes.is_empty()).then(|| Body::Sentences(notes)));
    let title = Title::Compared(Comparing {
        image,
        against,
        platform,
        tier: *verdict,
        detail: detail(outcome, &counts),
        require: *require,
        passed: *passed,
        manifests: *manifests,
    });
    Story { title, sections }
}

/// What differs, counted: `4 of 7 layers, 2,972 files, 2 causes, 12 only likely`; of what is proved in whole,
/// `nothing unexplained`.
pub(super) fn detail(outcome: &Outcome, causes: &[CauseCount]) -> String {
    let Comparison { manifests: _, layers, container: _, config, args: _, packages } = &outcome.facts;
    let is_equal = |layer: &&LayerOutcome| layer.tier == Tier::Identical && layer.presence == Presence::Both;
    let unequal = layers.len() - layers.iter().filter(is_equal).count();
    let mut parts = match unequal {
        // "drifted: 8 layers" would say that they all did.
        0 if outcome.verdict == Tier::Drifted => vec!["no layer".to_owned()],
        0 => vec![counted(layers.len(), "layer")],
        unequal => vec![format!("{} of {}", thousands(unequal), counted(layers.len(), "layer"))],
    };
    let of_causes = |known| causes.iter().filter(move |count| count.cause.is_some() == known);
    let unexplained = of_causes(false).map(|count| count.files).sum::<usize>();
    let files = causes.iter().map(|count| count.files).sum::<usize>();
    parts.extend((files > 0).then(|| counted(files, "file")));
    let known = of_causes(true).count();
    parts.extend((known > 0).then(|| counted(known, "cause")));
    let likely = of_causes(true).map(|count| count.likely).sum::<usize>();
    parts.extend((likely > 0).then(|| format!("{} only likely", thousands(likely))));
    // What is only likely is not explained as far as the bytes prove.
    parts.extend(match (unexplained, files > 0 && likely == 0) {
        (0, false) => None,
        (0, true) => Some("nothing unexplained".to_owned()),
        (count, _) => Some(format!("{} unexplained", thousands(count))),
    });
    parts.extend((!config.is_empty()).then(|| counted(config.len(), "config difference")));
    let Changes { added, removed, changed } = packages;
    let packages = added.len() + removed.len() + changed.len();
    parts.extend((packages > 0).then(|| counted(packages, "package")));
    format!("{}{}", parts.join(", "), met(outcome))
}

fn met(outcome: &Outcome) -> String {
    let require = outcome.require;
    match (outcome.verdict, outcome.passed) {
        (Tier::Identical, true) | (Tier::Drifted, false) => String::new(),
        (_, true) => format!("; this meets --require {require}"),
        (_, false) => format!("; --require {require} asks for more"),
    }
}

fn files<'a>(outcome: &'a Outcome, counts: &[CauseCount]) -> Option<DriftedFiles<'a>> {
    let cause = |count: &CauseCount| (count.cause.as_ref().map(|best| best.cause.id()), count.files);
    let causes: Vec<(Option<&'static str>, usize)> = counts.iter().map(cause).collect();
    let count = causes.iter().map(|(_, files)| files).sum();
    (count > 0).then_some(DriftedFiles { outcome, count, causes })
}

/// The manifests' digests, where they are what was asked for and not found.
fn digests<'a>(require: Require, manifests: (Option<Digest>, Option<Digest>)) -> Option<Body<'a>> {
    match manifests {
        (Some(expected), Some(actual)) if require == Require::Blob && expected != actual => {
            Some(Body::Digests { expected, found: actual })
        }
        _ => None,
    }
}

fn differences(differences: &[Difference]) -> Option<Body<'_>> {
    let rows: Vec<ChangedRow<'_>> = differences.iter().map(difference).collect();
    let keys = &["field"];
    (!rows.is_empty()).then_some(Body::Changes(ChangedRows { keys, unset: Some("(unset)"), rows }))
}

fn difference(difference: &Difference) -> ChangedRow<'_> {
    let Difference { field, expected, found } = difference;
    ChangedRow { name: vec![field], before: expected.as_deref(), now: found.as_deref() }
}

fn changes(changes: &Changes) -> Option<Body<'_>> {
    let Changes { added, removed, changed } = changes;
    let changed = changed.iter().map(|package| {
        let Changed { ecosystem, name, expected, found } = package;
        ChangedRow { name: vec![ecosystem, name], before: Some(expected), now: Some(found) }
    });
    let removed = removed.iter().map(|package| {
        let Listed { ecosystem, name, version } = package;
        ChangedRow { name: vec![ecosystem, name], before: Some(version), now: None }
    });
    let added = added.iter().map(|package| {
        let Listed { ecosystem, name, version } = package;
        ChangedRow { name: vec![ecosystem, name], before: None, now: Some(version) }
    });
    let rows: Vec<ChangedRow<'_>> = changed.chain(removed).chain(added).collect();
    let keys = &["ecosystem", "package"];
    (!rows.is_empty()).then_some(Body::Changes(ChangedRows { keys, unset: None, rows }))
}
