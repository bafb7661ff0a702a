//! Tools of Python that install from a lock of their own: what holds each to it, and what asks for something else.
//!
//! What it refuses to do: it reads no command; the rule does.

use crate::shell::OptionStyle;

/// How a tool is held to its lock.
pub(crate) struct Hold {
    /// What it is called.
    pub(crate) tool: &'static str,
    /// Subcommands that read the lock, or renew it.
    pub(crate) verbs: &'static [&'static str],
    /// Options that hold to it; the first is the one to add.
    pub(crate) options: &'static [&'static str],
    /// Variables that do the same.
    pub(crate) variables: &'static [&'static str],
    /// Options that ask for something else: new versions, a script's own lock.
    pub(crate) others: &'static [&'static str],
    /// The file that the option needs.
    pub(crate) lock: &'static str,
}

/// The tools of Python that keep a lock.
pub(crate) const OF_PYTHON: &[Hold] = &[
    Hold {
        tool: "uv",
        verbs: &["sync", "run", "export"],
        options: &["--locked", "--frozen", "--no-sync", "--no-project"],
        variables: &["UV_LOCKED", "UV_FROZEN", "UV_NO_SYNC"],
        // `--locked` beside `--upgrade` is an error.
        others: &["-U", "--upgrade", "-P", "--upgrade-package", "--upgrade-group", "--script", "-s"],
        lock: "uv.lock",
    },
    Hold {
        tool: "pipenv",
        verbs: &["install"],
        options: &["--deploy", "--ignore-pipfile"],
        variables: &["PIPENV_DEPLOY", "PIPENV_IGNORE_PIPFILE"],
        others: &["-r", "--requirements", "-e", "--editable", "--skip-lock"],
        lock: "Pipfile.lock",
    },
    Hold {
        tool: "pdm",
        // `pdm sync` takes the lock as it is; `--frozen-lockfile` writes none, and resolves all the same:
        // https://pdm-project.org/en/latest/reference/cli/#install
        verbs: &["install"],
        options: &["--check"],
        variables: &[],
        others: &["--plugins", "--update-reuse", "--update-eager", "--update-all"],
        lock: "pdm.lock",
    },
    Hold {
        tool: "pixi",
        verbs: &["install", "run"],
        options: &["--locked", "--frozen"],
        variables: &["PIXI_LOCKED", "PIXI_FROZEN"],
        others: &[],
        lock: "pixi.lock",
    },
];

/// Subcommands that renew the lock, of any tool.
pub(crate) const RENEWING: &[&str] = &["lock", "update", "upgrade", "add"];

/// Their options that take a value.
pub(crate) const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-C",
        "-P",
        "-p",
        "-E",
        "-e",
        "--directory",
        "--project",
        "--python",
        "--extra",
        "--group",
        "--with",
        "--without",
        "--only",
        "--extras",
        "--package",
        "--index-url",
        "--manifest-path",
        "--environment",
        "--cache-dir",
        "--config-file",
    ],
    single_dash: false,
    stop_at_operand: false,
};
