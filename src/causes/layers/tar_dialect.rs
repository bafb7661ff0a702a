//! `tar-dialect`: the tar writes the same entry another way: PAX, GNU or ustar headers, owner names or none, records that
//! amend nothing, padding at the end.

use std::collections::BTreeMap;

use crate::base::path::{printable, printable_start};
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::layer::{Alone, LayerCase, LayerFacts};
use crate::compare::drift::Field;
use crate::compare::tier::Tier;
use crate::formats::tar::Slack;
use crate::formats::tar::entry::{Dialect, Entry};

/// See docs/causes/tar-dialect.md.
pub(crate) struct TarDialect;

/// Keys of records that are named.
const NAMED: usize = 4;

/// Bytes of a record's value that are shown.
const SHOWN: usize = 60;

impl Cause for TarDialect {
    declare!(
        "tar-dialect",
        "the tar writes its headers another way",
        Profile::of(
            Reach::Any,
            "build both with the same builder and version; tar --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"
        )
        .proved_by("same rows, other headers")
        .looking_at(Fields::of(&[Field::Uname, Field::Gname, Field::TarFormat]))
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let (old, new) = (file.old?.entry, file.new?.entry);
        if file.fields.is_empty() || !file.fields.iter().all(|field| field.is_metadata()) {
            return None;
        }
        if old.dialect != new.dialect {
            let (from, to) = (name(old.dialect), name(new.dialect));
            let records = records_of(old, new).map_or_else(String::new, |records| format!("; {records}"));
            return Some(Explanation::certain(format!("a {from} header became a {to} header{records}")));
        }
        let written = |a: &[u8], b: &[u8]| a == b || a.is_empty() || b.is_empty();
        let names = [Field::Uname, Field::Gname].iter().any(|field| file.fields.contains(field));
        let is_written = written(&old.uname, &new.uname) && written(&old.gname, &new.gname);
        names.then(|| match is_written {
            true => Explanation::certain("one side writes owner names, the other numbers alone"),
            // Engines unpack by numbers.
            false => Explanation::certain(format!(
                "its numbers are named {}, they were named {}; the numbers are equal",
                owner(new),
                owner(old)
            )),
        })
    }

    fn explain_layer(&self, layer: &LayerFacts<'_>) -> Option<Explanation> {
        if let Some(records) = layer.case.and_then(records) {
            return Some(Explanation::certain(records));
        }
        let is_alike = layer.tier == Tier::MetadataOnly && layer.drifts == Some(0);
        // Where one side has more entries, these are the difference.
        let count = |side| layer.case.and_then(|case| Some(case.entries(side)?.len()));
        if !is_alike || count(Alone::Old) != count(Alone::New) {
            return None;
        }
        let is_known = |side| {
            let entries = layer.case.and_then(|case| case.entries(side)).unwrap_or_default();
            entries.iter().all(|entry| entry.records.is_some())
        };
        let same = match layer.case.is_some() && is_known(Alone::Old) && is_known(Alone::New) {
            true => "every entry reads the same, with the records of its header",
            false => "every entry reads the same; what records its header has is not in the lock",
        };
        let named = beside_entries(layer);
        Some(Explanation::certain(match named.is_empty() {
            false => format!("{same}; {}", named.join("; ")),
            true if layer.ends.0.is_some() && layer.ends.1.is_some() => {
                format!("{same}; how headers are written differs")
            }
            true => format!("{same}; how headers are written differs, or how long the padding at the end is"),
        }))
    }
}

/// What of both tars differs beside their entries, as far as it is known; of one tar alone, what is odd of it.
fn beside_entries(layer: &LayerFacts<'_>) -> Vec<String> {
    let mut named = Vec::new();
    let (old, new) = layer.slack;
    type Of = fn(Slack) -> u64;
    let parts: [(Of, &str); 2] = [
        (|slack| slack.globals, "PAX global headers, which engines skip"),
        (|slack| slack.filled, "bytes of padding behind contents that are not zero"),
    ];
    for (of, what) in parts {
        match (old.map(of), new.map(of)) {
            (Some(old), Some(new)) if old != new => named.push(format!("{new} {what}, where {old} stood")),
            (None, Some(new)) if new > 0 => {
                named.push(format!("{new} {what}; how many stood is not in the lock"))
            }
            _ => {}
        }
    }
    if let (Some(old), Some(new)) = layer.ends
        && old != new
    {
        named.push(format!("{new} bytes stand behind the end of the archive, where {old} stood"));
    }
    named
}

