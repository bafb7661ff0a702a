//! Build arguments that differ. They explain a drift and decide nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::build;
use crate::compare::config::Difference;
use crate::image::Image;

/// The arguments of an image by name, as its history tells them.
pub(crate) fn of_image(image: &Image) -> BTreeMap<String, String> {
    build::history::steps(image).into_iter().flat_map(|step| step.args).collect()
}

/// Which of `expected`, a name and its value each, the image has otherwise; in their order.
pub(crate) fn differences(expected: Vec<(String, Option<String>)>, image: &Image) -> Vec<Difference> {
    let values = of_image(image);
    let one = |(field, expected): (String, Option<String>)| {
        let value = values.get(&field).cloned();
        (expected != value).then_some(Difference { field, expected, found: value })
    };
    expected.into_iter().filter_map(one).collect()
}

/// Which arguments two images have otherwise, by name.
pub(crate) fn between(old: &Image, new: &Image) -> Vec<Difference> {
    let mut before = of_image(old);
    let names: BTreeSet<String> = before.keys().cloned().chain(of_image(new).into_keys()).collect();
    let valued = names.into_iter().map(|name| {
        let value = before.remove(&name);
        (name, value)
    });
    differences(valued.collect(), new)
}
