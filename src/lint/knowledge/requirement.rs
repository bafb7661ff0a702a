//! What of a Python requirement is open, whoever names it: a line of a requirements file, or a word of `pip install`.
//!
//! Vocabulary: the *head* of a requirement is all of it before its marker: name, extras, versions. A requirement *applies*
//! where its marker holds.
//!
//! What it refuses to do: it asks no index and no repository.

use std::str::FromStr;

use pep440_rs::Version;

use crate::base::text::Span;
use crate::ecosystem::marker_environment;
use crate::lint::knowledge::downloads::is_commit;
use crate::lint::subject::pins::Pins;
use crate::lint::subject::source::SourceText;
use crate::lockfile::model::LockedPackage;
use crate::python::{self, PipRequirement};

/// The lock's name for what pip and its like install.
pub(crate) const PYTHON: &str = "python";

/// Pythons that a marker is tried with.
const PYTHONS: [&str; 10] = ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];

/// What an image can be of, as far as markers tell.
const ARCHITECTURES: [&str; 2] = ["amd64", "arm64"];

/// Hashes that pip checks in a URL's fragment.
const FRAGMENT_HASHES: [&str; 6] = ["md5=", "sha1=", "sha224=", "sha256=", "sha384=", "sha512="];

/// Where the parts of a requirement's head stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Name, extras and versions.
    pub(crate) whole: Span,
    /// The versions; empty, behind name and extras, where there are none.
    pub(crate) versions: Span,
}

impl Head {
    /// The head of a requirement with a name; none where `text` doesn't hold it as it was read.
    pub(crate) fn of(requirement: &PipRequirement, text: &str) -> Option<Self> {
        let written = requirement.text.span.text(text);
        if written != requirement.text.text {
            return None;
        }
        let head = written.split(';').next().unwrap_or_default().trim_end();
        let name =
            head.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).unwrap_or(head.len());
        let after_name = head.get(name..)?;
        let extras = after_name.trim_start();
        let extras_end = match extras.strip_prefix('[') {
            Some(rest) => after_name.len() - extras.len() + rest.find(']')? + 2,
            None => 0,
        };
        let at = requirement.text.span.start;
        let versions = Span::new(at + name + extras_end, at + head.len());
        (name > 0).then_some(Self { whole: Span::new(at, at + head.len()), versions })
    }
}

/// Whether a requirement's marker can hold in an image: on Linux, and, where `pins` are those of what is installed, in a
/// Python that the image has.
pub(crate) fn may_apply(requirement: &PipRequirement, pins: Option<&Pins>) -> bool {
    let Some(marker) = &requirement.marker_tree else { return true };
    let holds = |location: &str, architecture: &str| {
        marker_environment(location, architecture)
            .is_none_or(|environment| marker.evaluate(&environment, &[]))
    };
    let locked = pins.and_then(|pins| Some((pins.lock.package.get(PYTHON)?, &pins.lock.image.platform)));
    if let Some((packages, platform)) = locked.filter(|(packages, _)| !packages.is_empty()) {
        let architecture = platform.split('/').nth(1).unwrap_or_default();
        return packages.iter().any(|package| holds(&package.location, architecture));
    }
    let locations = PYTHONS.iter().map(|python| format!("lib/python{python}/site-packages"));
    locations
        .into_iter()
        .any(|location| ARCHITECTURES.iter().any(|architecture| holds(&location, architecture)))
}

/// What may change about the commit that a version control URL leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LooseRevision {
    /// None is named: the default branch is taken.
    None,
    /// A branch or tag.
    Name(String),
    /// The beginning of a commit's id.
    Short(String),
    /// One that a variable chooses.
    Variable(String),
}

/// Why `revision` of the version control URL `url` is not one commit for good; none where it is.
pub(crate) fn loose_revision(url: &str, revision: Option<&str>) -> Option<LooseRevision> {
    let Some(revision) = revision else {
        // A variable at the end of the address may hold a revision too.
        let last = url.split('#').next().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
        let hidden = (last.contains('$')).then(|| LooseRevision::Variable(last.to_owned()));
        return Some(hidden.unwrap_or(LooseRevision::None));
    };
    let is_hex = revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Subversion and Bazaar count their revisions.
    let counted = url.starts_with("svn+") || url.starts_with("bzr+");
    if is_commit(revision) || counted && revision.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let revision = revision.to_owned();
    Some(match () {
        () if revision.contains('$') || revision.contains('{') => LooseRevision::Variable(revision),
        () if is_hex && revision.len() >= 7 && revision.len() < 40 => LooseRevision::Short(revision),
        () => LooseRevision::Name(revision),
    })
}

/// Whether pip holds a file at a URL to a hash: in the fragment, or given with `--hash`.
pub(crate) fn is_hashed_url(url: &str, requirement: &PipRequirement) -> bool {
    let fragment = url.split_once('#').map(|(_, fragment)| fragment).unwrap_or_default();
    let mut parts = fragment.split('&');
    !requirement.hashes.is_empty()
        || parts.any(|part| FRAGMENT_HASHES.iter().any(|prefix| part.starts_with(prefix)))
}

