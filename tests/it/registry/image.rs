//! Small images for a registry: layouts on disk, written here, pushed by skopeo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reprolock::internal::base::digest::Sha256;
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// An OCI layout on disk.
pub(super) struct Layout(PathBuf);

impl Layout {
    pub(super) fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
        fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self(folder.to_owned())
    }

    /// A layout of one image for linux/amd64, tagged `v1`.
    pub(super) fn of(folder: &Path, layers: &[Vec<u8>]) -> Self {
        let layout = Self::new(folder);
        let image = layout.image("amd64", layers);
        layout.index(&[image]);
        layout
    }

    pub(super) fn path(&self) -> String {
        self.0.to_str().unwrap().to_owned()
    }

    fn blob(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = Sha256::of(bytes);
        fs::write(self.0.join("blobs/sha256").join(digest.hex()), bytes).unwrap();
        json!({"mediaType": media_type, "digest": digest.to_string(), "size": bytes.len()})
    }

    /// Adds an image and gives its descriptor.
    pub(super) fn image(&self, architecture: &str, layers: &[Vec<u8>]) -> Value {
        let diff_ids: Vec<_> = layers.iter().map(|layer| Sha256::of(layer).to_string()).collect();
        let config = json!({"os": "linux", "architecture": architecture, "config": {"Env": ["A=1"]},
            "rootfs": {"type": "layers", "diff_ids": diff_ids}})
        .to_string();
        let layers: Vec<_> = layers.iter().map(|layer| self.blob(LAYER, layer)).collect();
        let config = self.blob(CONFIG, config.as_bytes());
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers});
        let mut descriptor = self.blob(MANIFEST, manifest.to_string().as_bytes());
        descriptor["platform"] = json!({"os": "linux", "architecture": architecture});
        descriptor
    }

    /// Writes `index.json`: one image, or an index of several; tagged `v1`.
    pub(super) fn index(&self, images: &[Value]) {
        let mut entry = match images {
            [one] => one.clone(),
            several => {
                let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": several});
                self.blob(INDEX, index.to_string().as_bytes())
            }
        };
        entry["annotations"] = json!({"org.opencontainers.image.ref.name": "v1"});
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]});
        fs::write(self.0.join("index.json"), index.to_string()).unwrap();
    }

    /// Copies the layout to `reference` with skopeo, byte for byte.
    pub(super) fn push(&self, reference: &str, more: &[&str]) {
        copy(&format!("oci:{}:v1", self.path()), reference, more);
    }
}

/// Copies an image with skopeo.
pub(super) fn copy(from: &str, to: &str, more: &[&str]) {
    let mut skopeo = Command::new("skopeo");
    skopeo.args(["copy", "--insecure-policy", "--all", "--preserve-digests", "--quiet"]).args(more);
    let output = skopeo.args([from, to]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A layer of one file of `size` bytes that no compression makes smaller.
pub(super) fn layer(name: &str, size: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let body: Vec<u8> = (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 24) as u8
        })
        .collect();
    let mut header = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut tar = header.to_vec();
    tar.extend(body);
    tar.resize(tar.len().next_multiple_of(512) + 1024, 0);
    tar
}

/// Seven layers of `size` bytes each.
pub(super) fn seven(size: usize) -> Vec<Vec<u8>> {
    (0..7).map(|seed| layer(&format!("file-{seed}"), size, seed)).collect()
}
