//! What BuildKit's provenance says of the build: build arguments, base images' digests, downloads, the Dockerfile, and which of
//! its lines made which layer.
//!
//! SLSA provenance v0.2 and v1, as BuildKit fills them in (its docs/attestations/slsa-definitions.md). The lines need
//! `mode=max`. A statement counts for the image whose manifest's digest is its subject; one that names none (BuildKit
//! writes so where the image has no name) for the image that it lies beside. A line counts for the layer whose digest
//! stands with its step. What is of another digest is left out with a note. It is a word about the build that
//! nobody has checked: it explains and fills in, and decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use serde_json::Value;

use crate::base::digest::Digest;
use crate::base::text::percent_decoded;
use crate::image::Attestations;
use crate::image::Image;

/// What is known of the build from its provenance.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The tool whose kind of build it is, where that is known here.
    pub builder: Option<String>,
    /// `--build-arg` names and values.
    pub args: BTreeMap<String, String>,
    /// The stage that was built, where one was named.
    pub target: Option<String>,
    /// The Dockerfile's path in the context.
    pub dockerfile: Option<String>,
    /// The Dockerfile's bytes.
    pub source: Option<Vec<u8>>,
    /// Images that were built from: name with tag, and what it resolved to.
    pub images: Vec<(String, Digest)>,
    /// The frontend that read the Dockerfile, likewise.
    pub frontends: Vec<(String, Digest)>,
    /// What was downloaded, by URL: sources of ADD, and what each RUN fetched where the builder's proxy recorded it.
    pub downloads: Vec<(String, Digest)>,
    /// By layer's digest, the first line of the instruction that made it, from 1.
    pub lines: BTreeMap<Digest, usize>,
}

/// BuildKit's own part of the metadata: v0.2's and early v1's name, and v1's.
const METADATA: [&str; 2] = ["https://mobyproject.org/buildkit@v1#metadata", "buildkit_metadata"];
const ARG: &str = "build-arg:";

/// Reads the statements about `image`. Several are put together, the first one's word counting where they differ.
pub fn read(attestations: &Attestations, image: &Image) -> (Option<Provenance>, Vec<String>) {
    let mut notes = attestations.notes.clone();
    let mut joined: Option<Provenance> = None;
    for bytes in &attestations.statements {
        match statement(bytes, image) {
            Ok(provenance) => match &mut joined {
                Some(joined) => joined.add(provenance),
                None => joined = Some(provenance),
            },
            Err(reason) => notes.push(format!("the image's provenance is left out: {reason}")),
        }
    }
    (joined, notes)
}

fn statement(bytes: &[u8], image: &Image) -> Result<Provenance, String> {
    let statement: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    let subjects: Vec<String> = list(&statement, "/subject")
        .filter_map(|subject| Some(format!("sha256:{}", text(subject, "/digest/sha256")?)))
        .collect();
    let manifest = image.manifest.map(|digest| digest.to_string()).unwrap_or_default();
    // The manifest that holds the statement names its image, and was looked up by it.
    let names_none = list(&statement, "/subject").next().is_none() && !has_subject(&statement);
    if !names_none && !subjects.contains(&manifest) {
        let subject = subjects.first().map_or("no image", String::as_str);
        return Err(format!("it is of {subject}, expected {manifest}"));
    }
    let predicate = statement.get("predicate").unwrap_or(&Value::Null);
    match text(&statement, "/predicateType") {
        Some("https://slsa.dev/provenance/v0.2") => Ok(Shape::V0_2.read(predicate)),
        Some("https://slsa.dev/provenance/v1") => Ok(Shape::V1.read(predicate)),
        other => {
            Err(format!("its type is {}, expected SLSA provenance v0.2 or v1", other.unwrap_or("missing")))
        }
    }
}

/// Whether something stands as the subject, if only nonsense.
fn has_subject(statement: &Value) -> bool {
    statement.get("subject").is_some_and(|subject| !subject.is_null() && subject.as_array().is_none())
}

/// The tool of a build type: BuildKit's of SLSA 0.2, and that of 1, which is a page in its repository.
fn builder(build_type: &str) -> Option<String> {
    let is_buildkit = ["https://mobyproject.org/buildkit@", "https://github.com/moby/buildkit/"];
    is_buildkit.iter().any(|known| build_type.starts_with(known)).then(|| "buildkit".to_owned())
}

/// Where the two versions keep what.
#[derive(Clone, Copy)]
enum Shape {
    V0_2,
    V1,
}

