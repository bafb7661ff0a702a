//! What the header of a compiled module says of its source, held against the source that stands on its side: in the same
//! layer, or in those below.

use crate::base::path::{LayerPath, printable};
use crate::causes::engine::case::FileCase;
use crate::causes::engine::layer::Alone;
use crate::formats::python::marshal;
use crate::formats::python::pyc::{self, Header, Pyc};
use crate::formats::tar::entry::Entry;

/// How a header and the source on its side go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceFit {
    /// The header has the source's mtime and size.
    Fits,
    /// It has another time or size.
    Else,
    /// It has a hash, and the source's bytes are not at hand; or there is no source.
    Unknown,
}

/// The source of a compiled module on one side.
pub(super) fn source<'a>(file: &FileCase<'a>, side: Alone) -> Option<&'a Entry> {
    file.layer.file(side, &pyc::source_of(file.path)?)
}

/// How a header fits the source on its side.
pub(super) fn fit(file: &FileCase<'_>, side: Alone, header: Header) -> SourceFit {
    match (source(file, side), header) {
        (Some(source), Header::Times { mtime, size }) => {
            // The header has room for 32 bits of each.
            let is_time = source.mtime.seconds as u32 == mtime;
            let is_size = size.is_none_or(|size| source.size as u32 == size);
            if is_time && is_size { SourceFit::Fits } else { SourceFit::Else }
        }
        _ => SourceFit::Unknown,
    }
}

/// Whether the source stands on both sides, and holds the same on both; `None` where one side has none.
pub(super) fn is_equal(file: &FileCase<'_>) -> Option<bool> {
    let (old, new) = (source(file, Alone::Old)?, source(file, Alone::New)?);
    Some(old.content? == new.content?)
}

/// Whether the module can be read as one, and its header fits the source on its side: on the new one, or on the side that has it.
pub(crate) fn is_of_source(file: &FileCase<'_>) -> bool {
    let (side, row) = match (file.old, file.new) {
        (_, Some(new)) => (Alone::New, new),
        (Some(old), None) => (Alone::Old, old),
        (None, None) => return false,
    };
    let Some(pyc) = row.bytes.and_then(pyc::parse) else { return false };
    marshal::read(pyc.magic, pyc.code).is_some() && fit(file, side, pyc.header) == SourceFit::Fits
}

/// How the headers of two modules differ whose code is the same; `None` where one of them can't be right, since an equal
/// source has no other size and no other hash. `Some(None)` where they don't differ.
pub(super) fn headers(file: &FileCase<'_>, old: &Pyc<'_>, new: &Pyc<'_>) -> Option<Option<String>> {
    let is_equal = is_equal(file) == Some(true);
    Some(Some(match (old.header, new.header) {
        (old, new) if old == new => return Some(None),
        (Header::Times { size: old, .. }, Header::Times { size: new, .. }) if old != new => {
            if is_equal {
                return None;
            }
            "the header has another size of its source".to_owned()
        }
        (Header::Times { mtime: was, .. }, Header::Times { mtime, .. }) => {
            let changed = format!("the header has its source's mtime {mtime}, it had {was}");
            // A builder that rewrites times leaves what is in files as it was.
            let own = source(file, Alone::New).map(|source| source.mtime.seconds);
            match own.filter(|own| *own as u32 != mtime) {
                Some(own) => format!(
                    "{changed}; the source's own is {own} since, so Python takes it for stale and compiles it at each start"
                ),
                None => changed,
            }
        }
        (Header::Hash { hash: old, .. }, Header::Hash { hash: new, .. }) if old == new => {
            "one header asks for its hash to be checked".to_owned()
        }
        (Header::Hash { .. }, Header::Hash { .. }) => {
            if is_equal {
                return None;
            }
            "the header has another hash of its source".to_owned()
        }
        // What is not checked runs whatever its source holds.
        (Header::Hash { is_checked: false, .. }, _) | (_, Header::Hash { is_checked: false, .. }) => {
            return None;
        }
        _ => "one header has its source's mtime, the other its hash".to_owned(),
    }))
}

/// The source's name, for people.
pub(super) fn name(path: &LayerPath) -> String {
    pyc::source_of(path).map_or_else(String::new, |source| printable(source.file_name()))
}
