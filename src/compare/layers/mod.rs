//! Compares layers: their tiers, and the files that drifted.

pub(crate) mod order;
mod union;
mod unpacked;

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::base::secrets;
use crate::build;
use crate::compare::drift::{self, Drift, Drifts};
use crate::compare::known::Known;
use crate::compare::outcome::{Identity, LayerOutcome, Presence};
use crate::compare::pairing::{self, Group, Side, Sign};
use crate::compare::reading::kept::KeptRows;
use crate::compare::rows::{ByPath, Pair};
use crate::compare::side::OldLayer;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::image::{Image, Layer};
use crate::layer::decompress::Compression;
use crate::layer::pass::Pass;
use crate::lockfile::files::content;
use union::Union;
use unpacked::Listed;

/// Says which of the old side's layers are which of the image's, whose rows `new_rows` has by their layers' places.
pub(crate) fn group<'p>(
    old: &[OldLayer<'_>],
    image: &Image,
    new_rows: &dyn Fn(usize) -> Option<&'p [Entry]>,
    equal: &[(usize, usize)],
) -> Vec<Group> {
    // By their words without secrets, as a lock has them.
    let signature =
        |text: &String| build::history::signature(secrets::redact(text).as_deref().unwrap_or(text));
    let new_words: Vec<Option<String>> =
        build::history::instructions(image).iter().map(|text| text.as_ref().map(signature)).collect();
    let old_words: Vec<Option<String>> =
        old.iter().map(|layer| layer.instruction.as_ref().map(signature)).collect();
    let old: Vec<Sign<'_>> = old
        .iter()
        .zip(&old_words)
        .map(|(layer, instruction)| Sign {
            diff_id: layer.diff_id,
            instruction: instruction.as_deref(),
            rows: layer.entries,
        })
        .collect();
    let new: Vec<Sign<'_>> = (image.layers.iter().zip(&new_words).enumerate())
        .map(|(at, (layer, instruction))| Sign {
            diff_id: layer.diff_id,
            instruction: instruction.as_deref(),
            rows: new_rows(at),
        })
        .collect();
    pairing::group(&old, &new, equal)
}

/// The layers of `image`, each with the old one it pairs with.
pub(crate) struct LayerComparison<'c, 'a> {
    pub(crate) old: &'c [OldLayer<'a>],
    pub(crate) image: &'c Image,
    pub(crate) passes: &'a [Arc<Pass>],
    /// The rows of both sides' layers: what lies below one.
    pub(crate) known: &'c Known<'a>,
    /// Keeps the rows of layers that unpack to others than their tars'.
    pub(crate) unpacked: &'a KeptRows,
}

/// What differs in all groups.
pub(crate) struct Layers<'a> {
    pub(crate) layers: Vec<LayerOutcome>,
    /// For each layer its rows, where it was compared file by file.
    pub(crate) rows: Vec<Option<BothRows<'a>>>,
    /// The old layers of which files drifted that cannot be named, since their rows are not at hand.
    pub(crate) unnamed: Vec<usize>,
    /// Whether more is told of a layer where those below it are known.
    pub(crate) is_open: bool,
}

/// Both sides' rows of a layer, or of what stands for it.
pub(crate) struct BothRows<'a> {
    pub(crate) old: ByPath<'a>,
    pub(crate) new: ByPath<'a>,
    /// Those of each drift.
    pub(crate) pairs: Vec<Pair<'a>>,
}

/// What the files of a group tell.
struct FileFacts<'a> {
    tier: Tier,
    /// `None` where they cannot be named.
    drifts: Option<Vec<Drift>>,
    /// `None` where no file was compared.
    rows: Option<BothRows<'a>>,
    /// Whether the layers below, which are not all known, may tell that nothing but metadata differs.
    is_open: bool,
}

impl<'a> FileFacts<'a> {
    /// No file was asked for.
    fn unasked(tier: Tier) -> Self {
        Self { tier, drifts: Some(Vec::new()), rows: None, is_open: false }
    }

    /// Files drifted, or none, and their rows are not at hand.
    fn unnamed(tier: Tier) -> Self {
        Self { tier, drifts: None, rows: None, is_open: false }
    }