/// The names of an entry's owner and group.
fn owner(entry: &Entry) -> String {
    format!("{}:{}", printable(&entry.uname), printable(&entry.gname))
}

/// In which records of their headers entries differ that both sides have.
fn records(case: &LayerCase<'_>) -> Option<String> {
    let mut keys: BTreeMap<&[u8], usize> = BTreeMap::new();
    let (mut entries, mut first) = (0, None);
    for new in case.new.iter() {
        let Some(old) = case.old.get(&new.path) else { continue };
        let differing = differing(old.entry, new.entry);
        if differing.is_empty() {
            continue;
        }
        entries += 1;
        for (key, ..) in &differing {
            *keys.entry(key).or_default() += 1;
        }
        if first.is_none() {
            first = differing.into_iter().next();
        }
    }
    let (key, old, new) = first?;
    let noun = if entries == 1 { "entry differs" } else { "entries differ" };
    let mut names: Vec<String> = keys.keys().take(NAMED).map(|key| printable(key)).collect();
    if keys.len() > NAMED {
        names.push(format!("{} more", keys.len() - NAMED));
    }
    let value = |value: Option<&[u8]>| {
        value.map_or_else(|| "not there".to_owned(), |value| printable_start(value, SHOWN))
    };
    let records = if keys.len() == 1 { "record" } else { "records" };
    Some(format!(
        "{entries} {noun} in the {records} {} of the header{}: {} is {}, it was {}",
        names.join(", "),
        meaning(&keys, [old, new]),
        printable(key),
        value(new),
        value(old)
    ))
}

/// The same of one entry whose dialect differs too.
fn records_of(old: &Entry, new: &Entry) -> Option<String> {
    let differing = differing(old, new);
    let keys: Vec<String> = differing.iter().take(NAMED).map(|(key, ..)| printable(key)).collect();
    (!keys.is_empty()).then(|| format!("its records differ in {}", keys.join(", ")))
}

/// A record's key, and its value on both sides.
type Differing<'a> = (&'a [u8], Option<&'a [u8]>, Option<&'a [u8]>);

/// The records in which two entries differ; none where one's are not known.
fn differing<'a>(old: &'a Entry, new: &'a Entry) -> Vec<Differing<'a>> {
    let (Some(old), Some(new)) = (&old.records, &new.records) else { return Vec::new() };
    if old == new {
        return Vec::new();
    }
    let mut values: BTreeMap<&[u8], [Option<&[u8]>; 2]> = BTreeMap::new();
    for (key, value) in old.iter() {
        values.entry(key).or_default()[0] = Some(value);
    }
    for (key, value) in new.iter() {
        values.entry(key).or_default()[1] = Some(value);
    }
    values.into_iter().filter(|(_, [old, new])| old != new).map(|(key, [old, new])| (key, old, new)).collect()
}

/// What records of these keys hold, where all hold the same; `values` are those of the first.
fn meaning(keys: &BTreeMap<&[u8], usize>, values: [Option<&[u8]>; 2]) -> &'static str {
    let all = |is: fn(&[u8]) -> bool| keys.keys().all(|key| is(key));
    match () {
        () if all(|key| matches!(key, b"atime" | b"ctime" | b"LIBARCHIVE.creationtime")) => {
            ", which are times"
        }
        () if all(|key| key == b"exthdr.name") && values.into_iter().flatten().all(has_process) => {
            ", which is its own name, with the number of a process"
        }
        () if all(|key| key == b"exthdr.name") => ", which is its own name",
        () if all(|key| key.starts_with(b"SCHILY.")) => ", which are of the file system",
        () => "",
    }
}

