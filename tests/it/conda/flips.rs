//! Bits flipped in the records of the corpus: nothing panics or hangs, and the packages of the other records stay as they are.
//! Records have no checksums, so that of a flipped one some other package may be read, or none with a problem.
//!
//! `REPROLOCK_FLIPS` names how many flips each tree gets; `benches/flips` makes 10,000.

use std::path::Path;
use std::sync::Arc;

use reprolock::internal::base::digest::Sha256;
use reprolock::internal::base::path::LayerPath;
use reprolock::internal::ecosystem::{Catalog, Ecosystem, Package, REGISTRY};
use reprolock::internal::formats::tar::TarReader;
use reprolock::internal::formats::tar::entry::Kind;
use reprolock::internal::layer::{Capture, Contents};
use reprolock::internal::tree::FileTree;

use super::{corpus, tar};
use crate::support::numbers::Numbers;

fn conda() -> &'static dyn Ecosystem {
    *REGISTRY.iter().find(|ecosystem| ecosystem.id() == "conda").unwrap()
}

/// A tree as a pass over its layer leaves it, and which of its entries are records.
fn contents(tree: &Path) -> (Contents, Vec<usize>) {
    let (mut contents, mut records) = (Contents::default(), Vec::new());
    let tar = tar(tree);
    let mut reader = TarReader::new(&tar[..]);
    while let Some(mut entry) = reader.next_entry().unwrap() {
        let mut bytes = Vec::new();
        let mut keep = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        reader.read_content(&mut keep).unwrap();
        if entry.kind == Kind::File {
            entry.content = Some(Sha256::of(&bytes));
        }
        if REGISTRY.iter().any(|ecosystem| ecosystem.wants(&entry.path)) {
            if conda().wants(&entry.path) && !bytes.is_empty() {
                records.push(contents.entries.len());
            }
            contents.captures.insert(contents.entries.len(), Capture::Kept(Arc::from(&bytes[..])));
        }
        contents.entries.push(entry);
    }
    (contents, records)
}

fn catalogs(contents: &Contents) -> Vec<Catalog> {
    conda().catalogs(&FileTree::stack([contents]))
}

/// The packages that other records than `flipped` tell.
fn of_others(catalogs: &[Catalog], flipped: &LayerPath) -> Vec<Package> {
    let all = catalogs.iter().flat_map(|catalog| &catalog.packages);
    all.filter(|package| package.evidence != *flipped).cloned().collect()
}

/// Whether the catalogs tell that something is not in order.
fn is_odd(catalogs: &[Catalog]) -> bool {
    catalogs.iter().any(|catalog| catalog.digest.is_some() || !catalog.problems.is_empty())
}

#[test]
fn a_flipped_bit_in_one_record_leaves_the_others_as_they_are() {
    let flips = std::env::var("REPROLOCK_FLIPS").map_or(300, |number| number.parse().unwrap());
    for tree in corpus().into_iter().flatten() {
        let (mut contents, records) = contents(&tree);
        let whole = catalogs(&contents);
        let [mut unread, mut problems] = [0, 0];
        let mut numbers = Numbers(1);
        for flip in 0..flips {
            let record = records[numbers.below(records.len())];
            let path = contents.entries[record].path.clone();
            let Some(Capture::Kept(bytes)) = contents.captures.get(&record).cloned() else {
                panic!("{path}")
            };
            let mut damaged = bytes.to_vec();
            let bit = numbers.below(damaged.len() * 8);
            damaged[bit / 8] ^= 1 << (bit % 8);
            contents.captures.insert(record, Capture::Kept(Arc::from(damaged)));
            let read = catalogs(&contents);
            assert_eq!(of_others(&read, &path), of_others(&whole, &path), "flip {flip}: {path}, bit {bit}");
            unread += usize::from(read.iter().any(|catalog| catalog.digest.is_some()));
            problems += usize::from(is_odd(&read));
            contents.captures.insert(record, Capture::Kept(bytes));
        }
        assert_eq!(catalogs(&contents), whole);
        eprintln!("{}: {flips} flips, {unread} left a record unread, {problems} a problem", tree.display());
    }
}
