//! Package managers without a rule of their own: how each is told to install, which options take a value, and how a version is named.
//!
//! What it refuses to do: it reads no command; the rule does.

use crate::shell::OptionStyle;

/// How a manager is told to install.
pub(crate) enum ManagerVerb {
    /// By a subcommand.
    Word(&'static [&'static str]),
    /// By subcommands, one behind the other.
    Words(&'static [&'static [&'static str]]),
    /// By an option, of which it is enough that it is given.
    Option(&'static [&'static str]),
    /// By naming anything; unless one of these options is given.
    Always(&'static [&'static str]),
}

/// How one version is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VersionForm {
    /// By an option.
    Option(&'static str),
    /// By the word behind the name.
    Second,
    /// By the word itself, all of a release: `20.17.0`.
    Release,
    /// The same with the name of an interpreter before it: `cpython-3.12.4`, `pypy@7.3.17`.
    Interpreter,
    /// `name@20.17.0`, all of a release.
    AtRelease,
    /// `name@version`
    At,
    /// `=category/name-1.2.3`
    Equals,
    /// `name-1.2.3_1`
    DashRelease,
    /// `name.1.2.3`
    Dot,
    /// `name;1.2.3`
    Semicolon,
}

/// A package manager without a rule of its own.
pub(crate) struct PackageManager {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Which of its options take a value.
    pub(crate) options: OptionStyle,
    /// How it is told to install.
    pub(crate) verb: ManagerVerb,
    /// How one version is named; none where none can be.
    pub(crate) version: Option<VersionForm>,
    /// What to do instead.
    pub(crate) instead: &'static str,
}