impl Shape {
    fn read(self, predicate: &Value) -> Provenance {
        let (requests, path, materials, metadata, config) = match self {
            Self::V0_2 => (
                &["/invocation/parameters/args"][..],
                "/invocation/configSource/entryPoint",
                "/materials",
                "/metadata",
                &["/buildConfig"][..],
            ),
            Self::V1 => (
                // `parameters` until BuildKit 0.20 or so.
                &[
                    "/buildDefinition/externalParameters/request/args",
                    "/buildDefinition/externalParameters/parameters/args",
                ][..],
                "/buildDefinition/externalParameters/configSource/path",
                "/buildDefinition/resolvedDependencies",
                "/runDetails/metadata",
                &[
                    "/buildDefinition/internalParameters/buildConfig",
                    "/buildDefinition/externalParameters/buildConfig",
                ][..],
            ),
        };
        let args = first(predicate, requests).and_then(Value::as_object);
        let args = || args.into_iter().flatten().filter_map(|(name, value)| Some((name, value.as_str()?)));
        let build_arg =
            |(name, value): (&String, &str)| Some((name.strip_prefix(ARG)?.to_owned(), value.to_owned()));
        let metadata = predicate.pointer(metadata).unwrap_or(&Value::Null);
        let own = METADATA.iter().find_map(|name| metadata.get(name)).unwrap_or(&Value::Null);
        let frontend = args().find(|(name, _)| *name == "source").map(|(_, value)| familiar(value));
        let build_type = first(predicate, &["/buildType", "/buildDefinition/buildType"]);
        let file = || text(own, "/source/infos/0/filename");
        let images = list(predicate, materials).filter_map(image);
        let (frontends, images) = images.partition(|(name, _)| Some(familiar(name)) == frontend);
        Provenance {
            builder: build_type.and_then(Value::as_str).and_then(builder),
            args: args().filter_map(build_arg).collect(),
            target: args().find(|(name, _)| *name == "target").map(|(_, value)| value.to_owned()),
            dockerfile: text(predicate, path)
                .or_else(file)
                .filter(|path| is_relative(path))
                .map(str::to_owned),
            source: source(own),
            images,
            frontends,
            downloads: list(predicate, materials).filter_map(download).collect(),
            lines: lines(own, first(predicate, config).unwrap_or(&Value::Null)),
        }
    }
}

impl Provenance {
    fn add(&mut self, other: Self) {
        for (name, value) in other.args {
            self.args.entry(name).or_insert(value);
        }
        for (digest, line) in other.lines {
            self.lines.entry(digest).or_insert(line);
        }
        self.builder = self.builder.take().or(other.builder);
        self.target = self.target.take().or(other.target);
        self.dockerfile = self.dockerfile.take().or(other.dockerfile);
        self.source = self.source.take().or(other.source);
        self.images.extend(other.images);
        self.frontends.extend(other.frontends);
        self.downloads.extend(other.downloads);
    }

    /// The digest that an image of the Dockerfile, or its frontend, resolved to; `None` where there are several.
    pub(super) fn digest(&self, name: &str) -> Option<Digest> {
        let name = familiar(name);
        let images = self.images.iter().chain(&self.frontends).filter(|(other, _)| familiar(other) == name);
        let digests: BTreeSet<Digest> = images.map(|(_, digest)| *digest).collect();
        digests.first().copied().filter(|_| digests.len() == 1)
    }

