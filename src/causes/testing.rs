//! Two small layers in memory, compared and explained as `verify` and `diff` do it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::path::LayerPath;
use crate::causes::{
    Attribution, Explanation, FileSide, FileSides, ImageCase, LayerCase, LayerFacts, attribute, explain_layer,
};
use crate::compare::config::Difference;
use crate::compare::drift::{self, Drift};
use crate::compare::outcome::Presence;
use crate::compare::owners::{Owner, Owners, Proof};
use crate::compare::packages::{Changed, Changes, PackageField};
use crate::compare::pairing::Group;
use crate::compare::rows::{ByPath, Row};
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::formats::tar::entry::tests::file;
use crate::layer::reread::FileBytes;

/// Two layers, and what is known around them.
#[derive(Default)]
pub(crate) struct Pair {
    old: Vec<(Entry, Vec<u8>)>,
    new: Vec<(Entry, Vec<u8>)>,
    old_created: Option<&'static str>,
    args: Vec<Difference>,
    owners: Owners,
    packages: Changes,
    below: Vec<Entry>,
    new_below: Vec<Entry>,
    new_created: Option<&'static str>,
    is_base: bool,
    has_unlisted: bool,
}

impl Pair {
    /// A file that stands on both sides.
    pub(crate) fn both(self, path: &str, old: &[u8], new: &[u8]) -> Self {
        self.entries(file(path, old), old, file(path, new), new)
    }

    /// A file of the old side alone.
    pub(crate) fn removed(mut self, path: &str, old: &[u8]) -> Self {
        self.old.push((file(path, old), old.to_vec()));
        self
    }

    /// A file of the new side alone.
    pub(crate) fn added(mut self, path: &str, new: &[u8]) -> Self {
        self.new.push((file(path, new), new.to_vec()));
        self
    }

    /// Any entry of the old side alone.
    pub(crate) fn removed_entry(mut self, old: Entry, bytes: &[u8]) -> Self {
        self.old.push((old, bytes.to_vec()));
        self
    }

    /// Any entry of the new side alone.
    pub(crate) fn added_entry(mut self, new: Entry, bytes: &[u8]) -> Self {
        self.new.push((new, bytes.to_vec()));
        self
    }

    /// Any two entries of one path.
    pub(crate) fn entries(mut self, old: Entry, old_bytes: &[u8], new: Entry, new_bytes: &[u8]) -> Self {
        self.old.push((old, old_bytes.to_vec()));
        self.new.push((new, new_bytes.to_vec()));
        self
    }

    /// The new side in this order; paths that are not named come first.
    pub(crate) fn reordered(mut self, paths: &[&str]) -> Self {
        let place = |entry: &Entry| paths.iter().position(|path| entry.path == LayerPath::from(*path));
        self.new.sort_by_key(|(entry, _)| place(entry));
        self
    }

    /// When both images were made.
    pub(crate) fn created(mut self, old: &'static str, new: &'static str) -> Self {
        (self.old_created, self.new_created) = (Some(old), Some(new));
        self
    }

    /// A build argument that differs.
    pub(crate) fn arg(mut self, name: &str, old: &str, new: &str) -> Self {
        let value = |text: &str| Some(text.to_owned());
        self.args.push(Difference { field: name.to_owned(), expected: value(old), found: value(new) });
        self
    }

    /// A file of a package whose version differs.
    pub(crate) fn owner(self, path: &str, package: &str) -> Self {
        self.owned(path, Owner::new(package, Proof::Listed))
    }

    /// The same, of which is known how it is known, and what the package's lists say of it.
    pub(crate) fn owned(mut self, path: &str, owner: Owner) -> Self {
        self.owners.insert(path.into(), owner);
        self
    }

    /// A Python package that is not the same in this field.
    pub(crate) fn package(mut self, name: &str, field: PackageField) -> Self {
        let (ecosystem, version) = ("python".to_owned(), "1".to_owned());
        let (expected, found, fields) = (version.clone(), version, vec![field]);
        self.packages.changed.push(Changed { ecosystem, name: name.to_owned(), expected, found, fields });
        self
    }

    /// An entry of the old side's lower layers.
    pub(crate) fn below(mut self, entry: Entry) -> Self {
        self.below.push(entry);
        self
    }

    /// An entry of both sides' lower layers.
    pub(crate) fn below_both(mut self, entry: Entry) -> Self {
        self.new_below.push(entry.clone());
        self.below(entry)
    }

    /// The layer is the base's.
    pub(crate) fn of_base(mut self) -> Self {
        self.is_base = true;
        self
    }

