//! What layers unpack to, told by hand and held to a disk in memory.

use std::collections::BTreeMap;

use super::*;
use crate::base::testing::Numbers;
use crate::formats::tar::entry::tests::{dir, file, link};

/// The rows that a layer unpacks to, in short.
fn unpacked(entries: &[Entry]) -> Vec<String> {
    let rows = match of(entries) {
        Unpacking::InOrder => return vec!["in order".to_owned()],
        Unpacking::Rows { rows, .. } => rows.into_iter().map(|row| (row.place, row.entry)).collect(),
        Unpacking::Plain => {
            let mut rows: Vec<(usize, Entry)> = entries.iter().cloned().enumerate().collect();
            rows.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
            rows
        }
    };
    let told = |(place, entry): (usize, Entry)| {
        let link = entry.link.as_deref().map(|link| format!(" {}", String::from_utf8_lossy(link)));
        format!("{} {} {place}{}", entry.path, entry.kind.name(), link.unwrap_or_default())
    };
    rows.into_iter().map(told).collect()
}

fn hard(path: &str, target: &str) -> Entry {
    link(Kind::Hardlink, path, target)
}

fn soft(path: &str, target: &str) -> Entry {
    link(Kind::Symlink, path, target)
}

#[test]
fn layers_as_builders_write_them_are_plain() {
    let layers: [&[Entry]; 5] = [
        &[],
        &[dir(""), dir("a"), file("a/b", b""), file("a-b", b""), hard("b", "a/b"), soft("c", "a")],
        &[file("usr/bin/a", b""), file("usr/bin/b", b"")],
        &[dir("d"), file("d/.wh.x", b""), file("d/y", b"")],
        &[dir("d"), file("d/.wh..wh..opq", b""), file("d/y", b""), file("e/.wh.x", b"")],
    ];
    for entries in layers {
        assert_eq!(of(entries), Unpacking::Plain, "{:?}", unpacked(entries));
    }
}

#[test]
fn a_path_that_stands_twice_is_what_its_last_entry_made() {
    assert_eq!(unpacked(&[file("a", b"1"), file("a", b"2")]), ["a file 1"]);
    assert_eq!(unpacked(&[dir("d"), file("d/x", b""), dir("d")]), ["d dir 2", "d/x file 1"]);
}

#[test]
fn a_link_is_a_name_of_what_its_target_was_when_it_was_made() {
    let (one, two) = (|| file("a", b"1"), || file("a", b"2"));
    assert_eq!(unpacked(&[one(), hard("b", "a"), two()]), ["a file 2", "b file 0"]);
    assert_eq!(unpacked(&[one(), two(), hard("b", "a")]), ["a file 1", "b hardlink 2 a"]);
    assert_eq!(unpacked(&[hard("b", "a"), one()]), ["a file 1", "b hardlink 0 /a"]);
    assert_eq!(unpacked(&[hard("b", "a")]), ["b hardlink 0 a"]);
    assert_eq!(unpacked(&[file("b", b"1"), hard("a", "b")]), ["a file 0", "b hardlink 0 a"]);
    assert_eq!(
        unpacked(&[one(), hard("b", "a"), hard("c", "b")]),
        ["a file 0", "b hardlink 1 a", "c hardlink 2 a"]
    );
    assert_eq!(unpacked(&[soft("a", "x"), hard("0", "a")]), ["0 symlink 0 x", "a hardlink 0 0"]);
}

#[test]
fn what_goes_through_a_link_lands_where_it_leads_then() {
    let through = || file("l/x", b"");
    assert_eq!(unpacked(&[soft("l", "d"), through()]), ["d/x file 1", "l symlink 0 d"]);
    assert_eq!(unpacked(&[through(), soft("l", "d")]), ["l symlink 1 d"]);
    assert_eq!(
        unpacked(&[soft("l", "d"), dir("l"), through()]),
        ["l dir 1", "l/.wh..wh..opq file 1", "l/x file 2"]
    );
    assert_eq!(
        unpacked(&[soft("a/l", "../d"), file("a/l/.wh.x", b"")]),
        ["a/l symlink 0 ../d", "d/.wh.x file 1"]
    );
}

#[test]
fn what_is_no_folder_takes_away_what_stood_below() {
    assert_eq!(unpacked(&[dir("d"), file("d/x", b""), file("d", b"")]), ["d file 2"]);
    assert_eq!(unpacked(&[file("d", b""), dir("d")]), ["d dir 1", "d/.wh..wh..opq file 1"]);
}

