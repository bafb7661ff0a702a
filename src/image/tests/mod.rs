//! Sources against images built here: a tiny tar writer and a tiny layout writer.

mod archive;
mod docker;
mod layout;
mod reference;
mod select;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::base::digest::Sha256;
use crate::image::error::ImageError;
use crate::image::manifest::platform::Platform;
use crate::image::model::Image;
use crate::image::options::OpenOptions;
use crate::image::reference::{Reference, open};
use crate::image::source::ImageSource;

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// A tar header; `size` as its raw field.
pub(crate) fn header(name: &[u8], size: &[u8], kind: u8, link: &[u8], magic: &[u8]) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name);
    put(100, b"0000644\0");
    put(124, size);
    put(148, b"        ");
    put(156, &[kind]);
    put(157, link);
    put(257, magic);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// A tar in the making.
#[derive(Default, Clone)]
pub(crate) struct Tar(pub(crate) Vec<u8>);

impl Tar {
    pub(crate) fn entry(mut self, kind: u8, name: &str, link: &str, data: &[u8]) -> Self {
        let size = format!("{:011o}\0", data.len());
        self.0.extend(header(name.as_bytes(), size.as_bytes(), kind, link.as_bytes(), b"ustar\x0000"));
        self.data(data)
    }

    pub(crate) fn data(mut self, data: &[u8]) -> Self {
        self.0.extend(data);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, name: &str, data: &[u8]) -> Self {
        self.entry(b'0', name, "", data)
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

/// An OCI layout in the making.
#[derive(Default)]
pub(crate) struct Layout {
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
    pub(crate) entries: Vec<Value>,
}

impl Layout {
    /// Adds a blob and gives its descriptor.
    pub(crate) fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = Sha256::of(bytes);
        self.blobs.insert(digest.hex(), bytes.to_vec());
        json!({"mediaType": media_type, "digest": digest.to_string(), "size": bytes.len()})
    }

    pub(crate) fn json(&mut self, media_type: &str, document: &Value) -> Value {
        self.blob(media_type, document.to_string().as_bytes())
    }

    /// Adds an image with a layer for each text and gives its manifest's descriptor, without a platform.
    pub(crate) fn image(&mut self, platform: &str, layers: &[&str]) -> Value {
        let platform: Platform = platform.parse().unwrap();
        let diff_ids: Vec<_> = layers.iter().map(|layer| Sha256::of(layer.as_bytes()).to_string()).collect();
        let config = json!({"os": platform.os, "architecture": platform.architecture, "variant": platform.variant,
            "config": {"Env": null}, "rootfs": {"type": "layers", "diff_ids": diff_ids}});
        let layers: Vec<_> = layers.iter().map(|layer| self.blob(OCI_LAYER, layer.as_bytes())).collect();
        let config = self.json(OCI_CONFIG, &config);
        self.manifest(&config, &layers)
    }

    pub(crate) fn manifest(&mut self, config: &Value, layers: &[Value]) -> Value {
        self.json(
            OCI_MANIFEST,
            &json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers,
                "annotations": {"made": "here"}}),
        )
    }

    pub(crate) fn index(&mut self, entries: &[Value]) -> Value {
        self.json(OCI_INDEX, &json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}))
    }

    /// Takes a blob out again.
    pub(crate) fn remove(&mut self, descriptor: &Value) {
        let digest = descriptor["digest"].as_str().unwrap();
        self.blobs.remove(digest.strip_prefix("sha256:").unwrap()).unwrap();
    }

    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let index = json!({"schemaVersion": 2, "manifests": self.entries}).to_string();
        let blobs = self.blobs.iter().map(|(hex, bytes)| (format!("blobs/sha256/{hex}"), bytes.clone()));
        blobs.chain([("index.json".into(), index.into())]).collect()
    }

    pub(crate) fn tar(&self) -> Tar {
        self.files().iter().fold(Tar::default(), |tar, (name, bytes)| tar.file(name, bytes))
    }

    pub(crate) fn write(&self, folder: &Path) {
        fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
        for (name, bytes) in self.files() {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }
}

/// A descriptor for a platform.
pub(crate) fn on(mut descriptor: Value, platform: &str) -> Value {
    let platform: Platform = platform.parse().unwrap();
    descriptor["platform"] = json!({"os": platform.os, "architecture": platform.architecture});
    if let Some(variant) = platform.variant {
        descriptor["platform"]["variant"] = json!(variant);
    }
    descriptor
}

/// A descriptor with a tag.
pub(crate) fn tagged(mut descriptor: Value, tag: &str) -> Value {
    descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": tag});
    descriptor
}

/// A folder that goes away, and references into it.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A place with one layout, `img`.
    pub(crate) fn with(layout: &Layout) -> Self {
        let place = Self::new();
        layout.write(&place.path("img"));
        place
    }

    /// A place with one file, `img.tar`.
    pub(crate) fn with_file(bytes: &[u8]) -> Self {
        let place = Self::new();
        fs::write(place.path("img.tar"), bytes).unwrap();
        place
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// A reference with the folder put in for `~`.
    pub(crate) fn open(&self, reference: &str) -> Result<Box<dyn ImageSource>, ImageError> {
        let text = reference.replacen('~', self.0.path().to_str().unwrap(), 1);
        open(&text.parse::<Reference>()?, &OpenOptions::default())
    }

    pub(crate) fn image(&self, reference: &str, platform: &str) -> Result<Image, ImageError> {
        let platform: Option<Platform> = (!platform.is_empty()).then(|| platform.parse().unwrap());
        self.open(reference)?.image(platform.as_ref())
    }

    /// The image, or the error, without the folder's name.
    pub(crate) fn error(&self, reference: &str, platform: &str) -> String {
        let error = self.image(reference, platform).unwrap_err();
        error.to_string().replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// All bytes of a layer.
pub(crate) fn layer_text(source: &dyn ImageSource, image: &Image, index: usize) -> String {
    let mut text = String::new();
    source.open(&image.layers[index]).unwrap().read_to_string(&mut text).unwrap();
    text
}
