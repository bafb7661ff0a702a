//! Images: a config, layers, a history; as an OCI layout, or as what `docker save` writes, old and new.

use reprolock::internal::base::digest::Sha256;
use serde_json::{Map, Value, json};

use super::files::Files;
use super::layer::Layer;

/// Media types of the documents.
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";

const CREATED: &str = "2021-02-25T00:00:00Z";

/// An image in the making.
#[derive(Clone)]
pub(crate) struct Image {
    platform: Value,
    tag: Option<String>,
    config: Value,
    layers: Vec<Layer>,
    annotations: Map<String, Value>,
}

impl Image {
    /// An image without layers for `os/architecture[/variant]`.
    pub(crate) fn new(platform: &str) -> Self {
        let mut parts = platform.split('/');
        let mut next = || parts.next().map(Value::from);
        let mut platform = Map::new();
        platform.extend(
            ["os", "architecture", "variant"].into_iter().filter_map(|key| Some((key.to_owned(), next()?))),
        );
        let mut config = Value::Object(platform.clone());
        config["created"] = json!(CREATED);
        config["config"] = json!({"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]});
        config["rootfs"] = json!({"type": "layers", "diff_ids": []});
        config["history"] = json!([]);
        Self { platform: platform.into(), tag: None, config, layers: Vec::new(), annotations: Map::new() }
    }

    /// Names the image: its reference in an index, its tag in a Docker archive.
    pub(crate) fn tag(mut self, tag: &str) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Adds a layer, its diff_id and its step of the history.
    pub(crate) fn layer(mut self, layer: Layer) -> Self {
        push(&mut self.config["rootfs"]["diff_ids"], json!(layer.diff_id()));
        push(&mut self.config["history"], json!({"created": CREATED, "created_by": layer.created_by}));
        self.layers.push(layer);
        self
    }

    /// Adds a step of the history that made no layer.
    pub(crate) fn step(mut self, created_by: &str) -> Self {
        push(
            &mut self.config["history"],
            json!({"created": CREATED, "created_by": created_by, "empty_layer": true}),
        );
        self
    }

    /// Adds an environment variable, and its step.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        push(&mut self.config["config"]["Env"], json!(format!("{name}={value}")));
        self.step(&format!("ENV {name}={value}"))
    }

    /// Sets a label, and adds its step.
    pub(crate) fn label(mut self, name: &str, value: &str) -> Self {
        self.config["config"]["Labels"][name] = json!(value);
        self.step(&format!("LABEL {name}={value}"))
    }

    /// Sets what containers run as, and adds its step.
    pub(crate) fn user(self, user: &str) -> Self {
        self.run_config("User", json!(user)).step(&format!("USER {user}"))
    }

    /// Sets a field of the config's `config`, under Docker's name: `Cmd`, `WorkingDir`, `ExposedPorts`.
    pub(crate) fn run_config(self, field: &str, value: Value) -> Self {
        self.edit(|config| config["config"][field] = value)
    }

    /// Changes the config as a whole; its digest and all above it follow.
    pub(crate) fn edit(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.config);
        self
    }

    /// Adds an annotation to the manifest.
    pub(crate) fn annotation(mut self, name: &str, value: &str) -> Self {
        self.annotations.insert(name.into(), value.into());
        self
    }

    /// The layers, lowest first.
    pub(crate) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The config's bytes.
    pub(crate) fn config(&self) -> Vec<u8> {
        self.config.to_string().into()
    }

    /// An OCI layout with this image alone.
    pub(crate) fn oci(&self) -> Files {
        let mut files = Files::default();
        let descriptor = self.add_to(&mut files);
        layout(files, &[tagged(descriptor, self.tag.as_deref())])
    }

    /// `docker save` of Docker before 25: a folder with `layer.tar` for each layer, all uncompressed.
    pub(crate) fn docker(&self) -> Files {
        let mut files = Files::default();
        let config = format!("{}.json", Sha256::of(&self.config()).hex());
        files.0.insert(config.clone(), self.config());
        let mut members = Vec::new();
        for (at, layer) in self.layers.iter().enumerate() {
            let id = Sha256::of(format!("{at} {}", layer.diff_id()).as_bytes()).hex();
            files.json(&format!("{id}/json"), &json!({"id": id}));
            files.0.insert(format!("{id}/VERSION"), b"1.0".to_vec());
            files.0.insert(format!("{id}/layer.tar"), layer.tar().to_vec());
            members.push(format!("{id}/layer.tar"));
        }
        files.json("manifest.json", &json!([{"Config": config, "RepoTags": self.tags(), "Layers": members}]));
        files
    }

