//! The story of `freeze` and `inspect`: what an image is. A file for each section; `inspect` lists them in their order.

mod args;
mod config;
mod executables;
mod facts;
mod ownership;
mod packages;

use super::agreed;
use super::layers::LayerRow;
use super::linted::Unread;
use super::section::{Body, Section, Story, Title, Topic};
use crate::inspect::Inspection;
use crate::lockfile::Lockfile;
use crate::lockfile::model::{self, LockedLayer};
use crate::report::model::{Frozen, Inspected, InspectedParts};
pub(in crate::report) use args::KnownArg;
pub(in crate::report) use config::ConfigValue;
pub(in crate::report) use executables::unreadable;
pub(in crate::report) use facts::{Fact, Holds};
pub(in crate::report) use packages::{Installed, InstalledPackage};

pub(super) fn of_frozen<'a>(frozen: &'a Frozen<'a>) -> Story<'a> {
    // Where a bare word may lead to several places, a note says which it was.
    let Frozen { image, transport: _, lockfile, lock, notes } = frozen;
    let title = Title::Frozen {
        image,
        platform: &lock.image.platform,
        lockfile,
        has_index: lock.image.files.is_some(),
    };
    let mut sections = vec![Section::new(Topic::Facts, Body::Facts(facts::facts(image, lock)))];
    sections.extend(agreed::of(lock, false).map(|body| Section::new(Topic::Agreement, body)));
    sections.extend(remarks(lock, notes));
    Story { title, sections }
}

/// The sections in the order in which they are told; what each says is made in its file.
pub(super) fn of_inspected<'a>(inspected: &'a Inspected<'a>) -> Story<'a> {
    let Inspected { image, transport: _, parts, inspection } = inspected;
    // What packages' lists say of the files stands in words among the notes.
    let Inspection { lock, notes, ownership, integrity: _, executables } = inspection;
    let Lockfile { version: _, image: _, base: _, build, config, layer, catalog: _, package, agreement: _ } =
        lock;
    let facts = Section::new(Topic::Facts, Body::Facts(facts::facts(image, lock)));
    let amounts = ownership::amounts(ownership);
    let amounts = amounts.map(|amounts| Section::new(Topic::Ownership, Body::Listing(amounts)));
    let executables = executables.as_ref().map(|executables| {
        Section::new(Topic::Executables, Body::Listing(executables::listing(executables)))
    });
    let InspectedParts { unowned, executables: _ } = *parts;
    if unowned || executables.is_some() {
        let all = || Section::new(Topic::Unowned, Body::Listing(ownership::unowned(ownership, lock)));
        let unowned = [amounts, Some(all())].into_iter().flatten().filter(|_| unowned);
        let sections = [facts].into_iter().chain(unowned).chain(executables).collect();
        return Story { title: Title::Inspected { image }, sections };
    }
    let sections = [
        Some(facts),
        Some(Section::new(Topic::Layers, Body::Layers(layer.iter().enumerate().map(held).collect()))),
        of_some(Topic::Args, build.arg.iter().map(args::arg).collect(), Body::Args),
        of_some(Topic::Config, config::values(config), Body::Config),
        of_some(Topic::Packages, packages::installed(package), Body::Packages),
        agreed::of(lock, true).map(|body| Section::new(Topic::Agreement, body)),
        amounts,
    ];
    let sections = sections.into_iter().flatten().chain(remarks(lock, notes)).collect();
    Story { title: Title::Inspected { image }, sections }
}

/// A section of items; none where there are none.
fn of_some<'a, T>(topic: Topic, items: Vec<T>, body: impl FnOnce(Vec<T>) -> Body<'a>) -> Option<Section<'a>> {
    (!items.is_empty()).then(|| Section::new(topic, body(items)))
}

/// What could not be read, and what the user should know.
fn remarks<'a>(lock: &'a Lockfile, notes: &'a [String]) -> impl Iterator<Item = Section<'a>> {
    let of_catalog = |catalog: &'a model::LockedCatalog| {
        catalog.problems.iter().map(|problem| Unread { path: &catalog.path, message: problem })
    };
    let problems: Vec<Unread<'_>> = lock.catalog.iter().flat_map(of_catalog).collect();
    let problems = of_some(Topic::Problems, problems, Body::Unread);
    let notes = (!notes.is_empty()).then(|| Section::new(Topic::Notes, Body::Sentences(notes)));
    problems.into_iter().chain(notes)
}

fn held((index, layer): (usize, &LockedLayer)) -> LayerRow<'_> {
    // Digests and what the blob is packed with are the lockfile's and JSON's alone.
    let LockedLayer {
        digest: _,
        diff_id: _,
        content: _,
        size,
        uncompressed_size: _,
        compression: _,
        files,
        instruction,
        dockerfile_line,
    } = layer;
    LayerRow {
        index: index.to_string(),
        what: instruction.as_deref().unwrap_or("(no history)"),
        line: dockerfile_line.map_or(String::new(), |line| format!(":{line}")),
        size: *size,
        files: *files,
    }
}
