//! pip-url-unhashed: a Python requirement that is a file at a URL, without a hash.

use std::collections::BTreeSet;

use crate::base::digest::Digest;
use crate::base::text::Span;
use crate::finding::{Confidence, Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::of_requirements;
use crate::lint::knowledge::requirement::{PYTHON, is_hashed_url};
use crate::lint::subject::Subject;
use crate::python::{PipRequirement, RequirementSource as From};

pub(crate) struct PipUrlUnhashed;

impl Rule for PipUrlUnhashed {
    profile! {
        id: "pip-url-unhashed",
        summary: "a Python package from a URL without a hash",
        severity: Warning,
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
    let From::Url(url) = &requirement.source else { return None };
    if url.starts_with("file:") || is_hashed_url(url, requirement) {
        return None;
    }
    let at = subject.at(requirement.text.span).find(url.as_str());
    let start = requirement.text.span.start;
    let span = at.map(|at| Span::new(start + at, start + at + url.len()));
    let joint = if url.contains('#') { '&' } else { '#' };
    let known = !url.contains('$');
    let draft = Draft::at(
        span.unwrap_or(requirement.text.span),
        "what this URL serves may change, and is installed whatever it is",
    );
    let draft = draft.help(format!("write the file's hash behind it: {joint}sha256=…"));
    let draft = if known { draft } else { draft.confidence(Confidence::Medium) };
    Some(draft.fix(fix(subject, requirement, url, joint, span.filter(|_| known))))
}

/// The hash of the file that the frozen image's package was installed from, if that was this URL.
fn fix(
    subject: &Subject<'_>,
    requirement: &PipRequirement,
    url: &str,
    joint: char,
    span: Option<Span>,
) -> Option<Fix> {
    let pins = subject.source.pins.as_deref()?;
    let plain = url.split('#').next().unwrap_or_default();
    let packages = pins.packages(PYTHON, requirement.name.as_deref()?).into_iter();
    let from_here = packages.filter(|package| {
        package.origin.as_deref().and_then(|origin| origin.split('#').next()) == Some(plain)
    });
    let hashes: BTreeSet<String> =
        from_here.flat_map(|package| &package.hashes).filter(is_sha256).map(Digest::hex).collect();
    let hash = hashes.first().filter(|_| hashes.len() == 1)?;
    Some(Fix::safe([Edit::insert(span?.end, format!("{joint}sha256={hash}"))]))
}

fn is_sha256(hash: &&Digest) -> bool {
    matches!(hash, Digest::Sha256(_))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{Case, DIGEST, lock, of, python_lock};
    use crate::lint::subject::source::SourceKind;

    fn file(text: &str) -> Case {
        of("pip-url-unhashed", SourceKind::Requirements, text)
    }

    #[test]
    fn lines_with_a_url_need_a_hash() {
        let text = "https://example.org/a-1-py3-none-any.whl\nb @ https://example.org/b.zip#egg=b ; os_name=='posix'\n\
                    c @ https://example.org/c.zip#sha256=00\nhttps://example.org/d.whl --hash=sha256:00\n\
                    file:///x/e.whl\n./f.whl\ng==1\n";
        assert_eq!(
            file(text).flagged(),
            ["https://example.org/a-1-py3-none-any.whl", "https://example.org/b.zip#egg=b"]
        );
    }

    #[test]
    fn the_locked_hash_is_put_behind_the_url_that_it_is_of() {
        let mut locked = lock(&python_lock("text", &[("b", "1")]));
        let package = &mut locked.package.get_mut("python").unwrap()[0];
        package.origin = Some("https://example.org/b.zip".into());
        package.hashes = vec![DIGEST.parse().unwrap()];
        let hash = DIGEST.replace("sha256:", "sha256=");
        let fixed = |text: &str| file(text).locked(locked.clone()).fixed();
        assert_eq!(
            fixed("b @ https://example.org/b.zip ; os_name=='posix'\n"),
            format!("b @ https://example.org/b.zip#{hash} ; os_name=='posix'\n")
        );
        assert_eq!(
            fixed("https://example.org/b.zip#egg=b # x\n"),
            format!("https://example.org/b.zip#egg=b&{hash} # x\n")
        );
        let other = "b @ https://example.org/other/b.zip\n";
        assert_eq!(fixed(other), other);
    }
}