#[test]
fn markers_act_on_lower_layers_wherever_they_stand() {
    let marker = || file(".wh.d", b"");
    assert_eq!(unpacked(&[marker(), file("d", b"")]), ["d file 1"]);
    assert_eq!(unpacked(&[file("d", b""), marker()]), ["d file 0"]);
    let hidden = ["d dir 0", "d/.wh..wh..opq file 1"];
    assert_eq!(unpacked(&[dir("d"), marker()]), hidden);
    assert_eq!(unpacked(&[dir("d"), file("d/.wh..wh..opq", b"")]), hidden);
    assert_eq!(unpacked(&[dir("d"), file("d/.wh..wh..opq", b""), file("d/.wh.x", b"")]), hidden);
    assert_eq!(unpacked(&[file("d/x", b""), marker()]), ["d/.wh..wh..opq file 1", "d/x file 0"]);
    assert_eq!(unpacked(&[file("d", b""), file("d/.wh.x", b"")]), ["d file 0"]);
    assert_eq!(unpacked(&[marker(), file("d/x", b"")]), [".wh.d file 0", "d/x file 1"]);
}

#[test]
fn what_no_engine_unpacks_is_left_in_order() {
    let layers: [&[Entry]; 6] = [
        &[file("f", b""), file("f/x", b"")],
        &[hard("a", "a")],
        &[dir("d"), hard("b", "d")],
        &[soft("l", "l"), file("l/x", b"")],
        &[file(".wh.a", b""), hard("b", "a")],
        &[file("", b"")],
    ];
    for entries in layers {
        assert_eq!(of(entries), Unpacking::InOrder, "{:?}", unpacked(entries));
    }
}

#[test]
fn a_folder_behind_what_went_through_its_name_is_late_unless_lower_layers_have_folders_there() {
    let late = |entries: &[Entry], lower: Option<&[&[Entry]]>| match of(entries) {
        Unpacking::Rows { late, .. } => {
            unsettled(late, lower).into_keys().map(|path| path.to_string()).collect()
        }
        _ => Vec::new(),
    };
    let layer = [file("a/d/x", b""), dir("a/d"), dir("a")];
    assert_eq!(late(&layer, None), ["a", "a/d"]);
    assert_eq!(late(&layer, Some(&[])), [""; 0]);
    assert_eq!(late(&layer, Some(&[&[dir("a"), soft("a/d", "x")]])), ["a/d"]);
    assert_eq!(late(&layer, Some(&[&[soft("a", "x")]])), ["a", "a/d"]);
    assert_eq!(late(&[file(".wh.d", b""), file("d/x", b""), dir("d")], None), [""; 0]);
    assert_eq!(late(&[file("d/.wh.x", b""), dir("d")], None), ["d"]);
    // A folder that is there by what is in it alone is a lower layer's, or a new one, by the marker's place.
    assert_eq!(late(&[file("d/x/z", b""), file("d/.wh..wh..opq", b"")], None), ["d/x"]);
    assert_eq!(late(&[file("d/.wh..wh..opq", b""), file("d/x/z", b"")], None), [""; 0]);
    assert_eq!(late(&[hard("a", "d/x"), dir("d")], None), ["d", "d/x"]);
    assert_eq!(late(&[hard("a", "d/x"), dir("d")], Some(&[&[file("d/x", b"")]])), [""; 0]);
}

#[test]
fn names_that_take_too_long_to_follow_are_not_followed() {
    let deep = "d/".repeat(2000);
    let mut entries: Vec<Entry> = (0..1200).map(|at| file(&format!("{at}/{deep}x"), b"")).collect();
    entries.push(file("twice", b""));
    entries.push(file("twice", b""));
    assert_eq!(of(&entries), Unpacking::InOrder);
}

/// Why a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Lost {
    BelowFile,
    Cycle,
}

/// A file system in memory, as umoci and containerd unpack into one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Disk {
    names: BTreeMap<String, usize>,
    files: Vec<Entry>,
}

impl Disk {
    fn at(&self, path: &str) -> Option<&Entry> {
        self.names.get(path).map(|file| &self.files[*file])
    }

