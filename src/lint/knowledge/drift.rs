//! Where a Dockerfile or a requirements file disagrees with the lock that was frozen from it.
//!
//! What it refuses to do: another file's lock is not held against it, nor are values that the frozen build was given on
//! its command line; that the Dockerfile's bytes are others says nothing by itself.

use std::collections::BTreeMap;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::base::text::SourceWord;
use crate::base::text::Span;
use crate::dockerfile::{BindingKind, BuildInputs, Stages};
use crate::finding::Edit;
use crate::lint::knowledge::images::digest_fix::{digest_digits, other_digest};
use crate::lint::knowledge::os_packages::{OsPackage, commands};
use crate::lint::knowledge::requirement::{Head, PYTHON, may_apply};
use crate::lint::read::dockerfile::images as named_images;
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildFile;
use crate::lint::subject::image_use::{ImageName, ImageRole, ImageUse};
use crate::lint::subject::pins::Pins;
use crate::lint::subject::source::SourceKind;
use crate::lockfile::model::ArgSource;
use crate::python::{self, PipRequirement};

/// A place that disagrees with the lock.
pub(crate) struct Disagreement {
    /// Where.
    pub(crate) span: Span,
    /// What is written there, for people.
    pub(crate) written: String,
    /// What the lock has, for people.
    pub(crate) locked: String,
    /// What it is of: `the base`, `NAME`, `numpy`.
    pub(crate) of: String,
    /// The edit that writes what the lock has, where one can.
    pub(crate) edit: Option<Edit>,
}

/// Images whose digest, or whose name for the base, is not the locked one.
pub(crate) fn images(subject: &Subject<'_>, pins: &Pins) -> Vec<Disagreement> {
    let Some(build) = &subject.build else { return Vec::new() };
    let is_frozen = is_frozen_from(subject, pins);
    if !is_frozen && pins.lock.build.dockerfile.is_some() {
        return Vec::new();
    }
    // As the frozen build saw it: with the arguments that it was given.
    let inputs = BuildInputs { args: given(pins), ..BuildInputs::default() };
    let stages = Stages::of(build.dockerfile, &inputs);
    let frozen = BuildFile::of(&stages);
    let named = named_images(&frozen);
    let known = named.iter().filter(|image| image.is_known() && !image.name.is_empty());
    // Without a Dockerfile in the lock, nothing says which arguments there were.
    let known: Vec<&ImageUse> = known.filter(|image| is_frozen || image.variables.is_empty()).collect();
    let mut drifts: Vec<Disagreement> =
        known.iter().filter_map(|image| digest(subject, pins, image)).collect();
    if is_frozen {
        drifts.extend(base(pins, &known));
    }
    drifts
}

/// The values that the frozen build had from its command line.
fn given(pins: &Pins) -> BTreeMap<String, String> {
    let args = pins.lock.build.arg.iter().filter(|arg| arg.source != ArgSource::DockerfileDefault);
    args.filter_map(|arg| Some((arg.name.clone(), arg.value.clone()?))).collect()
}

fn digest(subject: &Subject<'_>, pins: &Pins, image: &ImageUse) -> Option<Disagreement> {
    let own = image.name.digest.as_deref().filter(|_| image.name.is_pinned())?;
    let locked = pins.digests(&image.name);
    if locked.is_empty() || locked.contains(own) {
        return None;
    }
    let only = pins.image(&image.name);
    let place = digest_digits(subject, image)?;
    Some(Disagreement {
        span: place,
        written: short(own),
        locked: match &only {
            Some(pin) => short(&pin.digest),
            None => locked.iter().map(|digest| short(digest)).collect::<Vec<_>>().join(" or "),
        },
        of: format!("the digest of {}", shown(&image.name)),
        edit: only.and_then(|pin| other_digest(subject, image, &pin.digest)),
    })
}

/// The base of another name or tag: none of the FROM lines names the locked one, and one names its like.
fn base(pins: &Pins, images: &[&ImageUse]) -> Option<Disagreement> {
    let base = pins.lock.base.as_ref()?;
    let locked = ImageName::parse(base.reference.as_deref()?);
    let bases: Vec<&&ImageUse> = images.iter().filter(|image| image.role == ImageRole::From).collect();
    let tag = |name: &ImageName| name.tag.clone().unwrap_or_else(|| "latest".to_owned());
    let repository = |image: &&&&ImageUse| image.name.short_repository() == locked.short_repository();
    let digest = base.digest.map(|digest| digest.to_string());
    let is_locked = |image: &&&ImageUse| {
        repository(&image) && tag(&image.name) == tag(&locked)
            || digest.is_some() && image.name.digest == digest
    };
    if bases.iter().any(is_locked) {
        return None;
    }
    let mut alike = bases.iter().filter(repository);
    let image = alike.next().filter(|_| alike.next().is_none())?;
    let pin = digest.map_or_else(String::new, |digest| format!("@{digest}"));
    let reference = base.reference.as_deref().unwrap_or_default();
    Some(Disagreement {
        span: image.span,
        written: shown(&image.name),
        locked: shown(&locked),
        of: "the base".to_owned(),
        edit: image.verbatim.then(|| Edit::replace(image.span, format!("{reference}{pin}"))),
    })
}

fn shown(name: &ImageName) -> String {
    ImageName { digest: None, ..name.clone() }.shown()
}

/// Enough of a digest to tell it from another.
fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 12).collect()
}

