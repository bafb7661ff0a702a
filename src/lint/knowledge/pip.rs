//! `pip install` and its like, with places in the source and what they leave open. What a command asks for, from where,
//! and how is read in `python`.
//!
//! What it refuses to do: it reads no file and asks no index. What `uv pip sync` installs is its files'.

use std::collections::BTreeSet;

use crate::base::text::Span;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::Draft;
use crate::lint::knowledge::requirement::{Head, may_apply};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::lint::subject::source::SourceKind;
use crate::python::{AskedWord, FileRole, InstallVerb, Installer, PipRequirement, RequirementSource};

/// A command that installs Python packages.
pub(crate) struct PipInstall<'s> {
    pub(crate) call: Call<'s>,
    /// What does it.
    pub(crate) tool: Installer,
    /// What it asks for by name, URL or path.
    pub(crate) asked: Vec<Asked>,
    /// Its options.
    pub(crate) options: Vec<PipOption>,
    /// The constraints files that it or a variable names, as they are named.
    constraints: Vec<String>,
    /// Where the word `install` ends, for options to be put behind it.
    pub(crate) behind_verb: Option<usize>,
}

/// Something asked for.
pub(crate) struct Asked {
    /// The requirement; its text stands in the source at its span, if `exact`.
    pub(crate) requirement: PipRequirement,
    /// Whether the source holds it byte for byte.
    pub(crate) exact: bool,
    /// Whether all of it is known.
    pub(crate) known: bool,
    /// Where the word stands.
    pub(crate) span: Span,
}

/// An option.
pub(crate) struct PipOption {
    /// With its dashes.
    pub(crate) name: String,
    /// Its value, variables filled in.
    pub(crate) value: Option<String>,
    /// Where it stands, value included.
    pub(crate) span: Span,
}

/// The commands of RUN bodies that install Python packages.
pub(crate) fn installs<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = PipInstall<'s>> {
    let calls = subject.installing_calls();
    calls.filter_map(install)
}

fn install(call: Call<'_>) -> Option<PipInstall<'_>> {
    let install = call.install().filter(|install| install.verb != InstallVerb::Sync)?;
    let place = |span: Span| call.script.place(span);
    let options = install.options.into_iter().map(|option| {
        let span = place(option.span);
        let end = option.value_span.map_or(span.end, |value| place(value).end.max(span.end));
        PipOption { name: option.name, value: option.value, span: Span::new(span.start, end) }
    });
    let constraints = install.files.iter().filter(|file| file.role == FileRole::Constraints);
    let constraints = constraints.map(|file| file.path.clone()).collect();
    let verb = &install.verb_word;
    Some(PipInstall {
        constraints,
        options: options.collect(),
        tool: install.installer,
        asked: install.asked.into_iter().map(|asked| self::asked(&call, asked)).collect(),
        behind_verb: call.exact(verb, 0..verb.text.len()).map(|span| span.end),
        call,
    })
}

fn asked(call: &Call<'_>, AskedWord { word, range, mut requirement }: AskedWord) -> Asked {
    let is_whole = requirement.text.text.len() == range.len();
    let exact = call.exact(&word, range).filter(|_| word.is_literal());
    let span = exact.unwrap_or_else(|| call.place(&word));
    requirement.text.span = Span::new(span.start, span.start + requirement.text.text.len());
    Asked { exact: exact.is_some() && is_whole, known: word.is_literal(), requirement, span }
}

impl PipInstall<'_> {
    /// Whether one of these options is given.
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|option| names.contains(&option.name.as_str()))
    }

    /// The options of these names, in order.
    pub(crate) fn all<'o>(&'o self, names: &'o [&str]) -> impl Iterator<Item = &'o PipOption> {
        self.options.iter().filter(move |option| names.contains(&option.name.as_str()))
    }

    /// The value that a variable of pip's or uv's has for the command, in lowercase.
    pub(crate) fn setting(&self, name: &str) -> Option<String> {
        let own = self.call.command.assignments.iter().rev().find(|(set, _)| set == name);
        let value = own.map(|(_, word)| word.text.clone()).or_else(|| self.call.variable(name));
        value.map(|value| value.to_ascii_lowercase())
    }

    /// The names that the command's constraints pin, normalised, as far as they are files of the context.
    pub(crate) fn constrained(&self, subject: &Subject<'_>) -> BTreeSet<String> {
        let Some(from) = &subject.source.installed_from else { return BTreeSet::new() };
        let pinned = self.constraints.iter().filter_map(|path| from.pinned.get(path));
        pinned.flatten().cloned().collect()
    }

    /// Whether such a variable is set to something that switches it on.
    pub(crate) fn is_switched(&self, name: &str) -> bool {
        let is_off = |value: &str| matches!(value, "" | "0" | "false" | "no" | "off" | "n" | "f");
        self.setting(name).is_some_and(|value| !is_off(&value))
    }

    /// The version of the Python that it installs for, where the command says it: `python3.9 -m pip`, `--python 3.9`.
    fn python(&self) -> Option<String> {
        let option = self
            .all(&["-p", "--python", "--python-version"])
            .filter_map(|option| option.value.clone())
            .last();
        let named = || self.call.written_programs().find_map(python_version);
        option.as_deref().and_then(|value| python_version(value.rsplit('/').next()?)).or_else(named)
    }

    /// The locked versions in place of what `open` of it leaves open, for what the lock can tell.
    pub(crate) fn pinned(&self, subject: &Subject<'_>, open: &[&Asked]) -> Option<Fix> {
        let pins = subject.locked_pins(self.call.script.step?.0)?;
        let python = self.python();
        let edits = open.iter().filter(|asked| asked.exact).filter_map(|asked| {
            let head = Head::of(&asked.requirement, subject.text())?;
            let locked = pins.python(&asked.requirement)?;
            // What another Python has may be no version for this one.
            let is_of_it = |python: &String| {
                locked.iter().any(|package| package.location.contains(&format!("python{python}/")))
            };
            let version = &locked.first().filter(|_| python.as_ref().is_none_or(is_of_it))?.version;
            Some(Edit::replace(head.versions, format!("=={version}")))
        });
        let edits: Vec<Edit> = edits.collect();
        (!edits.is_empty()).then(|| Fix::safe(edits))
    }
}

