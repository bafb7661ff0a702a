//! The images whose digests nothing here tells: what there is to ask whoever keeps them, and what comes of it.
//!
//! What it refuses to do: it asks nobody itself. What a source builds is nobody else's, and what a lock knows needs no asking.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lint::read::with_subject;
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::{ImageName, ImageUse};
use crate::lint::subject::named_digests::{NamedDigests, key};
use crate::lint::subject::source::SourceText;

/// The names of images that sources have without a digest, each once, as one of them writes it; sorted.
pub fn unpinned(sources: &[SourceText]) -> Vec<String> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut built: BTreeSet<String> = BTreeSet::new();
    for source in sources.iter().filter(|source| !source.is_part) {
        with_subject(source, |subject| {
            let tags = subject.builds.iter().flat_map(|build| &build.tags);
            built.extend(tags.map(|tag| key(&ImageName::parse(&tag.text))));
            let open = subject.images.iter().filter(|image| is_open(subject, image));
            for image in open {
                names.entry(key(&image.name)).or_insert_with(|| image.name.shown());
            }
        });
    }
    names.into_iter().filter(|(key, _)| !built.contains(key)).map(|(_, name)| name).collect()
}

fn is_open(subject: &Subject<'_>, image: &ImageUse) -> bool {
    let is_locked = |image: &ImageUse| {
        let pins = subject.source.pins.as_deref();
        pins.is_some_and(|pins| {
            !pins.digests(&image.name).is_empty() || pins.image_digest(&image.name).is_some()
        })
    };
    // What a trigger names may be a stage of another Dockerfile.
    let is_image = image.name.digest.is_none() && !image.name.repository.is_empty() && !image.trigger;
    is_image && image.is_known() && !is_locked(image)
}

/// Gives all sources what was answered, for fixes.
pub fn with_digests(sources: &mut [SourceText], digests: NamedDigests) {
    let digests = Arc::new(digests);
    for source in sources {
        source.digests = Some(digests.clone());
    }
}
