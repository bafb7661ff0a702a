//! Which platforms a Dockerfile is built for, as far as it shows.
//!
//! What it refuses to do: the command line of the build is not looked at.

use crate::dockerfile::{Keyword, PLATFORM_ARGS};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::ImageUse;
use crate::lint::subject::pins::Pins;

/// Whether a Dockerfile is made for several platforms: it asks which one it is built for, or builds on one for another.
pub(crate) fn is_multi_platform(subject: &Subject<'_>) -> bool {
    let Some(build) = &subject.build else { return false };
    let is_platform = |name: &str| PLATFORM_ARGS.contains(&name);
    let in_from = build.stages.stages.iter().any(|stage| {
        let platform = stage.platform.iter().map(|(_, expanded)| expanded);
        platform.chain([&stage.expanded]).any(|expanded| expanded.unset.iter().any(|name| is_platform(name)))
    });
    let declared = |name: &str| is_platform(name.split('=').next().unwrap_or_default());
    let mut args = build.dockerfile.instructions().filter(|instruction| instruction.keyword == Keyword::Arg);
    in_from || args.any(|arg| arg.arguments.words().iter().any(|word| declared(&word.text)))
}

/// Whether the base at `image` is of the platform that the lock is of: FROM says no other.
pub(crate) fn is_locked_platform(subject: &Subject<'_>, image: &ImageUse, pins: &Pins) -> bool {
    let stage = image.stage.and_then(|index| subject.build.as_ref()?.stages.stages.get(index));
    match stage.and_then(|stage| stage.platform.as_ref()) {
        None => true,
        Some((_, expanded)) => expanded.unset.is_empty() && expanded.text == pins.lock.image.platform,
    }
}

/// Whether FROM names its platform itself: `--platform=linux/amd64`.
pub(crate) fn names_platform(subject: &Subject<'_>, image: &ImageUse) -> bool {
    let stage = image.stage.and_then(|index| subject.build.as_ref()?.stages.stages.get(index));
    stage.and_then(|stage| stage.platform.as_ref()).is_some_and(|(word, _)| !word.text.contains('$'))
}
