//! Commands that install Python packages, read from the words of a shell's commands: what they ask for, from which
//! files, and how.
//!
//! Vocabulary: what is *asked for* are the command's requirements: names with versions, URLs, paths. *Files* are
//! requirements and constraints files, named with `-r` and `-c`, or to `uv pip sync`.
//!
//! What it refuses to do: it reads no file and asks no index. What `uv add` and `uv tool install` read is in a lock of
//! uv's own, so that they are given no files here.

use std::ops::Range;

use super::requirements::{EntryKind, FileRole, PipRequirement, RequirementsText};
use crate::base::text::Span;
use crate::shell::{Arguments, Command, Given, OptionStyle, Outside, Script, Value, Word};

/// A command that installs.
#[derive(Debug, Clone)]
pub struct Install {
    /// What does it.
    pub installer: Installer,
    /// What it does.
    pub verb: InstallVerb,
    /// The word that says so, for options to be put behind it.
    pub verb_word: Word,
    /// What is asked for by name, URL or path.
    pub asked: Vec<AskedWord>,
    /// The options, in order.
    pub options: Vec<InstallOption>,
    /// The files, in order; those that are known.
    pub files: Vec<InstallFile>,
}

/// What installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Installer {
    /// pip, in whatever spelling.
    Pip,
    /// uv pip, uv tool, uv add.
    Uv,
    /// pipx.
    Pipx,
}

/// What an installer is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstallVerb {
    /// `install`, `wheel`, `download`, `add`: what is asked for comes in.
    Install,
    /// `uv pip sync`: what is not asked for goes out, too.
    Sync,
}

/// A word that asks for something.
#[derive(Debug, Clone)]
pub struct AskedWord {
    /// The word, variables filled in.
    pub word: Word,
    /// Where in its text the requirement stands: all of it, but in `--editable=…`.
    pub range: Range<usize>,
    /// The requirement; its spans are those of the text at `range`.
    pub requirement: PipRequirement,
}

/// An option.
#[derive(Debug, Clone)]
pub struct InstallOption {
    /// With its dashes.
    pub name: String,
    /// Its value, variables filled in.
    pub value: Option<String>,
    /// Where it stands in the script.
    pub span: Span,
    /// Where its value stands in the script, which may be in the same word.
    pub value_span: Option<Span>,
}

/// A file that a command names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallFile {
    /// Its path as the command has it.
    pub path: String,
    /// What its lines are for.
    pub role: FileRole,
    /// Where the word stands in the script.
    pub span: Span,
}

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-r",
        "-c",
        "-e",
        "-t",
        "-i",
        "-f",
        "-d",
        "-C",
        "-p",
        "-b",
        "--requirement",
        "--requirements",
        "--constraint",
        "--constraints",
        "--editable",
        "--target",
        "--platform",
        "--python-version",
        "--implementation",
        "--abi",
        "--root",
        "--prefix",
        "--src",
        "--upgrade-strategy",
        "--config-settings",
        "--config-setting",
        "--global-option",
        "--install-option",
        "--no-binary",
        "--only-binary",
        "--progress-bar",
        "--root-user-action",
        "--report",
        "--group",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--log",
        "--proxy",
        "--retries",
        "--timeout",
        "--exists-action",
        "--trusted-host",
        "--cert",
        "--client-cert",
        "--cache-dir",
        "--use-feature",
        "--use-deprecated",
        "--python",
        "--keyring-provider",
        "--index",
        "--default-index",
        "--index-strategy",
        "--torch-backend",
        "--prerelease",
        "--resolution",
        "--exclude-newer",
        "--link-mode",
        "--override",
        "--overrides",
        "--build-constraint",
        "--build-constraints",
        "--no-build-isolation-package",
        "--extra",
        "--config-file",
        "--directory",
        "--project",
        "--color",
        "--reinstall-package",
        "--upgrade-package",
        "--spec",
        "--pip-args",
        "--suffix",
        "--with",
        "--with-requirements",
        "--fork-strategy",
        "--refresh-package",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// Options that name files, and what these are for.
