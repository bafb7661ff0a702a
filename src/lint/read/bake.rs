//! Bake files, HCL and JSON: targets that are built.
//! <https://docs.docker.com/build/bake/reference/>

use crate::lint::read::compose::declared;
use crate::lint::read::node::Node;
use crate::lint::read::started::Started;
use crate::lint::subject::builds::BuildCall;

/// The targets of a bake file; in HCL each stands in a block of its own.
pub(super) fn read(root: &Node, text: &str) -> Started {
    let blocks = root.entries().iter().filter(|(key, _)| key.name == "target");
    let targets = blocks.flat_map(|(_, targets)| targets.entries());
    let builds =
        targets.map(|(name, target)| BuildCall { span: name.span, ..declared(target, "contexts", text) });
    Started { builds: builds.collect(), ..Started::default() }
}
