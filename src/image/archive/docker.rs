//! `docker save` and its kin: a tar with `manifest.json`, which names configs and layers by member.
//!
//! Docker's classic layout, kaniko's, jib's, Bazel's and Podman's several images differ only in names and in what is
//! compressed, which the layer pass tells by magic. Such an archive has no manifest digest. Where it is an OCI layout
//! too (Docker's containerd store) and its index leads to the same config and layers, that image is given instead,
//! so that manifest and blob digests are known. It is then also seen when other platforms lie beside the one that
//! `manifest.json` names, which is only the platform of the host that saved it.

use std::collections::BTreeSet;
use std::io::Read;

use serde::Deserialize;

use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use crate::image::archive::tar::Archive;
use crate::image::error::{ArchiveFault, ChoiceFault, DocumentFault, ImageError, shown};
use crate::image::layout::beside::{self, Saved};
use crate::image::layout::blobs::{Blobs, check_digest};
use crate::image::layout::{assemble, attestation};
use crate::image::manifest::config::Config;
use crate::image::manifest::document::Manifest;
use crate::image::manifest::json::{self, or_default, texts};
use crate::image::manifest::platform::Platform;
use crate::image::model::{Attestations, Image, Layer};
use crate::image::names::{Name, same};
use crate::image::source::ImageSource;

const MANIFEST_JSON: &str = "manifest.json";
/// What is told of an archive whose layout does not describe the image.
const UNFOLLOWED: &str = "index.json does not lead to this image, which manifest.json names: an engine with containerd's store may load another or none";

/// One image of `manifest.json`. Its keys are in camelCase where jib wrote them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Entry {
    #[serde(deserialize_with = "or_default")]
    config: String,
    #[serde(deserialize_with = "texts")]
    repo_tags: Vec<String>,
    #[serde(deserialize_with = "texts")]
    layers: Vec<String>,
}

/// An image of a `docker save` archive.
pub(crate) struct DockerSource {
    archive: Archive,
    name: Option<Name>,
}

impl DockerSource {
    pub(crate) fn new(archive: Archive, name: Option<Name>) -> Self {
        Self { archive, name }
    }

    /// The images of `manifest.json`; what should be told of its keys.
    fn entries(&self) -> Result<(Vec<Entry>, Option<String>), ImageError> {
        let from = self.archive.reference();
        let missing = || ImageError::of(MANIFEST_JSON, from, DocumentFault::Missing);
        let blob = self.archive.document(MANIFEST_JSON)?.ok_or_else(missing)?;
        let bytes = blob.bytes(limits::MANIFEST_BYTES, MANIFEST_JSON, from)?;
        let (entries, note) = json::parse_noting::<Option<Vec<Entry>>>(&bytes, MANIFEST_JSON, from)?;
        Ok((entries.unwrap_or_default(), note))
    }

    /// The config of an entry, and its digest; what should be told of it.
    fn config(&self, entry: &Entry) -> Result<(Digest, Config, Option<String>), ImageError> {
        let from = self.archive.reference();
        if entry.config.is_empty() {
            let what = format!("config named in {MANIFEST_JSON}");
            return Err(ImageError::of(what, from, DocumentFault::Missing));
        }
        let missing = || ImageError::of(shown(&entry.config), from, ArchiveFault::NoMember);
        let what = format!("config {}", shown(&entry.config));
        let blob = self.archive.document(&entry.config)?.ok_or_else(missing)?;
        let bytes = blob.bytes(limits::CONFIG_BYTES, &what, from)?;
        let digest: Digest = Sha256::of(&bytes).into();
        if let Some(expected) = addressed(&entry.config) {
            check_digest(&bytes, expected, &what, from)?;
        }
        let (config, note) = json::parse_noting(&bytes, &what, from)?;
        Ok((digest, config, note))
    }

    /// The image as the archive's own OCI layout has it, where that leads to the same config and layers.
    fn as_layout(
        &self,
        entry: &Entry,
        saved: &Saved<'_>,
        platform: Option<&Platform>,
    ) -> Result<Option<Image>, ImageError> {
        if !self.archive.has("index.json") {
            return Ok(None);
        }
        let agrees = |manifest: &Manifest| {
            let digests = manifest.layers.iter().map(|layer| layer.digest("", "").ok());
            manifest.config.digest("", "").ok() == Some(saved.config)
                && entry.layers.len() == manifest.layers.len()
                && entry.layers.iter().zip(digests).all(|(member, digest)| addressed(member) == digest)
        };
        match beside::choose(&self.archive, saved, agrees, platform)? {
            Some(leaf) => assemble::image(&self.archive, leaf).map(Some),
            None => Ok(None),
        }
    }

