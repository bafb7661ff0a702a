//! `pyc-header`: a compiled module holds its source's mtime or hash (PEP 552) before code that is the same.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape;
use crate::causes::python::pyc_content;
use crate::compare::rows::ByPath;
use crate::formats::python::pyc::{self, Header};
use crate::formats::tar::entry::Entry;

/// See docs/causes/pyc-header.md.
pub(crate) struct PycHeader;

impl Cause for PycHeader {
    declare!(
        "pyc-header",
        "they hold their source's mtime",
        Profile::of(Reach::Format, "export SOURCE_DATE_EPOCH to pip's RUN, or pip install --no-compile")
            .proved_by("the code is equal; the locked mtime put back")
            .mended_by(&[Mends::Rule("pyc-timestamp", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !(file.ends_with(".pyc") || file.ends_with(".pyo")) || !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => same_code(old, new),
            (None, Some(new)) => with_old_source(file, new),
            (None, None) => same_size(file).then(|| Explanation::likely("its name, and an equal size")),
        }
    }
}

fn same_code(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (pyc::parse(old)?, pyc::parse(new)?);
    if old.magic != new.magic || old.code != new.code {
        return None;
    }
    let what = match (old.header, new.header) {
        (Header::Times { mtime: old, .. }, Header::Times { mtime: new, .. }) if old != new => {
            format!("the header has its source's mtime {new}, it had {old}")
        }
        (Header::Times { .. }, Header::Times { .. }) => {
            "the header has another size of its source".to_owned()
        }
        (Header::Hash { hash: old, .. }, Header::Hash { hash: new, .. }) if old == new => {
            "one header asks for its hash to be checked".to_owned()
        }
        (Header::Hash { .. }, Header::Hash { .. }) => "the header has another hash of its source".to_owned(),
        _ => "one header has its source's mtime, the other its hash".to_owned(),
    };
    Some(Explanation::certain(format!("the code is equal; {what}")))
}

/// Puts the locked source's mtime and size into the new header.
fn with_old_source(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let source = pyc::source_of(file.path)?;
    let find = |rows: &Entry| {
        let seconds = rows.mtime.seconds;
        // The header has room for 32 bits of each.
        let old = pyc::with_source(new, seconds as u32, rows.size as u32)?;
        file.was(&old).then(|| {
            Explanation::certain(format!("with its source's locked mtime {seconds} it is the locked file"))
        })
    };
    // Where an installer made hardlinks into its cache, a source's own row has no size.
    let own = file.layer.old.get(&source).and_then(|row| shape::linked(row.entry, &file.layer.old));
    let below = file.layer.old_source(&source);
    [own, below].into_iter().flatten().find_map(find).or_else(|| {
        // A module compiled in a temporary folder holds its name, which the time says nothing of.
        let is_same = pyc::parse(new).is_some()
            && same_size(file)
            && source_is_same(file)
            && !pyc_content::holds_temporary_name(new);
        is_same.then(|| Explanation::likely("its source and its size are equal"))
    })
}

fn same_size(file: &FileCase<'_>) -> bool {
    file.old.zip(file.new).is_some_and(|(old, new)| old.entry.size == new.entry.size)
}

/// Whether the source stands in this layer, on both sides the same.
fn source_is_same(file: &FileCase<'_>) -> bool {
    let content =
        |rows: &ByPath<'_>| shape::linked(rows.get(&pyc::source_of(file.path)?)?.entry, rows)?.content;
    let (old, new) = (content(&file.layer.old), content(&file.layer.new));
    old.is_some() && old == new
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::{file, link};
    use crate::formats::tar::entry::{Kind, Mtime};

    const PATH: &str = "a/__pycache__/b.cpython-311.pyc";

    fn pyc(mtime: u32, code: &[u8]) -> Vec<u8> {
        [b"\xa7\x0d\x0d\x0a\0\0\0\0", &mtime.to_le_bytes()[..], &5_u32.to_le_bytes(), code].concat()
    }

    fn with_sources(path: &str, old: &[u8], new: &[u8]) -> Pair {
        let source = |seconds| {
            let mut source = file("a/b.py", b"x = 1");
            source.mtime = Mtime { seconds, nanos: 0 };
            source
        };
        Pair::default().entries(source(100), b"x = 1", source(200), b"x = 1").both(path, old, new)
    }

    #[test]
    fn a_header_that_alone_differs_is_told_for_certain() {
        let explained = with_sources(PATH, &pyc(100, b"code"), &pyc(200, b"code")).explained();
        assert_eq!(explained[0], format!("{PATH}: pyc-header (certain)"));
    }

    #[test]
    fn against_a_lock_the_locked_sources_mtime_proves_it() {
        for path in [PATH, "a/__pycache__/b.cpython-311.opt-1.pyc", "a/b.pyc"] {
            let pair = with_sources(path, &pyc(100, b"code"), &pyc(200, b"code"));
            assert!(
                pair.explained_against_lock().contains(&format!("{path}: pyc-header (certain)")),
                "{path}"
            );
        }
    }

    #[test]
    fn against_a_lock_a_source_in_a_lower_layer_proves_it_too() {
        let mut source = file("a/b.py", b"x = 1");
        source.mtime = Mtime { seconds: 100, nanos: 0 };
        let pair = Pair::default().both(PATH, &pyc(100, b"code"), &pyc(200, b"code")).below(source);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: pyc-header (certain)")]);
    }

    #[test]
    fn against_a_lock_a_source_that_is_a_hardlink_proves_it_too() {
        let cached = |seconds| {
            let mut cached = file("cache/b.py", b"x = 1");
            cached.mtime = Mtime { seconds, nanos: 0 };
            cached
        };
        let linked = |seconds| {
            let mut linked = link(Kind::Hardlink, "a/b.py", "cache/b.py");
            linked.mtime = Mtime { seconds, nanos: 0 };
            linked
        };
        let pair = Pair::default()
            .entries(cached(100), b"x = 1", cached(200), b"x = 1")
            .entries(linked(100), b"", linked(200), b"")
            .both(PATH, &pyc(100, b"code"), &pyc(200, b"code"));
        assert!(pair.explained_against_lock().contains(&format!("{PATH}: pyc-header (certain)")));
    }

    #[test]
    fn headers_of_older_pythons_and_hashes_are_read() {
        let python_3_6 = |mtime: u8| [b"\x33\x0d\x0d\x0a", &[mtime, 0, 0, 0][..], b"\x05\0\0\0code"].concat();
        let python_2_7 = |mtime: u8| [b"\x03\xf3\x0d\x0a", &[mtime, 0, 0, 0][..], b"code"].concat();
        let hashed = |hash: u8| [b"\xa7\x0d\x0d\x0a\x03\0\0\0", &[hash; 8][..], b"code"].concat();
        for (old, new) in [
            (python_3_6(100), python_3_6(200)),
            (python_2_7(100), python_2_7(200)),
            (hashed(1), hashed(2)),
            (hashed(1), pyc(200, b"code")),
        ] {
            assert_eq!(
                with_sources(PATH, &old, &new).explained()[0],
                format!("{PATH}: pyc-header (certain)")
            );
        }
        for (old, new) in [(python_3_6(100), python_3_6(200)), (python_2_7(100), python_2_7(200))] {
            let explained = with_sources(PATH, &old, &new).explained_against_lock();
            assert_eq!(explained[0], format!("{PATH}: pyc-header (certain)"));
        }
    }

    #[test]
    fn other_code_is_not_told_to_be_equal() {
        let pair = with_sources(PATH, &pyc(100, b"code"), &pyc(200, b"other"));
        assert!(!pair.explained()[0].contains("pyc-header"));
        assert!(!pair.explained_against_lock()[0].contains("pyc-header"));
    }
}
