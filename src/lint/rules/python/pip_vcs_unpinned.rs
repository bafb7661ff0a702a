//! pip-vcs-unpinned: a Python requirement from version control that is not held to a commit.

use std::collections::BTreeSet;

use crate::base::text::Span;
use crate::finding::{Confidence, Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::is_commit;
use crate::lint::knowledge::pip::of_requirements;
use crate::lint::knowledge::requirement::{LooseRevision, PYTHON, loose_revision};
use crate::lint::subject::Subject;
use crate::lockfile::model::LockedPackage;
use crate::python::{PipRequirement, RequirementSource as From};

pub(crate) struct PipVcsUnpinned;

impl Rule for PipVcsUnpinned {
    profile! {
        id: "pip-vcs-unpinned",
        summary: "a Python package from version control without a commit",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(of_requirements(subject, |requirement| draft(subject, requirement)));
    }
}

/// What is wrong with a requirement that stands in the text as it was read.
fn draft(subject: &Subject<'_>, requirement: &PipRequirement) -> Option<Draft> {
    let From::Vcs(url, revision) = &requirement.source else { return None };
    let loose = loose_revision(url, revision.as_deref())?;
    let (repository, fragment) = url.split_once('#').map_or((url.as_str(), ""), |(url, rest)| (url, rest));
    let bare = match revision {
        Some(revision) => repository.strip_suffix(&format!("@{revision}")).unwrap_or(repository),
        None => repository,
    };
    let message = match &loose {
        LooseRevision::None => "each build installs what the default branch has that day".to_owned(),
        LooseRevision::Name(name) => {
            format!("{name} is a branch or a tag, and may be another commit tomorrow")
        }
        LooseRevision::Short(id) => {
            format!("{id} is the beginning of an id, and may be another commit's or a tag tomorrow")
        }
        LooseRevision::Variable(text) => format!("which commit {text} is can't be told from here"),
    };
    let commit = locked_commit(subject, requirement, bare);
    let hash = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
    let help = match &commit {
        Some(commit) => format!("write the locked commit: {bare}@{commit}{hash}"),
        None => format!("write the commit, all 40 digits of it: {bare}@COMMIT{hash}"),
    };
    let place = place(subject, requirement, url);
    let span = place.unwrap_or(requirement.text.span);
    let draft =
        Draft::at(span, message).help(help).fix(fix(subject, span, bare, revision.as_deref(), commit));
    Some(match loose {
        LooseRevision::Variable(_) => draft.confidence(Confidence::Low),
        _ => draft,
    })
}

fn place(subject: &Subject<'_>, requirement: &PipRequirement, url: &str) -> Option<Span> {
    let at = subject.at(requirement.text.span).find(url)?;
    Some(Span::new(requirement.text.span.start + at, requirement.text.span.start + at + url.len()))
}

fn fix(
    subject: &Subject<'_>,
    span: Span,
    bare: &str,
    revision: Option<&str>,
    commit: Option<String>,
) -> Option<Fix> {
    let commit = commit?;
    let written = subject.at(span);
    let end = span.start + bare.len();
    if !written.starts_with(bare) || written.contains('$') {
        return None;
    }
    let old = Span::new(end, end + revision.map_or(0, |revision| revision.len() + 1));
    let edit = Edit::replace(old, format!("@{commit}"));
    let is_installed = subject.source.pins.as_deref().is_some_and(|pins| pins.installed_from(subject.source));
    Some(if is_installed { Fix::safe([edit]) } else { Fix::not_safe([edit]) })
}

/// The commit of this repository that the frozen image has the package from; of any package, where the URL names none.
fn locked_commit(subject: &Subject<'_>, requirement: &PipRequirement, repository: &str) -> Option<String> {
    let pins = subject.source.pins.as_deref()?;
    let packages: Vec<&LockedPackage> = match requirement.name.as_deref() {
        Some(name) => pins.packages(PYTHON, name),
        None => pins.lock.package.get(PYTHON)?.iter().collect(),
    };
    let plain = |url: &str| url.trim_end_matches('/').trim_end_matches(".git").to_owned();
    let commits = packages.into_iter().filter_map(|package| {
        let (place, commit) = package.origin.as_deref()?.split('#').next()?.rsplit_once('@')?;
        (is_commit(commit) && plain(place) == plain(repository)).then(|| commit.to_owned())
    });
    let commits: BTreeSet<String> = commits.collect();
    commits.first().filter(|_| commits.len() == 1).cloned()
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{Case, lock, of, python_lock};
    use crate::lint::subject::source::SourceKind;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn file(text: &str) -> Case {
        of("pip-vcs-unpinned", SourceKind::Requirements, text)
    }

    fn fixed(text: &str, origin: &str) -> String {
        let mut locked = lock(&python_lock("text", &[("a", "1")]));
        locked.package.get_mut("python").unwrap()[0].origin = Some(origin.replace("COMMIT", COMMIT));
        file(text).locked(locked).fixed()
    }

    #[test]
    fn lines_of_requirements_are_held_to_a_whole_commit() {
        let text = format!(
            "git+https://example.org/a.git\na @ git+https://example.org/a@main ; os_name=='posix'\n\
             -e git+ssh://git@example.org/a@v1#egg=a\ngit+https://example.org/a@abcdef012\n\
             git+https://example.org/a@{COMMIT}#egg=a\nnumpy\n"
        );
        assert_eq!(
            file(&text).lines(),
            [
                "1: git+https://example.org/a.git: each build installs what the default branch has that day",
                "2: git+https://example.org/a@main: main is a branch or a tag, and may be another commit tomorrow",
                "3: git+ssh://git@example.org/a@v1#egg=a: v1 is a branch or a tag, and may be another commit tomorrow",
                "4: git+https://example.org/a@abcdef012: abcdef012 is the beginning of an id, and may be another \
                 commit's or a tag tomorrow",
            ]
        );
    }

    #[test]
    fn the_locked_commit_takes_the_place_of_the_branch() {
        let origin = "git+https://example.org/a.git@COMMIT";
        assert_eq!(
            fixed("a @ git+https://example.org/a@main#subdirectory=x ; os_name=='posix' # y\n", origin),
            format!("a @ git+https://example.org/a@{COMMIT}#subdirectory=x ; os_name=='posix' # y\n")
        );
        assert_eq!(
            fixed("-e git+https://example.org/a#egg=a\n", origin),
            format!("-e git+https://example.org/a@{COMMIT}#egg=a\n")
        );
    }

    #[test]
    fn a_url_without_a_name_gets_the_commit_of_its_repository() {
        let text = "git+https://example.org/tools/a.git@v1\n";
        let expected = format!("git+https://example.org/tools/a.git@{COMMIT}\n");
        assert_eq!(fixed(text, "git+https://example.org/tools/a@COMMIT#subdirectory=python"), expected);
    }

    #[test]
    fn the_commit_of_another_repository_is_not_written() {
        let text = "a @ git+https://example.org/fork/a@main\n";
        assert_eq!(fixed(text, "git+https://example.org/a@COMMIT"), text);
    }
}
