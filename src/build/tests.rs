//! Facts of real builds, by what a current BuildKit attests of them (testdata/provenance), with and without their Dockerfile.

use std::path::Path;

use serde_json::Value;

use super::*;
use crate::base::digest::Digest;
use crate::image::config::Config;
use crate::image::platform::Platform;
use crate::image::{Attestations, Layer};
use crate::lockfile::model::ArgSource;

/// One of the builds: its image without layers' blobs, and what lies beside it.
struct Real {
    image: Image,
    statement: Value,
}

impl Real {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/provenance").join(name);
        let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let digest = |value: &Value| -> Digest { value.as_str().unwrap().parse().unwrap() };
        let config: Config = serde_json::from_value(document["config"].clone()).unwrap();
        let blobs = document["manifest"]["layers"].as_array().unwrap().iter().zip(&config.rootfs.diff_ids);
        let layer = |(blob, diff_id): (&Value, &Digest)| Layer {
            digest: Some(digest(&blob["digest"])),
            size: blob["size"].as_u64(),
            media_type: None,
            diff_id: *diff_id,
            key: String::new(),
            embedded: None,
        };
        let image = Image {
            name: None,
            platform: Platform::new("linux", "amd64", None),
            media_type: None,
            index: None,
            manifest: Some(digest(&document["digest"])),
            config_digest: digest(&document["manifest"]["config"]["digest"]),
            annotations: BTreeMap::new(),
            layers: blobs.map(layer).collect(),
            notes: Vec::new(),
            config,
        };
        Self { image, statement: document["statement"].clone() }
    }

    fn facts(&self, dockerfile: Option<&Path>) -> BuildFacts {
        let statements = vec![serde_json::to_vec(&self.statement).unwrap()];
        let attestations = Attestations { statements, notes: Vec::new() };
        let inputs = Inputs { dockerfile: dockerfile.map(Path::to_owned), attestations, ..Inputs::default() };
        facts(&self.image, &inputs).unwrap()
    }

    /// The facts without and with the Dockerfile, as the statement holds it.
    fn both_ways(&self) -> [BuildFacts; 2] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        let (provenance, _) = provenance::read(
            &Attestations {
                statements: vec![serde_json::to_vec(&self.statement).unwrap()],
                notes: Vec::new(),
            },
            &self.image,
        );
        std::fs::write(&path, provenance.unwrap().source.unwrap()).unwrap();
        [self.facts(None), self.facts(Some(&path))]
    }
}

fn lines(facts: &BuildFacts) -> Vec<Option<usize>> {
    facts.layers.iter().map(|layer| layer.line).collect()
}

/// `NAME=value` of each argument whose value the history has.
fn args(facts: &BuildFacts) -> Vec<String> {
    let recorded = facts.build.arg.iter().filter(|arg| arg.source == ArgSource::History);
    recorded.map(|arg| format!("{}={}", arg.name, arg.value.as_deref().unwrap_or("?"))).collect()
}

#[test]
fn the_seeds_builder_lines_arguments_and_base_are_told_by_buildkits_own_statement() {
    for facts in Real::read("seed.json").both_ways() {
        assert_eq!(facts.build.builder.as_deref(), Some("buildkit"));
        assert_eq!(lines(&facts), [None, Some(3), Some(4), Some(10), Some(11), Some(17), Some(19)]);
        assert_eq!(args(&facts), ["USERNAME=vorph", "USER_GID=0", "USER_UID=0"]);
        assert_eq!(facts.build.dockerfile.as_deref(), Some("Dockerfile"));
        let base = facts.base.unwrap();
        assert_eq!(base.reference.as_deref(), Some("registry.example.org/nvidia/tensorflow:21.02-tf2-py3"));
        let digest = base.digest.unwrap().to_string();
        assert!(digest.starts_with("sha256:f6fcbfbef86271db"), "{digest}");
        let missing = |note: &&String| !note.contains("which is not in the context");
        assert_eq!(facts.notes.iter().filter(missing).count(), 0, "{:?}", facts.notes);
    }
}

#[test]
fn arguments_of_several_stages_are_told_apart_whatever_their_values_hold() {
    for facts in Real::read("stages.json").both_ways() {
        let expected = [
            "A=a  b",
            "B=cli",
            "LAST=last",
            "LOOKS=B=fake OUTER=fake",
            "M=1",
            "N=2 3",
            "NOVALUE=",
            "OUTER=outer",
            "SHELLISH=/bin/bash -e -c x",
        ];
        assert_eq!(args(&facts), expected, "{:?} {:?} {:?}", facts.base, facts.notes, facts.layers);
        assert_eq!(lines(&facts), [None, Some(14), Some(16), Some(18), Some(21), Some(26), Some(30)]);
        assert_eq!(facts.notes, [""; 0]);
    }
}

#[test]
fn an_epoch_that_no_command_saw_is_noted() {
    for facts in Real::read("rewritten.json").both_ways() {
        assert_eq!(facts.build.source_date_epoch, Some(1_700_000_000));
        assert!(
            facts.notes.iter().any(|note| note.starts_with("SOURCE_DATE_EPOCH was given")),
            "{:?}",
            facts.notes
        );
    }
    for name in ["seed.json", "stages.json"] {
        for facts in Real::read(name).both_ways() {
            assert!(!facts.notes.iter().any(|note| note.starts_with("SOURCE_DATE_EPOCH")), "{name}");
        }
    }
}

#[test]
fn a_statement_that_names_another_subject_teaches_nothing() {
    let mut real = Real::read("seed.json");
    for subject in [
        serde_json::json!([{"digest": {"sha256": "0".repeat(64)}}]),
        serde_json::json!([1]),
        serde_json::json!("x"),
    ] {
        real.statement["subject"] = subject;
        let facts = real.facts(None);
        assert_eq!(lines(&facts), [None; 7]);
        assert!(
            facts.notes.iter().any(|note| note.contains("the image's provenance is left out")),
            "{:?}",
            facts.notes
        );
    }
}

#[test]
fn damage_to_a_real_statement_is_never_more_than_a_fact_less() {
    let real = Real::read("seed.json");
    let whole = serde_json::to_string(&real.statement).unwrap();
    for place in (0..whole.len()).step_by(97) {
        let mut bytes = whole.clone().into_bytes();
        bytes[place] = b'0';
        let attestations = Attestations { statements: vec![bytes], notes: Vec::new() };
        let (provenance, notes) = provenance::read(&attestations, &real.image);
        assert!(provenance.is_some() || !notes.is_empty(), "at {place}");
        let known = [3, 4, 10, 11, 17, 19];
        let lines = provenance.iter().flat_map(|provenance| provenance.lines.values());
        assert!(lines.filter(|line| !known.contains(*line)).count() <= 1, "at {place}");
    }
}
