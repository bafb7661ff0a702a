//! The digest of what a layer holds: of the tree that it unpacks to (`layer::unpacking`), without what `metadata-only` may
//! differ in. Layers of one such digest unpack to the same, whichever order their tars say it in.
//!
//! Reprolock up to 0.1 made it of the rows as they stand, of a path that stands twice the last. For almost all layers that
//! is the same digest; where it is another, a lock from then is still known by it, but proves nothing of the order.

use super::{Metadata, name, write_fields};
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::formats::tar::entry::{Dialect, Entry, Mtime};
use crate::layer::unpacking::{self, Behind, Unpacking};

/// The end of a row that has no order. Digests of content are over rows without records, whatever the index has.
const ORDERLESS: &str = "\t0\n";

/// The digest of what a layer holds; `lower` are the entries of the layers below it, where all are known.
pub fn digest(entries: &[Entry], lower: Option<&[&[Entry]]>) -> Sha256 {
    of(entries, unpacking::over(entries, lower))
}

/// Whether a layer of these entries may be said to have `digest`, by this program or one before it.
pub fn fits(entries: &[Entry], lower: Option<&[&[Entry]]>, digest: Sha256) -> bool {
    if holds(entries, lower, digest) || of_rows(entries) == digest {
        return true;
    }
    // Who locked it knew the layers below: where these have a say, nothing is known against it.
    match (lower, unpacking::of(entries)) {
        (None, Unpacking::Rows { rows, late }) => {
            !late.is_empty() || unpacking::hiding(rows.clone(), entries, Some(&[])) != rows
        }
        _ => false,
    }
}

/// Whether a layer of these entries is proved to hold what `digest` is of.
pub fn holds(entries: &[Entry], lower: Option<&[&[Entry]]>, digest: Sha256) -> bool {
    // What is the same entry by entry is the same whatever is below.
    self::digest(entries, lower) == digest
        || of(entries, Unpacking::InOrder) == digest
        || unpacking::of(entries) == Unpacking::Plain && of_rows(entries) == digest
}

fn of(entries: &[Entry], unpacking: Unpacking) -> Sha256 {
    let mut rows = ContentHasher::default();
    match unpacking {
        Unpacking::Plain => {
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_by(|a, b| Entry::by_path(a, b));
            sorted.into_iter().for_each(|entry| rows.unpacked(entry));
        }
        Unpacking::Rows { rows: unpacked, late } => {
            unpacked.iter().for_each(|row| rows.unpacked(&row.entry));
            late.iter().for_each(|(path, behind)| rows.late(path, behind));
        }
        Unpacking::InOrder => {
            rows.line("in order\n");
            entries.iter().for_each(|entry| rows.row(entry));
        }
    }
    rows.finish()
}

/// The digest that locks had before: of the rows as they stand.
fn of_rows(entries: &[Entry]) -> Sha256 {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| Entry::by_path(a, b));
    let mut rows = ContentHasher::default();
    for (at, entry) in sorted.iter().enumerate() {
        if sorted.get(at + 1).is_none_or(|next| next.path != entry.path) {
            rows.row(entry);
        }
    }
    rows.finish()
}

#[derive(Default)]
struct ContentHasher {
    hasher: sha2::Sha256,
    line: String,
}

impl ContentHasher {
    fn unpacked(&mut self, entry: &Entry) {
        match unpacking::bare_marker(entry) {
            Some(marker) => self.row(&marker),
            None => self.row(entry),
        }
    }

    fn row(&mut self, entry: &Entry) {
        let none = Metadata { mtime: Mtime::default(), uname: b"", gname: b"", dialect: Dialect::Pax };
        self.line.clear();
        write_fields(&mut self.line, entry, &none);
        self.line.push_str(ORDERLESS);
        sha2::Digest::update(&mut self.hasher, &self.line);
    }

    fn late(&mut self, path: &LayerPath, behind: &Behind) {
        self.line(&format!("late\t{}\n", name(path)));
        match behind {
            Behind::Entry(through) => {
                through.iter().for_each(|path| self.line(&format!("through\t{}\n", name(path))));
            }
            Behind::Marker(folder) => self.line(&format!("hidden\t{}\n", name(folder))),
            Behind::Target => self.line("target\n"),
        }
    }

    fn line(&mut self, line: &str) {
        sha2::Digest::update(&mut self.hasher, line);
    }

    fn finish(self) -> Sha256 {
        Sha256(sha2::Digest::finalize(self.hasher).into())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::formats::tar::entry::Kind;
    use crate::formats::tar::entry::tests::{dir, file, link};

    fn content_digest(entries: &[Entry]) -> Sha256 {
        digest(entries, None)
    }

    #[test]
    fn content_ignores_times_order_owner_names_and_dialect_and_nothing_else() {
        let entries = vec![file("a", b"1"), file("b", b"2")];
        let mut touched = vec![entries[1].clone(), entries[0].clone()];
        touched[0].mtime.seconds = 9;
        touched[1].uname = Arc::from(&b"root"[..]);
        touched[1].dialect = Dialect::Gnu;
        touched[1].records = Some(vec![(b"atime".as_slice().into(), b"1".as_slice().into())].into());
        assert_eq!(content_digest(&entries), content_digest(&touched));
        touched[0].mode = 0o600;
        assert_ne!(content_digest(&entries), content_digest(&touched));
    }

    #[test]
    fn a_path_that_stands_twice_counts_once() {
        let twice = [file("a", b"1"), file("a", b"2")];
        assert_eq!(content_digest(&twice), content_digest(&twice[1..]));
    }

    #[test]
    fn a_link_to_a_version_that_is_replaced_afterwards_is_other_content() {
        let link = link(Kind::Hardlink, "b", "a");
        let good = [file("a", b"good"), link.clone()];
        let evil = [file("a", b"evil"), link, file("a", b"good")];
        assert_ne!(content_digest(&good), content_digest(&evil));
        // By their rows alone they are the same, which is what a lock from before says.
        assert_eq!(of_rows(&good), of_rows(&evil));
        assert!(holds(&good, None, of_rows(&good)) && !holds(&evil, None, of_rows(&good)));
        assert!(fits(&evil, None, of_rows(&good)));
    }

    #[test]
    fn a_folder_behind_what_it_holds_is_in_order_where_the_layers_below_are_known_to_have_no_link_there() {
        let (first, behind) = ([dir("d"), file("d/x", b"")], [file("d/x", b""), dir("d")]);
        assert_ne!(content_digest(&first), content_digest(&behind));
        assert_eq!(digest(&first, Some(&[])), digest(&behind, Some(&[])));
        assert_eq!(digest(&first, Some(&[&[dir("d")]])), digest(&behind, Some(&[&[dir("d")]])));
        let lower = [link(Kind::Symlink, "d", "m")];
        assert_ne!(digest(&first, Some(&[&lower])), digest(&behind, Some(&[&lower])));
        // An index without the layers below it still fits.
        assert!(fits(&behind, None, digest(&behind, Some(&[]))));
    }
}
