//! Lists of requirements that a RUN installs from and that are not at hand: made in the build, cloned, the base's, missing, at a URL.
//!
//! What it refuses to do: what a build makes of a lock (`poetry export`, `uv export`) is held by the lock, and what it compiles
//! (`pip-compile`) is said to be open where it does.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::Span;
use crate::dockerfile::{Keyword, matches_glob};
use crate::finding::Confidence;
use crate::lint::knowledge::downloads::last_part;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::lint::subject::source::InstalledFrom;
use crate::python::{FileRole, Install, InstallVerb, RequirementsText, XARGS};
use crate::shell::{Target, Word};

/// A list that is installed from, and can't be read.
pub(crate) struct UnreadList {
    /// Where the RUN names it.
    pub(crate) span: Span,
    /// As it is named.
    pub(crate) name: String,
    /// Why it can't be read.
    pub(crate) why: Why,
}

/// Why a list of requirements can't be read, or what is open in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is fetched.
    Url,
    /// It is the output of a command.
    Piped,
    /// What it is called, only the build knows.
    Variable,
    /// A COPY names it, and the context has no such file.
    Missing,
    /// Another stage or image has it, and what is in it is not at hand.
    Stage(String),
    /// A command of the build writes it: its program.
    Made(String),
    /// It is known, and leaves this open.
    Open(String),
    /// No COPY brings it: it is the base's, or comes with something else.
    Elsewhere,
}

impl Why {
    /// How sure it is that something is open.
    pub(crate) fn confidence(&self) -> Confidence {
        match self {
            Self::Url | Self::Open(_) | Self::Missing => Confidence::High,
            Self::Piped | Self::Made(_) | Self::Stage(_) | Self::Elsewhere => Confidence::Medium,
            Self::Variable => Confidence::Low,
        }
    }
}

/// The lists that the RUNs of a Dockerfile install from and that are not at hand; none where its context is not known.
pub(crate) fn unread_lists(subject: &Subject<'_>) -> Vec<UnreadList> {
    let Some(from) = &subject.source.installed_from else { return Vec::new() };
    let installs = subject.installing_calls().filter_map(|call| Some((call, call.install()?)));
    let origins = Origins::of(subject);
    let mut known = BTreeSet::new();
    let mut lists = Vec::new();
    for (call, install) in installs {
        // A RUN that installs from a list again, in another way, is one finding.
        let own = of_install(subject, &origins, from, &call, &install);
        lists.extend(own.into_iter().filter(|list| known.insert((call.script.step, list.name.clone()))));
    }
    lists
}

fn of_install(
    subject: &Subject<'_>,
    origins: &Origins,
    from: &InstalledFrom,
    call: &Call<'_>,
    install: &Install,
) -> Vec<UnreadList> {
    let is_held = install.has(&["--require-hashes"]);
    if is_held {
        return Vec::new();
    }
    let mut lists = Vec::new();
    for file in install.files.iter().filter(|file| file.role == FileRole::Requirements) {
        if !from.known.contains(&file.path)
            && let Some(why) = origins.why(subject, call, &file.path)
        {
            lists.push(UnreadList { span: call.script.place(file.span), name: file.path.clone(), why });
        }
    }
    for word in install.unread.iter().filter(|word| !from.known.contains(&word.text)) {
        if let Some(why) = of_word(call, word) {
            // `find -exec pip install -r {}`
            let name = match word.text.as_str() {
                "{}" => "the paths that find prints",
                "-" | "/dev/stdin" => "its input",
                name => name,
            };
            lists.push(UnreadList { span: call.place(word), name: name.to_owned(), why });
        }
    }
    let is_fed =
        call.reads_names() && install.asked.is_empty() && install.files.is_empty() && lists.is_empty();
    if is_fed && install.verb == InstallVerb::Install && !from.known.contains(XARGS) {
        lists.push(UnreadList { span: call.span(), name: "what xargs reads".to_owned(), why: Why::Piped });
    }
    lists
}

