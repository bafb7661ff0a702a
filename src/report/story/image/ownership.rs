//! Whose an image's files are, and what is nobody's.

use crate::inspect::ownership::{self, Amount, Ownership, UnownedExtent, UnownedLayer, UnownedPlace, Whose};
use crate::lockfile::Lockfile;
use crate::report::story::layers::without_mounts;
use crate::report::story::listing::{Column, ListedGroup, Listing, Set};
use crate::report::style::{bytes, counted, thousands};

static WHOSE: &[Column] = &[
    Column { name: "whose", set: Set::Words },
    Column { name: "files", set: Set::Number },
    Column { name: "size", set: Set::Number },
];

static PLACES: &[Column] = &[
    Column { name: "size", set: Set::Number },
    Column { name: "files", set: Set::Number },
    Column { name: "place", set: Set::Elastic },
];

/// How much is whose.
pub(super) fn amounts(ownership: &Ownership) -> Option<Listing> {
    let row = |(whose, amount): (&Whose, &Amount)| {
        vec![named(*whose), thousands(amount.files), bytes(amount.bytes)]
    };
    let rows: Vec<Vec<String>> = ownership.amounts.iter().map(row).collect();
    let group = ListedGroup { heading: String::new(), about: String::new(), rows };
    (!group.rows.is_empty()).then(|| Listing { lead: Vec::new(), columns: WHOSE, groups: vec![group] })
}

fn named(whose: Whose) -> String {
    match whose {
        Whose::Base => "the base image".to_owned(),
        Whose::Package(ecosystem) => format!("listed by packages: {ecosystem}"),
        Whose::Instruction => "COPY, ADD and their like".to_owned(),
        Whose::Made => "where packages' scripts and tools write".to_owned(),
        Whose::Left => "where package managers leave files".to_owned(),
        Whose::Named(ecosystem) => format!("by name alone, without a list: {ecosystem}"),
        Whose::Nobody => "nobody".to_owned(),
    }
}

/// What is nobody's, by layer.
pub(super) fn unowned(ownership: &Ownership, lock: &Lockfile) -> Listing {
    let layers = &ownership.unowned;
    let sum = layers.iter().fold(Amount::default(), |sum, layer| sum.and(layer.amount));
    let lead = match layers.len() {
        0 => "nothing: each file has an owner by a list, by its layer or by its place".to_owned(),
        count => format!(
            "{} in {}, {}: no package lists them, no COPY or ADD brought them",
            counted(sum.files, "file"),
            counted(count, "layer"),
            bytes(sum.bytes),
        ),
    };
    let databases = ownership.unlisted.iter().map(|(ecosystem, path)| {
        format!(
            "could not check: which files the packages of {path} ({ecosystem}) have; theirs are among these"
        )
    });
    let groups = layers.iter().map(|layer| group(layer, lock)).collect();
    Listing { lead: [lead].into_iter().chain(databases).collect(), columns: PLACES, groups }
}

fn group(unowned: &UnownedLayer, lock: &Lockfile) -> ListedGroup {
    let UnownedLayer { layer, amount, places } = unowned;
    let line = lock.layer.get(*layer).and_then(|layer| layer.dockerfile_line);
    let line = line.map_or(String::new(), |line| format!(" (line {line})"));
    ListedGroup {
        heading: format!("layer {layer}{line}, {}, {}", counted(amount.files, "file"), bytes(amount.bytes)),
        about: ownership::instruction(lock, *layer).map_or_else(|| "(no history)".to_owned(), without_mounts),
        rows: places.iter().map(place).collect(),
    }
}

fn place(place: &UnownedPlace) -> Vec<String> {
    let UnownedPlace { path, extent, amount } = place;
    let at = match extent {
        UnownedExtent::File => format!("/{path}"),
        UnownedExtent::Inside if path.is_root() => "/*".to_owned(),
        UnownedExtent::Inside => format!("/{path}/*"),
        UnownedExtent::Below if path.is_root() => "/".to_owned(),
        UnownedExtent::Below => format!("/{path}/"),
    };
    vec![bytes(amount.bytes), counted(amount.files, "file"), at]
}
