//! The text of `freeze` and `inspect`: what an image is.

use std::collections::BTreeMap;

use super::super::model::{Frozen, Inspected};
use super::super::style::{Paint, Style, bytes, counted, harmless, thousands};
use super::super::table::{self, Cell};
use super::section;
use crate::lockfile::Lockfile;
use crate::lockfile::model::{Arg, ArgSource, Base, Layer, Package};

pub(super) fn frozen(frozen: &Frozen<'_>, style: &Style) -> String {
    let heading = format!("{}, {}", harmless(frozen.image), frozen.lock.image.platform);
    let mut out = format!("{}\n\n", style.paint(Paint::Bold, &heading));
    for (label, value) in summary(frozen.lock) {
        out.push_str(&format!("  {label:<10}{value}\n"));
    }
    section(&mut out, style, "problems", &problems(frozen.lock));
    section(&mut out, style, "notes", &frozen.notes.iter().map(|note| harmless(note)).collect::<Vec<_>>());
    let lockfile = harmless(frozen.lockfile);
    let last = match frozen.lock.image.files {
        Some(_) => format!("wrote {lockfile} and {lockfile}.files.zst"),
        None => format!("wrote {lockfile}"),
    };
    out.push_str(&format!("\n{}\n", style.paint(Paint::Green, &last)));
    out
}

pub(super) fn inspected(inspected: &Inspected<'_>, style: &Style) -> String {
    let lock = inspected.lock;
    let mut out = format!("{}\n\n", style.paint(Paint::Bold, &harmless(inspected.image)));
    let identity = [
        ("platform", Some(lock.image.platform.clone())),
        ("manifest", lock.image.manifest.map(|digest| digest.to_string())),
        ("config", Some(lock.image.config.to_string())),
        ("created", lock.image.created.as_deref().map(harmless)),
        ("builder", lock.build.builder.as_deref().map(harmless)),
    ];
    let identity = identity.into_iter().filter_map(|(label, value)| Some((label, value?)));
    for (label, value) in identity.chain(summary(lock)) {
        out.push_str(&format!("  {label:<10}{value}\n"));
    }
    section(&mut out, style, "layers", &layers(lock, style));
    section(&mut out, style, "build arguments", &args(&lock.build.arg, style));
    section(&mut out, style, "config", &config(lock));
    for (ecosystem, installed) in &lock.package {
        for (heading, lines) in packages(ecosystem, installed, style) {
            section(&mut out, style, &heading, &lines);
        }
    }
    section(&mut out, style, "problems", &problems(lock));
    section(&mut out, style, "notes", &inspected.notes.iter().map(|note| harmless(note)).collect::<Vec<_>>());
    out
}

/// What stands for facts that only the Dockerfile would have told.
const UNTOLD: &str = "not known; with -f DOCKERFILE also lines and requirements are locked";

fn summary(lock: &Lockfile) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    rows.extend(match &lock.base {
        Some(item) => Some(("base", base(item))),
        // With a Dockerfile and no base, the image was built from scratch, or from a name that nothing told.
        None => lock.build.dockerfile.is_none().then(|| ("base", UNTOLD.to_owned())),
    });
    let size: u64 = lock.layer.iter().map(|layer| layer.size).sum();
    let unpacked: u64 = lock.layer.iter().map(|layer| layer.uncompressed_size).sum();
    let files: usize = lock.layer.iter().map(|layer| layer.files).sum();
    let layers = format!(
        "{}, {}, {} unpacked, {}",
        thousands(lock.layer.len()),
        bytes(size),
        bytes(unpacked),
        counted(files, "file")
    );
    rows.push(("layers", layers));
    let packages: Vec<String> = lock
        .package
        .iter()
        .map(|(ecosystem, packages)| format!("{} {ecosystem}", thousands(packages.len())))
        .collect();
    rows.extend((!packages.is_empty()).then(|| ("packages", packages.join(", "))));
    let asked: Vec<String> = lock.build.requirements.iter().map(|file| harmless(&file.path)).collect();
    rows.extend((!asked.is_empty()).then(|| ("required", asked.join(", "))));
    rows
}

