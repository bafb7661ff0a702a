//! The formats of rpm's databases: each gives headers by number. What can't be read is told, and the rest is read.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::{LayerPath, printable};
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places::{self, read};
use crate::ecosystem::problems::Problems;
use crate::ecosystem::rpm::names::{JOURNAL, WAL, with_ending};
use crate::ecosystem::rpm::package::NAME;
use crate::formats::damage::Damage;
use crate::formats::rpm_header::{Header, Seal};
use crate::formats::sqlite::{Beside, Database, SqlValue};
use crate::formats::{berkeley, ndb, sqlite};
use crate::tree::FileTree;

/// What is wrong with one database, collected by readers that go on.
pub(super) struct Telling<'p> {
    path: &'p LayerPath,
    ecosystem: &'p dyn Ecosystem,
    problems: RefCell<Problems>,
    is_whole: Cell<bool>,
}

/// Takes a header and its number.
type Visit<'v> = dyn FnMut(u32, &Header<'_>) + 'v;

impl<'p> Telling<'p> {
    pub(super) fn of(path: &'p LayerPath, ecosystem: &'p dyn Ecosystem) -> Self {
        Self { path, ecosystem, problems: RefCell::default(), is_whole: Cell::new(true) }
    }

    /// Something odd that costs no package.
    pub(super) fn note(&self, what: &str) {
        self.problems.borrow_mut().add(format!("{}: {what}", self.path));
    }

    /// Something for which packages may be missing.
    pub(super) fn lose(&self, what: &str) {
        self.note(what);
        self.is_whole.set(false);
    }

    fn damage(&self, damage: Damage) {
        self.lose(&damage.to_string());
    }

    /// The problems, and whether all could be read.
    pub(super) fn finish(self) -> (Problems, bool) {
        (self.problems.into_inner(), self.is_whole.get())
    }
}

/// Visits every header of the database at `path`, each number once.
pub(super) fn headers(tree: &FileTree<'_>, path: &LayerPath, telling: &Telling<'_>, visit: &mut Visit<'_>) {
    let bytes = read((tree, telling.ecosystem), path, &mut telling.problems.borrow_mut());
    let Some(bytes) = bytes else {
        telling.is_whole.set(false);
        return;
    };
    let known = if bytes.starts_with(sqlite::MAGIC) {
        of_sqlite(bytes, beside(tree, path, telling), telling, visit)
    } else {
        of_ndb(bytes, telling, visit).or_else(|| of_berkeley(bytes, telling, visit))
    };
    if known.is_none() {
        telling.lose("none of the formats that are known");
    }
}

/// The bytes of what stands beside a database of SQLite's.
fn beside<'a>(tree: &FileTree<'a>, path: &LayerPath, telling: &Telling<'_>) -> Beside<'a> {
    let bytes = |ending| {
        let path = with_ending(path, ending)?;
        places::database(tree, &path)?;
        let bytes = read((tree, telling.ecosystem), &path, &mut telling.problems.borrow_mut());
        if bytes.is_none() {
            telling.is_whole.set(false);
        }
        bytes
    };
    Beside { wal: bytes(WAL), journal: bytes(JOURNAL) }
}

/// One header, if it is one and is what its seal says.
fn header(number: u32, bytes: &[u8], telling: &Telling<'_>, visit: &mut Visit<'_>) {
    let Some(header) = Header::parse(bytes) else {
        return telling.lose(&format!("header {number}: not one"));
    };
    if header.seal() == Seal::Broken {
        let name = printable(header.text(NAME).unwrap_or_default());
        return telling
            .lose(&format!("header {number}: what it says of {name} is not what its own digest is of"));
    }
    visit(number, &header);
}

/// Table `Packages`: a number and a header; and `Name`, by which rpm looks packages up.
fn of_sqlite(bytes: &[u8], beside: Beside<'_>, telling: &Telling<'_>, visit: &mut Visit<'_>) -> Option<()> {
    let tell = &mut |damage| telling.damage(damage);
    let mut database = Database::open_beside(bytes, beside, tell)?;
    let names = database.table("Name", tell).map(|table| {
        let mut names = BTreeSet::new();
        database.readable_rows(
            table,
            &mut |record| {
                let SqlValue::Integer(number) = record.values()?.get(1)?.value() else { return None };
                names.insert(number);
                Some(())
            },
            tell,
        );
        names
    });
    let Some(table) = database.table("Packages", tell) else {
        telling.lose("it has no table Packages");
        return Some(());
    };
    let (mut seen, mut astray) = (BTreeSet::new(), BTreeMap::new());
    let mut row = |record: sqlite::Record<'_>| {
        let SqlValue::Blob(blob) = record.values()?.get(1)?.value() else { return None };
        let number = u32::try_from(record.key).ok()?;
        if !record.is_in_order {
            astray.insert(record.key, blob.to_vec());
            return Some(());
        }
        seen.insert(record.key).then(|| header(number, blob, telling, visit))
    };
    database.readable_rows(table, &mut row, tell);
    let Some(names) = names else { return Some(()) };
    // A row in a wrong place is there if its number is known; else it was erased.
    for (key, blob) in astray.iter().filter(|(key, _)| names.contains(key)) {
        if let Ok(number) = u32::try_from(*key)
            && seen.insert(*key)
        {
            header(number, blob, telling, visit);
        }
    }
    for (one, other, what) in
        [(&names, &seen, "in the index of names alone"), (&seen, &names, "not in the index of names")]
    {
        one.difference(other).for_each(|number| telling.lose(&format!("header {number}: {what}")));
    }
    Some(())
}

fn of_ndb(bytes: &[u8], telling: &Telling<'_>, visit: &mut Visit<'_>) -> Option<()> {
    ndb::blobs(bytes, &mut |number, blob| header(number, blob, telling, visit), &mut |damage| {
        telling.damage(damage);
    })
}

/// Numbers to headers; of number 0, the last number that was given.
fn of_berkeley(bytes: &[u8], telling: &Telling<'_>, visit: &mut Visit<'_>) -> Option<()> {
    let is_big_endian = berkeley::is_big_endian(bytes)?;
    let mut seen = BTreeSet::new();
    let mut pair = |key: &[u8], data: &[u8]| {
        let Ok(key) = key.try_into() else {
            return telling.lose("a key that is no number of a header");
        };
        let number = if is_big_endian { u32::from_be_bytes(key) } else { u32::from_le_bytes(key) };
        if !seen.insert(number) {
            return telling.lose(&format!("header {number}: it stands twice"));
        }
        if number > 0 {
            header(number, data, telling, visit);
        }
    };
    berkeley::pairs(bytes, &mut pair, &mut |damage| telling.damage(damage))
}
