//! Choosing one manifest: by tag in `index.json`, then by platform through nested indexes.
//!
//! Vocabulary: an *entry* is a descriptor of `index.json`, a *leaf* is a manifest that an entry leads to. Attestations
//! and artifacts (signatures, SBOMs, charts) are no platforms: they are passed over wherever an image is beside them.
//! A manifest that an index lists and the source does not carry is passed over the same way (`docker save` of one
//! platform keeps the whole index). Neither a tag nor a platform is ever guessed: several are an error that lists them.

use std::collections::BTreeSet;

use super::blobs::{Blobs, document};
use super::documents::{INDEX_JSON, Leaf, entries, read, read_config, read_image};
use super::error::{ImageError, shown};
use super::json;
use super::manifest::{Descriptor, Document, Manifest, Parsed};
use super::media_type::{self, DocumentType};
use super::names::{Name, same};
use super::platform::Platform;
use crate::base::digest::Digest;
use crate::base::limits;

/// What looking at a leaf says.
enum State {
    Image,
    Artifact(String),
    Absent,
}

/// Chooses a leaf among all that `index.json` leads to.
pub(super) fn choose<B: Blobs + ?Sized>(
    blobs: &B,
    name: Option<&Name>,
    platform: Option<&Platform>,
) -> Result<Leaf, ImageError> {
    let from = blobs.reference();
    let missing = || ImageError::NoDocument { what: INDEX_JSON.into(), from: from.into() };
    let entries = entries(blobs)?.ok_or_else(missing)?;
    let mut search = Search { blobs, index_bytes: 0, looked_bytes: 0 };
    let chosen = match name {
        Some(name) => named(&entries, name, from)?,
        None => search.only(&entries)?,
    };
    let mut leaves = Leaves::default();
    for entry in chosen {
        search.expand(entry, None, &label(entry), 0, &mut leaves)?;
    }
    search.by_platform(leaves, platform)
}

/// Chooses a leaf below the first entry that leads to a manifest which `agrees`; `None` where no entry does.
pub(super) fn choose_beside<B: Blobs + ?Sized>(
    blobs: &B,
    agrees: impl Fn(&Manifest) -> bool,
    platform: Option<&Platform>,
) -> Result<Option<Leaf>, ImageError> {
    let mut search = Search { blobs, index_bytes: 0, looked_bytes: 0 };
    // An index that cannot be followed describes nothing; `manifest.json` still does.
    let entries = entries(blobs).ok().flatten().unwrap_or_default();
    for entry in entries {
        let mut leaves = Leaves::default();
        if search.expand(&entry, None, &label(&entry), 0, &mut leaves).is_err() {
            continue;
        }
        let agreeing = |leaf: &Leaf| match search.look(leaf) {
            Some(Parsed::Manifest(manifest)) => agrees(&manifest),
            _ => false,
        };
        if leaves.found.iter().any(agreeing) {
            return search.by_platform(leaves, platform).map(Some);
        }
    }
    Ok(None)
}

/// The name an entry carries: containerd's full one, else the tag.
fn label(entry: &Descriptor) -> Option<String> {
    entry.containerd_name().or(entry.ref_name()).map(str::to_owned)
}

/// What to write after the colon for each entry, sorted.
fn labels<'a>(entries: impl Iterator<Item = (usize, &'a Descriptor)>) -> Vec<String> {
    let name = |(position, entry): (usize, &Descriptor)| match entry.ref_name().or(entry.containerd_name()) {
        Some(name) => shown(name),
        None => format!("@{position}"),
    };
    entries.map(name).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The entries that `name` asks for.
fn named<'a>(entries: &'a [Descriptor], name: &Name, from: &str) -> Result<Vec<&'a Descriptor>, ImageError> {
    let found: Vec<&Descriptor> = match name {
        Name::Position(position) => entries.get(*position).into_iter().collect(),
        Name::Text(asked) => {
            let exact: Vec<_> = entries.iter().filter(|entry| entry.ref_name() == Some(asked)).collect();
            let names = |entry: &&Descriptor| {
                [entry.containerd_name(), entry.ref_name()]
                    .into_iter()
                    .flatten()
                    .any(|name| same(name, asked))
            };
            if exact.is_empty() { entries.iter().filter(names).collect() } else { exact }
        }
    };
    if found.is_empty() {
        let found = labels(entries.iter().enumerate());
        return Err(ImageError::NoSuchName { from: from.into(), expected: name.to_string(), found });
    }
    Ok(found)
}

/// Leaves found so far, each digest once; indexes are expanded once too, or a few could multiply without end.
#[derive(Default)]
struct Leaves {
    found: Vec<Leaf>,
    seen: BTreeSet<Digest>,
    passed_over: Vec<String>,
}

/// A search, with caps on all it reads together.
struct Search<'a, B: Blobs + ?Sized> {
    blobs: &'a B,
    index_bytes: u64,
    looked_bytes: u64,
}

