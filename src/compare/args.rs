//! Build arguments that differ. They explain a drift and decide nothing.
//!
//! Causes see their true values; what is secret of them leaves by name alone (`redaction`).

use std::collections::BTreeMap;

use crate::base::secrets::{self, Hidden};
use crate::build;
use crate::compare::config::Difference;
use crate::compare::uncompared::{Reason, Uncompared};
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

/// Those of `expected` that are compared by name alone: secrets on both sides. `None` is a value that a lock holds back.
pub(crate) fn uncompared(expected: &[(String, Option<String>)], image: &Image) -> Vec<Uncompared> {
    let values = of_image(image);
    let hidden = |name: &str, value: Option<&String>| {
        value.map_or(Hidden::Whole, |value| secrets::hidden(name, value))
    };
    let one = |(name, expected): &(String, Option<String>)| {
        let value = values.get(name)?;
        let reason = match (hidden(name, expected.as_ref()), hidden(name, Some(value))) {
            (Hidden::Whole, Hidden::Whole) => Reason::Redacted,
            (Hidden::Parts(old), Hidden::Parts(new)) if old == new => Reason::RedactedPart,
            _ => return None,
        };
        Some(Uncompared { field: format!("args.{name}"), reason })
    };
    expected.iter().filter_map(one).collect()
}
