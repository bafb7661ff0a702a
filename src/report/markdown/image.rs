//! The comment of `freeze` and `inspect`: what the image is, in short.

use super::escape::{code, folded, table};
use crate::report::story::{Fact, Holds, Installed, InstalledPackage, LayerRow};
use crate::report::style::{bytes, counted, harmless, thousands};

pub(super) fn facts(facts: &[Fact<'_>]) -> String {
    let row = |fact: &Fact<'_>| match fact {
        Fact::Image(name) => Some(("image", code(name))),
        Fact::Platform(platform) => Some(("platform", code(platform))),
        Fact::Manifest(digest) => Some(("manifest", code(&digest.to_string()))),
        Fact::Config(digest) => Some(("config", code(&digest.to_string()))),
        Fact::Base(base) => base.reference.as_deref().map(|name| ("base", code(name))),
        Fact::Layers(Holds { layers, size, unpacked: _, files }) => {
            let (layers, files) = (thousands(*layers), counted(*files, "file"));
            Some(("layers", format!("{layers}, {}, {files}", bytes(*size))))
        }
        Fact::Packages(counts) => {
            let count = |(name, count): &(&str, usize)| format!("{} {}", thousands(*count), code(name));
            Some(("packages", counts.iter().map(count).collect::<Vec<_>>().join(", ")))
        }
        // In short: the lockfile has them.
        Fact::Created(_) | Fact::Builder(_) | Fact::UnknownBase | Fact::Required(_) => None,
    };
    let rows: Vec<Vec<String>> =
        facts.iter().filter_map(row).map(|(label, value)| vec![label.to_owned(), value]).collect();
    let count = rows.len();
    table(&["", ""], (rows.into_iter(), count), usize::MAX)
}

pub(super) fn layers(layers: &[LayerRow<'_>], limit: usize) -> String {
    let row = |row: &LayerRow<'_>| {
        let LayerRow { index, what, line, size, files } = row;
        vec![index.clone(), code(what), line.clone(), bytes(*size), thousands(*files)]
    };
    let heads = ["layer", "instruction", "line", "size", "files"];
    table(&heads, (layers.iter().map(row), layers.len()), limit)
}

/// The packages of one ecosystem, folded.
pub(super) fn packages(installed: &Installed<'_>, limit: usize) -> String {
    let Installed { ecosystem, packages } = installed;
    let line = |package: &InstalledPackage<'_>| {
        format!("{} {}", harmless(package.name), harmless(&package.version_and_build()))
    };
    let summary = (*ecosystem, &*counted(packages.len(), "package"));
    folded(summary, (packages.iter().map(line), packages.len()), limit)
}