/// Why a value that is no file can't be read.
fn of_word(call: &Call<'_>, word: &Word) -> Option<Why> {
    let text = word.text.as_str();
    if text.contains("://") && !text.starts_with("file:") {
        return Some(Why::Url);
    }
    if text == "{}" {
        return Some(Why::Piped);
    }
    if text.starts_with("<(") || matches!(text, "-" | "/dev/stdin") {
        let inside = call
            .script
            .shell
            .commands
            .iter()
            .filter(|command| word.span.start <= command.span.start && command.span.end <= word.span.end);
        let written: Vec<_> =
            inside.filter_map(|command| written_by(command.name.as_deref()?, &command.words)).collect();
        return match written.as_slice() {
            [text] => open(text),
            _ => Some(Why::Piped),
        };
    }
    Some(Why::Variable)
}

/// Where files of a build come from, by their names: each read once, however many lists are installed.
#[derive(Default)]
struct Origins {
    /// What the last command that writes to one puts there.
    written: BTreeMap<String, Written>,
    /// What the heredoc of a COPY puts there.
    heredocs: BTreeMap<String, String>,
    /// The stages in which a COPY or ADD names one, and what it is taken from, if not from the context.
    copied: BTreeMap<String, Vec<(usize, Option<String>)>>,
}

impl Origins {
    fn of(subject: &Subject<'_>) -> Self {
        let mut origins = Self::default();
        for call in subject.installing_calls() {
            for (name, written) in writes(&call) {
                origins.written.insert(name, written);
            }
        }
        let steps = subject.build.iter().flat_map(|build| &build.steps);
        for step in steps.filter(|step| matches!(step.instruction.keyword, Keyword::Copy | Keyword::Add)) {
            let words = step.instruction.arguments.words();
            let from = step.instruction.flag("from").and_then(|flag| flag.value.as_ref());
            let from = from.map(|from| from.text.clone());
            for word in words {
                let named = origins.copied.entry(last_part(&word.text).to_owned()).or_default();
                named.push((step.stage, from.clone()));
            }
            if let (Some(heredoc), Some(target)) = (step.instruction.heredocs.first(), words.last()) {
                let text = heredoc.content.text().to_owned();
                origins.heredocs.insert(last_part(&target.text).to_owned(), text);
            }
        }
        origins
    }

    /// Why the file at `path` is not at hand, or what is open in it.
    fn why(&self, subject: &Subject<'_>, call: &Call<'_>, path: &str) -> Option<Why> {
        let name = last_part(path);
        if let Some(text) = self.heredocs.get(name) {
            return open(text);
        }
        match self.written.get(name) {
            Some(Written::Locked) => return None,
            Some(Written::Text(text)) => return open(text),
            Some(Written::By(program)) => return Some(Why::Made(program.clone())),
            None => {}
        }
        let stages = subject.build.as_ref().map(|build| build.stages)?;
        let chain = call.script.step.map(|(stage, _)| stages.below(stage)).unwrap_or_default();
        // `COPY requirements*.txt /a/`
        let by_pattern =
            || self.copied.iter().find(|(pattern, _)| pattern.contains('*') && matches_glob(pattern, name));
        let copies = self.copied.get(name).or_else(|| by_pattern().map(|(_, copies)| copies));
        let copies = copies.map(Vec::as_slice).unwrap_or_default();
        Some(match copies.iter().rev().find(|(stage, _)| chain.contains(stage)) {
            Some((_, Some(from))) => Why::Stage(from.clone()),
            Some((_, None)) => Why::Missing,
            None => Why::Elsewhere,
        })
    }
}

/// What the lines of a text leave open; none where that is nothing.
fn open(text: &str) -> Option<Why> {
    let read = RequirementsText::parse(text);
    let open = read.requirements().find(|(_, requirement)| {
        use crate::python::RequirementSource::{Index, Unknown};
        matches!(requirement.source, Index(_) | Unknown) && requirement.exact_version().is_none()
    });
    open.map(|(_, requirement)| Why::Open(requirement.text.text.clone()))
}

