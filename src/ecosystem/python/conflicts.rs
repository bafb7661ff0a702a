//! Several distributions of one name in one site directory: which they are, and which one Python takes.
//!
//! `importlib.metadata` looks a name up by the names of the folders, dist-infos and egg-infos alike, and takes the first in the
//! order in which the file system lists the site directory. What a `.pth` leads to, eggs and develop links, comes behind all of
//! the site's own. An image has no such order: of several dist-infos it is not told which one is taken.

use super::sites::Form;
use crate::base::path::LayerPath;
use crate::ecosystem::catalog::Package;
use crate::python::normal_name;

/// Claims that are named one by one.
const NAMED: usize = 5;

/// What is to be said of these claims on one name.
pub(super) fn sentence(name: &str, claims: &[(Form, Package)]) -> String {
    let all: Vec<String> =
        claims.iter().map(|(_, package)| package.evidence.to_string()).take(NAMED).collect();
    let claimed = format!("{name} is claimed more than once: {}", all.join(", "));
    let mut candidates = claims.iter().filter(|(form, package)| is_candidate(*form, package, name));
    match (candidates.next(), candidates.next()) {
        (Some((_, only)), None) => format!("{claimed}; importlib takes {}", only.evidence),
        (Some(_), Some(_)) => {
            format!(
                "{claimed}; importlib takes the one that the folder lists first, which an image does not tell"
            )
        }
        (None, _) => claimed,
    }
}

/// Whether importlib finds the claim when it is asked for the name.
fn is_candidate(form: Form, package: &Package, name: &str) -> bool {
    let child = child_of(&package.location, &package.evidence);
    let stem = Form::of(child).map_or(child, |(_, stem)| stem);
    let stem = stem.split(|byte| *byte == b'-').next().unwrap_or_default();
    matches!(form, Form::DistInfo | Form::EggInfo)
        && std::str::from_utf8(stem).is_ok_and(|stem| normal_name(stem) == name)
}

/// The direct child of the site that the evidence is, or stands in.
pub(super) fn child_of<'p>(site: &LayerPath, evidence: &'p LayerPath) -> &'p [u8] {
    let below = evidence.as_bytes().get(site.as_bytes().len()..).unwrap_or_default();
    below.split(|byte| *byte == b'/').find(|part| !part.is_empty()).unwrap_or_default()
}
