//! os-upgrade: all OS packages are upgraded.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings, listed};
use crate::lint::engine::edits::without_command;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::os_packages::{Action, Manager, commands};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle};

pub(crate) struct OsUpgrade;

impl Rule for OsUpgrade {
    profile! {
        id: "os-upgrade",
        summary: "all OS packages are upgraded",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(subject.build_calls().filter_map(|call| rolling(&call)));
        for command in
            commands(subject).filter(|command| command.action == Action::Upgrade && !command.is_dated)
        {
            let span = command.call.span();
            let written = command.call.program().unwrap_or_default();
            let names: Vec<String> = command.packages.iter().map(|package| package.text.clone()).collect();
            // apt upgrades all, and installs those that are named beside.
            let is_all = names.is_empty() || command.manager == Manager::Apt;
            let what = match is_all {
                true if of_advisories(&command.call) => "every package that an advisory speaks of".to_owned(),
                true => "every package".to_owned(),
                false => listed(&names),
            };
            findings.push(
                Draft::at(span, format!("{written} upgrades {what} to the version of the day"))
                    .help("take the upgrade out, and move the base image to a newer digest instead")
                    .fix(taken_out(subject, &command.call)),
            );
        }
    }
}

/// Whether only what advisories speak of is upgraded. <https://dnf.readthedocs.io/en/latest/command_ref.html>
fn of_advisories(call: &Call<'_>) -> bool {
    let options =
        ["--security", "--bugfix", "--advisory", "--advisories", "--cve", "--cves", "--secseverity"];
    let is_one = |text: &str| options.contains(&text.split('=').next().unwrap_or(text)) || text == "patch";
    call.arguments().iter().any(|word| is_one(&word.text))
}

/// Upgrades by package managers that name no versions: <https://man.archlinux.org/man/pacman.8>
fn rolling(call: &Call<'_>) -> Option<Draft> {
    let words = call.expanded();
    let arguments = Arguments::of(&words, &OptionStyle::default());
    let upgrades = match call.program()? {
        "pacman" | "yay" | "paru" => {
            arguments.has(&["-S", "--sync"]) && arguments.has(&["-u", "--sysupgrade"])
        }
        "xbps-install" => arguments.has(&["-u", "--update"]),
        "emerge" => {
            arguments.has(&["-u", "--update"])
                && arguments.operands.iter().any(|word| word.text.ends_with("world"))
        }
        "brew" | "swupd" => {
            matches!(arguments.subcommand(), Some("upgrade" | "update"))
                && arguments.after_subcommand().is_empty()
                && !(call.is("brew") && arguments.subcommand() == Some("update"))
        }
        _ => false,
    };
    let program = call.program().unwrap_or_default();
    let message = format!("{program} upgrades every package to the version of the day");
    upgrades.then(|| {
        Draft::at(call.span(), message)
            .help("take the upgrade out, and move the base image to a newer digest instead")
    })
}

/// The list without the command, where it is one of several joined by `&&` or `;`.
fn taken_out(subject: &Subject<'_>, call: &Call<'_>) -> Option<Fix> {
    Some(Fix::not_safe([without_command(subject, call)?]))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn an_upgrade_for_security_is_not_one_of_every_package() {
        let message = |command: &str| {
            dockerfile("os-upgrade", &format!("FROM a\nRUN {command}\n")).findings().remove(0).message
        };
        assert!(message("dnf upgrade -y --security").contains("every package that an advisory speaks of"));
        assert!(message("dnf upgrade -y").contains("every package to"));
        assert!(message("dnf upgrade -y --security openssl").contains("upgrades openssl to"));
    }

    #[test]
    fn upgrades_of_every_manager_are_flagged_and_updates_of_lists_are_not() {
        let text = "FROM a\nRUN apt-get update && apt-get -y dist-upgrade && apt-get install x\nRUN apk upgrade\nRUN yum update -y\nRUN zypper up -y\n";
        assert_eq!(
            dockerfile("os-upgrade", text).flagged(),
            ["apt-get -y dist-upgrade", "apk upgrade", "yum update -y", "zypper up -y"]
        );
    }

    #[test]
    fn rolling_distributions_upgrade_as_they_sync() {
        let text = "FROM a\nRUN pacman -Syu --noconfirm git && pacman -Syyu\nRUN pacman -Sy git\nRUN xbps-install -Suy\nRUN emerge -uDN @world\nRUN apt-get upgrade -y curl\n";
        assert_eq!(
            dockerfile("os-upgrade", text).flagged(),
            [
                "pacman -Syu --noconfirm git",
                "pacman -Syyu",
                "xbps-install -Suy",
                "emerge -uDN @world",
                "apt-get upgrade -y curl"
            ]
        );
    }

    #[test]
    fn an_upgrade_of_some_packages_names_them() {
        let text =
            "FROM a\nRUN dnf upgrade -y --releasever latest openssl-libs curl && dnf upgrade -y --security\n";
        let expected = [
            "2: dnf upgrade -y --releasever latest openssl-libs curl: dnf upgrades openssl-libs and curl to the version of the day",
            "2: dnf upgrade -y --security: dnf upgrades every package that an advisory speaks of to the version of the day",
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