const FILES: [(&str, FileRole); 6] = [
    ("-r", FileRole::Requirements),
    ("--requirement", FileRole::Requirements),
    ("--requirements", FileRole::Requirements),
    ("-c", FileRole::Constraints),
    ("--constraint", FileRole::Constraints),
    ("--constraints", FileRole::Constraints),
];

impl Install {
    /// Reads a command of a script; none where it installs nothing.
    pub fn of(script: &Script, command: &Command, outside: Outside<'_>) -> Option<Self> {
        let installer = Installer::of(command.name.as_deref()?)?;
        let words: Vec<Word> = script.expanded(command, outside).into_iter().skip(1).collect();
        let arguments = Arguments::of(&words, &STYLE);
        let mut operands = arguments.operands.iter().copied();
        let (verb, verb_word, takes_files) = verb(installer, &mut operands)?;
        let mut files: Vec<InstallFile> = match takes_files {
            true => arguments.options.iter().filter_map(named_file).collect(),
            false => Vec::new(),
        };
        let mut asked = Vec::new();
        match verb {
            InstallVerb::Install => {
                asked.extend(operands.filter_map(|word| AskedWord::of(word, 0..word.text.len())));
                let editable =
                    arguments.all(&["-e", "--editable"]).filter_map(|option| option.value.as_ref());
                asked.extend(editable.filter_map(|value| AskedWord::of(value.word, value.range.clone())));
            }
            InstallVerb::Sync => files.extend(operands.filter_map(|word| {
                let value = Value { word, range: 0..word.text.len() };
                InstallFile::of(&value, FileRole::Requirements)
            })),
        }
        files.sort_by_key(|file| file.span);
        let options = arguments.options.iter().map(|option| InstallOption {
            name: option.name.clone(),
            value: option.value.as_ref().map(|value| value.text().to_owned()),
            span: option.word.span,
            value_span: option.value.as_ref().map(|value| value.word.span),
        });
        Some(Self { installer, verb, verb_word: verb_word.clone(), asked, options: options.collect(), files })
    }
}

impl Installer {
    /// The installer that a program is.
    fn of(program: &str) -> Option<Self> {
        match program {
            "pip" => Some(Self::Pip),
            "uv" => Some(Self::Uv),
            "pipx" => Some(Self::Pipx),
            _ => None,
        }
    }
}

