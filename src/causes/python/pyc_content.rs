//! `pyc-content`: the code in a compiled module differs: in marks of sharing, the order of sets, the path it was compiled
//! under, or because its source does.
//!
//! Without Python no code can be held against its source. So code that is other than the other side's for an equal source is
//! not explained, whatever its header says; nor is a module that was not read.

use crate::base::path::printable;
use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::Alone;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape::{self, Seen};
use crate::causes::python::sources::{self, SourceFit};
use crate::causes::text::names::{self, Names};
use crate::compare::drift::Change;
use crate::formats::python::marshal::{self, Code};
use crate::formats::python::pyc::{self, Pyc};
use crate::formats::tar::entry::Kind;

/// See docs/causes/pyc-content.md.
pub(crate) struct PycContent;

impl Cause for PycContent {
    declare!(
        "pyc-content",
        "compiled on one side, or to other bytes",
        Profile::of(
            Reach::Format,
            "compile with ARG SOURCE_DATE_EPOCH and PYTHONHASHSEED=0 in a folder of a fixed name"
        )
        .proved_by("the code is equal once shared marks and set order aside")
        .mended_by(&[Mends::Rule("pyc-timestamp", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let is_compiled = file.ends_with(".pyc") || file.ends_with(".pyo");
        if file.change != Change::Modified {
            return if is_compiled { on_one_side(file) } else { folder_on_one_side(file) };
        }
        if !is_compiled || !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => compare(file, old, new),
            (None, Some(new)) => alone(file, new),
            (None, None) => None,
        }
    }
}

fn compare(file: &FileCase<'_>, old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (pyc::parse(old)?, pyc::parse(new)?);
    if old.code == new.code && old.magic == new.magic {
        return None;
    }
    let (old_code, new_code) = (read(&old)?, read(&new)?);
    let fit = |side, pyc: &Pyc<'_>| sources::fit(file, side, pyc.header) == SourceFit::Fits;
    let both_fit = fit(Alone::Old, &old) && fit(Alone::New, &new);
    if old.magic != new.magic {
        return both_fit.then(|| {
            Explanation::likely(format!(
                "compiled by another Python: bytecode {}, it was {}; the headers fit the source, the code was not compared",
                new.magic, old.magic
            ))
        });
    }
    let same = match () {
        () if old_code.whole == new_code.whole => {
            Some("the same code but for marks of sharing or the order of sets".to_owned())
        }
        // One module is compiled under one name, which is that of its source in some folder.
        () if old_code.code == new_code.code
            && is_of_source(file, &old_code)
            && is_of_source(file, &new_code) =>
        {
            Some(format!(
                "the same code, compiled as {}; it was {}",
                shown(new_code.file.as_deref()),
                shown(old_code.file.as_deref())
            ))
        }
        () => None,
    };
    match same {
        Some(same) => Some(Explanation::certain(match sources::headers(file, &old, &new)? {
            None => same,
            Some(header) => format!("{same}; {header}"),
        })),
        None => (both_fit && sources::is_equal(file) == Some(false)).then(|| {
            Explanation::likely(format!(
                "its source {} drifted, and the headers fit it on both sides; the code was not compared with it",
                sources::name(file.path)
            ))
        }),
    }
}

/// Against a lock: the new module alone.
fn alone(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    let pyc = pyc::parse(new)?;
    read(&pyc)?;
    if sources::fit(file, Alone::New, pyc.header) != SourceFit::Fits {
        return None;
    }
    match sources::is_equal(file)? {
        true => holds_temporary_name(new).then(|| {
            Explanation::likely(
                "compiled in a temporary folder, whose name it holds; its header fits its source",
            )
        }),
        false => Some(Explanation::likely(format!(
            "its source {} drifted, and its header fits it; the code was not compared with it",
            sources::name(file.path)
        ))),
    }
}

fn read(pyc: &Pyc<'_>) -> Option<Code> {
    marshal::read(pyc.magic, pyc.code)
}

/// Whether the code has one file name, whose last part is the source's.
fn is_of_source(file: &FileCase<'_>, code: &Code) -> bool {
    let last = code.file.as_deref().and_then(|name| name.rsplit('/').next());
    let source = pyc::source_of(file.path);
    code.files == 1
        && last.is_some()
        && last.map(str::as_bytes) == source.as_ref().map(|source| source.file_name())
}

fn shown(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| printable(name.as_bytes()))
}

/// Whether a module holds the name of a folder that was made for one build: `pip install --target` compiles in such.
fn holds_temporary_name(pyc: &[u8]) -> bool {
    names::hide_hosts(pyc, Names::Sure) != pyc
}

/// A module that one side alone has: where it was read, is one, and its header fits a source that both sides have alike.
fn on_one_side(file: &FileCase<'_>) -> Option<Explanation> {
    let Seen::Alone(bytes) = shape::seen(file)? else { return None };
    let Lone { side, .. } = file.lone()?;
    let pyc = pyc::parse(bytes)?;
    read(&pyc)?;
    let fits = sources::fit(file, side, pyc.header) == SourceFit::Fits;
    let side = if side == Alone::New { "new" } else { "old" };
    (fits && sources::is_equal(file) == Some(true)).then(|| {
        Explanation::likely(format!(
            "compiled on the {side} side alone; its header fits {}, the code was not compared with it",
            sources::name(file.path)
        ))
    })
}

/// The folder that is made for compiled modules, where it has nothing else in it.
fn folder_on_one_side(file: &FileCase<'_>) -> Option<Explanation> {
    let Lone { entry, side, own, .. } = file.lone()?;
    if entry.kind != Kind::Directory || file.path.file_name() != b"__pycache__" {
        return None;
    }
    let from = file.path.followed_by(b'/');
    let mut inside = own.from(&from).take_while(|row| row.path.is_within(file.path)).peekable();
    let is_of_modules = inside.peek().is_some() && inside.all(|row| row.path.as_bytes().ends_with(b".pyc"));
    let side = if side == Alone::New { "new" } else { "old" };
    is_of_modules.then(|| Explanation::likely(format!("for modules compiled on the {side} side alone")))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    const PATH: &str = "a/__pycache__/b.cpython-39.pyc";

    /// A module of Python 3.9 whose constants are `consts`, compiled as `name`.
    fn module(name: &str, consts: &[u8]) -> Vec<u8> {
        let mut bytes =
            [&3425_u16.to_le_bytes()[..], b"\r\n", &[0; 12], b"\xe3", &[0; 24], b"s\0\0\0\0"].concat();
        bytes.extend_from_slice(consts);
        bytes.extend_from_slice(&b")\0".repeat(4));
        bytes.extend_from_slice(&[b'z', name.len() as u8]);
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b"z\x08<module>\x01\0\0\0s\0\0\0\0");
        bytes
    }

