//! The registry, held to the README and to itself.

use super::REGISTRY;
use crate::image::Keeper;
use crate::image::reference::{Reference, forms, keepers};

#[test]
fn every_form_stands_in_the_readme() {
    let readme = include_str!("../../../README.md");
    for (form, _) in forms() {
        assert!(readme.contains(&format!("| `{form}` | ")), "{form}");
    }
}

#[test]
fn no_prefix_begins_another() {
    for one in REGISTRY {
        let others = REGISTRY.iter().filter(|other| other.prefix() != one.prefix());
        assert!(others.clone().count() + 1 == REGISTRY.len(), "{} is there twice", one.prefix());
        for other in others {
            assert!(!other.prefix().starts_with(one.prefix()), "{} and {}", one.prefix(), other.prefix());
        }
    }
}

#[test]
fn a_reference_is_displayed_as_it_was_written() {
    for transport in REGISTRY {
        let text = format!("{}nowhere:v1", transport.prefix());
        assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
    }
}

#[test]
fn engines_are_asked_before_registries() {
    let kept: Vec<(Keeper, &str)> = keepers().collect();
    assert_eq!(kept, [(Keeper::Engine, "docker-daemon:"), (Keeper::Registry, "docker://")]);
}
