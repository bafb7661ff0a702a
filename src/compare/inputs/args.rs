//! Build arguments that differ. They explain a drift and decide nothing. What an image's history tells in more than one
//! way is not compared.
//!
//! Causes see their true values; what is secret of them leaves by name alone (`redaction`).

use std::collections::{BTreeMap, BTreeSet};

use crate::base::secrets::{self, Redacted};
use crate::build;
use crate::compare::config::Difference;
use crate::compare::uncompared::{Reason, Uncompared};
use crate::image::Image;

/// The arguments of an image by name, as its history tells them.
pub(crate) fn of_image(image: &Image) -> BTreeMap<String, String> {
    let steps = build::history::steps(image);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    build::history::arguments(&steps).into_iter().map(owned).collect()
}

/// The same as they are compared with what a lock has of each.
pub(crate) fn all_of_image(image: &Image) -> Vec<(String, Option<String>)> {
    of_image(image).into_iter().map(|(name, value)| (name, Some(value))).collect()
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

/// Those of `expected` that are compared by name alone: secrets on both sides. `None` is a value that a lock holds back.
pub(crate) fn uncompared(expected: &[(String, Option<String>)], image: &Image) -> Vec<Uncompared> {
    let values = of_image(image);
    let hidden = |name: &str, value: Option<&String>| {
        value.map_or(Redacted::Whole, |value| secrets::hidden(name, value))
    };
    let one = |(name, expected): &(String, Option<String>)| {
        let value = values.get(name)?;
        let reason = match (hidden(name, expected.as_ref()), hidden(name, Some(value))) {
            (Redacted::Whole, Redacted::Whole) => Reason::Redacted,
            (Redacted::Parts(old), Redacted::Parts(new)) if old == new => Reason::RedactedPart,
            _ => return None,
        };
        Some(Uncompared { field: format!("args.{name}"), reason })
    };
    expected.iter().filter_map(one).collect()
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