    /// What differs between the rows `old` and `new`.
    fn of(Drifts { drifts, pairs }: Drifts<'a>, old: ByPath<'a>, new: ByPath<'a>) -> Self {
        let is_metadata = drifts.iter().all(Drift::is_metadata);
        let tier = if is_metadata { Tier::MetadataOnly } else { Tier::Drifted };
        Self { tier, drifts: Some(drifts), rows: Some(BothRows { old, new, pairs }), is_open: false }
    }
}

impl<'a> LayerComparison<'_, 'a> {
    /// What differs in each group, side by side in the current rayon pool.
    pub(crate) fn layers(&self, groups: Vec<Group>) -> Layers<'a> {
        let instructions = build::history::instructions(self.image);
        let compared: Vec<_> =
            groups.into_par_iter().filter_map(|group| self.layer(group, &instructions)).collect();
        let is_open = compared.iter().any(|(.., is_open)| *is_open);
        let (layers, rows): (Vec<LayerOutcome>, _) =
            compared.into_iter().map(|(layer, rows, _)| (layer, rows)).unzip();
        let unnamed = layers.iter().filter(|layer| layer.drifts.is_none()).flat_map(|layer| &layer.group.old);
        let is_rowless = |at: &&usize| self.old.get(**at).is_some_and(|old| old.entries.is_none());
        let unnamed = unnamed.filter(is_rowless).copied().collect();
        Layers { layers, rows, unnamed, is_open }
    }

    fn layer(
        &self,
        group: Group,
        instructions: &[Option<String>],
    ) -> Option<(LayerOutcome, Option<BothRows<'a>>, bool)> {
        let presence = Presence::of(&group);
        let olds: Vec<&OldLayer<'_>> = group.old.iter().filter_map(|at| self.old.get(*at)).collect();
        let is_base = !olds.is_empty() && olds.iter().all(|old| old.is_base);
        let (old, new) = (sole(&group.old).and_then(|at| self.old.get(at)), self.sole_new(&group));
        let of_history = || joined(group.new.iter().filter_map(|at| instructions.get(*at)?.as_deref()));
        let mut lines: Vec<usize> = olds.iter().filter_map(|old| old.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let FileFacts { tier, drifts, rows, is_open } = self.files(&group, presence, is_base);
        let outcome = LayerOutcome {
            index: group.new.first().or(group.old.first()).copied()?,
            tier,
            presence,
            is_base,
            instruction: joined(olds.iter().filter_map(|old| old.instruction.as_deref())).or_else(of_history),
            line: lines.first().copied(),
            lines,
            expected: old.map(|old| Identity { digest: old.digest, diff_id: old.diff_id, size: old.size }),
            found: new.map(|(layer, pass)| Identity {
                digest: layer.digest,
                diff_id: pass.unpacked.as_ref().map_or(layer.diff_id, |unpacked| unpacked.diff_id),
                size: pass.size,
            }),
            drifts,
            group,
        };
        Some((outcome, rows, is_open))
    }

    /// The only new layer of a group.
    fn sole_new(&self, group: &Group) -> Option<(&Layer, &'a Pass)> {
        let at = sole(&group.new)?;
        self.image.layers.get(at).zip(self.passes.get(at).map(Arc::as_ref))
    }

    fn files(&self, group: &Group, presence: Presence, is_base: bool) -> FileFacts<'a> {
        // A base that moved is one finding; which of its files are others is that image's own affair.
        let is_moved_base = |tier| is_base && tier == Tier::Drifted;
        let old = sole(&group.old).and_then(|at| self.old.get(at));
        let facts = match (old, self.sole_new(group), presence) {
            (_, _, Presence::Added | Presence::Removed) => FileFacts::unasked(Tier::Drifted),
            (Some(old), Some((layer, pass)), _) => self.single(old, layer, pass, group),
            _ => self.joint(group),
        };
        if is_moved_base(facts.tier) { FileFacts::unasked(facts.tier) } else { facts }
    }

    /// The tier and the drifts of one layer for one.
    fn single(&self, old: &OldLayer<'a>, layer: &Layer, pass: &'a Pass, group: &Group) -> FileFacts<'a> {
        if let Some(tier) = tier_of_bytes(old, layer, pass) {
            return FileFacts::unasked(tier);
        }
        let listed = |side, at: Option<&usize>, entries: Option<&'a [Entry]>| {
            let at = *at?;
            Some(Listed { at, entries: entries?, lower: self.known.below(side, at) })
        };
        let new = listed(Side::New, group.new.first(), entries(pass));
        match (listed(Side::Old, group.old.first(), old.entries), new) {
            (Some(old), Some(new)) => unpacked::between(&old, &new, self.unpacked),
            (_, new) => {
                let holds = |new: Listed<'_>| {
                    old.content
                        .is_some_and(|content| content::holds(new.entries, new.lower.as_deref(), content))
                };
                let tier = if new.is_some_and(holds) { Tier::MetadataOnly } else { Tier::Drifted };
                FileFacts::unnamed(tier)
            }
        }
    }

    /// The tier and the drifts of layers that are others on the other side: of what they hold together.
    fn joint(&self, group: &Group) -> FileFacts<'a> {
        let Some((mut old, mut new)) = unions(self.old, self.passes, group) else {
            return FileFacts::unnamed(Tier::Drifted);
        };
        old.settle(&new);
        new.settle(&old);
        let (old, new) = (old.rows.into(), new.rows.into());
        let mut between = drift::between_unions(&old, &new);
        for (drift, (row, _)) in between.drifts.iter_mut().zip(&between.pairs) {
            let made = row.and_then(|row| self.old.get(row.layer));
            drift.line = made.and_then(|layer| layer.line);
        }
        FileFacts::of(between, old, new)
    }
}

