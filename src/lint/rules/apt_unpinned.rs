//! apt-unpinned: apt or apt-get installs without exact versions.

use crate::finding::{Confidence, Severity};
use crate::lint::os_packages::{Manager, commands, unpinned};
use crate::lint::{About, Findings, Remedy, Rule, Set, Subject};

static ABOUT: About = About {
    id: "apt-unpinned",
    summary: "apt or apt-get installs without exact versions",
    severity: Severity::Error,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::Lock,
    doc: include_str!("../../../docs/rules/apt-unpinned.md"),
};

/// See [`ABOUT`].
pub(super) struct AptUnpinned;

impl Rule for AptUnpinned {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for command in commands(subject) {
            findings.extend(unpinned(subject, &command, &[Manager::Apt]));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn one_finding_for_a_command_names_what_is_open() {
        let text = "FROM a\nRUN apt-get update && apt-get install -y --no-install-recommends -o X=y \\\n  curl git=1:2.39.5-0 \\\n  # build\n  libcudnn8=8.9.* g++ && rm -rf /var/lib/apt/lists/*\n";
        let expected = "3: curl: apt-get installs curl, libcudnn8=8.9.* and g++ in whatever version the archive has on the day of the build";
        assert_eq!(dockerfile("apt-unpinned", text).told(), [expected]);
    }

    #[test]
    fn wrappers_shells_and_variables_hide_nothing() {
        let text = "FROM a\nARG V=1.2-3\nRUN sudo -E apt install -y x=$V\nRUN bash -lc 'DEBIAN_FRONTEND=x apt-get -qq install y'\nRUN apt-get install -y $(cat list) ./local.deb z-\n";
        assert_eq!(dockerfile("apt-unpinned", text).flagged(), ["y", "$(cat list)"]);
    }
}