impl<B: Blobs + ?Sized> Search<'_, B> {
    /// The entries of the one image there is, where no name was asked for.
    fn only<'e>(&mut self, entries: &'e [Descriptor]) -> Result<Vec<&'e Descriptor>, ImageError> {
        let mut live: Vec<(usize, &Descriptor)> =
            entries.iter().enumerate().filter(|(_, entry)| !entry.is_attestation()).collect();
        if !is_one(&live) {
            live.retain(|(_, entry)| self.may_hold_image(entry));
        }
        if live.is_empty() {
            let found = labels(entries.iter().enumerate());
            let from = self.blobs.reference().to_owned();
            return Err(ImageError::NoImage { what: INDEX_JSON.into(), from, found });
        }
        if !is_one(&live) {
            let found = labels(live.into_iter());
            return Err(ImageError::SeveralNames { from: self.blobs.reference().into(), found });
        }
        Ok(live.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Whether an entry may lead to an image; where that cannot be told, it may.
    fn may_hold_image(&mut self, entry: &Descriptor) -> bool {
        let mut leaves = Leaves::default();
        if self.expand(entry, None, &None, 0, &mut leaves).is_err() {
            return true;
        }
        leaves.found.iter().any(|leaf| !matches!(self.state(leaf), State::Artifact(_)))
    }

    /// Adds the leaves below `descriptor`.
    fn expand(
        &mut self,
        descriptor: &Descriptor,
        index: Option<Digest>,
        name: &Option<String>,
        depth: usize,
        leaves: &mut Leaves,
    ) -> Result<(), ImageError> {
        let from = self.blobs.reference();
        if descriptor.is_attestation() {
            leaves.passed_over.push("an attestation".to_owned());
            return Ok(());
        }
        let digest = descriptor.digest("a manifest's descriptor", from)?;
        if !leaves.seen.insert(digest) {
            return Ok(());
        }
        if let Some(entries) = self.index(descriptor, &digest)? {
            if depth >= limits::INDEX_DEPTH {
                return Err(ImageError::IndexDepth { from: from.into(), expected: limits::INDEX_DEPTH });
            }
            for entry in &entries {
                self.expand(entry, index.or(Some(digest)), name, depth + 1, leaves)?;
            }
            return Ok(());
        }
        leaves.found.push(Leaf { descriptor: descriptor.clone(), digest, index, name: name.clone() });
        Ok(())
    }

    /// The entries of the index that `descriptor` names, or `None` where it is none. A manifest is not read for it.
    fn index(
        &mut self,
        descriptor: &Descriptor,
        digest: &Digest,
    ) -> Result<Option<Vec<Descriptor>>, ImageError> {
        let what = format!("index {digest}");
        let from = self.blobs.reference();
        let declared = media_type::document(&descriptor.media_type);
        if matches!(declared, DocumentType::Manifest | DocumentType::Schema1) {
            return Ok(None);
        }
        let blob = self.blobs.manifest(digest, &what)?;
        let told =
            document(blob, from, descriptor, digest, &what, limits::MANIFEST_BYTES).and_then(|bytes| {
                self.index_bytes += bytes.len() as u64;
                let document: Document = json::parse(&bytes, &what, from)?;
                document.tell(&descriptor.media_type, &what, from)
            });
        if self.index_bytes > limits::MANIFEST_BYTES {
            let (expected, found) = (limits::MANIFEST_BYTES, self.index_bytes);
            return Err(ImageError::TooLarge {
                what: "all indexes".into(),
                from: from.into(),
                expected,
                found,
            });
        }
        match told {
            Ok(Parsed::Index(entries)) => Ok(Some(entries)),
            Err(error) if declared == DocumentType::Index => Err(error),
            // Whatever else it is, reading it as the manifest will say.
            Ok(Parsed::Manifest(_)) | Err(_) => Ok(None),
        }
    }

    /// The one leaf for `platform`.
    fn by_platform(&mut self, leaves: Leaves, platform: Option<&Platform>) -> Result<Leaf, ImageError> {
        let Leaves { found: mut candidates, mut passed_over, .. } = leaves;
        let mut absent = Vec::new();
        if candidates.len() > 1 {
            let mut images = Vec::new();
            for leaf in candidates {
                match self.state(&leaf) {
                    State::Image => images.push(leaf),
                    State::Absent => absent.push(leaf),
                    State::Artifact(kind) => passed_over.push(kind),
                }
            }
            candidates = images;
        }
        match platform {
            Some(platform) => self.asked(candidates, &absent, platform),
            None => self.sole(candidates, &absent, passed_over),
        }
    }

    fn sole(&mut self, images: Vec<Leaf>, absent: &[Leaf], other: Vec<String>) -> Result<Leaf, ImageError> {
        let from = self.blobs.reference().to_owned();
        let mut images = images.into_iter();
        let Some(first) = images.next() else {
            let Some(leaf) = absent.first() else {
                let found = other.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
                return Err(ImageError::NoImage { what: INDEX_JSON.into(), from, found });
            };
            let what = format!("manifest {}", leaf.digest);
            return Err(ImageError::NoBlob { what, from, foreign: false });
        };
        let rest: Vec<Leaf> = images.collect();
        if rest.is_empty() {
            return Ok(first);
        }
        let all = || std::iter::once(&first).chain(&rest);
        let platforms: BTreeSet<Platform> = all().map(|leaf| self.platform(leaf)).collect();
        let found: Vec<String> = platforms.iter().map(Platform::to_string).collect();
        if let [platform] = found.as_slice() {
            let found = all().map(|leaf| leaf.digest.to_string()).collect();
            return Err(ImageError::Ambiguous { from, platform: platform.clone(), found });
        }
        Err(ImageError::SeveralPlatforms { from, found })
    }

    fn asked(&mut self, images: Vec<Leaf>, absent: &[Leaf], asked: &Platform) -> Result<Leaf, ImageError> {
        let from = self.blobs.reference().to_owned();
        let (mut here, mut others) = (Vec::new(), BTreeSet::new());
        let alone = images.len() == 1 && absent.is_empty();
        for leaf in images {
            let platform = if alone { self.certain_platform(&leaf)? } else { self.platform(&leaf) };
            if platform == *asked {
                here.push(leaf);
            } else {
                others.insert(platform);
            }
        }
        if here.len() > 1 {
            let found = here.iter().map(|leaf| leaf.digest.to_string()).collect();
            return Err(ImageError::Ambiguous { from, platform: asked.to_string(), found });
        }
        if let Some(leaf) = here.pop() {
            return Ok(leaf);
        }
        if let Some(leaf) = absent.iter().find(|leaf| leaf.descriptor.platform().as_ref() == Some(asked)) {
            let what = format!("manifest {} for {asked}", leaf.digest);
            return Err(ImageError::NoBlob { what, from, foreign: false });
        }
        let found = others.iter().map(Platform::to_string).collect();
        Err(ImageError::NoSuchPlatform { from, expected: asked.to_string(), found })
    }

    /// The platform of a leaf among others; `unknown` where it cannot be learnt.
    fn platform(&mut self, leaf: &Leaf) -> Platform {
        let unknown = || Platform::new("", "", None);
        let size = leaf.descriptor.size.unwrap_or(limits::MANIFEST_BYTES);
        self.looked_bytes = self.looked_bytes.saturating_add(size);
        if self.looked_bytes > limits::CONFIG_BYTES && leaf.descriptor.platform().is_none() {
            return unknown();
        }
        self.certain_platform(leaf).unwrap_or_else(|_| unknown())
    }

    /// The platform of a leaf: its descriptor's, else its config's.
    fn certain_platform(&mut self, leaf: &Leaf) -> Result<Platform, ImageError> {
        if let Some(platform) = leaf.descriptor.platform() {
            return Ok(platform);
        }
        let manifest = read_image(self.blobs, leaf)?;
        self.looked_bytes = self.looked_bytes.saturating_add(manifest.config.size.unwrap_or_default());
        read_config(self.blobs, &manifest).map(|(_, config)| config.platform())
    }

    /// What a leaf is; where that cannot be told, an image, so that choosing it gives the error.
    fn state(&mut self, leaf: &Leaf) -> State {
        if self.blobs.has_what_it_lists() && leaf.descriptor.platform().is_some() {
            return State::Image;
        }
        if matches!(self.blobs.manifest(&leaf.digest, "manifest"), Ok(None)) {
            return State::Absent;
        }
        match self.look(leaf) {
            Some(Parsed::Manifest(manifest)) => match manifest.artifact() {
                Some((_, kind)) => State::Artifact(shown(kind)),
                None => State::Image,
            },
            _ => State::Image,
        }
    }

    /// Reads a leaf's manifest while choosing, as long as not too much was read that way.
    fn look(&mut self, leaf: &Leaf) -> Option<Parsed> {
        if self.looked_bytes > limits::CONFIG_BYTES {
            return None;
        }
        let size = leaf.descriptor.size.unwrap_or(limits::MANIFEST_BYTES);
        self.looked_bytes = self.looked_bytes.saturating_add(size);
        read(self.blobs, leaf).ok()
    }
}

/// Whether entries are one image: one digest, or one name, which then has a manifest for each platform.
fn is_one(entries: &[(usize, &Descriptor)]) -> bool {
    let count = |key: fn(&Descriptor) -> Option<String>| {
        entries.iter().map(|(_, entry)| key(entry)).collect::<BTreeSet<_>>().len()
    };
    let digest = |entry: &Descriptor| entry.digest("", "").ok().map(|digest| digest.to_string());
    !entries.is_empty() && (count(digest) == 1 || count(label) == 1)
}
