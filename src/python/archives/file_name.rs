//! File names of wheels (PyPA, "Binary distribution format") and sdists ("Source distribution format"), and the tags of an
//! installed wheel.

use std::collections::BTreeSet;

use crate::base::text::percent_decoded;

/// What a wheel is for: its build, and each of its tags alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct WheelTags {
    /// The build, where it has one.
    pub build: Option<String>,
    /// Each `python-abi-platform` alone, sorted.
    pub tags: Vec<String>,
}

/// Tags of one compressed set that are taken apart, at most.
const TAGS: usize = 1000;

/// How sdists end.
const SDISTS: [&str; 4] = [".tar.gz", ".zip", ".tar.bz2", ".tgz"];

/// Each tag of compressed sets (`py2.py3-none-any`) alone, sorted, each once.
pub fn tags<'t>(sets: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let mut all = BTreeSet::new();
    for set in sets {
        let mut parts = set.split('-');
        let (Some(pythons), Some(abis), Some(platforms), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            // What is no tag stays as it is: it is still what is said.
            all.insert(set.to_owned());
            continue;
        };
        let each = pythons.split('.').flat_map(|python| {
            abis.split('.').flat_map(move |abi| {
                platforms.split('.').map(move |platform| format!("{python}-{abi}-{platform}"))
            })
        });
        all.extend(each.take(TAGS));
    }
    all.into_iter().take(TAGS).collect()
}

/// The name, the version and, of a wheel, the tags that a file name holds; `None` for what is no such name.
pub(in crate::python) fn parse(file: &str) -> Option<(&str, String, Option<WheelTags>)> {
    if let Some(stem) = file.strip_suffix(".whl") {
        let (stem, platform) = stem.rsplit_once('-')?;
        let (stem, abi) = stem.rsplit_once('-')?;
        let (stem, python) = stem.rsplit_once('-')?;
        let (name, rest) = stem.split_once('-')?;
        let (version, build) =
            rest.split_once('-').map_or((rest, None), |(version, build)| (version, Some(build)));
        let tags = tags([format!("{python}-{abi}-{platform}").as_str()]);
        let tags = WheelTags { build: build.map(str::to_owned), tags };
        return is_filled(name, version).then(|| (name, version.replace('_', "-"), Some(tags)));
    }
    let stem = SDISTS.iter().find_map(|end| file.strip_suffix(end))?;
    // Of old sdists the name may hold dashes; the version holds none.
    let (name, version) = stem.rsplit_once('-')?;
    is_filled(name, version).then(|| (name, version.to_owned(), None))
}

fn is_filled(name: &str, version: &str) -> bool {
    !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit() || c == 'v')
}

/// The file name of a URL or path: its last part, without query and fragment, its escapes read (RFC 3986, 2.1).
pub fn of_url(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    percent_decoded(name)
}