fn base(base: &Base) -> String {
    let name = base.reference.as_deref().map_or_else(|| "(unnamed)".to_owned(), harmless);
    let layers = base.layers.map_or(String::new(), |layers| format!(", {}", counted(layers, "layer")));
    let digest = base.digest.map_or(String::new(), |digest| format!("\n{:12}{digest}", ""));
    format!("{name}{layers}{digest}")
}

fn layers(lock: &Lockfile, style: &Style) -> Vec<String> {
    let row = |(index, layer): (usize, &Layer)| {
        let line = layer.dockerfile_line.map_or(String::new(), |line| format!(":{line}"));
        let what = layer.instruction.as_deref().map_or_else(|| "(no history)".to_owned(), harmless);
        vec![
            Cell::left(index.to_string()),
            Cell::left(what),
            Cell::right(line),
            Cell::right(bytes(layer.size)),
            Cell::right(counted(layer.files, "file")),
        ]
    };
    let rows: Vec<Vec<Cell>> = lock.layer.iter().enumerate().map(row).collect();
    table::lines(&rows, Some(1), 2, style)
}

fn args(args: &[Arg], style: &Style) -> Vec<String> {
    let row = |arg: &Arg| {
        let value = arg.value.as_deref().map_or_else(|| "(redacted)".to_owned(), harmless);
        let source = match arg.source {
            ArgSource::History => "from the image's history",
            ArgSource::DockerfileDefault => "the Dockerfile's default",
            ArgSource::CommandLine => "from the command line",
            ArgSource::Provenance => "from the provenance",
        };
        vec![Cell::left(format!("{}={value}", harmless(&arg.name))), Cell::left(source)]
    };
    let rows: Vec<Vec<Cell>> = args.iter().map(row).collect();
    table::lines(&rows, None, 2, style)
}

fn config(lock: &Lockfile) -> Vec<String> {
    let config = &lock.config;
    let mut lines = Vec::new();
    let mut line = |label: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("{label:<12}{}", harmless(&value))));
    };
    let words = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(" "));
    let list = |items: &[String]| (!items.is_empty()).then(|| items.join(", "));
    line("user", config.user.clone());
    line("workdir", config.workdir.clone());
    line("entrypoint", words(&config.entrypoint));
    line("cmd", words(&config.cmd));
    line("ports", list(&config.exposed_ports));
    line("volumes", list(&config.volumes));
    for (name, value) in &config.env {
        line("env", Some(format!("{name}={value}")));
    }
    for (name, value) in &config.labels {
        line("label", Some(format!("{name}={value}")));
    }
    for secret in &config.secret {
        line(&secret.field, Some(format!("{} (redacted)", secret.name)));
    }
    lines
}

/// The packages of an ecosystem, database by database.
fn packages<'a>(ecosystem: &str, packages: &'a [Package], style: &Style) -> Vec<(String, Vec<String>)> {
    let mut databases: BTreeMap<&str, Vec<&'a Package>> = BTreeMap::new();
    for package in packages {
        databases.entry(&package.location).or_default().push(package);
    }
    let table = |(location, packages): (&str, Vec<&Package>)| {
        let rows: Vec<Vec<Cell>> = packages.into_iter().map(package).collect();
        (format!("{ecosystem} packages in {}", harmless(location)), table::lines(&rows, None, 2, style))
    };
    databases.into_iter().map(table).collect()
}

fn package(package: &Package) -> Vec<Cell> {
    let asked = package.requirement.as_ref().map(|asked| {
        let via = asked.via.as_ref().map_or(String::new(), |via| format!(" via {}", harmless(via)));
        format!("{}:{}{via}", harmless(&asked.file), asked.line)
    });
    let state = package.state.as_deref().map(harmless);
    let owner = package.owner.as_deref().map(|owner| format!("part of {}", harmless(owner)));
    let remarks: Vec<String> = [asked, state, owner].into_iter().flatten().collect();
    vec![
        Cell::left(harmless(&package.name)),
        Cell::left(harmless(&package.version)),
        Cell::left(format!("layer {}", package.layer)),
        Cell::left(remarks.join(", ")),
    ]
}

fn problems(lock: &Lockfile) -> Vec<String> {
    let catalogs = lock.catalog.iter();
    catalogs
        .flat_map(|catalog| {
            catalog
                .problems
                .iter()
                .map(|problem| format!("{}: {}", harmless(&catalog.path), harmless(problem)))
        })
        .collect()
}
