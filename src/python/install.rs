//! Commands that install Python packages, read from the words of a shell's commands: what they ask for, from which
//! files, and how.
//!
//! Vocabulary: what is *asked for* are the command's requirements: names with versions, URLs, paths. *Files* are
//! requirements and constraints files, named with `-r` and `-c`, or to `uv pip sync`.
//!
//! What it refuses to do: it reads no file and asks no index. What `uv add` and `uv tool install` read is in a lock of
//! uv's own, so that they are given no files here.

use std::ops::Range;

use super::installer::{FILES, InstallVerb, Installer, alone, constraint_paths, verb};
use super::options::{UV, style};
use super::requirements::{
    EntryKind, FileRole, PipRequirement, RequirementSource, RequirementsText, editable,
};
use crate::base::text::Span;
use crate::shell::{Arguments, Command, ContextKind, Given, Outside, Script, Value, Word};

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
    /// Lists of requirements that are no known files: URLs, pipes, variables.
    pub unread: Vec<Word>,
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

/// How the names of wheels and archives of packages end.
const ARCHIVES: &[&str] = &[".whl", ".gz", ".zip", ".bz2", ".tgz", ".xz", ".egg"];

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

impl Install {
    /// Reads a command of a script; none where it installs nothing.
    pub fn of(script: &Script, command: &Command, outside: Outside<'_>) -> Option<Self> {
        if let Some(install) = Self::with(command) {
            return Some(install);
        }
        let program = command.name.as_deref()?;
        let installer = Installer::of(program)?;
        let words: Vec<Word> = script.expanded(command, outside).into_iter().skip(1).collect();
        let arguments = Arguments::of(&words, style(installer, program, &words));
        let mut operands = arguments.operands.iter().copied();
        let (verb, verb_word, takes_files) = match alone(command) {
            Some(alone) => alone,
            None => verb(installer, &mut operands)
                .filter(|(_, word, _)| !command.is("mim") || word.text == "install")?,
        };
        let named = arguments.options.iter().filter(|_| takes_files);
        let mut files: Vec<InstallFile> = named.clone().filter_map(named_file).collect();
        let mut unread: Vec<Word> = named.filter_map(unread_file).collect();
        if takes_files {
            let paths = constraint_paths(installer, script, command, outside).into_iter();
            let (role, span) = (FileRole::Constraints, verb_word.span);
            files.extend(paths.map(|path| InstallFile { path, role, span }));
        }
        let mut asked = Vec::new();
        let given = |names: &[&str]| -> Vec<AskedWord> { values(&arguments, names) };
        match verb {
            InstallVerb::Install => {
                asked.extend(operands.filter_map(|word| AskedWord::of(word, 0..word.text.len())));
                let edited = arguments.all(&["-e", "--editable"]).filter_map(|option| option.value.as_ref());
                asked.extend(edited.map(AskedWord::edited));
                asked.extend(given(&["--with"]).into_iter().filter(|_| !takes_files));
            }
            InstallVerb::Run => {
                let from = given(&["--from", "--spec"]);
                let first = operands.next().filter(|_| from.is_empty());
                asked.extend(first.and_then(tool));
                asked.extend(from);
                asked.extend(given(&["--with", "-w"]));
            }
            InstallVerb::Sync => {
                for word in operands {
                    let value = Value { word, range: 0..word.text.len() };
                    match InstallFile::of(&value, FileRole::Requirements) {
                        Some(file) => files.push(file),
                        None => unread.push(word.clone()),
                    }
                }
            }
        }
        asked.iter_mut().for_each(|asked| asked.fill_in(archives_of_find(script, command)));
        files.sort_by_key(|file| file.span);
        let options = arguments.options.iter().map(|option| InstallOption {
            name: option.name.clone(),
            value: option.value.as_ref().map(|value| value.text().to_owned()),
            span: option.word.span,
            value_span: option.value.as_ref().map(|value| value.word.span),
        });
        let (verb_word, options) = (verb_word.clone(), options.collect());
        Some(Self { installer, verb, verb_word, asked, options, files, unread })
    }
}

/// The name of the archives that `find` runs the command for, as a pattern: `find -name '*.whl' -exec pip install {} +`.
fn archives_of_find<'s>(script: &'s Script, command: &Command) -> Option<&'s str> {
    let exec = script.contexts_of(command).find(|context| context.kind == ContextKind::Exec)?;
    let find = script.commands.get(exec.owner?)?;
    let mut words = find.arguments().iter().map(|word| word.text.as_str());
    words.find(|word| matches!(*word, "-name" | "-iname" | "-path" | "-wholename"))?;
    let pattern = words.next()?;
    ARCHIVES.iter().any(|end| pattern.ends_with(end)).then_some(pattern)
}

/// What the options of these names ask for.
fn values(arguments: &Arguments<'_>, names: &[&str]) -> Vec<AskedWord> {
    let values = arguments.all(names).filter_map(|option| option.value.as_ref());
    values.filter_map(|value| AskedWord::of(value.word, value.range.clone())).collect()
}

