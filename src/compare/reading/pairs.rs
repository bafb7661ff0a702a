//! The layers that have one diff_id on both sides, as both claim; the others are paired when their rows are read.

use std::collections::BTreeMap;

use crate::base::digest::Digest;
use crate::compare::pairing;
use crate::compare::side::OldLayer;
use crate::image::Layer;

/// Layers of one diff_id, old and new.
pub(crate) struct Pairs {
    pub(crate) equal: Vec<(usize, usize)>,
    old_of: BTreeMap<usize, usize>,
    new_of: BTreeMap<usize, usize>,
    is_same: bool,
}

impl Pairs {
    pub(crate) fn of(old: &[OldLayer<'_>], new: &[Layer]) -> Self {
        let old: Vec<Digest> = old.iter().map(|layer| layer.diff_id).collect();
        let new: Vec<Digest> = new.iter().map(|layer| layer.diff_id).collect();
        let equal = pairing::equal(&old, &new);
        Self {
            is_same: old == new,
            old_of: equal.iter().map(|(old, new)| (*new, *old)).collect(),
            new_of: equal.iter().copied().collect(),
            equal,
        }
    }

    /// Whether both sides are the same layers in the same order: then nothing is asked of their files.
    pub(crate) fn is_same(&self) -> bool {
        self.is_same
    }

    /// The old layer that is the new one at `new`.
    pub(crate) fn old_of(&self, new: usize) -> Option<usize> {
        self.old_of.get(&new).copied()
    }

    /// The new layer that is the old one at `old`.
    pub(crate) fn new_of(&self, old: usize) -> Option<usize> {
        self.new_of.get(&old).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;

    fn pairs(old: &str, new: &str) -> Pairs {
        let diff_id = |name: char| Digest::from(Sha256::of(name.to_string().as_bytes()));
        let old_layer = |name| OldLayer {
            digest: None,
            diff_id: diff_id(name),
            size: 0,
            content: None,
            instruction: None,
            line: None,
            is_base: false,
            entries: None,
        };
        let new_layer = |name| Layer {
            digest: None,
            size: None,
            media_type: None,
            diff_id: diff_id(name),
            key: String::new(),
            embedded: None,
        };
        let old: Vec<OldLayer<'_>> = old.chars().map(old_layer).collect();
        let new: Vec<Layer> = new.chars().map(new_layer).collect();
        Pairs::of(&old, &new)
    }

    #[test]
    fn each_side_finds_its_equal_on_the_other() {
        let pairs = pairs("abc", "xca");
        assert_eq!([0, 1, 2].map(|old| pairs.new_of(old)), [Some(2), None, Some(1)]);
        assert_eq!([0, 1, 2].map(|new| pairs.old_of(new)), [None, Some(2), Some(0)]);
    }

    #[test]
    fn sides_are_the_same_by_all_layers_in_one_order() {
        assert!(pairs("abc", "abc").is_same() && pairs("", "").is_same());
        for (old, new) in [("abc", "acb"), ("abc", "ab"), ("ab", "abc"), ("aa", "a"), ("a", "b")] {
            assert!(!pairs(old, new).is_same(), "{old} {new}");
        }
    }
}