    fn explained(old: &[u8], new: &[u8]) -> String {
        Pair::default().both("a/b.py", b"x", b"x").both(PATH, old, new).explained().join("; ")
    }

    const AB: &[u8] = b")\x01>\x02\0\0\0z\x01az\x01b";
    const BA: &[u8] = b")\x01>\x02\0\0\0\xda\x01bz\x01a";
    const AC: &[u8] = b")\x01>\x02\0\0\0z\x01az\x01c";

    #[test]
    fn the_order_of_a_set_and_marks_of_sharing_are_told_for_certain() {
        assert_eq!(
            explained(&module("b.py", AB), &module("b.py", BA)),
            format!("{PATH}: pyc-content (certain)")
        );
    }

    #[test]
    fn the_path_it_was_compiled_under_is_told_for_certain() {
        let (old, new) = (module("/tmp/x1/b.py", AB), module("/tmp/abc/b.py", AB));
        assert_eq!(explained(&old, &new), format!("{PATH}: pyc-content (certain)"));
    }

    #[test]
    fn a_nested_name_that_alone_differs_is_not_told_as_the_modules() {
        // A constant that is code compiled under another name than the module's.
        let inner = |name: &str| [&b")\x01"[..], &module(name, b")\0")[16..]].concat();
        let explained = explained(&module("b.py", &inner("b.py")), &module("b.py", &inner("x.py")));
        assert_eq!(explained, format!("{PATH}: "));
    }

    #[test]
    fn other_constants_of_an_equal_source_are_not_explained() {
        let pair = || Pair::default().both("a/b.py", b"x", b"x");
        assert_eq!(
            pair().both(PATH, &module("b.py", AB), &module("b.py", AC)).explained(),
            [format!("{PATH}: ")]
        );
        let longer = pair().both(PATH, &module("b.py", AB), &module("bbb.py", AC));
        assert_eq!(longer.explained_against_lock(), [format!("{PATH}: ")]);
    }

    #[test]
    fn other_constants_of_a_source_that_drifted_are_likely_where_the_headers_fit() {
        let fitting = |size: u8, consts: &[u8]| {
            let mut module = module("b.py", consts);
            module[12] = size;
            module
        };
        let pair = |new: &[u8]| {
            let pair = Pair::default().both("a/b.py", b"x", b"xy").both(PATH, &fitting(1, AB), new);
            [pair.explained().remove(0), pair.explained_against_lock().remove(0)]
        };
        assert_eq!(pair(&fitting(2, AC)), [(); 2].map(|()| format!("{PATH}: pyc-content (likely)")));
        assert_eq!(pair(&fitting(1, AC)), [(); 2].map(|()| format!("{PATH}: ")));
    }

    #[test]
    fn a_module_on_one_side_is_likely_where_it_is_one_and_its_header_fits() {
        let pair = || Pair::default().both("a/b.py", b"", b"").added(PATH, &module("b.py", AB));
        assert_eq!(pair().explained_against_lock(), [format!("{PATH}: pyc-content (likely)")]);
        let below = Pair::default().below_both(file("a/b.py", b"")).added(PATH, &module("b.py", AB));
        assert_eq!(below.explained(), [format!("{PATH}: pyc-content (likely)")]);
    }

    #[test]
    fn a_module_on_one_side_that_is_none_or_fits_no_source_is_not_explained() {
        let sound = module("b.py", AB);
        let mut of_another_size = sound.clone();
        of_another_size[12] = 7;
        let unchecked = [&sound[..4], b"\x01\0\0\0abcdefgh", &sound[16..]].concat();
        for new in [&b"code"[..], b"\x7fELF", &sound[..40], &of_another_size, &unchecked] {
            let pair = Pair::default().both("a/b.py", b"", b"").added(PATH, new);
            assert_eq!(pair.explained(), [format!("{PATH}: ")]);
        }
        assert_eq!(Pair::default().added(PATH, &sound).explained(), [format!("{PATH}: ")]);
        let removed = Pair::default().both("a/b.py", b"", b"").removed(PATH, &sound);
        assert_eq!(removed.explained(), [format!("{PATH}: pyc-content (likely)")]);
        assert_eq!(removed.explained_against_lock(), [format!("{PATH}: ")]);
    }
}
