//! The story of `verify` and `diff`.

use std::collections::BTreeSet;

use super::agreed;
use super::container;
use super::drifted::DriftedFiles;
use super::edits::Mended;
use super::layers;
use super::linted::Unread;
use super::section::{Body, ChangedRow, ChangedRows, Section, Story, Title, Topic};
use super::why;
use crate::base::digest::Digest;
use crate::compare::config::Difference;
use crate::compare::outcome::{Comparison, LayerOutcome, Presence, Whole};
use crate::compare::packages::{Changed, Changes, Listed, PackageField, Unchecked};
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
    let Verified { image, transport: _, against, platform, base, dockerfile, outcome } = verified;
    let Outcome { facts, explanations: _, verdict, passed, require, edits, notes } = outcome;
    // What was not compared is counted in the title, and stands in the notes.
    let Comparison {
        manifests,
        configs: _,
        layers: _,
        container: _,
        config,
        args,
        images,
        packages,
        agreement: _,
        uncompared: _,
    } = facts;
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
    let (topic, digests) = digests(*require, facts);
    tell(topic, digests);
    tell(Topic::Config, differences(config));
    tell(Topic::Args, differences(args));
    tell(Topic::Images, differences(images));
    tell(Topic::Packages, changes(packages));
    tell(Topic::Agreement, agreed::turned(outcome));
    tell(Topic::Unchecked, unchecked(&packages.unchecked));
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
    let Comparison {
        manifests: _,
        configs: _,
        layers,
        container: _,
        config,
        args: _,
        images: _,
        packages,
        agreement,
        uncompared,
    } = &outcome.facts;
    let mut parts = of_layers(layers, outcome.verdict);
    let of_causes = |known| causes.iter().filter(move |count| count.cause.is_some() == known);
    let unexplained = of_causes(false).map(|count| count.files).sum::<usize>();
    let files = causes.iter().map(|count| count.files).sum::<usize>();
    parts.extend((files > 0).then(|| counted(files, "file")));
    let of_files = of_causes(true).filter_map(|count| Some(count.cause.as_ref()?.cause.id()));
    let of_layers = outcome.layers().filter_map(|layer| Some(layer.causes.first()?.cause.id()));
    let known = of_files.chain(of_layers).collect::<BTreeSet<&str>>().len();
    parts.extend((known > 0).then(|| counted(known, "cause")));
    let likely = of_causes(true).map(|count| count.likely).sum::<usize>();
    parts.extend((likely > 0).then(|| format!("{} only likely", thousands(likely))));
    let alone = container::of_one_side(outcome).len();
    // What is only likely is not explained as far as the bytes prove, and what one side alone has is not explained at all.
    parts.extend(match (unexplained, files > 0 && likely == 0 && alone == 0) {
        (0, false) => None,
        (0, true) => Some("nothing unexplained".to_owned()),
        (count, _) => Some(format!("{} unexplained", thousands(count))),
    });
    parts.extend((alone > 0).then(|| format!("{} by layers of one side alone", counted(alone, "path"))));
    parts.extend((!config.is_empty()).then(|| counted(config.len(), "config difference")));
    let Changes { added, removed, changed, unchecked } = packages;
    let packages = added.len() + removed.len() + changed.len();
    parts.extend((packages > 0).then(|| counted(packages, "package")));
    let lost = agreement.iter().filter(|turned| turned.is_lost()).count();
    parts.extend((lost > 0).then(|| format!("{} no more as the project locks it", thousands(lost))));
    parts.extend(
        (!unchecked.is_empty()).then(|| format!("{} not compared", counted(unchecked.len(), "database"))),
    );
    parts.extend(
        (!uncompared.is_empty()).then(|| format!("{} not compared", counted(uncompared.len(), "value"))),
    );
    format!("{}{}", parts.join(", "), met(outcome))
}