impl Pins {
    /// The one version from an index that fits a requirement and its marker, with all that was installed of it.
    pub(crate) fn python(&self, requirement: &PipRequirement) -> Option<Vec<&LockedPackage>> {
        let python::RequirementSource::Index(specifiers) = &requirement.source else { return None };
        let name = requirement.name.as_deref()?;
        if requirement.marker.is_some() && requirement.marker_tree.is_none() {
            return None;
        }
        let architecture = self.lock.image.platform.split('/').nth(1).unwrap_or_default();
        let fits = |package: &&LockedPackage| {
            let version = Version::from_str(&package.version);
            let environment = marker_environment(&package.location, architecture);
            let holds = requirement.marker_tree.as_ref().is_none_or(|marker| {
                environment.is_some_and(|environment| marker.evaluate(&environment, &[]))
            });
            package.origin.is_none() && holds && version.is_ok_and(|version| specifiers.contains(&version))
        };
        let fitting: Vec<&LockedPackage> = self.packages(PYTHON, name).into_iter().filter(fits).collect();
        let first = fitting.first()?;
        fitting.iter().all(|package| package.version == first.version).then_some(fitting)
    }

    /// Whether the frozen build installed from this requirements file.
    pub(crate) fn installed_from(&self, source: &SourceText) -> bool {
        self.lock.build.requirements.iter().any(|file| source.is_at(&file.path))
    }
}

impl SourceText {
    /// Whether this is the file at `path` of the build context.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        let shown = self.context.as_ref().map_or_else(|| path.to_owned(), |context| context.shown(path));
        self.path == shown || self.context.is_none() && self.path.ends_with(&format!("/{path}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::RequirementsText;

    fn requirement(text: &str) -> PipRequirement {
        RequirementsText::parse(text).requirements().next().unwrap().1.clone()
    }

    #[test]
    fn a_head_ends_before_the_marker_and_its_versions_begin_behind_the_extras() {
        let parts = |text: &str| {
            let head = Head::of(&requirement(text), text).unwrap();
            (head.whole.text(text).to_owned(), head.versions.text(text).to_owned())
        };
        assert_eq!(parts("torch>=2 ; python_version>'3.8'  # x"), ("torch>=2".into(), ">=2".into()));
        assert_eq!(parts("a [b, c] >= 1,<2"), ("a [b, c] >= 1,<2".into(), " >= 1,<2".into()));
        assert_eq!(parts("numpy"), ("numpy".into(), String::new()));
        assert_eq!(parts("zope.interface (>5)"), ("zope.interface (>5)".into(), " (>5)".into()));
    }

    #[test]
    fn a_marker_that_no_image_meets_leaves_nothing_to_install() {
        assert!(!may_apply(&requirement("a; sys_platform == 'win32'"), None));
        assert!(!may_apply(&requirement("a; platform_system == 'Darwin'"), None));
        assert!(may_apply(&requirement("a; python_version < '3.8'"), None));
        assert!(may_apply(&requirement("a; platform_machine == 'aarch64'"), None));
    }

    #[test]
    fn only_a_whole_commit_is_one_for_good() {
        let loose = |revision: &str| loose_revision("git+https://example.org/a", Some(revision));
        assert_eq!(loose(&"a".repeat(40)), None);
        assert_eq!(loose("abcdef0"), Some(LooseRevision::Short("abcdef0".into())));
        assert_eq!(loose("v1.0"), Some(LooseRevision::Name("v1.0".into())));
        assert_eq!(loose("${REV}"), Some(LooseRevision::Variable("${REV}".into())));
        assert_eq!(loose_revision("git+https://example.org/a", None), Some(LooseRevision::None));
        let hidden = |url: &str| loose_revision(url, None);
        assert_eq!(hidden("git+${URL}#egg=a"), Some(LooseRevision::Variable("git+${URL}".into())));
        assert_eq!(hidden("git+https://example.org/$REST"), Some(LooseRevision::Variable("$REST".into())));
        assert_eq!(hidden("git+https://example.org/$USER/a"), Some(LooseRevision::None));
        assert_eq!(loose_revision("svn+https://example.org/a", Some("123")), None);
    }

    #[test]
    fn a_url_is_hashed_by_its_fragment_or_an_option() {
        let hashed = |text: &str| {
            let requirement = requirement(text);
            let python::RequirementSource::Url(url) = &requirement.source else { panic!("{text} is no URL") };
            is_hashed_url(url, &requirement)
        };
        assert!(!hashed("https://example.org/a-1-py3-none-any.whl"));
        assert!(!hashed("a @ https://example.org/a.zip#egg=a"));
        assert!(hashed("https://example.org/a.whl#egg=a&sha256=ab"));
        assert!(hashed("https://example.org/a.whl --hash=sha256:ab"));
    }
}
