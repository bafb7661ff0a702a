//! Which images of a Dockerfile are locked, by whose word, and whom that asks.

use std::sync::{Arc, Mutex};

use super::*;
use crate::base::digest::Sha256;
use crate::dockerfile::{BuildInputs, Dockerfile};
use crate::image::Keeper;

/// The digest that a name has in all places of these tests, however it is written.
fn digest(name: &str) -> Digest {
    Sha256::of(familiar(name).as_bytes()).into()
}

/// A place that has an image of each name that begins with `prefix`, and says of others what it is told to; and the names
/// that it is asked for.
fn place(keeper: Keeper, prefix: &'static str, otherwise: Unknown) -> (Lookup, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let digests = move |names: &[String]| {
        seen.lock().unwrap().extend_from_slice(names);
        let answer = |name: &String| match name.starts_with(prefix) {
            true => Ok(digest(name)),
            false => Err(otherwise.clone()),
        };
        names.iter().map(answer).collect()
    };
    (Lookup { keeper, base: Box::new(|_| Err(String::new())), digests: Box::new(digests) }, asked)
}

/// The locked images as `reference source`, each held to its digest, and the notes.
fn images(text: &str, sources: &Sources<'_>) -> (Vec<String>, Vec<String>) {
    let dockerfile = Dockerfile::parse(text);
    let mut notes = Vec::new();
    let images = locked(&Stages::of(&dockerfile, &BuildInputs::default()), sources, &mut notes);
    let shown = |image: LockedNamedImage| {
        let is_own = image.source == DigestSource::Dockerfile || image.digest == digest(&image.reference);
        assert!(is_own, "{image:?}");
        format!("{} {}", image.reference, image.source.name())
    };
    (images.into_iter().map(shown).collect(), notes)
}

const NOBODY: &str = "nobody was asked";

fn asking(lookups: &[Lookup]) -> Sources<'_> {
    Sources { lookups, unasked: NOBODY, ..Sources::default() }
}

#[test]
fn images_are_locked_where_the_dockerfile_has_their_digests() {
    let pinned = digest("x");
    let text = format!(
        "# syntax=docker/dockerfile:1@{pinned}\nARG D={pinned}\nARG LOST\nFROM python:3.12@$D AS a\n\
         FROM python:3.12@{pinned}\nCOPY --from=uv:1@{pinned} / /\nCOPY --from=a / /\nFROM x@$LOST\nFROM y@sha256:12\n"
    );
    let (images, notes) = images(&text, &Sources::default());
    assert_eq!(images, ["docker/dockerfile:1 dockerfile", "python:3.12 dockerfile", "uv:1 dockerfile"]);
    assert_eq!(notes, ["the digest of x@$LOST is not known: the ARG LOST in its name has no value"]);
}

#[test]
fn every_name_is_asked_for_once_however_often_and_in_whatever_form_it_stands() {
    let text = "# syntax=docker/dockerfile:1\nARG V=3.12\nFROM --platform=linux/arm64 python:$V AS a\n\
                FROM docker.io/library/python:3.12\nFROM scratch\nCOPY --from=a / /\nCOPY --from=[::1]:5000/uv / /\n\
                RUN --mount=type=bind,from=localhost:5000/tools:2,target=/t make\nONBUILD COPY --from=late:3 / /\n";
    let (registry, asked) = place(Keeper::Registry, "", Unknown::Unasked);
    let (images, notes) = images(text, &asking(&[registry]));
    assert_eq!(
        images,
        [
            "[::1]:5000/uv registry",
            "docker.io/library/python:3.12 registry",
            "docker/dockerfile:1 registry",
            "localhost:5000/tools:2 registry",
            "python:3.12 registry"
        ]
    );
    assert_eq!(notes, [""; 0]);
    assert_eq!(asked.lock().unwrap().len(), 4);
}

#[test]
fn the_engine_goes_before_the_registry_and_each_is_asked_for_what_is_left() {
    let (engine, _) = place(Keeper::Engine, "a", Unknown::Missed("no such image".into()));
    let (registry, asked) = place(Keeper::Registry, "b", Unknown::Unasked);
    let text = "FROM a:1 AS x\nFROM b:1 AS y\nFROM c:1\n";
    let (images, notes) = images(text, &asking(&[engine, registry]));
    assert_eq!(images, ["a:1 engine", "b:1 registry"]);
    assert_eq!(*asked.lock().unwrap(), ["b:1", "c:1"]);
    assert_eq!(notes, ["the digest of c:1 is not known: nobody was asked"]);
}

