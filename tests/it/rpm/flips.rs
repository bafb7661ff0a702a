//! Flipped bits in all of the corpus' databases: nothing panics or hangs, and either all packages are as they were or the catalog
//! says that not all could be read. What it still lists is right; of a damaged log or journal, what SQLite would see.
//!
//! `REPROLOCK_FLIPS` says how many flips each file gets, `REPROLOCK_FLIPS_OF` what the names of those hold that get any;
//! `benches/flips` asks for many.

use std::collections::BTreeSet;
use std::fs;

use reprolock::internal::ecosystem::{Catalog, Package};

use super::{Files, below, catalogs, corpus};

/// A generator of numbers that is the same on all machines (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }
}

fn flips() -> usize {
    std::env::var("REPROLOCK_FLIPS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// All databases of the corpus, each as files of an image and the ecosystem that reads it.
fn databases() -> Vec<(String, &'static str, Files)> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let mut all = Vec::new();
    for item in fs::read_dir(corpus.join("catalogs/rpm")).unwrap() {
        let path = item.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name != "verify" {
            all.push((name, "rpm", below(&path)));
        }
    }
    for item in fs::read_dir(corpus.join("rpmdb")).unwrap() {
        let stored = item.unwrap().path();
        let name = stored.file_name().unwrap().to_str().unwrap().to_owned();
        let file = ["Packages.db", "rpmdb.sqlite", "Packages"].into_iter().find(|file| name.ends_with(file));
        // Large ones take a tenth of a second each time; the script has the time.
        let is_small = fs::metadata(&stored).unwrap().len() < 2 << 20;
        if let Some(file) = file.filter(|_| is_small || flips() > 1000) {
            all.push((name, "rpm", vec![(format!("var/lib/rpm/{file}"), fs::read(&stored).unwrap())]));
        }
    }
    for name in ["made", "real"] {
        all.push((name.to_owned(), "chisel", below(&corpus.join("catalogs/others/chisel").join(name))));
    }
    all
}

/// What is said of a package, but for its layer.
fn facts(catalog: &Catalog) -> BTreeSet<String> {
    let of = |package: &Package| {
        let Package {
            name, version, architecture, source, state, checksum, payload, modularity, hashes, ..
        } = package;
        format!(
            "{name} {version} {architecture:?} {source:?} {state:?} {payload:?} {modularity:?} {hashes:?} checksum {checksum:?}"
        )
    };
    catalog.packages.iter().map(of).collect()
}

/// The same without the digests of headers.
fn without_checksums(facts: &BTreeSet<String>) -> BTreeSet<String> {
    let of = |fact: &String| fact.split_once("checksum ").unwrap().0.to_owned();
    facts.iter().map(of).collect()
}

#[test]
fn a_flipped_bit_is_told_or_changes_nothing() {
    let of = std::env::var("REPROLOCK_FLIPS_OF").unwrap_or_default();
    for (name, id, files) in databases().into_iter().filter(|(name, ..)| name.contains(&of)) {
        let whole = facts(&catalogs(id, &files)[0]);
        let (mut untold, mut told, mut lost_most) = (0, 0, 0);
        for at in 0..files.len() {
            let (path, bytes) = &files[at];
            if bytes.is_empty() || path.ends_with("-shm") || path.ends_with("manifest-1") {
                continue;
            }
            let mut random = Random(at as u64 * 7919 + bytes.len() as u64);
            let mut flipped = files.clone();
            for _ in 0..flips() {
                let (place, bit) = (random.below(bytes.len()), random.below(8));
                flipped[at].1[place] ^= 1 << bit;
                let read = catalogs(id, &flipped);
                flipped[at].1[place] ^= 1 << bit;
                let case = format!("{name}: {path}: byte {place}, bit {bit}");
                assert_eq!(read.len(), 1, "{case}");
                let now = facts(&read[0]);
                if path.ends_with("manifest-2") {
                    // Text without a checksum: no other package than the line's, or than the two that were joined.
                    assert!(now.difference(&whole).count() <= 1, "{case}");
                    assert!(whole.difference(&now).count() <= 2, "{case}");
                } else if read[0].digest.is_none() {
                    untold += 1;
                    // What rpm added to a header is in no digest: a name of a digest that is none leaves the next best, of one
                    // package. ndb has a checksum of that too.
                    let is_summed = path.ends_with(".db") || path.ends_with(".wall");
                    let changed = now.difference(&whole).count();
                    assert!(changed <= usize::from(!is_summed), "{case}: {:?}", now.difference(&whole));
                    assert_eq!(without_checksums(&now), without_checksums(&whole), "{case}");
                } else {
                    told += 1;
                    assert!(!read[0].problems.is_empty(), "{case}");
                    // A log or a journal that is damaged leaves the state before it, which is what SQLite sees then.
                    if !path.ends_with("-wal") && !path.ends_with("-journal") {
                        assert!(now.is_subset(&whole), "{case}: {:?}", now.difference(&whole));
                    }
                    lost_most = lost_most.max(whole.difference(&now).count());
                }
            }
        }
        eprintln!(
            "{name}: of {} flips {told} were told, {lost_most} of {} packages lost at most",
            told + untold,
            whole.len()
        );
    }
}
