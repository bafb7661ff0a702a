//! Package managers without a rule of their own: how each is told to install, and how a version is named.
//!
//! What it refuses to do: it reads no command; the rule does.

/// How a manager is told to install.
pub(super) enum Verb {
    /// By a subcommand.
    Word(&'static [&'static str]),
    /// By subcommands, one behind the other.
    Words(&'static [&'static [&'static str]]),
    /// By an option, of which it is enough that it is given.
    Option(&'static [&'static str]),
    /// By naming anything; unless one of these options is given.
    Always(&'static [&'static str]),
}

/// A package manager without a rule of its own.
pub(super) struct Manager {
    pub(super) name: &'static str,
    pub(super) verb: Verb,
    /// What stands between a name and one version; none where no version can be named.
    pub(super) version: Option<&'static [&'static str]>,
    pub(super) instead: &'static str,
}

const ARCHIVE: &str = "install from a dated archive of the distribution (the Arch Linux Archive for Arch), and pin the base to its day";

/// The managers.
pub(super) const MANAGERS: &[Manager] = &[
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
        name: "Install-Package",
        verb: Verb::Always(&[]),
        version: Some(&["-RequiredVersion"]),
        instead: "name the version: Install-Package NAME -RequiredVersion 1.2.3",
    },
    Manager {
        name: "Install-Module",
        verb: Verb::Always(&[]),
        version: Some(&["-RequiredVersion"]),
        instead: "name the version: Install-Module NAME -RequiredVersion 1.2.3",
    },
];
