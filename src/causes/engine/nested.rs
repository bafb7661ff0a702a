//! Archives whose members drifted: each member is explained as a file of its own, the archive by what explains them.
//!
//! A wheel that holds a library with a build's path and a RECORD that follows it is explained by both. One member that
//! nothing explains leaves the archive unexplained. Archives inside archives are not opened.

use std::collections::BTreeMap;

use super::attribution::Attribution;
use super::case::{FileCase, FileSide};
use super::explanation::{Certainty, Explanation};
use super::layer::{ImageCase, LayerCase};
use crate::base::digest::Sha256;
use crate::base::path::{LayerPath, printable};
use crate::compare::drift::{self, Change, Field};
use crate::compare::owners::Owners;
use crate::compare::rows::ByPath;
use crate::formats::archives;
use crate::formats::archives::members::{Member, Members, Names};
use crate::formats::tar::entry::{Dialect, Entry, Kind, Mtime};

/// The best explanation of one file.
type Best<'b> = dyn Fn(&FileCase<'_>) -> Option<Attribution> + 'b;

/// What explains the members that drifted, where `best` explains all of them.
pub(crate) fn explain(file: &FileCase<'_>, best: &Best<'_>) -> Vec<Attribution> {
    inside(file, best).unwrap_or_default()
}

fn inside(file: &FileCase<'_>, explain: &Best<'_>) -> Option<Vec<Attribution>> {
    let (old, new) = file.both().filter(|_| file.change == Change::Modified && file.content_differs())?;
    let none = Names::new();
    let (old_members, new_members) = (archives::read(old, &none)?, archives::read(new, &none)?);
    if old_members.around != new_members.around {
        return None;
    }
    let mtime = |side: Option<FileSide<'_>>| side.map(|side| side.entry.mtime).unwrap_or_default();
    let (old_rows, new_rows) = (rows(&old_members, mtime(file.old)), rows(&new_members, mtime(file.new)));
    let mut drifts = drift::between(&old_rows, &new_rows);
    drifts.retain(|drift| drift.change != Change::Modified || drift.fields.contains(&Field::Content));
    let drifted: BTreeMap<&LayerPath, Change> =
        drifts.iter().map(|drift| (&drift.path, drift.change)).collect();
    if rest(&old_members, &drifted) != rest(&new_members, &drifted) {
        return None;
    }
    let named = |members: &Members| -> Names {
        let names = members.list.iter().map(|member| name(&member.name));
        names.filter(|name| drifted.contains_key(&LayerPath::clamped(name))).map(<[u8]>::to_vec).collect()
    };
    let old_bytes = archives::read(old, &named(&old_members))?;
    let new_bytes = archives::read(new, &named(&new_members))?;
    // Of what stands around a layer, builds alone mean something inside of a file.
    let images = ImageCase {
        owners: &Owners::new(),
        old_layers: &[],
        new_layers: &[],
        has_unlisted: false,
        bytes: &BTreeMap::new(),
        ..*file.layer.images
    };
    let rows = (ByPath::of(0, &old_rows), ByPath::of(0, &new_rows));
    // An archive stands on nothing.
    let layer = LayerCase::new(rows, (Some(0), Some(0)), &images);
    let (old_bytes, new_bytes) = (kept(&old_bytes), kept(&new_bytes));
    let mut attributions: Vec<Attribution> = Vec::new();
    for drift in &drifts {
        let path = &drift.path;
        let old = FileSide::of(&layer.old, path, old_bytes.get(path).copied());
        let new = FileSide::of(&layer.new, path, new_bytes.get(path).copied());
        let best = explain(&FileCase::new(drift, &layer, old, new))?;
        let evidence = format!("inside, {}: {}", printable(drift.path.as_bytes()), best.explanation.evidence);
        match attributions.iter_mut().find(|other| other.cause.id() == best.cause.id()) {
            Some(other) => {
                other.explanation.confidence = other.explanation.confidence.max(best.explanation.confidence);
            }
            None => attributions.push(Attribution {
                cause: best.cause,
                explanation: Explanation { evidence, ..best.explanation },
            }),
        }
    }
    as_sure_as_all(&mut attributions, &old_members, &new_members)?;
    Some(attributions)
}

/// Says of each that it is as sure as all are, and what else of the archive differs.
fn as_sure_as_all(attributions: &mut [Attribution], old: &Members, new: &Members) -> Option<()> {
    // The archive is as sure as its least sure member: what one cause leaves open no other closes.
    let weakest = attributions.iter().map(|attribution| attribution.explanation.confidence).max()?;
    let is_open = old.has_gaps || new.has_gaps || rights(old) != rights(new);
    let around = around(old, new);
    for attribution in attributions {
        attribution.explanation.confidence = if is_open { Certainty::Likely } else { weakest };
        attribution.explanation.evidence.push_str(&around);
    }
    Some(())
}

/// What must be equal on both sides: every member's kind and link, and the content of those that did not drift.
fn rest<'m>(members: &'m Members, drifted: &BTreeMap<&LayerPath, Change>) -> Vec<(&'m [u8], Option<Sha256>)> {
    let one = |member: &'m Member| match drifted.get(&LayerPath::clamped(name(&member.name))) {
        None => Some((member.name.as_slice(), Some(member.content))),
        Some(Change::Modified) => Some((member.name.as_slice(), None)),
        Some(Change::Added | Change::Removed) => None,
    };
    let mut rest: Vec<_> = members.list.iter().filter_map(one).collect();
    rest.sort_unstable();
    rest
}

