//! What installs Python packages, and how each is told to: subcommands, files, variables. Its options are in `options`.
//!
//! What it refuses to do: it reads no command; `install` does.

use super::requirements::FileRole;
use crate::shell::{Command, Outside, Script, Word};

/// What installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Installer {
    /// pip, in whatever spelling.
    Pip,
    /// uv pip, uv tool, uv add.
    Uv,
    /// pipx.
    Pipx,
    /// easy_install.
    EasyInstall,
}

/// What an installer is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstallVerb {
    /// `install`, `wheel`, `download`, `add`: what is asked for comes in.
    Install,
    /// `uv pip sync`, `pip-sync`: what is not asked for goes out, too.
    Sync,
    /// `uvx`, `uv run --with`, `pipx run`: what is asked for comes in for one command.
    Run,
}

/// Options that name files, and what these are for.
pub(super) const FILES: [(&str, FileRole); 6] = [
    ("-r", FileRole::Requirements),
    ("--requirement", FileRole::Requirements),
    ("--requirements", FileRole::Requirements),
    ("-c", FileRole::Constraints),
    ("--constraint", FileRole::Constraints),
    ("--constraints", FileRole::Constraints),
];

impl Installer {
    /// The installer that a program is.
    pub(super) fn of(program: &str) -> Option<Self> {
        match program {
            // mim of OpenMMLab hands what it is told to install to pip: https://openmim.readthedocs.io/en/latest/
            "pip" | "mim" => Some(Self::Pip),
            "uv" => Some(Self::Uv),
            "pipx" => Some(Self::Pipx),
            "pip-sync" => Some(Self::Pip),
            "uvx" => Some(Self::Uv),
            "easy_install" => Some(Self::EasyInstall),
            _ => None,
        }
    }
}

/// Takes the words that say that something is installed: what that is, the last of them, and whether files may be named.
pub(super) fn verb<'w>(
    installer: Installer,
    operands: &mut impl Iterator<Item = &'w Word>,
) -> Option<(InstallVerb, &'w Word, bool)> {
    let first = operands.next()?;
    match (installer, first.text.as_str()) {
        (Installer::Pip, "install" | "wheel" | "download") => Some((InstallVerb::Install, first, true)),
        (Installer::Pipx, "install" | "upgrade" | "install-all") | (Installer::Uv, "add") => {
            Some((InstallVerb::Install, first, false))
        }
        (Installer::Pipx, "run") => Some((InstallVerb::Run, first, false)),
        (Installer::Pipx, "inject") => {
            // What is injected comes behind the environment's name.
            operands.next()?;
            Some((InstallVerb::Install, first, true))
        }
        (Installer::Uv, "tool") => {
            let second = operands.next()?;
            match second.text.as_str() {
                "install" | "upgrade" => Some((InstallVerb::Install, second, false)),
                "run" => Some((InstallVerb::Run, second, false)),
                _ => None,
            }
        }
        (Installer::Uv, "pip") => {
            let second = operands.next()?;
            match second.text.as_str() {
                "install" => Some((InstallVerb::Install, second, true)),
                "sync" => Some((InstallVerb::Sync, second, true)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What a program does that has no subcommand.
pub(super) fn alone(command: &Command) -> Option<(InstallVerb, &Word, bool)> {
    let word = command.words.first()?;
    match command.name.as_deref()? {
        "uvx" => Some((InstallVerb::Run, word, false)),
        "pip-sync" => Some((InstallVerb::Sync, word, true)),
        "easy_install" => Some((InstallVerb::Install, word, false)),
        _ => None,
    }
}

/// The constraints that variables name: <https://pip.pypa.io/en/stable/topics/configuration/#environment-variables>,
/// <https://docs.astral.sh/uv/reference/environment/>
pub(super) fn constraint_paths(
    installer: Installer,
    script: &Script,
    command: &Command,
    outside: Outside<'_>,
) -> Vec<String> {
    let names: &[&str] = match installer {
        Installer::Pip | Installer::Pipx => &["PIP_CONSTRAINT"],
        Installer::Uv => &["UV_CONSTRAINT", "UV_OVERRIDE"],
        Installer::EasyInstall => &[],
    };
    let value = |name: &&str| {
        let own = command.assignments.iter().rev().find(|(set, _)| set == name);
        match own {
            Some((_, word)) => word.is_literal().then(|| word.text.clone()),
            None => script.variable(command, name, outside).or_else(|| outside(name)),
        }
    };
    let values: Vec<String> = names.iter().filter_map(value).collect();
    let paths = values.iter().flat_map(|value| value.split_whitespace());
    let paths = paths.filter(|path| !path.contains("://") && !path.contains('$'));
    paths.map(str::to_owned).collect()
}
