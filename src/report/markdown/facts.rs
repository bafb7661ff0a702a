//! The comment of `freeze` and `inspect`: what the image is, in short.

use super::super::model::{Frozen, Inspected};
use super::super::style::{bytes, counted, thousands};
use super::escape::{code, folded, notes, section, table};
use crate::lockfile::Lockfile;
use crate::lockfile::model::{Layer, Package};
use crate::report::style::harmless;

pub(super) fn frozen(frozen: &Frozen<'_>, rows: usize) -> String {
    let head = format!("### reprolock: wrote {}\n\n", code(frozen.lockfile));
    head + &summary(frozen.image, frozen.lock) + &section("Notes", &notes(frozen.notes, rows))
}

pub(super) fn inspected(inspected: &Inspected<'_>, rows: usize) -> String {
    let lock = inspected.lock;
    let mut out = format!("### reprolock: {}\n\n", code(inspected.image));
    out.push_str(&summary(inspected.image, lock));
    out.push_str(&section("Layers", &layers(lock, rows)));
    for (ecosystem, packages) in &lock.package {
        let line = |package: &Package| format!("{} {}", harmless(&package.name), harmless(&package.version));
        let summary = (&**ecosystem, &*counted(packages.len(), "package"));
        out.push_str(&folded(summary, (packages.iter().map(line), packages.len()), rows));
    }
    out + &section("Notes", &notes(inspected.notes, rows))
}

fn summary(image: &str, lock: &Lockfile) -> String {
    let size = lock.layer.iter().map(|layer| layer.size).fold(0, u64::saturating_add);
    let files: usize = lock.layer.iter().map(|layer| layer.files).sum();
    let base = lock.base.as_ref().and_then(|base| base.reference.as_deref());
    let packages: Vec<String> = lock
        .package
        .iter()
        .map(|(name, packages)| format!("{} {}", thousands(packages.len()), code(name)))
        .collect();
    let rows = [
        ("image", Some(code(image))),
        ("platform", Some(code(&lock.image.platform))),
        ("manifest", lock.image.manifest.map(|digest| code(&digest.to_string()))),
        ("config", Some(code(&lock.image.config.to_string()))),
        ("base", base.map(code)),
        (
            "layers",
            Some(format!("{}, {}, {}", thousands(lock.layer.len()), bytes(size), counted(files, "file"))),
        ),
        ("packages", (!packages.is_empty()).then(|| packages.join(", "))),
    ];
    let rows: Vec<Vec<String>> =
        rows.into_iter().filter_map(|(label, value)| Some(vec![label.to_owned(), value?])).collect();
    let count = rows.len();
    table(&["", ""], (rows.into_iter(), count), usize::MAX)
}

fn layers(lock: &Lockfile, limit: usize) -> String {
    let row = |(index, layer): (usize, &Layer)| {
        let line = layer.dockerfile_line.map_or(String::new(), |line| format!(":{line}"));
        let what = layer.instruction.as_deref().unwrap_or("(no history)");
        vec![index.to_string(), code(what), line, bytes(layer.size), thousands(layer.files)]
    };
    let rows = (lock.layer.iter().enumerate().map(row), lock.layer.len());
    table(&["layer", "instruction", "line", "size", "files"], rows, limit)
}
