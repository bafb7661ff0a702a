//! Chisel's manifests (`manifest.wall`): which slices of Ubuntu's packages an image was cut from, and the files of each.
//!
//! Vocabulary (chisel): a *slice* is a part of a package, called `PACKAGE_SLICE`. The manifest is JSON, a value a line, under zstd
//! (`jsonwall`); its first line says how many lines there are.
//!
//! What this does not do: list slices as packages, or check files against their sums (whoever has their bytes does).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use serde::Deserialize;

use crate::base::about::{About, AboutKind};
use crate::base::checksum::Checksum;
use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::{Catalog, Package, UNKNOWN};
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places::{self, BrokenRows, Lookup, read};
use crate::ecosystem::problems::Problems;
use crate::ecosystem::purl::{Identified, Purl};
use crate::formats::tar::entry::Kind;
use crate::tree::FileTree;

const MANIFEST: &[u8] = b"manifest.wall";

static ABOUT: About = About {
    kind: AboutKind::Ecosystem,
    id: "chisel",
    summary: "slices of Ubuntu's packages, cut by chisel",
    page: include_str!("../../../docs/ecosystems/chisel.md"),
};

/// The chisel ecosystem.
pub(super) struct Chisel;

impl Ecosystem for Chisel {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn wants(&self, path: &LayerPath) -> bool {
        path.file_name() == MANIFEST
    }

    fn leads(&self, folder: &[u8]) -> bool {
        folder == MANIFEST
    }

    fn reads(&self, name: &[u8]) -> bool {
        name == MANIFEST
    }

    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog> {
        let mut room = limits::CHISEL_MANIFEST_BYTES;
        manifests(tree).map(|(path, layer)| catalog(tree, (path, layer), &mut room)).collect()
    }

    fn purl(&self, package: &Identified<'_>) -> Purl {
        // What it cuts are Debian packages.
        Purl::of_system("deb", package)
    }

    fn claims(&self, tree: &FileTree<'_>, _: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        each_line(tree, &mut |line| {
            if let (Some("content"), Some(path)) = (line.kind.as_deref(), &line.path) {
                claim(path.trim_end_matches('/').as_bytes());
            }
        });
    }

    fn owners(&self, tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
        let lookup = Lookup::new(tree, paths);
        let mut owners = BTreeMap::new();
        each_line(tree, &mut |line| {
            let (Some("content"), Some(slice), Some(path)) = (line.kind.as_deref(), &line.slice, &line.path)
            else {
                return;
            };
            if let Some(place) = lookup.find(path.trim_end_matches('/').as_bytes()) {
                let package = slice.split_once('_').map_or(slice.as_str(), |(package, _)| package);
                owners.entry(place).or_insert_with(|| printable(package.as_bytes()));
            }
        });
        owners
    }

    fn checksums(
        &self,
        tree: &FileTree<'_>,
        paths: &BTreeSet<LayerPath>,
    ) -> BTreeMap<LayerPath, Vec<Checksum>> {
        let lookup = Lookup::new(tree, paths);
        let mut sums: BTreeMap<LayerPath, Vec<Checksum>> = BTreeMap::new();
        each_line(tree, &mut |line| {
            let (Some("path"), Some(path)) = (line.kind.as_deref(), &line.path) else { return };
            if let Some(place) = lookup.find(path.trim_end_matches('/').as_bytes()) {
                // What a slice's script made of a file goes before what the package brought.
                let sum = line.final_sha256.as_ref().or(line.sha256.as_ref());
                let sum = sum.and_then(|hex| Checksum::of_hex("sha256", hex.as_bytes()));
                sums.entry(place).or_default().extend(sum);
            }
        });
        sums
    }

    fn lists_files(&self, tree: &FileTree<'_>, package: &Package) -> bool {
        places::bytes(tree, &package.evidence, self).is_some()
    }
}

/// A line of a manifest, of any kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    jsonwall: Option<String>,
    schema: Option<String>,
    count: Option<usize>,
    kind: Option<String>,
    name: Option<String>,
    version: Option<String>,
    arch: Option<String>,
    slice: Option<String>,
    path: Option<String>,
    sha256: Option<String>,
    final_sha256: Option<String>,
}

/// The manifests, wherever they stand, each with the layer that wrote it.
fn manifests<'t>(tree: &'t FileTree<'_>) -> impl Iterator<Item = (&'t LayerPath, usize)> {
    let is_file = |node| tree.file(node).is_some_and(|file| file.kind == Kind::File);
    let named = tree.iter().filter(move |(path, _, node)| path.file_name() == MANIFEST && is_file(*node));
    named.map(|(path, _, node)| (path, node.layer))
}

