//! requirements-unhashed: a requirements file has exact versions, but no hashes of their files.

use std::collections::BTreeSet;

use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::requirement::{Head, PYTHON, may_apply};
use crate::lint::subject::Subject;
use crate::lint::subject::source::SourceKind;
use crate::python::{EntryKind, PipRequirement, RequirementSource as From, RequirementsText};

pub(crate) struct RequirementsUnhashed;

impl Rule for RequirementsUnhashed {
    profile! {
        id: "requirements-unhashed",
        summary: "a requirements file with exact versions and without hashes",
        severity: Warning,
        confidence: High,
        set: Pedantic,
        remedy: Lock,
    }

    // One finding for a file: pip takes hashes for all of its requirements or for none.
    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let Some(file) =
            subject.requirements.as_ref().filter(|_| subject.source.kind == SourceKind::Requirements)
        else {
            return;
        };
        let requirements = file.requirements().map(|(_, requirement)| requirement);
        let exact = requirements.filter(|requirement| requirement.exact_version().is_some());
        let exact: Vec<&PipRequirement> = exact.filter(|requirement| may_apply(requirement, None)).collect();
        let bare: Vec<&&PipRequirement> =
            exact.iter().filter(|requirement| requirement.hashes.is_empty()).collect();
        let Some(first) = bare.first() else { return };
        let head = Head::of(first, subject.text()).map_or(first.text.span, |head| head.whole);
        let message = match bare.len() {
            1 => "the index may serve another file for this version, since it has no hash".to_owned(),
            several => format!(
                "the index may serve other files for these versions, since {several} of {} have no hash",
                exact.len()
            ),
        };
        findings.push(
            Draft::at(head, message)
                .help(
                    "write the hashes of all files, those of dependencies too: pip-compile --generate-hashes, or \
                     uv pip compile --generate-hashes",
                )
                .fix(fix(subject, file)),
        );
    }
}

/// The locked hashes behind every requirement; none where one is missing, since pip would then refuse all of them.
fn fix(subject: &Subject<'_>, file: &RequirementsText) -> Option<Fix> {
    let source = subject.source;
    let pins = source.pins.as_deref().filter(|pins| pins.installed_from(source))?;
    let names_others = file.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Include(..)));
    if names_others || !source.together.files.is_empty() || source.together.is_on_several_bases() {
        return None;
    }
    let newline = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = Vec::new();
    let mut names = BTreeSet::new();
    for (_, requirement) in file.requirements().filter(|(_, requirement)| may_apply(requirement, Some(pins)))
    {
        names.insert(requirement.name.as_deref()?);
        if !requirement.hashes.is_empty() {
            continue;
        }
        let is_plain = matches!(requirement.source, From::Index(_)) && requirement.exact_version().is_some();
        let packages = pins.python(requirement).filter(|_| is_plain)?;
        if packages.iter().any(|package| package.hashes.is_empty()) {
            return None;
        }
        let hashes: BTreeSet<String> =
            packages.iter().flat_map(|package| &package.hashes).map(ToString::to_string).collect();
        let options = hashes.iter().map(|hash| format!(" \\{newline}    --hash={hash}"));
        edits.push(Edit::insert(requirement.text.span.end, options.collect::<String>()));
    }
    // What a requirement brought along needs a line with a hash too.
    let brought = pins
        .lock
        .package
        .get(PYTHON)
        .into_iter()
        .flatten()
        .filter(|package| package.requirement.as_ref().is_some_and(|asked| source.is_at(&asked.file)));
    let all_named = brought.into_iter().all(|package| names.contains(package.name.as_str()));
    (all_named && !edits.is_empty()).then(|| Fix::safe(edits))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{Case, lock, of, python_lock};
    use crate::lint::subject::source::SourceKind;

    const ID: &str = "requirements-unhashed";
    const HASH: &str = "sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914";

    fn file(text: &str) -> Case {
        of(ID, SourceKind::Requirements, text)
    }

    fn locked(text: &str, hashed: &[&str]) -> Case {
        let mut pinned = lock(&python_lock("text", &[("a", "1"), ("b", "2")]));
        for package in pinned.package.get_mut("python").unwrap() {
            if hashed.contains(&package.name.as_str()) {
                package.hashes = vec![HASH.parse().unwrap()];
            }
        }
        file(text).locked(pinned)
    }

    #[test]
    fn a_file_without_hashes_is_one_finding() {
        assert_eq!(
            file("a==1\nb==2 # x\nc>1\n").lines(),
            ["1: a==1: the index may serve other files for these versions, since 2 of 2 have no hash"]
        );
        let partly = format!("a==1 --hash={HASH}\nb==2 ; os_name=='posix'\n");
        assert_eq!(
            file(&partly).lines(),
            ["2: b==2: the index may serve another file for this version, since it has no hash"]
        );
    }

    #[test]
    fn hashes_and_what_can_have_none_are_not_flagged() {
        let text = format!("a==1 \\\n  --hash={HASH}\n-e .\ngit+https://example.org/a\n");
        assert_eq!(file(&text).lines(), [""; 0]);
    }

    #[test]
    fn hashes_are_written_for_all_or_for_none() {
        let text = "a==1 ; os_name=='posix'  # why\nb==2\n";
        let expected =
            format!("a==1 ; os_name=='posix' \\\n    --hash={HASH}  # why\nb==2 \\\n    --hash={HASH}\n");
        assert_eq!(locked(text, &["a", "b"]).fixed(), expected);
        assert_eq!(locked(text, &["a"]).fixed(), text);
        assert_eq!(locked("a==1\n-e .\n", &["a", "b"]).fixed(), "a==1\n-e .\n");
        assert_eq!(locked("-r x.txt\na==1\n", &["a", "b"]).fixed(), "-r x.txt\na==1\n");
    }

    #[test]
    fn a_dependency_without_a_line_stops_the_fix() {
        let mut pinned = lock(&python_lock("text", &[("a", "1"), ("dependency", "3")]));
        for package in pinned.package.get_mut("python").unwrap() {
            package.hashes = vec![HASH.parse().unwrap()];
            package.requirement = Some(crate::lockfile::model::LockedRequirement {
                file: "text".into(),
                line: 1,
                specifier: "==1".into(),
                via: (package.name == "dependency").then(|| "a".into()),
            });
        }
        assert_eq!(file("a==1\n").locked(pinned).fixed(), "a==1\n");
    }
}