/// What of the archive differs beside what its members hold, in words: what explains a member says nothing of these.
fn around(old: &Members, new: &Members) -> String {
    type Of = fn(&Member) -> &[u8];
    let parts: [(&str, Of); 3] = [
        ("times", |member| &member.time),
        ("modes or owners", |member| &member.attributes),
        ("packing", |member| &member.packing),
    ];
    let by_name = |members: &'_ Members, of: Of| -> BTreeMap<Vec<u8>, Vec<u8>> {
        members.list.iter().map(|member| (member.name.clone(), of(member).to_vec())).collect()
    };
    let differing = |(what, of): &(&str, Of)| {
        let (old, new) = (by_name(old, *of), by_name(new, *of));
        let count = new.iter().filter(|(name, part)| old.get(*name).is_some_and(|old| old != *part)).count();
        (count > 0).then(|| format!("{count} members have other {what}"))
    };
    let mut differ: Vec<String> = parts.iter().filter_map(differing).collect();
    let names = |members: &Members| -> Vec<Vec<u8>> {
        members.list.iter().map(|member| member.name.clone()).collect()
    };
    let (old_names, new_names) = (names(old), names(new));
    if old_names != new_names {
        differ.push("members or their order differ".to_owned());
    }
    if old.has_gaps || new.has_gaps {
        differ.push("bytes beside the members were not compared".to_owned());
    }
    if differ.is_empty() { String::new() } else { format!("; of the archive also: {}", differ.join(", ")) }
}

fn rights(members: &Members) -> BTreeMap<&[u8], &[u8]> {
    members.list.iter().map(|member| (member.name.as_slice(), member.attributes.as_slice())).collect()
}

/// A member's name, without what a tar adds to it.
fn name(member: &[u8]) -> &[u8] {
    member.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn kept(members: &Members) -> BTreeMap<LayerPath, &[u8]> {
    let kept = members.list.iter().filter_map(|member| Some((&member.name, member.bytes.as_deref()?)));
    kept.map(|(member, bytes)| (LayerPath::clamped(name(member)), bytes)).collect()
}

/// The members as rows of a layer, by names and contents alone; written when the archive was, since a member's own time may
/// be its source's.
fn rows(members: &Members, mtime: Mtime) -> Vec<Entry> {
    let row = |path: &[u8], content| Entry {
        path: LayerPath::clamped(path),
        kind: Kind::File,
        mode: 0,
        uid: 0,
        gid: 0,
        uname: Default::default(),
        gname: Default::default(),
        size: 0,
        mtime,
        link: None,
        device: None,
        xattrs: Vec::new(),
        content: Some(content),
        dialect: Dialect::Ustar,
        records: None,
    };
    members.list.iter().map(|member| row(name(&member.name), member.content)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::Pair;
    use crate::formats::archives::zip::tests::stored;
    use crate::formats::elf::tests::elf;

    fn library(name: &str) -> Vec<u8> {
        elf(&[(".text", b"code"), (".rodata", format!("\0{name}\0").as_bytes())])
    }

    fn record(path: &str, bytes: &[u8]) -> Vec<u8> {
        format!("{path},sha256={},{}\n", Sha256::of(bytes).url_base64(), bytes.len()).into_bytes()
    }

    fn explained(old: &[(&str, &[u8], u32)], new: &[(&str, &[u8], u32)]) -> Vec<String> {
        Pair::default().both("a.whl", &stored(old), &stored(new)).explained()
    }

    #[test]
    fn an_archive_is_explained_by_what_explains_its_members() {
        let (old, new) = (library("/tmp/tmpab12/x.c"), library("/tmp/tmpzz99/x.c"));
        let explained = explained(
            &[("x.so", &old, 1), ("a-1.dist-info/RECORD", &record("x.so", &old), 1)],
            &[("x.so", &new, 2), ("a-1.dist-info/RECORD", &record("x.so", &new), 2)],
        );
        assert_eq!(explained, ["a.whl: compiler-temp-name (certain), record-follows (certain)"]);
    }

    #[test]
    fn one_member_that_is_likely_makes_the_archive_likely() {
        let key = |key: &str| format!("K={key}").into_bytes();
        let (old, new) = (key("q8Zt3VxA0cPLw7RmYbN5dHf2-eT"), key("Uj4sGk9XoT6iDrE1yWnB_hzC7vM"));
        let explained = explained(
            &[("key", &old, 1), ("a-1.dist-info/RECORD", &record("key", &old), 1)],
            &[("key", &new, 2), ("a-1.dist-info/RECORD", &record("key", &new), 2)],
        );
        assert_eq!(explained, ["a.whl: record-follows (likely), random-content (likely)"]);
    }

    #[test]
    fn one_member_that_nothing_explains_leaves_it_unexplained() {
        let (old, new) = (library("/tmp/tmpab12/x.c"), library("/tmp/tmpzz99/x.c"));
        let explained =
            explained(&[("x.so", &old, 1), ("b", b"one", 1)], &[("x.so", &new, 1), ("b", b"two", 1)]);
        assert_eq!(explained, ["a.whl: "]);
    }
}