/// What the layers of a group hold together on both sides, where the rows of all are at hand.
fn unions<'a>(
    old: &[OldLayer<'a>],
    passes: &'a [Arc<Pass>],
    group: &Group,
) -> Option<(Union<'a>, Union<'a>)> {
    let olds = group.old.iter().map(|at| Some((*at, old.get(*at)?.entries?)));
    let news = group.new.iter().map(|at| Some((*at, entries(passes.get(*at)?)?)));
    let (olds, news): (Option<Vec<_>>, Option<Vec<_>>) = (olds.collect(), news.collect());
    Some((Union::of(olds?), Union::of(news?)))
}

/// Whether layers of the old side are gone whose files are not known: they may have been squashed into others.
pub(crate) fn has_unlisted(layers: &[LayerOutcome], old_layers: &[OldLayer<'_>]) -> bool {
    let is_unknown = |at: &usize| old_layers.get(*at).is_some_and(|old| old.entries.is_none());
    let mut gone = layers.iter().filter(|layer| layer.presence == Presence::Removed);
    gone.any(|layer| layer.group.old.iter().any(is_unknown))
}

/// The only one of some places.
fn sole(places: &[usize]) -> Option<usize> {
    match places {
        [at] => Some(*at),
        _ => None,
    }
}

fn joined<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let texts: Vec<&str> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// The entries of the layers that were walked, by place.
pub(crate) fn walked<'p>(passes: &'p [Arc<Pass>]) -> impl Fn(usize) -> Option<&'p [Entry]> {
    |at| passes.get(at).and_then(|pass| entries(pass))
}

/// The entries of a layer that was walked.
pub(crate) fn entries(pass: &Pass) -> Option<&[Entry]> {
    Some(&pass.unpacked.as_ref()?.contents.as_ref()?.entries)
}

/// The tier of layers whose bytes are the same, packed or unpacked; of others their files tell it.
fn tier_of_bytes(old: &OldLayer<'_>, layer: &Layer, pass: &Pass) -> Option<Tier> {
    let diff_id = pass.unpacked.as_ref().map(|unpacked| unpacked.diff_id);
    let is_plain = pass.unpacked.as_ref().is_some_and(|unpacked| unpacked.compression == Compression::None);
    let has_blob = layer.digest.is_some() || !is_plain;
    let same_tar = diff_id.is_some_and(|diff_id| diff_id == old.diff_id);
    let same_blob = old.digest == Some(pass.digest) && diff_id.is_none_or(|diff_id| diff_id == old.diff_id);
    if same_blob || same_tar && (old.digest.is_none() || !has_blob) {
        return Some(Tier::Identical);
    }
    same_tar.then_some(Tier::CompressionOnly)
}
