//! apt-unpinned: apt or apt-get installs without exact versions.

use crate::lint::engine::draft::Findings;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::os_packages::unpinned::unpinned;
use crate::lint::knowledge::os_packages::{Manager, commands};
use crate::lint::subject::Subject;

pub(crate) struct AptUnpinned;

impl Rule for AptUnpinned {
    profile! {
        id: "apt-unpinned",
        summary: "apt or apt-get installs without exact versions",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
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
        assert_eq!(dockerfile("apt-unpinned", text).lines(), [expected]);
    }

    #[test]
    fn an_archive_of_one_day_has_one_version_of_each() {
        let flagged = |command: &str| {
            let text = format!("FROM a\nARG DAY=20260301T000000Z\nRUN {command}\n");
            dockerfile("apt-unpinned", &text).flagged().len()
                + dockerfile("os-upgrade", &text).flagged().len()
        };
        assert_eq!(flagged("apt-get install -y --snapshot 20260301T000000Z curl"), 0);
        assert_eq!(flagged("apt install -y -S $DAY curl"), 0);
        assert_eq!(flagged("apt-get --snapshot=20260301T000000Z upgrade -y"), 0);
        assert_eq!(flagged("apt-get install -y --snapshot=$UNKNOWN curl"), 1);
    }

    #[test]
    fn wrappers_shells_and_variables_hide_nothing() {
        let text = "FROM a\nARG V=1.2-3\nRUN sudo -E apt install -y x=$V\nRUN bash -lc 'DEBIAN_FRONTEND=x apt-get -qq install y'\nRUN apt-get install -y $(cat list) ./local.deb z-\n";
        assert_eq!(dockerfile("apt-unpinned", text).flagged(), ["y", "$(cat list)"]);
    }

    #[test]
    fn names_that_another_command_hands_over_are_open() {
        for command in [
            "echo git curl | xargs apt-get install -y",
            "xargs -a pkgs.txt apt-get install -y",
            "cat l | xargs -n1 -I{} apt-get install -y {}",
            "parallel -j1 apt-get install -y ::: git curl",
            "apt-get install -y $(cat pkgs.txt)",
            "retry -t 3 apt-get install -y x",
            "install_packages curl",
            "nala install -y curl",
        ] {
            let case = dockerfile("apt-unpinned", &format!("FROM a\nRUN {command}\n"));
            assert_eq!(case.flagged().len(), 1, "{command}");
        }
        let inside = "FROM a\nRUN inst() { apt-get install -y \"$@\"; }; inst git\n";
        let findings = dockerfile("apt-unpinned", inside).findings();
        assert!(findings.iter().all(|finding| !finding.help.as_ref().unwrap().contains("$@")));
    }
}
