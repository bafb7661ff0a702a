//! What dpkg-query and Python's importlib.metadata find in the tree that umoci unpacks is what a freeze locks: of random layered
//! images (`packages/made.rs`), whose databases are hidden, replaced and reached through links.
//!
//! What the judges are known to do differently, and is allowed for here:
//! - importlib.metadata knows no `.egg-link`; what it leads to is left out;
//! - it lists a `.dist-info` that has no metadata without a name; the judge leaves out what has none;
//! - dpkg-query does not read `status.d`.

use std::collections::BTreeSet;
use std::path::Path;

use super::{ask, lab};
use crate::packages::made;
use crate::support::{Image, Place};

/// Images that both judges are asked about.
const IMAGES: usize = 50;

/// What we lock, as the judges say it.
fn ours(place: &Place) -> BTreeSet<String> {
    let lock: toml::Table =
        toml::from_str(&String::from_utf8(place.read("reprolock.lock")).unwrap()).unwrap();
    let mut lines = BTreeSet::new();
    for (ecosystem, packages) in lock.get("package").and_then(toml::Value::as_table).into_iter().flatten() {
        for package in packages.as_array().unwrap() {
            let text = |key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            let (name, version, location) = (text("name"), text("version"), text("location"));
            match ecosystem.as_str() {
                "deb" if !location.ends_with("status.d") => {
                    lines.insert(format!("deb {name} {version} {} {}", text("architecture"), text("state")));
                }
                "python" if !text("origin").starts_with("editable") => {
                    lines.insert(format!("python {name} {version} {location}"));
                }
                _ => {}
            }
        }
    }
    lines
}

/// The judges' lines, of the tree that umoci unpacks; its refusal or dpkg's, where one refuses.
fn theirs(image: &Image, folder: &Path) -> Result<BTreeSet<String>, String> {
    image.clone().tag("x").oci().write(&folder.join("layout"));
    let (layout, root) = (format!("{}:x", folder.join("layout").display()), folder.join("root"));
    ask("umoci", &["raw", "unpack", "--image", &layout, root.to_str().unwrap()])?;
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/real/packages.py");
    let said = match ask("python3", &[judge, root.to_str().unwrap()]) {
        // Of a damaged file it says nothing.
        Err(error) if error.contains("dpkg-query: error: parsing file") => return Err(error),
        said => said.unwrap(),
    };
    Ok(said.lines().map(str::to_owned).collect())
}

#[test]
fn dpkg_query_and_importlib_find_what_is_locked() {
    let Some(_) = lab() else { return };
    let (mut agreed, mut packages, mut refused, mut wrong) = (0, 0, 0, Vec::new());
    for seed in 0.. {
        if agreed + wrong.len() == IMAGES {
            break;
        }
        assert!(refused < 4 * IMAGES, "most images are refused");
        let [old, _] = made::pair(seed).images;
        let place = Place::new();
        let theirs = match theirs(&old, &place.path("")) {
            Ok(theirs) if !theirs.is_empty() => theirs,
            // Nothing is installed there that they know.
            Ok(_) => continue,
            Err(_) => {
                refused += 1;
                continue;
            }
        };
        place.write("image.tar", old.oci().archive());
        let run = place.run(&["freeze", "image.tar"]);
        assert_eq!(run.code, 0, "{run}");
        // A database that a freeze could not read is locked by its digest, and no list is claimed. The judges are asked of none
        // of the other kinds.
        let lock = String::from_utf8(place.read("reprolock.lock")).unwrap();
        let is_unread = |table: &str| {
            table.starts_with("catalog")
                && table.contains("\ndigest = ")
                && ["deb", "python"].iter().any(|id| table.contains(&format!("\necosystem = \"{id}\"")))
        };
        if lock.split("\n[[").any(is_unread) {
            refused += 1;
            continue;
        }
        let ours: BTreeSet<String> = ours(&place);
        packages += ours.len();
        match ours == theirs {
            true => agreed += 1,
            false => wrong.push(format!("{seed}: we say {ours:?}, they {theirs:?}")),
        }
    }
    eprintln!("{agreed} of {IMAGES} trees, {packages} packages; the judges refused {refused}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
