//! What a RECORD says of a package: a digest of its content.
//!
//! The *content* of a package is a digest of RECORD's rows in a canonical form, equal for two installs of the same wheel
//! whatever the installer added: rows are parsed, those below are left out, paths are normalised, the rest is sorted
//! bytewise, each row once, and the sha256 is over `path NUL hash NUL size LF` of every row. Left out are
//!
//! - what lies outside the site directory (scripts hold the path of their interpreter),
//! - `.pyc` files, which hold times,
//! - of its own dist-info: RECORD itself, and what installers add ([`ADDED`]).
//!
//! RECORD says what was written, not what is there now: nothing here compares it with files. A RECORD with a row that
//! cannot be read makes no content at all, as a digest of the rest would claim too much.

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::python::record::{RecordField, RecordRow, rows};

/// Files of a dist-info that installers add or write anew, and so differ between installs of one wheel.
pub(super) const ADDED: &[&[u8]] = &[
    b"RECORD",
    b"INSTALLER",
    b"REQUESTED",
    b"direct_url.json",
    b"provenance_url.json",
    b"uv_build.json",
    b"uv_cache.json",
];

/// What a RECORD says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// The digest of its canonical rows; `None` where no row is left.
    pub(super) content: Option<Sha256>,
    /// Whether it lists a `__editable__…` hook: the package's own files are elsewhere.
    pub(super) is_editable: bool,
}

/// Reads the RECORD of the dist-info folder named `dist_info`; the error is the line of the first broken row.
pub(super) fn parse(bytes: &[u8], dist_info: &[u8]) -> Result<Record, usize> {
    let mut record = Record::default();
    let mut kept: Vec<(LayerPath, RecordField<'_>, RecordField<'_>)> = Vec::new();
    for row in rows(bytes) {
        let RecordRow { path, hash, size, .. } = row.map_err(|broken| broken.line)?;
        record.is_editable |= path.starts_with(b"__editable__");
        // The only error left is a path that climbs out of the site directory.
        let place = Some(path)
            .filter(|path| !path.starts_with(b"/"))
            .and_then(|path| LayerPath::normalize(&path).ok());
        kept.extend(place.filter(|path| is_content(path, dist_info)).map(|path| (path, hash, size)));
    }
    kept.sort_unstable();
    kept.dedup();
    record.content = (!kept.is_empty()).then(|| digest(&kept));
    Ok(record)
}

fn is_content(path: &LayerPath, dist_info: &[u8]) -> bool {
    if path.is_root() || path.as_bytes().ends_with(b".pyc") {
        return false;
    }
    let own = path.as_bytes().strip_prefix(dist_info).and_then(|rest| rest.strip_prefix(b"/"));
    !own.is_some_and(|name| ADDED.contains(&name))
}

fn digest(rows: &[(LayerPath, RecordField<'_>, RecordField<'_>)]) -> Sha256 {
    let mut canonical = Vec::new();
    for (path, hash, size) in rows {
        for (field, end) in [(path.as_bytes(), b'\0'), (hash, b'\0'), (size, b'\n')] {
            canonical.extend_from_slice(field);
            canonical.push(end);
        }
    }
    Sha256::of(&canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIST_INFO: &[u8] = b"a-1.dist-info";

    fn content(record: &str) -> Option<Sha256> {
        parse(record.as_bytes(), DIST_INFO).unwrap().content
    }

    #[test]
    fn the_canonical_form_is_the_documented_one() {
        let record = "b.py,sha256=YY,2\na.py,sha256=XX,1\n";
        assert_eq!(content(record), Some(Sha256::of(b"a.py\0sha256=XX\x001\nb.py\0sha256=YY\x002\n")));
    }

    #[test]
    fn what_an_installer_adds_makes_no_difference() {
        let wheel = "a.py,sha256=X,1\na-1.dist-info/METADATA,sha256=M,5\n";
        let installed = "../../../bin/a,sha256=S,9\n/opt/x,,\n__pycache__/a.cpython-311.pyc,,\na-1.dist-info/INSTALLER,sha256=I,4\n\
            a-1.dist-info/METADATA,sha256=M,5\na-1.dist-info/RECORD,,\na-1.dist-info/REQUESTED,sha256=,0\n\
            a-1.dist-info/direct_url.json,sha256=D,9\na-1.dist-info/uv_cache.json,sha256=U,9\n\
            a-1.dist-info/uv_build.json,sha256=B,9\n./a.py,sha256=X,1\na.py,sha256=X,1\n";
        assert_eq!(content(wheel), content(installed));
    }

    #[test]
    fn a_changed_hash_size_or_path_makes_another_content() {
        let contents: Vec<_> =
            ["a.py,x,1", "a.py,y,1", "a.py,x,2", "b.py,x,1", "b/RECORD,x,1"].map(content).into();
        assert!(contents.iter().all(|one| contents.iter().filter(|other| one == *other).count() == 1));
    }

    #[test]
    fn quotes_commas_and_line_ends_are_read_as_csv() {
        let plain = content("\"a,b\"\"c\",x,1\r\nd.py,,\r\n");
        assert_eq!(plain, Some(Sha256::of(b"a,b\"c\0x\x001\nd.py\0\0\n")));
        assert_eq!(plain, content("d.py,,\n\n\"a,b\"\"c\",\"x\",\"1\""));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_and_no_content_is_claimed() {
        for broken in
            ["a.py,x\n", "a.py\n", "a.py,x,1,2\n", ",x,1\n", "\"a.py,x,1\n", "\"a\"b,x,1\n", "a\0b,x,1\n"]
        {
            assert_eq!(
                parse(format!("ok.py,x,1\n\n{broken}ok.py,,\n").as_bytes(), DIST_INFO),
                Err(3),
                "{broken}"
            );
        }
    }

    #[test]
    fn an_editable_hook_is_seen() {
        let record = parse(b"__editable__.a-1.pth,sha256=X,1\n", DIST_INFO).unwrap();
        assert!(record.is_editable && record.content.is_some());
    }

    #[test]
    fn empty_and_hostile_records_are_read_in_one_look() {
        assert_eq!(content(""), None);
        assert_eq!(content("a-1.dist-info/RECORD,,\n"), None);
        for line in ["\"\"", ",", "\"", "a", "../"] {
            let _ = parse(line.repeat(5 << 20).as_bytes(), DIST_INFO);
        }
        assert!(content(&"a.py,x,1\n".repeat(200_000)).is_some());
    }
}
