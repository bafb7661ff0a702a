//! The text of `freeze` and `inspect`: what an image is.

use super::table::{self, Cell};
use crate::lockfile::model::{LockedBase, LockedRequirement};
use crate::report::story::{
    ConfigValue, Fact, Holds, Installed, InstalledPackage, KnownArg, LayerRow, Title,
};
use crate::report::style::{Style, bytes, counted, harmless, thousands};

/// What stands for facts that only the Dockerfile would have told.
const UNTOLD: &str = "not known; with -f DOCKERFILE also lines and requirements are locked";

/// The facts that the title does not tell; of a frozen image, its names stand in the lockfile.
pub(super) fn facts(facts: &[Fact<'_>], title: &Title<'_>) -> Vec<String> {
    let is_inspected = matches!(title, Title::Inspected { .. });
    let named = |label, value: String| is_inspected.then_some((label, value));
    let one = |fact: &Fact<'_>| match fact {
        Fact::Image(_) => None,
        Fact::Platform(platform) => named("platform", (*platform).to_owned()),
        Fact::Manifest(digest) => named("manifest", digest.to_string()),
        Fact::Config(digest) => named("config", digest.to_string()),
        Fact::Created(created) => named("created", harmless(created)),
        Fact::Builder(builder) => named("builder", harmless(builder)),
        Fact::Base(item) => Some(("base", base(item))),
        Fact::UnknownBase => Some(("base", UNTOLD.to_owned())),
        Fact::Layers(Holds { layers, size, unpacked, files }) => {
            let (layers, files) = (thousands(*layers), counted(*files, "file"));
            Some(("layers", format!("{layers}, {}, {} unpacked, {files}", bytes(*size), bytes(*unpacked))))
        }
        Fact::Packages(counts) => {
            let counts: Vec<String> = counts
                .iter()
                .map(|(ecosystem, count)| format!("{} {ecosystem}", thousands(*count)))
                .collect();
            Some(("packages", counts.join(", ")))
        }
        Fact::Required(paths) => {
            let paths: Vec<String> = paths.iter().map(|path| harmless(path)).collect();
            Some(("required", paths.join(", ")))
        }
    };
    facts.iter().filter_map(one).map(|(label, value)| format!("{label:<10}{value}")).collect()
}

fn base(base: &LockedBase) -> String {
    let LockedBase { reference, digest, manifest: _, layers } = base;
    let name = reference.as_deref().map_or_else(|| "(unnamed)".to_owned(), harmless);
    let layers = layers.map_or(String::new(), |layers| format!(", {}", counted(layers, "layer")));
    let digest = digest.map_or(String::new(), |digest| format!("\n{:12}{digest}", ""));
    format!("{name}{layers}{digest}")
}

pub(super) fn layers(layers: &[LayerRow<'_>], style: &Style) -> Vec<String> {
    let row = |row: &LayerRow<'_>| {
        let LayerRow { index, what, line, size, files } = row;
        vec![
            Cell::left(index.as_str()),
            Cell::left(harmless(what)),
            Cell::right(line.as_str()),
            Cell::right(bytes(*size)),
            Cell::right(counted(*files, "file")),
        ]
    };
    let rows: Vec<Vec<Cell>> = layers.iter().map(row).collect();
    table::lines(&rows, Some(1), 2, style)
}

pub(super) fn args(args: &[KnownArg<'_>], style: &Style) -> Vec<String> {
    let row = |arg: &KnownArg<'_>| {
        let KnownArg { name, value, source } = arg;
        let value = value.map_or_else(|| "(redacted)".to_owned(), harmless);
        vec![Cell::left(format!("{}={value}", harmless(name))), Cell::left(*source)]
    };
    let rows: Vec<Vec<Cell>> = args.iter().map(row).collect();
    table::lines(&rows, None, 2, style)
}

pub(super) fn config(values: &[ConfigValue<'_>]) -> Vec<String> {
    let line = |value: &ConfigValue<'_>| {
        let ConfigValue { field, name, value } = value;
        let text = match (name, value) {
            (None, Some(value)) => value.clone(),
            (None, None) => "(redacted)".to_owned(),
            (Some(name), Some(value)) => format!("{name}={value}"),
            (Some(name), None) => format!("{name} (redacted)"),
        };
        format!("{field:<13}{}", harmless(&text))
    };
    values.iter().map(line).collect()
}

/// The packages of each ecosystem, database by database, each below its heading.
pub(super) fn packages(ecosystems: &[Installed<'_>], style: &Style) -> Vec<(String, Vec<String>)> {
    let of_ecosystem = |installed: &Installed<'_>| {
        let databases = installed.by_location().into_iter().map(|(location, packages)| {
            let rows: Vec<Vec<Cell>> = packages.into_iter().map(package).collect();
            let heading = format!("{} packages in {}", installed.ecosystem, harmless(location));
            (heading, table::lines(&rows, None, 2, style))
        });
        databases.collect::<Vec<_>>()
    };
    ecosystems.iter().flat_map(of_ecosystem).collect()
}

fn package(package: &InstalledPackage<'_>) -> Vec<Cell> {
    let InstalledPackage { name, version: _, build: _, location: _, layer, requirement, state, owner } =
        package;
    let asked = requirement.map(|asked| {
        let LockedRequirement { file, line, specifier: _, via } = asked;
        let via = via.as_ref().map_or(String::new(), |via| format!(" via {}", harmless(via)));
        format!("{}:{line}{via}", harmless(file))
    });
    let owner = owner.map(|owner| format!("part of {}", harmless(owner)));
    let remarks: Vec<String> = [asked, state.map(harmless), owner].into_iter().flatten().collect();
    vec![
        Cell::left(harmless(name)),
        Cell::left(harmless(&package.version_and_build())),
        Cell::left(format!("layer {layer}")),
        Cell::left(remarks.join(", ")),
    ]
}
