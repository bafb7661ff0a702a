//! From a chosen manifest to an image: its config, and a layer for each diff_id.

use std::io::{Cursor, Read};

use crate::base::digest::Digest;
use crate::base::limits;
use crate::image::error::{DocumentFault, ImageError, shown};
use crate::image::layout::blobs::Blobs;
use crate::image::layout::documents::{Leaf, read_config, read_image};
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::Manifest;
use crate::image::manifest::media_type::{self, ConfigType, LayerType};
use crate::image::model::{Image, Layer};

/// The image of a chosen manifest.
pub(crate) fn image<B: Blobs + ?Sized>(blobs: &B, leaf: Leaf) -> Result<Image, ImageError> {
    let what = format!("manifest {}", leaf.digest);
    let from = blobs.reference();
    let manifest = read_image(blobs, &leaf)?;
    let (config_digest, config, note) = read_config(blobs, &manifest)?;
    let layers = layers(&manifest, &config.rootfs.diff_ids, &what, from)?;
    let mut notes = leaf.notes;
    notes.extend(untold(&manifest.config));
    let Manifest { media_type, annotations, note: own, .. } = manifest;
    notes.extend(own.into_iter().chain(note));
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
        notes,
    })
}

/// What to tell of a config whose media type does not say what it is of.
pub(crate) fn untold(config: &Descriptor) -> Option<String> {
    let media_type = config.media_type.as_str();
    (media_type::config(media_type) == ConfigType::Untold).then(|| {
        let typed = match media_type {
            "" => "no media type".to_owned(),
            media_type => format!("the media type {}", shown(media_type)),
        };
        format!("the manifest gives its config {typed}: it is read as an image's, as Docker reads it")
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
pub(crate) fn check_count(layers: usize, expected: usize, what: &str, from: &str) -> Result<(), ImageError> {
    if layers > limits::LAYERS {
        let kind = DocumentFault::TooMany { expected: limits::LAYERS, found: layers };
        return Err(ImageError::of("layers", from, kind));
    }
    if layers != expected {
        return Err(ImageError::of(what, from, DocumentFault::LayerCount { expected, found: layers }));
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
            return Err(ImageError::of(what, from, DocumentFault::Encrypted { found: shown(media_type) }));
        }
        LayerType::Other if media_type.is_empty() => {}
        LayerType::Other => {
            let expected = "a tar layer, plain or with gzip or zstd";
            return Err(ImageError::of(
                what,
                from,
                DocumentFault::MediaType { expected, found: shown(media_type) },
            ));
        }
    }
    let media_type = (!media_type.is_empty()).then(|| media_type.to_owned());
    let (size, key, embedded) = (descriptor.size, digest.to_string(), descriptor.embedded(&digest));
    Ok(Layer { digest: Some(digest), size, media_type, diff_id, key, embedded })
}

/// Opens a layer by its digest.
pub(crate) fn open<'a, B: Blobs + ?Sized>(
    blobs: &'a B,
    layer: &Layer,
) -> Result<Box<dyn Read + Send + 'a>, ImageError> {
    if let Some(bytes) = &layer.embedded {
        return Ok(Box::new(Cursor::new(bytes.clone())));
    }
    let from = blobs.reference();
    let digest: Digest = match layer.digest {
        Some(digest) => digest,
        None => layer.key.parse().map_err(|error| {
            ImageError::of("a layer", from, DocumentFault::BadDigest { reason: shown(format!("{error}")) })
        })?,
    };
    let what = format!("layer {digest}");
    let Some(blob) = blobs.blob(&digest, &what)? else {
        let kind = layer.media_type.as_deref().map(media_type::layer);
        let foreign = kind == Some(LayerType::Foreign);
        return Err(ImageError::of(what, from, DocumentFault::NoBlob { foreign }));
    };
    match layer.size {
        Some(expected) if expected != blob.size => {
            let (size, link_text) = (blob.size, blob.holds_link_text());
            Err(ImageError::of(what, from, DocumentFault::BlobSize { expected, found: size, link_text }))
        }
        _ => Ok(blob.reader),
    }
}
