//! Which files of a tree a distribution says are its own: what its RECORD lists, with what installers write beside it; of an
//! `.egg-info` what `installed-files.txt` in it lists. One that has no list, and that no system package brought, has what is
//! called as it is, beside it: that goes by names alone, and is told apart.

use std::collections::BTreeSet;

use super::record::ADDED;
use super::sites::Form;
use crate::base::path::LayerPath;
use crate::ecosystem::catalog::Package;
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places;
use crate::python::record::{UNHASHED, rows};
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

/// A list of an `.egg-info`, which `setup.py install --record` and pip of old wrote: paths from the folder itself, a line each.
pub(super) const INSTALLED_FILES: &[u8] = b"installed-files.txt";

/// A distribution of a site directory, and where what describes it stands.
struct Described<'p> {
    package: &'p Package,
    form: Form,
    stem: &'p [u8],
    info: LayerPath,
}

impl<'p> Described<'p> {
    fn of(package: &'p Package) -> Option<Self> {
        let site = package.location.as_bytes();
        let rest = package.evidence.as_bytes().strip_prefix(site).unwrap_or_default();
        let name = rest.split(|byte| *byte == b'/').find(|part| !part.is_empty())?;
        let (form, stem) = Form::of(name)?;
        Some(Self { package, form, stem, info: package.location.join(name) })
    }

    /// The list of its files: the bytes, and the folder that paths in it are from.
    fn list<'a>(&self, tree: &FileTree<'a>, python: &dyn Ecosystem) -> Option<(&'a [u8], &LayerPath)> {
        let (name, folder) = match self.form {
            Form::DistInfo => (&b"RECORD"[..], &self.package.location),
            Form::EggInfo => (INSTALLED_FILES, &self.info),
            Form::Egg | Form::EggLink => return None,
        };
        let bytes = places::bytes(tree, &self.info.join(name), python)?;
        (!bytes.is_empty()).then_some((bytes, folder))
    }
}

/// Tells the paths that the lists of `package` name, and what proves that it is there.
pub(super) fn of(
    (tree, python): (&FileTree<'_>, &dyn Ecosystem),
    package: &Package,
    claim: &mut dyn FnMut(&[u8]),
) {
    claim(package.evidence.as_bytes());
    let Some(described) = Described::of(package) else { return };
    let Some((list, folder)) = described.list(tree, python) else { return };
    let mut listed = |path: &[u8]| match path.starts_with(b"/") {
        true => claim(path),
        false => claim(&[folder.as_bytes(), b"/", path].concat()),
    };
    match described.form {
        Form::DistInfo => rows(list).flatten().for_each(|row| listed(&row.path)),
        _ => list.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).for_each(listed),
    }
    let own = ADDED.iter().chain(&UNHASHED).chain([&INSTALLED_FILES]);
    own.for_each(|name| claim(described.info.join(name).as_bytes()));
}

/// Whether no list says which files are those of `package`: it has none, and no other kind of package brought it.
pub(super) fn is_unlisted((tree, python): (&FileTree<'_>, &dyn Ecosystem), package: &Package) -> bool {
    let own = || Described::of(package).is_some_and(|described| described.list(tree, python).is_some());
    // A zipped egg is one file, and a link has none but itself.
    let is_file = || tree.follow_file(&package.evidence).is_some() && is_whole(package);
    package.owner.is_none() && !own() && !is_file()
}

/// Whether what proves the package is all of it.
fn is_whole(package: &Package) -> bool {
    matches!(Form::of(package.evidence.file_name()), Some((Form::Egg | Form::EggLink, _)))
}

/// Tells what is called as `package` is, which has no list.
pub(super) fn by_name(
    (tree, python): (&FileTree<'_>, &dyn Ecosystem),
    package: &Package,
    claim: &mut dyn FnMut(&[u8]),
) {
    let Some(described) = Described::of(package).filter(|_| is_unlisted((tree, python), package)) else {
        return;
    };
    below(tree, &described.info, claim);
    if described.form == Form::EggInfo {
        for own in names(described.stem, &package.name) {
            below(tree, &package.location.join(&own), claim);
            claim(package.location.join(&[&own[..], b".py"].concat()).as_bytes());
        }
    }
}

/// Tells what makes the virtual environment that a site directory is in, where it is in one (PEP 405).
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

    fn named(image: &Image) -> BTreeSet<String> {
        image.with_tree(|tree| {
            let mut named = BTreeSet::new();
            let mut claim = |path: &[u8]| _ = named.insert(LayerPath::clamped(path).to_string());
            Python.claims_by_name(tree, &Python.catalogs(tree), &mut claim);
            named
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
    fn what_a_record_does_not_list_is_not_claimed_though_it_stands_in_the_distributions_folder() {
        let image = Image::of(&[
            ("site-packages/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
            ("site-packages/a-1.dist-info/RECORD", b"a/b.py,,\n"),
            ("site-packages/a-1.dist-info/payload.so", b"x"),
            ("site-packages/a/c.py", b""),
        ]);
        let (claimed, named) = (claimed(&image), named(&image));
        for path in ["site-packages/a-1.dist-info/payload.so", "site-packages/a/c.py"] {
            assert!(!claimed.contains(path) && !named.contains(path), "{path}");
        }
        assert!(claimed.contains("site-packages/a-1.dist-info/RECORD"));
    }

    #[test]
    fn a_list_in_an_egg_info_is_one() {
        let image = Image::of(&[
            ("site-packages/a-1.egg-info/PKG-INFO", b"Name: a\nVersion: 1\n"),
            ("site-packages/a-1.egg-info/installed-files.txt", b"../a/b.py\r\nPKG-INFO\n../../bin/a\n"),
            ("site-packages/a/c.py", b""),
        ]);
        let claimed = claimed(&image);
        for path in ["site-packages/a/b.py", "site-packages/a-1.egg-info/PKG-INFO", "bin/a"] {
            assert!(claimed.contains(path), "{path} {claimed:?}");
        }
        assert!(!claimed.contains("site-packages/a/c.py") && named(&image).is_empty());
    }

    #[test]
    fn one_without_a_list_has_what_is_called_as_it_is_by_name_alone() {
        let image = Image::of(&[
            ("site-packages/Foo_Bar-1.egg-info/PKG-INFO", b"Name: Foo-Bar\nVersion: 1\n"),
            ("site-packages/foo_bar/x.py", b""),
            ("site-packages/foo_bar.py", b""),
            ("site-packages/foo/x.py", b""),
            ("site-packages/b-2.egg/EGG-INFO/PKG-INFO", b"Name: b\nVersion: 2\n"),
            ("site-packages/b-2.egg/b/x.py", b""),
        ]);
        let (claimed, named) = (claimed(&image), named(&image));
        for path in ["foo_bar/x.py", "foo_bar.py", "b-2.egg/b/x.py"] {
            let path = format!("site-packages/{path}");
            assert!(named.contains(&path) && !claimed.contains(&path), "{path} {named:?}");
        }
        assert!(!named.contains("site-packages/foo/x.py"));
        assert!(claimed.contains("site-packages/Foo_Bar-1.egg-info/PKG-INFO"));
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
