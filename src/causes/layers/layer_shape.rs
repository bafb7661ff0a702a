//! `layer-shape`: the lists of layers differ: another builder, a squash, an instruction more or less, or elsewhere.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::LayerFacts;
use crate::compare::drift::Change;
use crate::compare::outcome::Presence;
use crate::compare::tier::Tier;

/// See docs/causes/layer-shape.md.
pub(crate) struct LayerShape;

impl Cause for LayerShape {
    declare!(
        "layer-shape",
        "the lists of layers are not the same",
        Profile::of(
            Reach::Any,
            "build both with the same Dockerfile, builder and options (--squash, --layers)"
        )
        .proved_by("pairing by diff_id, instruction and files")
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        (file.change == Change::Added && file.layer.images.has_unlisted).then(|| {
            Explanation::by_place("it may be of a layer that was squashed into this one, and whose files the lock does not list")
        })
    }

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        let (old, new) = (numbered(&layer.group.old), numbered(&layer.group.new));
        let counts = format!("{} layers became {}", layer.layers.0, layer.layers.1);
        Some(Explanation::certain(match layer.presence {
            Presence::Both => return None,
            Presence::Added => format!("{new} is on the new side alone; {counts}"),
            Presence::Removed => format!("{old} is on the old side alone; {counts}"),
            Presence::Moved => format!("{old} became {new}; {}", files(layer)),
            Presence::Squashed | Presence::Split | Presence::Regrouped => {
                format!("{old} became {new}; together, {}", files(layer))
            }
        }))
    }
}

/// How the files of layers that stand elsewhere differ.
fn files(layer: &LayerFacts<'_>) -> String {
    match (layer.tier, layer.drifts) {
        (Tier::Identical | Tier::CompressionOnly, _) | (Tier::MetadataOnly, Some(0)) => {
            "the same files".to_owned()
        }
        (Tier::MetadataOnly, _) => "the same files but for their times and the like".to_owned(),
        (Tier::Drifted, Some(1)) => "1 file differs".to_owned(),
        (Tier::Drifted, Some(count)) => format!("{count} files differ"),
        (Tier::Drifted, None) => "their files cannot be told".to_owned(),
    }
}

/// `layer 3`, `layers 3-5`, `layers 3, 5`
fn numbered(places: &[usize]) -> String {
    let is_run = places.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
    match places {
        [] => "no layer".to_owned(),
        [at] => format!("layer {at}"),
        [first, .., last] if is_run && places.len() > 2 => format!("layers {first}-{last}"),
        places => {
            let places: Vec<String> = places.iter().map(usize::to_string).collect();
            format!("layers {}", places.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    #[test]
    fn files_that_a_squashed_layer_may_have_brought_are_likely() {
        let pair =
            || Pair::default().added("bin/sh", b"\x7fELF").added("etc/a", b"x").both("etc/motd", b"1", b"2");
        assert_eq!(pair().unlisted().explained(), ["bin/sh: ", "etc/a: layer-shape (likely)", "etc/motd: "]);
        assert_eq!(pair().explained(), ["bin/sh: ", "etc/a: ", "etc/motd: "]);
    }
}
