//! package-unpinned: a package manager without a rule of its own installs what it has that day.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::named_package::{NamedPackage, is_exact_version, is_path, one_finding};
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
        set: Default,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.installing_calls() {
            findings.extend(draft(&call).or_else(|| visual_studio(&call)));
        }
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
    /// By subcommands, one behind the other.
    Words(&'static [&'static [&'static str]]),
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
    // https://developer.android.com/tools/sdkmanager
    Manager {
        name: "sdkmanager",
        verb: Verb::Always(&[
            "--licenses",
            "--list",
            "--list_installed",
            "--uninstall",
            "--update",
            "--version",
            "--help",
        ]),
        version: Some(&[";"]),
        instead: "fetch the archive of one revision, and check it; build-tools;34.0.0 and its like name theirs",
    },
    // https://sdkman.io/usage
    Manager {
        name: "sdk",
        verb: Verb::Word(&["install", "i", "upgrade"]),
        version: Some(&["second"]),
        instead: "name the version: sdk install java 21.0.4-tem",
    },
    // https://github.com/nvm-sh/nvm#usage
    Manager {
        name: "nvm",
        verb: Verb::Word(&["install", "i"]),
        version: Some(&["number"]),
        instead: "name the release: nvm install 20.17.0",
    },
    Manager {
        name: "fnm",
        verb: Verb::Word(&["install"]),
        version: Some(&["number"]),
        instead: "name the release: fnm install 20.17.0",
    },
    Manager {
        name: "volta",
        verb: Verb::Word(&["install"]),
        version: Some(&["@number"]),
        instead: "name the release: volta install node@20.17.0",
    },
    // https://mise.jdx.dev/cli/use.html
    Manager {
        name: "mise",
        verb: Verb::Word(&["install", "i", "use", "u"]),
        version: Some(&["@number"]),
        instead: "name the release, all of it: mise use node@20.17.0",
    },
    // https://github.com/pyenv/pyenv/blob/master/COMMANDS.md#pyenv-install
    Manager {
        name: "pyenv",
        verb: Verb::Word(&["install"]),
        version: Some(&["number"]),
        instead: "name the release, all of it: pyenv install 3.12.5",
    },
    // https://metacpan.org/dist/App-cpanminus/view/bin/cpanm
    Manager {
        name: "cpanm",
        verb: Verb::Always(&["--version", "-V", "--installdeps", "--info", "--uninstall", "-U"]),
        version: Some(&["@"]),
        instead: "name the version (cpanm NAME@1.2.3), or install from a cpanfile.snapshot: carton install --deployment",
    },
    Manager {
        name: "cpan",
        verb: Verb::Always(&["-v", "-h", "-a", "-l"]),
        version: None,
        instead: "name the version, which cpanm can: cpanm NAME@1.2.3",
    },
    // https://github.com/luarocks/luarocks/blob/main/docs/luarocks_install.md
    Manager {
        name: "luarocks",
        verb: Verb::Word(&["install"]),
        version: Some(&["second"]),
        instead: "name the version behind it: luarocks install NAME 1.2.3-1",
    },
    // https://opam.ocaml.org/doc/man/opam-install.html
    Manager {
        name: "opam",
        verb: Verb::Word(&["install"]),
        version: Some(&["."]),
        instead: "name the version: opam install NAME.1.2.3",
    },
    // https://learn.microsoft.com/en-us/dotnet/core/tools/dotnet-tool-install
    Manager {
        name: "dotnet",
        verb: Verb::Words(&[&["tool", "install"], &["tool", "update"], &["workload", "install"]]),
        version: Some(&["--version"]),
        instead: "name the version: dotnet tool install NAME --version 1.2.3",
    },
    // https://jupyterlab.readthedocs.io/en/stable/user/extensions.html
    Manager {
        name: "jupyter",
        verb: Verb::Words(&[&["labextension", "install"]]),
        version: Some(&["@"]),
        instead: "name the version: jupyter labextension install NAME@1.2.3",
    },
    // https://coder.com/docs/code-server/FAQ#how-do-i-install-an-extension
    Manager {
        name: "code-server",
        verb: Verb::Option(&["--install-extension"]),
        version: Some(&["@"]),
        instead: "name the version: code-server --install-extension NAME@1.2.3",
    },
    Manager {
        name: "Install-Module",
        verb: Verb::Always(&[]),
        version: Some(&["-RequiredVersion"]),
        instead: "name the version: Install-Module NAME -RequiredVersion 1.2.3",
    },
];

/// Those of whose options none has a value that could be taken for a name.
const PLAIN: &[&str] = &[
    "sdkmanager",
    "sdk",
    "nvm",
    "fnm",
    "volta",
    "mise",
    "pyenv",
    "cpanm",
    "cpan",
    "luarocks",
    "code-server",
];

fn draft(call: &Call<'_>) -> Option<Draft> {
    let program = call.program()?;
    let manager = MANAGERS.iter().find(|manager| manager.name.eq_ignore_ascii_case(program))?;
    let words = call.expanded();
    let style = match manager.name {
        "Install-Module" | "nix-env" => OptionStyle { single_dash: true, ..STYLE },
        name if PLAIN.contains(&name) => OptionStyle::default(),
        _ => STYLE,
    };
    let arguments = Arguments::of(&words, &style);
    let names: &[&Word] = match manager.verb {
        Verb::Word(verbs) if arguments.subcommand().is_some_and(|verb| verbs.contains(&verb)) => {
            arguments.after_subcommand()
        }
        Verb::Words(verbs) => behind(&arguments, verbs)?,
        Verb::Option(options) if arguments.has(options) => &arguments.operands,
        Verb::Always(unless) if !arguments.has(unless) => &arguments.operands,
        _ => return None,
    };
    let open = names.iter().filter(|word| !is_path(&word.text) && !is_exact(manager, &arguments, &word.text));
    let mut open: Vec<NamedPackage> = open.map(|word| NamedPackage::of(call, word)).collect();
    // `nvm install --lts`
    let moving = arguments.options.iter().find(|option| option.name == "--lts" && open.is_empty());
    open.extend(moving.map(|option| NamedPackage::of(call, option.word)));
    // `luarocks install NAME VERSION`
    if names.len() > 1 && manager.version.is_some_and(|marks| marks.contains(&"second")) {
        return None;
    }
    let message = |names: &str| {
        format!("{program} installs {names} in whatever version it has on the day of the build")
    };
    one_finding(&open, message, manager.instead)
}

/// What stands behind one of these runs of subcommands.
fn behind<'a, 'w>(arguments: &'a Arguments<'w>, verbs: &[&[&str]]) -> Option<&'a [&'w Word]> {
    let starts = |verb: &&&[&str]| {
        verb.len() <= arguments.operands.len()
            && verb.iter().zip(&arguments.operands).all(|(name, word)| *name == word.text)
    };
    arguments.operands.get(verbs.iter().find(starts)?.len()..)
}

