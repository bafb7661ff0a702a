//! What is certain is not, once one byte of real content is another: a sample of every cause that can say `certain`.

mod samples;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::base::digest::{Digest, Sha256};
use crate::causes::testing::{Pair, nothing_known};
use crate::causes::{LayerFacts, REGISTRY, explain_layer};
use crate::compare::outcome::{Identity, Presence};
use crate::compare::pairing::Group;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Whiteout;
use crate::formats::tar::entry::tests::file;
use samples::Sample;

/// Whether what explains the file is certain, of this cause or of any.
fn is_certain(explained: &[String], path: &str, id: &str) -> bool {
    let word = if id.is_empty() { "(certain)".to_owned() } else { format!("{id} (certain)") };
    explained.iter().any(|line| line.starts_with(&format!("{path}: ")) && line.contains(&word))
}

#[test]
fn what_is_certain_is_not_once_a_byte_of_content_is_another() {
    let mut wrong = Vec::new();
    for Sample { id, path, sound, tampered } in samples::all() {
        if !is_certain(&sound.explained(), &path, id) || tampered.is_empty() {
            wrong.push(format!("{id} is not certain: {:?}", sound.explained()));
        }
        for (at, pair) in &tampered {
            for explained in [pair.explained(), pair.explained_against_lock()] {
                if is_certain(&explained, &path, "") {
                    wrong.push(format!("{id} is certain, tampered with {at}: {explained:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What explains a layer as a whole of which these facts are known.
fn of_layer(tier: Tier, presence: Presence, is_base: bool) -> Vec<&'static str> {
    let group = Group { old: vec![0], new: vec![0], is_moved: false };
    let facts =
        LayerFacts { presence, is_base, old: identity(2), new: identity(3), ..nothing_known(tier, &group) };
    explain_layer(&facts).iter().map(|best| best.cause.id()).collect()
}

fn identity(blob: u8) -> Option<Identity> {
    let digest = |byte| Digest::Sha256(Sha256([byte; 32]));
    Some(Identity { digest: Some(digest(blob)), diff_id: digest(1), size: 1 })
}

/// Causes that speak of layers alone: what they say follows from digests and lists, which are compared as facts.
#[test]
fn what_is_said_of_a_layer_as_a_whole_follows_from_its_facts() {
    assert_eq!(of_layer(Tier::CompressionOnly, Presence::Both, false), ["recompressed"]);
    assert_eq!(of_layer(Tier::Drifted, Presence::Both, true), ["base-moved"]);
    assert_eq!(of_layer(Tier::Drifted, Presence::Added, false), ["layer-shape"]);
    assert_eq!(of_layer(Tier::Drifted, Presence::Both, false), [""; 0]);
    let twice = Pair::default().removed("a", b"0").both("a", b"1", b"1");
    assert!(twice.explained_as_a_whole()[0].starts_with("repeated-entry (certain)"));
    let once = Pair::default().both("a", b"1", b"1");
    assert_eq!(once.explained_as_a_whole(), [""; 0]);
    let hidden = |path: &str| Pair::default().added("d/.wh..wh..opq", b"").below_both(file(path, b"x"));
    assert!(hidden("d/y").explained_as_a_whole()[0].starts_with("opaque-folder (certain)"));
    assert_eq!(hidden("e/y").explained_as_a_whole(), [""; 0]);
    assert!(matches!(file("d/.wh..wh..opq", b"").whiteout(), Some(Whiteout::Opaque(_))));
}

const OF_LAYERS: [&str; 5] = ["base-moved", "layer-shape", "opaque-folder", "recompressed", "repeated-entry"];

/// The files of causes that say `certain` by themselves or by what they share with others.
fn say_certain() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/causes");
    let inside = |path: &Path| -> Vec<PathBuf> {
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let rooms = inside(&folder).into_iter().filter(|room| room.is_dir());
    let files =
        rooms.flat_map(|room| inside(&room)).filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let says = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let words = ["certain(", "swap::in_", "swap::beside", "moved::with_old_time"];
        let is_one = code.contains("\nimpl Cause for ") && words.iter().any(|word| code.contains(word));
        is_one.then(|| path.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
    };
    files.filter_map(says).collect()
}

#[test]
fn every_cause_that_can_say_certain_has_a_sample_that_is_tampered_with() {
    let samples = samples::all().map(|sample| sample.id);
    let samples: BTreeSet<String> = samples.chain(OF_LAYERS).map(str::to_owned).collect();
    assert_eq!(say_certain(), samples);
    let ids: BTreeSet<String> = REGISTRY.iter().map(|cause| cause.id().to_owned()).collect();
    assert!(samples.is_subset(&ids));
}
