//! Bake files, HCL and JSON: targets that are built.
//! <https://docs.docker.com/build/bake/reference/>

use crate::lint::read::compose::{contexts, settings};
use crate::lint::read::node::Node;
use crate::lint::read::started::{Started, value};
use crate::lint::subject::builds::BuildCall;

/// The targets of a bake file; in HCL each stands in a block of its own.
pub(super) fn read(root: &Node, text: &str) -> Started {
    let blocks = root.entries().iter().filter(|(key, _)| key.name == "target");
    let targets = blocks.flat_map(|(_, targets)| targets.entries());
    let builds = targets.map(|(name, target)| BuildCall {
        span: name.span,
        arguments: target.get("args").map(|args| settings(args, text)).unwrap_or_default(),
        dockerfile: target.get("dockerfile").map(|node| value(node, text)),
        context: target.get("context").map(|node| value(node, text)),
        contexts: contexts(target.get("contexts"), text),
        tags: target
            .get("tags")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .map(|tag| value(tag, text))
            .collect(),
    });
    Started { builds: builds.collect(), ..Started::default() }
}