/// The installers of Visual Studio, which take components as their channel has them.
/// <https://learn.microsoft.com/en-us/visualstudio/install/build-tools-container>
fn visual_studio(call: &Call<'_>) -> Option<Draft> {
    let program = call.program()?.to_ascii_lowercase();
    let is_installer = program.starts_with("vs_") && program.trim_end_matches(".exe").len() > 3;
    let words = call.arguments();
    let has = |name: &str| words.iter().any(|word| word.text.eq_ignore_ascii_case(name));
    let is_held = ["--channelUri", "--installChannelUri", "--noWeb", "--layout"].into_iter().any(has);
    if !is_installer || is_held || !(has("--add") || has("--quiet") || has("-q") || has("--passive")) {
        return None;
    }
    let message = format!(
        "{} installs its components in whatever version their channel has on the day of the build",
        call.program().unwrap_or_default()
    );
    Some(Draft::at(call.span(), message).help(
        "install from a layout that is kept (--noWeb), or from the channel of one release: --channelUri FILE --installChannelUri FILE",
    ))
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
        "@" => text.get(1..).is_some_and(|text| text.contains('@')),
        ";" => text.split(';').nth(1).is_some_and(|version| version.contains(|c: char| c.is_ascii_digit())),
        "." => {
            text.split_once('.').is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
        }
        "number" => is_exact_version(text),
        "@number" => text.split_once('@').is_some_and(|(_, version)| is_exact_version(version)),
        "second" => false,
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
            "yes | sdkmanager tools platform-tools",
            "sdkmanager --sdk_root=/opt \"emulator\"",
            "sdk install java",
            "nvm install --lts node",
            "nvm install 20",
            "nvm install --lts",
            "volta install node@20",
            "mise use -g node@20",
            "pyenv install -s 3.12",
            "cpanm --notest Moose",
            "cpan Moose",
            "luarocks install lpeg",
            "opam install -y dune",
            "dotnet tool install -g dotnet-ef",
            "jupyter labextension install @jupyter-widgets/jupyterlab-manager",
            "code-server --install-extension ms-python.python",
            "vs_buildtools.exe --quiet --wait --add Microsoft.VisualStudio.Workload.VCTools",
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
            "yes | sdkmanager --licenses",
            "sdkmanager \"build-tools;34.0.0\" \"platforms;android-30\"",
            "sdk install java 21.0.4-tem",
            "nvm install 20.17.0",
            "nvm install",
            "mise use node@20.17.0",
            "pyenv install 3.12.5",
            "pyenv install --list",
            "cpanm Moose@2.2201",
            "cpanm --installdeps .",
            "luarocks install lpeg 1.1.0-1",
            "opam install dune.3.16.0",
            "dotnet tool install -g dotnet-ef --version 8.0.8",
            "dotnet restore",
            "jupyter lab build",
            "code-server --install-extension ms-python.python@2024.1.1",
            "vs_buildtools.exe --quiet --noWeb --add Microsoft.VisualStudio.Workload.VCTools",
        ] {
            assert_eq!(flagged(command), 0, "{command}");
        }
    }
}
