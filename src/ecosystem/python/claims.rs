//! Which files of a tree a distribution says are its own: what its RECORD lists, and the folder that describes it. One that has no
//! list (an `.egg-info`) has what is called as it is, beside it.

use std::collections::BTreeSet;

use super::sites::Form;
use crate::base::path::LayerPath;
use crate::ecosystem::catalog::Package;
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places;
use crate::python::record::rows;
use crate::tree::FileTree;

/// What venv, virtualenv and uv write into an environment.
const MAKING: [&[u8]; 16] = [
    b"pyvenv.cfg",
    b".gitignore",
    b".lock",
    b"CACHEDIR.TAG",
    b"bin/activate",
    b"bin/activate.bat",
    b"bin/activate.csh",
    b"bin/activate.fish",
    b"bin/activate.nu",
    b"bin/activate.ps1",
    b"bin/Activate.ps1",
    b"bin/activate_this.py",
    b"bin/deactivate.bat",
    b"bin/deactivate.nu",
    b"bin/pydoc.bat",
    b"bin/pydoc",
];

/// Tells the paths of `package`.
pub(super) fn of(
    (tree, python): (&FileTree<'_>, &dyn Ecosystem),
    package: &Package,
    claim: &mut dyn FnMut(&[u8]),
) {
    let site = &package.location;
    let rest = package.evidence.as_bytes().strip_prefix(site.as_bytes()).unwrap_or_default();
    let Some(name) = rest.split(|byte| *byte == b'/').find(|part| !part.is_empty()) else { return };
    let info = site.join(name);
    below(tree, &info, claim);
    match Form::of(name) {
        Some((Form::DistInfo, _)) => {
            let record = places::bytes(tree, &info.join(b"RECORD"), python).unwrap_or_default();
            for row in rows(record).flatten() {
                match row.path.starts_with(b"/") {
                    true => claim(&row.path),
                    false => claim(&[site.as_bytes(), b"/", &row.path].concat()),
                }
            }
        }
        Some((Form::EggInfo, stem)) => {
            for own in names(stem, &package.name) {
                below(tree, &site.join(&own), claim);
                claim(site.join(&[&own[..], b".py"].concat()).as_bytes());
            }
        }
        _ => {}
    }
}

/// What makes the virtual environment that a site directory is in, where it is in one (PEP 405).
pub(super) fn environment(tree: &FileTree<'_>, site: &LayerPath, claim: &mut dyn FnMut(&[u8])) {
    let root = site.parent().and_then(|python| python.parent()).and_then(|lib| lib.parent());
    let Some(root) = root.filter(|root| tree.get(&root.join(b"pyvenv.cfg")).is_some()) else { return };
    MAKING.iter().for_each(|name| claim(root.join(name).as_bytes()));
}

/// What stands at a path, and below it.
fn below(tree: &FileTree<'_>, path: &LayerPath, claim: &mut dyn FnMut(&[u8])) {
    claim(path.as_bytes());
    tree.below(path).for_each(|(path, ..)| claim(path.as_bytes()));
}

/// What the folder or module of a distribution without a list may be called: as it is, in the spellings that imports can have.
fn names(stem: &[u8], name: &str) -> BTreeSet<Vec<u8>> {
    let written = stem.split(|byte| *byte == b'-').next().unwrap_or_default().to_vec();
    let spelled = |by: &str| name.replace('-', by).into_bytes();
    [written.to_ascii_lowercase(), written, spelled("_"), spelled("."), spelled("")].into()
}

/// The module that a file of bytecode is compiled from (PEP 3147), or was before that: beside it.
pub(super) fn source_of(path: &LayerPath) -> Option<LayerPath> {
    let stem = path.file_name().strip_suffix(b".pyc").or_else(|| path.file_name().strip_suffix(b".pyo"))?;
    let folder = path.parent()?;
    let (folder, module) = match folder.file_name() {
        b"__pycache__" => {
            // module.cpython-311.pyc, module.cpython-311.opt-1.pyc
            let stem = without_last(stem).filter(|_| stem_is_optimized(stem)).unwrap_or(stem);
            (folder.parent()?, without_last(stem)?)
        }
        _ => (folder, stem),
    };
    Some(folder.join(&[module, b".py"].concat()))
}

fn without_last(stem: &[u8]) -> Option<&[u8]> {
    stem.get(..stem.iter().rposition(|byte| *byte == b'.')?)
}

fn stem_is_optimized(stem: &[u8]) -> bool {
    let last = stem.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    last.starts_with(b"opt-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem::python::Python;
    use crate::ecosystem::testing::Image;

    fn claimed(image: &Image) -> BTreeSet<String> {
        image.with_tree(|tree| {
            let mut claimed = BTreeSet::new();
            let mut claim = |path: &[u8]| _ = claimed.insert(LayerPath::clamped(path).to_string());
            Python.claims(tree, &Python.catalogs(tree), &mut claim);
            claimed
        })
    }

    #[test]
    fn a_distribution_has_what_its_record_lists_and_its_own_folder() {
        let image = Image::of(&[
            ("v/lib/python3/site-packages/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
            ("v/lib/python3/site-packages/a-1.dist-info/RECORD", b"a/b.py,,\n../../../bin/a,,\n/srv/a,,\n"),
            ("v/lib/python3/site-packages/a-1.dist-info/INSTALLER", b"uv"),
            ("v/lib/python3/site-packages/other/x.py", b""),
        ]);
        let claimed = claimed(&image);
        for path in ["v/lib/python3/site-packages/a/b.py", "v/bin/a", "srv/a"] {
            assert!(claimed.contains(path), "{path}");
        }
        assert!(claimed.contains("v/lib/python3/site-packages/a-1.dist-info/INSTALLER"));
        assert!(!claimed.iter().any(|path| path.contains("other")));
    }

    #[test]
    fn one_without_a_list_has_what_is_called_as_it_is() {
        let image = Image::of(&[
            ("site-packages/Foo_Bar-1.egg-info/PKG-INFO", b"Name: Foo-Bar\nVersion: 1\n"),
            ("site-packages/foo_bar/x.py", b""),
            ("site-packages/foo_bar.py", b""),
            ("site-packages/foo/x.py", b""),
            ("site-packages/b-2.egg/EGG-INFO/PKG-INFO", b"Name: b\nVersion: 2\n"),
            ("site-packages/b-2.egg/b/x.py", b""),
        ]);
        let claimed = claimed(&image);
        for path in ["foo_bar/x.py", "foo_bar.py", "b-2.egg/b/x.py"] {
            assert!(claimed.contains(&format!("site-packages/{path}")), "{path} {claimed:?}");
        }
        assert!(!claimed.contains("site-packages/foo/x.py"));
    }

    #[test]
    fn bytecode_is_of_the_module_beside_it_or_above() {
        let source = |path: &str| source_of(&path.into()).map(|path| path.to_string());
        for path in ["a/__pycache__/m.cpython-311.pyc", "a/__pycache__/m.cpython-311.opt-2.pyc", "a/m.pyc"] {
            assert_eq!(source(path).as_deref(), Some("a/m.py"), "{path}");
        }
        assert_eq!(source("a/__pycache__/m.x.cpython-311.pyc").as_deref(), Some("a/m.x.py"));
        assert_eq!(source("a/m.py"), None);
        assert_eq!(source("__pycache__/.pyc"), None);
    }
}
