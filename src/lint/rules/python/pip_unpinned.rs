//! pip-unpinned: pip installs without exact versions.

use crate::lint::engine::draft::{Draft, Findings, confidence_in, listed};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::{Asked, PipInstall, installs};
use crate::lint::knowledge::requirement::may_apply;
use crate::lint::subject::Subject;

pub(crate) struct PipUnpinned;

impl Rule for PipUnpinned {
    profile! {
        id: "pip-unpinned",
        summary: "pip installs without exact versions",
        severity: Error,
        confidence: High,
        set: Default,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(installs(subject).filter_map(|install| draft(subject, &install)));
    }
}

fn draft(subject: &Subject<'_>, install: &PipInstall<'_>) -> Option<Draft> {
    let upgrades = install.has(&["-U", "--upgrade"]);
    // pip-self-upgrade has more to say of those.
    let is_its_own = |asked: &&Asked| upgrades && asked.is_installer();
    let open = install.asked.iter().filter(|asked| asked.is_open() && may_apply(&asked.requirement, None));
    let open: Vec<&Asked> = open.filter(|asked| !is_its_own(asked)).collect();
    let first = open.first()?;
    let names: Vec<String> = open.iter().map(|asked| asked.requirement.text.text.clone()).collect();
    let program = install.call.program().unwrap_or_default();
    let message = format!(
        "{program} installs {} in the newest version that the index has on the day of the build",
        listed(&names)
    );
    let name = first.requirement.name.clone().unwrap_or_else(|| "name".to_owned());
    // Constraints may pin what the command leaves open.
    let constrained = install.has(&["-c", "--constraint", "--constraints", "--override", "--overrides"]);
    let known = open.iter().any(|asked| asked.known) && !constrained;
    Some(
        Draft::at(first.span, message)
            .help(format!(
                "name the version: {name}==1.2.3, or install with --require-hashes -r from a compiled file"
            ))
            .confidence(confidence_in(known))
            .fix(install.pinned(subject, &open)),
    )
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, lock, python_lock};

    #[test]
    fn ranges_and_wildcards_are_open_and_a_command_is_one_finding() {
        let text = "FROM a\nARG V=2.4.1\nRUN pip install 'torch>=2' \\\n  numpy==1.* a==1.0 torchvision==$V \"b[x]~=2.0\" c@https://example.org/c.whl git+https://example.org/d\n";
        let expected = "3: torch>=2: pip installs torch>=2, numpy==1.* and b[x]~=2.0 in the newest version that the index has on the day of the build";
        assert_eq!(dockerfile("pip-unpinned", text).lines(), [expected]);
    }

    #[test]
    fn what_a_variable_holds_is_read_and_what_it_does_not_is_not_silent() {
        let text = "FROM a\nRUN P='x y==1' && pip install $P && pip install $Q\n";
        let findings = dockerfile("pip-unpinned", text).findings();
        let sure: Vec<&str> = findings.iter().map(|finding| finding.confidence.name()).collect();
        assert_eq!(sure, ["high", "low"]);
    }

    #[test]
    fn locked_versions_take_the_place_of_ranges_in_quotes_too() {
        let text = "FROM a\nRUN bash -c \"pip install 'torch>=2' numpy\" && pip install \"b[x]\" c\n";
        let lock = lock(&python_lock("r.txt", &[("torch", "2.4.1"), ("numpy", "1.26.4"), ("b", "1.0")]));
        let expected = "FROM a\nRUN bash -c \"pip install 'torch==2.4.1' numpy==1.26.4\" && pip install \"b[x]==1.0\" c\n";
        assert_eq!(dockerfile("pip-unpinned", text).locked(lock).fixed(), expected);
    }
}
