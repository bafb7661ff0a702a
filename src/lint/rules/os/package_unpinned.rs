//! package-unpinned: a package manager without a rule of its own installs what it has that day.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::named_package::{NamedPackage, is_exact_version, is_path, one_finding};
use crate::lint::knowledge::package_managers::{MANAGERS, ManagerVerb, PackageManager, VersionForm};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, Word};

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
        for call in subject.installing_calls() {
            findings.extend(draft(&call).or_else(|| visual_studio(&call)));
        }
    }
}

fn draft(call: &Call<'_>) -> Option<Draft> {
    let program = call.program()?;
    let manager = MANAGERS.iter().find(|manager| manager.name.eq_ignore_ascii_case(program))?;
    let words = call.expanded();
    let arguments = Arguments::of(&words, &manager.options);
    let names: &[&Word] = match manager.verb {
        ManagerVerb::Word(verbs) if arguments.subcommand().is_some_and(|verb| verbs.contains(&verb)) => {
            arguments.after_subcommand()
        }
        ManagerVerb::Words(verbs) => behind(&arguments, verbs)?,
        ManagerVerb::Option(options) if arguments.has(options) => &arguments.operands,
        ManagerVerb::Always(unless) if !arguments.has(unless) => &arguments.operands,
        _ => return None,
    };
    let open = names.iter().filter(|word| !is_path(&word.text) && !is_exact(manager, &arguments, &word.text));
    let mut open: Vec<NamedPackage> = open.map(|word| NamedPackage::of(call, word)).collect();
    // `nvm install --lts`
    let moving = arguments.options.iter().find(|option| option.name == "--lts" && open.is_empty());
    open.extend(moving.map(|option| NamedPackage::of(call, option.word)));
    // `luarocks install NAME VERSION`
    if names.len() > 1 && manager.version == Some(VersionForm::Second) {
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
fn is_exact(manager: &PackageManager, arguments: &Arguments<'_>, text: &str) -> bool {
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match manager.version {
        None | Some(VersionForm::Second) => false,
        Some(VersionForm::Option(option)) => arguments.all(&[option]).next().is_some(),
        Some(VersionForm::Release) => is_exact_version(text),
        Some(VersionForm::Interpreter) => is_exact_version(
            text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '@')),
        ),
        Some(VersionForm::AtRelease) => {
            text.split_once('@').is_some_and(|(_, version)| is_exact_version(version))
        }
        Some(VersionForm::At) => text.get(1..).is_some_and(|text| text.contains('@')),
        Some(VersionForm::Equals) => text.starts_with('='),
        Some(VersionForm::DashRelease) => {
            text.rsplit('-').next().is_some_and(|end| is_number(end) && end.contains('_'))
        }
        Some(VersionForm::Dot) => text.split_once('.').is_some_and(|(_, version)| is_number(version)),
        Some(VersionForm::Semicolon) => {
            text.split(';').nth(1).is_some_and(|version| version.contains(|c: char| c.is_ascii_digit()))
        }
    }
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
            "uv python install 3.12",
            "uv python install --install-dir /opt cpython-3.12",
            "uv --directory /x python install pypy@3.10 3.12.4",
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