    /// What `name` resolved to; without a name, the one image there is.
    pub(super) fn base(&self, name: Option<&str>) -> Option<&(String, Digest)> {
        match (name, self.images.as_slice()) {
            (Some(name), images) => images.iter().find(|(other, _)| familiar(other) == familiar(name)),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }
}

/// Whether a path may stand in a lockfile: no path of a machine, and nothing that is no path.
fn is_relative(path: &str) -> bool {
    !path.is_empty() && !path.starts_with(['/', '\\']) && !path.contains(|c: char| c == ':' || c.is_control())
}

/// The Dockerfile, as the build's source map holds it.
fn source(own: &Value) -> Option<Vec<u8>> {
    let data = text(own, "/source/infos/0/data")?;
    base64::engine::general_purpose::STANDARD.decode(data).ok()
}

/// The first line of the instruction that made each layer. A step's result is the chain of its layers, the last one
/// its own. Steps without inputs only fetch: what they name are the base's layers.
fn lines(own: &Value, config: &Value) -> BTreeMap<Digest, usize> {
    let makes = |step: &&Value| list(step, "/inputs").next().is_some();
    let steps: BTreeSet<&str> =
        list(config, "/llbDefinition").filter(makes).filter_map(|step| text(step, "/id")).collect();
    let layers = own.get("layers").and_then(Value::as_object);
    let mut lines = BTreeMap::new();
    for (output, chains) in layers.into_iter().flatten() {
        let step = output.split(':').next().unwrap_or_default();
        let Some(line) = line(own, step).filter(|_| steps.contains(step)) else { continue };
        let own_layer = |chain: &Value| text(chain.as_array()?.last()?, "/digest")?.parse::<Digest>().ok();
        for digest in chains.as_array().into_iter().flatten().filter_map(own_layer) {
            // The one chain may be the result of several outputs of a step; of several steps, the first one made it.
            lines.entry(digest).and_modify(|known: &mut usize| *known = line.min(*known)).or_insert(line);
        }
    }
    lines
}

/// The first line of a step, in the first of the build's sources.
fn line(own: &Value, step: &str) -> Option<usize> {
    let locations = own.get("source")?.get("locations")?.get(step)?;
    let is_first = |location: &&Value| {
        let index = location.get("sourceIndex").or(location.get("source_index"));
        index.is_none_or(|index| index.as_u64() == Some(0))
    };
    let starts = list(locations, "/locations")
        .filter(is_first)
        .flat_map(|location| list(location, "/ranges"))
        .filter_map(|range| range.pointer("/start/line")?.as_u64());
    starts.min().filter(|line| *line > 0).and_then(|line| usize::try_from(line).ok())
}

/// An image among the materials: its name with its tag, and the digest it had.
fn image(material: &Value) -> Option<(String, Digest)> {
    let url = text(material, "/uri")?.strip_prefix("pkg:docker/")?;
    let (path, qualifiers) = url.split_once('?').unwrap_or((url, ""));
    if qualifiers.split('&').any(|qualifier| qualifier.starts_with("ref_type=")) {
        return None;
    }
    let name = match path.rsplit_once('@') {
        Some((name, tag)) => format!("{}:{}", percent_decoded(name), percent_decoded(tag)),
        None => percent_decoded(path),
    };
    let digest = format!("sha256:{}", text(material, "/digest/sha256")?).parse().ok()?;
    Some((name, digest))
}

/// A download among the materials: its URL, and the digest of what came.
fn download(material: &Value) -> Option<(String, Digest)> {
    let url =
        text(material, "/uri").filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
    let digest = format!("sha256:{}", text(material, "/digest/sha256")?).parse().ok()?;
    Some((url.to_owned(), digest))
}

/// A name as two people would write it: without the default registry, its folder and the default tag, and without
/// the digest that it may be pinned by.
pub(crate) fn familiar(name: &str) -> String {
    let name = name.split('@').next().unwrap_or_default();
    let name = name.strip_prefix("docker.io/").or(name.strip_prefix("index.docker.io/")).unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    name.strip_suffix(":latest").unwrap_or(name).to_owned()
}

fn first<'a>(value: &'a Value, pointers: &[&str]) -> Option<&'a Value> {
    pointers.iter().find_map(|pointer| value.pointer(pointer))
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_compared_as_people_mean_them() {
        assert_eq!(familiar("docker.io/library/python:latest"), familiar("python"));
        assert_eq!(familiar("python:3.12@sha256:ab"), familiar("python:3.12"));
        assert_ne!(familiar("nvcr.io/nvidia/python"), familiar("python"));
    }

    #[test]
    fn images_are_told_from_other_materials() {
        let hex = "0".repeat(64);
        let base = |uri: &str| image(&json!({"uri": uri, "digest": {"sha256": hex}})).map(|(name, _)| name);
        assert_eq!(base("pkg:docker/alpine@3.17?platform=linux%2Famd64").as_deref(), Some("alpine:3.17"));
        assert_eq!(base("pkg:docker/nvcr.io/nvidia%2Fx@1%2B2").as_deref(), Some("nvcr.io/nvidia/x:1+2"));
        assert_eq!(base("https://example.org/x.git#main"), None);
        assert_eq!(base("pkg:docker/x?ref_type=blob"), None);
        assert_eq!(percent_decoded("a%zz%4"), "a%zz%4");
    }

    #[test]
    fn a_layer_is_the_last_of_its_steps_chain() {
        let digest = |digit: &str| format!("sha256:{}", digit.repeat(64));
        let descriptor = |digit: &str| json!({"digest": digest(digit)});
        let range = |line: u64| json!({"locations": [{"ranges": [{"start": {"line": line}, "end": {"line": line}}]}]});
        let own = json!({
            "source": {"locations": {"step0": range(1), "step1": range(4), "step2": range(2)}},
            "layers": {
                "step0:0": [[descriptor("a")]],
                "step1:0": [[descriptor("a"), descriptor("b"), descriptor("c")]],
                "step2:0": [[descriptor("a"), descriptor("b")]],
                "step3:0": [["nonsense"], [], null],
            },
        });
        let config = json!({"llbDefinition": [
            {"id": "step0"}, {"id": "step1", "inputs": ["step2:0"]}, {"id": "step2", "inputs": ["step0:0"]},
        ]});
        let pairs: Vec<(String, usize)> =
            lines(&own, &config).into_iter().map(|(digest, line)| (digest.to_string(), line)).collect();
        assert_eq!(pairs, [(digest("b"), 2), (digest("c"), 4)]);
    }
}
