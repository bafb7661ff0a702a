//! `content` against what umoci unpacks: a layer holds another's content exactly where both unpack to the same tree.
//!
//! Layers are made from a seed: a handful of entries over few names, so that paths stand twice, links are replaced, and
//! markers stand before and behind what they name. The second of a pair is much like the first, in another order. 300 pairs
//! where `.ci/e2e` prepares; a handful wherever umoci is.
//!
//! Pairs are left out where umoci refuses both, and where the markers are not the same: a marker for what the base does not
//! have is a difference of layers, and of no tree. The base's folders have a mode that no layer gives, since a folder's entry
//! that says what is below anyway is another such difference.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use reprolock::internal::base::digest::Sha256;

use super::ask;
use crate::support::numbers::Numbers;
use crate::support::{Entry, Image, Layer, Place, dir, file, hardlink, opaque, symlink, whiteout};

impl Numbers {
    /// An entry, and in words what it is.
    fn entry(&mut self) -> (String, Entry) {
        const PATHS: [&str; 9] = ["a", "b", "d", "d/x", "d/y", "a/x", "b/x", "d/x/z", "l/x"];
        let path = self.pick(&PATHS);
        match self.below(12) {
            0..4 => {
                let content = self.pick(&["1", "2"]);
                (format!("{path}={content}"), file(path, content))
            }
            4..7 => {
                let mode = [0o750, 0o700][self.below(2)];
                (format!("{path}/ {mode:o}"), dir(path).mode(mode))
            }
            7 => {
                let path = self.pick(&["a", "b", "l", "d/y"]);
                let target = self.pick(&["a", "/d", "b", "d"]);
                (format!("{path}->{target}"), symlink(path, target))
            }
            8..10 => {
                let target = self.pick(&PATHS);
                (format!("{path}=={target}"), hardlink(path, target))
            }
            10 => {
                let path = self.pick(&["a", "a/x", "d/x", "d/y"]);
                (format!("-{path}"), whiteout(path))
            }
            _ => {
                let folder = self.pick(&["a", "d"]);
                (format!("-{folder}/*"), opaque(folder))
            }
        }
    }

    fn pair(&mut self) -> [Vec<(String, Entry)>; 2] {
        let one: Vec<_> = (0..1 + self.below(7)).map(|_| self.entry()).collect();
        let mut other = one.clone();
        match self.below(5) {
            0 => other.insert(self.below(one.len() + 1), one[self.below(one.len())].clone()),
            1 => drop(other.remove(self.below(one.len()))),
            2 => other.push(self.entry()),
            _ => {}
        }
        for at in (1..other.len()).rev() {
            let with = self.below(at + 1);
            other.swap(at, with);
        }
        [one, other]
    }
}

fn base() -> Layer {
    let entries = [
        dir("a").mode(0o711),
        file("a/x", "base"),
        file("a/k", "base"),
        dir("d").mode(0o711),
        dir("d/x").mode(0o711),
        file("d/x/z", "base"),
        file("d/x/k", "base"),
        file("d/y", "base"),
    ];
    Layer::new("COPY base /", entries)
}