/// The tool that is run, as a requirement: `ruff@0.4.0` is `ruff==0.4.0`, which [`AskedWord`] can't show as it stands.
fn tool(word: &Word) -> Option<AskedWord> {
    let (name, version) = word.text.split_once('@').unwrap_or((&word.text, ""));
    let is_exact = version.split('.').count() > 1 && version.starts_with(|c: char| c.is_ascii_digit());
    let is_script = word.text.ends_with(".py") || word.text.contains("://");
    if is_exact || is_script {
        return None;
    }
    AskedWord::of(word, 0..name.len())
}

impl Install {
    /// What `uv run --with` brings for the command that it runs.
    fn with(command: &Command) -> Option<Self> {
        let wrapper = command.wrappers.iter().find(|wrapper| wrapper.name == "uv")?;
        let words = wrapper.words.get(1..)?;
        let arguments = Arguments::of(words, &UV);
        let verb_word = arguments.operands.first().filter(|word| word.text == "run")?;
        let asked = values(&arguments, &["--with"]);
        (!asked.is_empty()).then(|| Self {
            installer: Installer::Uv,
            verb: InstallVerb::Run,
            verb_word: (*verb_word).clone(),
            asked,
            options: Vec::new(),
            files: Vec::new(),
            unread: Vec::new(),
        })
    }
}

impl Install {
    /// Whether one of these options is given.
    pub fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|option| names.contains(&option.name.as_str()))
    }

    /// The dependency groups that are asked for, each with the `pyproject.toml` that has it.
    /// <https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-group>
    pub fn groups(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self.options.iter().filter(|option| option.name == "--group");
        let values = named.filter_map(|option| option.value.as_deref());
        values.map(|value| value.rsplit_once(':').unwrap_or(("pyproject.toml", value)))
    }
}

/// The list behind `-r` that is no known file.
fn unread_file(option: &Given<'_>) -> Option<Word> {
    let (_, role) = FILES.iter().find(|(name, _)| *name == option.name)?;
    let value = option.value.as_ref().filter(|_| *role == FileRole::Requirements)?;
    InstallFile::of(value, *role).is_none().then(|| value.word.clone())
}

fn named_file(option: &Given<'_>) -> Option<InstallFile> {
    let (_, role) = FILES.iter().find(|(name, _)| *name == option.name)?;
    InstallFile::of(option.value.as_ref()?, *role)
}

impl InstallFile {
    /// The file that a value names; none where it is not all known, or is no file: pip reads URLs and its input, too.
    fn of(value: &Value<'_>, role: FileRole) -> Option<Self> {
        let path = value.text();
        let is_input = path == "-" || path.starts_with("/dev/") || path == "{}";
        let is_file = value.is_literal() && !path.is_empty() && !path.contains("://") && !is_input;
        is_file.then(|| Self { path: path.to_owned(), role, span: value.word.span })
    }
}

impl AskedWord {
    /// The folder of the project that is asked for, without its extras: `.`, `./app[gpu]`.
    pub fn project(&self) -> Option<&str> {
        let RequirementSource::Path(path) = &self.requirement.source else { return None };
        let folder = path.split('[').next().unwrap_or(path);
        let is_file = ARCHIVES.iter().any(|end| folder.ends_with(end));
        let is_known = !folder.contains(['$', '*', '?', '`']) && !folder.starts_with("file:");
        (!is_file && is_known && !folder.is_empty()).then_some(folder)
    }

    /// Whether it is a wheel or an archive at hand, or what a pattern for these stands for: `./x.whl`, `dist/x*.whl`.
    pub fn is_file(&self) -> bool {
        let text = self.requirement.text.text.split(['[', ';']).next().unwrap_or_default().trim();
        !text.contains("://") && !text.contains(" @ ") && ARCHIVES.iter().any(|end| text.ends_with(end))
    }

    /// Puts what `find` comes upon in the place of `{}`.
    fn fill_in(&mut self, archives: Option<&str>) {
        let Some((archives, rest)) = archives.zip(self.requirement.text.text.strip_prefix("{}")) else {
            return;
        };
        if let Some(filled) = Self::read(&format!("{archives}{rest}")) {
            self.requirement = filled;
        }
    }

    fn edited(value: &Value<'_>) -> Self {
        Self { word: value.word.clone(), range: value.range.clone(), requirement: editable(value.text()) }
    }

    fn of(word: &Word, range: Range<usize>) -> Option<Self> {
        let requirement = Self::read(word.text.get(range.clone())?)?;
        Some(Self { word: word.clone(), range, requirement })
    }

    fn read(text: &str) -> Option<PipRequirement> {
        let read = RequirementsText::parse(text).entries.into_iter().next()?;
        let EntryKind::Requirement(requirement) = read.kind else { return None };
        Some(*requirement)
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
            "cat a.txt | pip install -r /dev/stdin",
            "find . -name a.txt -exec pip install -r {} +",
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
        let edited = installs("pip install -e 'python[all]' --editable=x").remove(0).asked;
        let folders: Vec<Option<&str>> = edited.iter().map(AskedWord::project).collect();
        assert_eq!(folders, [Some("python"), Some("x")]);
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