/// The options of most managers that take a value.
const COMMON: OptionStyle = OptionStyle {
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

/// Those of managers whose long options have one dash.
const SINGLE: OptionStyle = OptionStyle { single_dash: true, ..COMMON };

/// Those of managers of whose options none has a value that could be taken for a name.
const PLAIN: OptionStyle = OptionStyle { values: &[], single_dash: false, stop_at_operand: false };

/// Those of `uv python install`.
const UV_PYTHON: OptionStyle = OptionStyle {
    values: &[
        "-i",
        "--install-dir",
        "--mirror",
        "--pypy-mirror",
        "--python-downloads-json-url",
        "--allow-insecure-host",
        "--cache-dir",
        "--color",
        "--config-file",
        "--directory",
        "--project",
    ],
    single_dash: false,
    stop_at_operand: false,
};

const ARCHIVE: &str = "install from a dated archive of the distribution (the Arch Linux Archive for Arch), and pin the base to its day";

/// The managers.
pub(crate) const MANAGERS: &[PackageManager] = &[
    // https://man.archlinux.org/man/pacman.8
    PackageManager {
        name: "pacman",
        options: COMMON,
        verb: ManagerVerb::Option(&["-S", "--sync"]),
        version: None,
        instead: ARCHIVE,
    },
    PackageManager {
        name: "yay",
        options: COMMON,
        verb: ManagerVerb::Option(&["-S", "--sync"]),
        version: None,
        instead: ARCHIVE,
    },
    PackageManager {
        name: "paru",
        options: COMMON,
        verb: ManagerVerb::Option(&["-S", "--sync"]),
        version: None,
        instead: ARCHIVE,
    },
    PackageManager {
        name: "xbps-install",
        options: COMMON,
        verb: ManagerVerb::Always(&["-h", "--help", "-V"]),
        version: Some(VersionForm::DashRelease),
        instead: ARCHIVE,
    },
    PackageManager {
        name: "emerge",
        options: COMMON,
        verb: ManagerVerb::Always(&[
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
        version: Some(VersionForm::Equals),
        instead: "name the version (=category/name-VERSION), and take the tree of one commit",
    },
    PackageManager {
        name: "brew",
        options: COMMON,
        verb: ManagerVerb::Word(&["install", "upgrade", "bundle"]),
        version: None,
        instead: "fetch a bottle by its digest, or take the distribution's package",
    },
    PackageManager {
        name: "nix-env",
        options: SINGLE,
        verb: ManagerVerb::Option(&["-i", "-iA", "--install"]),
        version: None,
        instead: "take nixpkgs of one commit: nix-env -f https://…/COMMIT.tar.gz -iA name",
    },
    PackageManager {
        name: "opkg",
        options: COMMON,
        verb: ManagerVerb::Word(&["install", "upgrade"]),
        version: None,
        instead: "fetch the .ipk, check it, and install the file",
    },
    PackageManager {
        name: "swupd",
        options: COMMON,
        verb: ManagerVerb::Word(&["bundle-add", "update"]),
        version: None,
        instead: "name the release: swupd update -V NUMBER",
    },
    // https://docs.chocolatey.org/en-us/choco/commands/install/
    PackageManager {
        name: "choco",
        options: COMMON,
        verb: ManagerVerb::Word(&["install", "upgrade"]),
        version: Some(VersionForm::Option("--version")),
        instead: "name the version: choco install NAME --version VERSION",
    },
    PackageManager {
        name: "winget",
        options: COMMON,
        verb: ManagerVerb::Word(&["install", "add", "upgrade"]),
        version: Some(VersionForm::Option("--version")),
        instead: "name the version: winget install NAME --version VERSION",
    },
    PackageManager {
        name: "scoop",
        options: COMMON,
        verb: ManagerVerb::Word(&["install", "update"]),
        version: Some(VersionForm::At),
        instead: "name the version: scoop install NAME@VERSION",
    },
    // https://developer.android.com/tools/sdkmanager
    PackageManager {
        name: "sdkmanager",
        options: PLAIN,
        verb: ManagerVerb::Always(&[
            "--licenses",
            "--list",
            "--list_installed",
            "--uninstall",
            "--update",
            "--version",
            "--help",
        ]),
        version: Some(VersionForm::Semicolon),
        instead: "fetch the archive of one revision, and check it; build-tools;34.0.0 and its like name theirs",
    },
    // https://sdkman.io/usage
    PackageManager {
        name: "sdk",
        options: PLAIN,
        verb: ManagerVerb::Word(&["install", "i", "upgrade"]),
        version: Some(VersionForm::Second),
        instead: "name the version: sdk install java 21.0.4-tem",
    },
    // https://github.com/nvm-sh/nvm#usage
    PackageManager {
        name: "nvm",
        options: PLAIN,
        verb: ManagerVerb::Word(&["install", "i"]),
        version: Some(VersionForm::Release),
        instead: "name the release: nvm install 20.17.0",
    },
    PackageManager {
        name: "fnm",
        options: PLAIN,
        verb: ManagerVerb::Word(&["install"]),
        version: Some(VersionForm::Release),
        instead: "name the release: fnm install 20.17.0",
    },
    PackageManager {
        name: "volta",
        options: PLAIN,
        verb: ManagerVerb::Word(&["install"]),
        version: Some(VersionForm::AtRelease),
        instead: "name the release: volta install node@20.17.0",
    },
    // https://mise.jdx.dev/cli/use.html
    PackageManager {
        name: "mise",
        options: PLAIN,
        verb: ManagerVerb::Word(&["install", "i", "use", "u"]),
        version: Some(VersionForm::AtRelease),
        instead: "name the release, all of it: mise use node@20.17.0",
    },
    // https://docs.astral.sh/uv/concepts/python-versions/#requesting-a-version
    PackageManager {
        name: "uv",
        options: UV_PYTHON,
        verb: ManagerVerb::Words(&[&["python", "install"], &["python", "upgrade"]]),
        version: Some(VersionForm::Interpreter),
        instead: "name all of the release, and uv's own: uv python install 3.12.4",
    },
    // https://github.com/pyenv/pyenv/blob/master/COMMANDS.md#pyenv-install
    PackageManager {
        name: "pyenv",
        options: PLAIN,
        verb: ManagerVerb::Word(&["install"]),
        version: Some(VersionForm::Release),
        instead: "name the release, all of it: pyenv install 3.12.5",
    },
    // https://metacpan.org/dist/App-cpanminus/view/bin/cpanm
    PackageManager {
        name: "cpanm",
        options: PLAIN,
        verb: ManagerVerb::Always(&["--version", "-V", "--installdeps", "--info", "--uninstall", "-U"]),
        version: Some(VersionForm::At),
        instead: "name the version (cpanm NAME@VERSION), or install from a cpanfile.snapshot: carton install --deployment",
    },
    PackageManager {
        name: "cpan",
        options: PLAIN,
        verb: ManagerVerb::Always(&["-v", "-h", "-a", "-l"]),
        version: None,
        instead: "name the version, which cpanm can: cpanm NAME@VERSION",
    },
    // https://github.com/luarocks/luarocks/blob/main/docs/luarocks_install.md
    PackageManager {
        name: "luarocks",
        options: PLAIN,
        verb: ManagerVerb::Word(&["install"]),
        version: Some(VersionForm::Second),
        instead: "name the version behind it: luarocks install NAME VERSION",
    },
    // https://opam.ocaml.org/doc/man/opam-install.html
    PackageManager {
        name: "opam",
        options: COMMON,
        verb: ManagerVerb::Word(&["install"]),
        version: Some(VersionForm::Dot),
        instead: "name the version: opam install NAME.VERSION",
    },
    // https://learn.microsoft.com/en-us/dotnet/core/tools/dotnet-tool-install
    PackageManager {
        name: "dotnet",
        options: COMMON,
        verb: ManagerVerb::Words(&[&["tool", "install"], &["tool", "update"], &["workload", "install"]]),
        version: Some(VersionForm::Option("--version")),
        instead: "name the version: dotnet tool install NAME --version VERSION",
    },
    // https://jupyterlab.readthedocs.io/en/stable/user/extensions.html
    PackageManager {
        name: "jupyter",
        options: COMMON,
        verb: ManagerVerb::Words(&[&["labextension", "install"]]),
        version: Some(VersionForm::At),
        instead: "name the version: jupyter labextension install NAME@VERSION",
    },
    // https://coder.com/docs/code-server/FAQ#how-do-i-install-an-extension
    PackageManager {
        name: "code-server",
        options: PLAIN,
        verb: ManagerVerb::Option(&["--install-extension"]),
        version: Some(VersionForm::At),
        instead: "name the version: code-server --install-extension NAME@VERSION",
    },
    PackageManager {
        name: "Install-Package",
        options: SINGLE,
        verb: ManagerVerb::Always(&[]),
        version: Some(VersionForm::Option("-RequiredVersion")),
        instead: "name the version: Install-Package NAME -RequiredVersion VERSION",
    },
    PackageManager {
        name: "Install-Module",
        options: SINGLE,
        verb: ManagerVerb::Always(&[]),
        version: Some(VersionForm::Option("-RequiredVersion")),
        instead: "name the version: Install-Module NAME -RequiredVersion VERSION",
    },
];
