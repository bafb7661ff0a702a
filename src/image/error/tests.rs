//! What errors say, and what they say to do.

use std::error::Error as _;
use std::io;

use super::{ChoiceFault, DocumentFault, EngineFault, ImageError, ImageFault, ReferenceFault, ServerFault};
use crate::base::advice::Advice as _;
use crate::image::transports::REGISTRY;

#[test]
fn the_hint_is_no_part_of_the_text() {
    let found = vec!["linux/amd64".into(), "linux/arm64/v8".into()];
    let error = ImageError::at("oci:dir", ChoiceFault::SeveralPlatforms { found });
    assert_eq!(
        error.to_string(),
        "oci:dir holds several platforms: expected one to be chosen, found linux/amd64, linux/arm64/v8"
    );
    assert_eq!(error.hint().unwrap(), "choose one of these");
}

#[test]
fn the_systems_reason_is_told_and_kept() {
    let error = ImageError::of("index.json", "oci:dir", DocumentFault::Unreadable);
    let error = error.because(io::Error::other("no such luck"));
    assert_eq!(error.to_string(), "read index.json of oci:dir: no such luck");
    assert_eq!(error.source().unwrap().to_string(), "no such luck");
}

#[test]
fn of_several_errors_the_hint_is_the_foremosts() {
    let registry = ImageError::at("docker://app", ServerFault::NoImage { host: "a.io".into() });
    let asked = vec!["docker://m.io/app: it is not there".to_owned()];
    let registry = ImageError::at("docker://app", ImageFault::Everywhere { asked, last: Box::new(registry) });
    assert!(registry.hint().unwrap().starts_with("check the name and the tag"));
    assert_eq!(
        registry.to_string(),
        "docker://app: a.io has no such image; asked before it: docker://m.io/app: it is not there"
    );
    let engine = ImageError::at("docker-daemon:app", EngineFault::NoEngine { tried: vec!["a.sock".into()] });
    let (registry, engine) = (Box::new(registry), Box::new(engine));
    let nowhere = ImageError::at("app", ImageFault::Nowhere { registry, engine });
    assert!(nowhere.hint().unwrap().starts_with("start Docker"));
    assert!(nowhere.to_string().ends_with(
        "it is not there; and no engine gave it: docker-daemon:app: no engine answers: tried a.sock"
    ));
}

#[test]
fn a_malformed_reference_is_told_every_form() {
    let error = ImageError::at("x y", ReferenceFault::Malformed { expected: "a name or a path" });
    let hint = error.hint().unwrap();
    let forms = hint.strip_prefix("write ").and_then(|rest| rest.strip_suffix(" or a path")).unwrap();
    let forms: Vec<&str> = forms.split(", ").collect();
    assert_eq!(forms.len(), REGISTRY.len(), "{hint}");
    assert!(
        REGISTRY.iter().zip(&forms).all(|(transport, form)| form.starts_with(transport.prefix())),
        "{hint}"
    );
    for form in [
        "oci:DIR[:TAG]",
        "oci-archive:FILE[:TAG]",
        "docker-archive:FILE[:REF]",
        "docker-daemon:NAME[:TAG]",
        "docker://NAME[:TAG]",
    ] {
        assert!(forms.contains(&form), "{hint} lacks {form}");
    }
}