/// What a command puts into a file.
enum Written {
    /// What a lock holds.
    Locked,
    /// A text that stands in the Dockerfile.
    Text(String),
    /// Something else.
    By(String),
}

/// The files that a command writes, by their names, and what it puts there.
fn writes(call: &Call<'_>) -> Vec<(String, Written)> {
    let Some(program) = call.program() else { return Vec::new() };
    let words = call.arguments();
    let redirected = call.command.redirects.iter().filter_map(|redirect| match &redirect.target {
        Target::File(word) if redirect.operator.contains('>') => Some(word.text.as_str()),
        _ => None,
    });
    let named = words.windows(2).filter_map(|pair| match pair {
        [option, value] => {
            let outputs = ["-o", "--output", "--output-file", "-O", "--output-document"];
            outputs.contains(&option.text.as_str()).then_some(value.text.as_str())
        }
        _ => None,
    });
    let attached = words.iter().filter_map(|word| {
        word.text.split_once('=').filter(|(option, _)| option.starts_with("--output")).map(|(_, value)| value)
    });
    let copied =
        words.last().filter(|_| matches!(program, "tee" | "cp" | "mv")).map(|word| word.text.as_str());
    let paths: Vec<&str> = redirected.chain(named).chain(attached).chain(copied).collect();
    if paths.is_empty() {
        return compiled(call).map(|name| vec![(name, Written::Locked)]).unwrap_or_default();
    }
    let what = || what_is_written(call, program);
    paths.into_iter().map(|path| (last_part(path).to_owned(), what())).collect()
}

/// The list that `pip-compile` writes where it is told no other name.
/// <https://pip-tools.readthedocs.io/en/stable/cli/pip-compile/>
fn compiled(call: &Call<'_>) -> Option<String> {
    let words = call.arguments().iter().filter(|_| call.is("pip-compile"));
    let source = words.map(|word| last_part(&word.text)).rfind(|name| !name.starts_with('-'));
    call.is("pip-compile").then(|| match source.and_then(|name| name.strip_suffix(".in")) {
        Some(stem) => format!("{stem}.txt"),
        None => "requirements.txt".to_owned(),
    })
}

fn what_is_written(call: &Call<'_>, program: &str) -> Written {
    let runs = |verb: &str| call.arguments().iter().any(|word| word.text == verb);
    let is_locked = match program {
        "uv" | "poetry" | "pdm" => runs("export") || runs("compile"),
        "pipenv" => runs("requirements") || runs("lock"),
        "pip-compile" => true,
        "pip" => runs("freeze"),
        _ => false,
    };
    if is_locked {
        return Written::Locked;
    }
    let body = call.command.redirects.iter().find_map(|redirect| match &redirect.target {
        Target::Heredoc(word) | Target::HereString(word) if word.is_literal() => Some(word.text.clone()),
        _ => None,
    });
    let body = body.filter(|_| matches!(program, "cat" | "tee"));
    let text = body.or_else(|| written_by(program, &call.command.words));
    text.map_or_else(|| Written::By(program.to_owned()), Written::Text)
}

/// What `echo` and `printf` write, where all of it is known.
fn written_by(program: &str, words: &[Word]) -> Option<String> {
    if !matches!(program, "echo" | "printf") {
        return None;
    }
    let words = words.get(1..)?;
    let texts = words
        .iter()
        .filter(|word| !matches!(word.text.as_str(), "-e" | "-n" | "-ne" | "-en" | "%s\\n" | "%s"));
    let is_known = words.iter().all(Word::is_literal);
    let lines: Vec<String> = texts.map(|word| word.text.replace("\\n", "\n")).collect();
    is_known.then(|| lines.join("\n"))
}
