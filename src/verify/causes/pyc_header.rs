//! `pyc-header`: a compiled module holds its source's mtime (PEP 552) before code that is the same.

use super::{Cause, Explanation, FileCase, Reach};
use crate::base::path::LayerPath;

/// See docs/causes/pyc-header.md.
pub(super) struct PycHeader;

/// Magic, flags, then mtime and size, or the source's hash (PEP 552).
const HEADER: usize = 16;

impl Cause for PycHeader {
    fn id(&self) -> &'static str {
        "pyc-header"
    }

    fn summary(&self) -> &'static str {
        "they hold their source's mtime"
    }

    fn fix(&self) -> &'static str {
        "export SOURCE_DATE_EPOCH to pip's RUN, or pip install --no-compile"
    }

    fn rule(&self) -> Option<&'static str> {
        Some("pyc-timestamp")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../../docs/causes/pyc-header.md")
    }

    fn reach(&self) -> Reach {
        Reach::Format
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.ends_with(".pyc") || !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => same_code(old, new),
            (None, Some(new)) => with_old_mtime(file, new),
            (None, None) => Some(Explanation::likely("its name")),
        }
    }
}

fn same_code(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old_header, old_code) = old.split_at_checked(HEADER)?;
    let (new_header, new_code) = new.split_at_checked(HEADER)?;
    let same_magic = old_header.get(..4) == new_header.get(..4);
    (same_magic && old_code == new_code)
        .then(|| Explanation::certain("the code is equal, the header differs"))
}

/// Puts the locked source's mtime into the new header.
fn with_old_mtime(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let source = source_of(file.path)?;
    let old_source = file.layer.old.get(&source)?;
    // The header has room for 32 bits of the mtime.
    let mtime = (old_source.mtime.seconds as u32).to_le_bytes();
    let mut old = new.to_vec();
    old.get_mut(8..12)?.copy_from_slice(&mtime);
    file.was(&old).then(|| {
        let seconds = old_source.mtime.seconds;
        Explanation::certain(format!("with its source's locked mtime {seconds} it is the locked file"))
    })
}

/// `a/__pycache__/b.cpython-311.pyc` is compiled from `a/b.py`.
fn source_of(path: &LayerPath) -> Option<LayerPath> {
    let name = std::str::from_utf8(path.file_name()).ok()?;
    let module = name.split(".cpython-").next()?;
    let folder = path.parent()?;
    let folder = if folder.file_name() == b"__pycache__" { folder.parent()? } else { folder };
    Some(folder.join(format!("{module}.py").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Pair;
    use crate::layer::entry::Mtime;
    use crate::layer::entry::tests::file;

    fn pyc(mtime: u32, code: &[u8]) -> Vec<u8> {
        [b"\xa7\x0d\x0d\x0a\0\0\0\0", &mtime.to_le_bytes()[..], &5_u32.to_le_bytes(), code].concat()
    }

    fn pair(code: &[u8]) -> Pair {
        let source = |seconds| {
            let mut source = file("a/b.py", b"x = 1");
            source.mtime = Mtime { seconds, nanos: 0 };
            source
        };
        let (old, new) = (pyc(100, b"code"), pyc(200, code));
        Pair::default().entries(source(100), b"x = 1", source(200), b"x = 1").both(
            "a/__pycache__/b.cpython-311.pyc",
            &old,
            &new,
        )
    }

    #[test]
    fn a_header_that_alone_differs_is_told_for_certain() {
        assert_eq!(pair(b"code").told()[0], "a/__pycache__/b.cpython-311.pyc: pyc-header (certain)");
    }

    #[test]
    fn against_a_lock_the_locked_sources_mtime_proves_it() {
        assert_eq!(
            pair(b"code").told_against_lock()[0],
            "a/__pycache__/b.cpython-311.pyc: pyc-header (certain)"
        );
    }

    #[test]
    fn other_code_is_not_explained() {
        assert_eq!(pair(b"edoc").told()[0], "a/__pycache__/b.cpython-311.pyc: ");
        assert_eq!(pair(b"edoc").told_against_lock()[0], "a/__pycache__/b.cpython-311.pyc: ");
    }
}
