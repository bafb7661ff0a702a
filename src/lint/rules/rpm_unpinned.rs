//! rpm-unpinned: yum, dnf, microdnf, tdnf or zypper installs without exact versions.

use crate::finding::{Confidence, Severity};
use crate::lint::os_packages::{Manager, commands, unpinned};
use crate::lint::{About, Findings, Remedy, Rule, Set, Subject};

static ABOUT: About = About {
    id: "rpm-unpinned",
    summary: "yum, dnf, microdnf, tdnf or zypper installs without exact versions",
    severity: Severity::Error,
    confidence: Confidence::Medium,
    set: Set::Default,
    remedy: Remedy::Lock,
    doc: include_str!("../../../docs/rules/rpm-unpinned.md"),
};

/// See [`ABOUT`].
pub(super) struct RpmUnpinned;

impl Rule for RpmUnpinned {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for command in commands(subject) {
            unpinned(subject, &command, &[Manager::Dnf, Manager::Zypper])
                .into_iter()
                .for_each(|found| findings.push(found));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn a_version_and_a_release_are_exact_and_numbers_in_a_name_are_not() {
        let text = "FROM a\nRUN dnf install -y --setopt=x=y gcc-11.5.0-2.el9 libcublas-12-4 @development && microdnf install tar\nRUN zypper --non-interactive in -y a=1.2-3 b\n";
        assert_eq!(dockerfile("rpm-unpinned", text).flagged(), ["libcublas-12-4", "tar", "b"]);
    }
}
