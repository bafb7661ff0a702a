//! Whose files are by a Python package's own record: the record, what it lists, and what was compiled of that.
//!
//! A row holds its file to a hash. One without tells nothing that the file could be held to, so what it names is nobody's: but
//! the record itself, and what is compiled, which no record can have a hash of.

use std::collections::BTreeSet;

use super::owner::{self, Owner, Owners, Proof};
use crate::base::checksum::Checksum;
use crate::base::path::LayerPath;
use crate::compare::pairing::Side;
use crate::ecosystem::Package;
use crate::python::record::{self, RecordField};
use crate::tree::FileTree;

/// Python's way from a module to its compiled file: `a/b.py` to `a/__pycache__/b.*.pyc`.
const COMPILED: &[u8] = b"__pycache__";

/// The files that the package's own record stands for: the record, and what it lists.
pub(super) fn add(
    owners: &mut Owners,
    package: &Package,
    (side, tree): (Side, &FileTree<'_>),
    paths: &BTreeSet<LayerPath>,
    text: &str,
) {
    let folder = package.evidence.parent().filter(|folder| folder.file_name().ends_with(b"-info"));
    let evidence = folder.as_ref().unwrap_or(&package.evidence);
    let mut own = |path: &LayerPath, proof, sum: Option<Checksum>| {
        if paths.contains(path) {
            let sums = sum.map(|sum| vec![sum]);
            owner::add(owners, path.clone(), Owner::new(text, proof).with_sums(side, sums));
        }
    };
    if !evidence.file_name().ends_with(b"-info") {
        // A record that many packages share is told once, as a database.
        if *evidence != package.location {
            own(evidence, Proof::Listed, None);
        }
        return;
    }
    let Some(site) = evidence.parent() else { return };
    // The folder that it is installed into changes with it, if the side has that.
    own(&site, if tree.get(&site).is_some() { Proof::Listed } else { Proof::Contradicted }, None);
    let record = tree.bytes(&evidence.join(b"RECORD")).map_or(&b""[..], |bytes| bytes);
    let mut seen = BTreeSet::new();
    for (name, hash) in listed(record) {
        let path = match name.starts_with(b"/") {
            true => LayerPath::clamped(&name),
            false => LayerPath::clamped(&[site.as_bytes(), b"/", &name].concat()),
        };
        if !seen.insert(path.clone()) {
            continue;
        }
        let is_compiled = path.file_name().ends_with(b".pyc");
        let sum = Checksum::of_record(&hash);
        match fit(tree, &path, sum.as_ref()) {
            ListedFit::Fits if is_compiled => own(&path, Proof::Named, sum),
            ListedFit::Fits => own(&path, Proof::Listed, sum),
            ListedFit::Unsaid if is_compiled => own(&path, Proof::Named, None),
            // What is compiled may be left out, and is made anew by whoever likes.
            ListedFit::Else if is_compiled => {}
            ListedFit::Unsaid if is_unlisted(&path, evidence) => own(&path, Proof::Listed, None),
            ListedFit::Else | ListedFit::Unsaid => own(&path, Proof::Contradicted, None),
        }
        let module = path.file_name().strip_suffix(b".py");
        if let (Some(module), Some(folder)) = (module, path.parent()) {
            let start = folder.join(COMPILED).join(&[module, b"."].concat());
            let compiled = paths.range(start.clone()..);
            let compiled = compiled.take_while(|path| path.as_bytes().starts_with(start.as_bytes()));
            compiled.for_each(|path| own(path, Proof::Named, None));
        }
    }
    // What stands beside a record that lists something, and not in it, is not the package's.
    let is_own = |path: &&LayerPath| seen.is_empty() || is_unlisted(path, evidence);
    let beside = paths.range(evidence.followed_by(b'/')..).take_while(|path| path.is_within(evidence));
    let proof = |path: &LayerPath| if path.file_name() == b"RECORD" { Proof::Listed } else { Proof::Named };
    beside.filter(is_own).for_each(|path| own(path, proof(path), None));
}

fn is_unlisted(path: &LayerPath, evidence: &LayerPath) -> bool {
    record::is_unhashed(path.file_name()) && path.parent().as_ref() == Some(evidence)
}

/// The paths of a RECORD, each with its hash. Of a line that is no row, what stands before its first two commas.
fn listed(record: &[u8]) -> impl Iterator<Item = (RecordField<'_>, RecordField<'_>)> {
    record::rows(record).map(|row| match row {
        Ok(row) => (row.path, row.hash),
        Err(broken) => {
            let line = broken.written.strip_suffix(b"\n").unwrap_or(broken.written);
            let mut fields = line.split(|byte| *byte == b',').map(RecordField::Borrowed);
            (fields.next().unwrap_or_default(), fields.next().unwrap_or_default())
        }
    })
}

/// What a row says of its file.
enum ListedFit {
    /// What may be so: what tells more than a sha256 needs the file's bytes.
    Fits,
    /// The file is another, or is not there.
    Else,
    /// The file is there, and the row has no hash of it that is one.
    Unsaid,
}

fn fit(tree: &FileTree<'_>, path: &LayerPath, sum: Option<&Checksum>) -> ListedFit {
    let Some((_, node)) = tree.get(path) else { return ListedFit::Else };
    let content = tree.file(node).and_then(|file| file.content);
    match sum.map(|sum| sum.is_of(content, None)) {
        Some(Some(false)) => ListedFit::Else,
        Some(_) => ListedFit::Fits,
        None => ListedFit::Unsaid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_comma_is_listed_in_quotes_and_a_line_that_is_no_row_by_its_commas() {
        let record = b"\"a,b.py\",sha256=x,1\r\n\na/c.py\nd\"e,sha256=y,1\n\"open,sha256=z,1\n";
        let text = |field: RecordField<'_>| String::from_utf8(field.into_owned()).unwrap();
        let rows: Vec<String> =
            listed(record).map(|(path, hash)| format!("{} {}", text(path), text(hash))).collect();
        assert_eq!(rows, ["a,b.py sha256=x", "a/c.py ", "d\"e sha256=y", "\"open sha256=z"]);
    }
}