/// `3.9` of `python3.9`, `pip3.9`, `cpython3.9`, `3.9.1`; none of `python3`.
fn python_version(name: &str) -> Option<String> {
    let number = name.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-' || c == '@');
    let mut parts = number.split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor)).then(|| format!("{major}.{minor}"))
}

/// What `found` says of each requirement of a source: lines of a requirements file that may apply, and words of commands.
pub(crate) fn of_requirements(
    subject: &Subject<'_>,
    judge: impl Fn(&PipRequirement) -> Option<Draft>,
) -> Vec<Draft> {
    let is_file = subject.source.kind == SourceKind::Requirements;
    let file = subject.requirements.iter().filter(|_| is_file);
    let lines = file.flat_map(|file| file.requirements()).map(|(_, requirement)| requirement);
    let mut all: Vec<Draft> =
        lines.filter(|requirement| may_apply(requirement, None)).filter_map(&judge).collect();
    for asked in installs(subject).flat_map(|install| install.asked) {
        all.extend(judge(&asked.requirement).map(|draft| match asked.exact {
            true => draft,
            // The word stands there in another form: its place is known, but not the bytes of its parts.
            false => draft.over(asked.span),
        }));
    }
    all
}

/// What installs the rest.
const INSTALLERS: &[&str] = &["pip", "setuptools", "wheel", "uv", "pipx"];

impl Asked {
    /// Whether it is an installer itself.
    pub(crate) fn is_installer(&self) -> bool {
        self.requirement.name.as_deref().is_some_and(|name| INSTALLERS.contains(&name))
    }

    /// Whether its version is one that only the build's arguments tell: `torch==$TORCH`.
    pub(crate) fn is_by_argument(&self) -> bool {
        let text = self.requirement.text.text.split(';').next().unwrap_or_default();
        let Some((name, version)) = text.split_once("==") else { return false };
        let version = version.trim_start_matches('=').trim();
        !name.contains(['$', ',', '<', '>'])
            && version.starts_with('$')
            && !version.contains([',', '*', '<', '>', '('])
    }

    /// Whether it names something of an index, in no version or several.
    pub(crate) fn is_open(&self) -> bool {
        match &self.requirement.source {
            RequirementSource::Index(_) => self.requirement.exact_version().is_none(),
            RequirementSource::Unknown => !self.is_by_argument(),
            RequirementSource::Url(_) | RequirementSource::Vcs(..) | RequirementSource::Path(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn pip_is_known_in_all_its_spellings() {
        let text = "FROM a\nRUN pip3 install a\nRUN /venv/bin/pip install b\nRUN python3.11 -m pip --no-cache-dir install -q c\nRUN uv pip install --system d\nRUN sudo -H pip install e\nRUN bash -lc \"pip install f\"\nRUN [\"pip\", \"install\", \"g\"]\nONBUILD RUN pip install h\nRUN conda run -n x pip install i\nRUN pip list && pip uninstall j\n";
        assert_eq!(dockerfile("pip-unpinned", text).flagged(), ["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
    }

    #[test]
    fn values_of_options_and_files_are_not_asked_for() {
        let text = "FROM a\nRUN pip install -r r.txt --index-url https://example.org/simple -e . --target /x . ./y z.whl --no-binary :all: a==1\n";
        assert_eq!(dockerfile("pip-unpinned", text).flagged(), [""; 0]);
    }
}
