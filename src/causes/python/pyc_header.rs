//! `pyc-header`: a compiled module holds its source's mtime or hash (PEP 552) before code that is the same.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::Alone;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::python::sources;
use crate::formats::python::pyc;

/// See docs/causes/pyc-header.md.
pub(crate) struct PycHeader;

impl Cause for PycHeader {
    declare!(
        "pyc-header",
        "they hold their source's mtime",
        Profile::of(
            Reach::Format,
            "ARG SOURCE_DATE_EPOCH before pip's RUN: bytecode is then held by its source's hash, not by a time"
        )
        .proved_by("the code is equal; the locked mtime put back")
        .mended_by(&[Mends::Rule("pyc-timestamp", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !(file.ends_with(".pyc") || file.ends_with(".pyo")) || !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => same_code(file, old, new),
            (None, Some(new)) => with_old_source(file, new),
            (None, None) => None,
        }
    }
}

fn same_code(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (pyc::parse(old)?, pyc::parse(new)?);
    if old.magic != new.magic || old.code != new.code {
        return None;
    }
    let what = sources::headers(file, &old, &new)??;
    Some(Explanation::certain(format!("the code is equal; {what}")))
}

/// Puts the locked source's mtime and size into the new header.
fn with_old_source(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let source = sources::source(file, Alone::Old)?;
    let seconds = source.mtime.seconds;
    // The header has room for 32 bits of each.
    let old = pyc::with_source(new, seconds as u32, source.size as u32)?;
    file.was(&old).then(|| {
        Explanation::certain(format!("with its source's locked mtime {seconds} it is the locked file"))
    })
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
    fn an_equal_source_has_no_other_size_and_no_other_hash() {
        let hashed = |hash: u8| [b"\xa7\x0d\x0d\x0a\x03\0\0\0", &[hash; 8][..], b"code"].concat();
        let sized = |size: u8| [&pyc(100, b"")[..12], &[size, 0, 0, 0], b"code"].concat();
        for (old, new) in [(hashed(1), hashed(2)), (sized(5), sized(6))] {
            assert_eq!(with_sources(PATH, &old, &new).explained()[0], format!("{PATH}: "));
            let drifted = Pair::default().both("a/b.py", b"x = 1", b"x = 12").both(PATH, &old, &new);
            assert_eq!(drifted.explained()[0], format!("{PATH}: pyc-header (certain)"));
        }
    }

    #[test]
    fn against_a_lock_an_equal_size_alone_is_not_explained() {
        let pair = with_sources(PATH, &pyc(100, b"code"), &pyc(200, b"edoc"));
        assert_eq!(pair.explained_against_lock()[0], format!("{PATH}: "));
    }

    #[test]
    fn other_code_is_not_told_to_be_equal() {
        let pair = with_sources(PATH, &pyc(100, b"code"), &pyc(200, b"other"));
        assert!(!pair.explained()[0].contains("pyc-header"));
        assert!(!pair.explained_against_lock()[0].contains("pyc-header"));
    }
}
