//! `pyc-content`: the code in a compiled module differs: in marks of sharing, the order of sets, the path it was compiled
//! under, or because its source does.

use crate::base::digest::Sha256;
use crate::base::path::{LayerPath, printable};
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::text::names::{self, Names};
use crate::compare::drift::Change;
use crate::compare::rows::Row;
use crate::formats::python::{marshal, pyc};

/// See docs/causes/pyc-content.md.
pub(crate) struct PycContent;

impl Cause for PycContent {
    declare!(
        "pyc-content",
        "compiled on one side, or to other bytes",
        Profile::of(
            Reach::Format,
            "pip install --no-compile, or compile with PYTHONHASHSEED=0 in a folder of a fixed name"
        )
        .proved_by("the code is equal once shared marks and set order aside")
        .mended_by(&[Mends::Rule("pyc-timestamp", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let is_compiled = file.ends_with(".pyc") || file.ends_with(".pyo");
        if file.change != Change::Modified {
            return on_one_side(file, is_compiled);
        }
        if !is_compiled || !file.content_differs() {
            return None;
        }
        let (old_row, new_row) = (file.old?.entry, file.new?.entry);
        let Some((old, new)) = file.both() else {
            let new = file.new_bytes();
            if new.is_some_and(holds_temporary_name) {
                return Some(Explanation::likely("compiled in a temporary folder, whose name it holds"));
            }
            // Code of equal length is likelier to differ in its header.
            let may_be = old_row.size != new_row.size && new.is_none_or(|new| pyc::parse(new).is_some());
            return may_be.then(|| by_source(file)).flatten();
        };
        let (old, new) = (pyc::parse(old)?, pyc::parse(new)?);
        if old.code == new.code && old.magic == new.magic {
            return None;
        }
        if old.magic != new.magic {
            return Some(Explanation::likely(format!(
                "compiled by another Python: bytecode {}, it was {}",
                new.magic, old.magic
            )));
        }
        let read = |pyc: &pyc::Pyc<'_>| marshal::read(pyc.magic, pyc.code);
        let (Some(old), Some(new)) = (read(&old), read(&new)) else { return by_source(file) };
        if old.whole == new.whole {
            return Some(Explanation::certain("the same code but for marks of sharing or the order of sets"));
        }
        if old.code == new.code {
            let name = |code: &marshal::Code| {
                code.file.as_deref().map_or_else(String::new, |name| printable(name.as_bytes()))
            };
            return Some(Explanation::certain(format!(
                "the same code, compiled as {}; it was {}",
                name(&new),
                name(&old)
            )));
        }
        by_source(file)
    }
}

/// Whether a module holds the name of a folder that was made for one build: `pip install --target` compiles in such.
pub(super) fn holds_temporary_name(pyc: &[u8]) -> bool {
    pyc::parse(pyc).is_some() && names::hide_hosts(pyc, Names::Sure) != pyc
}

/// A module whose source is equal on both sides was compiled on one alone.
fn on_one_side(file: &FileCase<'_>, is_compiled: bool) -> Option<Explanation> {
    let side = if file.change == Change::Added { "new" } else { "old" };
    if is_compiled {
        let source = pyc::source_of(file.path)?;
        let (old, new) = (content(file.layer.old.get(&source))?, content(file.layer.new.get(&source))?);
        return (old == new)
            .then(|| Explanation::certain(format!("an equal source, compiled on the {side} side alone")));
    }
    let above = file.path.parent()?;
    let is_folder = file.path.file_name() == b"__pycache__";
    (is_folder && file.layer.old.contains(&above) && file.layer.new.contains(&above))
        .then(|| Explanation::likely(format!("for modules compiled on the {side} side alone")))
}

/// What its source tells, where that stands in the same layer.
fn by_source(file: &FileCase<'_>) -> Option<Explanation> {
    let source = pyc::source_of(file.path)?;
    let (old, new) = (content(file.layer.old.get(&source))?, content(file.layer.new.get(&source))?);
    Some(Explanation::likely(if old == new {
        "its source is equal, its code is not".to_owned()
    } else {
        format!("its source {} drifted", name(&source))
    }))
}

fn content(row: Option<&Row<'_>>) -> Option<Sha256> {
    row?.content
}

fn name(path: &LayerPath) -> String {
    printable(path.file_name())
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

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
    fn other_constants_of_an_equal_source_are_likely() {
        assert_eq!(
            explained(&module("b.py", AB), &module("b.py", AC)),
            format!("{PATH}: pyc-content (likely)")
        );
    }

    #[test]
    fn without_a_source_other_constants_are_not_explained() {
        let pair = Pair::default().both(PATH, &module("b.py", AB), &module("b.py", AC));
        assert_eq!(pair.explained(), [format!("{PATH}: ")]);
    }

    #[test]
    fn against_a_lock_code_of_another_length_is_likely() {
        let pair =
            Pair::default().both("a/b.py", b"x", b"x").both(PATH, &module("b.py", AB), &module("bbb.py", AC));
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: pyc-content (likely)")]);
    }

    #[test]
    fn a_module_compiled_on_one_side_is_told_by_its_equal_source() {
        let pair = Pair::default().both("a/b.py", b"x", b"x").added(PATH, b"code");
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: pyc-content (certain)")]);
        assert_eq!(Pair::default().added(PATH, b"code").explained(), [format!("{PATH}: ")]);
    }
}