/// Defaults of ARG that are not the ones the frozen build took.
pub(crate) fn arguments(subject: &Subject<'_>, pins: &Pins) -> Vec<Disagreement> {
    let Some(build) = &subject.build else { return Vec::new() };
    if !is_frozen_from(subject, pins) {
        return Vec::new();
    }
    let defaults = pins.lock.build.arg.iter().filter(|arg| arg.source == ArgSource::DockerfileDefault);
    let values = defaults.filter_map(|arg| Some((arg.name.as_str(), arg.value.as_deref()?)));
    values.filter_map(|(name, locked)| argument(subject, build.stages, name, locked)).collect()
}

fn argument(subject: &Subject<'_>, stages: &Stages<'_>, name: &str, locked: &str) -> Option<Disagreement> {
    let scopes = std::iter::once(&stages.global).chain(stages.stages.iter().map(|stage| &stage.scope));
    let bindings = scopes.flat_map(|scope| scope.all(name));
    let defaults: Vec<(&str, &SourceWord)> = bindings
        .filter(|binding| binding.kind == BindingKind::Default)
        .filter_map(|binding| Some((binding.value.as_str(), binding.written.as_ref()?)))
        .collect();
    // A digest behind the locked value is for the image's own comparison.
    let is_same = |value: &str| value == locked || value.split('@').next() == Some(locked);
    // The frozen build's stage is not known, so one default that fits is enough.
    if defaults.iter().any(|(value, _)| is_same(value)) {
        return None;
    }
    let (value, written) = defaults.last()?;
    // What is made of others differs because they do.
    if written.text.contains('$') || !written.is_verbatim(subject.text()) {
        return None;
    }
    let at = written.text.find(value)?;
    let span = Span::new(written.span.start + at, written.span.start + at + value.len());
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "._/:@-+,=".contains(c));
    let edit = (is_plain(locked) && !locked.is_empty()).then(|| Edit::replace(span, locked));
    Some(Disagreement {
        span,
        written: (*value).to_owned(),
        locked: locked.to_owned(),
        of: name.to_owned(),
        edit,
    })
}

/// Exact versions of OS packages that are not the ones the frozen image has.
pub(crate) fn os_packages(subject: &Subject<'_>, pins: &Pins) -> Vec<Disagreement> {
    if !is_frozen_from(subject, pins) {
        return Vec::new();
    }
    let installs = commands(subject).filter(|command| {
        command.call.script.step.is_some_and(|(stage, _)| subject.locked_pins(stage).is_some())
    });
    let drifts = installs.flat_map(|command| {
        let ecosystem = command.manager.ecosystem();
        let drifted = move |package: &OsPackage| os_package(subject, pins, ecosystem, package);
        command.packages.iter().filter_map(drifted).collect::<Vec<_>>()
    });
    drifts.collect()
}

fn os_package(
    subject: &Subject<'_>,
    pins: &Pins,
    ecosystem: &str,
    package: &OsPackage,
) -> Option<Disagreement> {
    // As apt and apk write it; rpm's names and versions can't be told apart without a database.
    let (_, written) = package.text.split_once('=').filter(|_| package.is_exact && package.known)?;
    let locked = pins.packages(ecosystem, &package.name);
    if locked.is_empty() || locked.iter().any(|locked| locked.version == written) {
        return None;
    }
    let only = pins.version(ecosystem, &package.name);
    let edit = package.exact_span.zip(only).and_then(|(span, locked)| {
        let at = span.start + subject.at(span).find('=')? + 1;
        Some(Edit::replace(Span::new(at, span.end), locked.version.clone()))
    });
    let versions: Vec<&str> = locked.iter().map(|locked| locked.version.as_str()).collect();
    Some(Disagreement {
        span: package.span,
        written: written.to_owned(),
        locked: versions.join(" or "),
        of: package.name.clone(),
        edit,
    })
}

/// Whether this is the Dockerfile that the lock was frozen with.
fn is_frozen_from(subject: &Subject<'_>, pins: &Pins) -> bool {
    let source = subject.source;
    // The context may have been another one; the end of the path is enough, as the lock was chosen for this file.
    let ends = |path: &str| source.is_at(path) || source.path.ends_with(&format!("/{path}"));
    pins.lock.build.dockerfile.as_deref().is_some_and(|path| source.path == path || ends(path))
}

/// Exact versions of a requirements file that the frozen image doesn't have.
pub(crate) fn requirements(subject: &Subject<'_>, pins: &Pins) -> Vec<Disagreement> {
    let is_locked = subject.source.kind == SourceKind::Requirements && pins.installed_from(subject.source);
    let lines = subject.requirements.iter().filter(|_| is_locked).flat_map(|file| file.requirements());
    lines.filter_map(|(_, requirement)| version(subject, pins, requirement)).collect()
}

fn version(subject: &Subject<'_>, pins: &Pins, requirement: &PipRequirement) -> Option<Disagreement> {
    let python::RequirementSource::Index(specifiers) = &requirement.source else { return None };
    let (name, exact) = (requirement.name.as_deref()?, requirement.exact_version()?);
    let packages = pins.packages(PYTHON, name);
    let has = |specifiers: &VersionSpecifiers| {
        packages
            .iter()
            .any(|package| Version::from_str(&package.version).is_ok_and(|v| specifiers.contains(&v)))
    };
    if packages.is_empty() || has(specifiers) || !may_apply(requirement, Some(pins)) {
        return None;
    }
    let head = Head::of(requirement, subject.text())?;
    let first = packages.first()?;
    let is_one = packages.iter().all(|package| package.version == first.version && package.origin.is_none());
    let fits = is_one && requirement.hashes.is_empty();
    let versions: Vec<&str> = packages.iter().map(|package| package.version.as_str()).collect();
    Some(Disagreement {
        span: head.versions,
        written: exact,
        locked: versions.join(" or "),
        of: name.to_owned(),
        edit: fits.then(|| Edit::replace(head.versions, format!("=={}", first.version))),
    })
}