/// Whether a header's name holds the number of the process that wrote it: `PaxHeaders.4711`.
fn has_process(name: &[u8]) -> bool {
    let number = name.strip_prefix(b"PaxHeaders.");
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::V7 => "v7",
        Dialect::Ustar => "ustar",
        Dialect::Pax => "PAX",
        Dialect::Gnu => "GNU",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::testing::{Pair, nothing_known};
    use crate::compare::pairing::Group;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn another_dialect_and_owner_names_on_one_side_are_told_for_certain() {
        let (mut gnu, mut named) = (file("a", b"x"), file("b", b"x"));
        gnu.dialect = Dialect::Gnu;
        named.uname = (*b"root").into();
        let pair = Pair::default().entries(file("a", b"x"), b"x", gnu, b"x").entries(
            file("b", b"x"),
            b"x",
            named,
            b"x",
        );
        assert_eq!(pair.explained_against_lock(), ["a: tar-dialect (certain)", "b: tar-dialect (certain)"]);
    }

    #[test]
    fn other_bytes_and_another_owners_number_are_not_explained() {
        let mut changed = file("b", b"y");
        changed.dialect = Dialect::Gnu;
        let other = Entry { uid: 7, uname: (*b"dev").into(), ..file("a", b"x") };
        let pair = Pair::default().entries(file("a", b"x"), b"x", other, b"x").entries(
            file("b", b"x"),
            b"x",
            changed,
            b"y",
        );
        assert_eq!(pair.explained(), ["a: ", "b: "]);
    }

    #[test]
    fn other_names_of_equal_numbers_are_told() {
        let named = |name: &[u8]| Entry { uname: name.into(), ..file("a", b"x") };
        let pair = Pair::default().entries(named(b"root"), b"x", named(b"dev"), b"x");
        assert_eq!(pair.explained_against_lock(), ["a: tar-dialect (certain)"]);
        assert_eq!(
            pair.evidence(),
            ["its numbers are named dev:, they were named root:; the numbers are equal"]
        );
    }

    fn of_records(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<String> {
        let with = |records: &[(&str, &str)]| {
            let pairs = records.iter().map(|(key, value)| (key.as_bytes().into(), value.as_bytes().into()));
            Entry { records: Some(pairs.collect::<Vec<_>>().into()), ..file("a", b"x") }
        };
        Pair::default().entries(with(old), b"x", with(new), b"x").explained_as_a_whole()
    }

    #[test]
    fn records_that_differ_are_named() {
        assert_eq!(
            of_records(&[("atime", "1"), ("ctime", "1")], &[("atime", "2"), ("ctime", "2")]),
            [
                "tar-dialect (certain): 1 entry differs in the records atime, ctime of the header, which are times: atime is 2, it was 1"
            ]
        );
        assert_eq!(
            of_records(&[("exthdr.name", "PaxHeaders.1")], &[("exthdr.name", "PaxHeaders.2")]),
            [
                "tar-dialect (certain): 1 entry differs in the record exthdr.name of the header, which is its own name, with the number of a process: exthdr.name is PaxHeaders.2, it was PaxHeaders.1"
            ]
        );
        let named = of_records(&[("exthdr.name", "a")], &[("exthdr.name", "PaxHeaders.2")]);
        assert!(named[0].contains("which is its own name: exthdr.name is PaxHeaders.2"), "{named:?}");
        assert_eq!(of_records(&[("x", "1")], &[])[0].split(": ").nth(2), Some("x is not there, it was 1"));
        assert_eq!(of_records(&[("x", "1")], &[("x", "1")]), [""; 0]);
    }

    #[test]
    fn records_that_are_not_known_are_not_compared() {
        let unknown = Entry { records: None, ..file("a", b"x") };
        let with = |key: &str| {
            let record = (key.as_bytes().into(), b"1".as_slice().into());
            Entry { records: Some(vec![record].into()), ..file("a", b"x") }
        };
        let pair = Pair::default().entries(unknown, b"x", with("atime"), b"x");
        assert_eq!(pair.explained_as_a_whole(), [""; 0]);
    }

    #[test]
    fn what_stands_beside_the_entries_is_named() {
        let group = Group { old: vec![0], new: vec![0], is_moved: false };
        let told = |slack: (Option<Slack>, Option<Slack>)| {
            let facts = LayerFacts {
                drifts: Some(0),
                ends: (Some(0), Some(0)),
                slack,
                ..nothing_known(Tier::MetadataOnly, &group)
            };
            TarDialect.explain_layer(&facts).unwrap().evidence
        };
        let slack = |globals, filled| Some(Slack { globals, filled });
        assert!(
            told((slack(0, 0), slack(1, 0)))
                .ends_with("; 1 PAX global headers, which engines skip, where 0 stood")
        );
        assert!(
            told((slack(0, 7), slack(0, 9)))
                .contains("9 bytes of padding behind contents that are not zero, where 7")
        );
        assert!(
            told((None, slack(2, 0)))
                .ends_with("2 PAX global headers, which engines skip; how many stood is not in the lock")
        );
        assert!(told((slack(1, 1), slack(1, 1))).ends_with("; how headers are written differs"));
    }
}