    /// The folder that a path's folder leads to; an error below a file.
    fn folder(&self, path: &str, hops: usize) -> Result<String, Lost> {
        let mut at = String::new();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        for (done, part) in parts.iter().enumerate() {
            if *part == ".." {
                at.truncate(at.rfind('/').unwrap_or(0));
                continue;
            }
            let next = if at.is_empty() { (*part).to_owned() } else { format!("{at}/{part}") };
            match self.at(&next) {
                Some(entry) if entry.kind == Kind::Symlink => {
                    let target = String::from_utf8(entry.link.clone().unwrap().into()).unwrap();
                    let above = if target.starts_with('/') { String::new() } else { at };
                    let rest = parts[done + 1..].join("/");
                    return if hops > 20 {
                        Err(Lost::Cycle)
                    } else {
                        self.folder(&format!("{above}/{target}/{rest}"), hops + 1)
                    };
                }
                Some(entry) if entry.kind != Kind::Directory => return Err(Lost::BelowFile),
                _ => at = next,
            }
        }
        Ok(at)
    }

    fn land(&self, path: &str) -> Result<String, Lost> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.folder(folder, 0)?;
        Ok(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") })
    }

    fn make_folders(&mut self, path: &str) {
        for (end, _) in path.match_indices('/') {
            if self.at(&path[..end]).is_none() {
                self.files.push(Entry { mode: 0o711, ..dir(&path[..end]) });
                self.names.insert(path[..end].to_owned(), self.files.len() - 1);
            }
        }
    }

    fn remove(&mut self, path: &str) {
        self.names.retain(|name, _| name != path && !name.starts_with(&format!("{path}/")));
    }

    fn hide(&mut self, path: &str, is_opaque: bool, touched: &BTreeSet<String>) {
        let gone: Vec<String> = self
            .names
            .keys()
            .filter(|name| name.starts_with(&format!("{path}/")) || *name == path && !is_opaque)
            .filter(|name| !touched.contains(*name))
            .cloned()
            .collect();
        gone.iter().for_each(|name| self.remove(name));
    }

    fn unpack(mut self, layer: &[Entry]) -> Result<Self, Lost> {
        let mut touched = BTreeSet::new();
        for entry in layer {
            let path = match self.land(&entry.path.to_string()) {
                Err(Lost::BelowFile) if entry.whiteout().is_some() => continue,
                path => path?,
            };
            match entry.whiteout() {
                Some(Whiteout::Opaque(_)) => {
                    self.hide(path.rsplit_once('/').unwrap().0, true, &touched);
                    continue;
                }
                Some(_) => {
                    self.hide(&path.replace(".wh.", ""), false, &touched);
                    continue;
                }
                None => {}
            }
            let is_folder = |entry: Option<&Entry>| entry.is_some_and(|entry| entry.kind == Kind::Directory);
            if !(is_folder(self.at(&path)) && entry.kind == Kind::Directory) {
                self.remove(&path);
            }
            self.make_folders(&path);
            let file = match entry.kind {
                Kind::Hardlink => {
                    let target = self.land(std::str::from_utf8(entry.link.as_deref().unwrap()).unwrap())?;
                    *self.names.get(&target).filter(|_| !is_folder(self.at(&target))).ok_or(Lost::Cycle)?
                }
                _ => {
                    self.files.push(entry.clone());
                    self.files.len() - 1
                }
            };
            self.names.insert(path.clone(), file);
            let mut at = Some(path.as_str());
            while let Some(path) = at {
                touched.insert(path.to_owned());
                at = path.rsplit_once('/').map(|(above, _)| above);
            }
        }
        Ok(self)
    }

    /// What a container sees: of names of one file the first.
    fn seen(&self) -> Vec<String> {
        let row = |(name, file): (&String, &usize)| {
            let Entry { kind, mode, content, link, .. } = &self.files[*file];
            let first = self.names.iter().find(|(_, other)| *other == file).map(|(name, _)| name);
            format!("{name} {kind:?} {mode:o} {content:?} {link:?} {first:?}")
        };
        self.names.iter().map(row).collect()
    }
}

impl Numbers {
    fn entry(&mut self) -> Entry {
        const PATHS: [&str; 8] = ["a", "b", "d", "d/x", "d/y", "a/x", "b/x", "d/x/z"];
        let path = self.pick(&PATHS);
        match self.below(12) {
            0..4 => file(path, self.pick(&["1", "2"]).as_bytes()),
            4..7 => Entry { mode: [0o755, 0o700][self.below(2)], ..dir(path) },
            7 => soft(path, self.pick(&["a", "/d", "b", "../d"])),
            8..10 => hard(path, self.pick(&PATHS)),
            10 => {
                let (folder, name) =
                    path.rsplit_once('/').map_or((String::new(), path), |(f, n)| (format!("{f}/"), n));
                file(&format!("{folder}.wh.{name}"), b"")
            }
            _ => file(&format!("{}/.wh..wh..opq", self.pick(&["a", "b", "d", "d/x"])), b""),
        }
    }