/// Of how many layers the verdict is told. Where it is of files, layers whose blobs alone are others are counted apart.
fn of_layers(layers: &[LayerOutcome], verdict: Tier) -> Vec<String> {
    let is = |layer: &&LayerOutcome, tier| layer.tier == tier && layer.presence == Presence::Both;
    let same = layers.iter().filter(|layer| is(layer, Tier::Identical)).count();
    let recompressed = match verdict {
        Tier::MetadataOnly | Tier::Drifted => {
            layers.iter().filter(|layer| is(layer, Tier::CompressionOnly)).count()
        }
        Tier::Identical | Tier::CompressionOnly => 0,
    };
    let all = || counted(layers.len(), "layer");
    let mut parts = match layers.len() - same - recompressed {
        // "drifted: 8 layers" would say that they all did.
        0 if matches!(verdict, Tier::MetadataOnly | Tier::Drifted) => vec!["no layer".to_owned()],
        0 => vec![all()],
        unequal => vec![format!("{} of {}", thousands(unequal), all())],
    };
    parts.extend((recompressed > 0).then(|| format!("{} only recompressed", thousands(recompressed))));
    parts
}

fn met(outcome: &Outcome) -> String {
    let require = outcome.require;
    if outcome.is_undecided() {
        return format!("; whether this meets --require {require} could not be checked");
    }
    match (outcome.verdict, outcome.passed) {
        // Files that differ are no surprise to who asks for packages alone.
        (Tier::Drifted, false) if require == Require::Packages => {
            format!("; --require {require} asks for more")
        }
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

/// The digests of what stands for the whole image, where they are what was asked for and not found.
fn digests<'a>(require: Require, facts: &Comparison) -> (Topic, Option<Body<'a>>) {
    let (topic, (expected, actual)) = match facts.whole() {
        Some(Whole::Manifest(old, new)) => (Topic::Manifest, (old, new)),
        Some(Whole::Config(old, new)) => (Topic::ConfigDigest, (old, new)),
        None => return (Topic::Manifest, None),
    };
    let is_asked = require == Require::Blob && expected != actual;
    (topic, is_asked.then_some(Body::Digests { expected, found: actual }))
}

fn differences(differences: &[Difference]) -> Option<Body<'_>> {
    let rows: Vec<ChangedRow<'_>> = differences.iter().map(difference).collect();
    let keys = &["field"];
    (!rows.is_empty()).then_some(Body::Changes(ChangedRows { keys, unset: Some("(unset)"), rows }))
}

fn difference(difference: &Difference) -> ChangedRow<'_> {
    let Difference { field, expected, found } = difference;
    ChangedRow { name: vec![field], before: expected.as_deref(), now: found.as_deref(), also: String::new() }
}

fn changes(changes: &Changes) -> Option<Body<'_>> {
    let Changes { added, removed, changed, unchecked: _ } = changes;
    let changed = changed.iter().map(|package| {
        let Changed { ecosystem, name, expected, found, fields: _ } = package;
        let name = vec![ecosystem.as_str(), name];
        ChangedRow { name, before: Some(expected), now: Some(found), also: fields(package) }
    });
    let removed = removed.iter().map(|package| {
        let Listed { ecosystem, name, version } = package;
        ChangedRow { name: vec![ecosystem, name], before: Some(version), now: None, also: String::new() }
    });
    let added = added.iter().map(|package| {
        let Listed { ecosystem, name, version } = package;
        ChangedRow { name: vec![ecosystem, name], before: None, now: Some(version), also: String::new() }
    });
    let rows: Vec<ChangedRow<'_>> = changed.chain(removed).chain(added).collect();
    let keys = &["ecosystem", "package"];
    (!rows.is_empty()).then_some(Body::Changes(ChangedRows { keys, unset: None, rows }))
}

/// In what else than its version a package differs. With another version, what follows from that is not told.
pub(in crate::report) fn fields(package: &Changed) -> String {
    let follows = |field: &PackageField| match field {
        PackageField::Checksum | PackageField::Payload | PackageField::Content | PackageField::Hashes => {
            package.is_version() || package.is_build()
        }
        PackageField::SourceVersion | PackageField::Build => package.is_version(),
        // What is built anew has another archive.
        PackageField::Origin => package.is_build() && !package.fields.contains(&PackageField::Channel),
        _ => false,
    };
    let is_told = |field: &&PackageField| **field != PackageField::Version && !follows(field);
    let names: Vec<&str> = package.fields.iter().filter(is_told).map(|field| field.name()).collect();
    names.join(", ")
}

/// The databases that could not be compared.
fn unchecked(unchecked: &[Unchecked]) -> Option<Body<'_>> {
    let rows = unchecked.iter().map(|item| Unread { path: &item.path, message: &item.reason });
    (!unchecked.is_empty()).then(|| Body::Unread(rows.collect()))
}