    /// Layers of the old side are gone whose files are not known.
    pub(crate) fn unlisted(mut self) -> Self {
        self.has_unlisted = true;
        self
    }

    /// What explains each drifted path, with both sides' bytes at hand: `path: cause (certain), cause (likely)`.
    pub(crate) fn explained(&self) -> Vec<String> {
        self.attributed(true, named)
    }

    /// The same with the new side's bytes alone, as `verify` against a lock has them.
    pub(crate) fn explained_against_lock(&self) -> Vec<String> {
        self.attributed(false, named)
    }

    /// What the causes of all files saw.
    pub(crate) fn evidence(&self) -> Vec<String> {
        self.attributed(true, |_, causes| causes.iter().map(|best| &*best.explanation.evidence).collect())
    }

    /// What explains the layer as a whole: `cause (certain): what it saw`.
    pub(crate) fn explained_as_a_whole(&self) -> Vec<String> {
        self.with_case(&BTreeMap::new(), |layer, drifts| {
            let group = Group { old: vec![1], new: vec![1], is_moved: false };
            let facts = LayerFacts {
                layers: (2, 2),
                drifts: Some(drifts.len()),
                case: Some(layer),
                ..nothing_known(Tier::Drifted, &group)
            };
            let one = |best: &Attribution| {
                let Explanation { confidence, evidence, .. } = &best.explanation;
                format!("{} ({}): {evidence}", best.cause.id(), confidence.name())
            };
            explain_layer(&facts).iter().map(one).collect()
        })
    }

    fn attributed(&self, with_old: bool, tell: fn(&LayerPath, &[Attribution]) -> String) -> Vec<String> {
        let old_bytes = if with_old { kept(&self.old) } else { BTreeMap::new() };
        let new_bytes = kept(&self.new);
        self.with_case(&new_bytes, |layer, drifts| {
            let both = |path: &LayerPath| FileSides {
                old: layer.old.get(path).map(|row| side(row, &old_bytes)),
                new: layer.new.get(path).map(|row| side(row, &new_bytes)),
            };
            let sides: Vec<FileSides<'_>> = drifts.iter().map(|drift| both(&drift.path)).collect();
            let causes = attribute(drifts, &sides, layer);
            drifts.iter().zip(&causes).map(|(drift, causes)| tell(&drift.path, causes)).collect()
        })
    }

    /// What `look` makes of the layer and its drifts; `bytes` are kept of the new side.
    fn with_case<T>(
        &self,
        bytes: &BTreeMap<usize, FileBytes>,
        look: impl FnOnce(&LayerCase<'_>, &[Drift]) -> T,
    ) -> T {
        let entries =
            |side: &[(Entry, Vec<u8>)]| side.iter().map(|(entry, _)| entry.clone()).collect::<Vec<_>>();
        let (old, new) = (entries(&self.old), entries(&self.new));
        let images = ImageCase {
            created: (self.old_created, self.new_created),
            args: &self.args,
            packages: &self.packages,
            owners: &self.owners,
            old_layers: &[Some(&self.below), Some(&old)],
            new_layers: &[Some(&self.new_below), Some(&new)],
            has_unlisted: self.has_unlisted,
            bytes,
        };
        let rows = (ByPath::of(0, &old), ByPath::of(0, &new));
        let layer = LayerCase::new(rows, (Some(1), Some(1)), &images).of_base(self.is_base);
        look(&layer, &drift::between(&old, &new))
    }
}

/// A layer of both sides, the only one, of which nothing is known but how alike it is.
pub(crate) fn nothing_known(tier: Tier, group: &Group) -> LayerFacts<'_> {
    LayerFacts {
        tier,
        presence: Presence::Both,
        group,
        is_base: false,
        old: None,
        new: None,
        layers: (1, 1),
        drifts: None,
        case: None,
        ends: (None, None),
        slack: (None, None),
    }
}

/// `path: cause (certain), …`
fn named(path: &LayerPath, causes: &[Attribution]) -> String {
    let one = |best: &Attribution| format!("{} ({})", best.cause.id(), best.explanation.confidence.name());
    format!("{path}: {}", causes.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn side<'a>(row: &Row<'a>, bytes: &'a BTreeMap<usize, FileBytes>) -> FileSide<'a> {
    FileSide { entry: row.entry, bytes: row.bytes(bytes) }
}

/// The bytes of the only layer, by place.
fn kept(side: &[(Entry, Vec<u8>)]) -> BTreeMap<usize, FileBytes> {
    let files = side.iter().map(|(_, bytes)| Arc::from(bytes.as_slice())).enumerate().collect();
    BTreeMap::from([(0, files)])
}