    fn layer(&mut self) -> Vec<Entry> {
        (0..1 + self.below(6)).map(|_| self.entry()).collect()
    }

    /// A layer that is likely to unpack to much the same.
    fn like(&mut self, layer: &[Entry]) -> Vec<Entry> {
        let mut other = layer.to_vec();
        match self.below(4) {
            0 => other.insert(self.below(layer.len() + 1), layer[self.below(layer.len())].clone()),
            1 => drop(other.remove(self.below(layer.len()))),
            _ => {}
        }
        for at in (1..other.len()).rev() {
            let with = self.below(at + 1);
            other.swap(at, with);
        }
        other
    }
}

/// All that lower layers may have at `a`, `b` and `d`.
fn bases() -> Vec<Vec<Entry>> {
    let at = |name: &str| -> Vec<Vec<Entry>> {
        let below = |below: &str| format!("{name}/{below}");
        vec![
            vec![],
            vec![file(name, b"0")],
            vec![dir(name), file(&below("x"), b"0"), file(&below("y"), b"0")],
            vec![dir(name), dir(&below("x")), file(&below("x/z"), b"0"), file(&below("y/k"), b"0")],
            vec![soft(name, if name == "a" { "m" } else { "a" })],
        ]
    };
    let mut bases = Vec::new();
    for a in at("a") {
        for b in at("b") {
            for d in at("d") {
                bases.push([a.clone(), b.clone(), d.clone(), vec![dir("m"), file("m/x", b"m")]].concat());
            }
        }
    }
    bases
}

/// The form that is compared.
fn form(entries: &[Entry], lower: Option<&[&[Entry]]>) -> String {
    let bare = |entry: &Entry| bare_marker(entry).unwrap_or_else(|| entry.clone());
    match over(entries, lower) {
        Unpacking::InOrder => format!("{entries:?}"),
        Unpacking::Plain => {
            let mut rows: Vec<Entry> = entries.iter().map(bare).collect();
            rows.sort_by(|a, b| a.path.cmp(&b.path));
            format!("{rows:?} {{}}")
        }
        Unpacking::Rows { rows, late } => {
            let rows: Vec<Entry> = rows.into_iter().map(|row| row.entry).collect();
            format!("{rows:?} {late:?}")
        }
    }
}

#[test]
fn layers_have_one_form_exactly_where_they_unpack_to_the_same_over_whatever_is_below() {
    let mut numbers = Numbers(12);
    let bases: Vec<(Vec<Entry>, Disk)> =
        bases().into_iter().map(|base| (base.clone(), Disk::default().unpack(&base).unwrap())).collect();
    let (mut same, mut other) = (0, 0);
    for _ in 0..300 {
        let one = numbers.layer();
        let two = numbers.like(&one);
        let seen = |disk: &Disk, layer: &[Entry]| disk.clone().unpack(layer).map(|disk| disk.seen());
        let results: Vec<_> = bases.iter().map(|(_, disk)| (seen(disk, &one), seen(disk, &two))).collect();
        let shown = || {
            format!(
                "{:#?}",
                [&one, &two].map(|layer| layer
                    .iter()
                    .map(|e| (e.path.clone(), e.kind, e.link.as_deref().map(String::from_utf8_lossy)))
                    .collect::<Vec<_>>())
            )
        };
        let is_same = form(&one, None) == form(&two, None);
        for ((base, _), (one_seen, two_seen)) in bases.iter().zip(&results) {
            let lower: &[&[Entry]] = &[base];
            let is_through = [&one, &two].iter().any(|layer| is_crossed(layer, &of(layer), Some(lower)));
            if form(&one, Some(lower)) == form(&two, Some(lower)) || is_same && !is_through {
                assert_eq!(one_seen, two_seen, "over {base:#?}: {}", shown());
            }
        }
        let is_never = |layer: &[Entry]| over(layer, None) == Unpacking::InOrder;
        if is_same {
            same += 1;
        } else if !is_never(&one) && !is_never(&two) {
            assert!(results.iter().any(|(one, two)| one != two), "{}", shown());
            other += 1;
        }
    }
    assert!(same > 50 && other > 25, "{same} {other}");
}
