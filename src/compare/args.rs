//! Build arguments that differ. They explain a drift and decide nothing. What an image's history tells in more than one
//! way is not compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::build;
use crate::compare::config::Difference;
use crate::image::Image;

/// The arguments of an image by name, as its history tells them.
pub(crate) fn of_image(image: &Image) -> BTreeMap<String, String> {
    let steps = build::history::steps(image);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    build::history::arguments(&steps).into_iter().map(owned).collect()
}

/// The names whose values an image's history does not tell, though it may have them.
pub(crate) fn unclear(image: &Image) -> BTreeSet<String> {
    let steps = build::history::steps(image);
    let known: BTreeSet<&String> = steps.iter().flat_map(|step| &step.args).map(|(name, _)| name).collect();
    let unclear = steps.iter().flat_map(|step| &step.unclear);
    unclear.filter(|name| !known.contains(name)).cloned().collect()
}

/// Which of `expected`, a name and its value each, the image has otherwise; in their order.
pub(crate) fn differences(expected: Vec<(String, Option<String>)>, image: &Image) -> Vec<Difference> {
    let values = of_image(image);
    let unclear = unclear(image);
    let one = |(field, expected): (String, Option<String>)| {
        let value = values.get(&field).cloned();
        (expected != value && !unclear.contains(&field)).then_some(Difference {
            field,
            expected,
            found: value,
        })
    };
    expected.into_iter().filter_map(one).collect()
}

/// Which arguments two images have otherwise, by name.
pub(crate) fn between(old: &Image, new: &Image) -> Vec<Difference> {
    let (mut before, unclear) = (of_image(old), unclear(old));
    let names = before.keys().cloned().chain(of_image(new).into_keys());
    let names: BTreeSet<String> = names.filter(|name| !unclear.contains(name)).collect();
    let valued = names.into_iter().map(|name| {
        let value = before.remove(&name);
        (name, value)
    });
    differences(valued.collect(), new)
}
