//! rpm-unpinned: yum, dnf, microdnf, tdnf or zypper installs without exact versions.

use crate::lint::engine::draft::Findings;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::os_packages::unpinned::unpinned;
use crate::lint::knowledge::os_packages::{Manager, commands};
use crate::lint::subject::Subject;

pub(crate) struct RpmUnpinned;

impl Rule for RpmUnpinned {
    profile! {
        id: "rpm-unpinned",
        summary: "yum, dnf, microdnf, tdnf or zypper installs without exact versions",
        severity: Error,
        confidence: Medium,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for command in commands(subject) {
            unpinned(subject, &command, &[Manager::Dnf, Manager::Zypper])
                .into_iter()
                .for_each(|draft| findings.push(draft));
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

    #[test]
    fn where_the_version_is_named_the_release_is_open() {
        let message = |command: &str| {
            let case = dockerfile("rpm-unpinned", &format!("FROM a\nRUN {command}\n"));
            case.findings().remove(0).message
        };
        assert!(message("dnf install -y nginx-1.30.3").contains("in whatever release the archive has"));
        assert!(message("dnf install -y nginx-1.30.3 tar").contains("in whatever version the archive has"));
        assert!(message("dnf install -y 'nginx-1.*'").contains("in whatever version the archive has"));
    }

    #[test]
    fn patterns_of_zypper_stand_for_several_packages() {
        let case = dockerfile("rpm-unpinned", "FROM a\nRUN zypper -n in -t pattern devel_basis\n");
        assert!(
            case.findings().remove(0).help.unwrap().starts_with("install the packages that it stands for")
        );
    }

    #[test]
    fn groups_modules_and_what_a_build_needs_are_installs() {
        for command in [
            "dnf -y group install 'Development Tools'",
            "dnf groups install dev",
            "yum -y groupinstall dev",
            "dnf install -y @development-tools",
            "dnf module install -y nginx:1.18",
            "microdnf module install nodejs:18",
            "dnf builddep -y x",
            "yum-builddep -y x",
            "dnf in x",
            "dnf rei x",
            "zypper -n si x",
            "echo a b | xargs dnf install -y",
        ] {
            let text = format!("FROM a\nRUN {command}\n");
            assert_eq!(dockerfile("rpm-unpinned", &text).flagged().len(), 1, "{command}");
        }
        for command in [
            "dnf module enable -y nodejs:18",
            "dnf group list",
            "dnf install -y ./x.rpm y.rpm https://example.org/z.rpm",
        ] {
            let text = format!("FROM a\nRUN {command}\n");
            assert_eq!(dockerfile("rpm-unpinned", &text).flagged(), [""; 0], "{command}");
        }
    }
}
