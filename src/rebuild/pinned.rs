//! A Dockerfile with the locked digests behind the images that it names.
//!
//! What it refuses to do: a name for which the lock has no digest, or several, stays as it is, and is told; a digest that the
//! Dockerfile has itself is its own.

use std::collections::BTreeSet;

use crate::base::digest::Digest;
use crate::build::provenance::familiar;
use crate::dockerfile::{ImageMention, Stages, named_images};
use crate::lockfile::Lockfile;
use crate::lockfile::model::{DigestSource, LockedBase};

/// A Dockerfile's text with digests.
pub(super) struct Pinned {
    /// The text; `None` where nothing was to be put in.
    pub(super) text: Option<String>,
    /// The names that stay without one.
    pub(super) unpinned: BTreeSet<String>,
}

/// Puts the digests that `lock` has into the text of `stages`.
pub(super) fn pinned(stages: &Stages<'_>, lock: &Lockfile) -> Pinned {
    let source: &str = &stages.dockerfile.source;
    let mut text = source.to_owned();
    let mut unpinned = BTreeSet::new();
    let mut mentions = named_images(stages);
    // From the end, so that the places before stay.
    mentions.sort_by_key(|mention| std::cmp::Reverse(mention.written.span));
    for mention in &mentions {
        let name = mention.expanded.text.trim();
        if mention.trigger || name.contains('@') {
            continue;
        }
        let known = mention.expanded.unset.is_empty() && !name.is_empty();
        match known.then(|| digest(lock, name)).flatten() {
            Some(digest) => insert(&mut text, mention, &digest),
            None => drop(unpinned.insert(mention.written.text.clone())),
        }
    }
    Pinned { text: (text != source).then_some(text), unpinned }
}

/// Puts a digest behind a name, within its quotes where it has some.
fn insert(text: &mut String, mention: &ImageMention, digest: &Digest) {
    let quotes = mention.written.text.chars().rev().take_while(|c| matches!(c, '"' | '\'')).count();
    let at = mention.written.span.end.saturating_sub(quotes);
    if text.is_char_boundary(at) {
        text.insert_str(at, &format!("@{digest}"));
    }
}

/// The digest that `lock` has of the image called `name`, where it has one that is sure to be of the name.
fn digest(lock: &Lockfile, name: &str) -> Option<Digest> {
    let name = familiar(name);
    let is_doubted = has_doubtful_base(lock);
    let named = || lock.build.image.iter().filter(|image| familiar(&image.reference) == name);
    let is_base = |base: &&LockedBase| base.reference.as_deref().map(familiar).as_ref() == Some(&name);
    let base = lock.base.as_ref().filter(is_base).filter(|_| !is_doubted);
    let sure: BTreeSet<Digest> =
        named().filter(|image| image.source.is_of_the_name()).map(|image| image.digest).collect();
    let others = named().filter(|image| !is_doubted || image.source != DigestSource::Base);
    let all: BTreeSet<Digest> =
        others.map(|image| image.digest).chain(base.and_then(|base| base.digest)).collect();
    let one = |digests: &BTreeSet<Digest>| digests.first().copied().filter(|_| digests.len() == 1);
    one(&sure).or_else(|| one(&all))
}

/// Whether the digest of `[base]` may be that of no image that anybody can pull: buildah writes into an image of several layers the
/// digest of the image below the last one, which lay in its own storage (seen in 1.28).
fn has_doubtful_base(lock: &Lockfile) -> bool {
    let is_buildah = lock.build.builder.as_deref().is_some_and(|builder| builder.starts_with("buildah"));
    let base = lock.base.as_ref();
    let below = base.and_then(|base| base.layers).unwrap_or(0);
    is_buildah && base.is_some_and(|base| base.manifest.is_none()) && lock.layer.len() > below + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::{BuildInputs, Dockerfile};
    use crate::lockfile::model::LockedNamedImage;
    use crate::rebuild::testing::lock;

    #[test]
    fn every_name_gets_its_locked_digest_and_others_are_told() {
        let digest = |c: &str| format!("sha256:{}", c.repeat(64)).parse::<Digest>().unwrap();
        let mut lock = lock();
        lock.base = Some(LockedBase {
            reference: Some("docker.io/library/python:3".into()),
            digest: Some(digest("a")),
            manifest: None,
            layers: None,
        });
        let image = |reference: &str, c: &str, source| LockedNamedImage {
            reference: reference.into(),
            digest: digest(c),
            source,
        };
        lock.build.image = vec![
            image("uv:1", "b", DigestSource::Registry),
            image("uv:1", "c", DigestSource::Base),
            image("two:1", "d", DigestSource::Base),
            image("two:1", "e", DigestSource::Base),
        ];
        let text = "ARG V=3\nFROM \"python:$V\" AS a\nCOPY --from=uv:1 /uv /\nFROM a\nRUN --mount=type=bind,from=two:1,target=/t true\nCOPY --from=x@sha256:1 / /\n";
        let dockerfile = Dockerfile::parse(text);
        let pinned = pinned(&Stages::of(&dockerfile, &BuildInputs::default()), &lock);
        let expected = text
            .replace("\"python:$V\"", &format!("\"python:$V@{}\"", digest("a")))
            .replace("uv:1", &format!("uv:1@{}", digest("b")));
        assert_eq!(pinned.text.as_deref(), Some(expected.as_str()));
        assert_eq!(pinned.unpinned.into_iter().collect::<Vec<_>>(), ["two:1"]);
    }

    #[test]
    fn buildahs_word_for_the_base_of_several_layers_is_not_pulled() {
        let mut lock = lock();
        let digest: Digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
        lock.base = Some(LockedBase {
            reference: Some("a:1".into()),
            digest: Some(digest),
            manifest: None,
            layers: Some(1),
        });
        let dockerfile = Dockerfile::parse("FROM a:1\n");
        let stages = Stages::of(&dockerfile, &BuildInputs::default());
        lock.build.builder = Some("buildah 1.28.2".into());
        assert!(pinned(&stages, &lock).text.is_some(), "of one layer it is the base's");
        lock.layer.push(lock.layer[1].clone());
        assert_eq!(pinned(&stages, &lock).unpinned.len(), 1);
        lock.build.image =
            vec![LockedNamedImage { reference: "a:1".into(), digest, source: DigestSource::Registry }];
        assert!(pinned(&stages, &lock).text.is_some(), "what a registry said is");
    }
}
