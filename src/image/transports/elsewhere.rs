//! Places that skopeo knows and this build does not read.

use crate::image::error::{ImageError, ReferenceFault, shown};

const ELSEWHERE: [(&str, &str); 6] = [
    ("podman:", "an image in a Podman engine"),
    ("containers-storage:", "an image in Podman's storage"),
    ("dir:", "a folder in skopeo's dir: form"),
    ("sif:", "a Singularity image"),
    ("ostree:", "an ostree repository"),
    ("tarball:", "a bare root file system"),
];

/// Why the place that `text` names is not read, where it is one of these.
pub(crate) fn refusal(text: &str) -> Option<ImageError> {
    let (prefix, place) = ELSEWHERE.iter().find(|(prefix, _)| text.starts_with(prefix))?;
    let copy_from = match *prefix {
        "podman:" => text.replacen("podman:", "containers-storage:", 1),
        _ => text.to_owned(),
    };
    let kind = ReferenceFault::Unsupported { found: place, copy_from: shown(&copy_from) };
    Some(ImageError::at(shown(text), kind))
}
