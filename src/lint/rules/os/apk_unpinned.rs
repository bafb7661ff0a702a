//! apk-unpinned: apk adds packages without exact versions.

use crate::lint::engine::draft::Findings;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::os_packages::unpinned::unpinned;
use crate::lint::knowledge::os_packages::{Manager, commands};
use crate::lint::subject::Subject;

pub(crate) struct ApkUnpinned;

impl Rule for ApkUnpinned {
    profile! {
        id: "apk-unpinned",
        summary: "apk adds packages without exact versions",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
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
            dockerfile("apk-unpinned", text).lines(),
            [
                "2: git~2.45: apk installs git~2.45 and gcc@edge in whatever version the archive has on the day of the build"
            ]
        );
    }
}
