//! package-unpinned: a package manager without a rule of its own installs what it has that day.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::named_package::{NamedPackage, is_path, one_finding};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle, Word};

pub(crate) struct PackageUnpinned;

impl Rule for PackageUnpinned {
    profile! {
        id: "package-unpinned",
        summary: "pacman, brew, choco and their like install what they have that day",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(subject.installing_calls().filter_map(|call| draft(&call)));
    }
}

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-s",
        "-r",
        "-b",
        "-f",
        "-C",
        "--source",
        "--version",
        "--config",
        "--cachedir",
        "--dbpath",
        "--root",
        "--repository",
        "--rootdir",
        "--arch",
        "--params",
        "--dest",
        "--attr",
        "-A",
        "-RequiredVersion",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// How a manager is told to install.
enum Verb {
    /// By a subcommand.
    Word(&'static [&'static str]),
    /// By an option, of which it is enough that it is given.
    Option(&'static [&'static str]),
    /// By naming anything; unless one of these options is given.
    Always(&'static [&'static str]),
}

struct Manager {
    name: &'static str,
    verb: Verb,
    /// What stands between a name and one version; none where no version can be named.
    version: Option<&'static [&'static str]>,
    instead: &'static str,
}

const ARCHIVE: &str = "install from a dated archive of the distribution (the Arch Linux Archive for Arch), and pin the base to its day";

const MANAGERS: &[Manager] = &[
    // https://man.archlinux.org/man/pacman.8
    Manager { name: "pacman", verb: Verb::Option(&["-S", "--sync"]), version: None, instead: ARCHIVE },
    Manager { name: "yay", verb: Verb::Option(&["-S", "--sync"]), version: None, instead: ARCHIVE },
    Manager { name: "paru", verb: Verb::Option(&["-S", "--sync"]), version: None, instead: ARCHIVE },
    Manager {
        name: "xbps-install",
        verb: Verb::Always(&["-h", "--help", "-V"]),
        version: Some(&["-"]),
        instead: ARCHIVE,
    },
    Manager {
        name: "emerge",
        verb: Verb::Always(&[
            "--sync",
            "--version",
            "--info",
            "-C",
            "--unmerge",
            "--depclean",
            "-c",
            "--search",
            "--regen",
        ]),
        version: Some(&["="]),
        instead: "name the version (=category/name-1.2.3), and take the tree of one commit",
    },
    Manager {
        name: "brew",
        verb: Verb::Word(&["install", "upgrade", "bundle"]),
        version: None,
        instead: "fetch a bottle by its digest, or take the distribution's package",
    },
    Manager {
        name: "nix-env",
        verb: Verb::Option(&["-i", "-iA", "--install"]),
        version: None,
        instead: "take nixpkgs of one commit: nix-env -f https://…/COMMIT.tar.gz -iA name",
    },
    Manager {
        name: "opkg",
        verb: Verb::Word(&["install", "upgrade"]),
        version: None,
        instead: "fetch the .ipk, check it, and install the file",
    },
    Manager {
        name: "swupd",
        verb: Verb::Word(&["bundle-add", "update"]),
        version: None,
        instead: "name the release: swupd update -V NUMBER",
    },
    // https://docs.chocolatey.org/en-us/choco/commands/install/
    Manager {
        name: "choco",
        verb: Verb::Word(&["install", "upgrade"]),
        version: Some(&["--version"]),
        instead: "name the version: choco install NAME --version 1.2.3",
    },
    Manager {
        name: "winget",
        verb: Verb::Word(&["install", "add", "upgrade"]),
        version: Some(&["--version"]),
        instead: "name the version: winget install NAME --version 1.2.3",
    },
    Manager {
        name: "scoop",
        verb: Verb::Word(&["install", "update"]),
        version: Some(&["@"]),
        instead: "name the version: scoop install NAME@1.2.3",
    },
    Manager {
        name: "Install-Module",
        verb: Verb::Always(&[]),
        version: Some(&["-RequiredVersion"]),
        instead: "name the version: Install-Module NAME -RequiredVersion 1.2.3",
    },
];

fn draft(call: &Call<'_>) -> Option<Draft> {
    let program = call.program()?;
    let manager = MANAGERS.iter().find(|manager| manager.name.eq_ignore_ascii_case(program))?;
    let words = call.expanded();
    let style =
        OptionStyle { single_dash: manager.name == "Install-Module" || manager.name == "nix-env", ..STYLE };
    let arguments = Arguments::of(&words, &style);
    let names: &[&Word] = match manager.verb {
        Verb::Word(verbs) if arguments.subcommand().is_some_and(|verb| verbs.contains(&verb)) => {
            arguments.after_subcommand()
        }
        Verb::Option(options) if arguments.has(options) => &arguments.operands,
        Verb::Always(unless) if !arguments.has(unless) => &arguments.operands,
        _ => return None,
    };
    let open = names.iter().filter(|word| !is_path(&word.text) && !is_exact(manager, &arguments, &word.text));
    let open: Vec<NamedPackage> = open.map(|word| NamedPackage::of(call, word)).collect();
    let message = |names: &str| {
        format!("{program} installs {names} in whatever version it has on the day of the build")
    };
    one_finding(&open, message, manager.instead)
}

/// Whether one version is named: with the name, or by an option.
fn is_exact(manager: &Manager, arguments: &Arguments<'_>, text: &str) -> bool {
    manager.version.into_iter().flatten().any(|mark| match *mark {
        "=" => text.starts_with('='),
        // `name-1.2.3_1`
        "-" => text
            .rsplit('-')
            .next()
            .is_some_and(|end| end.starts_with(|c: char| c.is_ascii_digit()) && end.contains('_')),
        "@" => text.contains('@'),
        option => arguments.all(&[option]).next().is_some(),
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    fn flagged(command: &str) -> usize {
        dockerfile("package-unpinned", &format!("FROM a\nRUN {command}\n")).flagged().len()
    }

    #[test]
    fn what_a_rolling_archive_has_that_day_is_flagged() {
        for command in [
            "pacman -Sy --noconfirm git",
            "pacman --sync --noconfirm git",
            "pacman -Syu --noconfirm git base-devel",
            "xbps-install -y git",
            "emerge dev-vcs/git",
            "brew install jq",
            "nix-env -iA nixpkgs.jq",
            "opkg install x",
            "choco install -y git",
            "winget install --id Git.Git -e git",
            "scoop install git",
            "pwsh -Command Install-Module Pester -Force",
        ] {
            assert_eq!(flagged(command), 1, "{command}");
        }
    }

    #[test]
    fn named_versions_files_and_other_commands_are_left_alone() {
        for command in [
            "pacman -U ./x.pkg.tar.zst",
            "pacman -Syu --noconfirm",
            "pacman -Scc",
            "xbps-install -y git-2.45.2_1",
            "emerge =dev-vcs/git-2.45.2",
            "emerge --sync",
            "choco install git --version 2.45.2 -y",
            "scoop install git@2.45.2",
            "pwsh -Command Install-Module Pester -RequiredVersion 5.6.0",
            "brew list",
        ] {
            assert_eq!(flagged(command), 0, "{command}");
        }
    }
}
