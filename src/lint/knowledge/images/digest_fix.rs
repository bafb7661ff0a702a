//! Writing the locked digest behind a reference, or in place of another one.
//!
//! What it refuses to do: it writes no digest of another platform's manifest, touches no reference with a variable in it,
//! and none whose text is not just what BuildKit reads.

use crate::base::text::Span;
use crate::finding::{Edit, Fix};
use crate::lint::knowledge::images::bases::{ArgDefault, End, reference_end};
use crate::lint::knowledge::images::platforms::{is_locked_platform, is_multi_platform};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::{ImageName, ImageUse};
use crate::lint::subject::pins::ImagePin;

/// The digest put behind the reference where it is named.
pub(crate) fn pinned_at(subject: &Subject<'_>, image: &ImageUse) -> Option<Fix> {
    if image.verbatim { written(subject, image, image.span) } else { None }
}

/// The digest put behind the default that FROM takes its reference, or its tag, from.
pub(crate) fn pinned_in_default(
    subject: &Subject<'_>,
    image: &ImageUse,
    default: &ArgDefault,
) -> Option<Fix> {
    if default.verbatim && image.unknown.is_empty() { written(subject, image, default.span) } else { None }
}

/// `help`, and how to get the digest, where nothing else keeps a fix from being made.
pub(crate) fn with_way(subject: &Subject<'_>, image: &ImageUse, help: String) -> String {
    let path = &subject.source.path;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let is_file = subject.source.file.is_some() && !subject.source.is_part && !path.starts_with('-');
    let can_be_fixed = is_file && path.chars().all(is_plain) && image.name.digest.is_none();
    if !can_be_fixed || !image.verbatim || !image.is_known() || pin(subject, &image.name).is_some() {
        return help;
    }
    format!("{help}; reprolock lint --fix --online {path} asks the registry for it")
}

/// Where the hex digits of a reference's digest stand: in the reference, or in the default that ends it.
pub(crate) fn digest_digits(subject: &Subject<'_>, image: &ImageUse) -> Option<Span> {
    let (_, digits) = image.name.digest.as_deref()?.split_once(':')?;
    let within = |span: Span| {
        let at = span.start + subject.at(span).rfind(digits)?;
        Some(Span::new(at, at + digits.len()))
    };
    within(image.span).or_else(|| match reference_end(subject.build.as_ref()?.stages, image)? {
        End::Default(default) => within(default.span),
        _ => None,
    })
}

/// `digest` in place of the one that the reference has, where both are of one algorithm.
pub(crate) fn other_digest(subject: &Subject<'_>, image: &ImageUse, digest: &str) -> Option<Edit> {
    let (algorithm, digits) = digest.split_once(':')?;
    let same = image.name.digest.as_deref()?.split_once(':')?.0 == algorithm;
    let place = digest_digits(subject, image).filter(|_| same)?;
    Some(Edit::replace(place, digits))
}

/// The digest of the image called `name`: the lock's, else the one that its registry was asked for. Of one that the lock has
/// several of, none.
pub(crate) fn pin(subject: &Subject<'_>, name: &ImageName) -> Option<ImagePin> {
    let pins = subject.source.pins.as_deref();
    if pins.is_some_and(|pins| !pins.digests(name).is_empty()) {
        return pins?.image(name);
    }
    let digest = subject.source.digests.as_deref()?.get(name)?;
    Some(ImagePin { digest: digest.to_owned(), is_index: true })
}

fn written(subject: &Subject<'_>, image: &ImageUse, span: Span) -> Option<Fix> {
    let pin = pin(subject, &image.name)?;
    let is_plain = image.name.digest.is_none() && !subject.at(span).contains(['$', '\\', '"', '\'']);
    let is_its_platform = |pins| is_locked_platform(subject, image, pins);
    if !is_plain || !pin.is_index && !subject.source.pins.as_deref().is_some_and(is_its_platform) {
        return None;
    }
    let tag = if image.name.tag.is_some() { "" } else { ":latest" };
    let edit = [Edit::insert(span.end, format!("{tag}@{}", pin.digest))];
    // One platform's manifest would end the builds for the others.
    let is_safe = pin.is_index || !is_multi_platform(subject);
    Some(if is_safe { Fix::safe(edit) } else { Fix::not_safe(edit) })
}