/// Takes the words that say that something is installed: what that is, the last of them, and whether files may be named.
fn verb<'w>(
    installer: Installer,
    operands: &mut impl Iterator<Item = &'w Word>,
) -> Option<(InstallVerb, &'w Word, bool)> {
    let first = operands.next()?;
    match (installer, first.text.as_str()) {
        (Installer::Pip, "install" | "wheel" | "download") => Some((InstallVerb::Install, first, true)),
        (Installer::Pipx, "install") | (Installer::Uv, "add") => Some((InstallVerb::Install, first, false)),
        (Installer::Uv, "tool") => {
            let second = operands.next().filter(|word| word.text == "install")?;
            Some((InstallVerb::Install, second, false))
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

fn named_file(option: &Given<'_>) -> Option<InstallFile> {
    let (_, role) = FILES.iter().find(|(name, _)| *name == option.name)?;
    InstallFile::of(option.value.as_ref()?, *role)
}

impl InstallFile {
    /// The file that a value names; none where it is not all known, or is no file: pip reads URLs and its input, too.
    fn of(value: &Value<'_>, role: FileRole) -> Option<Self> {
        let path = value.text();
        let is_file = value.is_literal() && !path.is_empty() && !path.contains("://") && path != "-";
        is_file.then(|| Self { path: path.to_owned(), role, span: value.word.span })
    }
}

impl AskedWord {
    fn of(word: &Word, range: Range<usize>) -> Option<Self> {
        let read = RequirementsText::parse(word.text.get(range.clone())?).entries.into_iter().next()?;
        let EntryKind::Requirement(requirement) = read.kind else { return None };
        Some(Self { word: word.clone(), range, requirement: *requirement })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installs(text: &str) -> Vec<Install> {
        let script = Script::parse(text);
        let commands = script.commands.iter();
        commands.filter_map(|command| Install::of(&script, command, &|_| None)).collect()
    }

    fn paths(text: &str) -> Vec<String> {
        installs(text).into_iter().flat_map(|install| install.files).map(|file| file.path).collect()
    }

    #[test]
    fn files_are_read_behind_every_spelling_of_an_installer() {
        for text in [
            "pip install -r a.txt",
            "set -x; /venv/bin/pip3.11 install --no-cache-dir -ra.txt && rm a.txt",
            "FOO=1 python3 -m pip install --requirement=a.txt",
            "uv pip install --system --requirements a.txt",
            "uv pip sync a.txt",
            "uv pip sync --system -q a.txt",
            "pip --cache-dir /x wheel -w /wheels -r a.txt",
            "pip download -r a.txt",
            "bash -lc \"pip install -r a.txt\"",
            "if true; then pip install -r 'a.txt'; fi",
            "conda run -n x pip install -r a.txt",
            "sudo -H pip install -qr a.txt",
            "! pip install -r a.txt",
            "yes | pip install -r a.txt",
            "F=a.txt && pip install -r $F",
            "F=a.txt; pip install -r \"${F}\"",
            "P='pip install'; $P -r a.txt",
            "$(which pip3) install -r a.txt",
            "for F in a.txt; do pip install -r $F; done",
            "bash <<E\npip install -r a.txt\nE\n",
            "{ true; pip install -r a.txt; }",
            "(pip install -r a.txt)",
            "x=$(pip install -r a.txt)",
            "eval \"pip install -r a.txt\"",
        ] {
            assert_eq!(paths(text), ["a.txt"], "{text}");
        }
    }

    #[test]
    fn what_runs_no_installer_or_names_no_known_file_has_none() {
        for text in [
            "grep -r a.txt",
            "pip install a.txt",
            "pip --version; rm -r b",
            "pip install -r https://example.org/a.txt",
            "echo \"pip install -r a.txt\"",
            "echo pip install -r a.txt",
            "cat > x.sh <<E\npip install -r a.txt\nE\n",
            "# pip install -r a.txt",
            "pip install -r $UNSET",
            "pip install -r $(ls a.txt)",
            "pip install -r <(grep -v torch a.txt)",
            "cat a.txt | pip install -r -",
            "pip uninstall -r a.txt",
            "pip install",
            "uv sync",
            "uv add -r a.txt",
            "uv tool install x --with-requirements a.txt",
            "if true; then F=a.txt; fi; pip install -r $F",
        ] {
            assert_eq!(paths(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn several_files_and_constraints_keep_their_order_and_their_places() {
        let text = "pip install -r a.txt -c b.txt --requirement=c.txt";
        let files = installs(text).remove(0).files;
        let shown: Vec<_> = files.iter().map(|file| (file.span.text(text), file.role)).collect();
        use FileRole::{Constraints, Requirements};
        let expected =
            [("a.txt", Requirements), ("b.txt", Constraints), ("--requirement=c.txt", Requirements)];
        assert_eq!(shown, expected);
    }

    #[test]
    fn requirements_and_options_are_told_apart() {
        let text = "pip install -q 'a[x]>=1' -e git+https://example.org/b -i https://example.org/simple ./c";
        let install = installs(text).remove(0);
        assert_eq!((install.installer, install.verb), (Installer::Pip, InstallVerb::Install));
        assert_eq!(install.verb_word.text, "install");
        let asked: Vec<&str> =
            install.asked.iter().map(|asked| asked.requirement.text.text.as_str()).collect();
        assert_eq!(asked, ["a[x]>=1", "./c", "git+https://example.org/b"]);
        let index = install.options.iter().find(|option| option.name == "-i").unwrap();
        assert_eq!(index.value.as_deref(), Some("https://example.org/simple"));
        assert_eq!(index.value_span.unwrap().text(text), "https://example.org/simple");
        assert!(installs("pipx install a").remove(0).files.is_empty());
        assert_eq!(installs("uv add a")[0].installer, Installer::Uv);
    }
}
