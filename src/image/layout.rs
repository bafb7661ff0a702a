//! OCI image layouts: a folder or a tar with `index.json` and `blobs/ALGORITHM/HEX`.
//!
//! [`OciSource`] reads both through [`Blobs`], so one image gives one answer either way. A blob's path is made from a
//! parsed digest alone. In a folder, blobs may be symbolic links, as some mirrors keep them; every document is held
//! to its digest, so a link cannot pass off another file as one. `oci-layout` is not asked for: what is there tells.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::attestation::{self, Attestations};
use super::blobs::{Blob, Blobs};
use super::documents::{Leaf, read_config, read_image};
use super::error::{ImageError, shown};
use super::manifest::{Descriptor, Manifest};
use super::media_type::{self, LayerType};
use super::names::Name;
use super::platform::Platform;
use super::select;
use super::{Image, ImageSource, Layer};
use crate::base::digest::Digest;
use crate::base::limits;

/// An image of a layout.
pub(super) struct OciSource<B> {
    blobs: B,
    name: Option<Name>,
}

impl<B: Blobs> OciSource<B> {
    pub(super) fn new(blobs: B, name: Option<Name>) -> Self {
        Self { blobs, name }
    }
}

impl<B: Blobs> ImageSource for OciSource<B> {
    fn reference(&self) -> String {
        self.blobs.reference().to_owned()
    }

    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError> {
        image(&self.blobs, select::choose(&self.blobs, self.name.as_ref(), platform)?)
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        open(&self.blobs, layer)
    }

    fn attestations(&self, image: &Image) -> Attestations {
        attestation::of(&self.blobs, image)
    }
}

/// The image of a chosen manifest.
pub(super) fn image<B: Blobs + ?Sized>(blobs: &B, leaf: Leaf) -> Result<Image, ImageError> {
    let what = format!("manifest {}", leaf.digest);
    let from = blobs.reference();
    let manifest = read_image(blobs, &leaf)?;
    let (config_digest, config) = read_config(blobs, &manifest)?;
    let layers = layers(&manifest, &config.rootfs.diff_ids, &what, from)?;
    let Manifest { media_type, annotations, .. } = manifest;
    Ok(Image {
        name: leaf.name,
        platform: config.platform(),
        media_type: Some(media_type),
        index: leaf.index,
        manifest: Some(leaf.digest),
        config_digest,
        config,
        annotations,
        layers,
    })
}

fn layers(
    manifest: &Manifest,
    diff_ids: &[Digest],
    what: &str,
    from: &str,
) -> Result<Vec<Layer>, ImageError> {
    check_count(manifest.layers.len(), diff_ids.len(), what, from)?;
    manifest.layers.iter().zip(diff_ids).map(|(layer, diff_id)| describe(layer, *diff_id, from)).collect()
}

/// Holds a manifest's layers to its config's diff_ids.
pub(super) fn check_count(found: usize, expected: usize, what: &str, from: &str) -> Result<(), ImageError> {
    if found > limits::LAYERS {
        return Err(ImageError::TooMany {
            what: "layers",
            from: from.into(),
            expected: limits::LAYERS,
            found,
        });
    }
    if found != expected {
        return Err(ImageError::LayerCount { what: what.into(), from: from.into(), expected, found });
    }
    Ok(())
}

fn describe(descriptor: &Descriptor, diff_id: Digest, from: &str) -> Result<Layer, ImageError> {
    let digest = descriptor.digest("a layer's descriptor", from)?;
    let what = format!("layer {digest}");
    let media_type = descriptor.media_type.as_str();
    match media_type::layer(media_type) {
        LayerType::Tar | LayerType::Foreign => {}
        LayerType::Encrypted => {
            return Err(ImageError::Encrypted { what, from: from.into(), found: shown(media_type) });
        }
        LayerType::Other if media_type.is_empty() => {}
        LayerType::Other => {
            let expected = "a tar layer, plain or with gzip or zstd";
            return Err(ImageError::MediaType {
                what,
                from: from.into(),
                expected,
                found: shown(media_type),
            });
        }
    }
    let media_type = (!media_type.is_empty()).then(|| media_type.to_owned());
    Ok(Layer { digest: Some(digest), size: descriptor.size, media_type, diff_id, key: digest.to_string() })
}

/// Opens a layer by its digest.
pub(super) fn open<'a, B: Blobs + ?Sized>(
    blobs: &'a B,
    layer: &Layer,
) -> Result<Box<dyn Read + Send + 'a>, ImageError> {
    let from = blobs.reference();
    let digest: Digest = match layer.digest {
        Some(digest) => digest,
        None => layer.key.parse().map_err(|error| ImageError::BadDigest {
            what: "a layer".into(),
            from: from.into(),
            reason: shown(format!("{error}")),
        })?,
    };
    let what = format!("layer {digest}");
    let Some(blob) = blobs.blob(&digest, &what)? else {
        let foreign =
            layer.media_type.as_deref().is_some_and(|found| media_type::layer(found) == LayerType::Foreign);
        return Err(ImageError::NoBlob { what, from: from.into(), foreign });
    };
    match layer.size {
        Some(expected) if expected != blob.size => {
            let (from, found) = (from.into(), blob.size);
            Err(ImageError::BlobSize { what, from, expected, found, link_text: blob.holds_link_text() })
        }
        _ => Ok(blob.reader),
    }
}

/// A layout as a folder.
pub(super) struct Folder {
    path: PathBuf,
    reference: String,
}

impl Folder {
    pub(super) fn new(path: &Path, reference: String) -> Self {
        Self { path: path.to_owned(), reference }
    }

    fn file(&self, path: &Path, what: &str) -> Result<Option<Blob<'_>>, ImageError> {
        let failed = |source| ImageError::Io { what: what.to_owned(), from: self.reference.clone(), source };
        // Asked before opening: opening a pipe would wait for a writer.
        let size = match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Err(failed(io::Error::other("expected a file, found something else"))),
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let file = File::open(path).map_err(failed)?;
        Ok(Some(Blob { size, reader: Box::new(file) }))
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

impl Blobs for Folder {
    fn reference(&self) -> &str {
        &self.reference
    }

    fn index(&self) -> Result<Option<Blob<'_>>, ImageError> {
        self.file(&self.path.join("index.json"), "index.json")
    }

    fn blob(&self, digest: &Digest, what: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.file(&self.path.join("blobs").join(digest.algorithm()).join(digest.hex()), what)
    }
}
