//! Files of a layout or an archive, in memory: written as a folder or a tar, and broken on purpose.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use reprolock::internal::base::digest::Sha256;
use serde_json::{Value, json};

use super::tar::{Header, Tar, USTAR, field};

/// Files by their path in a layout or an archive.
#[derive(Clone, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Files {
    /// Adds a blob of an OCI layout and gives its descriptor.
    pub(crate) fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = Sha256::of(bytes);
        self.0.insert(format!("blobs/sha256/{}", digest.hex()), bytes.into());
        json!({"mediaType": media_type, "digest": digest.to_string(), "size": bytes.len()})
    }

    /// Adds a JSON document as a blob and gives its descriptor.
    pub(crate) fn json_blob(&mut self, media_type: &str, document: &Value) -> Value {
        self.blob(media_type, document.to_string().as_bytes())
    }

    /// Adds a JSON document under a name.
    pub(crate) fn json(&mut self, name: &str, document: &Value) {
        self.0.insert(name.into(), document.to_string().into());
    }

    /// Reads a JSON document.
    pub(crate) fn document(&self, name: &str) -> Value {
        serde_json::from_slice(self.0.get(name).unwrap()).unwrap()
    }

    /// Where the blob of a digest lies.
    pub(crate) fn path_of(digest: &str) -> String {
        format!("blobs/{}", digest.replace(':', "/"))
    }

    /// Takes a file out; it must be there.
    pub(crate) fn without(mut self, name: &str) -> Self {
        assert!(self.0.remove(name).is_some(), "no {name}");
        self
    }

    /// Changes a file's bytes, and with them no descriptor: a wrong digest, a cut, another size.
    pub(crate) fn damaged(mut self, name: &str, damage: impl FnOnce(&mut Vec<u8>)) -> Self {
        damage(self.0.get_mut(name).unwrap());
        self
    }

    /// Changes a JSON document in its place.
    pub(crate) fn edited(mut self, name: &str, edit: impl FnOnce(&mut Value)) -> Self {
        let mut document = self.document(name);
        edit(&mut document);
        self.json(name, &document);
        self
    }

    /// Adds the files of another layout; the images of both indexes are listed.
    pub(crate) fn and(mut self, mut other: Self) -> Self {
        let mut index = self.document("index.json");
        let more = other.document("index.json")["manifests"].take();
        index["manifests"].as_array_mut().unwrap().extend(more.as_array().unwrap().clone());
        self.0.append(&mut other.0);
        self.json("index.json", &index);
        self
    }

    /// Writes the files below `folder`.
    pub(crate) fn write(&self, folder: &Path) {
        for (name, bytes) in &self.0 {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    /// The files as a tar, sorted by name.
    pub(crate) fn archive(&self) -> Vec<u8> {
        let add = |tar: Tar, (name, bytes): (&String, &Vec<u8>)| {
            tar.entry(Header::new(USTAR, b'0', name.as_bytes()).octal(field::MODE, 0o644), bytes)
        };
        self.0.iter().fold(Tar::default(), add).end()
    }
}
