//! Writing the locked digest behind a reference.
//!
//! What it refuses to do: it writes no digest of another platform's manifest, touches no reference with a variable in it,
//! and none whose text is not just what BuildKit reads.

use super::{ArgDefault, ImageUse, Subject, is_locked_platform, is_multi_platform};
use crate::base::text::Span;
use crate::finding::{Edit, Fix};

/// The digest put behind the reference where it is named.
pub fn pinned_at(subject: &Subject<'_>, image: &ImageUse) -> Option<Fix> {
    if image.verbatim { written(subject, image, image.span) } else { None }
}

/// The digest put behind the default that FROM takes its reference, or its tag, from.
pub fn pinned_in_default(subject: &Subject<'_>, image: &ImageUse, default: &ArgDefault) -> Option<Fix> {
    if default.verbatim && image.unknown.is_empty() { written(subject, image, default.span) } else { None }
}

fn written(subject: &Subject<'_>, image: &ImageUse, span: Span) -> Option<Fix> {
    let pins = subject.source.pins.as_deref()?;
    let pin = pins.image(&image.name)?;
    let is_plain = image.name.digest.is_none() && !subject.at(span).contains(['$', '\\', '"', '\'']);
    if !is_plain || !pin.is_index && !is_locked_platform(subject, image, pins) {
        return None;
    }
    let tag = if image.name.tag.is_some() { "" } else { ":latest" };
    let edit = [Edit::insert(span.end, format!("{tag}@{}", pin.digest))];
    // One platform's manifest would end the builds for the others.
    let is_safe = pin.is_index || !is_multi_platform(subject);
    Some(if is_safe { Fix::safe(edit) } else { Fix::not_safe(edit) })
}