    /// `docker save` of a Docker with the containerd store: an OCI layout that `manifest.json` points into.
    pub(crate) fn docker_containerd(&self) -> Files {
        let mut files = self.oci();
        let config = format!("blobs/sha256/{}", Sha256::of(&self.config()).hex());
        let blob = |layer: &Layer| format!("blobs/sha256/{}", Sha256::of(&layer.blob()).hex());
        let layers: Vec<String> = self.layers.iter().map(blob).collect();
        files.json("manifest.json", &json!([{"Config": config, "RepoTags": self.tags(), "Layers": layers}]));
        files
    }

    /// Adds the image's blobs to a layout in the making, and gives its manifest's descriptor.
    pub(crate) fn add_to(&self, files: &mut Files) -> Value {
        let layers: Vec<Value> =
            self.layers.iter().map(|layer| files.blob(&layer.oci_media_type(), &layer.blob())).collect();
        let config = files.blob(OCI_CONFIG, &self.config());
        let mut manifest =
            json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers});
        if !self.annotations.is_empty() {
            manifest["annotations"] = self.annotations.clone().into();
        }
        files.json_blob(OCI_MANIFEST, &manifest)
    }

    fn tags(&self) -> Vec<&str> {
        self.tag.as_deref().into_iter().collect()
    }
}

/// An OCI layout with one index of several platforms, as `docker buildx` pushes it; with `attested`, each image has
/// an attestation manifest beside it.
pub(crate) fn index(tag: &str, images: &[Image], attested: bool) -> Files {
    let mut files = Files::default();
    let mut entries = Vec::new();
    for image in images {
        let mut descriptor = image.add_to(&mut files);
        descriptor["platform"] = image.platform.clone();
        let digest = descriptor["digest"].clone();
        entries.push(descriptor);
        if attested {
            entries.push(attestation(&mut files, &digest));
        }
    }
    let document = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries});
    let descriptor = files.json_blob(OCI_INDEX, &document);
    layout(files, &[tagged(descriptor, Some(tag))])
}

/// An OCI layout with an index of this image and its attestation manifest, which holds what `statements` makes of the
/// image's manifest's digest.
pub(crate) fn attested(image: &Image, statements: impl FnOnce(&str) -> Vec<Value>) -> Files {
    let mut files = Files::default();
    let mut descriptor = image.add_to(&mut files);
    descriptor["platform"] = image.platform.clone();
    let digest = descriptor["digest"].clone();
    let statements = statements(digest.as_str().unwrap());
    let entries = json!([descriptor, attestation_of(&mut files, &digest, &statements)]);
    let document = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries});
    let descriptor = files.json_blob(OCI_INDEX, &document);
    layout(files, &[tagged(descriptor, image.tag.as_deref())])
}

/// A provenance attestation of the image with manifest `digest`, as BuildKit attaches it.
fn attestation(files: &mut Files, digest: &Value) -> Value {
    let statement = json!({"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [{"name": "_", "digest": {"sha256": digest.as_str().unwrap().trim_start_matches("sha256:")}}]});
    attestation_of(files, digest, &[statement])
}

fn attestation_of(files: &mut Files, digest: &Value, statements: &[Value]) -> Value {
    let layer = |statement: &Value| {
        let mut layer = files.json_blob("application/vnd.in-toto+json", statement);
        layer["annotations"] = json!({"in-toto.io/predicate-type": statement["predicateType"]});
        layer
    };
    let layers: Vec<Value> = statements.iter().map(layer).collect();
    let diff_ids: Vec<&Value> = layers.iter().map(|layer| &layer["digest"]).collect();
    let config = json!({"architecture": "unknown", "os": "unknown", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}});
    let config = files.json_blob(OCI_CONFIG, &config);
    let manifest = json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers});
    let mut descriptor = files.json_blob(OCI_MANIFEST, &manifest);
    descriptor["platform"] = json!({"os": "unknown", "architecture": "unknown"});
    descriptor["annotations"] =
        json!({"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest});
    descriptor
}

fn layout(mut files: Files, entries: &[Value]) -> Files {
    files.json("oci-layout", &json!({"imageLayoutVersion": "1.0.0"}));
    files.json("index.json", &json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}));
    files
}

fn tagged(mut descriptor: Value, tag: Option<&str>) -> Value {
    if let Some(tag) = tag {
        descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": tag});
    }
    descriptor
}

fn push(list: &mut Value, value: Value) {
    list.as_array_mut().unwrap().push(value);
}