/// The names of a tree, and of each what it is; names of one file share the first.
fn tree(folder: &Path, below: &str, first: &mut BTreeMap<u64, String>, seen: &mut Vec<String>) {
    let mut names: Vec<_> =
        fs::read_dir(folder.join(below)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in names {
        let path = format!("{below}{}", name.to_str().unwrap());
        let place = folder.join(&path);
        let metadata = fs::symlink_metadata(&place).unwrap();
        let of = first.entry(metadata.ino()).or_insert_with(|| path.clone()).clone();
        let what = match metadata.file_type() {
            kind if kind.is_symlink() => fs::read_link(&place).unwrap().display().to_string(),
            kind if kind.is_file() => Sha256::of(&fs::read(&place).unwrap()).to_string(),
            _ => "folder".to_owned(),
        };
        seen.push(format!("{path} {:o} {what} {of}", metadata.mode()));
        if metadata.is_dir() {
            tree(folder, &format!("{path}/"), first, seen);
        }
    }
}

/// What umoci unpacks; `None` where it refuses.
fn unpacked(place: &Place, name: &str) -> Option<Vec<String>> {
    let root = place.path(format!("{name}.root"));
    let image = format!("{}:1", place.path(name).display());
    let arguments = ["raw", "unpack", "--rootless", "--image", &image, root.to_str().unwrap()];
    ask("umoci", &arguments).ok()?;
    let mut seen = Vec::new();
    tree(&root, "", &mut BTreeMap::new(), &mut seen);
    Some(seen)
}

#[test]
fn content_holds_exactly_where_umoci_unpacks_the_same() {
    if Command::new("umoci").arg("--version").output().is_err() {
        eprintln!("skipped: there is no umoci");
        return;
    }
    let pairs = if std::env::var_os("REPROLOCK_E2E").is_some() { 300 } else { 12 };
    let mut numbers = Numbers(4);
    let (mut same, mut other) = (0, 0);
    while same + other < pairs {
        let layers = numbers.pair();
        let words =
            layers.clone().map(|layer| layer.iter().map(|(word, _)| word.clone()).collect::<Vec<_>>());
        let mut markers = words
            .clone()
            .map(|words| words.into_iter().filter(|word| word.starts_with('-')).collect::<Vec<_>>());
        markers.iter_mut().for_each(|markers| markers.sort());
        if markers[0] != markers[1] {
            continue;
        }
        let place = Place::new();
        for (name, layer) in ["one", "two"].into_iter().zip(layers) {
            let layer = Layer::new("RUN make", layer.into_iter().map(|(_, entry)| entry));
            Image::new("linux/amd64").tag("1").layer(base()).layer(layer).oci().write(&place.path(name));
        }
        let trees = ["one", "two"].map(|name| unpacked(&place, name));
        if trees == [None, None] {
            continue;
        }
        let is_same = trees[0] == trees[1];
        let [code, bare] = [&[][..], &["--files", "none"]].map(|files| {
            let frozen = place.run(&[&["freeze", "oci:one", "-q"], files].concat());
            assert_eq!(frozen.code, 0, "{frozen}");
            place.run(&["verify", "oci:two", "--require", "content", "-q"]).code
        });
        assert_eq!(code, i32::from(!is_same), "{words:?} {trees:#?}");
        // Without an index a content that holds is proved, and one that is not may be the same over this base.
        assert!(bare == 1 || is_same, "{words:?}: {bare}");
        if is_same { same += 1 } else { other += 1 }
    }
    eprintln!("{same} the same, {other} others");
    assert!(same * 10 > pairs && other * 10 > pairs, "{same} {other}");
}

#[test]
fn orders_made_by_hand_are_told_as_umoci_unpacks_them() {
    let (good, evil) = (|path| file(path, "good"), |path| file(path, "evil"));
    let link = || hardlink("b", "a");
    let orders: [(&str, Vec<Entry>, Vec<Entry>, bool); 12] = [
        (
            "a link to a version that is replaced",
            vec![good("a"), link()],
            vec![evil("a"), link(), good("a")],
            false,
        ),
        ("a link behind both versions", vec![good("a"), link()], vec![evil("a"), good("a"), link()], true),
        ("the other name first", vec![good("a"), link()], vec![good("b"), hardlink("a", "b")], true),
        ("a path twice", vec![good("f")], vec![evil("f"), good("f")], true),
        ("a path twice, the other last", vec![good("f")], vec![good("f"), evil("f")], false),
        (
            "a link before and behind what goes through it",
            vec![dir("m"), symlink("l", "m"), good("l/x")],
            vec![dir("m"), good("l/x"), symlink("l", "m")],
            false,
        ),
        (
            "through a link, or where it leads",
            vec![dir("m"), symlink("l", "m"), good("l/x")],
            vec![dir("m"), good("m/x"), symlink("l", "m")],
            true,
        ),
        ("a file in the place of a folder", vec![dir("e"), good("e/x"), good("e")], vec![good("e")], true),
        (
            "a marker behind what it names",
            vec![whiteout("d"), good("d")],
            vec![good("d"), whiteout("d")],
            true,
        ),
        (
            "an opaque marker behind its siblings",
            vec![dir("d"), opaque("d"), good("d/n")],
            vec![dir("d"), good("d/n"), opaque("d")],
            true,
        ),
        (
            "a folder in the place of a file",
            vec![dir("d"), good("d/n")],
            vec![good("d"), dir("d"), good("d/n")],
            false,
        ),
        ("a folder behind its file", vec![dir("n"), good("n/x")], vec![good("n/x"), dir("n")], true),
    ];
    let has_umoci = Command::new("umoci").arg("--version").output().is_ok();
    for (what, one, two, is_same) in orders {
        let place = Place::new();
        for (name, entries) in [("one", one), ("two", two)] {
            let layer = Layer::new("RUN make", entries);
            Image::new("linux/amd64").tag("1").layer(base()).layer(layer).oci().write(&place.path(name));
        }
        if has_umoci {
            assert_eq!(unpacked(&place, "one") == unpacked(&place, "two"), is_same, "{what}");
        }
        let frozen = place.run(&["freeze", "oci:one"]);
        assert_eq!(frozen.code, 0, "{what}: {frozen}");
        let code = i32::from(!is_same);
        let verified = place.run(&["verify", "oci:two", "--require", "content"]);
        assert_eq!(verified.code, code, "{what}: {verified}");
        let compared = place.run(&["diff", "oci:one", "oci:two", "--require", "content"]);
        assert_eq!(compared.code, code, "{what}: {compared}");
        assert!(is_same || !compared.stdout.contains(" 0 files"), "{what}: {compared}");
        fs::remove_file(place.path("reprolock.lock.files.zst")).unwrap();
        let bare = place.run(&["verify", "oci:two", "--require", "content"]);
        assert!(bare.code == code || bare.code == 1 && what == "a folder behind its file", "{what}: {bare}");
    }
}