    /// The image as `manifest.json` alone has it.
    fn as_archive(&self, entry: &Entry, digest: Digest, config: Config) -> Result<Image, ImageError> {
        let what = format!("config {digest}");
        let diff_ids = &config.rootfs.diff_ids;
        assemble::check_count(entry.layers.len(), diff_ids.len(), &what, self.archive.reference())?;
        let layers = entry.layers.iter().zip(diff_ids);
        let layers =
            layers.map(|(member, diff_id)| self.layer(member, *diff_id)).collect::<Result<_, _>>()?;
        Ok(Image {
            name: None,
            platform: config.platform(),
            media_type: None,
            index: None,
            manifest: None,
            config_digest: digest,
            config,
            annotations: Default::default(),
            layers,
            notes: Vec::new(),
        })
    }

    fn layer(&self, member: &str, diff_id: Digest) -> Result<Layer, ImageError> {
        let size = self.archive.member(member)?.map(|blob| blob.size);
        let (digest, media_type, embedded) = (None, None, None);
        Ok(Layer { digest, size, media_type, diff_id, key: member.to_owned(), embedded })
    }
}

impl ImageSource for DockerSource {
    fn reference(&self) -> String {
        self.archive.reference().to_owned()
    }

    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError> {
        let (entries, mut notes) = self.entries().map(|(entries, note)| (entries, Vec::from_iter(note)))?;
        let (entry, name) = pick(&entries, self.name.as_ref(), self.archive.reference())?;
        let (digest, config, note) = self.config(entry)?;
        let saved = Saved { config: digest, name, is_sole: entries.len() == 1 };
        let mut image = match self.as_layout(entry, &saved, platform)? {
            Some(image) => image,
            None => {
                notes.extend(note);
                notes.extend(self.archive.has("index.json").then(|| UNFOLLOWED.to_owned()));
                self.as_archive(entry, digest, config)?
            }
        };
        notes.append(&mut image.notes);
        image.notes = notes;
        if let Some(asked) = platform
            && image.manifest.is_none()
            && image.platform != *asked
        {
            let from = self.archive.reference().to_owned();
            return Err(ImageError::at(
                from,
                ChoiceFault::NoSuchPlatform {
                    expected: asked.to_string(),
                    found: vec![image.platform.to_string()],
                },
            ));
        }
        image.name = name.map(str::to_owned).or(image.name);
        Ok(image)
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        if layer.digest.is_some() {
            return assemble::open(&self.archive, layer);
        }
        let from = self.archive.reference();
        let missing = || ImageError::of(shown(&layer.key), from, ArchiveFault::NoMember);
        Ok(self.archive.member(&layer.key)?.ok_or_else(missing)?.reader)
    }

    fn attestations(&self, image: &Image) -> Attestations {
        attestation::of(&self.archive, image)
    }
}

/// The entry asked for, and the name it goes by.
fn pick<'a>(
    entries: &'a [Entry],
    name: Option<&Name>,
    from: &str,
) -> Result<(&'a Entry, Option<&'a str>), ImageError> {
    let first_tag = |entry: &'a Entry| entry.repo_tags.first().map(String::as_str);
    let picked = match name {
        None => return sole(entries, from).map(|entry| (entry, first_tag(entry))),
        Some(Name::Position(position)) => entries.get(*position).map(|entry| (entry, first_tag(entry))),
        Some(Name::Text(asked)) => {
            let tags =
                || entries.iter().flat_map(|entry| entry.repo_tags.iter().map(move |tag| (entry, tag)));
            let exact = tags().find(|(_, tag)| *tag == asked);
            let tagged = exact.or_else(|| tags().find(|(_, tag)| same(tag, asked)));
            tagged.map(|(entry, tag)| (entry, Some(tag.as_str())))
        }
    };
    picked.ok_or_else(|| {
        ImageError::at(
            from,
            ChoiceFault::NoSuchName {
                expected: name.map(Name::to_string).unwrap_or_default(),
                found: labels(entries),
            },
        )
    })
}

/// The one image there is, where none was asked for.
fn sole<'a>(entries: &'a [Entry], from: &str) -> Result<&'a Entry, ImageError> {
    let Some(first) = entries.first() else {
        let what = MANIFEST_JSON.to_owned();
        return Err(ImageError::of(what, from, ChoiceFault::NoImage { found: Vec::new() }));
    };
    if entries.iter().all(|entry| entry.config == first.config && entry.layers == first.layers) {
        return Ok(first);
    }
    Err(ImageError::at(from, ChoiceFault::SeveralNames { found: labels(entries) }))
}

/// What to write after the colon for each image, sorted.
fn labels(entries: &[Entry]) -> Vec<String> {
    let names = |(position, entry): (usize, &Entry)| match entry.repo_tags.as_slice() {
        [] => vec![format!("@{position}")],
        tags => tags.iter().map(shown).collect(),
    };
    entries.iter().enumerate().flat_map(names).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The digest that a member of a containerd-store archive is named by.
fn addressed(member: &str) -> Option<Digest> {
    let hex = member.strip_prefix("blobs/sha256/")?;
    Sha256::from_hex(hex).map(Digest::from)
}