/// Every line of every manifest that can be read.
fn each_line(tree: &FileTree<'_>, visit: &mut dyn FnMut(&Line)) {
    let mut room = limits::CHISEL_MANIFEST_BYTES;
    for (path, _) in manifests(tree) {
        let text = places::bytes(tree, path, &Chisel).and_then(|bytes| unpacked(bytes, &mut room).ok());
        for line in lines(&text.unwrap_or_default()) {
            if let Ok(line) = serde_json::from_slice(line) {
                visit(&line);
            }
        }
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// The text of a manifest, of which as much may be as there is room for: all of one image's share it.
fn unpacked(bytes: &[u8], room: &mut u64) -> Result<Vec<u8>, &'static str> {
    const DAMAGED: &str = "it can't be unpacked";
    let mut text = Vec::new();
    let decoder = zstd::Decoder::with_buffer(bytes).map_err(|_| DAMAGED)?;
    let read = decoder.take(room.saturating_add(1)).read_to_end(&mut text);
    let rest = u64::try_from(text.len()).ok().and_then(|length| room.checked_sub(length));
    *room = rest.unwrap_or_default();
    read.map_err(|_| DAMAGED)?;
    rest.map(|_| text).ok_or("it unpacks to too much, with the others of the image")
}

fn catalog(tree: &FileTree<'_>, (path, layer): (&LayerPath, usize), room: &mut u64) -> Catalog {
    let mut problems = Problems::default();
    let bytes = read((tree, &Chisel), path, &mut problems);
    let text = bytes.map(|bytes| unpacked(bytes, room));
    let mut broken = BrokenRows::default();
    let mut packages = Vec::new();
    match &text {
        Some(Ok(text)) => packages = listed(text, (path, layer), &mut problems, &mut broken),
        Some(Err(what)) => problems.add(format!("{path}: {what}")),
        None => {}
    }
    // What was not read has no packages that are known, which is not to have none.
    let unread = if matches!(text, Some(Ok(_))) { None } else { places::digest(tree, path) };
    let digest = unread.or(broken.digest());
    Catalog { digest, ..Catalog::new(ABOUT.id, (path.clone(), layer), packages, problems) }
}

fn listed(
    text: &[u8],
    (path, layer): (&LayerPath, usize),
    problems: &mut Problems,
    broken: &mut BrokenRows,
) -> Vec<Package> {
    let mut packages = Vec::new();
    let (mut count, mut lost) = (None, 0);
    for (number, row) in (1..).zip(lines(text)) {
        let line: Result<Line, _> = serde_json::from_slice(row);
        let read = match line {
            Ok(line) if number == 1 => {
                count = line.count;
                let is_known =
                    line.jsonwall.is_some() && line.schema.is_some_and(|schema| schema.starts_with("1."));
                if is_known { Ok(()) } else { Err("a manifest of a kind that is not known") }
            }
            Ok(line) if line.kind.as_deref() == Some("package") => {
                package(line, path).and_then(|(package, whole)| {
                    packages.push(Package { layer, ..package });
                    whole
                })
            }
            Ok(line) if line.kind.is_some() => Ok(()),
            _ => Err("not a line of a manifest"),
        };
        if let Err(what) = read {
            problems.add(format!("{path}, line {number}: {what}"));
            broken.add(row);
            lost += 1;
        }
        if lost > limits::BROKEN_ROWS {
            problems.add(format!("{path}: what stands behind line {number} was not read"));
            break;
        }
    }
    let there = lines(text).count();
    if count != Some(there) || lost > limits::BROKEN_ROWS {
        problems.add(format!("{path}: it has {there} lines and says that there are others"));
        broken.add(text);
    }
    packages
}

/// A package, and what of it can't be read.
fn package(line: Line, path: &LayerPath) -> Result<(Package, Result<(), &'static str>), &'static str> {
    let text =
        |text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| printable(text.as_bytes()));
    let hash = line.sha256.as_deref().and_then(Sha256::from_hex).map(Digest::Sha256);
    let version = text(line.version);
    let whole = match (&version, line.sha256.is_some() && hash.is_none()) {
        (None, _) => Err("a package without a version"),
        (_, true) => Err("a package with a sha256 that is none"),
        _ => Ok(()),
    };
    let package = Package {
        name: text(line.name).ok_or("a package without a name")?,
        version: version.unwrap_or_else(|| UNKNOWN.to_owned()),
        architecture: text(line.arch),
        hashes: hash.into_iter().collect(),
        location: path.clone(),
        evidence: path.clone(),
        ..Package::default()
    };
    Ok((package, whole))
}

#[cfg(test)]
mod tests;
