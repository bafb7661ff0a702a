//! `container-manifest-2`, which Mariner's images without a database have in its place: a line a package, with ten columns between
//! tabs, as rpm's query wrote them: name, version-release, time of the install, of the build, vendor, epoch, size, architecture,
//! epoch as a number, source. `(none)` stands for what a package does not have; the ninth column makes 0 of it.

use super::names::{ID, MANIFEST, NAMES_MANIFEST, manifest_path};
use super::package::{full_version, listed};
use crate::base::limits;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::{Catalog, Package};
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places::{self, BrokenRows, database, read};
use crate::ecosystem::problems::Problems;
use crate::tree::FileTree;

/// What is said of a manifest that has names alone.
const NAMES_ALONE: &str =
    "its packages are not read, since it has no epochs: that it changed can be told, what of it can't";

/// The catalog of the manifest; of that with names alone, where there is no other.
pub(super) fn catalog(tree: &FileTree<'_>, ecosystem: &dyn Ecosystem) -> Option<Catalog> {
    let place =
        |name| database(tree, &manifest_path(name)).filter(|(path, _)| !places::is_empty_file(tree, path));
    let mut problems = Problems::default();
    let Some((path, layer)) = place(MANIFEST) else {
        let (path, layer) = place(NAMES_MANIFEST)?;
        problems.add(format!("{path}: {NAMES_ALONE}"));
        let digest = places::digest(tree, &path);
        return Some(Catalog { digest, ..Catalog::new(ID, (path, layer), Vec::new(), problems) });
    };
    let bytes = read((tree, ecosystem), &path, &mut problems);
    let (mut packages, mut broken, mut lost) = (Vec::new(), BrokenRows::default(), 0);
    for (line, number) in bytes.unwrap_or_default().split(|byte| *byte == b'\n').zip(1..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match package(line, &path) {
            _ if line.is_empty() => {}
            Ok(package) => packages.push(Package { layer, ..package }),
            Err(what) => {
                problems.add(format!("{path}, line {number}: {what}"));
                broken.add(line);
                lost += 1;
            }
        }
        if lost > limits::BROKEN_ROWS {
            problems.add(format!("{path}: what stands behind line {number} was not read"));
            break;
        }
    }
    // What was not read has no packages that are known, which is not to have none.
    let cut = (lost > limits::BROKEN_ROWS).then(|| places::digest(tree, &path)).flatten();
    let digest = places::unread(tree, &path, bytes).or(cut).or(broken.digest());
    Some(Catalog { digest, ..Catalog::new(ID, (path, layer), packages, problems) })
}

fn package(line: &[u8], path: &LayerPath) -> Result<Package, &'static str> {
    let columns: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
    let [name, version, _, _, _, epoch, _, architecture, number, source] = columns.as_slice() else {
        return Err("not ten columns");
    };
    let text = |column: &[u8]| Some(printable(column)).filter(|text| text != "(none)" && !text.is_empty());
    let name = text(name).ok_or("a package without a name")?;
    let version = text(version).ok_or("a package without a version")?;
    let digits = |column: &[u8]| std::str::from_utf8(column).ok()?.parse::<u32>().ok();
    let epoch = match *epoch {
        b"(none)" => None,
        written => Some(digits(written).ok_or("an epoch that is no number")?),
    };
    if digits(number) != Some(epoch.unwrap_or_default()) {
        return Err("two epochs that are not the same");
    }
    let package = listed(name, full_version(epoch, &version, None), text(source).as_deref(), path);
    Ok(Package { architecture: text(architecture), ..package })
}
