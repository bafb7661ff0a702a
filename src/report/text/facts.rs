//! The text of `freeze` and `inspect`: what an image is.

use super::super::model::{Frozen, Inspected};
use super::super::style::{Paint, Style, bytes, counted, fit, thousands};
use super::{safe, section};
use crate::lockfile::Lockfile;
use crate::lockfile::model::{Arg, ArgSource, Base, Layer, Package};

pub(super) fn frozen(frozen: &Frozen<'_>, style: &Style) -> String {
    let heading = format!("{}, {}", safe(frozen.image), frozen.lock.image.platform);
    let mut out = format!("{}\n\n", style.paint(Paint::Bold, &heading));
    for (label, value) in summary(frozen.lock) {
        out.push_str(&format!("  {label:<10}{value}\n"));
    }
    section(&mut out, style, "problems", &problems(frozen.lock));
    section(&mut out, style, "notes", &frozen.notes.iter().map(|note| safe(note)).collect::<Vec<_>>());
    let last = format!("wrote {}", safe(frozen.lockfile));
    out.push_str(&format!("\n{}\n", style.paint(Paint::Green, &last)));
    out
}

pub(super) fn inspected(inspected: &Inspected<'_>, style: &Style) -> String {
    let lock = inspected.lock;
    let mut out = format!("{}\n\n", style.paint(Paint::Bold, &safe(inspected.image)));
    let identity = [
        ("platform", Some(lock.image.platform.clone())),
        ("manifest", lock.image.manifest.map(|digest| digest.to_string())),
        ("config", Some(lock.image.config.to_string())),
        ("created", lock.image.created.as_deref().map(safe)),
        ("builder", lock.build.builder.as_deref().map(safe)),
    ];
    let identity = identity.into_iter().filter_map(|(label, value)| Some((label, value?)));
    for (label, value) in identity.chain(summary(lock)) {
        out.push_str(&format!("  {label:<10}{value}\n"));
    }
    section(&mut out, style, "layers", &layers(lock, style));
    section(&mut out, style, "build arguments", &lock.build.arg.iter().map(arg).collect::<Vec<_>>());
    section(&mut out, style, "config", &config(lock));
    for (ecosystem, packages) in &lock.package {
        section(&mut out, style, &format!("{ecosystem} packages"), &table(packages));
    }
    section(&mut out, style, "problems", &problems(lock));
    section(&mut out, style, "notes", &inspected.notes.iter().map(|note| safe(note)).collect::<Vec<_>>());
    out
}

fn summary(lock: &Lockfile) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    rows.extend(lock.base.as_ref().map(|item| ("base", base(item))));
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
    let asked: Vec<String> = lock.build.requirements.iter().map(|file| safe(&file.path)).collect();
    rows.extend((!asked.is_empty()).then(|| ("required", asked.join(", "))));
    rows
}

fn base(base: &Base) -> String {
    let name = base.reference.as_deref().map_or_else(|| "(unnamed)".to_owned(), safe);
    let layers = base.layers.map_or(String::new(), |layers| format!(", {}", counted(layers, "layer")));
    let digest = base.digest.map_or(String::new(), |digest| format!("\n{:12}{digest}", ""));
    format!("{name}{layers}{digest}")
}

fn layers(lock: &Lockfile, style: &Style) -> Vec<String> {
    let row = |(index, layer): (usize, &Layer)| {
        let line = layer.dockerfile_line.map_or(String::new(), |line| format!(":{line}"));
        let what = layer.instruction.as_deref().map_or_else(|| "(no history)".to_owned(), safe);
        let what = fit(&what, style.width.saturating_sub(46).max(20));
        let files = counted(layer.files, "file");
        format!("{index:<4}  {what} {line:>5} {:>10}  {files:>13}", bytes(layer.size))
    };
    lock.layer.iter().enumerate().map(row).collect()
}

fn arg(arg: &Arg) -> String {
    let value = arg.value.as_deref().map_or_else(|| "(redacted)".to_owned(), safe);
    let source = match arg.source {
        ArgSource::History => "history",
        ArgSource::DockerfileDefault => "Dockerfile default",
        ArgSource::CommandLine => "command line",
        ArgSource::Provenance => "provenance",
    };
    format!("{}={value}  ({source})", safe(&arg.name))
}

fn config(lock: &Lockfile) -> Vec<String> {
    let config = &lock.config;
    let mut lines = Vec::new();
    let mut line = |label: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("{label:<12}{}", safe(&value))));
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

fn table(packages: &[Package]) -> Vec<String> {
    let name = |package: &Package| safe(&package.name);
    let width = packages
        .iter()
        .map(|package| super::super::style::columns(&name(package)))
        .max()
        .unwrap_or(0)
        .min(40);
    let row = |package: &Package| {
        let asked = package.requirement.as_ref().map_or(String::new(), |asked| {
            let via = asked.via.as_ref().map_or(String::new(), |via| format!(" via {}", safe(via)));
            format!("{}:{}{via}", safe(&asked.file), asked.line)
        });
        let state = package.state.as_deref().or(package.owner.as_deref()).map_or(String::new(), safe);
        let version = safe(&package.version);
        format!("{}  {version:<24} layer {:<3} {asked}{state}", fit(&name(package), width), package.layer)
    };
    packages.iter().map(row).collect()
}

fn problems(lock: &Lockfile) -> Vec<String> {
    let catalogs = lock.catalog.iter();
    catalogs
        .flat_map(|catalog| {
            catalog.problems.iter().map(|problem| format!("{}: {}", safe(&catalog.path), safe(problem)))
        })
        .collect()
}
