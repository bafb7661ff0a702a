//! Bake files, HCL and JSON: targets that are built.
//! <https://docs.docker.com/build/bake/reference/>

use super::compose::settings;
use super::{Node, Read, value};
use crate::lint::BuildCall;

/// The targets of a bake file; in HCL each stands in a block of its own.
pub(super) fn read(root: &Node, text: &str) -> Read {
    let blocks = root.entries().iter().filter(|(key, _)| key.name == "target");
    let targets = blocks.flat_map(|(_, targets)| targets.entries());
    let builds = targets.map(|(name, target)| BuildCall {
        span: name.span,
        arguments: target.get("args").map(|args| settings(args, text)).unwrap_or_default(),
        dockerfile: target.get("dockerfile").map(|node| value(node, text)),
        context: target.get("context").map(|node| value(node, text)),
        tags: Vec::new(),
    });
    Read { builds: builds.collect(), ..Read::default() }
}