#[test]
fn the_base_is_what_the_image_was_built_on_and_never_what_its_name_leads_to_today() {
    let (registry, asked) = place(Keeper::Registry, "", Unknown::Unasked);
    let lookups = [registry];
    let base = |digest| Some(("docker.io/library/a:1".to_owned(), digest));
    let sources = Sources { base: base(Some((digest("a:1"), DigestSource::Base))), ..asking(&lookups) };
    let text = "FROM a:1\nCOPY --from=a:1 / /\n";
    assert_eq!(images(text, &sources).0, ["a:1 base"]);
    // Looked up by itself, and what is there has other layers: that was told where it was found.
    let sources = Sources { base: base(None), ..asking(&lookups) };
    assert_eq!(images(text, &sources), (Vec::new(), Vec::new()));
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn the_provenances_word_is_of_the_build_and_goes_before_what_names_lead_to() {
    let images_of = |names: &[(&str, &str)]| -> Vec<(String, Digest)> {
        names.iter().map(|(name, of)| ((*name).to_owned(), digest(of))).collect()
    };
    let provenance = Provenance {
        images: images_of(&[("a:1", "a:1"), ("b:1", "one"), ("b:1", "other")]),
        frontends: images_of(&[("docker/dockerfile:1", "docker/dockerfile:1")]),
        ..Provenance::default()
    };
    let (registry, asked) = place(Keeper::Registry, "", Unknown::Unasked);
    let lookups = [registry];
    let sources = Sources { provenance: Some(&provenance), ..asking(&lookups) };
    let (images, _) = images("# syntax=docker/dockerfile:1\nFROM a:1\nCOPY --from=b:1 / /\n", &sources);
    assert_eq!(images, ["a:1 provenance", "b:1 registry", "docker/dockerfile:1 provenance"]);
    assert_eq!(*asked.lock().unwrap(), ["b:1"]);
}

#[test]
fn what_is_not_known_is_told_in_few_notes_and_there_is_an_end_to_asking() {
    let text: String = (0..limits::ASKED_NAMES + 9).map(|at| format!("FROM a{at}:1\n")).collect();
    let notes = images(&text, &asking(&[])).1;
    assert!(notes.len() == 1 && notes[0].ends_with(" more are not known: nobody was asked"), "{notes:?}");
    let (registry, asked) = place(Keeper::Registry, "none", Unknown::Missed("gone".into()));
    let (_, notes) = images(&text, &asking(&[registry]));
    assert_eq!((asked.lock().unwrap().len(), notes.len()), (limits::ASKED_NAMES, TOLD + 1));
    let (_, notes) = images("FROM a\nFROM b\nFROM c\nFROM d\n", &asking(&[]));
    assert_eq!(notes, ["the digests of a, b, c and 1 more are not known: nobody was asked"]);
}

#[test]
fn a_login_before_a_host_and_what_a_secret_argument_makes_of_a_name_are_not_told() {
    let pin = format!("@{}", digest("x"));
    for text in [
        format!("FROM bob:hunter2@example.org/x{pin}"),
        "FROM bob:hunter2@example.org/x".to_owned(),
        "FROM bob:hunter2@example.org:5000/x".to_owned(),
    ] {
        let (images, notes) = images(&text, &asking(&[]));
        assert_eq!(images, [""; 0], "{text}");
        assert!(!notes.concat().contains("bob"), "{notes:?}");
    }
    let text = format!("ARG API_TOKEN=hunter2x9\nFROM example.org/$API_TOKEN/x{pin}");
    let (images, notes) = images(&text, &asking(&[]));
    assert_eq!(images, [""; 0]);
    let note =
        "the digest of example.org/$API_TOKEN/x@DIGEST is not known: the ARG API_TOKEN in its name is secret";
    assert_eq!(notes, [note.replace("@DIGEST", &pin)]);
}

#[test]
fn a_name_ends_before_its_digest_and_holds_no_other_sign_of_one() {
    assert_eq!(base::parted("a:1"), Some(("a:1", None)));
    assert_eq!(base::parted("a:1@sha256:1"), Some(("a:1", Some("sha256:1"))));
    for text in ["", "@sha256:1", "u:p@host", "u:p@host:5000", "u:p@host/x@sha256:1"] {
        assert_eq!(base::parted(text), None, "{text}");
    }
}
