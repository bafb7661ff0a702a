//! Which distribution a path is of by its name: its dist-info, and the folder or module called as it is.

use crate::base::path::LayerPath;
use crate::ecosystem::catalog::Package;
use crate::ecosystem::places;
use crate::ecosystem::python::Python;
use crate::python::normal_name;
use crate::tree::FileTree;

/// Folders that distributions are installed into.
const SITES: [&[u8]; 2] = [b"site-packages", b"dist-packages"];

/// Endings of the folders that hold what is known of a distribution.
const RECORDS: [&str; 3] = [".dist-info", ".egg-info", ".data"];

/// Normal names of the distributions that `path` may be of, the likeliest first.
pub(super) fn by_name(path: &LayerPath) -> Vec<String> {
    let parts: Vec<&[u8]> = path.parts().collect();
    let recorded = parts.iter().filter_map(|part| of_record(part));
    recorded.chain(of_module(&parts)).collect()
}

fn of_record(part: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(part).ok()?;
    let name = RECORDS.iter().find_map(|ending| name.strip_suffix(ending))?;
    Some(normal_name(name.split('-').next()?))
}

fn of_module(parts: &[&[u8]]) -> Option<String> {
    let site = parts.iter().position(|part| SITES.contains(part))?;
    let name = std::str::from_utf8(parts.get(site + 1)?).ok()?;
    Some(normal_name(name.strip_suffix(".libs").or(name.strip_suffix(".py")).unwrap_or(name)))
}

/// Whether the package's RECORD is at hand, and lists something.
pub(super) fn has_record(tree: &FileTree<'_>, package: &Package) -> bool {
    let info = package.evidence.parent().filter(|info| info.file_name().ends_with(RECORDS[0].as_bytes()));
    let record = info.and_then(|info| places::bytes(tree, &info.join(b"RECORD"), &Python));
    record.is_some_and(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_likelier_than_the_folder_it_stands_in() {
        let names = |path: &str| by_name(&path.into());
        let site = "usr/lib/python3.11/site-packages";
        assert_eq!(
            names(&format!("{site}/Flask_Cors-1.dist-info/RECORD")),
            ["flask-cors", "flask-cors-1-dist-info"]
        );
        assert_eq!(names(&format!("{site}/flask.cors/a.py")), ["flask-cors"]);
        assert_eq!(names(&format!("{site}/foo__bar.py")), ["foo-bar"]);
        assert_eq!(names(&format!("{site}/numpy.libs/x.so")), ["numpy"]);
        assert_eq!(names("opt/numpy/x.so"), [""; 0]);
    }
}
