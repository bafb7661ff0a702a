//! os-upgrade: all OS packages are upgraded.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings, listed};
use crate::lint::engine::edits::without_command;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::os_packages::{Action, commands};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;

pub(crate) struct OsUpgrade;

impl Rule for OsUpgrade {
    profile! {
        id: "os-upgrade",
        summary: "all OS packages are upgraded",
        severity: Error,
        confidence: High,
        set: Default,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for command in commands(subject).filter(|command| command.action == Action::Upgrade) {
            let span = command.call.span();
            let written = command.call.program().unwrap_or_default();
            let names: Vec<String> = command.packages.iter().map(|package| package.text.clone()).collect();
            let what = if names.is_empty() { "every package".to_owned() } else { listed(&names) };
            findings.push(
                Draft::at(span, format!("{written} upgrades {what} to the version of the day"))
                    .help("take the upgrade out, and move the base image to a newer digest instead")
                    .fix(taken_out(subject, &command.call)),
            );
        }
    }
}

/// The list without the command, where it is one of several joined by `&&` or `;`.
fn taken_out(subject: &Subject<'_>, call: &Call<'_>) -> Option<Fix> {
    Some(Fix::not_safe([without_command(subject, call)?]))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn upgrades_of_every_manager_are_flagged_and_updates_of_lists_are_not() {
        let text = "FROM a\nRUN apt-get update && apt-get -y dist-upgrade && apt-get install x\nRUN apk upgrade\nRUN yum update -y\nRUN zypper up -y\n";
        assert_eq!(
            dockerfile("os-upgrade", text).flagged(),
            ["apt-get -y dist-upgrade", "apk upgrade", "yum update -y", "zypper up -y"]
        );
    }

    #[test]
    fn an_upgrade_of_some_packages_names_them() {
        let text =
            "FROM a\nRUN dnf upgrade -y --releasever latest openssl-libs curl && dnf upgrade -y --security\n";
        let expected = [
            "2: dnf upgrade -y --releasever latest openssl-libs curl: dnf upgrades openssl-libs and curl to the version of the day",
            "2: dnf upgrade -y --security: dnf upgrades every package to the version of the day",
        ];
        assert_eq!(dockerfile("os-upgrade", text).lines(), expected);
    }

    #[test]
    fn the_upgrade_is_taken_out_with_the_operator_beside_it() {
        let text = "FROM a\nRUN apt-get update && apt-get -y upgrade \\\n  && apt-get install x\n";
        let expected = "FROM a\nRUN apt-get update \\\n  && apt-get install x\n";
        assert_eq!(dockerfile("os-upgrade", text).fixed_unsafely(), expected);
        let text = "FROM a\nRUN apt-get upgrade -y && \\\n    apt-get install x\n";
        assert_eq!(dockerfile("os-upgrade", text).fixed_unsafely(), "FROM a\nRUN apt-get install x\n");
        let alone = "FROM a\nRUN apk upgrade\n";
        assert_eq!(dockerfile("os-upgrade", alone).fixed_unsafely(), alone, "a RUN of nothing is no RUN");
    }
}
