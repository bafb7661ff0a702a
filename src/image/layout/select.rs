//! Choosing one manifest: by tag in `index.json`, then by platform through nested indexes.
//!
//! Vocabulary: an *entry* is a descriptor of `index.json`, a *leaf* is a manifest that an entry leads to. Attestations
//! and artifacts (signatures, SBOMs, charts) are no platforms: they are passed over wherever an image is beside them.
//! A manifest that an index lists and the source does not carry is passed over the same way (`docker save` of one
//! platform keeps the whole index). Neither a tag nor a platform is ever guessed: several are an error that lists them.

use std::collections::BTreeSet;

use crate::image::error::{ChoiceFault, DocumentFault, ImageError, shown};
use crate::image::layout::blobs::Blobs;
use crate::image::layout::documents::{INDEX_JSON, Leaf, entries};
use crate::image::layout::search::{Leaves, Search, State};
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::Index;
use crate::image::manifest::platform::Platform;
use crate::image::names::{Name, same};

/// Chooses a leaf among all that `index.json` leads to.
pub(crate) fn choose<B: Blobs + ?Sized>(
    blobs: &B,
    name: Option<&Name>,
    platform: Option<&Platform>,
) -> Result<Leaf, ImageError> {
    let from = blobs.reference();
    let missing = || ImageError::of(INDEX_JSON, from, DocumentFault::Missing);
    let Index { entries, note } = entries(blobs)?.ok_or_else(missing)?;
    let mut search = Search::new(blobs);
    search.notes.extend(note);
    let chosen = match name {
        Some(name) => named(&entries, name, from)?,
        None => search.only(&entries)?,
    };
    let mut leaves = Leaves::default();
    for entry in chosen {
        search.expand(entry, None, &label(entry), 0, &mut leaves)?;
    }
    let leaf = search.by_platform(leaves, platform)?;
    Ok(Leaf { notes: search.notes, ..leaf })
}

/// The name an entry carries: containerd's full one, else the tag.
pub(super) fn label(entry: &Descriptor) -> Option<String> {
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
    let matches: Vec<&Descriptor> = match name {
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
    if matches.is_empty() {
        let (expected, names) = (name.to_string(), labels(entries.iter().enumerate()));
        return Err(ImageError::at(from, ChoiceFault::NoSuchName { expected, found: names }));
    }
    Ok(matches)
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
            let names = labels(entries.iter().enumerate());
            let from = self.blobs.reference().to_owned();
            return Err(ImageError::of(INDEX_JSON, from, ChoiceFault::NoImage { found: names }));
        }
        if !is_one(&live) {
            return Err(ImageError::at(
                self.blobs.reference(),
                ChoiceFault::SeveralNames { found: labels(live.into_iter()) },
            ));
        }
        Ok(live.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Whether an entry may lead to an image; where that cannot be told, it may.
    fn may_hold_image(&mut self, entry: &Descriptor) -> bool {
        let mut leaves = Leaves::default();
        if self.expand(entry, None, &None, 0, &mut leaves).is_err() {
            return true;
        }
        leaves.reached.iter().any(|leaf| !matches!(self.state(leaf), State::Artifact(_)))
    }

    /// The one leaf for `platform`.
    pub(super) fn by_platform(
        &mut self,
        leaves: Leaves,
        platform: Option<&Platform>,
    ) -> Result<Leaf, ImageError> {
        let Leaves { reached: mut candidates, mut passed_over, .. } = leaves;
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
                return Err(ImageError::of(
                    INDEX_JSON,
                    from,
                    ChoiceFault::NoImage {
                        found: other.into_iter().collect::<BTreeSet<_>>().into_iter().collect(),
                    },
                ));
            };
            let what = format!("manifest {}", leaf.digest);
            return Err(ImageError::of(what, from, DocumentFault::NoBlob { foreign: false }));
        };
        let rest: Vec<Leaf> = images.collect();
        if rest.is_empty() {
            return Ok(first);
        }
        let all = || std::iter::once(&first).chain(&rest);
        let platforms: BTreeSet<Platform> = all().map(|leaf| self.platform(leaf)).collect();
        let platforms: Vec<String> = platforms.iter().map(Platform::to_string).collect();
        if let [platform] = platforms.as_slice() {
            let (platform, digests) = (platform.clone(), all().map(|leaf| leaf.digest.to_string()));
            return Err(ImageError::at(from, ChoiceFault::Ambiguous { platform, found: digests.collect() }));
        }
        Err(ImageError::at(from, ChoiceFault::SeveralPlatforms { found: platforms }))
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
            return Err(ImageError::at(
                from,
                ChoiceFault::Ambiguous {
                    platform: asked.to_string(),
                    found: here.iter().map(|leaf| leaf.digest.to_string()).collect(),
                },
            ));
        }
        if let Some(leaf) = here.pop() {
            return Ok(leaf);
        }
        if let Some(leaf) = absent.iter().find(|leaf| leaf.descriptor.platform().as_ref() == Some(asked)) {
            let what = format!("manifest {} for {asked}", leaf.digest);
            return Err(ImageError::of(what, from, DocumentFault::NoBlob { foreign: false }));
        }
        Err(ImageError::at(
            from,
            ChoiceFault::NoSuchPlatform {
                expected: asked.to_string(),
                found: others.iter().map(Platform::to_string).collect(),
            },
        ))
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
