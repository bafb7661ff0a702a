//! apk-unpinned: apk adds packages without exact versions.

use crate::finding::{Confidence, Severity};
use crate::lint::os_packages::{Manager, commands, unpinned};
use crate::lint::{About, Findings, Remedy, Rule, Set, Subject};

static ABOUT: About = About {
    id: "apk-unpinned",
    summary: "apk adds packages without exact versions",
    severity: Severity::Error,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::Lock,
    doc: include_str!("../../../docs/rules/apk-unpinned.md"),
};

/// See [`ABOUT`].
pub(super) struct ApkUnpinned;

impl Rule for ApkUnpinned {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for command in commands(subject) {
            findings.extend(unpinned(subject, &command, &[Manager::Apk]));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn ranges_are_no_versions_and_virtual_names_no_packages() {
        let text = "FROM a\nRUN apk add --no-cache -t .deps git~2.45 curl=8.9.0-r0 gcc@edge\n";
        assert_eq!(
            dockerfile("apk-unpinned", text).told(),
            [
                "2: git~2.45: apk installs git~2.45 and gcc@edge in whatever version the archive has on the day of the build"
            ]
        );
    }
}
